//! The gate: what it lets through, what it stops, and what it refuses to judge.

use crate::chappe::{Bench, CHAPPE, Ran};
use crate::interrupted::signal;
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
    assert_eq!(gate(&bench, "check --history reports/history.jsonl").code, 0);
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
            .contains("the gate is closed:\n  town: behaviour changed: ")
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
            whole.replace("baseline/2", "baseline/9"),
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
            "`nowhere` is no file, and git knows no such revision",
        ),
        ("check town.toml --baseline town.toml", "doesn't start"),
        ("check town.toml --baseline /bin/echo", "can't read"),
        ("check town.toml --baseline /bin/false", "can't play town.toml"),
        ("check town.toml --baseline nowhere --rounds 2", "6..=1000"),
        ("check town.toml --baseline=-x", "git knows no such revision"),
        ("check town.toml --rate 0 --baseline /bin/true", "such as 50000"),
        (
            "check other/town.toml --baseline /bin/true",
            "can't read other/town.toml",
        ),
        (
            "check town.toml --baseline x --bench ledger=a --bench ledger=b",
            "is given twice",
        ),
        (
            "check town.toml --baseline x --bench ledger --only exact",
            "benches are wall time",
        ),
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
    // On a machine too busy to offer the loads, they say nothing, and the check says so.
    let of_loads = ["median delivery", "processor time per command"];
    assert!(names.contains(&"time per event"), "{names:?}");
    assert!(
        of_loads.iter().all(|name| names.contains(name)) || ran.out.contains("the generator fell behind"),
        "{}",
        ran.out
    );
    assert_eq!(record["cases"][0]["moved"].as_array().map(Vec::len), Some(0));
}

/// A program that plays as chappe does and says that it takes ten times as long.
fn slower(bench: &Bench) -> String {
    let path = bench.path("slower");
    let digit = r#"s/"time per event":/"time per event":9/"#;
    bench.write(
        "slower",
        format!("#!/bin/sh\n'{CHAPPE}' \"$@\" | sed '{digit}'\n"),
    );
    let status = Command::new("chmod").arg("+x").arg(&path).status().unwrap();
    assert!(status.success());
    path.display().to_string()
}

#[test]
fn a_slower_program_closes_the_gate_even_if_nobody_listens() {
    let bench = Bench::new();
    let arguments = format!(
        "check town.toml --set horizon=10m --only wall --rounds 6 --baseline {CHAPPE} --candidate {}",
        slower(&bench)
    );
    let ran = gate(&bench, &arguments);
    assert_eq!(ran.code, 4, "{} {}", ran.out, ran.err);
    assert!(
        ran.err.contains("the gate is closed:\n  town, time per event: "),
        "{}",
        ran.err
    );
    let record = bench.json("reports/out/gate/gate.json");
    assert_eq!(record["wall"]["repeated"], true);
    let unheard = Command::new("sh")
        .arg("-c")
        .arg(format!("exec '{CHAPPE}' gate {arguments} >&-"))
        .current_dir(bench.folder())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(unheard.code(), Some(4));
}

/// A repository of the town, in which cargo would take no time to build chappe.
fn repository() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.path("bin")).unwrap();
    bench.write(
        "bin/cargo",
        format!(
            "#!/bin/sh\necho '{{\"target\":{{\"name\":\"chappe\"}},\"executable\":\"{CHAPPE}\"}}'\n\
             echo built >> '{}'\n",
            bench.path("builds").display()
        ),
    );
    let script = "chmod +x bin/cargo && git init -q -b main && git add town.toml && \
                  git -c user.name=a -c user.email=a@b commit -q -m town";
    let status = Command::new("sh")
        .args(["-c", script])
        .current_dir(bench.folder())
        .status()
        .unwrap();
    assert!(status.success());
    bench
}

#[test]
fn a_revision_is_built_once_and_leaves_no_worktree() {
    let bench = repository();
    let path = format!(
        "{}:{}",
        bench.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    for (index, revision) in ["main", "HEAD"].into_iter().enumerate() {
        let output = Command::new(CHAPPE)
            .args([
                "gate",
                "check",
                "town.toml",
                "--set=horizon=10m",
                "--no-instructions",
            ])
            .args(["--rounds=6", "--baseline", revision])
            .env("PATH", &path)
            // As in a hook of git.
            .env("GIT_INDEX_FILE", bench.path(".git/pending"))
            .env("GIT_DIR", bench.path("nowhere"))
            .current_dir(bench.folder())
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{index}: {err}");
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(
            out.contains(&format!("compared with revision {revision} (")),
            "{out}"
        );
    }
    assert_eq!(bench.read("builds"), "built\n", "the second time it is there");
    assert!(
        !bench.path(".git/pending").exists(),
        "an index that is not ours is left alone"
    );
    assert_eq!(
        bench.list("target/gate").len(),
        1,
        "{:?}",
        bench.list("target/gate")
    );
    let worktrees = bench.path(".git/worktrees");
    assert!(!worktrees.exists() || fs::read_dir(worktrees).unwrap().count() == 0);
}

#[test]
fn a_file_that_is_given_is_the_one_that_is_played() {
    let bench = recorded();
    fs::create_dir(bench.path("edited")).unwrap();
    bench.write(
        "edited/town.toml",
        bench.read("town.toml").replace("users = 400", "users = 401"),
    );
    let ran = gate(&bench, "check edited/town.toml");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("scenario hash: "), "{}", ran.err);
    let ran = gate(&bench, "check nowhere/town.toml");
    assert!(
        ran.code == 2 && ran.err.contains("can't read nowhere/town.toml"),
        "{}",
        ran.err
    );
}

/// A scenario's file may be moved or deleted: its baseline says what was run.
#[test]
fn a_baseline_is_played_without_its_file() {
    let bench = recorded();
    fs::remove_file(bench.path("town.toml")).unwrap();
    let ran = gate(&bench, "check");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .starts_with("The gate is open: behaviour as it was in 1 scenario"),
        "{}",
        ran.out
    );
    let ran = gate(&bench, "check town.toml");
    assert!(
        ran.code == 2 && ran.err.contains("can't read town.toml"),
        "{}",
        ran.err
    );
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
    let history = fs::read(bench.path("reports/history.jsonl")).unwrap();
    let reports = bench.list("reports");
    let child = Command::new(CHAPPE)
        .args([
            "gate",
            "check",
            "town.toml",
            "--no-instructions",
            "--rounds=1000",
            "--history=reports/history.jsonl",
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
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("interrupted; nothing was written"), "{err}");
    assert_eq!(bench.list("reports"), reports);
    assert_eq!(fs::read(bench.path("reports/history.jsonl")).unwrap(), history);
    assert_eq!(bench.read("reports/baselines/town.json"), baseline);
}
