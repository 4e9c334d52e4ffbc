use super::*;
use crate::distribution::Distribution;
use crate::meter::Meter;
use crate::record::{Metric, Observed, ThresholdOutcome};
use crate::sample;

#[test]
fn conditions_that_cannot_be_say_what_to_write() {
    for (metric, condition, word) in [
        ("delivery.friends", "p(99) < 1s", "`delivery.friend`"),
        ("series.blocks", "count < 1", "series"),
        ("delivery.friend", "p(99) 250ms", "p(99) < 250ms"),
        ("delivery.friend", "p(99) =< 250ms", "p(99) < 250ms"),
        ("delivery.friend", "< 250ms", "p(99) < 250ms"),
        ("delivery.friend", "p(99) <", "p(99) < 250ms"),
        ("delivery.friend", "p(101) < 250ms", "p(0) to p(100)"),
        ("delivery.friend", "p99 < 250ms", "p(0) to p(100)"),
        ("delivery.friend", "rate < 0.1", "p(0) to p(100)"),
        ("delivery.friend", "p(99) < 250", "not a duration"),
        ("delivery.friend", "p(99) < -1s", "negative"),
        ("delivery.friend", "count < many", "whole number"),
        ("audit.violations", "rate == 0", "count == 0"),
        ("audit.violations", "count == none", "whole number"),
        ("revenue.ads", "count > 5", "amount >= 100.00"),
        ("revenue.ads", "amount > 5 euro", "not an amount"),
        ("hotline.abandoned", "rate < 5", "between 0 and 1"),
        ("hotline.abandoned", "rate < NaN", "between 0 and 1"),
        ("hotline.abandoned", "count < 5", "rate < 0.05"),
        ("harm", "count < 5", "rate < 5"),
        ("harm", "rate < -1", "a number from 0"),
        ("users.ads", "rate < infinity", "a number from 0"),
        ("delivery.friend", "", "p(99) < 250ms"),
        (
            "delivery.friend",
            "p(99) < 1s or abort soon",
            "or abort after 10s",
        ),
        (
            "delivery.friend",
            "p(99) < 1s or abort after soon",
            "not a duration",
        ),
    ] {
        let error = Threshold::parse(metric, condition).unwrap_err().to_string();
        assert!(error.contains(word), "{condition}: {error}");
    }
}

#[test]
fn conditions_are_held_against_what_was_observed() {
    let parts = sample::parts();
    let verdict =
        |metric: &str, condition: &str| Threshold::parse(metric, condition).unwrap().evaluate(&parts);
    for (metric, condition, passed) in [
        ("delivery.friend", "p(90)<250ms", true),
        ("delivery.friend", "p(50) < 1us", false),
        ("delivery.friend", "p(97.3) > 1us", true),
        ("delivery.friend", "max <= 250ms", true),
        ("delivery.friend", "min >= 0s", true),
        ("delivery.friend", "mean > 1s", false),
        ("delivery.friend", "count > 0", true),
        ("audit.violations", "count == 0", true),
        ("audit.violations", "count > 0", false),
        ("messages.pending", "count <= 1_000", true),
        ("revenue.ads", "amount > 0.00", true),
        ("hotline.abandoned", "rate < 1", true),
        ("hotline.abandoned", "rate == 0", false),
        ("users.turned_away", "rate < 1", true),
        ("users.ads", "rate < 0.3", false),
        ("users.ads", "rate < 0.5", true),
        ("harm", "rate < 1000", false),
        ("harm", "rate < 2000", true),
    ] {
        assert_eq!(verdict(metric, condition).passed, passed, "{metric} {condition}");
    }
    let slow = Threshold::parse("delivery.friend", "p(99) < 250ms").unwrap();
    let (value, unit) = (300_000_000, Unit::Nanoseconds);
    assert_eq!(slow.distance(Observed::Value { value, unit }), Some(50_000_000.0));
    assert_eq!(slow.distance(Observed::Nothing), None);
    assert_eq!(
        verdict("audit.violations", "count == 0").observed,
        Observed::Value {
            value: 0,
            unit: Unit::Count
        }
    );
}

#[test]
fn a_load_can_end_at_the_first_miss() {
    let parse = |condition| Threshold::parse("delivery.friend", condition).unwrap();
    assert_eq!(parse("p(99) < 1ms").abort_after(), None);
    assert_eq!(parse("p(99) < 1ms or abort").abort_after(), Some(Span::ZERO));
    let threshold = parse("p(99) < 1ms or abort after 2s");
    assert_eq!(threshold.abort_after(), Some(Span(2 * Span::SECOND.0)));
    let mut meter = Meter::default();
    assert!(!threshold.is_missed_by(&mut meter), "nothing was observed yet");
    // One slow message of five is too few to tell of a hundredth; two slow ones tell.
    for (ms, missed) in [
        (9, false),
        (9, false),
        (9, false),
        (9, false),
        (20, false),
        (20, true),
    ] {
        let span = Span(ms * 100_000);
        meter.delivered(chappe_base::MessageClass::Friend, span, span);
        assert_eq!(threshold.is_missed_by(&mut meter), missed);
    }
    for (condition, missed) in [
        ("count > 100 or abort", false),
        ("count == 100 or abort", false),
        ("count < 6 or abort", true),
        ("max > 1s or abort", false),
        ("max < 1ms or abort", true),
        ("min < 1us or abort", false),
        ("min > 1ms or abort", true),
    ] {
        assert_eq!(parse(condition).is_missed_by(&mut meter), missed, "{condition}");
    }
    let late = Threshold::parse("load.late", "rate < 0.05 or abort").unwrap();
    let counts = &mut meter.interval.counts;
    (counts.measured, counts.late) = (100, 3);
    assert!(!late.is_missed_by(&mut meter));
    meter.interval.counts.late = 5;
    assert!(late.is_missed_by(&mut meter));
}

#[test]
fn what_never_happened_keeps_no_threshold() {
    let parts = sample::collector().finish(sample::UNTIL, 3);
    let empty = crate::Collector::new(sample::config()).finish(sample::UNTIL, 3);
    for (metric, condition) in [
        ("delivery.friend", "p(90) < 250ms"),
        ("hotline.abandoned", "rate < 0.6"),
    ] {
        let threshold = Threshold::parse(metric, condition).unwrap();
        let verdict = threshold.evaluate(&empty);
        assert_eq!(verdict.observed, Observed::Nothing);
        assert_eq!(verdict.outcome(), ThresholdOutcome::Inconclusive);
        assert!(threshold.evaluate(&parts).passed, "{metric}");
    }
    let violations = Threshold::parse("audit.violations", "count == 0").unwrap();
    assert!(!violations.evaluate(&parts).passed);
}

/// A distribution of so many observations, of 1 ms, 2 ms and so on.
fn of_milliseconds(count: i64) -> Distribution {
    let mut distribution = Distribution::default();
    (1..=count).for_each(|ms| distribution.record(Span(ms * 1_000_000)));
    distribution.settle();
    distribution
}

#[test]
fn a_quantile_of_too_few_observations_is_neither_kept_nor_missed() {
    use ThresholdOutcome::{Inconclusive, Kept, Missed};
    for (count, condition, outcome) in [
        (4, "p(99.9) < 1s", Inconclusive),
        (999, "p(99.9) < 2s", Inconclusive),
        (1_000, "p(99.9) < 2s", Kept),
        (99, "p(99) < 1s", Inconclusive),
        (100, "p(99) < 1s", Kept),
        (1, "p(50) < 1s", Inconclusive),
        (2, "p(50) < 1s", Kept),
        // What fails at the quantile that four can tell fails at any above.
        (4, "p(99.9) < 2ms", Missed),
        (4, "p(99.9) < 3500us", Inconclusive),
        (4, "p(99.9) > 2ms", Kept),
        (4, "p(99.9) > 5ms", Inconclusive),
        (4, "p(0.1) > 3ms", Missed),
        (4, "p(0.1) < 3ms", Kept),
        (4, "p(0.1) > 500us", Inconclusive),
        // The ends, and what is no quantile, are told by any.
        (4, "p(100) < 1s", Kept),
        (4, "max < 1s", Kept),
        (4, "mean < 1ms", Missed),
        (4, "count > 3", Kept),
    ] {
        let threshold = Threshold::parse("delivery.friend", condition).unwrap();
        let distribution = of_milliseconds(count);
        let verdict = threshold.judge_distribution(&distribution, &distribution.summary());
        assert_eq!(verdict.outcome(), outcome, "{condition} of {count}");
        let has_count = !condition.starts_with("count");
        assert_eq!(
            verdict.samples_count,
            has_count.then_some(count as u64),
            "{condition}"
        );
    }
}

#[test]
fn a_share_of_too_few_is_not_kept() {
    use ThresholdOutcome::{Inconclusive, Kept, Missed};
    for (numerator, denominator, condition, outcome) in [
        (0, 3, "rate < 0.05", Inconclusive),
        (0, 19, "rate < 0.05", Inconclusive),
        (0, 20, "rate < 0.05", Kept),
        (1, 3, "rate < 0.05", Missed),
        (3, 3, "rate > 0.95", Inconclusive),
        (2, 3, "rate > 0.95", Missed),
        (0, 3, "rate == 0", Kept),
        (0, 3, "rate <= 0", Kept),
        (0, 0, "rate < 0.05", Inconclusive),
    ] {
        let threshold = Threshold::parse("hotline.abandoned", condition).unwrap();
        let verdict = threshold.judge_metric(&Metric::Ratio {
            numerator,
            denominator,
            unit: Unit::Share,
        });
        assert_eq!(
            verdict.outcome(),
            outcome,
            "{numerator} of {denominator}: {condition}"
        );
    }
}
