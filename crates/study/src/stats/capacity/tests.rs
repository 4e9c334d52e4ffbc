//! Searches whose answer is known, and such as would lead astray.

mod properties;

use super::*;
use chappe_base::{Keyed, Purpose, Stream};
use chappe_metrics::TrialPhase;

const LIMITS: Limits = Limits {
    floor_rate: 1.0,
    start_rate: 100.0,
    cap_rate: 100_000.0,
    growth: 2.0,
    width: 0.1,
    confirmations_count: 3,
    trials_max: 60,
};

fn trial(outcome: Outcome, rate: f64) -> Trial {
    Trial {
        outcome,
        achieved_rate: rate,
        p50_ns: None,
        p99_ns: None,
        excess: Vec::new(),
    }
}

/// Searches where `outcome` says what a rate comes to.
fn search(limits: &Limits, mut outcome: impl FnMut(f64) -> Outcome) -> Capacity {
    let mut outcomes = Vec::new();
    let capacity = find(limits, &mut |rate| {
        outcomes.push(outcome(rate));
        trial(outcomes[outcomes.len() - 1], rate)
    })
    .unwrap();
    let seen: Vec<(bool, bool)> = capacity
        .trials
        .iter()
        .map(|trial| (trial.kept, trial.generator_limited))
        .collect();
    let expected: Vec<(bool, bool)> = outcomes
        .iter()
        .filter(|outcome| **outcome != Outcome::Interrupted)
        .map(|&outcome| (outcome == Outcome::Kept, outcome == Outcome::GeneratorLimited))
        .collect();
    assert_eq!(seen, expected);
    let is_interrupted = outcomes.last() == Some(&Outcome::Interrupted);
    assert_eq!(capacity.ended == CapacityEnd::Interrupted, is_interrupted);
    capacity
}

/// Kept below `threshold`.
fn below(threshold: f64) -> impl FnMut(f64) -> Outcome {
    move |rate| {
        if rate < threshold {
            Outcome::Kept
        } else {
            Outcome::Breached
        }
    }
}

fn rates(capacity: &Capacity) -> (f64, f64) {
    (capacity.kept_rate.unwrap(), capacity.failed_rate.unwrap())
}

#[test]
fn a_known_threshold_is_bracketed_from_both_sides() {
    for threshold in [2.0, 99.0, 100.0, 101.0, 1234.5, 99_999.0] {
        for width in [0.1, 0.01] {
            let capacity = search(&Limits { width, ..LIMITS }, below(threshold));
            assert_eq!(capacity.ended, CapacityEnd::Found, "{threshold}");
            let (kept, failed) = rates(&capacity);
            assert!(
                kept < threshold && threshold <= failed,
                "{threshold}: {kept} {failed}"
            );
            assert!(failed <= kept * (1.0 + width), "{threshold}: {kept} {failed}");
        }
    }
}

#[test]
fn trials_tell_the_whole_search_in_order() {
    let capacity = search(&LIMITS, below(350.0));
    let rates: Vec<f64> = capacity.trials.iter().map(|trial| trial.rate.round()).collect();
    assert_eq!(
        rates,
        [100.0, 200.0, 400.0, 283.0, 336.0, 367.0, 336.0, 336.0, 336.0]
    );
    let phases = |phase| {
        capacity
            .trials
            .iter()
            .filter(|trial| trial.phase == phase)
            .count()
    };
    assert_eq!(
        (
            phases(TrialPhase::Bracket),
            phases(TrialPhase::Bisect),
            phases(TrialPhase::Confirm)
        ),
        (3, 3, 3)
    );
}

#[test]
fn a_cap_that_keeps_is_the_least_the_capacity_can_be() {
    let limits = Limits {
        cap_rate: 1000.0,
        ..LIMITS
    };
    let capacity = search(&limits, below(5000.0));
    assert_eq!(
        (capacity.ended, capacity.kept_rate, capacity.failed_rate),
        (CapacityEnd::Cap, Some(1000.0), None)
    );
    let at_once = search(
        &Limits {
            start_rate: 1000.0,
            ..limits
        },
        below(5000.0),
    );
    assert_eq!((at_once.ended, at_once.trials.len()), (CapacityEnd::Cap, 4));
}

#[test]
fn a_cap_that_keeps_only_once_is_not_the_answer() {
    let limits = Limits {
        cap_rate: 1000.0,
        ..LIMITS
    };
    let mut at_cap_count = 0;
    let capacity = search(&limits, |rate| {
        at_cap_count += usize::from(rate == 1000.0);
        if rate < 950.0 || at_cap_count == 1 {
            Outcome::Kept
        } else {
            Outcome::Breached
        }
    });
    assert_eq!(
        (capacity.ended, capacity.failed_rate),
        (CapacityEnd::Found, Some(1000.0))
    );
    assert!((capacity.kept_rate.unwrap() - 1000.0 / 1.1).abs() < 1e-9);
}

#[test]
fn a_refuted_rate_right_below_the_cap_does_not_make_the_search_creep() {
    let limits = Limits {
        cap_rate: 800.1,
        ..LIMITS
    };
    let mut trials_count = 0;
    let capacity = search(&limits, |rate| {
        trials_count += 1;
        // The first four, up to 800, keep by luck.
        if trials_count <= 4 {
            Outcome::Kept
        } else {
            below(500.0)(rate)
        }
    });
    let (kept, failed) = rates(&capacity);
    assert_eq!(capacity.ended, CapacityEnd::Found);
    assert!(kept < 500.0 && 500.0 <= failed && failed <= kept * 1.1 + 1e-9);
}

#[test]
fn a_platform_that_keeps_nowhere_has_no_capacity() {
    let capacity = search(&LIMITS, |_| Outcome::Breached);
    assert_eq!(
        (capacity.ended, capacity.kept_rate, capacity.failed_rate),
        (CapacityEnd::Nothing, None, Some(1.0))
    );
}

#[test]
fn the_generator_may_be_the_limit() {
    let slow = |rate| {
        if rate < 3000.0 {
            Outcome::Kept
        } else {
            Outcome::GeneratorLimited
        }
    };
    let capacity = search(&LIMITS, slow);
    let (kept, failed) = rates(&capacity);
    assert_eq!(capacity.ended, CapacityEnd::Generator);
    assert!(kept < 3000.0 && 3000.0 <= failed && failed <= kept * 1.1);
    // A limit of the platform below it is found all the same.
    let capacity = search(&LIMITS, |rate| {
        if rate < 2000.0 {
            below(1700.0)(rate)
        } else {
            slow(3000.0)
        }
    });
    let (kept, failed) = rates(&capacity);
    assert_eq!(capacity.ended, CapacityEnd::Found);
    assert!(kept < 1700.0 && 1700.0 <= failed);
    let nowhere = search(&LIMITS, |_| Outcome::GeneratorLimited);
    assert_eq!((nowhere.ended, nowhere.kept_rate), (CapacityEnd::Generator, None));
}

#[test]
fn a_breach_among_confirmations_is_the_platforms_limit() {
    // The cap keeps once; then a breach and a generator that fell behind refute it, in either order.
    for first in [Outcome::Breached, Outcome::GeneratorLimited] {
        let limits = Limits {
            start_rate: 1000.0,
            cap_rate: 1000.0,
            ..LIMITS
        };
        let mut at_cap_count = 0;
        let capacity = search(&limits, |rate| {
            at_cap_count += usize::from(rate == 1000.0);
            match (rate == 1000.0, at_cap_count) {
                (true, 2) => first,
                (true, 3) if first == Outcome::Breached => Outcome::GeneratorLimited,
                (true, 3) => Outcome::Breached,
                (true, _) | (false, _) => Outcome::Kept,
            }
        });
        assert_eq!(
            (capacity.ended, capacity.failed_rate),
            (CapacityEnd::Found, Some(1000.0))
        );
    }
}

#[test]
fn an_interrupt_ends_the_search_with_what_is_known() {
    let mut trials_count = 0;
    let capacity = search(&LIMITS, |_| {
        trials_count += 1;
        if trials_count == 4 {
            Outcome::Interrupted
        } else {
            Outcome::Kept
        }
    });
    assert_eq!(
        (capacity.ended, capacity.kept_rate, capacity.trials.len()),
        (CapacityEnd::Interrupted, Some(400.0), 3)
    );
}

#[test]
fn trials_run_out() {
    let capacity = search(
        &Limits {
            trials_max: 5,
            ..LIMITS
        },
        below(350.0),
    );
    assert_eq!((capacity.ended, capacity.trials.len()), (CapacityEnd::Trials, 5));
    let (kept, failed) = rates(&capacity);
    assert!(kept < 350.0 && 350.0 <= failed);
}

#[test]
fn rates_that_never_keep_twice_are_all_refuted() {
    let mut tried: Vec<f64> = Vec::new();
    let capacity = search(&LIMITS, |rate| {
        let is_first = tried.iter().all(|before| (before - rate).abs() > 1e-6);
        tried.push(rate);
        if is_first {
            Outcome::Kept
        } else {
            Outcome::Breached
        }
    });
    assert!(
        matches!(capacity.ended, CapacityEnd::Trials | CapacityEnd::Nothing),
        "{:?}",
        capacity.ended
    );
    assert!(capacity.trials.len() <= 60);
}

/// The 99th percentile of the time in an M/M/1 queue [s], by the recurrence of Lindley, "The theory of queues
/// with a single server" (1952).
fn p99_of_queue(arrivals_per_s: f64, served_per_s: f64, stream: &mut Stream) -> f64 {
    let mut exponential = |rate: f64| -libm::log(stream.unit()) / rate;
    let mut sojourn: f64 = 0.0;
    let mut sojourns: Vec<f64> = Vec::new();
    for _ in 0..40_000 {
        sojourn = (sojourn - exponential(arrivals_per_s)).max(0.0) + exponential(served_per_s);
        sojourns.push(sojourn);
    }
    crate::stats::statistics::quantile(&sojourns, 0.99).unwrap()
}

#[test]
fn repeated_searches_on_a_noisy_queue_agree_and_are_right() {
    // The time in an M/M/1 queue is exponential with rate 1000 - arrivals: p99 reaches this limit at 900.
    let limit_s = libm::log(100.0) / (1000.0 - 900.0);
    let answers: Vec<f64> = (0..5)
        .map(|repeat| {
            let mut stream = Keyed::new(2016, Purpose::Test).stream(repeat, 1);
            let limits = Limits {
                width: 0.05,
                ..LIMITS
            };
            let capacity = search(&limits, |rate| {
                let is_kept = p99_of_queue(rate, 1000.0, &mut stream) < limit_s;
                if is_kept { Outcome::Kept } else { Outcome::Breached }
            });
            assert_eq!(capacity.ended, CapacityEnd::Found);
            let (kept, failed) = rates(&capacity);
            (kept * failed).sqrt()
        })
        .collect();
    let lowest = answers.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = answers.iter().copied().fold(0.0, f64::max);
    assert!(highest <= lowest * 1.1, "{answers:?}");
    assert!(
        answers.iter().all(|answer| (answer / 900.0 - 1.0).abs() < 0.1),
        "{answers:?}"
    );
}

#[test]
fn limits_that_contradict_themselves_say_what_to_change() {
    let error = |limits: Limits| find(&limits, &mut |_| unreachable!()).unwrap_err().to_string();
    assert!(
        error(Limits {
            start_rate: 1e6,
            ..LIMITS
        })
        .contains("floor <= start <= cap")
    );
    assert!(
        error(Limits {
            floor_rate: 0.0,
            ..LIMITS
        })
        .contains("0 < floor")
    );
    assert!(
        error(Limits {
            cap_rate: f64::INFINITY,
            ..LIMITS
        })
        .contains("out of order")
    );
    assert!(
        error(Limits {
            start_rate: f64::NAN,
            ..LIMITS
        })
        .contains("out of order")
    );
    assert!(
        error(Limits {
            growth: 1.0,
            ..LIMITS
        })
        .contains("such as 2")
    );
    assert!(
        error(Limits {
            growth: f64::NAN,
            ..LIMITS
        })
        .contains("such as 2")
    );
    assert!(error(Limits { width: 0.0, ..LIMITS }).contains("at least 0.001"));
    assert!(
        error(Limits {
            trials_max: 0,
            ..LIMITS
        })
        .contains("better 30")
    );
}

#[test]
fn a_trial_without_observations_ends_the_search() {
    let limits = LIMITS;
    let found = find(&limits, &mut |rate| trial(Outcome::Unmeasured, rate)).unwrap();
    assert_eq!((found.ended, found.trials.len()), (CapacityEnd::Unmeasured, 1));
    assert!(found.trials[0].unmeasured && !found.trials[0].kept);
    let mut outcomes = [Outcome::Kept, Outcome::Unmeasured].into_iter();
    let found = find(&limits, &mut |rate| trial(outcomes.next().unwrap(), rate)).unwrap();
    assert_eq!(found.ended, CapacityEnd::Unmeasured);
    assert_eq!(
        (found.kept_rate, found.failed_rate),
        (Some(limits.start_rate), None)
    );
}

#[test]
fn what_a_lower_rate_brings_no_nearer_does_not_depend_on_it() {
    let limits = Limits {
        floor_rate: 1e-6,
        ..LIMITS
    };
    let breached = |rate: f64, excess: f64| Trial {
        excess: vec![excess, 0.0],
        ..trial(Outcome::Breached, rate)
    };
    let found = find(&limits, &mut |rate| breached(rate, 5.0)).unwrap();
    assert_eq!(found.ended, CapacityEnd::NotByRate);
    let lowest = found.trials.last().unwrap().rate;
    assert!(lowest > limits.start_rate / 200.0, "{lowest}");
    let found = find(&limits, &mut |rate| breached(rate, rate)).unwrap();
    assert_eq!(found.ended, CapacityEnd::Nothing, "it came nearer all the way");
}
