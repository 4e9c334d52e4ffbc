//! `chappe gate history`, over runs recorded by hand.

use crate::chappe::{Bench, CHAPPE};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// Thirty runs of two scenarios: the last dozen of one takes more instructions, and the clock of two machines
/// is noise.
fn record(bench: &Bench, file: &str) {
    let mut lines = String::new();
    for run in 0..30_i64 {
        for scenario in ["first-ads", "hot-line"] {
            let noise = (run * run * 7 % 11) as f64;
            let more = if scenario == "first-ads" && run >= 18 {
                1.041
            } else {
                1.0
            };
            let figures = [
                ("behaviour", "messages", "count", 6_214_077.0),
                ("cost", "instructions", "count", (7.2e9 + noise * 1e5) * more),
                ("wall", "wall", "ns", 2e9 + noise * 1e7),
            ];
            let figure = |(kind, metric, unit, value): (&str, &str, &str, f64)| json!({"kind": kind, "metric": metric, "unit": unit, "value": value, "better": "lower"});
            // Fields of an object are sorted by name here, and `schema` has to be the first of the line.
            let rest = json!({
                "at": format!("2026-11-{:02}T10:00:00Z", run + 1),
                "commit": format!("{:07x}e1d2", 0x3f2_a9c1 + run - 18),
                "version": "0.1.0",
                "machine": if run % 2 == 0 { "one" } else { "other" },
                "scenario": scenario,
                "scenario_hash": "5a1e",
                "seed": 2016,
                "figures": figures.map(figure),
            })
            .to_string();
            lines += &format!("{{\"schema\":\"chappe/recorded-run/1\",{}\n", &rest[1..]);
        }
    }
    bench.write(file, lines);
}

#[test]
fn what_changed_last_is_said_first_and_drawn() {
    let bench = Bench::new();
    record(&bench, "history.jsonl");
    let said = bench.chappe("gate history --file history.jsonl").out();
    assert!(
        said.starts_with("first-ads: instructions +4.1% since 3f2a9c1 (worse).\n"),
        "{said}"
    );
    assert!(
        said.contains("1 of 8 figures changed over 60 recorded runs, from 2026-11-01 to 2026-11-30."),
        "{said}"
    );
    assert!(
        said.ends_with("Report: reports/out/history/index.html\n"),
        "{said}"
    );
    let row = said
        .lines()
        .find(|line| line.contains("+4.1% since 3f2a9c1, worse"));
    assert!(row.is_some_and(|row| row.contains("first-ads") && row.contains('▁')));
    assert_eq!(bench.list("reports/out/history"), ["history.json", "index.html"]);
    let record = bench.json("reports/out/history/history.json");
    let schema: Value = serde_json::from_str(&bench.chappe("schema --study history").out()).unwrap();
    assert!(jsonschema::is_valid(&schema, &record));
    let series = record["series"].as_array().unwrap();
    assert_eq!(series.len(), 8, "the clock of either machine apart");
    let changed: Vec<&Value> = series
        .iter()
        .filter(|one| one["changes"] != Value::Array(vec![]))
        .collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["changes"][0]["point"], 18);
    assert_eq!(changed[0]["changes"][0]["scenario_changed"], false);
    let document = bench.read("reports/out/history/index.html");
    assert!(document.contains("first-ads: instructions +4.1% since 3f2a9c1"));
}

#[test]
fn a_history_can_be_narrowed_down_and_printed() {
    let bench = Bench::new();
    record(&bench, "history.jsonl");
    let narrow = "gate history --file history.jsonl --out h --scenario hot-line --metric instructions";
    let said = bench.chappe(&format!("{narrow} --json")).out();
    let printed: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(printed, bench.json("h/history.json"));
    assert_eq!(printed["series"].as_array().unwrap().len(), 1);
    assert_eq!(printed["runs_count"], 30);
    assert_eq!(bench.chappe(&format!("{narrow} --quiet")).out(), "");
    let again = bench.json("h/history.json");
    assert_eq!(again["series"], printed["series"]);
}

#[test]
fn histories_that_are_wrong_are_refused() {
    let bench = Bench::new();
    bench.refused("gate history", "run `chappe gate record` first");
    bench.refused("gate history --file town.toml", "something else than a history");
    record(&bench, "history.jsonl");
    let of = |more: &str| format!("gate history --file history.jsonl {more}");
    bench.refused(
        &of("--metric instruction"),
        "there are instructions, messages, wall",
    );
    bench.refused(&of("--scenario nobody"), "there are first-ads, hot-line");
    bench.refused(&of("--out ."), "is no name for an output folder");
    let whole = bench.read("history.jsonl");
    bench.write("history.jsonl", whole.replace("recorded-run/1", "recorded-run/2"));
    bench.refused(&of(""), "use the version of chappe that wrote it");
    bench.write("history.jsonl", whole.replacen("seed", "sead", 1));
    bench.refused(&of(""), "is damaged: line 1 is not a recorded run");
    bench.write("history.jsonl", b"SQLite format 3\0 and pages of it");
    bench.refused(&of(""), "is an SQLite database");
    let recording = "gate record town.toml --no-instructions --history history.jsonl";
    bench.refused(recording, "is an SQLite database");
}

#[test]
fn an_incomplete_last_line_is_told() {
    let bench = Bench::new();
    record(&bench, "history.jsonl");
    let whole = bench.read("history.jsonl");
    bench.write("history.jsonl", &whole[..whole.len() - 10]);
    let ran = bench.chappe("gate history --file history.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("over 59 recorded runs"), "{}", ran.out);
    assert!(
        ran.err
            .starts_with("note: the last line of history.jsonl is incomplete"),
        "{}",
        ran.err
    );
}

#[test]
fn processes_that_record_at_once_lose_nothing() {
    const PROCESSES_COUNT: usize = 4;
    let bench = Bench::new();
    let arguments = "gate record town.toml --set horizon=5m --no-instructions --quiet";
    let children: Vec<_> = (0..PROCESSES_COUNT)
        .map(|_| {
            Command::new(CHAPPE)
                .args(arguments.split(' '))
                .current_dir(bench.folder())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(
        bench.read("reports/history.jsonl").lines().count(),
        PROCESSES_COUNT
    );
    let printed = bench.chappe("gate history --json --metric events").out();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["runs_count"], PROCESSES_COUNT);
}
