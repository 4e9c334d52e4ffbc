//! Offers a load to the platform, from a scenario and a tape to figures, digest and audit verdict.

use crate::drive::{LoadRun, drive};
use crate::handler::{Applied, BareHop, Handler, Platform};
use crate::plan::{LoadError, LoadOptions};
use crate::replay::platform_after_history;
use crate::shard::ShardTask;
use crate::shared::LoadShared;
use chappe_audit::{Audit, ShardSummary, Verdict};
use chappe_base::{Digest, Homes, ShardId, SimTime, Span};
use chappe_engine::{SimulationSetup, check_threads};
use chappe_metrics::{Collector, LoadOutcome, Meter, ResultParts, Rows};
use chappe_platform::{Outbox, Shard};
use chappe_scenario::{Runtime, Scenario};
use chappe_workload::{Tape, Trace};
use std::sync::Arc;

/// The result of a load.
pub struct LiveRun {
    /// The figures.
    pub parts: ResultParts,
    /// Hash, in shard order, of each shard's chained hash of facts. Two loads seldom have the same one,
    /// because the order of facts depends on the threads.
    pub digest: u64,
    /// The audit's verdict on all facts.
    pub verdict: Verdict,
    /// How the load ended, and whether it was offered as planned.
    pub outcome: LoadOutcome,
    /// The shards at the end, in shard order.
    pub shards: Vec<LiveShard>,
    /// The setup from which the shards were made, for [`crate::replay()`].
    pub setup: SimulationSetup,
    /// Logical time of the last command that was sent.
    pub until: SimTime,
    /// Commands that the shards handled, from clients and from other shards.
    pub served_count: u64,
}

/// One shard after a load.
pub struct LiveShard {
    /// Its state.
    pub shard: Shard,
    /// The digest of its facts.
    pub digest: u64,
    /// Its steps, if they were recorded.
    pub applied: Vec<Applied>,
}

/// The result of a load on shards without a platform: two hops for each message, measured like the platform.
pub struct BareHops {
    /// What was measured.
    pub meter: Meter,
    /// The figures of each second.
    pub rows: Rows,
    /// How the load ended, and whether it was offered as planned.
    pub outcome: LoadOutcome,
}

/// The scenario of a load on so many threads: with the live design's shards, and with a horizon that covers the tape.
#[must_use]
pub fn live_scenario(scenario: &Scenario, tape: &Tape, threads: usize) -> Scenario {
    let mut live = scenario.clone();
    live.platform.homes = Homes::new(scenario.design.shards_count(threads));
    // The meters measure latency on the wall clock. The collector measures none of it before this time.
    live.warm_up = SimTime::NEVER;
    live.horizon = live.horizon.max(tape.until + Span(1));
    live
}

/// Offers the commands of `tape`, which was recorded from `scenario`, to the platform.
///
/// # Errors
/// If the options are out of range, or the system refuses a thread.
pub fn load(
    scenario: &Scenario,
    tape: &Tape,
    trace: Option<Arc<Trace>>,
    mut options: LoadOptions<'_>,
) -> Result<LiveRun, LoadError> {
    let scenario = &live_scenario(scenario, tape, options.threads);
    let setup = SimulationSetup::new(scenario, trace);
    let collector = setup.collector(scenario);
    let mut total = collector.clone();
    let mut make_platform =
        |id: ShardId| platform_after_history(&setup, id, options.keep_applied, &mut total);
    let handlers: Vec<Platform> = (0..scenario.platform.homes.shards())
        .map(|id| make_platform(ShardId(id)))
        .collect();
    let (shared, load_run) = play(scenario, handlers, &collector, tape, &mut options)?;
    for stats in shared.all_thread_stats() {
        total.merge(&stats.collector);
    }
    let finished = finish(load_run.handlers, load_run.until, &mut total);
    let verdict = Audit::merge(finished.audits);
    let mut digest = Digest::default();
    for shard in &finished.shards {
        digest.push(&shard.digest);
    }
    let figures = total.finish(load_run.until, verdict.violation_count());
    Ok(LiveRun {
        served_count: load_run.meter.counts().served,
        parts: figures.measured(load_run.meter, load_run.rows, load_run.outcome.measured_ns),
        digest: digest.value(),
        verdict,
        outcome: load_run.outcome,
        shards: finished.shards,
        setup,
        until: load_run.until,
    })
}

/// The shards at the end, and the results of their audits.
struct FinishedShards {
    shards: Vec<LiveShard>,
    audits: Vec<ShardSummary>,
}

/// Ends every shard at `until`: records what is still pending as facts.
fn finish(handlers: Vec<Platform>, until: SimTime, collector: &mut Collector) -> FinishedShards {
    let (mut shards, mut audits) = (Vec::new(), Vec::new());
    let mut out = Outbox::default();
    for mut platform in handlers {
        let digest = platform.digest.value();
        let applied = platform.applied.take().unwrap_or_default();
        platform.shard.finish(&mut out);
        platform.record_facts(until, &mut out, collector);
        out.clear();
        audits.push(platform.audit.finish());
        shards.push(LiveShard {
            shard: platform.shard,
            digest,
            applied,
        });
    }
    FinishedShards { shards, audits }
}

/// Offers the same load to shards that do almost nothing. This measures the cost of the harness alone.
///
/// # Errors
/// As for [`load`].
pub fn bare_hops(
    scenario: &Scenario,
    tape: &Tape,
    mut options: LoadOptions<'_>,
) -> Result<BareHops, LoadError> {
    let scenario = &live_scenario(scenario, tape, options.threads);
    let collector = SimulationSetup::new(scenario, None).collector(scenario);
    let handlers = (0..scenario.platform.homes.shards()).map(|_| BareHop).collect();
    let (_, load_run) = play(scenario, handlers, &collector, tape, &mut options)?;
    Ok(BareHops {
        meter: load_run.meter,
        rows: load_run.rows,
        outcome: load_run.outcome,
    })
}

/// Builds the shards' tasks from their handlers and plays the tape to them.
fn play<H: Handler>(
    scenario: &Scenario,
    handlers: Vec<H>,
    collector: &Collector,
    tape: &Tape,
    options: &mut LoadOptions<'_>,
) -> Result<(Arc<LoadShared>, LoadRun<H>), LoadError> {
    options.plan.check(options.warm_up, options.duration)?;
    if options.threads == 0 || options.injectors == 0 {
        return Err(LoadError::Threads);
    }
    let homes = scenario.platform.homes;
    let shard_threads = match scenario.design.runtime {
        Runtime::Shared => options.threads,
        Runtime::ThreadPerShard => usize::from(homes.shards()).min(options.threads),
    };
    let threads_count = shard_threads + usize::from(options.injectors);
    // The pool's own, or one per shard.
    let started_count = match scenario.design.runtime {
        Runtime::Shared => threads_count,
        Runtime::ThreadPerShard => usize::from(homes.shards()) + usize::from(options.injectors),
    };
    check_threads(started_count)?;
    let (shared, mailboxes) = LoadShared::new(homes, &scenario.design, threads_count, collector);
    let shared = Arc::new(shared);
    let tasks = handlers.into_iter().zip(mailboxes).enumerate();
    let tasks = tasks.map(|(id, (handler, mailbox))| {
        ShardTask::new(ShardId(id as u16), Arc::clone(&shared), mailbox, handler)
    });
    let load_run = drive(&shared, tasks.collect(), tape, options)?;
    Ok((shared, load_run))
}
