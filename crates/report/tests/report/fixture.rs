//! Records as runs would write them, made by hand: a whole day with ads, a day without, a bare
//! queue, and a run that was stopped.

mod day;
mod figures;
mod load;
mod study;
mod whatif;

use chappe_metrics::{
    Clock, Execution, Machine, Memory, MemoryPart, Metric, Refusals, RunRecord, RunResult, SCHEMA,
    ScenarioId, Size, Unit, ViolationSummary, Warning, Window,
};
use day::{assumed, audit, campaigns, ledger, refusals, thresholds};
use figures::{DAY, HOUR, MS, SECOND, day_metrics, day_series, nothing, series, set, set_ratios, times};
pub(crate) use load::{live, overrun};
use std::collections::BTreeMap;
pub(crate) use study::{capacity, comparison};
pub(crate) use whatif::{sweep, whatif};

fn execution() -> Execution {
    Execution {
        machine: Machine {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            processor: "Example Processor 9000 @ 2.60GHz".to_owned(),
            cores: 2,
            memory_bytes: 8_318_000_000,
        },
        processes: 1,
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
        started: "2026-11-22T09:30:00Z".to_owned(),
        wall_ns: 11_840 * MS as u64,
        events_count: 28_114_902,
        events_per_second: 2_374_569,
        memory: Memory {
            peak_bytes: 412_330_112,
            peak_bytes_by_process: vec![412_330_112],
            per_user: [("inboxes", 160.2), ("conversations", 120.5), ("calendar", 88.0)]
                .map(|(part, bytes)| MemoryPart {
                    part: part.to_owned(),
                    bytes_total: (bytes * 200_000.0) as u64,
                    bytes_per_user: bytes,
                })
                .to_vec(),
        },
        full_size: None,
        prediction_error: None,
    }
}

/// The metrics of the day with those of its ads.
fn ads_metrics() -> BTreeMap<String, Metric> {
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
    metrics
}

/// One day of ads under a policy.
pub(crate) fn full() -> RunRecord {
    RunRecord {
        schema: SCHEMA.to_owned(),
        spec: chappe_base::RunSpec::new("0.1.0", "first-ads.toml", String::new()),
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
                platform: chappe_metrics::PlatformSize::default(),
            },
            metrics: ads_metrics(),
            series: day_series(),
            campaigns: campaigns(),
            refusals: refusals(),
            ledger: ledger(),
            thresholds: thresholds(),
            audit: audit(),
            assumed: assumed(),
            notes: vec!["8 hours of history precede day one".to_owned()],
            warnings: vec![],
        },
        execution: execution(),
        load: None,
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

fn queue_metrics() -> BTreeMap<String, Metric> {
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
    set_ratios(
        &mut metrics,
        &[
            ("queue.abandoned", 11_004, 2_403_122),
            ("queue.delayed", 1_559_224, 2_403_122),
            ("utilisation.mean", 800, 1_000),
            ("utilisation.busiest_shard", 800, 1_000),
        ],
    );
    metrics
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
    let result = &mut record.result;
    result.metrics = queue_metrics();
    result.size = Size {
        users_count: 0,
        pages_count: 0,
        shards_count: 1,
        platform: chappe_metrics::PlatformSize::default(),
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
    result.assumed[0].description = text.clone();
    result.audit.promises[0].description = text.clone();
    result.warnings.push(Warning {
        problem: text.clone(),
        remedy: text,
    });
    record
}
