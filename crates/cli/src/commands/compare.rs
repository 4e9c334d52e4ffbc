//! `chappe load --compare`: variants of one choice, run in turn.

use crate::args::{Compare, Offer};
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results::{self, default_folder};
use crate::session::Session;
use crate::terminal::stop_on_interrupt;
use chappe_engine::scenario_id;
use chappe_experiment::compare::{Comparison, Plan as Order, Scale};
use chappe_load::{LiveRun, Plan};
use chappe_metrics::{
    Better, COMPARISON_SCHEMA, ComparedMetric, ComparisonRecord, Execution, Metric, Unit, VariantFigures,
    VariantVerdict,
};
use chappe_report::Report;
use std::io::{Write, stdout};
use std::time::{Duration, Instant, SystemTime};

/// Differences below this share are of no interest.
const SMALLEST_EFFECT: f64 = 0.05;

/// What is compared, and how it is read off a load.
struct Figure {
    name: &'static str,
    /// What it is, in a sentence.
    words: &'static str,
    unit: Unit,
    better: Better,
    read: fn(&LiveRun) -> Option<f64>,
}

const FIGURES: [Figure; 10] = [
    latency(
        "delivery.friend p(50)",
        "median delivery between friends",
        |live| quantile(live, "delivery.friend", 50),
    ),
    latency(
        "delivery.friend p(99)",
        "p99 of delivery between friends",
        |live| quantile(live, "delivery.friend", 99),
    ),
    latency("delivery.ad p(50)", "median delivery of ads", |live| {
        quantile(live, "delivery.ad", 50)
    }),
    latency("delivery.ad p(99)", "p99 of delivery of ads", |live| {
        quantile(live, "delivery.ad", 99)
    }),
    latency(
        "ack.friend p(99)",
        "p99 of acknowledgement between friends",
        |live| quantile(live, "ack.friend", 99),
    ),
    latency("revocation p(99)", "p99 of revocation", |live| {
        quantile(live, "revocation", 99)
    }),
    latency("load.blocked p(99)", "p99 of time held back", |live| {
        quantile(live, "load.blocked", 99)
    }),
    Figure {
        name: "load.throughput",
        words: "friends' messages per second",
        unit: Unit::Count,
        better: Better::Higher,
        read: |live| single(live, "load.throughput"),
    },
    Figure {
        name: "load.lost",
        words: "share of commands dropped",
        unit: Unit::Share,
        better: Better::Lower,
        read: |live| single(live, "load.lost"),
    },
    latency(
        "processor time per command sent",
        "processor time per command",
        |live| Some(live.outcome.cpu_ns as f64 / live.outcome.sent_count.max(1) as f64),
    ),
];

const fn latency(name: &'static str, words: &'static str, read: fn(&LiveRun) -> Option<f64>) -> Figure {
    Figure {
        name,
        words,
        unit: Unit::Nanoseconds,
        better: Better::Lower,
        read,
    }
}

fn quantile(live: &LiveRun, name: &str, percentile: u8) -> Option<f64> {
    let Some(Metric::Histogram(summary)) = live.parts.metrics.get(name) else {
        return None;
    };
    let value = if percentile == 50 {
        summary.p50
    } else {
        summary.p99
    };
    (summary.count > 0).then_some(value as f64)
}

fn single(live: &LiveRun, name: &str) -> Option<f64> {
    live.parts.metrics.get(name)?.value()
}

/// Runs the variants in turn and says how they differ.
pub(crate) fn compare(
    offer: &Offer,
    compare: &Compare,
    rounds: u32,
    (plan, duration): (Plan, Duration),
) -> Result<(), Failure> {
    let mut sessions = sessions(offer, compare)?;
    let target = offer.out.clone();
    let target = target.unwrap_or_else(|| default_folder(sessions[0].scenario()));
    let output = Output::prepare(&target)?;
    let (started, clock) = (SystemTime::now(), Instant::now());
    for number in 0..sessions.len() {
        let (before, rest) = sessions.split_at_mut(number);
        if let Some(first) = before.first() {
            rest[0].share_tape(first);
        }
        rest[0].record_for(plan, duration)?;
    }
    let (figures, ran) = run_in_turn(&mut sessions, compare, rounds, (plan, duration))?;
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let execution = results::execution(&target, peaks, (started, clock.elapsed()));
    let metrics = FIGURES.iter().zip(figures);
    let metrics = metrics.filter_map(|(figure, found)| compared(figure, &compare.values, found));
    let scenario = sessions[0].scenario();
    let length = chappe_base::Duration(chappe_base::Span(duration.as_nanos() as i64));
    let record = ComparisonRecord {
        schema: COMPARISON_SCHEMA.to_string(),
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: env!("CARGO_PKG_VERSION").to_string(),
        plan: format!("{plan}, {length} each"),
        key: compare.key.clone(),
        variants: compare.values.clone(),
        rounds_count: rounds,
        order: ran,
        interrupted: false,
        metrics: metrics.collect(),
        execution: Execution {
            workers: sessions[0].threads as u32,
            ..execution
        },
    };
    write(&output, &record, &sessions[0].loaded.text)
        .map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    say(offer, &record, &folder.join("index.html").display().to_string())
}

/// What was read of each figure, of each variant, in each round.
type Found = Vec<Vec<Vec<Option<f64>>>>;

/// Runs every variant once a round, and reads off what is compared; the variants in the order of their
/// runs.
fn run_in_turn(
    sessions: &mut [Session],
    compare: &Compare,
    rounds: u32,
    (plan, duration): (Plan, Duration),
) -> Result<(Found, Vec<String>), Failure> {
    let order = Order::abba(sessions.len(), rounds as usize, sessions[0].scenario().seed);
    let mut figures = vec![vec![Vec::new(); sessions.len()]; FIGURES.len()];
    let mut ran = Vec::new();
    for run in order.runs() {
        let live = sessions[run.variant].play(plan, duration)?;
        if stop_on_interrupt().is_raised() {
            return Err(Failure::Abandoned);
        }
        let variant = &compare.values[run.variant];
        if !live.outcome.valid {
            eprintln!(
                "warning: {variant}, round {}: the generator fell behind",
                run.round + 1
            );
        }
        for (figure, found) in FIGURES.iter().zip(&mut figures) {
            found[run.variant].push((figure.read)(&live));
        }
        ran.push(variant.clone());
    }
    Ok((figures, ran))
}

/// A session for each variant.
fn sessions(offer: &Offer, compare: &Compare) -> Result<Vec<Session>, Failure> {
    let session = |value: &String| {
        let mut offer = offer.clone();
        offer.source.set.push(format!("{}={value}", compare.key));
        Session::new(&offer)
    };
    compare.values.iter().map(session).collect()
}

/// One figure of all variants; none if no run had it, or it was zero in all.
fn compared(figure: &Figure, variants: &[String], found: Vec<Vec<Option<f64>>>) -> Option<ComparedMetric> {
    found.iter().flatten().flatten().find(|figure| **figure != 0.0)?;
    let numbers = |figures: &[Option<f64>]| -> Vec<f64> {
        figures.iter().map(|figure| figure.unwrap_or(f64::NAN)).collect()
    };
    let first = numbers(&found[0]);
    let verdict = |(variant, figures): (&String, &Vec<Option<f64>>)| {
        let comparison = Comparison::of(&first, &numbers(figures), figure.better, SMALLEST_EFFECT).ok()?;
        Some(VariantVerdict {
            variant: variant.clone(),
            difference: comparison.difference,
            low: comparison.interval.low,
            high: comparison.interval.high,
            relative: comparison.scale == Scale::Relative,
            verdict: comparison.verdict,
            sentence: comparison.sentence(figure.words),
        })
    };
    let against_first = variants.iter().zip(&found).skip(1).filter_map(verdict).collect();
    let figures = variants
        .iter()
        .zip(found)
        .map(|(variant, figures)| VariantFigures {
            variant: variant.clone(),
            figures,
        });
    Some(ComparedMetric {
        metric: figure.name.to_string(),
        unit: figure.unit,
        better: figure.better,
        variants: figures.collect(),
        against_first,
    })
}

fn write(output: &Output, record: &ComparisonRecord, scenario: &str) -> std::io::Result<()> {
    output.write("scenario.toml", scenario.as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    record.write_files(&mut sink).map_err(std::io::Error::other)
}

fn say(offer: &Offer, record: &ComparisonRecord, report: &str) -> Result<(), Failure> {
    let mut out = stdout();
    if offer.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if !offer.quiet {
        for sentence in record.answer() {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "Report: {report}")?;
    }
    Ok(())
}
