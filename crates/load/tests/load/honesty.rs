//! The figures say how long a user of the platform would have waited.

use crate::fixture::{constant, offer, scenario, tape};
use chappe_base::ShardId;
use chappe_load::Stall;
use chappe_metrics::Metric;
use std::time::Duration;

fn p99(live: &chappe_load::LiveRun, name: &str) -> i64 {
    match &live.parts.metrics[name] {
        Metric::Histogram(summary) => summary.p99,
        other => panic!("{name} is {other:?}"),
    }
}

fn count(live: &chappe_load::LiveRun, name: &str) -> i64 {
    match live.parts.metrics[name] {
        Metric::Counter { value, .. } | Metric::Gauge { value, .. } => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn a_stalled_shard_shows_in_the_corrected_latency_and_not_in_the_uncorrected() {
    let base = scenario(
        "friends-pay.toml",
        &["population.users=2000", "design.capacity=64", "design.shards=4"],
    );
    let tape = tape(&base, 20_000);
    let live = offer(&base, &tape, constant(10_000.0, 2_000), |options| {
        options.stall = Some(Stall {
            shard: ShardId(1),
            after: Duration::from_millis(500),
            lasting: Duration::from_millis(200),
        });
    });
    let (corrected, uncorrected) = (p99(&live, "delivery.friend"), p99(&live, "uncorrected.friend"));
    assert!(corrected >= 90_000_000, "corrected p99 {corrected} ns");
    assert!(uncorrected < 10_000_000, "uncorrected p99 {uncorrected} ns");
    assert!(p99(&live, "load.blocked") >= 90_000_000);
    assert_eq!(
        live.verdict.violation_count(),
        0,
        "{:#?}",
        &live.verdict.violations
    );
}

#[test]
fn an_overloaded_platform_that_rejects_counts_every_drop() {
    let base = scenario(
        "friends-pay.toml",
        &[
            "population.users=2000",
            "design.capacity=16",
            "design.shards=4",
            "design.overload=\"reject\"",
        ],
    );
    let tape = tape(&base, 60_000);
    let live = offer(&base, &tape, constant(60_000.0, 1_000), |options| {
        options.stall = Some(Stall {
            shard: ShardId(0),
            after: Duration::from_millis(100),
            lasting: Duration::from_millis(500),
        });
    });
    let (sent, dropped) = (count(&live, "load.sent"), count(&live, "load.dropped"));
    assert!(dropped > 1_000, "{dropped} dropped");
    assert_eq!(sent + dropped, 60_000);
    assert_eq!(count(&live, "messages.dropped"), dropped);
    let backlog = live.parts.series.column("series.load.backlog").unwrap();
    let deepest = backlog.values.iter().flatten().max().unwrap();
    assert!(
        *deepest < 1_000,
        "{deepest} commands wait where there is room for 64"
    );
    assert_eq!(
        live.verdict.violation_count(),
        0,
        "{:#?}",
        &live.verdict.violations
    );
}
