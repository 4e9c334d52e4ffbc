//! Runs the shipped scenarios, with values replaced to make them small.

use chappe_audit::{Audit, Promises, Verdict};
use chappe_base::{Record, RunSpec, SimTime};
use chappe_engine::{
    FactSink, Progress, SimulateOptions, Simulated, StopFlag, promises_of, run_record, simulate,
};
use chappe_metrics::{Execution, Metric, RunRecord};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::Trace;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn read(file: &str) -> Vec<u8> {
    let path = folder().join(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of all scenarios, in order.
pub(crate) fn shipped() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the project ships scenarios");
    let files = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files
        .filter_map(|file| file.strip_suffix(".toml").map(str::to_string))
        .collect();
    names.sort();
    names
}

/// A shipped scenario, or one of its arms, with values replaced as by `--set`.
pub(crate) fn scenario(name: &str, arm: Option<&str>, set: &[(&str, &str)]) -> Scenario {
    let file = format!("{name}.toml");
    let text = String::from_utf8(read(&file)).unwrap();
    let owned = |(key, value): &(&str, &str)| (key.to_string(), value.to_string());
    let overrides = Overrides {
        set: set.iter().map(owned).collect(),
        arm: arm.map(str::to_string),
        ..Overrides::default()
    };
    let scenario = ScenarioFile::parse(&file, &text).and_then(|file| file.resolve(&overrides));
    scenario.unwrap_or_else(|error| panic!("{error:?}"))
}

/// The main scenario as most tests play it: some hundred ads, payments and orders in a few hours.
pub(crate) fn first_ads(set: &[(&str, &str)]) -> Scenario {
    const SMALL: [(&str, &str); 8] = [
        ("population.users", "1500"),
        ("population.pages", "8"),
        ("platform.shards", "6"),
        ("horizon", "3h"),
        ("warm_up", "10m"),
        ("campaign.0.start", "20m"),
        ("campaign.1.start", "20m"),
        ("agents.page_visits_per_day", "2.0"),
    ];
    scenario("first-ads", None, &[&SMALL, set].concat())
}

/// The result of a run and all its facts.
pub(crate) struct Played {
    pub(crate) simulated: Simulated,
    /// All facts in the order of the event log: by time, then by shard; history comes first.
    pub(crate) facts: Vec<Record>,
}

/// How to play.
pub(crate) struct Play<'a> {
    pub(crate) workers: usize,
    pub(crate) until: Option<SimTime>,
    pub(crate) stop: &'a StopFlag,
    pub(crate) progress: &'a mut dyn FnMut(Progress),
}

/// Plays a scenario to its end.
pub(crate) fn play(scenario: &Scenario, workers: usize) -> Played {
    play_with(
        scenario,
        Play {
            workers,
            until: None,
            stop: &StopFlag::new(),
            progress: &mut |_| {},
        },
    )
}

/// Plays a scenario.
pub(crate) fn play_with(scenario: &Scenario, play: Play<'_>) -> Played {
    let kept: Arc<Mutex<Vec<Record>>> = Arc::default();
    let mut sink = |_: usize| -> FactSink {
        let kept = Arc::clone(&kept);
        Box::new(move |record| kept.lock().unwrap().push(*record))
    };
    let simulated = simulate(
        scenario,
        SimulateOptions::new(play.stop)
            .workers(play.workers)
            .until(play.until)
            .progress(play.progress)
            .log(&mut sink)
            .trace(trace(scenario)),
    );
    let mut facts = std::mem::take(&mut *kept.lock().unwrap());
    // Stable: facts of one shard at one time keep their order.
    facts.sort_by_key(|record| (record.at.max(SimTime(-1)), record.shard));
    Played { simulated, facts }
}

fn trace(scenario: &Scenario) -> Option<Arc<Trace>> {
    let text = read(scenario.traffic.replay.as_ref()?);
    let trace = Trace::read(text.as_slice()).unwrap_or_else(|error| panic!("{error}"));
    Some(Arc::new(trace))
}

/// The record of a run.
pub(crate) fn record(scenario: &Scenario, simulated: &Simulated) -> RunRecord {
    let spec = RunSpec::new("0.1.0", &scenario.name, String::new());
    run_record(
        spec,
        scenario,
        None,
        simulated.output(),
        &scenario.thresholds,
        Execution::default(),
    )
}

/// The count or amount of a metric in a record.
pub(crate) fn amount(record: &RunRecord, metric: &str) -> i64 {
    match &record.result.metrics[metric] {
        Metric::Histogram(summary) => summary.count as i64,
        Metric::Counter { value, .. } | Metric::Gauge { value, .. } => *value,
        Metric::Ratio { numerator, .. } => *numerator,
    }
}

/// The audit's verdict on `facts`, by the promises of `scenario`.
pub(crate) fn judge(scenario: &Scenario, facts: &[Record]) -> Verdict {
    judge_by(&promises_of(scenario), scenario, facts)
}

/// The audit's verdict on `facts`, by other promises than the scenario's own.
pub(crate) fn judge_by(promises: &Promises, scenario: &Scenario, facts: &[Record]) -> Verdict {
    let mut audit = Audit::new(scenario.platform.homes, promises);
    for record in facts {
        audit.observe(record).unwrap();
    }
    audit.finish()
}
