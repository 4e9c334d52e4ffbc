//! `chappe gate measure`: plays or times one scenario in this process. A check starts it for each program it compares.

use crate::args::{Clocked, MeasureArgs, Source};
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open;
use crate::terminal::stop_on_interrupt;
use chappe_engine::{SimulateOptions, Simulated, run_record, simulate};
use chappe_gate::record::{Behaviour, Cost, Played};
use chappe_load::{Plan, Shape};
use chappe_metrics::{Execution, Metric};
use chappe_study::live::{FinishedLoad, Offer, load};
use chappe_study::{Error, Prepared, Threads, machine, verdict};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

/// How long a live load warms up.
const WARM_UP: Duration = Duration::from_millis(50);

/// Plays or times a scenario, and prints what it came to as JSON.
pub(super) fn measure(args: &MeasureArgs) -> Result<(), Failure> {
    let source = Source {
        scenario: args.scenario.clone(),
        set: args.changes.set.clone(),
        arm: None,
        seed: args.changes.seed,
        scale: args.changes.scale,
    };
    match args.time {
        None => print(&play(&source)?),
        Some(clocked) => print(&time(&source, clocked, args)?),
    }
}

/// One line, for another program to read.
fn print(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::internal(error.to_string()))?;
    writeln!(stdout(), "{text}").map_err(Failure::Output)
}

/// What a scenario comes to.
fn play(source: &Source) -> Result<Played, Failure> {
    let prepared = prepared(source)?;
    let mut timed = None;
    let allocated = allocation_counter::measure(|| timed = Some(simulated(&prepared)));
    let (simulated, took) = timed.expect("it was played");
    let record = run_record(
        prepared.spec.clone(),
        &prepared.scenario,
        simulated.output(),
        &[],
        Execution::default(),
    );
    if record.interrupted {
        return Err(interrupted());
    }
    let cost = [
        (Cost::Events, simulated.events_count),
        (Cost::Allocations, allocated.count_total),
        (Cost::AllocatedBytes, allocated.bytes_total),
        (Cost::PeakBytes, allocated.bytes_max),
    ];
    Ok(Played {
        scenario: record.scenario,
        seed: record.seed,
        version: record.version,
        toolchain: env!("CHAPPE_TOOLCHAIN").to_string(),
        machine: machine::machine(),
        behaviour: Behaviour {
            digest: record.digest,
            metrics: record.result.metrics.into_iter().map(in_brief).collect(),
        },
        cost: cost.into(),
        event_ns: per_event(&simulated, took),
    })
}

/// Times a scenario once: nanoseconds by name.
fn time(source: &Source, clocked: Clocked, args: &MeasureArgs) -> Result<BTreeMap<String, f64>, Failure> {
    let timings = match clocked {
        Clocked::Simulation => {
            let (simulated, took) = simulated(&prepared(source)?);
            vec![("time per event", per_event(&simulated, took))]
        }
        Clocked::Load => {
            let rate = args.changes.rate.ok_or_else(|| {
                Error::usage_with("a live load has a rate", "give --rate, such as --rate 50000")
            })?;
            timings(&offered(source, rate, args.duration)?)
        }
    };
    if stop_on_interrupt().is_raised() {
        return Err(interrupted());
    }
    Ok(timings
        .into_iter()
        .map(|(name, ns)| (name.to_string(), ns))
        .collect())
}

/// A metric without the quantiles that only a plot needs.
fn in_brief((name, mut metric): (String, Metric)) -> (String, Metric) {
    if let Metric::Histogram(summary) = &mut metric {
        summary.quantiles.clear();
    }
    (name, metric)
}

fn interrupted() -> Failure {
    Error::Interrupted("nothing was measured".to_string()).into()
}

fn prepared(source: &Source) -> Result<Prepared, Failure> {
    let opened = open(source)?;
    carry_out(&opened, (Threads::Auto, true), None, |context| {
        Prepared::new(&opened.spec, context)
    })
}

/// Plays a scenario on this thread alone, and says how long it took.
fn simulated(prepared: &Prepared) -> (Simulated, Duration) {
    let clock = Instant::now();
    let options = SimulateOptions::new(stop_on_interrupt()).trace(prepared.trace.clone());
    let simulated = simulate(&prepared.scenario, options);
    (simulated, clock.elapsed())
}

fn per_event(simulated: &Simulated, took: Duration) -> f64 {
    took.as_nanos() as f64 / simulated.events_count.max(1) as f64
}

/// Offers a short load, and leaves the generator a core.
fn offered(source: &Source, rate: f64, duration: Duration) -> Result<FinishedLoad, Failure> {
    let opened = open(source)?;
    let offer = Offer {
        warm_up: WARM_UP,
        from: None,
        injectors: 1,
    };
    let threads = Threads::Number(machine::cores().saturating_sub(1).max(1));
    let plan = Plan::Open(Shape::Constant { rate });
    let finished = carry_out(&opened, (threads, true), None, |context| {
        load(&opened.spec, &offer, (plan, duration), None, context)
    })?;
    match &finished.record.load {
        Some(load) if !load.outcome.valid => Err(Failure::Verdict(verdict::generator_limited(&load.outcome))),
        Some(_) | None => Ok(finished),
    }
}

/// What is read off a load; what it doesn't have is left out.
fn timings(finished: &FinishedLoad) -> Vec<(&'static str, f64)> {
    let outcome = finished.record.load.as_ref().map(|load| &load.outcome);
    let cpu_ns = outcome.map(|outcome| outcome.cpu_ns as f64 / outcome.sent_count.max(1) as f64);
    let median = match finished.parts.metrics.get("delivery.friend") {
        Some(Metric::Histogram(summary)) if summary.count > 0 => {
            Some(("median delivery", summary.p50 as f64))
        }
        Some(_) | None => None,
    };
    let cpu = cpu_ns.map(|ns| ("processor time per command", ns));
    cpu.into_iter().chain(median).collect()
}
