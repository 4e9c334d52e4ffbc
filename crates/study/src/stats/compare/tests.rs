//! Plans that let drift cancel; comparisons of figures whose difference is known.

use super::*;
use chappe_base::{Keyed, Purpose, standard_normal_quantile};
use proptest::prelude::*;

/// A baseline about 100 and a candidate about `ratio` times that, each run off by about `noise`.
fn figures(experiment: u64, rounds_count: usize, ratio: f64, noise: f64) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Keyed::new(2016, Purpose::Test).stream(experiment, 0);
    let mut one = |middle: f64| middle * libm::exp(noise * standard_normal_quantile(stream.unit()));
    (0..rounds_count)
        .map(|_| (one(100.0), one(100.0 * ratio)))
        .unzip()
}

fn of(figures: &(Vec<f64>, Vec<f64>), better: Better) -> Comparison {
    Comparison::of(&figures.0, &figures.1, better, 0.05).unwrap()
}

#[test]
fn every_second_round_mirrors_the_one_before() {
    let plan = Plan::abba(3, 8, 1);
    for pair in plan.rounds().chunks(2) {
        let mirrored: Vec<usize> = pair[1].iter().rev().copied().collect();
        assert_eq!(pair[0], mirrored);
    }
    assert_eq!(plan, Plan::abba(3, 8, 1));
    assert_ne!(plan, Plan::abba(3, 8, 2));
    assert!((0..20).any(|seed| Plan::abba(2, 2, seed).rounds()[0] == [1, 0]));
    assert_eq!(Plan::abba(0, 2, 1).runs().count(), 0);
}

#[test]
fn steady_drift_cancels() {
    for (variants_count, rounds_count) in [(2, 2), (2, 10), (5, 6)] {
        let mut drift = vec![0; variants_count];
        let mut runs_count = vec![0; variants_count];
        for (position, run) in Plan::abba(variants_count, rounds_count, 3).runs().enumerate() {
            drift[run.variant] += position;
            runs_count[run.variant] += 1;
        }
        assert!(drift.iter().all(|it| *it == drift[0]), "{drift:?}");
        assert!(runs_count.iter().all(|it| *it == rounds_count), "{runs_count:?}");
    }
}

#[test]
fn a_known_difference_is_found() {
    let lower = of(&figures(1, 10, 0.6, 0.05), Better::Lower);
    assert!((lower.difference + 0.4).abs() < 0.03, "{lower:?}");
    assert!(lower.interval.contains(lower.difference));
    assert_eq!(
        (lower.verdict, lower.more_rounds_count),
        (Verdict::Improved, None)
    );
    assert_eq!(
        of(&figures(1, 10, 0.6, 0.05), Better::Higher).verdict,
        Verdict::Regressed
    );
    assert_eq!(
        of(&figures(1, 10, 0.6, 0.05), Better::None).verdict,
        Verdict::Changed
    );
    assert_eq!(
        of(&figures(1, 10, 1.4, 0.05), Better::Higher).verdict,
        Verdict::Improved
    );
    assert_eq!(
        of(&figures(1, 10, 1.0, 0.01), Better::Lower).verdict,
        Verdict::Unchanged
    );
    assert_eq!(
        of(&figures(1, 10, 1.02, 0.005), Better::Lower).verdict,
        Verdict::Unchanged
    );
}

#[test]
fn verdicts_need_an_interval_clear_of_zero_and_an_effect_that_matters() {
    let verdict = |low, difference, high| {
        let interval = Interval {
            low,
            high,
            level: 0.95,
        };
        judge(10, difference, &interval, Better::Higher, 0.05)
    };
    let cases = [
        ((0.06, 0.08, 0.10), Verdict::Improved),
        ((0.01, 0.06, 0.11), Verdict::Improved),
        ((-0.11, -0.06, -0.01), Verdict::Regressed),
        ((0.01, 0.03, 0.05), Verdict::Unchanged),
        ((-0.05, 0.0, 0.05), Verdict::Unchanged),
        ((0.01, 0.04, 0.07), Verdict::Inconclusive),
        ((-0.01, 0.06, 0.13), Verdict::Inconclusive),
        ((-0.07, -0.04, -0.01), Verdict::Inconclusive),
    ];
    for ((low, difference, high), expected) in cases {
        assert_eq!(
            verdict(low, difference, high).0,
            expected,
            "{low} {difference} {high}"
        );
    }
    // The end at 0.08 has to come down from 0.06 above the estimate to 0.03: four times the rounds.
    assert_eq!(verdict(0.0, 0.02, 0.08), (Verdict::Inconclusive, Some(30)));
    assert_eq!(verdict(-0.125, 0.0625, 0.25), (Verdict::Inconclusive, Some(80)));
    assert_eq!(verdict(-1.0, 0.0499, 1.0), (Verdict::Inconclusive, None));
}

#[test]
fn what_does_not_differ_is_seldom_called_different() {
    for rounds_count in [4, 10] {
        let is_wrong = |experiment: &u64| {
            let verdict = of(&figures(*experiment, rounds_count, 1.0, 0.1), Better::Lower).verdict;
            matches!(verdict, Verdict::Improved | Verdict::Regressed)
        };
        let wrong_count = (0..1000).filter(is_wrong).count();
        assert!(
            (1..=80).contains(&wrong_count),
            "{rounds_count} rounds: {wrong_count}"
        );
    }
}

#[test]
fn as_many_rounds_as_advised_do_tell_as_a_rule() {
    let (mut asked_count, mut told_count) = (0, 0);
    for experiment in 0..300 {
        let first = of(&figures(experiment, 6, 1.15, 0.15), Better::Lower);
        let Some(more_count) = first.more_rounds_count.filter(|_| first.difference > 0.1) else {
            continue;
        };
        asked_count += 1;
        let all = of(&figures(experiment, 6 + more_count, 1.15, 0.15), Better::Lower);
        told_count += usize::from(all.verdict != Verdict::Inconclusive);
    }
    assert!(
        asked_count > 50 && told_count * 3 > asked_count * 2,
        "{told_count} of {asked_count}"
    );
}

#[test]
fn one_wild_run_of_twelve_does_not_hide_a_difference() {
    let mut figures = figures(4, 12, 0.6, 0.05);
    figures.1[3] *= 50.0;
    let comparison = of(&figures, Better::Lower);
    assert_eq!(comparison.verdict, Verdict::Improved, "{comparison:?}");
}

#[test]
fn zeros_are_compared_by_plain_differences() {
    let dropped = Comparison::of(&[0.0; 6], &[4.0, 5.0, 6.0, 5.0, 4.0, 6.0], Better::Lower, 0.05).unwrap();
    assert_eq!((dropped.scale, dropped.difference), (Scale::Plain, 5.0));
    assert_eq!(dropped.verdict, Verdict::Regressed);
    let none = Comparison::of(&[0.0; 6], &[0.0; 6], Better::Lower, 0.0).unwrap();
    assert_eq!(none.verdict, Verdict::Unchanged);
    let balance = Comparison::of(&[-200.0; 4], &[-199.0; 4], Better::Higher, 0.05).unwrap();
    assert_eq!(
        (balance.smallest_effect, balance.verdict),
        (10.0, Verdict::Unchanged)
    );
}

#[test]
fn rounds_with_broken_figures_are_left_out_and_counted() {
    let (baseline, candidate) = ([10.0, f64::NAN, 10.0, 10.0], [20.0, 20.0, f64::INFINITY, 20.0]);
    let comparison = Comparison::of(&baseline, &candidate, Better::Higher, 0.05).unwrap();
    assert_eq!((comparison.rounds_count, comparison.left_out_count), (2, 2));
    assert!((comparison.difference - 1.0).abs() < 1e-12);
}

#[test]
fn what_cannot_be_compared_says_what_to_change() {
    let error = |baseline: &[f64], candidate: &[f64], smallest_effect| {
        Comparison::of(baseline, candidate, Better::Lower, smallest_effect)
            .unwrap_err()
            .to_string()
    };
    assert!(error(&[1.0], &[1.0, 2.0], 0.05).contains("one of each a round"));
    assert!(error(&[1.0, f64::NAN], &[1.0, 2.0], 0.05).contains("at least 2"));
    assert!(error(&[1.0; 2], &[1.0; 2], -0.05).contains("such as 0.05"));
    assert!(error(&[1.0; 2], &[1.0; 2], f64::NAN).contains("such as 0.05"));
}

#[test]
fn sentences_read_well() {
    let sentence = |difference, low, high, verdict, more_rounds_count| {
        let interval = Interval {
            low,
            high,
            level: 0.95,
        };
        let mut comparison = of(&figures(1, 2, 1.0, 0.1), Better::Lower);
        comparison = Comparison {
            difference,
            interval,
            verdict,
            more_rounds_count,
            ..comparison
        };
        comparison.sentence("p99")
    };
    assert_eq!(
        sentence(-0.38, -0.44, -0.31, Verdict::Improved, None),
        "p99: 38% lower (95% interval 31% to 44% lower): improved"
    );
    assert_eq!(
        sentence(0.004, -0.012, 0.02, Verdict::Unchanged, None),
        "p99: 0.4% higher (95% interval 1.2% lower to 2% higher): unchanged"
    );
    assert_eq!(
        sentence(0.0, -0.1, 0.0, Verdict::Inconclusive, Some(8)),
        "p99: 0% (95% interval 0% to 10% lower): inconclusive, about 8 more rounds would tell"
    );
    assert_eq!(
        sentence(1.5, 1.0, 2.5, Verdict::Inconclusive, None),
        "p99: 150% higher (95% interval 100% to 250% higher): inconclusive, and more rounds would hardly tell"
    );
    let share = Comparison::of(&[0.0; 2], &[0.0002; 2], Better::Lower, 0.05).unwrap();
    assert_eq!(
        share.sentence("share dropped"),
        "share dropped: 2.0e-4 higher (95% interval 2.0e-4 to 2.0e-4 higher): regressed"
    );
    let dropped = Comparison::of(&[0.0; 2], &[4.0, 6.0], Better::Lower, 0.05).unwrap();
    assert_eq!(
        dropped.sentence("dropped"),
        "dropped: 5 higher (95% interval 7.7 lower to 18 higher): inconclusive, about 12 more rounds would tell"
    );
}

fn any_figure() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::num::f64::ANY,
        0.0..10.0,
        -1e101..1e101,
        Just(0.0),
        Just(1e-300)
    ]
}

proptest! {
    #[test]
    fn any_figures_give_finite_numbers(
        pairs in prop::collection::vec((any_figure(), any_figure()), 0..12),
        better in prop::sample::select(vec![Better::Higher, Better::Lower, Better::None]),
        smallest_effect in 0.0..2.0,
    ) {
        let (baseline, candidate): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        match Comparison::of(&baseline, &candidate, better, smallest_effect) {
            Ok(comparison) => {
                let Interval { low, high, .. } = comparison.interval;
                prop_assert!(comparison.interval.contains(comparison.difference), "{comparison:?}");
                prop_assert!(low.is_finite() && high.is_finite() && comparison.smallest_effect.is_finite());
                prop_assert_eq!(comparison.rounds_count + comparison.left_out_count, baseline.len());
                prop_assert!(!comparison.sentence("x").is_empty());
            }
            Err(error) => {
                let is_too_few = matches!(error, CompareError::TooFew { usable_count: 0 | 1 });
                prop_assert!(is_too_few, "{error}");
            }
        }
    }
}
