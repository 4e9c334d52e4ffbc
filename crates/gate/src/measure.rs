//! What one scenario comes to and what it takes, measured in this process. A check starts a process for each.

use crate::options::Clocked;
use crate::record::{Behaviour, Cost, Played};
use chappe_base::RunSpec;
use chappe_engine::{SimulateOptions, Simulated, run_record, simulate};
use chappe_load::{Plan, Shape};
use chappe_metrics::{Execution, Metric};
use chappe_study::live::{FinishedLoad, Offer, load};
use chappe_study::verdict::{Verdict, of_run};
use chappe_study::{Context, Error, Prepared, Stopwatch, machine};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a live load warms up.
const WARM_UP: Duration = Duration::from_millis(50);

/// What `spec` comes to, played on this thread alone by a program that `toolchain` has built.
///
/// # Errors
/// What is wrong with the scenario, or that it was stopped.
pub fn play(spec: &RunSpec, toolchain: &str, context: &Context<'_>) -> Result<Played, Error> {
    let prepared = Prepared::new(spec, context)?;
    let mut timed = None;
    let allocated = allocation_counter::measure(|| timed = Some(simulated(&prepared, context)));
    let (simulated, event_ns) = timed.expect("it was played");
    let record = run_record(
        prepared.spec.clone(),
        &prepared.scenario,
        prepared.trace.as_deref(),
        simulated.output(),
        &[],
        Execution::default(),
    );
    check_stop(context)?;
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
        toolchain: toolchain.to_string(),
        machine: machine::machine(),
        behaviour: Behaviour {
            digest: record.digest,
            metrics: record.result.metrics.into_iter().map(in_brief).collect(),
        },
        cost: cost.into(),
        event_ns,
    })
}

/// Times `spec` once: nanoseconds by name, and the verdict on the load that was offered, at `rate` commands per second
/// for `duration`.
///
/// # Errors
/// What is wrong with the scenario, or that it was stopped.
pub fn time(
    spec: &RunSpec,
    clocked: Clocked,
    (rate, duration): (Option<f64>, Duration),
    context: &Context<'_>,
) -> Result<(BTreeMap<String, f64>, Verdict), Error> {
    let (timings, verdict) = match clocked {
        Clocked::Simulation => {
            let (_, event_ns) = simulated(&Prepared::new(spec, context)?, context);
            (vec![("time per event", event_ns)], Verdict::Ok)
        }
        Clocked::Load => {
            let help = "give --rate, such as --rate 50000";
            let rate = rate.ok_or_else(|| Error::usage_with("a live load has a rate", help))?;
            let offer = Offer {
                warm_up: WARM_UP,
                from: None,
                injectors: 1,
            };
            let plan = Plan::Open(Shape::Constant { rate });
            let finished = load(spec, &offer, (plan, duration), None, context)?;
            (timings(&finished), of_run(&finished.record))
        }
    };
    check_stop(context)?;
    let named = timings.into_iter().map(|(name, ns)| (name.to_string(), ns));
    Ok((named.collect(), verdict))
}

fn check_stop(context: &Context<'_>) -> Result<(), Error> {
    match context.stop.is_raised() {
        true => Err(Error::Interrupted("nothing was measured".to_string())),
        false => Ok(()),
    }
}

/// A metric without the quantiles that only a plot needs.
fn in_brief((name, mut metric): (String, Metric)) -> (String, Metric) {
    if let Metric::Histogram(summary) = &mut metric {
        summary.quantiles.clear();
    }
    (name, metric)
}

/// Plays a scenario on this thread alone, and says how long an event took [ns].
fn simulated(prepared: &Prepared, context: &Context<'_>) -> (Simulated, f64) {
    let watch = Stopwatch::start();
    let options = SimulateOptions::new(context.stop).trace(prepared.trace.clone());
    let simulated = simulate(&prepared.scenario, options);
    let event_ns = watch.elapsed().as_nanos() as f64 / simulated.events_count.max(1) as f64;
    (simulated, event_ns)
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
