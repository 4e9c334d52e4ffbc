//! Timings whose difference is known, on machines as noisy as they come.

use super::*;
use chappe_base::{Keyed, Purpose, Stream, standard_normal_quantile};

const SMALLEST_EFFECT: f64 = 0.03;
const ROUNDS_COUNT: usize = 24;

/// A machine: how far runs are off, how fast it drifts, and how often a run is hit by something else.
#[derive(Clone, Copy)]
struct Machine {
    noise: f64,
    drift: f64,
    hits: f64,
}

const NOISY: Machine = Machine {
    noise: 0.03,
    drift: 0.02,
    hits: 0.08,
};

/// One check of `metrics_count` timings, each with a candidate slower by `factor`.
fn timings(machine: Machine, metrics_count: usize, factor: f64, number: u64) -> Vec<Timings> {
    let mut stream = Keyed::new(2016, Purpose::Test).stream(number, 0);
    let run = |stream: &mut Stream, level: f64| {
        let hit = if stream.unit() < machine.hits { 1.5 } else { 1.0 };
        level * hit * libm::exp(machine.noise * standard_normal_quantile(stream.unit()))
    };
    let mut level = 100.0;
    let mut all = vec![Timings::default(); metrics_count];
    for _ in 0..ROUNDS_COUNT {
        level *= libm::exp(machine.drift * standard_normal_quantile(stream.unit()));
        for timings in &mut all {
            timings.baseline.push(run(&mut stream, level));
            timings.again.push(run(&mut stream, level));
            timings.candidate.push(run(&mut stream, level * factor));
        }
    }
    all
}

/// The verdicts of a check, with a fresh repetition of what is suspected.
fn check(machine: Machine, metrics_count: usize, factor: f64, number: u64) -> Vec<Verdict> {
    let first = slowdowns(&timings(machine, metrics_count, factor, 2 * number), 1);
    let again = slowdowns(&timings(machine, metrics_count, factor, 2 * number + 1), 2);
    let pairs = first.iter().flatten().zip(again.iter().flatten());
    pairs
        .map(|(first, again)| first.judge(Some(again), SMALLEST_EFFECT).verdict)
        .collect()
}

#[test]
fn what_does_not_differ_is_not_called_slower() {
    let is_false = |number: &u64| check(NOISY, 6, 1.0, *number).contains(&Verdict::Regressed);
    assert_eq!((0..100).filter(is_false).count(), 0);
}

#[test]
fn one_percent_is_never_a_regression() {
    for noise in [0.002, 0.01, 0.03] {
        let machine = Machine { noise, ..NOISY };
        let is_called = |number: &u64| check(machine, 6, 1.01, *number).contains(&Verdict::Regressed);
        assert_eq!((0..100).filter(is_called).count(), 0, "{noise}");
    }
}

#[test]
fn ten_percent_is_found() {
    let is_found = |number: &u64| check(NOISY, 3, 1.1, *number).contains(&Verdict::Regressed);
    let found_count = (0..100).filter(is_found).count();
    assert!(found_count >= 90, "{found_count}");
    let is_found = |number: &u64| check(NOISY, 3, 1.0 / 1.1, *number).contains(&Verdict::Improved);
    let found_count = (0..100).filter(is_found).count();
    assert!(found_count >= 90, "{found_count}");
}

#[test]
fn a_machine_that_differs_from_itself_condemns_nobody() {
    // The second run of the baseline is always 8% slower, as after a cache was filled by the first.
    let mut timings = timings(NOISY, 1, 1.06, 7);
    for time in &mut timings[0].again {
        *time *= 1.08;
    }
    let slowdown = slowdowns(&timings, 1)[0].unwrap();
    assert!(slowdown.noise_floor > 0.07, "{slowdown:?}");
    assert_eq!(slowdown.suspicion(SMALLEST_EFFECT), None);
}

#[test]
fn a_suspicion_that_does_not_come_back_is_none() {
    let suspect = slowdowns(&timings(NOISY, 1, 1.2, 3), 1)[0].unwrap();
    let fresh = slowdowns(&timings(NOISY, 1, 1.0, 4), 1)[0].unwrap();
    assert_eq!(suspect.suspicion(SMALLEST_EFFECT), Some(Verdict::Regressed));
    assert_eq!(
        suspect.judge(Some(&fresh), SMALLEST_EFFECT).verdict,
        Verdict::Inconclusive
    );
    assert_eq!(
        suspect.judge(None, SMALLEST_EFFECT).verdict,
        Verdict::Inconclusive
    );
    assert_eq!(
        suspect.judge(Some(&suspect), SMALLEST_EFFECT).verdict,
        Verdict::Regressed
    );
}

#[test]
fn p_values_hold_for_all_timings_together() {
    let alone = slowdowns(&timings(NOISY, 1, 1.1, 5), 1)[0].unwrap().p_value;
    let mut many = timings(NOISY, 8, 1.0, 6);
    many.push(timings(NOISY, 1, 1.1, 5).remove(0));
    let among = slowdowns(&many, 1)[8].unwrap().p_value;
    assert!((among - 9.0 * alone).abs() < 1e-12, "{alone} {among}");
}

#[test]
fn as_many_rounds_as_advised_are_enough() {
    let slowdown = |difference, low, high, noise_floor| Slowdown {
        rounds_count: 10,
        difference,
        interval: Interval {
            low,
            high,
            level: LEVEL,
        },
        noise_floor,
        p_value: 0.01,
    };
    let more = |slowdown: Slowdown| slowdown.judge(None, SMALLEST_EFFECT).more_rounds_count;
    // From 0.04 above the estimate to 0.02, that is four times the rounds.
    assert_eq!(more(slowdown(0.05, 0.01, 0.09, 0.0)), Some(30));
    // The noise floor comes down as well: 0.04 + 0.06 to 0.05.
    assert_eq!(more(slowdown(0.05, 0.01, 0.09, 0.06)), Some(30));
    assert_eq!(more(slowdown(0.01, -0.03, 0.05, 0.0)), Some(30));
    assert_eq!(more(slowdown(0.0301, -0.4, 0.4, 0.0)), None);
    assert_eq!(more(slowdown(0.0, -0.01, 0.01, 0.0)), None, "it is unchanged");
}

#[test]
fn sentences_read_well() {
    let interval = |low, high| Interval {
        low,
        high,
        level: LEVEL,
    };
    let slowdown = |difference, low, high| Slowdown {
        rounds_count: 10,
        difference,
        interval: interval(low, high),
        noise_floor: 0.02,
        p_value: 0.01,
    };
    let told = |slowdown: Slowdown, again| {
        slowdown.sentence("first-ads, event", slowdown.judge(again, SMALLEST_EFFECT))
    };
    let slow = slowdown(0.1, 0.087, 0.12);
    assert_eq!(
        told(slow, Some(&slow)),
        "first-ads, event: 10% slower (95% interval 8.7% to 12% slower, noise 2%): regressed"
    );
    assert_eq!(
        told(slowdown(-0.2, -0.25, -0.15), None),
        "first-ads, event: 20% faster (95% interval 15% to 25% faster, noise 2%): inconclusive, as a fresh repetition did not find it again"
    );
    assert_eq!(
        told(slowdown(0.0, -0.01, 0.012), None),
        "first-ads, event: 0% slower (95% interval 1% faster to 1.2% slower, noise 2%): unchanged"
    );
}

#[test]
fn enough_rounds_can_tell_any_number_of_timings_from_chance() {
    let clear = |rounds: usize| Timings {
        baseline: (0..rounds).map(|round| 100.0 + round as f64 / 10.0).collect(),
        again: (0..rounds).map(|round| 100.0 + round as f64 / 11.0).collect(),
        candidate: vec![150.0; rounds],
    };
    for timings_count in [1, 2, 12, 30, 500] {
        let rounds = rounds_wanted(timings_count);
        let is_told = |rounds| {
            let found = slowdowns(&vec![clear(rounds); timings_count], 1);
            found[0].unwrap().suspicion(SMALLEST_EFFECT).is_some()
        };
        assert!(
            is_told(rounds) && !is_told(rounds - 2),
            "{timings_count}: {rounds}"
        );
    }
}

#[test]
fn times_that_are_none_are_left_out() {
    let mut broken = timings(NOISY, 3, 1.1, 8);
    broken[0].candidate[2] = 0.0;
    broken[1].again.pop();
    let found: Vec<bool> = slowdowns(&broken, 1).iter().map(Option::is_some).collect();
    assert_eq!(found, [false, false, true]);
    assert_eq!(slowdowns(&[Timings::default()], 1), [None]);
}
