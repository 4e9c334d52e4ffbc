//! Variants of one design choice, run in turn against the live platform.

use super::session::{Offer, Session};
use crate::VERSION;
use crate::context::Context;
use crate::error::Error;
use crate::execution::Stopwatch;
use crate::note::Note;
use crate::stats::compare::{Comparison, Plan as Order, PlannedRun, Scale};
use chappe_base::RunSpec;
use chappe_engine::scenario_id;
use chappe_load::{LiveRun, Plan};
use chappe_metrics::{
    Better, COMPARISON_SCHEMA, ComparedMetric, ComparisonRecord, Execution, Metric, Unit, VariantFigures,
    VariantVerdict, Violations,
};
use std::str::FromStr;
use std::time::Duration;
use tracing::info;

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
        |live| {
            let (cpu_ns, sent_count) = (live.outcome.cpu_ns, live.outcome.sent_count);
            (sent_count > 0).then(|| cpu_ns as f64 / sent_count as f64)
        },
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

/// One key of a scenario with the values that are compared.
#[derive(Clone, Debug)]
pub struct Variants {
    /// The key, dotted as for `--set`.
    pub key: String,
    /// Its values, as for `--set`; the others are held against the first.
    pub values: Vec<String>,
    /// Rounds, in each of which every variant runs once.
    pub rounds: u32,
}

/// Rounds of a comparison, where nobody says how many.
const ROUNDS: u32 = 6;

impl FromStr for Variants {
    type Err = String;

    /// Reads `KEY=A,B,...`, two or more different values.
    fn from_str(text: &str) -> Result<Variants, String> {
        let example = "write KEY=A,B, for example design.lanes=fifo,priority";
        let (key, values) = text.split_once('=').ok_or(example)?;
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_string()).collect();
        let mut distinct = values.clone();
        distinct.sort();
        distinct.dedup();
        if values.len() < 2 || distinct.len() < values.len() || values.iter().any(String::is_empty) {
            return Err(format!(
                "a comparison needs two or more different values; {example}"
            ));
        }
        Ok(Variants {
            key: key.trim().to_string(),
            values,
            rounds: ROUNDS,
        })
    }
}

/// Runs the variants in turn and says how they differ.
///
/// # Errors
/// What is wrong with the scenario, a variant or the plan; or the study was stopped before its first round ended.
pub fn compare(
    spec: &RunSpec,
    offer: &Offer,
    variants: &Variants,
    (plan, duration): (Plan, Duration),
    context: &Context<'_>,
) -> Result<ComparisonRecord, Error> {
    plan.check(offer.warm_up, duration)?;
    let mut sessions = sessions(spec, offer, variants, context)?;
    let watch = Stopwatch::start();
    for number in 0..sessions.len() {
        let (before, rest) = sessions.split_at_mut(number);
        if let Some(first) = before.first() {
            rest[0].share_tape(first);
        }
        rest[0].record_for(plan, duration)?;
    }
    info!(
        scenario = sessions[0].scenario().name,
        key = variants.key,
        values = %variants.values.join(", "),
        rounds = variants.rounds,
        "comparison started"
    );
    let rounds = run_in_turn(&mut sessions, variants, (plan, duration))?;
    info!(rounds = rounds.count, "comparison ended");
    if rounds.count == 0 {
        return Err(Error::Interrupted(
            "no round has ended, so nothing was compared".to_string(),
        ));
    }
    let violations = violations(&mut sessions, variants);
    let metrics = FIGURES.iter().zip(rounds.figures);
    let metrics = metrics.filter_map(|(figure, read)| compared(figure, &variants.values, read));
    let scenario = sessions[0].scenario();
    let length = chappe_base::Duration(chappe_base::Span(duration.as_nanos() as i64));
    Ok(ComparisonRecord {
        schema: COMPARISON_SCHEMA.to_string(),
        spec: RunSpec {
            // The trace is known once it is read; what a variant changes is its own.
            trace: sessions[0].prepared.spec.trace.clone(),
            ..spec.clone()
        },
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: VERSION.to_string(),
        plan: format!("{plan}, {length} each"),
        key: variants.key.clone(),
        variants: variants.values.clone(),
        rounds_count: variants.rounds,
        order: rounds.order,
        interrupted: rounds.count < variants.rounds,
        generator_limited_count: rounds.limited_count,
        violations,
        metrics: metrics.collect(),
        execution: Execution {
            workers: sessions[0].threads as u32,
            ..watch.execution(context.command)
        },
    })
}

/// The promises that were broken in the loads of all variants.
fn violations(sessions: &mut [Session<'_>], variants: &Variants) -> Violations {
    let mut violations = Violations::default();
    for (session, value) in sessions.iter_mut().zip(&variants.values) {
        let mut of_variant = session.take_violations();
        for description in &mut of_variant.descriptions {
            *description = format!("with {} = {value}, {description}", variants.key);
        }
        violations.absorb(of_variant);
    }
    violations
}

/// The rounds that have ended.
struct Rounds {
    count: u32,
    /// Runs in them in which the generator fell behind.
    limited_count: u32,
    /// What was read of each figure, of each variant, in each round.
    figures: Vec<Vec<Vec<Option<f64>>>>,
    /// The variants in the order in which they ran.
    order: Vec<String>,
}

/// Runs every variant once a round, and reads off what is compared. An interruption drops the round that it cuts.
fn run_in_turn(
    sessions: &mut [Session<'_>],
    variants: &Variants,
    (plan, duration): (Plan, Duration),
) -> Result<Rounds, Error> {
    let order = Order::abba(
        sessions.len(),
        variants.rounds as usize,
        sessions[0].scenario().seed,
    );
    let mut rounds = Rounds {
        count: 0,
        limited_count: 0,
        figures: vec![vec![Vec::new(); sessions.len()]; FIGURES.len()],
        order: Vec::new(),
    };
    let runs: Vec<PlannedRun> = order.runs().collect();
    for round in runs.chunks(sessions.len()) {
        let (mut read, mut limited_count) = (Vec::new(), 0);
        for run in round {
            let session = &mut sessions[run.variant];
            let live = session.play(plan, duration)?;
            if session.context.stop.is_raised() {
                return Ok(rounds);
            }
            if !live.outcome.valid {
                limited_count += 1;
                session.context.observer.note(Note::GeneratorBehind {
                    variant: variants.values[run.variant].clone(),
                    round: run.round + 1,
                });
            }
            read.push((run.variant, FIGURES.map(|figure| (figure.read)(&live))));
        }
        rounds.count += 1;
        rounds.limited_count += limited_count;
        for (variant, figures) in read {
            for (figure, of_variants) in figures.into_iter().zip(&mut rounds.figures) {
                of_variants[variant].push(figure);
            }
            rounds.order.push(variants.values[variant].clone());
        }
    }
    Ok(rounds)
}

/// A session for each variant.
fn sessions<'a>(
    spec: &RunSpec,
    offer: &Offer,
    variants: &Variants,
    context: &Context<'a>,
) -> Result<Vec<Session<'a>>, Error> {
    let session = |value: &String| {
        let mut spec = spec.clone();
        spec.set.push((variants.key.clone(), value.clone()));
        Session::new(&spec, offer, context)
    };
    variants.values.iter().map(session).collect()
}

/// One figure of all variants; none if no run had it, or it was zero in all.
fn compared(figure: &Figure, variants: &[String], read: Vec<Vec<Option<f64>>>) -> Option<ComparedMetric> {
    read.iter().flatten().flatten().find(|figure| **figure != 0.0)?;
    let numbers = |figures: &[Option<f64>]| -> Vec<f64> {
        figures.iter().map(|figure| figure.unwrap_or(f64::NAN)).collect()
    };
    let first = numbers(&read[0]);
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
    let against_first = variants.iter().zip(&read).skip(1).filter_map(verdict).collect();
    let figures = variants
        .iter()
        .zip(read)
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
