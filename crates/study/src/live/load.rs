//! One live load.

use super::predict::predicted_and_measured;
use super::session::{Offer, Session};
use crate::context::Context;
use crate::error::Error;
use crate::execution::Stopwatch;
use chappe_base::RunSpec;
use chappe_engine::{RunOutput, run_record};
use chappe_load::{LiveRun, Plan};
use chappe_metrics::{Calibration, Clock, Execution, LoadEnd, ResultParts, RunRecord};
use std::time::Duration;

/// A live load that has ended.
pub struct FinishedLoad {
    /// What it comes to.
    pub record: RunRecord,
    /// Its figures in full, with the histograms that the record only summarises.
    pub parts: ResultParts,
}

/// Offers a load to the live platform and measures it. With a `calibration` the same load is simulated first, at a
/// ladder of rates, and the record says how far the prediction is off.
///
/// # Errors
/// What is wrong with the scenario or the plan; or the study was stopped before anything was measured.
pub fn load(
    spec: &RunSpec,
    offer: &Offer,
    (plan, duration): (Plan, Duration),
    calibration: Option<&Calibration>,
    context: &Context<'_>,
) -> Result<FinishedLoad, Error> {
    plan.check(offer.warm_up, duration)?;
    let mut session = Session::new(spec, offer, context)?;
    session.record_for(plan, duration)?;
    let watch = Stopwatch::start();
    let (live, prediction) = match calibration {
        None => (session.play(plan, duration)?, None),
        Some(calibration) => {
            let (live, prediction) =
                predicted_and_measured(&mut session, offer, calibration, (plan, duration))?;
            (live, Some(prediction))
        }
    };
    let execution = watch.execution(context.command);
    let mut record = record(&session, plan, duration, &live, execution);
    if let Some(load) = &mut record.load {
        load.prediction = prediction;
    }
    Ok(FinishedLoad {
        record,
        parts: live.parts,
    })
}

/// The record of a load.
fn record(
    session: &Session<'_>,
    plan: Plan,
    duration: Duration,
    live: &LiveRun,
    common: Execution,
) -> RunRecord {
    let seconds = Duration::from_nanos(common.wall_ns).as_secs_f64().max(1e-9);
    let execution = Execution {
        workers: session.threads as u32,
        events_count: live.served_count,
        events_per_second: (live.served_count as f64 / seconds) as u64,
        ..common
    };
    let played = RunOutput {
        clock: Clock::Wall,
        parts: &live.parts,
        digest: live.digest,
        verdict: &live.verdict,
        interrupted: live.outcome.end == LoadEnd::Interrupted,
    };
    let spec = session.prepared.spec.clone();
    // A load ends where its duration says, whatever part of a trace that is.
    let mut record = run_record(
        spec,
        session.scenario(),
        None,
        played,
        &session.thresholds,
        execution,
    );
    record.load = Some(session.load_record(plan, duration, live));
    record
}
