//! Simulated people against a recorded community, through the whole simulator: the messages that
//! the platform accepts, read by the reader of recorded traces.

use chappe_base::Record;
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_scenario::{Overrides, ScenarioFile};
use chappe_workload::{Recorder, Trace, TraceStatistics};
use std::path::Path;
use std::sync::{Arc, Mutex};

const SCENARIO: &str = include_str!("../../../../scenarios/workload-fit.toml");
/// Local time of the recorded trace.
const ZONE_MINUTES: i16 = -7 * 60;

/// How far a figure may be from the recorded one, as a share of it.
const TOLERANCE: f64 = 0.1;
/// Contacts and sender skew, as published with the trace.
const PUBLISHED: [(&str, f64); 7] = [
    ("contacts, mean", 14.6),
    ("contacts, median", 5.0),
    ("contacts, 90%", 37.0),
    ("top 1% of senders send", 0.14),
    ("top 10% of senders send", 0.56),
    ("messages per sender, median", 14.0),
    ("messages per sender, mean", 44.0),
];

/// The figures of the scenario's run with `seed`, or with its own.
fn simulated(seed: Option<u64>) -> TraceStatistics {
    let overrides = Overrides {
        set: seed
            .map(|seed| ("seed".to_owned(), seed.to_string()))
            .into_iter()
            .collect(),
        ..Overrides::default()
    };
    let scenario = ScenarioFile::parse("workload-fit.toml", SCENARIO)
        .and_then(|file| file.resolve(&overrides))
        .expect("the scenario is valid");
    let recorder: Arc<Mutex<Recorder>> = Arc::default();
    let mut sinks = |_: usize| -> FactSink {
        let recorder = Arc::clone(&recorder);
        Box::new(move |record: &Record| recorder.lock().expect("no sink panics").observe(&record.fact))
    };
    let run = simulate(&scenario, SimulateOptions::new(&StopFlag::new()).log(&mut sinks));
    assert_eq!(run.verdict.violation_count(), 0);
    let recorder = std::mem::take(&mut *recorder.lock().expect("no sink panics"));
    let mut text = Vec::new();
    recorder.write(&mut text).expect("memory takes everything");
    let trace = Trace::read(text.as_slice()).expect("what is recorded is well formed");
    TraceStatistics::of(&trace, ZONE_MINUTES)
}

/// The recorded trace, if it lies beside the workspace.
fn recorded() -> Option<TraceStatistics> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/CollegeMsg.txt");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let trace = Trace::read(bytes.as_slice()).expect("the trace is well formed");
            Some(TraceStatistics::of(&trace, ZONE_MINUTES))
        }
        Err(error) => {
            eprintln!("skipped: no trace at {}: {error}", path.display());
            None
        }
    }
}

fn value(statistics: &TraceStatistics, name: &str) -> f64 {
    let figures = statistics.figures();
    let figure = figures.iter().find(|figure| figure.name == name);
    let value = figure.expect("the figure exists").value;
    value.expect("the figure is seen")
}

fn assert_near(run: &TraceStatistics, name: &str, expected: f64) {
    let found = value(run, name);
    let difference = found / expected - 1.0;
    assert!(
        difference.abs() <= TOLERANCE,
        "{name}: {found} instead of {expected}"
    );
}

#[test]
fn contacts_and_senders_are_as_published() {
    let run = simulated(None);
    for (name, expected) in PUBLISHED {
        assert_near(&run, name, expected);
    }
}

#[test]
fn replies_contacts_and_senders_are_as_recorded() {
    let Some(recorded) = recorded() else { return };
    let run = simulated(None);
    let distance = run.replies_s.distance(&recorded.replies_s);
    assert!(distance < 0.1, "the reply times are {distance} apart");
    for (name, _) in PUBLISHED {
        assert_near(&run, name, value(&recorded, name));
    }
}

/// Reply times hardly depend on the seed, so the fit is not due to one seed.
#[test]
fn replies_are_as_recorded_under_other_seeds_too() {
    let Some(recorded) = recorded() else { return };
    for seed in [1, 2, 3] {
        let distance = simulated(Some(seed)).replies_s.distance(&recorded.replies_s);
        assert!(
            distance < 0.1,
            "seed {seed}: the reply times are {distance} apart"
        );
    }
}
