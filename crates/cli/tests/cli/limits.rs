//! Threads, memory, files and bytes that can't be had: one message that names the resource, and nothing left.

use crate::chappe::{Bench, CHAPPE, Ran, SCENARIO, messages_count};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs a command under a limit, as `ulimit` sets it.
fn limited(bench: &Bench, limit: &str, arguments: &str) -> Ran {
    let script = format!("ulimit {limit}; exec {CHAPPE} {arguments}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    // Starting anew for large pages would only make it slower.
    command.env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0");
    ran(bench, &mut command)
}

fn ran(bench: &Bench, command: &mut Command) -> Ran {
    let output = command.current_dir(bench.folder()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A command that can't have something says what, and leaves nothing.
fn assert_refused(bench: &Bench, limit: &str, arguments: &str, code: i32, words: &str) {
    let before = bench.list(".");
    let ran = limited(bench, limit, arguments);
    assert_eq!(
        ran.code, code,
        "ulimit {limit}: {arguments}: {}{}",
        ran.out, ran.err
    );
    assert_eq!(messages_count(&ran.err), 1, "{}", ran.err);
    assert!(ran.err.contains(words), "{arguments}: {}", ran.err);
    assert_eq!(bench.list("."), before, "{arguments}: {}", ran.err);
}

const LOAD: &str = "load town.toml -q --out it --rate 500 --warm-up 0s --duration";

/// Runs a command that may start no thread. Root always may, so somebody else runs it.
fn without_threads(bench: &Bench, arguments: &str) -> Ran {
    let script = format!("ulimit -u 1; exec ./chappe {arguments}");
    let is_root = fs::metadata(bench.folder()).unwrap().uid() == 0;
    let mut command = match is_root {
        true => Command::new("setpriv"),
        false => Command::new("bash"),
    };
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "bash"]);
    }
    ran(bench, command.args(["-c", &script]))
}

#[test]
fn threads_that_can_not_be_had() {
    let bench = Bench::new();
    fs::copy(CHAPPE, bench.path("chappe")).unwrap();
    fs::set_permissions(bench.folder(), fs::Permissions::from_mode(0o777)).unwrap();
    let thresholds = "[thresholds]\n\"delivery.friend\" = [\"p(99) < 1h\"]\n\n[[campaign]]";
    bench.write("town.toml", SCENARIO.replacen("[[campaign]]", thresholds, 1));
    for arguments in [
        "run town.toml -q --until 10m --out it --workers 2",
        "run town.toml -q --until 10m --out it --processes 2",
        "whatif town.toml -q --set horizon=10m --replications 2 --workers 2 --out it",
        "sweep town.toml -q --set horizon=10m --vary scale=1,2 --workers 2 --out it",
        "load town.toml -q --rate 500 --warm-up 0s --duration 1s --out it",
        "load town.toml -q --rate 500 --warm-up 0s --duration 1s --out it --set design.runtime=thread-per-shard",
        "capacity town.toml -q --rate 500 --warm-up 0s --duration 1s --out it",
        "calibrate town.toml -q --rate 500 --warm-up 0s --duration 1s --out it",
    ] {
        let began = Instant::now();
        let before = bench.list(".");
        let ran = without_threads(&bench, arguments);
        assert_eq!(
            (ran.code, messages_count(&ran.err)),
            (1, 1),
            "{arguments}: {}",
            ran.err
        );
        assert!(
            ran.err.contains("error: the system refuses "),
            "{arguments}: {}",
            ran.err
        );
        assert_eq!(bench.list("."), before, "{arguments}");
        assert!(began.elapsed() < Duration::from_secs(60), "{arguments}");
    }
    // One thread is enough for these.
    for arguments in [
        "run town.toml -q --until 90m --out it --workers 1",
        "validate town.toml",
    ] {
        assert_eq!(without_threads(&bench, arguments).code, 0, "{arguments}");
    }
}

#[test]
fn memory_that_can_not_be_had() {
    let bench = Bench::new();
    let limit = "-v 600000";
    let words = "of memory; there are";
    for arguments in [
        "run town.toml -q --out it --set population.users=2000000",
        "whatif town.toml -q --out it --workers 2 --set population.users=1000000",
        "load town.toml -q --out it --rate 1000000 --duration 10s",
        "load town.toml -q --out it --rate 1000 --duration 1s --workers 16",
        "load town.toml -q --out it --set population.users=2000000 --rate 100",
    ] {
        assert_refused(&bench, limit, arguments, 2, words);
    }
    // What lies between too little and enough is refused too, and no load dies of it.
    for kilobytes in (200_000..=500_000).step_by(50_000) {
        let ran = limited(&bench, &format!("-v {kilobytes}"), &format!("{LOAD} 200ms"));
        assert!([0, 2, 5].contains(&ran.code), "{kilobytes}: {}", ran.err);
        assert!(
            ran.code != 2 || ran.err.contains(words),
            "{kilobytes}: {}",
            ran.err
        );
    }
}

#[test]
fn a_limit_on_the_size_of_files() {
    let bench = Bench::new();
    let words = "File too large";
    for (blocks, arguments) in [
        (20, "run town.toml -q --until 10m --out it"),
        (20, "run town.toml -q --out it --log facts.jsonl"),
        (1, "run town.toml -q --until 10m --out it --trace trace.txt"),
        (
            1,
            "whatif town.toml -q --set horizon=10m --replications 2 --out it",
        ),
        (20, &format!("{LOAD} 200ms --workers 1")),
        (1, "man --out man1"),
    ] {
        let ran = limited(&bench, &format!("-f {blocks}"), arguments);
        assert_eq!(ran.code, 1, "{arguments}: {}", ran.err);
        assert_eq!(messages_count(&ran.err), 1, "{}", ran.err);
        assert!(
            ran.err.contains(words) && ran.err.contains("help: "),
            "{arguments}: {}",
            ran.err
        );
        for left in bench.list(".") {
            assert!(!left.contains("partial"), "{arguments} left {left}");
        }
    }
    assert!(!bench.path("it/run.json").exists() && !bench.path("facts.jsonl").exists());
}

#[test]
fn files_that_can_not_be_opened() {
    let bench = Bench::new();
    for files in 4..24 {
        let ran = limited(
            &bench,
            &format!("-n {files}"),
            "run town.toml -q --until 10m --out it --log facts.jsonl",
        );
        if ran.code == 0 {
            return assert!(files > 4, "so few are not enough");
        }
        // The shell or the loader may fail before the command begins.
        if ran.err.contains("error: ") && !ran.err.contains("loading shared libraries") {
            assert_eq!((ran.code, messages_count(&ran.err)), (1, 1), "{}", ran.err);
            assert!(ran.err.contains("Too many open files"), "{}", ran.err);
        }
        assert!(!ran.err.contains("panicked"), "{files}: {}", ran.err);
        assert_eq!(bench.list("."), ["town.toml"], "{files}: {}", ran.err);
    }
    panic!("no number of files is enough");
}
