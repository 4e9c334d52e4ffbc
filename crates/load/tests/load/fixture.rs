//! Small scenarios with their tapes, and loads on them.

use chappe_base::SimTime;
use chappe_engine::{RecordOptions, StopFlag, record_tape};
use chappe_load::{LiveRun, LoadOptions, Plan, Shape, load};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::Tape;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The scenario of `file`, with `changes` of the form `key=value`.
pub(crate) fn scenario(file: &str, changes: &[&str]) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../scenarios")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let pairs = changes.iter().map(|change| change.split_once('=').unwrap());
    let overrides = Overrides {
        set: pairs
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect(),
        ..Overrides::default()
    };
    ScenarioFile::parse(file, &text)
        .unwrap()
        .resolve(&overrides)
        .unwrap()
}

/// Its first `count` requests.
pub(crate) fn tape(scenario: &Scenario, count: usize) -> Tape {
    let options = RecordOptions {
        from: SimTime::ZERO,
        requests_count: count,
        trace: None,
        stop: &StopFlag::new(),
        progress: &mut |_| {},
    };
    record_tape(scenario, options)
}

/// A plan of `rate` commands per second, and its duration.
pub(crate) fn constant(rate: f64, milliseconds: u64) -> (Plan, Duration) {
    (
        Plan::Open(Shape::Constant { rate }),
        Duration::from_millis(milliseconds),
    )
}

/// One load at a time, because two would slow each other down.
static ALONE: Mutex<()> = Mutex::new(());

/// Offers a load, after `change` has changed its options.
pub(crate) fn offer(
    scenario: &Scenario,
    tape: &Tape,
    (plan, duration): (Plan, Duration),
    change: impl FnOnce(&mut LoadOptions<'_>),
) -> LiveRun {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stop = StopFlag::new();
    let mut options = LoadOptions {
        plan,
        warm_up: Duration::ZERO,
        duration,
        threads: 2,
        injectors: 1,
        from: SimTime::ZERO,
        stop: &stop,
        progress: &mut |_| {},
        thresholds: &[],
        stall: None,
        keep_applied: false,
    };
    change(&mut options);
    load(scenario, tape, None, options).unwrap()
}
