//! What a study hangs on: its runs count like all others.

use crate::chappe::Bench;
use crate::studies::{stopped, whatif};
use chappe_base::Digest;
use serde_json::Value;

/// A study that was played, and the arguments of one that goes on from there with a sensitivity.
fn played(bench: &Bench) -> String {
    whatif(bench, "--replications 2");
    "whatif town.toml --set horizon=1h --out w --replications 2 --workers 1 --sensitivity agents.ads.buy=0.01..0.9"
        .to_string()
}

#[test]
fn a_sensitivity_ranks_what_is_assumed() {
    let bench = Bench::new();
    let said = whatif(
        &bench,
        "--replications 2 --sensitivity agents.ads.refusal_base=-6..0 agents.ads.buy=0.01..0.9",
    );
    assert!(!said.is_empty());
    let record = bench.json("w/whatif.json");
    let harm = record["sensitivity"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["metric"] == "harm")
        .unwrap();
    let keys: Vec<&str> = harm["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| moved["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["agents.ads.refusal_base", "agents.ads.buy"], "{harm}");
}

#[test]
fn what_is_broken_in_a_sensitivity_counts_like_the_rest() {
    let bench = Bench::new();
    let sensitivity = played(&bench);
    let (before, alone) = (bench.list("w/cells"), bench.json("w/whatif.json"));
    bench.chappe(&sensitivity).out();
    let events = |record: &Value| record["execution"]["events_count"].as_u64();
    assert!(events(&bench.json("w/whatif.json")) > events(&alone));
    let cells = bench.list("w/cells");
    let moved = cells.iter().find(|cell| !before.contains(cell)).unwrap();
    let text = bench.read(&format!("w/cells/{moved}"));
    let body = text.split_once('\n').unwrap().1.trim_end();
    let body = body.replace("\"violation_count\":0", "\"violation_count\":1");
    let mut checksum = Digest::default();
    checksum.push(&body);
    bench.write(
        &format!("w/cells/{moved}"),
        format!("{:016x}\n{body}\n", checksum.value()),
    );
    let ran = bench.chappe(&sensitivity);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("violation: 1 broken promise(s) in arm"),
        "{}",
        ran.err
    );
}

#[test]
fn parameters_without_time_are_named() {
    let bench = Bench::new();
    let sensitivity = played(&bench);
    let ran = bench.chappe(&format!("{sensitivity} --budget 1us"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("there was no time to move `agents.ads.buy`"),
        "{}",
        ran.err
    );
    let record = bench.json("w/whatif.json");
    assert_eq!(record["sensitivity"].as_array().map(Vec::len), Some(0));
    let problem = record["warnings"][0]["problem"].as_str().unwrap();
    assert!(problem.contains("`agents.ads.buy`"), "{problem}");
}

#[test]
fn an_interrupted_sensitivity_ends_as_interrupted() {
    let bench = Bench::new();
    let sensitivity = played(&bench);
    let output = stopped(&bench, &sensitivity, "w", 5, "INT");
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
}
