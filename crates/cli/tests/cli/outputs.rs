//! Outputs that are no plain files, that are inputs, or whose names are no text.

use crate::chappe::{Bench, Ran};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::process::Command;
use std::thread;

const RUN: &str = "run town.toml -q --until 10m --out it";

/// Makes a named pipe, and gives what is written into it.
fn pipe(bench: &Bench, name: &str) -> thread::JoinHandle<Vec<u8>> {
    let path = bench.path(name);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    thread::spawn(move || {
        let mut bytes = Vec::new();
        File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    })
}

#[test]
fn logs_and_traces_go_through_links_pipes_and_devices() {
    let bench = Bench::new();
    bench
        .chappe(&format!("{RUN} --log plain.jsonl --trace plain.txt"))
        .out();
    bench.write("old", "old");
    symlink("old", bench.path("link")).unwrap();
    symlink("none", bench.path("dangling")).unwrap();
    bench.chappe(&format!("{RUN} --log link --trace dangling")).out();
    assert!(bench.path("link").is_symlink() && bench.path("dangling").is_symlink());
    assert_eq!(bench.read("old"), bench.read("plain.jsonl"));
    assert_eq!(bench.read("none"), bench.read("plain.txt"));

    let read = pipe(&bench, "pipe");
    bench.chappe(&format!("{RUN} --log pipe --trace /dev/null")).out();
    assert!(read.join().unwrap() == bench.read("plain.jsonl").into_bytes());
    assert!(fs::metadata(bench.path("pipe")).unwrap().file_type().is_fifo());
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

    // Standard output is a pipe here, and a file below.
    assert_eq!(
        bench.chappe(&format!("{RUN} --log /dev/stdout")).out(),
        bench.read("plain.jsonl")
    );
    let out = File::create(bench.path("out")).unwrap();
    let mut run = Command::new(crate::chappe::CHAPPE);
    run.args("run town.toml --until 10m --out it --log /dev/stdout".split(' '));
    assert!(
        run.current_dir(bench.folder())
            .stdout(out)
            .status()
            .unwrap()
            .success()
    );
    let (log, said) = (bench.read("plain.jsonl"), bench.read("out"));
    let answer = said.strip_prefix(&log).expect("the log comes first");
    assert!(answer.contains("Report: it/index.html"), "{answer}");

    let full = bench.chappe(&format!("{RUN} --log /dev/full"));
    assert_eq!(full.code, 1, "{}", full.err);
    assert!(
        full.err
            .starts_with("error: can't write /dev/full: No space left on device"),
        "{}",
        full.err
    );
}

#[test]
fn a_pipe_that_nobody_reads_is_waited_for_but_not_for_ever() {
    let bench = Bench::new();
    assert!(
        Command::new("mkfifo")
            .arg(bench.path("pipe"))
            .status()
            .unwrap()
            .success()
    );
    bench.refused(
        &format!("{RUN} --log pipe"),
        "nobody reads this pipe; start its reader",
    );
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let bench = Bench::new();
    bench.write("trace.txt", "0 1 5\n1 0 65\n");
    bench.write(
        "replay.toml",
        "horizon = \"1h\"\n[population]\nusers = 2\npages = 0\n[traffic]\nreplay = \"trace.txt\"\n",
    );
    symlink("town.toml", bench.path("link")).unwrap();
    bench.chappe("run town.toml -q --until 10m --out it").out();
    for (arguments, words) in [
        (
            "run town.toml --log town.toml",
            "--log would replace `town.toml`, which this command reads",
        ),
        (
            "run town.toml --trace link",
            "--trace would replace `link`, which this command reads",
        ),
        (
            "run replay.toml --trace ./trace.txt",
            "--trace would replace `./trace.txt`",
        ),
        (
            "run town.toml --set traffic.replay=trace.txt --log trace.txt",
            "--log would replace `trace.txt`",
        ),
        ("run it --log it/run.json", "--log would replace `it/run.json`"),
        (
            "run town.toml --log a --trace ./a",
            "--log and --trace would both write `./a`",
        ),
        (
            "run town.toml --out it --log it/facts",
            "into the folder that --out replaces",
        ),
    ] {
        bench.refused(arguments, words);
    }
    bench.write("figures.md", "0 1 5\n1 0 65\n");
    bench.refused(
        "trace figures.md --against trace.txt --out .",
        "--out would replace `./figures.md`",
    );
    bench.refused("fit figures.md --out .", "--out would replace `./figures.md`");
}

#[test]
fn other_commands_write_through_links_and_devices_too() {
    let bench = Bench::new();
    let said = bench.chappe("new /dev/stdout --from queue").out();
    assert!(
        said.contains("[population]") && said.contains("Written: /dev/stdout"),
        "{said}"
    );
    symlink("mine.toml", bench.path("link")).unwrap();
    bench.chappe("new link").out();
    bench.chappe("validate mine.toml").out();
    bench.refused("new link", "link exists already");
    fs::create_dir(bench.path("man1")).unwrap();
    symlink("page", bench.path("man1/chappe.1")).unwrap();
    bench.chappe("man --out man1").out();
    assert!(bench.path("man1/chappe.1").is_symlink() && bench.read("man1/page").contains(".TH"));
    fs::create_dir(bench.path("disk")).unwrap();
    symlink("disk/it", bench.path("it")).unwrap();
    for seed in [1, 2] {
        bench.chappe(&format!("{RUN} --seed {seed}")).out();
        assert!(bench.path("it").is_symlink());
        assert_eq!(bench.json("disk/it/run.json")["seed"], seed);
        assert_eq!(bench.list("disk"), ["it"]);
    }
    let history = "gate record town.toml --no-instructions --baselines base -q --history";
    bench.refused(
        &format!("{history} /dev/null"),
        "`/dev/null` is no regular file, and a history is one",
    );
}

#[test]
fn paths_that_are_no_text_are_paths_like_any_other() {
    let bench = Bench::new();
    let path = |bytes: &[u8]| OsStr::from_bytes(bytes).to_os_string();
    let (town, it) = (path(b"t\xffwn.toml"), path(b"i\xfft"));
    fs::copy(bench.path("town.toml"), bench.folder().join(&town)).unwrap();
    fs::write(bench.folder().join(path(b"tr\xff.txt")), "0 1 5\n1 0 65\n").unwrap();
    let run = |words: &str, more: &[&OsStr]| -> Ran {
        let mut command = bench.command(&words.split_whitespace().collect::<Vec<_>>());
        Ran::of(command.args(more))
    };
    let out = OsStr::new("--out");
    run("validate", &[&town]).out();
    run(
        "run -q --until 10m",
        &[&town, out, &it, OsStr::new("--log"), &path(b"f\xff")],
    )
    .out();
    assert!(bench.folder().join(&it).join("run.json").exists());
    run("audit", &[&path(b"f\xff")]).out();
    run("run -q", &[&it, out, &path(b"again\xff")]).out();
    run("explain --user 1", &[&it]).out();
    run(
        "run -q --until 10m --processes 2",
        &[&town, out, &path(b"two\xff")],
    )
    .out();
    let whatif = "whatif -q --set horizon=10m --replications 2";
    run(whatif, &[&town, out, &path(b"w\xff")]).out();
    let sweep = "sweep -q --set horizon=10m --vary scale=1,2 --replications 1";
    run(sweep, &[&town, out, &path(b"s\xff")]).out();
    let load = run(
        "load -q --rate 500 --duration 200ms --warm-up 0s --workers 1",
        &[&town, out, &path(b"l\xff")],
    );
    assert!([0, 5].contains(&load.code), "{}", load.err);
    run(
        "fit -q --tries 1",
        &[&path(b"tr\xff.txt"), out, &path(b"fit\xff")],
    );
    let trace = path(b"tr\xff.txt");
    run(
        "trace",
        &[&trace, OsStr::new("--against"), &trace, out, &path(b"c\xff")],
    )
    .out();
    run(
        "gate record -q --no-instructions --history",
        &[&path(b"h\xff"), &town, OsStr::new("--baselines"), &path(b"b\xff")],
    )
    .out();
    run(
        "gate check -q --no-instructions --out g --baselines",
        &[&path(b"b\xff"), &town],
    )
    .out();
    run("gate history -q --out h --file", &[&path(b"h\xff")]).out();
    run("new", &[&path(b"n\xff.toml")]).out();
    run("man --out", &[&path(b"m\xff")]).out();
}
