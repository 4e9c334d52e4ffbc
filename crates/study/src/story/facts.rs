//! Plays a run again for some of its facts.
//!
//! The facts of a day of a million people are gigabytes. Runs are deterministic, so a question that is asked later
//! needs no stored facts.

use crate::context::{Context, Threads};
use crate::error::Error;
use crate::prepared::Prepared;
use crate::progress::Progress;
use chappe_base::{Fact, Record, UserId};
use chappe_engine::{FactSink, SimulateOptions, Simulated, simulate};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::debug;

/// Plays a run and keeps the facts that are `wanted`, in order of time, then of shard. Keeps the decisions on the ad slots
/// of `watch` with every rule.
pub(super) fn facts(
    prepared: &Prepared,
    context: &Context<'_>,
    watch: Option<UserId>,
    wanted: impl Fn(&Fact) -> bool + Send + Sync + 'static,
) -> Result<(Vec<Record>, Simulated), Error> {
    let kept: Arc<Mutex<Vec<Record>>> = Arc::default();
    let wanted = Arc::new(wanted);
    let mut sink = |_: usize| -> FactSink {
        let (kept, wanted) = (Arc::clone(&kept), Arc::clone(&wanted));
        Box::new(move |record| {
            if wanted(&record.fact) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(*record);
            }
        })
    };
    let until = prepared.until()?;
    let end = until.unwrap_or(prepared.scenario.horizon);
    let mut progress = |progress: chappe_engine::Progress| {
        context.observer.progress(Progress::Simulation {
            now: progress.now,
            until: end,
            events_count: progress.events_count,
        });
    };
    let options = SimulateOptions::new(context.stop)
        .workers(match context.threads {
            Threads::Auto => 1,
            Threads::Number(count) => count,
        })
        .until(until)
        .progress(&mut progress)
        .log(&mut sink)
        .watch(watch)
        .trace(prepared.trace.clone());
    let scenario = &prepared.scenario;
    debug!(
        scenario = scenario.name,
        arm = scenario.arm,
        seed = scenario.seed,
        "run is played again"
    );
    let simulated = simulate(scenario, options);
    debug!(events_count = simulated.events_count, "run ended");
    context.observer.progress(Progress::Ended);
    if simulated.stopped_at.is_some() {
        return Err(Error::Interrupted("nothing was found yet".to_string()));
    }
    let mut records = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    // Stable, so that facts of one shard at one time keep their order.
    records.sort_by_key(|record| (record.at, record.shard));
    Ok((records, simulated))
}
