//! Runs that are interrupted, politely or not.

use crate::chappe::{Bench, CHAPPE};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The town, for longer than anybody waits.
const ENDLESS: &[&str] = &[
    "run",
    "town.toml",
    "--set",
    "horizon=300d",
    "--log",
    "facts.jsonl",
];

/// Starts a run and waits until it simulates, which it says on standard error.
fn start(bench: &Bench, more: &[&str]) -> Child {
    let mut child = Command::new(CHAPPE)
        .args(ENDLESS)
        .args(more)
        .env("CHAPPE_LOG", "info")
        .current_dir(bench.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("run started") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it never simulates");
    }
    std::thread::sleep(Duration::from_millis(100));
    child.stderr = Some(lines.into_inner());
    child
}

/// Sends a process a signal, by its name without SIG.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -{name} {}", child.id())])
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn an_interrupt_ends_in_a_record_that_equals_a_run_until_then() {
    for workers in ["1", "2"] {
        let bench = Bench::new();
        let child = start(&bench, &["--out", "cut", "--workers", workers]);
        signal(&child, "INT");
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.contains("interrupted. The run was stopped at "), "{err}");
        let cut = bench.json("cut/run.json");
        assert_eq!(cut["interrupted"], true);
        let until = cut["result"]["window"]["until_ns"].as_i64().unwrap();
        let document = bench.read("cut/index.html");
        assert!(
            document.contains(&format!("--until {until}ns")),
            "the report says how to repeat it"
        );

        let until = format!("{until}ns");
        let again = [
            "run",
            "town.toml",
            "-q",
            "--set",
            "horizon=300d",
            "--until",
            &until,
            "--out",
            "meant",
        ];
        let again = [&again[..], &["--log", "again.jsonl"]].concat();
        bench.chappe_with(&again).code_is(0);
        let meant = bench.json("meant/run.json");
        assert_eq!(meant["interrupted"], false);
        assert_eq!(cut["digest"], meant["digest"]);
        assert_eq!(cut["result"], meant["result"]);
        assert!(
            bench.read("facts.jsonl") == bench.read("again.jsonl"),
            "the logs differ"
        );
        assert_eq!(bench.chappe("audit facts.jsonl").code, 0);
    }
}

#[test]
fn a_killed_run_leaves_nothing_that_looks_whole_and_can_be_run_again() {
    let bench = Bench::new();
    bench.chappe("run town.toml -q --until 10m --out it").out();
    let earlier = bench.read("it/run.json");
    let mut child = start(&bench, &["--out", "it"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bench.read("it/run.json"), earlier, "the earlier run stays whole");
    assert!(!bench.path("facts.jsonl").exists(), "half a log has another name");
    assert!(
        bench.list(".").iter().any(|name| name.contains(".partial-")),
        "the kill came too late"
    );
    for leftover in bench.list(".") {
        let path = bench.path(&leftover).join("run.json");
        assert!(leftover == "it" || !path.exists(), "{leftover} looks whole");
    }
    bench
        .chappe("run town.toml -q --until 20m --out it --log facts.jsonl")
        .out();
    assert_ne!(bench.read("it/run.json"), earlier);
    assert_eq!(bench.chappe("audit facts.jsonl").code, 0);
    assert_eq!(bench.list("."), ["facts.jsonl", "it", "town.toml"]);
}
