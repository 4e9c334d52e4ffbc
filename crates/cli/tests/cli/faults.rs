//! A campaign of faults: commands are killed at any instant and given again, and two of each work on one place at once.
//!
//! `CHAPPE_KILLS=500 cargo test -p chappe-cli faults -- --nocapture` kills more often, and says what was found.

use crate::chappe::{Bench, CHAPPE};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a command is killed if nobody says.
const KILLS_USUALLY: u32 = 12;

/// A command that writes, and how what it has written is read.
struct Case {
    name: &'static str,
    arguments: &'static str,
    /// Its outputs, each by its name.
    outputs: fn(&Bench) -> BTreeMap<&'static str, Option<String>>,
}

const CASES: [Case; 4] = [
    Case {
        name: "run",
        arguments: "run town.toml -q --out it --log facts.jsonl --trace trace.txt",
        outputs: |bench| {
            [
                ("record", record(&bench.path("it"), "run.json")),
                ("log", fs::read_to_string(bench.path("facts.jsonl")).ok()),
                ("trace", fs::read_to_string(bench.path("trace.txt")).ok()),
            ]
            .into()
        },
    },
    Case {
        name: "whatif",
        arguments: "whatif town.toml -q --set horizon=20m --replications 4 --out it",
        outputs: |bench| [("record", record(&bench.path("it"), "whatif.json"))].into(),
    },
    Case {
        name: "sweep",
        arguments: "sweep town.toml -q --set horizon=20m --vary scale=0.5,1,2 --replications 3 --out it",
        outputs: |bench| [("record", record(&bench.path("it"), "sweep.json"))].into(),
    },
    Case {
        name: "gate record",
        arguments: "gate record town.toml -q --no-instructions --baselines base --history history.jsonl",
        outputs: |bench| {
            let baseline = fs::read_to_string(bench.path("base/town.json")).ok();
            [("baseline", baseline.map(|text| behaviour(&text)))].into()
        },
    },
];

/// The deterministic part of the record in a folder, which must be whole if it is there.
fn record(folder: &Path, file: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join(file)).ok()?;
    let mut record: Value = serde_json::from_str(&text).expect("a record that is there is whole");
    for part in ["index.html", "summary.md", "scenario.toml", "junit.xml"] {
        assert!(folder.join(part).exists(), "{part} is missing beside {file}");
    }
    record.as_object_mut().unwrap().remove("execution");
    Some(record.to_string())
}

/// What a baseline says of the behaviour.
fn behaviour(text: &str) -> String {
    let baseline: Value = serde_json::from_str(text).expect("a baseline that is there is whole");
    baseline["played"]["behaviour"].to_string()
}

fn start(bench: &Bench, case: &Case) -> Child {
    Command::new(CHAPPE)
        .args(case.arguments.split_whitespace())
        .current_dir(bench.folder())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Names of partial outputs.
fn partial(bench: &Bench) -> Vec<String> {
    let mut names = bench.list(".");
    for folder in ["it/cells", "base"] {
        if bench.path(folder).is_dir() {
            names.extend(bench.list(folder));
        }
    }
    names.retain(|name| name.contains(".partial-"));
    names
}

/// The cached runs of a study.
fn cells(bench: &Bench) -> BTreeSet<String> {
    let names = match bench.path("it/cells").is_dir() {
        true => bench.list("it/cells"),
        false => Vec::new(),
    };
    names
        .into_iter()
        .filter(|name| !name.contains(".partial-"))
        .collect()
}

/// Numbers that look drawn, the same each time: where in its time a command is killed.
fn instant(kill: u32) -> f64 {
    f64::from(kill.wrapping_mul(2_654_435_769)) / f64::from(u32::MAX)
}

/// What was found after kills.
#[derive(Default)]
struct Found {
    kills_count: u32,
    /// Kills after which an output was there, whole.
    whole_count: u32,
    /// Kills after which something partial lay about.
    partial_count: u32,
    resumed: Duration,
}

/// Kills a command after `time`, and gives it again.
fn kill_once(
    bench: &Bench,
    case: &Case,
    expected: &BTreeMap<&str, Option<String>>,
    time: Duration,
    found: &mut Found,
) {
    let mut child = start(bench, case);
    std::thread::sleep(time);
    let _ = child.kill();
    child.wait().unwrap();
    let left = (case.outputs)(bench);
    for (name, output) in &left {
        if let Some(output) = output {
            assert!(
                Some(output) == expected[name].as_ref(),
                "{}: the {name} is not whole",
                case.name
            );
        }
    }
    found.kills_count += 1;
    found.whole_count += u32::from(left.values().any(Option::is_some));
    found.partial_count += u32::from(!partial(bench).is_empty());
    let kept = cells(bench);
    let resumed = Instant::now();
    bench.chappe(case.arguments).out();
    found.resumed += resumed.elapsed();
    assert!(
        (case.outputs)(bench) == *expected,
        "{}: given again, it comes to something else",
        case.name
    );
    assert!(kept.is_subset(&cells(bench)), "{}: runs are lost", case.name);
    assert_eq!(partial(bench), Vec::<String>::new(), "{}", case.name);
}

#[test]
fn whatever_is_killed_leaves_whole_outputs_or_none_and_can_be_given_again() {
    let asked = std::env::var("CHAPPE_KILLS").ok();
    let kills_count = asked.map_or(KILLS_USUALLY, |kills| {
        kills.parse().expect("CHAPPE_KILLS is a number")
    });
    for (number, case) in (0..).zip(&CASES) {
        let bench = Bench::new();
        let began = Instant::now();
        bench.chappe(case.arguments).out();
        let whole = began.elapsed();
        let expected = (case.outputs)(&bench);
        assert!(expected.values().all(Option::is_some), "{}", case.name);
        let mut found = Found::default();
        for kill in (0..kills_count).filter(|kill| kill % CASES.len() as u32 == number) {
            // Every other time there is nothing yet.
            let bench = Bench::new();
            if kill / CASES.len() as u32 % 2 == 1 {
                bench.chappe(case.arguments).out();
            }
            kill_once(
                &bench,
                case,
                &expected,
                whole.mul_f64(1.1 * instant(kill + 1)),
                &mut found,
            );
        }
        eprintln!(
            "| {} | {} | {} | {} | {:.2} s | {:.2} s |",
            case.name,
            found.kills_count,
            found.whole_count,
            found.partial_count,
            whole.as_secs_f64(),
            found.resumed.as_secs_f64() / f64::from(found.kills_count.max(1)),
        );
    }
}

#[test]
fn two_at_once_on_one_place_are_both_right() {
    for case in &CASES {
        let bench = Bench::new();
        bench.chappe(case.arguments).out();
        let expected = (case.outputs)(&bench);
        let bench = Bench::new();
        let both = [(); 2].map(|()| start(&bench, case));
        for child in both {
            assert!(
                child.wait_with_output().unwrap().status.success(),
                "{}",
                case.name
            );
        }
        assert!((case.outputs)(&bench) == expected, "{}", case.name);
        assert_eq!(partial(&bench), Vec::<String>::new(), "{}", case.name);
        if case.name == "gate record" {
            assert_eq!(bench.read("history.jsonl").lines().count(), 2);
        }
    }
}
