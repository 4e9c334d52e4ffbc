use super::*;
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
        ("delivery.friend", "p(99)<250ms", true),
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
    for (span, missed) in [(Span(900_000), false), (Span(2_000_000), true)] {
        meter.delivered(chappe_base::MessageClass::Friend, span, span);
        assert_eq!(threshold.is_missed_by(&mut meter), missed);
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
        ("delivery.friend", "p(99) < 250ms"),
        ("hotline.abandoned", "rate < 0.6"),
    ] {
        let threshold = Threshold::parse(metric, condition).unwrap();
        let verdict = threshold.evaluate(&empty);
        assert_eq!((verdict.observed, verdict.passed), (Observed::Nothing, false));
        assert!(threshold.evaluate(&parts).passed, "{metric}");
    }
    let violations = Threshold::parse("audit.violations", "count == 0").unwrap();
    assert!(!violations.evaluate(&parts).passed);
}
