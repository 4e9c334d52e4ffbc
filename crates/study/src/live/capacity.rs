//! Finds the highest rate at which the live platform keeps within the scenario's thresholds.

use super::session::{Offer, Session, choices};
use crate::VERSION;
use crate::context::Context;
use crate::error::Error;
use crate::execution::Stopwatch;
use crate::note::Note;
use crate::stats::capacity::{Capacity, Limits, Outcome, Trial, find};
use crate::verdict::{lacking, name};
use chappe_base::RunSpec;
use chappe_engine::scenario_id;
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{
    CAPACITY_SCHEMA, CapacityEnd, CapacityRecord, Execution, LoadEnd, Metric, ThresholdOutcome,
    ThresholdVerdict, Violations,
};
use chappe_report::words;
use std::time::Duration;
use tracing::info;

/// How much the rate grows until a trial fails.
const GROWTH: f64 = 2.0;
/// How wide the answer may be, relative to itself.
const WIDTH: f64 = 0.1;
/// Trials that confirm the answer.
const CONFIRMATIONS: u32 = 3;
/// The lowest rate that is tried, relative to the first.
const FLOOR: f64 = 1e-3;

/// Where a search for capacity begins and ends.
#[derive(Clone, Debug)]
pub struct CapacityOptions {
    /// The first rate [commands per second].
    pub rate: f64,
    /// The highest rate that is tried [commands per second].
    pub cap: f64,
    /// How long each rate is held.
    pub duration: Duration,
    /// The most trials.
    pub trials: u32,
}

/// Finds the highest rate within the scenario's thresholds.
///
/// # Errors
/// What is wrong with the scenario or the rates; or a load can't be offered at all.
pub fn capacity(
    spec: &RunSpec,
    offer: &Offer,
    options: &CapacityOptions,
    context: &Context<'_>,
) -> Result<CapacityRecord, Error> {
    let mut session = Session::new(spec, offer, context)?;
    if session.thresholds.is_empty() {
        return Err(Error::usage_with(
            "the scenario has no thresholds, so any rate is within them",
            "add them, for example [thresholds] \"delivery.friend\" = [\"p(99) < 5ms\"]",
        ));
    }
    let limits = limits(options)?;
    let watch = Stopwatch::start();
    info!(
        scenario = session.scenario().name,
        rate = options.rate,
        cap = options.cap,
        trials_max = options.trials,
        "search for capacity started"
    );
    let mut missed = Vec::new();
    let capacity = search(&mut session, options, &limits, &mut missed)?;
    let execution = Execution {
        workers: session.threads as u32,
        ..watch.execution(context.command)
    };
    info!(
        scenario = session.scenario().name,
        ended = capacity.ended.label(),
        trials = capacity.trials.len(),
        kept_rate = capacity.kept_rate,
        failed_rate = capacity.failed_rate,
        "search for capacity ended"
    );
    let unsettled = unsettled(capacity.ended, &missed);
    let violations = session.take_violations();
    Ok(CapacityRecord {
        unsettled,
        violations,
        ..record(&session, options, &capacity, execution)
    })
}

fn limits(options: &CapacityOptions) -> Result<Limits, Error> {
    let limits = Limits {
        // At a lower rate no command would be due in a trial.
        floor_rate: (options.rate * FLOOR)
            .max(1.0 / options.duration.as_secs_f64())
            .min(options.rate),
        start_rate: options.rate,
        cap_rate: options.cap,
        growth: GROWTH,
        width: WIDTH,
        confirmations_count: CONFIRMATIONS,
        trials_max: options.trials,
    };
    limits.check().map_err(|error| {
        Error::usage_with(error.to_string(), "give --rate above zero and --cap not below it")
    })?;
    Ok(limits)
}

/// A trial that kept not all thresholds: its rate, and those that it did not keep.
struct Missed {
    rate: f64,
    thresholds: Vec<ThresholdVerdict>,
}

/// Runs trials until the search ends; a load that can't be offered at all ends the study. `missed` gets every trial that
/// kept not all thresholds.
fn search(
    session: &mut Session<'_>,
    options: &CapacityOptions,
    limits: &Limits,
    missed: &mut Vec<Missed>,
) -> Result<Capacity, Error> {
    let mut failure = None;
    let mut trial = |rate: f64| {
        twice_if_missed(session, options, rate, missed).unwrap_or_else(|error| {
            failure = Some(error);
            Trial {
                outcome: Outcome::Interrupted,
                achieved_rate: 0.0,
                p50_ns: None,
                p99_ns: None,
                excess: Vec::new(),
            }
        })
    };
    let capacity = find(limits, &mut trial);
    match failure {
        Some(failure) => Err(failure),
        None => capacity.map_err(|error| Error::usage(error.to_string())),
    }
}

/// One trial. A shared machine has bad moments, so a rate is missed only if it is missed twice.
fn twice_if_missed(
    session: &mut Session<'_>,
    options: &CapacityOptions,
    rate: f64,
    missed: &mut Vec<Missed>,
) -> Result<Trial, Error> {
    let plan = Plan::Open(Shape::Constant { rate });
    let mut once = || -> Result<Trial, Error> {
        let live = session.play(plan, options.duration)?;
        let verdicts = session.thresholds.iter();
        let verdicts: Vec<ThresholdVerdict> = verdicts
            .map(|threshold| threshold.evaluate(&live.parts))
            .collect();
        let trial = judged(session, &live, &verdicts);
        let sentence = sentence(rate, &trial);
        let thresholds: Vec<ThresholdVerdict> =
            verdicts.into_iter().filter(|verdict| !verdict.passed).collect();
        if !thresholds.is_empty() {
            missed.push(Missed { rate, thresholds });
        }
        session.context.observer.note(Note::Step(sentence));
        Ok(trial)
    };
    let first = once()?;
    match first.outcome {
        Outcome::Kept | Outcome::Unmeasured | Outcome::Interrupted => Ok(first),
        Outcome::Breached | Outcome::GeneratorLimited => once(),
    }
}

/// What a load comes to.
fn judged(session: &Session<'_>, live: &LiveRun, verdicts: &[ThresholdVerdict]) -> Trial {
    let has = |outcome| verdicts.iter().any(|verdict| verdict.outcome() == outcome);
    let of_platform = || {
        if has(ThresholdOutcome::Missed) {
            Outcome::Breached
        } else if has(ThresholdOutcome::Inconclusive) || live.outcome.sent_count == 0 {
            // A threshold on how often something happens is kept where nothing happens.
            Outcome::Unmeasured
        } else {
            Outcome::Kept
        }
    };
    let outcome = match (live.outcome.end, live.outcome.valid) {
        _ if session.context.stop.is_raised() => Outcome::Interrupted,
        (LoadEnd::Interrupted, _) => Outcome::Interrupted,
        (LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded, false) => Outcome::GeneratorLimited,
        (LoadEnd::Planned | LoadEnd::Threshold | LoadEnd::TapeEnded, true) => of_platform(),
    };
    let friends = match live.parts.metrics.get("delivery.friend") {
        Some(Metric::Histogram(summary)) if summary.count > 0 => Some(summary),
        Some(_) | None => None,
    };
    let excess = session.thresholds.iter().zip(verdicts);
    let excess = excess.map(|(threshold, verdict)| match verdict.passed {
        true => 0.0,
        false => threshold.distance(verdict.observed).unwrap_or(f64::INFINITY),
    });
    Trial {
        outcome,
        achieved_rate: live.outcome.rate().unwrap_or(0.0),
        p50_ns: friends.map(|summary| summary.p50),
        p99_ns: friends.map(|summary| summary.p99),
        excess: excess.collect(),
    }
}

/// Why a search without an answer has none: the thresholds of the last trial with what they lack, or those that are
/// missed whatever the rate, with what was observed at the highest and the lowest.
fn unsettled(ended: CapacityEnd, missed: &[Missed]) -> Vec<String> {
    let (Some(first), Some(last)) = (missed.first(), missed.last()) else {
        return Vec::new();
    };
    match ended {
        CapacityEnd::Unmeasured => last.thresholds.iter().map(lacking).collect(),
        CapacityEnd::NotByRate => {
            let at = |missed: &Missed, verdict: &ThresholdVerdict| {
                let known = missed.thresholds.iter();
                let mut known = known.filter(|known| name(known) == name(verdict));
                let seen = known.next().map(chappe_report::observed);
                format!(
                    "{} at {} per second",
                    words::told(seen, |seen| seen),
                    words::rate(missed.rate)
                )
            };
            let told = |verdict: &ThresholdVerdict| {
                format!(
                    "{}: {}, and {}",
                    name(verdict),
                    at(first, verdict),
                    at(last, verdict)
                )
            };
            last.thresholds.iter().map(told).collect()
        }
        CapacityEnd::Found
        | CapacityEnd::Cap
        | CapacityEnd::Generator
        | CapacityEnd::Trials
        | CapacityEnd::Nothing
        | CapacityEnd::Interrupted => Vec::new(),
    }
}

/// A trial in a line.
fn sentence(rate: f64, trial: &Trial) -> String {
    let p99 = trial.p99_ns.map_or("no delivery measured".to_string(), |ns| {
        format!("p99 {}", words::duration(ns))
    });
    let rate = words::rate(rate);
    let outcome = match trial.outcome {
        Outcome::Kept => "kept",
        Outcome::Breached => "missed",
        Outcome::GeneratorLimited => "the generator fell behind",
        Outcome::Unmeasured => "too little was observed to judge the thresholds",
        Outcome::Interrupted => "interrupted",
    };
    format!("{rate}/s: {p99}, {outcome}")
}

fn record(
    session: &Session<'_>,
    options: &CapacityOptions,
    capacity: &Capacity,
    execution: Execution,
) -> CapacityRecord {
    let scenario = session.scenario();
    let duration = chappe_base::Duration(chappe_base::Span(options.duration.as_nanos() as i64));
    let thresholds = scenario.thresholds.iter();
    let conditions = thresholds.map(|threshold| format!("{} {}", threshold.metric(), threshold.condition()));
    CapacityRecord {
        schema: CAPACITY_SCHEMA.to_string(),
        spec: session.prepared.spec.clone(),
        scenario: scenario_id(scenario),
        seed: scenario.seed,
        version: VERSION.to_string(),
        plan: format!("open, each rate held for {duration}"),
        design: choices(scenario, session.threads),
        thresholds: conditions.collect(),
        ended: capacity.ended,
        kept_rate: capacity.kept_rate,
        failed_rate: capacity.failed_rate,
        trials: capacity.trials.clone(),
        trials_max: options.trials,
        unsettled: Vec::new(),
        violations: Violations::default(),
        execution,
    }
}
