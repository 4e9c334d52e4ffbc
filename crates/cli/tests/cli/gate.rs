//! The gate: what it lets through, what it stops, and what it refuses to judge.

use crate::chappe::{Bench, CHAPPE, Ran};
use serde_json::Value;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A town that takes no time, recorded.
fn recorded() -> Bench {
    let bench = Bench::new();
    let ran = gate(&bench, "record town.toml --set horizon=30m");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out, "town: recorded in reports/baselines/town.json\n");
    bench
}

fn gate(bench: &Bench, arguments: &str) -> Ran {
    bench.chappe(&format!("gate {arguments} --no-instructions"))
}

#[test]
fn what_is_as_it_was_goes_through_and_is_written_for_machines() {
    let bench = recorded();
    let ran = gate(&bench, "check");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .starts_with("The gate is open: behaviour as it was in 1 scenario, 4 costs (all unchanged)"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("which is no evidence"),
        "wall time is never remembered"
    );
    let record = bench.json("reports/out/gate/gate.json");
    assert_eq!(
        (&record["passed"], &record["wall"]),
        (&Value::Bool(true), &Value::Null)
    );
    assert!(
        bench
            .read("reports/out/gate/junit.xml")
            .contains(r#"tests="5" skipped="0" failures="0""#)
    );
    assert!(
        bench
            .read("reports/out/gate/summary.md")
            .starts_with("## The gate is open")
    );
    let again = gate(&bench, "record");
    assert_eq!(again.out, "town: as its baseline\n", "{}", again.err);
    assert_eq!(gate(&bench, "check --history reports/history.sqlite").code, 0);
    let history = bench.chappe("gate history --metric events --json");
    let record: Value = serde_json::from_str(&history.out).unwrap();
    let points = record["series"][0]["points"].as_array().map(Vec::len);
    assert_eq!(points, Some(3), "two recorded, one checked: {}", history.err);
}

#[test]
fn changed_behaviour_closes_the_gate_and_names_its_metrics_until_it_is_accepted() {
    let bench = recorded();
    bench.write(
        "town.toml",
        bench.read("town.toml") + "\n[policy]\npreset = \"no-ads\"\n",
    );
    let refused = gate(&bench, "check");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("scenario hash: "), "{}", refused.err);
    let closed = gate(&bench, "check --force");
    assert_eq!(closed.code, 4, "{}", closed.err);
    assert!(
        closed
            .err
            .contains("the gate is closed: town: behaviour changed: ")
            && closed.err.contains("ads."),
        "{}",
        closed.err
    );
    let junit = bench.read("reports/out/gate/junit.xml");
    assert!(junit.contains("messages.accepted.ad"), "{junit}");
    let differs = gate(&bench, "record");
    assert!(
        differs.out.contains("differs from its baseline, which stays"),
        "{}",
        differs.out
    );

    let silent = gate(&bench, "accept --reason=");
    assert_eq!(silent.code, 2);
    let accepted = gate(&bench, "accept --reason no-more-ads");
    assert_eq!(accepted.code, 0, "{}", accepted.err);
    assert_eq!(gate(&bench, "check").code, 0);
    let acceptance = &bench.json("reports/baselines/town.json")["accepted"][0];
    assert_eq!(acceptance["reason"], "no-more-ads");
    assert_eq!(acceptance["moved"][0], "scenario hash");
    let nothing = gate(&bench, "accept --reason again");
    assert!(nothing.out.contains("nothing moved"), "{}", nothing.out);
}

#[test]
fn a_baseline_of_something_else_is_refused_with_the_field() {
    let bench = recorded();
    let seed = gate(&bench, "check --seed 4");
    assert_eq!(seed.code, 2);
    assert!(
        seed.err.contains("seed: 3 in the baseline, 4 now"),
        "{}",
        seed.err
    );
    let ran = gate(&bench, "check --seed 4 --force");
    assert_eq!(ran.code, 4, "another seed is another history");
    assert!(ran.out.contains("checked by force; seed: 3"), "{}", ran.out);
}

#[test]
fn a_damaged_baseline_is_refused_with_its_reason() {
    let bench = recorded();
    let file = "reports/baselines/town.json";
    let whole = bench.read(file);
    let events = r#""events": "#;
    for (damaged, reason) in [
        (whole[..whole.len() / 2].to_string(), "it is damaged: EOF"),
        (
            whole.replace(events, &format!("{events}1")),
            "damaged or edited by hand",
        ),
        (
            whole.replace("baseline/1", "baseline/9"),
            "its format is chappe/baseline/9",
        ),
        ("{}".to_string(), "it is something else"),
        (whole.replace(r#""case""#, r#""cased""#), "missing field `case`"),
    ] {
        bench.write(file, &damaged);
        for command in ["check", "record", "accept --reason x"] {
            let ran = gate(&bench, command);
            assert_eq!(ran.code, 2, "{command}: {}", ran.err);
            assert!(
                ran.err.contains(reason) && ran.err.contains("take it from git again"),
                "{command}: {}",
                ran.err
            );
        }
        assert_eq!(bench.read(file), damaged, "it is left as it is");
    }
}

#[test]
fn what_cannot_be_checked_says_what_to_do() {
    let bench = Bench::new();
    for (arguments, words) in [
        ("check", "first give `chappe gate record"),
        ("check town.toml", "`town` has no baseline"),
        (
            "accept town.toml --reason x",
            "give `chappe gate record town.toml`",
        ),
        ("record none.toml", "can't read none.toml"),
        ("record town.toml town.toml", "`town` is given twice"),
        (
            "record town.toml --set population.user=1",
            "did you mean `users`?",
        ),
        (
            "check town.toml --baseline nowhere",
            "neither a binary nor a revision",
        ),
        ("check town.toml --baseline town.toml", "doesn't start"),
        ("check town.toml --baseline /bin/echo", "can't read"),
        ("check town.toml --baseline /bin/false", "can't play town.toml"),
        ("check town.toml --baseline nowhere --rounds 2", "6..=1000"),
        ("check town.toml --smallest-effect 2", "a share from 0.001 to 1"),
        ("check town.toml --bench ledger", "--baseline"),
        ("check town.toml --only wall", "never remembered"),
        (
            "check town.toml --baseline /bin/true --bench ledger",
            "has no benches",
        ),
    ] {
        let ran = gate(&bench, arguments);
        assert_eq!(ran.code, 2, "{arguments}: {} {}", ran.out, ran.err);
        assert!(ran.err.contains(words), "{arguments}: {}", ran.err);
        assert!(!bench.path("reports/out").exists(), "{arguments}");
    }
}

#[test]
fn a_program_held_against_itself_is_not_slower() {
    let bench = Bench::new();
    let ran = gate(
        &bench,
        &format!("check town.toml --set horizon=30m --baseline {CHAPPE} --rounds 6 --rate 2000"),
    );
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    let record = bench.json("reports/out/gate/gate.json");
    let timings = record["wall"]["metrics"].as_array().unwrap();
    let names: Vec<&str> = timings
        .iter()
        .filter_map(|timing| timing["metric"].as_str())
        .collect();
    assert_eq!(
        names,
        ["median delivery", "processor time per command", "time per event"]
    );
    assert_eq!(record["cases"][0]["moved"].as_array().map(Vec::len), Some(0));
}

#[test]
fn github_gets_its_marks_and_its_summary() {
    let bench = recorded();
    let output = Command::new(CHAPPE)
        .args(["gate", "check", "--seed=4", "--force", "--no-instructions", "-q"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", bench.path("step.md"))
        .current_dir(bench.folder())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("::error title=chappe gate%2C behaviour::town: behaviour changed"),
        "{said}"
    );
    assert!(bench.read("step.md").starts_with("## The gate is closed"));
}

#[test]
fn an_interrupted_check_leaves_everything_as_it_was() {
    let bench = recorded();
    let baseline = bench.read("reports/baselines/town.json");
    let history = fs::read(bench.path("reports/history.sqlite")).unwrap();
    let reports = bench.list("reports");
    let child = Command::new(CHAPPE)
        .args([
            "gate",
            "check",
            "--no-instructions",
            "--rounds=1000",
            "--history=reports/history.sqlite",
        ])
        .args(["--baseline", CHAPPE])
        .current_dir(bench.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let is_under_way = || {
        let entries = fs::read_dir(bench.path("reports/out")).into_iter().flatten();
        entries.count() > 0
    };
    while !is_under_way() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never begins");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
    let status = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status()
        .unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("interrupted"), "{err}");
    assert_eq!(bench.list("reports"), reports);
    assert_eq!(fs::read(bench.path("reports/history.sqlite")).unwrap(), history);
    assert_eq!(bench.read("reports/baselines/town.json"), baseline);
}
