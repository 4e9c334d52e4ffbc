//! What the figures of a run must keep to.

use super::*;
use crate::registry::{Kind, definitions};
use crate::{
    Clock, CollectorConfig, Execution, PlatformSize, RunRecord, SCHEMA, ScenarioId, ServiceFrom, sample,
    schema,
};
use chappe_base::{Account, CommandClass, Fact, MessageId, Money, ShardId, UserId};
use proptest::prelude::*;

fn finish(collector: Collector) -> RunResult {
    collector.finish(sample::UNTIL, 0).into_result(
        Vec::new(),
        AuditSummary::default(),
        Vec::new(),
        Vec::new(),
    )
}

fn record(result: RunResult) -> RunRecord {
    RunRecord {
        schema: SCHEMA.to_owned(),
        spec: chappe_base::RunSpec::new("0.1.0", "sample.toml", String::new()),
        digest: "0123456789abcdef".to_owned(),
        clock: Clock::Virtual,
        scenario: ScenarioId {
            name: "sample".to_owned(),
            title: "Sample".to_owned(),
            question: "Does it hold?".to_owned(),
            hash: "00".to_owned(),
            arm: None,
        },
        seed: u64::MAX,
        version: "0.1.0".to_owned(),
        interrupted: false,
        result,
        execution: Execution::default(),
        load: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn workers_and_their_order_change_nothing(
        worker_of_shard in prop::collection::vec(0usize..3, sample::SHARDS as usize),
        order in Just(vec![0usize, 1, 2]).prop_shuffle(),
    ) {
        let mut workers = vec![Collector::new(sample::config()); 3];
        for record in sample::records() {
            workers[worker_of_shard[record.shard.index()]]
                .observe(record.shard, record.at, &record.fact);
        }
        let mut merged = workers[order[0]].clone();
        merged.merge(&workers[order[1]]);
        merged.merge(&workers[order[2]]);
        prop_assert_eq!(finish(merged), finish(sample::collector()));
    }
}

#[test]
fn the_order_of_facts_changes_nothing() {
    let mut backwards = Collector::new(sample::config());
    for record in sample::records().iter().rev() {
        backwards.observe(record.shard, record.at, &record.fact);
    }
    assert_eq!(finish(backwards), finish(sample::collector()));
}

#[test]
fn what_is_collected_is_registered_and_the_other_way_round() {
    let parts = sample::parts();
    let simulated = || {
        let all = definitions().iter();
        all.filter(|definition| definition.clocks.contains(&Clock::Virtual))
    };
    for definition in simulated() {
        let name = &definition.name;
        if definition.kind == Kind::Series {
            let column = parts.series.column(name).expect(name);
            assert_eq!(column.unit, definition.unit, "{name}");
            assert!(column.values.iter().flatten().any(|&value| value > 0), "{name}");
            continue;
        }
        let (kind, unit, seen) = match parts.metrics.get(name).expect(name) {
            Metric::Histogram(summary) => (Kind::Histogram, summary.unit, summary.count > 0),
            Metric::Counter { unit, value } => (Kind::Counter, *unit, *value > 0),
            Metric::Gauge { unit, value } => (Kind::Gauge, *unit, *value > 0),
            Metric::Ratio { numerator, unit, .. } => (Kind::Ratio, *unit, *numerator > 0),
        };
        assert_eq!((kind, unit), (definition.kind, definition.unit), "{name}");
        assert!(seen || name == "audit.violations", "the sample has no {name}");
    }
    let collected = parts.metrics.len() + parts.series.columns.len();
    assert_eq!(collected, simulated().count());
}

#[test]
fn a_record_satisfies_its_schema_and_reads_back() {
    let record = record(finish(sample::collector()));
    let schema = serde_json::to_value(schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut text = Vec::new();
    record.write(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(validator.is_valid(&json), "{:?}", validator.validate(&json));
    assert_eq!(RunRecord::read(&text).unwrap(), record);

    json["result"]["campaigns"][0]["revenue_micro"] = 0.5.into();
    assert!(!validator.is_valid(&json));
    let other = text.replace(SCHEMA, "chappe/run/0");
    let error = RunRecord::read(&other).unwrap_err().to_string();
    assert!(error.contains("chappe/run/0"), "{error}");
    assert!(RunRecord::read("{}").is_err());
}

fn served(at: Span, service: Span) -> (SimTime, Fact) {
    let fact = Fact::Served {
        command: CommandClass::Probe,
        message: MessageId(0),
        wait_ns: Span::ZERO,
        service_ns: service,
    };
    (SimTime::ZERO + at, fact)
}

fn minutes(count: i64) -> Span {
    Span(count * Span::MINUTE.0)
}

/// One server, three hours, warm for half an hour: busy 0:20 to 0:40 and 1:00 to 1:45.
fn busy_collector() -> Collector {
    let mut collector = Collector::new(CollectorConfig {
        shards: 1,
        platform: PlatformSize::default(),
        horizon: SimTime::ZERO + minutes(180),
        ..sample::config()
    });
    for (at, fact) in [
        served(minutes(40), minutes(20)),
        served(minutes(105), minutes(45)),
    ] {
        collector.observe(ShardId(0), at, &fact);
    }
    collector
}

#[test]
fn without_ads_no_price_of_ads_is_told() {
    let parts = busy_collector().finish(SimTime::ZERO + minutes(180), 0);
    let name = "ads.price_per_thousand";
    assert_eq!(parts.metrics.get(name), None);
    let threshold = crate::Threshold::parse(name, "amount < 5.00").unwrap();
    let verdict = threshold.evaluate(&parts);
    assert_eq!(verdict.outcome(), crate::ThresholdOutcome::Inconclusive);
    assert_eq!(verdict.observed, crate::Observed::Nothing);
}

#[test]
fn utilisation_is_busy_time_after_the_warm_up() {
    let parts = busy_collector().finish(SimTime::ZERO + minutes(180), 0);
    let ratio = |name: &str| {
        let Metric::Ratio {
            numerator,
            denominator,
            ..
        } = parts.metrics[name]
        else {
            panic!("{name} is a ratio");
        };
        (numerator / Span::MINUTE.0, denominator / Span::MINUTE.0)
    };
    assert_eq!(ratio("utilisation.mean"), (10 + 45, 150));
    assert_eq!(ratio("utilisation.busiest_shard"), (10 + 45, 150));
    assert_eq!(ratio("utilisation.peak_hour"), (45, 60));
    let column = parts.series.column("series.utilisation.mean").unwrap();
    let busy: i64 = column.values.iter().flatten().sum();
    assert_eq!(busy * parts.series.interval_ns, 65 * Span::MINUTE.0 * 1_000_000);
}

#[test]
fn a_run_that_ends_early_has_no_later_intervals() {
    let parts = busy_collector().finish(SimTime::ZERO + minutes(61), 0);
    let column = parts.series.column("series.served").unwrap();
    assert_eq!(parts.series.interval_ns, Span::MINUTE.0);
    assert_eq!(column.values.len(), 61);
    assert_eq!(parts.window.until_ns, minutes(61).0);
}

#[test]
fn the_remedy_names_keys_that_are_in_effect() {
    let remedy = |service_from| {
        let mut collector = Collector::new(CollectorConfig {
            shards: 1,
            platform: PlatformSize {
                service_from,
                ..PlatformSize::default()
            },
            ..sample::config()
        });
        let dropped = Fact::Dropped {
            command: CommandClass::Message,
            message: MessageId(0),
        };
        collector.observe(ShardId(0), SimTime::ZERO + minutes(110), &dropped);
        let warnings = collector.finish(sample::UNTIL, 0).warnings;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        warnings[0].remedy.clone()
    };
    assert!(remedy(ServiceFrom::UnitCost).contains("platform.unit_cost"));
    assert!(remedy(ServiceFrom::Stretched).contains("platform.stretch_to"));
    assert!(remedy(ServiceFrom::Laws).contains("platform.service"));
}

#[test]
fn history_enters_the_ledger_and_its_own_counts_only() {
    let history = sample::records()
        .iter()
        .filter(|record| record.at < SimTime::ZERO)
        .count();
    assert!(history > 0);
    let mut collector = Collector::new(sample::config());
    let opening = Fact::Moved {
        from: Account::World,
        to: Account::User(UserId(0)),
        amount: Money::UNIT,
        transfer: MessageId(0),
    };
    collector.observe(ShardId(0), SimTime(-1), &opening);
    for record in sample::records() {
        if record.at < SimTime::ZERO && !matches!(record.fact, Fact::Moved { .. }) {
            collector.observe(record.shard, record.at, &record.fact);
        }
    }
    let parts = collector.finish(sample::UNTIL, 0);
    let seen: Vec<&str> = parts
        .metrics
        .iter()
        .filter(|(_, metric)| match metric {
            Metric::Histogram(summary) => summary.count > 0,
            Metric::Counter { value, .. } | Metric::Gauge { value, .. } => *value != 0,
            Metric::Ratio { numerator, .. } => *numerator != 0,
        })
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        seen,
        [
            "ads.audience",
            "history.conversations",
            "history.opt_ins",
            "history.orders"
        ]
    );
    let balance = |account| {
        let line = parts.ledger.iter().find(|line| line.account == account);
        line.expect("every kind has a line").balance_micro
    };
    assert_eq!(
        (balance(AccountKind::World), balance(AccountKind::User)),
        (-1_000_000, 1_000_000)
    );
}

#[test]
fn what_can_fall_is_a_gauge_and_nothing_else_is() {
    let mut collector = Collector::new(sample::config());
    let mut fell = std::collections::BTreeSet::new();
    for record in sample::records() {
        let before = collector.counts;
        collector.observe(record.shard, record.at, &record.fact);
        let is_lower = |count: &&Count| collector.counts[**count as usize] < before[**count as usize];
        fell.extend(Count::ALL.iter().filter(is_lower).map(|count| count.name()));
    }
    let gauges = Count::ALL.iter().filter(|count| count.kind() == Kind::Gauge);
    assert_eq!(fell, gauges.map(|count| count.name()).collect());
}

#[test]
fn figures_per_user_are_what_counting_user_by_user_comes_to() {
    let users = sample::config().users as usize;
    let mut by_user = vec![[0; UserCount::ALL.len()]; users];
    for record in sample::records() {
        if let Some((quantity, user)) = UserCount::of(&record) {
            by_user[user.index()][quantity as usize] += 1;
        }
    }
    let parts = sample::parts();
    let ratio = |numerator: i64, unit| Metric::Ratio {
        numerator,
        denominator: users as i64,
        unit,
    };
    for &quantity in UserCount::ALL {
        let total = by_user.iter().map(|counts| counts[quantity as usize]).sum();
        assert!(total > 0, "{quantity:?}");
        let expected = ratio(total, quantity.metric_unit());
        assert_eq!(parts.metrics[quantity.metric()], expected, "{quantity:?}");
    }
    let turned_away = by_user
        .iter()
        .filter(|counts| counts[UserCount::TurnedAway as usize] > 0);
    let expected = ratio(turned_away.count() as i64, Unit::Share);
    assert_eq!(parts.metrics[USERS_TURNED_AWAY], expected);
}

#[test]
fn latency_leaves_out_what_was_sent_before_the_warm_up() {
    let parts = sample::parts();
    let sent_warm = |record: &chappe_base::Record| {
        matches!(record.fact, Fact::HandedOut { class: MessageClass::Friend, kept: false, intended, .. }
            if intended >= sample::WARM_UP && record.at >= SimTime::ZERO)
    };
    let records = sample::records();
    let expected = records.iter().filter(|record| sent_warm(record)).count();
    assert_eq!(parts.distributions["delivery.friend"].count(), expected as u64);
    let Metric::Counter { value, .. } = parts.metrics["messages.delivered.friend"] else {
        panic!("a counter");
    };
    assert!(value > expected as i64);
}
