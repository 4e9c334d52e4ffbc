//! Sweeps: their points, their budget, and what has no effect.

use crate::town;
use chappe_base::RunSpec;
use chappe_metrics::SweepRecord;
use chappe_report::Report;
use chappe_study::{
    CachedRuns, Context, Error, FinishedSweep, NoTraces, Note, Observer, Over, Progress, RunsInMemory,
    StopFlag, Sweep, Threads, Unobserved, Vary, WhatIf, sweep, whatif,
};
use std::sync::Mutex;
use std::time::{Duration, Instant};

fn vary(key: &str, low: &str, high: &str) -> Vary {
    Vary {
        key: key.to_string(),
        over: Over::Range([low, high].map(str::to_string)),
    }
}

fn played(asked: &Sweep, runs: &RunsInMemory, observer: &dyn Observer) -> Result<SweepRecord, Error> {
    let stop = StopFlag::new();
    let context = Context {
        threads: Threads::Number(2),
        ..Context::new(&stop, observer, &NoTraces, runs)
    };
    match sweep(&town(), asked, &context)? {
        FinishedSweep::Whole(finished) => Ok(*finished),
        FinishedSweep::Part { .. } => unreachable!("no part was asked for"),
    }
}

#[test]
fn whole_numbers_durations_and_amounts_are_varied_as_what_they_are() {
    let asked = Sweep {
        vary: vec![
            vary("population.users", "100", "103"),
            vary("campaign.0.start", "10m", "50m"),
            vary("campaign.0.bid", "0.01", "0.03"),
        ],
        points: Some(8),
        replications: Some(1),
        ..Sweep::default()
    };
    let record = played(&asked, &RunsInMemory::default(), &Unobserved).unwrap();
    let of_key = |key: usize| {
        let values = record.points.iter().filter(|point| point.arm == "base");
        let mut values: Vec<&str> = values.map(|point| point.values[key].as_str()).collect();
        values.sort_unstable();
        values
    };
    // Each of the four numbers has an equal part of the range.
    assert_eq!(
        of_key(0),
        ["100", "100", "101", "101", "102", "102", "103", "103"]
    );
    let starts = of_key(1)
        .into_iter()
        .map(|start| chappe_base::Duration::parse(start).unwrap());
    assert!(
        starts
            .into_iter()
            .all(|start| (600.0..3000.0).contains(&start.0.as_secs_f64()))
    );
    assert!(
        of_key(2)
            .iter()
            .all(|bid| chappe_base::Amount::parse(bid).is_ok())
    );
    assert_eq!(record.keys[1].range, Some(["10m", "50m"].map(str::to_string)));
}

/// Raises a flag once so many runs have ended.
struct StopAfter<'a>(&'a StopFlag, u64);

impl Observer for StopAfter<'_> {
    fn progress(&self, progress: Progress<'_>) {
        if matches!(progress, Progress::Runs { done, .. } if done >= self.1) {
            self.0.raise();
        }
    }

    fn note(&self, _note: Note) {}
}

#[test]
fn a_sweep_of_many_points_heeds_its_budget_and_goes_on_from_there() {
    let runs = RunsInMemory::default();
    let many = |budget| Sweep {
        vary: vec![vary("agents.ads.buy", "0.1", "0.9")],
        points: Some(200_000),
        replications: Some(1),
        budget: Some(budget),
        ..Sweep::default()
    };
    let estimated = played(&many(Duration::from_millis(300)), &runs, &Unobserved).unwrap_err();
    assert!(
        estimated.to_string().contains("longer than the budget"),
        "{estimated}"
    );
    let mut counts = Vec::new();
    for _ in 0..2 {
        // What would take hours is asked for all the same, and stopped.
        let stop = StopFlag::new();
        let observer = StopAfter(&stop, counts.last().map_or(10, |count| *count as u64 + 10));
        let context = Context::new(&stop, &observer, &NoTraces, &runs);
        let asked = Sweep {
            beyond_budget: true,
            ..many(Duration::ZERO)
        };
        let began = Instant::now();
        let ended = sweep(&town(), &asked, &context);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert!(ended.is_ok(), "some points are whole");
        counts.push(runs.count());
    }
    assert!(counts[0] >= 10 && counts[1] > counts[0], "{counts:?}");
}

/// Lets the budget pass: sleeps after every run.
struct Slow(Duration);

impl Observer for Slow {
    fn progress(&self, progress: Progress<'_>) {
        if matches!(progress, Progress::Runs { .. }) {
            std::thread::sleep(self.0);
        }
    }

    fn note(&self, _note: Note) {}
}

#[test]
fn a_budget_that_ends_leaves_a_report_of_the_points_that_are_whole() {
    let (runs, stop) = (RunsInMemory::default(), StopFlag::new());
    let asked = Sweep {
        vary: vec!["agents.ads.buy=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8".parse().unwrap()],
        replications: Some(2),
        only: vec!["base".to_string()],
        budget: Some(Duration::from_secs(10)),
        ..Sweep::default()
    };
    let observer = Slow(Duration::from_secs(3));
    let context = Context {
        threads: Threads::Number(1),
        ..Context::new(&stop, &observer, &NoTraces, &runs)
    };
    let FinishedSweep::Whole(record) = sweep(&town(), &asked, &context).unwrap() else {
        unreachable!("no part was asked for");
    };
    let (points_count, missing_count) = (record.points.len(), record.missing_count);
    assert!(
        missing_count > 0 && (1..8).contains(&points_count),
        "{points_count}, {missing_count}"
    );
    assert_eq!(record.planned_count, 16);
    assert_eq!(record.planned_count - missing_count, runs.count() as u64);
    let incomplete = record.incomplete().expect("it says so");
    assert!(incomplete.contains("of 16 runs"), "{incomplete}");
    // Its budget was asked for, so it is no interruption; the same command goes on.
    assert_eq!(chappe_study::verdict::of_sweep(&record, false).code(), 0);
    assert_eq!(chappe_study::verdict::of_sweep(&record, true).code(), 130);
    let whole = played(&asked, &runs, &Unobserved).unwrap();
    assert_eq!((whole.points.len(), whole.missing_count), (8, 0));
}

#[test]
fn values_that_contradict_each_other_are_found_before_the_first_run() {
    let runs = RunsInMemory::default();
    let asked = |high: &str| Sweep {
        vary: vec![
            format!("agents.ads.opt_out_share=0.2,{high}").parse().unwrap(),
            format!("agents.ads.mute_share=0.3,{high}").parse().unwrap(),
        ],
        replications: Some(1),
        ..Sweep::default()
    };
    let error = played(&asked("0.6"), &runs, &Unobserved).unwrap_err().to_string();
    for words in [
        "agents.ads.opt_out_share=0.6 agents.ads.mute_share=0.6",
        "add up to more than 1",
    ] {
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(runs.count(), 0, "nothing was played");
    played(&asked("0.5"), &runs, &Unobserved).unwrap();
}

#[test]
fn runs_that_are_kept_take_no_part_of_the_budget() {
    let runs = RunsInMemory::default();
    let asked = |budget| Sweep {
        vary: vec!["agents.ads.buy=0.1,0.2,0.3,0.4,0.5,0.6".parse().unwrap()],
        replications: Some(1),
        budget: Some(budget),
        ..Sweep::default()
    };
    played(&asked(Duration::from_secs(3600)), &runs, &Unobserved).unwrap();
    let all = runs.count();
    let kept = played(&asked(Duration::from_nanos(1)), &runs, &Unobserved).unwrap();
    assert_eq!((kept.missing_count, runs.count()), (0, all));
}

/// Collects notes.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn progress(&self, _progress: Progress<'_>) {}

    fn note(&self, note: Note) {
        self.0.lock().unwrap().push(note.to_string());
    }
}

#[test]
fn an_arm_without_effect_is_named() {
    // Nobody pays, so it makes no difference how much.
    let idle = "\n[[arm]]\nname = \"rich\"\nagents.payment_median = \"500\"\n";
    let mut spec = town();
    spec.scenario.text = spec.scenario.text.replace(
        "page_visits_per_day = 8.0",
        "page_visits_per_day = 8.0\npayments_per_day = 0.0",
    ) + idle;
    let spec: RunSpec = spec;
    let (stop, runs, notes) = (StopFlag::new(), RunsInMemory::default(), Notes::default());
    let context = Context::new(&stop, &notes, &NoTraces, &runs);
    let asked = WhatIf {
        replications: Some(3),
        ..WhatIf::default()
    };
    let record = whatif(&spec, &asked, &context).unwrap();
    let problems: Vec<&str> = record
        .warnings
        .iter()
        .map(|warning| warning.problem.as_str())
        .collect();
    let expected = "`rich` has no effect: its runs went exactly as those of `base`";
    assert_eq!(problems, [expected]);
    assert!(
        notes
            .0
            .lock()
            .unwrap()
            .iter()
            .any(|note| note.starts_with(expected))
    );

    let asked = Sweep {
        vary: vec!["agents.ads.buy=0.1,0.5".parse().unwrap()],
        only: vec!["rich".to_string()],
        replications: Some(2),
        ..Sweep::default()
    };
    let swept = match sweep(&spec, &asked, &context).unwrap() {
        FinishedSweep::Whole(finished) => *finished,
        FinishedSweep::Part { .. } => unreachable!("no part was asked for"),
    };
    assert!(
        swept.warnings.iter().any(|warning| warning.problem == expected),
        "{:?}",
        swept.warnings
    );
}
