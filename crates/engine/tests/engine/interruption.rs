//! A stopped run equals one with that time as its horizon.

use crate::play::{Play, Played, first_ads, play_with, record};
use chappe_base::SimTime;
use chappe_engine::{Progress, StopFlag};
use chappe_scenario::Scenario;

/// Plays until the progress has been reported `reports_count` times.
fn interrupted(scenario: &Scenario, workers: usize, reports_count: u32) -> Played {
    let stop = StopFlag::new();
    let mut seen_count = 0;
    let mut progress = |progress: Progress| {
        assert!(progress.events_count > 0 && progress.now < scenario.horizon);
        seen_count += 1;
        if seen_count == reports_count {
            stop.raise();
        }
    };
    let play = Play {
        workers,
        until: None,
        stop: &stop,
        progress: &mut progress,
    };
    play_with(scenario, play)
}

fn until(scenario: &Scenario, end: SimTime) -> Played {
    let play = Play {
        workers: 1,
        until: Some(end),
        stop: &StopFlag::new(),
        progress: &mut |_| {},
    };
    play_with(scenario, play)
}

#[test]
fn an_interrupted_run_equals_one_until_the_time_at_which_it_stopped() {
    // So long that a test would time out if the interruption did nothing.
    let scenario = first_ads(&[("horizon", "300 days")]);
    for workers in [1, 2] {
        let stopped = interrupted(&scenario, workers, 1);
        let end = stopped.simulated.stopped_at.expect("it was stopped");
        assert!(SimTime::ZERO < end && end < scenario.horizon, "{end:?}");
        let meant = until(&scenario, end);
        assert_eq!(meant.simulated.stopped_at, None);
        assert!(stopped.facts == meant.facts, "{workers} workers");
        assert_eq!(stopped.simulated.digest, meant.simulated.digest);
        assert_eq!(stopped.simulated.events_count, meant.simulated.events_count);

        let [stopped, meant] = [stopped, meant].map(|played| record(&scenario, &played.simulated));
        assert_eq!((stopped.interrupted, meant.interrupted), (true, false));
        assert_eq!(stopped.result, meant.result);
        assert_eq!(stopped.result.window.until_ns, end.0);
        assert!(
            stopped.result.audit.passed,
            "{:#?}",
            stopped.result.audit.violations
        );
    }
}

#[test]
fn a_run_may_end_before_its_warm_up() {
    let scenario = first_ads(&[("warm_up", "2h")]);
    let played = until(&scenario, SimTime(1));
    let record = record(&scenario, &played.simulated);
    assert!(
        record.result.audit.passed,
        "{:#?}",
        record.result.audit.violations
    );
    assert_eq!(record.result.window.until_ns, 1);
}
