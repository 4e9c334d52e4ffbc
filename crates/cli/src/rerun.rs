//! Running a scenario again to look at some of its facts: runs are deterministic, so nothing has to
//! be kept.

use crate::args;
use crate::effort::effort as effort_of;
use crate::failure::Failure;
use crate::sources::Loaded;
use crate::terminal::{Gauge, stop_on_interrupt};
use chappe_base::{Fact, Record, SimTime, UserId};
use chappe_engine::{FactSink, SimulateOptions, Simulated, simulate};
use std::sync::{Arc, Mutex, PoisonError};

/// Runs a scenario and keeps the facts that are `wanted`, in the order of the event log.
pub(crate) fn facts(
    loaded: &Loaded,
    effort: &args::Effort,
    watch: Option<UserId>,
    wanted: impl Fn(&Fact) -> bool + Send + Sync + 'static,
) -> Result<(Vec<Record>, Simulated), Failure> {
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
    let gauge = Gauge::new(loaded.scenario.horizon, effort.quiet);
    let simulated = simulate(
        &loaded.scenario,
        SimulateOptions::new(stop_on_interrupt())
            .workers(effort_of(effort.workers, 1, &loaded.scenario).workers)
            .progress(&mut |progress| gauge.show(progress))
            .log(&mut sink)
            .watch(watch)
            .trace(loaded.trace.clone()),
    );
    gauge.finish();
    if let Some(stopped) = simulated.stopped_at {
        return Err(Failure::Interrupted(crate::terminal::time(stopped)));
    }
    let mut records = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    // Stable: facts of one shard at one time keep their order.
    records.sort_by_key(|record| (record.at.max(SimTime(-1)), record.shard));
    Ok((records, simulated))
}
