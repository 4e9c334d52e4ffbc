//! Records as runs would write them, made by hand: a whole day with ads, a day without, a bare
//! queue, and a run that was stopped.

use chappe_metrics::{
    Assumed, AuditSummary, Balance, Clock, Column, Execution, Funnel, Kind, Machine, Memory, MemoryPart,
    Metric, Observed, PromiseSummary, Quantile, Refusals, RunRecord, RunResult, SCHEMA, ScenarioId,
    SeriesTable, Size, Summary, Tally, ThresholdVerdict, Unit, ViolationSummary, Warning, Window,
    definitions,
};
use std::collections::BTreeMap;

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
const INTERVAL: i64 = 5 * 60 * SECOND;
const INTERVALS: usize = (DAY / INTERVAL) as usize;

const LADDER: [f64; 23] = [
    0.0, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999,
    0.9995, 0.9999, 0.99999, 1.0,
];

/// A distribution above a floor, whose tail is as heavy as `spread` says.
fn times(count: u64, floor: i64, scale: i64, spread: f64) -> Metric {
    let at = |q: f64| {
        let reached = q.min(1.0 - 0.5 / count as f64);
        let tail = (-(1.0 - reached).ln()).powf(spread);
        floor + (scale as f64 * tail) as i64
    };
    Metric::Histogram(Summary {
        unit: Unit::Nanoseconds,
        count,
        min: at(0.0),
        max: at(1.0),
        mean: at(0.6),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        quantiles: LADDER.map(|q| Quantile { q, value: at(q) }).to_vec(),
        saturated_count: 0,
    })
}

/// Nothing observed, under every registered name.
fn nothing() -> BTreeMap<String, Metric> {
    definitions()
        .iter()
        .filter_map(|definition| {
            let metric = match definition.kind {
                Kind::Histogram => Metric::Histogram(Summary {
                    unit: definition.unit,
                    count: 0,
                    min: 0,
                    max: 0,
                    mean: 0,
                    p50: 0,
                    p90: 0,
                    p99: 0,
                    p999: 0,
                    quantiles: vec![],
                    saturated_count: 0,
                }),
                Kind::Counter => Metric::Counter {
                    unit: definition.unit,
                    value: 0,
                },
                Kind::Gauge => Metric::Gauge {
                    unit: definition.unit,
                    value: 0,
                },
                Kind::Ratio => Metric::Ratio {
                    numerator: 0,
                    denominator: 0,
                },
                Kind::Series => return None,
            };
            Some((definition.name.clone(), metric))
        })
        .collect()
}

fn set(metrics: &mut BTreeMap<String, Metric>, values: &[(&str, i64)]) {
    for &(name, value) in values {
        let (Metric::Counter { value: held, .. } | Metric::Gauge { value: held, .. }) = metrics
            .get_mut(name)
            .unwrap_or_else(|| panic!("no metric {name}"))
        else {
            panic!("{name} is not a single figure");
        };
        *held = value;
    }
}

/// How lively people are at that time of day, from 0 to 1.
fn liveliness(index: usize) -> f64 {
    let hour = index as f64 * INTERVAL as f64 / HOUR as f64;
    let wave = |peak: f64, width: f64| {
        let away = (hour - peak).abs().min(24.0 - (hour - peak).abs());
        (-(away / width).powi(2)).exp()
    };
    let noise = ((index * 7_919 % 101) as f64 / 101.0 - 0.5) * 0.05;
    0.06 + 0.55 * wave(13.0, 4.5) + 0.85 * wave(20.5, 3.0) + noise
}

fn series(columns: Vec<(&str, Unit, Vec<Option<i64>>)>) -> SeriesTable {
    SeriesTable {
        start_ns: 0,
        interval_ns: INTERVAL,
        columns: columns
            .into_iter()
            .map(|(name, unit, values)| Column {
                name: name.to_owned(),
                unit,
                values,
            })
            .collect(),
    }
}

/// A value for each interval of the day, from how lively it is.
fn over_day(value: impl Fn(usize, f64) -> f64) -> Vec<Option<i64>> {
    (0..INTERVALS)
        .map(|index| Some(value(index, liveliness(index)).round() as i64))
        .collect()
}

fn day_series() -> SeriesTable {
    let counts = |name, most: f64| (name, Unit::Count, over_day(|_, lively| most * lively));
    let latency = |name, floor: f64, queue: f64| {
        let mut values = over_day(|index, lively| {
            let spike = if (236..246).contains(&index) { 1.5 } else { 1.0 };
            (floor + queue * lively.powi(4) * spike) * MS as f64
        });
        // Nothing is measured in the two hours of warm-up.
        values[..24].fill(None);
        (name, Unit::Nanoseconds, values)
    };
    series(vec![
        counts("series.delivered.friend", 34_000.0),
        counts("series.delivered.hot_line", 1_900.0),
        counts("series.delivered.order_notice", 700.0),
        (
            "series.delivered.ad",
            Unit::Count,
            over_day(|index, lively| if index > 102 { 330.0 * lively } else { 0.0 }),
        ),
        counts("series.served", 91_000.0),
        counts("series.opt_outs", 3.4),
        counts("series.mutes", 2.1),
        counts("series.blocks", 1.4),
        (
            "series.revenue",
            Unit::MicroUnits,
            over_day(|index, lively| if index > 102 { 6_600_000.0 * lively } else { 0.0 }),
        ),
        latency("series.delivery.friend.p50", 204.0, 35.0),
        latency("series.delivery.friend.p99", 390.0, 160.0),
        (
            "series.utilisation.mean",
            Unit::PartsPerMillion,
            over_day(|_, lively| 740_000.0 * lively),
        ),
        (
            "series.utilisation.busiest_shard",
            Unit::PartsPerMillion,
            over_day(|index, lively| {
                let uneven = 1.18 + (index * 31 % 17) as f64 / 100.0;
                (740_000.0 * lively * uneven).min(1_000_000.0)
            }),
        ),
    ])
}

fn day_metrics() -> BTreeMap<String, Metric> {
    let mut metrics = nothing();
    set(
        &mut metrics,
        &[
            ("sessions.connects", 1_421_333),
            ("reads", 5_873_112),
            ("messages.accepted.friend", 5_842_118),
            ("messages.accepted.hot_line", 331_204),
            ("messages.accepted.order_notice", 41_876),
            ("messages.delivered.friend", 5_800_412),
            ("messages.delivered.hot_line", 329_914),
            ("messages.delivered.order_notice", 41_102),
            ("messages.pending", 42_480),
            ("conversations.opened", 27_904),
            ("conversations.acts", 188_230),
            ("orders.placed", 12_408),
            ("orders.paid", 12_011),
            ("orders.shipped", 9_820),
            ("orders.cancelled", 397),
            ("opt_ins.given", 6_620),
            ("opt_ins.revoked", 212),
            ("blocks", 148),
            ("mutes", 181),
            ("payments.begun", 31_870),
            ("payments.posted", 31_506),
            ("payments.released", 364),
            ("payments.volume", 861_204_180_000),
            ("hotline.asked", 142_806),
            ("hotline.answered.bot", 88_120),
            ("hotline.answered.human", 45_911),
            ("history.conversations", 311_209),
            ("history.opt_ins", 80_110),
        ],
    );
    for (name, metric) in [
        ("delivery.friend", times(4_218_117, 101 * MS, 125 * MS, 0.75)),
        ("delivery.hot_line", times(288_201, 103 * MS, 160 * MS, 0.9)),
        ("delivery.order_notice", times(29_207, 103 * MS, 150 * MS, 0.8)),
        ("reach.friend", times(1_582_295, 160 * MS, 2_100 * SECOND, 1.4)),
        ("reach.hot_line", times(41_713, 180 * MS, 1_700 * SECOND, 1.5)),
        ("reach.order_notice", times(11_895, 200 * MS, 3_600 * SECOND, 1.3)),
        ("wait.message", times(5_842_118, 0, 900_000, 2.2)),
        ("service.message", times(5_842_118, 300_000, 900_000, 1.0)),
        ("ack.friend", times(5_842_118, 101 * MS, 118 * MS, 0.7)),
        ("hotline.wait", times(45_911, 2 * SECOND, 240 * SECOND, 1.3)),
        ("hotline.answer", times(134_031, SECOND, 300 * SECOND, 1.5)),
        (
            "hotline.abandoned_wait",
            times(8_775, 30 * SECOND, 500 * SECOND, 0.8),
        ),
    ] {
        metrics.insert(name.to_owned(), metric);
    }
    for (name, numerator, denominator) in [
        ("hotline.abandoned", 8_775, 142_806),
        ("utilisation.mean", 331, 1_000),
        ("utilisation.peak_hour", 701, 1_000),
        ("utilisation.busiest_shard", 402, 1_000),
    ] {
        let ratio = Metric::Ratio {
            numerator,
            denominator,
        };
        metrics.insert(name.to_owned(), ratio);
    }
    metrics
}

fn tally(label: &str, count: u64) -> Tally {
    Tally {
        label: label.to_owned(),
        count,
    }
}

fn funnel(
    campaign: u16,
    format: &str,
    budget: i64,
    [audience, decided, allowed, delivered, opened, clicked, bought]: [u64; 7],
    revenue_micro: i64,
) -> Funnel {
    Funnel {
        campaign,
        page: u32::from(campaign) * 3,
        format: Some(format.to_owned()),
        budget_micro: budget * 1_000_000,
        audience_count: audience,
        decided_count: decided,
        allowed_count: allowed,
        refused: vec![tally("first_topic", decided - allowed)],
        delivered_count: delivered,
        opened_count: opened,
        clicked_count: clicked,
        bought_count: bought,
        revenue_micro,
    }
}

fn execution() -> Execution {
    Execution {
        machine: Machine {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            processor: "Example Processor 9000 @ 2.60GHz".to_owned(),
            cores: 2,
            memory_bytes: 8_318_000_000,
        },
        workers: 1,
        command: [
            "target/release/chappe",
            "run",
            "scenarios/first-ads.toml",
            "--set",
            "platform.peak_utilisation=0.7",
        ]
        .map(str::to_owned)
        .to_vec(),
        folder: "/home/somebody/chappe".to_owned(),
        started: "2026-11-22T09:30:00Z".to_owned(),
        wall_ns: 11_840 * MS as u64,
        events_count: 28_114_902,
        events_per_second: 2_374_569,
        memory: Memory {
            peak_bytes: 412_330_112,
            per_user: [("inboxes", 160.2), ("conversations", 120.5), ("calendar", 88.0)]
                .map(|(part, bytes)| MemoryPart {
                    part: part.to_owned(),
                    bytes_total: (bytes * 200_000.0) as u64,
                    bytes_per_user: bytes,
                })
                .to_vec(),
        },
    }
}

fn audit() -> AuditSummary {
    let promise = |promise: &str, description: &str, checked_count| PromiseSummary {
        promise: promise.to_owned(),
        description: description.to_owned(),
        checked_count,
        violation_count: 0,
    };
    AuditSummary {
        passed: true,
        facts_count: 61_204_118,
        promises: vec![
            promise(
                "money_conserved",
                "every shard's ledger balances at every event",
                1_911_204,
            ),
            promise(
                "permit",
                "no ad is delivered without a permit that the policy in force accepts",
                31_240,
            ),
            promise(
                "consent",
                "nothing is delivered after a block or on a revoked opt-in",
                6_214_077,
            ),
            promise(
                "delivered_once",
                "each message is delivered at most once and none is lost",
                6_246_438,
            ),
            promise("stock", "no product is sold that is not in stock", 12_408),
        ],
        violations: vec![],
        replay: None,
    }
}

/// One day of ads under a policy.
pub(crate) fn full() -> RunRecord {
    let mut metrics = day_metrics();
    set(
        &mut metrics,
        &[
            ("messages.accepted.ad", 31_602),
            ("messages.delivered.ad", 31_240),
            ("messages.withdrawn", 118),
            ("ads.audience", 214_480),
            ("ads.decided", 1_204_733),
            ("ads.allowed", 31_602),
            ("ads.delivered", 31_240),
            ("ads.opened", 12_808),
            ("ads.clicked", 2_061),
            ("ads.bought", 187),
            ("revenue.ads", 624_800_000),
        ],
    );
    metrics.insert("delivery.ad".to_owned(), times(31_240, 51 * MS, 70 * MS, 1.2));
    RunRecord {
        schema: SCHEMA.to_owned(),
        digest: "9f2b6c04d1e84a7c93d0b5f6a1e2c3d49f2b6c04d1e84a7c93d0b5f6a1e2c3d4".to_owned(),
        clock: Clock::Virtual,
        scenario: ScenarioId {
            name: "first-ads".to_owned(),
            title: "Flash sale to past shoppers".to_owned(),
            question: "What does a flash sale earn, and what does it cost in blocks?".to_owned(),
            hash: "5a1e2c3d49f2b6c04d1e84a7c93d0b5f".to_owned(),
            arm: None,
        },
        seed: 2016,
        version: "0.1.0".to_owned(),
        interrupted: false,
        result: RunResult {
            window: Window {
                warm_up_ns: 2 * HOUR,
                horizon_ns: DAY,
                until_ns: DAY,
            },
            size: Size {
                users_count: 200_000,
                pages_count: 400,
                shards_count: 64,
            },
            metrics,
            series: day_series(),
            campaigns: vec![
                funnel(
                    0,
                    "flash-sale",
                    2_000,
                    [61_200, 402_118, 18_204, 18_010, 8_412, 1_511, 151],
                    360_200_000,
                ),
                funnel(
                    1,
                    "new-product",
                    500,
                    [88_010, 501_220, 9_602, 9_488, 3_120, 402, 21],
                    189_760_000,
                ),
                funnel(
                    2,
                    "back-in-stock",
                    300,
                    [22_470, 120_390, 2_118, 2_080, 988, 120, 13],
                    41_600_000,
                ),
                funnel(
                    3,
                    "flash-sale",
                    100,
                    [42_800, 181_005, 1_678, 1_662, 288, 28, 2],
                    33_240_000,
                ),
            ],
            refusals: Refusals {
                ads: vec![
                    tally("block", 2_204),
                    tally("mute", 3_118),
                    tally("opened_by", 188_204),
                    tally("first_topic", 702_881),
                    tally("frequency_cap", 241_002),
                    tally("quiet_hours", 31_400),
                    tally("budget", 4_322),
                ],
                withdrawn: vec![tally("block", 90), tally("mute", 28)],
                commands: vec![
                    tally("blocked", 1_204),
                    tally("unknown_page", 311),
                    tally("out_of_stock", 87),
                ],
                transfers: vec![tally("insufficient_funds", 340), tally("timed_out", 24)],
                dropped: vec![],
            },
            ledger: [
                ("world", -31_204_118_000_000),
                ("clearing", 0),
                ("revenue", 624_800_000),
                ("user", 24_110_700_200_000),
                ("page", 7_090_517_800_000),
                ("campaign", 2_275_200_000),
            ]
            .map(|(account, balance_micro)| Balance {
                account: account.to_owned(),
                balance_micro,
            })
            .to_vec(),
            thresholds: vec![
                ThresholdVerdict {
                    metric: "delivery.friend".to_owned(),
                    condition: "p(99) < 500ms".to_owned(),
                    observed: Observed::Value {
                        value: 490 * MS,
                        unit: Unit::Nanoseconds,
                    },
                    passed: true,
                },
                ThresholdVerdict {
                    metric: "audit.violations".to_owned(),
                    condition: "count == 0".to_owned(),
                    observed: Observed::Value {
                        value: 0,
                        unit: Unit::Count,
                    },
                    passed: true,
                },
            ],
            audit: audit(),
            assumed: vec![
                Assumed {
                    key: "platform.peak_utilisation".to_owned(),
                    value: "0.7".to_owned(),
                    unit: None,
                    description: "busy share of the servers in the busiest hour".to_owned(),
                },
                Assumed {
                    key: "agents.block_at_rest".to_owned(),
                    value: "0.002".to_owned(),
                    unit: Some("probability".to_owned()),
                    description: "that somebody who is not annoyed blocks the page on an ad".to_owned(),
                },
            ],
            notes: vec!["8 hours of history precede day one".to_owned()],
            warnings: vec![],
        },
        execution: execution(),
    }
}

/// The same day under the promise of no advertising.
pub(crate) fn no_ads() -> RunRecord {
    let mut record = full();
    record.scenario.title = "The owners' promise".to_owned();
    record.scenario.question = "What is a day like without any ad?".to_owned();
    record.scenario.arm = Some("no ads".to_owned());
    let result = &mut record.result;
    result.metrics = day_metrics();
    result.campaigns.clear();
    result.refusals.ads.clear();
    result.refusals.withdrawn.clear();
    result
        .series
        .columns
        .retain(|column| !column.name.contains("ad") && column.name != "series.revenue");
    result.warnings.push(Warning {
        problem:
            "the platform is busy for 12% of its busiest hour: nothing queues, and no policy can cost latency"
                .to_owned(),
        remedy: "raise platform.peak_utilisation".to_owned(),
    });
    record
}

/// A bare queue without people.
pub(crate) fn queue() -> RunRecord {
    let mut record = full();
    record.scenario = ScenarioId {
        name: "queue".to_owned(),
        title: "A bare queue".to_owned(),
        question: "How long do requests wait at three servers that are busy 80% of the time?".to_owned(),
        hash: "77aa".to_owned(),
        arm: None,
    };
    let mut metrics = nothing();
    set(&mut metrics, &[("queue.served", 2_392_118)]);
    for (name, metric) in [
        ("queue.wait", times(2_392_118, -200 * MS, 420 * MS, 1.0)),
        ("queue.service", times(2_392_118, MS, 240 * MS, 1.0)),
        ("queue.sojourn", times(2_392_118, 2 * MS, 520 * MS, 1.0)),
        ("queue.abandoned_wait", times(11_004, 3 * MS, 800 * MS, 0.8)),
    ] {
        let Metric::Histogram(mut summary) = metric else {
            unreachable!("times makes histograms");
        };
        summary.min = summary.min.max(0);
        for quantile in &mut summary.quantiles {
            quantile.value = quantile.value.max(0);
        }
        metrics.insert(name.to_owned(), Metric::Histogram(summary));
    }
    for (name, numerator, denominator) in [
        ("queue.abandoned", 11_004, 2_403_122),
        ("queue.delayed", 1_548_220, 2_392_118),
        ("utilisation.mean", 800, 1_000),
        ("utilisation.busiest_shard", 800, 1_000),
    ] {
        let ratio = Metric::Ratio {
            numerator,
            denominator,
        };
        metrics.insert(name.to_owned(), ratio);
    }
    let result = &mut record.result;
    result.metrics = metrics;
    result.size = Size {
        users_count: 0,
        pages_count: 0,
        shards_count: 1,
    };
    result.window = Window {
        warm_up_ns: 600 * SECOND,
        horizon_ns: 8 * HOUR,
        until_ns: 8 * HOUR,
    };
    let flat = |level: f64, noise: f64| -> Vec<Option<i64>> {
        let moved = |index: usize| (index * 7_919 % 101) as f64 / 101.0 - 0.5;
        (0..96)
            .map(|index| Some((level + noise * moved(index)) as i64))
            .collect()
    };
    result.series = series(vec![
        ("series.served", Unit::Count, flat(25_000.0, 900.0)),
        (
            "series.utilisation.mean",
            Unit::PartsPerMillion,
            flat(800_000.0, 60_000.0),
        ),
    ]);
    result.campaigns.clear();
    result.refusals = Refusals::default();
    for balance in &mut result.ledger {
        balance.balance_micro = 0;
    }
    result.thresholds.clear();
    result.assumed.clear();
    result.notes.clear();
    record
}

/// A run stopped in the afternoon, whose audit found something and whose threshold was missed.
pub(crate) fn interrupted() -> RunRecord {
    let mut record = full();
    record.interrupted = true;
    let result = &mut record.result;
    result.window.until_ns = 15 * HOUR + 7 * 60 * SECOND;
    for column in &mut result.series.columns {
        column.values.truncate(182);
    }
    result.thresholds[0].passed = false;
    result.audit.passed = false;
    result.audit.promises[1].violation_count = 1;
    result.audit.violations.push(ViolationSummary {
        promise: "permit".to_owned(),
        at_ns: 9 * HOUR + 61 * SECOND,
        shard: Some(11),
        description: "ad 1184 reached user 20171 from page 3, whose conversation the page opened".to_owned(),
    });
    result.audit.replay =
        Some("chappe run scenarios/first-ads.toml --seed 2016 --until 9h2min --log facts.bin".to_owned());
    record
}

/// The same day over and over.
pub(crate) fn stretched(days: usize) -> RunRecord {
    let mut record = full();
    let result = &mut record.result;
    result.window.until_ns = days as i64 * DAY;
    result.window.horizon_ns = result.window.until_ns;
    for column in &mut result.series.columns {
        column.values = column.values.repeat(days);
    }
    record
}

/// A record whose every text would like to be markup.
pub(crate) fn hostile() -> RunRecord {
    let mut record = full();
    let text = "<script>alert(\"&'\")</script>|".to_owned();
    record.scenario.title = text.clone();
    record.scenario.question = text.clone();
    record.scenario.name = text.clone();
    record.scenario.arm = Some(text.clone());
    record.version = text.clone();
    record.digest = text.clone();
    record.execution.command = vec![text.clone(); 2];
    let result = &mut record.result;
    result.notes = vec![text.clone()];
    result.refusals.ads[0].label = text.clone();
    result.campaigns[0].format = Some(text.clone());
    result.assumed[0].description = text.clone();
    result.audit.promises[0].description = text.clone();
    result.warnings.push(Warning {
        problem: text.clone(),
        remedy: text,
    });
    record
}
