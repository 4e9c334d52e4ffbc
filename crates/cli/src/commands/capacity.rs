//! `chappe capacity`.

use crate::args::CapacityArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results::{self, default_folder};
use crate::session::{Session, choices};
use crate::terminal::stop_on_interrupt;
use chappe_engine::scenario_id;
use chappe_experiment::capacity::{Capacity, Limits, Outcome, Trial, find};
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{
    CAPACITY_SCHEMA, CapacityEnd, CapacityRecord, CapacityTrial, Execution, LoadEnd, Metric,
};
use chappe_report::Report;
use std::io::{Write, stdout};
use std::time::{Instant, SystemTime};

/// How much the rate grows until a trial fails.
const GROWTH: f64 = 2.0;
/// How wide the answer may be, relative to itself.
const WIDTH: f64 = 0.1;
/// Trials that confirm the answer.
const CONFIRMATIONS: u32 = 3;
/// The lowest rate that is tried, relative to the first.
const FLOOR: f64 = 1e-3;

/// Finds the highest rate within the scenario's thresholds.
pub(crate) fn capacity(args: &CapacityArgs) -> Result<(), Failure> {
    let mut session = Session::new(&args.offer)?;
    if session.thresholds.is_empty() {
        return Err(Failure::usage_with(
            "the scenario has no thresholds, so any rate is within them",
            "add them, for example [thresholds] \"delivery.friend\" = [\"p(99) < 5ms\"]",
        ));
    }
    let limits = limits(args)?;
    let target = args.offer.out.clone();
    let target = target.unwrap_or_else(|| default_folder(session.scenario()));
    let output = Output::prepare(&target)?;
    let (started, clock) = (SystemTime::now(), Instant::now());
    let capacity = search(&mut session, args, &limits)?;
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let execution = results::execution(&target, peaks, (started, clock.elapsed()));
    let record = record(&session, args, &capacity, execution);
    let write = || -> std::io::Result<()> {
        output.write("scenario.toml", session.loaded.text.as_bytes())?;
        let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
        record.write_files(&mut sink).map_err(std::io::Error::other)
    };
    write().map_err(|error| Failure::Write { path: target, error })?;
    let folder = output.finish()?;
    let mut out = stdout();
    if args.offer.json {
        serde_json::to_writer_pretty(&mut out, &record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if !args.offer.quiet {
        for sentence in record.answer() {
            writeln!(out, "{sentence}")?;
        }
        writeln!(out, "Report: {}", folder.join("index.html").display())?;
    }
    verdict(&capacity)
}

fn limits(args: &CapacityArgs) -> Result<Limits, Failure> {
    let limits = Limits {
        floor_rate: args.rate * FLOOR,
        start_rate: args.rate,
        cap_rate: args.cap,
        growth: GROWTH,
        width: WIDTH,
        confirmations_count: CONFIRMATIONS,
        trials_max: args.trials,
    };
    limits.check().map_err(|error| {
        Failure::usage_with(error.to_string(), "give --rate above zero and --cap not below it")
    })?;
    Ok(limits)
}

/// Runs trials until the search ends; a load that can't be offered at all ends the command.
fn search(session: &mut Session, args: &CapacityArgs, limits: &Limits) -> Result<Capacity, Failure> {
    let mut failure = None;
    let mut trial = |rate: f64| {
        twice_if_missed(session, args, rate).unwrap_or_else(|error| {
            failure = Some(error);
            Trial {
                outcome: Outcome::Interrupted,
                achieved_rate: 0.0,
                p50_ns: None,
                p99_ns: None,
            }
        })
    };
    let capacity = find(limits, &mut trial);
    match failure {
        Some(failure) => Err(failure),
        None => capacity.map_err(|error| Failure::usage(error.to_string())),
    }
}

/// One trial. A machine has its moments, so only what misses twice has missed.
fn twice_if_missed(session: &mut Session, args: &CapacityArgs, rate: f64) -> Result<Trial, Failure> {
    let plan = Plan::Open(Shape::Constant { rate });
    let mut once = || -> Result<Trial, Failure> {
        let live = session.play(plan, args.duration)?;
        let trial = judged(session, &live);
        say(args, rate, &trial);
        Ok(trial)
    };
    let first = once()?;
    match first.outcome {
        Outcome::Kept | Outcome::Interrupted => Ok(first),
        Outcome::Breached | Outcome::GeneratorLimited => once(),
    }
}

/// What a load comes to.
fn judged(session: &Session, live: &LiveRun) -> Trial {
    let kept = session
        .thresholds
        .iter()
        .all(|threshold| threshold.evaluate(&live.parts).passed);
    let outcome = match (live.outcome.end, live.outcome.valid) {
        _ if stop_on_interrupt().is_raised() => Outcome::Interrupted,
        (LoadEnd::Interrupted, _) => Outcome::Interrupted,
        (LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded, false) => Outcome::GeneratorLimited,
        (LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded, true) if kept => Outcome::Kept,
        (LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded, true) => Outcome::Breached,
    };
    let friends = match live.parts.metrics.get("delivery.friend") {
        Some(Metric::Histogram(summary)) if summary.count > 0 => Some(summary),
        Some(_) | None => None,
    };
    Trial {
        outcome,
        achieved_rate: live.outcome.sent_count as f64 * 1e9 / live.outcome.measured_ns as f64,
        p50_ns: friends.map(|summary| summary.p50),
        p99_ns: friends.map(|summary| summary.p99),
    }
}

fn say(args: &CapacityArgs, rate: f64, trial: &Trial) {
    if args.offer.quiet || args.offer.json {
        return;
    }
    let p99 = trial.p99_ns.map_or("nothing delivered".to_string(), |ns| {
        format!("p99 {}", chappe_report::words::duration(ns))
    });
    let rate = chappe_report::words::count(rate as i64);
    eprintln!("{rate}/s: {p99}, {}", word(trial.outcome));
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Kept => "kept",
        Outcome::Breached => "missed",
        Outcome::GeneratorLimited => "the generator fell behind",
        Outcome::Interrupted => "interrupted",
    }
}

fn record(
    session: &Session,
    args: &CapacityArgs,
    capacity: &Capacity,
    execution: Execution,
) -> CapacityRecord {
    let scenario = session.scenario();
    let duration = chappe_base::Duration(chappe_base::Span(args.duration.as_nanos() as i64));
    let conditions = scenario.thresholds.iter().flat_map(|threshold| {
        let metric = &threshold.metric;
        threshold
            .conditions
            .iter()
            .map(move |condition| format!("{metric} {condition}"))
    });
    CapacityRecord {
        schema: CAPACITY_SCHEMA.to_string(),
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: env!("CARGO_PKG_VERSION").to_string(),
        plan: format!("open, each rate held for {duration}"),
        design: choices(scenario),
        thresholds: conditions.collect(),
        ended: capacity.ended,
        kept_rate: capacity.kept_rate,
        failed_rate: capacity.failed_rate,
        trials: capacity
            .steps
            .iter()
            .filter(|step| step.trial.outcome != Outcome::Interrupted)
            .map(trial)
            .collect(),
        trials_max: args.trials,
        execution: Execution {
            workers: session.threads as u32,
            ..execution
        },
    }
}

/// How the search ends for whoever waits for it.
fn verdict(capacity: &Capacity) -> Result<(), Failure> {
    match capacity.ended {
        CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Trials => Ok(()),
        CapacityEnd::Generator => Err(Failure::Generator {
            rate: capacity.kept_rate.unwrap_or(0.0),
        }),
        CapacityEnd::Nothing => Err(Failure::Thresholds(1)),
        CapacityEnd::Interrupted => Err(Failure::Interrupted("the trials so far".to_string())),
    }
}
