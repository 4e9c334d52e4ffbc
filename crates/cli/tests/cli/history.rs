//! `chappe gate history`, over runs recorded by hand.

use crate::chappe::Bench;
use rusqlite::{Connection, params};
use serde_json::Value;

const SCHEMA: &str = include_str!("../../src/gate/history.sql");

/// Thirty runs of two scenarios: the last dozen of one takes more instructions, and the clock of two machines
/// is noise.
fn record(bench: &Bench, file: &str) {
    let mut connection = Connection::open(bench.path(file)).unwrap();
    let change = connection.transaction().unwrap();
    change.execute_batch(SCHEMA).unwrap();
    for run in 0..30_i64 {
        for scenario in ["first-ads", "hot-line"] {
            let at = format!("2026-11-{:02}T10:00:00Z", run + 1);
            let commit = format!("{:07x}e1d2", 0x3f2_a9c1 + run - 18);
            let machine = ["one", "other"][run as usize % 2];
            change
                .execute(
                    "INSERT INTO run VALUES (NULL, ?1, ?2, '0.1.0', ?3, ?4, '5a1e', 2016)",
                    params![at, commit, machine, scenario],
                )
                .unwrap();
            let number = change.last_insert_rowid();
            let noise = f64::from(u32::try_from(run * run * 7 % 11).unwrap());
            let more = if scenario == "first-ads" && run >= 18 {
                1.041
            } else {
                1.0
            };
            for (place, kind, metric, unit, value) in [
                (0, "behaviour", "messages", "count", 6_214_077.0),
                (1, "cost", "instructions", "count", (7.2e9 + noise * 1e5) * more),
                (2, "wall", "wall", "ns", 2e9 + noise * 1e7),
            ] {
                change
                    .execute(
                        "INSERT INTO figure VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'lower')",
                        params![number, place, kind, metric, unit, value],
                    )
                    .unwrap();
            }
        }
    }
    change.commit().unwrap();
}

#[test]
fn what_changed_last_is_said_first_and_drawn() {
    let bench = Bench::new();
    record(&bench, "history.sqlite");
    let said = bench.chappe("gate history --file history.sqlite").out();
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
    record(&bench, "history.sqlite");
    let narrow = "gate history --file history.sqlite --out h --scenario hot-line --metric instructions";
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
    record(&bench, "history.sqlite");
    let of = |more: &str| format!("gate history --file history.sqlite {more}");
    bench.refused(
        &of("--metric instruction"),
        "there are instructions, messages, wall",
    );
    bench.refused(&of("--scenario nobody"), "there are first-ads, hot-line");
    bench.refused(&of("--out ."), "is no name for an output folder");
    let connection = Connection::open(bench.path("history.sqlite")).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    bench.refused(&of(""), "a later version of chappe");
    let bytes = std::fs::read(bench.path("history.sqlite")).unwrap();
    bench.write("history.sqlite", &bytes[..bytes.len() / 2]);
    bench.refused(&of(""), "history.sqlite");
}
