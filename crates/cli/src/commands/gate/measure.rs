//! `chappe gate measure`: one scenario, played or timed in this process. The other commands ask a program this way.

use crate::args::{Clocked, MeasureArgs, Offer, Source, Workers};
use crate::failure::Failure;
use crate::machine::{self, machine};
use crate::results::{thresholds, too_late};
use crate::session::Session;
use crate::sources::{Loaded, load};
use crate::terminal::stop_on_interrupt;
use chappe_engine::{SimulateOptions, Simulated, run_record, simulate};
use chappe_gate::record::{Behaviour, Cost, Played};
use chappe_load::{LiveRun, Plan, Shape};
use chappe_metrics::{Clock, Execution, Metric};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write, stdout};
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
        Some(clocked) => print(&time(source, clocked, args)?),
    }
}

fn print(found: &impl Serialize) -> Result<(), Failure> {
    let mut out = stdout();
    serde_json::to_writer(&mut out, found).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

/// What a scenario comes to.
fn play(source: &Source) -> Result<Played, Failure> {
    let loaded = load(source)?;
    let thresholds = thresholds(&loaded.scenario, Clock::Virtual)?;
    let mut timed = None;
    let allocated = allocation_counter::measure(|| timed = Some(simulated(&loaded)));
    let (simulated, took) = timed.expect("it was played");
    let record = run_record(
        &loaded.scenario,
        simulated.output(),
        &thresholds,
        "",
        Execution::default(),
    );
    if record.interrupted {
        return Err(Failure::Abandoned);
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
        machine: machine(),
        behaviour: Behaviour {
            digest: record.digest,
            metrics: record.result.metrics.into_iter().map(in_brief).collect(),
        },
        cost: cost.into(),
        event_ns: per_event(&simulated, took),
    })
}

/// Times a scenario once: nanoseconds by name.
fn time(source: Source, clocked: Clocked, args: &MeasureArgs) -> Result<BTreeMap<String, f64>, Failure> {
    let timings = match clocked {
        Clocked::Simulation => {
            let (simulated, took) = simulated(&load(&source)?);
            vec![("time per event", per_event(&simulated, took))]
        }
        Clocked::Load => {
            let rate = args.changes.rate.ok_or_else(|| {
                Failure::usage_with("a live load has a rate", "give --rate, such as --rate 50000")
            })?;
            timings(&offered(source, rate, args.duration)?)
        }
    };
    if stop_on_interrupt().is_raised() {
        return Err(Failure::Abandoned);
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

/// Plays a scenario on this thread alone, and says how long it took.
fn simulated(loaded: &Loaded) -> (Simulated, Duration) {
    let clock = Instant::now();
    let simulated = simulate(
        &loaded.scenario,
        SimulateOptions::new(stop_on_interrupt()).trace(loaded.trace.clone()),
    );
    (simulated, clock.elapsed())
}

fn per_event(simulated: &Simulated, took: Duration) -> f64 {
    took.as_nanos() as f64 / simulated.events_count.max(1) as f64
}

/// Offers a short load, and leaves the generator a core.
fn offered(source: Source, rate: f64, duration: Duration) -> Result<LiveRun, Failure> {
    let mut session = Session::new(&Offer {
        source,
        warm_up: WARM_UP,
        from: None,
        workers: Workers::Number(machine::cores().saturating_sub(1).max(1)),
        injectors: 1,
        out: None,
        json: false,
        quiet: true,
    })?;
    let live = session.play(Plan::Open(Shape::Constant { rate }), duration)?;
    match live.outcome.valid {
        true => Ok(live),
        false => Err(too_late(&live.outcome)),
    }
}

/// What is read off a load; what it doesn't have is left out.
fn timings(live: &LiveRun) -> Vec<(&'static str, f64)> {
    let cpu_ns = live.outcome.cpu_ns as f64 / live.outcome.sent_count.max(1) as f64;
    let median = match live.parts.metrics.get("delivery.friend") {
        Some(Metric::Histogram(summary)) if summary.count > 0 => {
            Some(("median delivery", summary.p50 as f64))
        }
        Some(_) | None => None,
    };
    std::iter::once(("processor time per command", cpu_ns))
        .chain(median)
        .collect()
}
