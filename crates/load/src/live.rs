//! The platform under load: from a scenario and a tape to figures, digest and verdict.

use crate::drive::{Driven, drive};
use crate::plan::{LoadError, LoadOptions};
use crate::replay::at_the_start;
use crate::shard::Task;
use crate::town::Town;
use crate::work::{Applied, Bare, Platform, Work};
use chappe_audit::{Audit, ShardSummary, Verdict};
use chappe_base::{Chain, ShardId, SimTime, Span};
use chappe_engine::Setting;
use chappe_metrics::{Collector, LoadOutcome, Meter, ResultParts, Rows};
use chappe_platform::{Outbox, Shard};
use chappe_scenario::{Runtime, Scenario};
use chappe_workload::{Tape, Trace};
use std::sync::Arc;

/// A platform that was under load.
pub struct Live {
    /// The figures.
    pub parts: ResultParts,
    /// Hash, in shard order, of each shard's chained hash of facts. Two loads seldom have the same.
    pub digest: u64,
    /// What the audit says.
    pub verdict: Verdict,
    /// What became of the plan.
    pub outcome: LoadOutcome,
    /// The shards at the end, in order.
    pub shards: Vec<LiveShard>,
    /// What everything was played on, for [`crate::replay`].
    pub setting: Setting,
    /// Logical time at which the tape was left.
    pub until: SimTime,
    /// Commands served, whoever sent them.
    pub served_count: u64,
}

/// One shard after a load.
pub struct LiveShard {
    /// Its state.
    pub shard: Shard,
    /// The digest of its facts.
    pub digest: u64,
    /// What it did, if that was kept.
    pub applied: Vec<Applied>,
}

/// Two bare hops for each message, measured like the platform.
pub struct BareHops {
    /// What was measured.
    pub meter: Meter,
    /// Second by second.
    pub rows: Rows,
    /// What became of the plan.
    pub outcome: LoadOutcome,
}

/// The scenario as it is built where it runs in real time.
#[must_use]
pub fn live_scenario(scenario: &Scenario, tape: &Tape) -> Scenario {
    let mut live = scenario.clone();
    if let Some(shards) = scenario.design.shards {
        live.platform.homes = chappe_base::Homes::new(shards);
    }
    // Latency is a matter of the wall clock here: the collector only counts.
    live.warm_up = SimTime::NEVER;
    live.horizon = live.horizon.max(tape.until + Span(1));
    live
}

/// Offers the commands of `tape`, recorded of `scenario`, to the platform.
///
/// # Errors
/// If the load can't be offered like that, or the system gives no threads.
pub fn load(
    scenario: &Scenario,
    tape: &Tape,
    trace: Option<Arc<Trace>>,
    mut options: LoadOptions<'_>,
) -> Result<Live, LoadError> {
    let scenario = &live_scenario(scenario, tape);
    let setting = Setting::new(scenario, trace);
    let collector = setting.collector(scenario);
    let mut remembered = collector.clone();
    let mut work = |id: ShardId| at_the_start(&setting, id, options.keep_applied, &mut remembered);
    let works: Vec<Platform> = (0..scenario.platform.homes.shards())
        .map(|id| work(ShardId(id)))
        .collect();
    let (town, driven) = play(scenario, works, &collector, tape, &mut options)?;
    for desk in town.desks() {
        remembered.merge(&desk.collector);
    }
    let ended = end(driven.works, driven.until, &mut remembered);
    let verdict = Audit::merge(ended.audits);
    let mut digest = Chain::default();
    for shard in &ended.shards {
        digest.push(&shard.digest);
    }
    let figures = remembered.finish(driven.until, verdict.violation_count());
    Ok(Live {
        served_count: driven.meter.counts().served,
        parts: figures.measured(driven.meter, driven.rows, driven.outcome.measured_ns),
        digest: digest.value(),
        verdict,
        outcome: driven.outcome,
        shards: ended.shards,
        setting,
        until: driven.until,
    })
}

/// The shards at their end, and what their judges say.
struct Ended {
    shards: Vec<LiveShard>,
    audits: Vec<ShardSummary>,
}

/// Ends every shard's history at `until`: what is still under way is a fact too.
fn end(works: Vec<Platform>, until: SimTime, collector: &mut Collector) -> Ended {
    let (mut shards, mut audits) = (Vec::new(), Vec::new());
    let mut out = Outbox::default();
    for mut work in works {
        let digest = work.digest.value();
        let applied = work.applied.take().unwrap_or_default();
        work.shard.finish(&mut out);
        work.tell(until, &mut out, collector);
        out.clear();
        audits.push(work.audit.finish());
        shards.push(LiveShard {
            shard: work.shard,
            digest,
            applied,
        });
    }
    Ended { shards, audits }
}

/// Offers the same load to shards that do next to nothing: the cost of the harness alone.
///
/// # Errors
/// As for [`load`].
pub fn bare_hops(
    scenario: &Scenario,
    tape: &Tape,
    mut options: LoadOptions<'_>,
) -> Result<BareHops, LoadError> {
    let scenario = &live_scenario(scenario, tape);
    let collector = Setting::new(scenario, None).collector(scenario);
    let works = (0..scenario.platform.homes.shards()).map(|_| Bare).collect();
    let (_, driven) = play(scenario, works, &collector, tape, &mut options)?;
    Ok(BareHops {
        meter: driven.meter,
        rows: driven.rows,
        outcome: driven.outcome,
    })
}

/// Builds the town and plays the tape to it.
fn play<W: Work>(
    scenario: &Scenario,
    works: Vec<W>,
    collector: &Collector,
    tape: &Tape,
    options: &mut LoadOptions<'_>,
) -> Result<(Arc<Town>, Driven<W>), LoadError> {
    options.plan.check(options.warm_up, options.duration)?;
    if options.threads == 0 || options.injectors == 0 {
        return Err(LoadError::Threads);
    }
    let homes = scenario.platform.homes;
    let shard_threads = match scenario.design.runtime {
        Runtime::Shared => options.threads,
        Runtime::ThreadPerShard => usize::from(homes.shards()).min(options.threads),
    };
    let desks_count = shard_threads + usize::from(options.injectors);
    let (town, mailboxes) = Town::new(homes, &scenario.design, desks_count, collector);
    let town = Arc::new(town);
    let tasks = works.into_iter().zip(mailboxes).enumerate();
    let tasks =
        tasks.map(|(id, (work, mailbox))| Task::new(ShardId(id as u16), Arc::clone(&town), mailbox, work));
    let driven = drive(&town, tasks.collect(), tape, options)?;
    Ok((town, driven))
}
