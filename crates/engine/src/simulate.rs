//! One scenario, simulated: from the scenario to figures, digest and verdict.

use crate::cluster::{Progress, RunOptions, RunOutcome, run, run_among};
use crate::contribution::{Bytes, Contribution, Ended};
use crate::peers::{Holding, Peers};
use crate::process::Process;
use crate::setting::Setting;
use crate::stop::StopFlag;
use crate::ways::Ways;
use crate::witness::{CommandSink, FactSink, ShardFolds, Witness};
use chappe_audit::Verdict;
use chappe_base::{ShardId, SimTime, UserId};
use chappe_metrics::{Collector, ResultParts};
use chappe_platform::Explanation;
use chappe_scenario::Scenario;
use chappe_workload::{Tape, Trace};
use std::sync::Arc;

/// How a scenario is run; nothing here changes its result but `until`.
pub struct SimulateOptions<'a> {
    /// Threads, in each process.
    pub workers: usize,
    /// Ends the run before its horizon.
    pub until: Option<SimTime>,
    /// Ends the run on request.
    pub stop: &'a StopFlag,
    /// Called on this thread now and then.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Makes the event log's sink for each worker.
    pub log: Option<&'a mut dyn FnMut(usize) -> FactSink>,
    /// Makes the taker of what clients ask of each worker's shards.
    pub tape: Option<&'a mut dyn FnMut(usize) -> CommandSink>,
    /// What clients ask, instead of what the agents would have them ask.
    pub play: Option<Arc<Tape>>,
    /// A user whose ad decisions are kept with every rule.
    pub watch: Option<UserId>,
    /// The trace that the scenario replays.
    pub trace: Option<Arc<Trace>>,
}

/// What a simulated run comes to.
pub struct Simulated {
    /// The figures.
    pub parts: ResultParts,
    /// Hash, in shard order, of each shard's chained hash of facts.
    pub digest: u64,
    /// What the audit says.
    pub verdict: Verdict,
    /// Events: pops from the calendar.
    pub events_count: u64,
    /// If the run was stopped early: it equals one `until` that time.
    pub stopped_at: Option<SimTime>,
    /// Threads that ran, in each process.
    pub workers_count: usize,
    /// Bytes held at the end, by part of the state, the largest first.
    pub bytes: Vec<(String, usize)>,
    /// Decisions on the watched user's ad slots.
    pub explanations: Vec<Explanation>,
}

/// Runs `scenario` in virtual time.
#[must_use]
pub fn simulate(scenario: &Scenario, options: SimulateOptions<'_>) -> Simulated {
    Simulated::of(contribute(scenario, None, options), Vec::new())
}

/// Runs this process's part of `scenario`, which several processes run together with the same
/// options.
#[must_use]
pub fn simulate_among(scenario: &Scenario, peers: Peers, options: SimulateOptions<'_>) -> Contribution {
    contribute(scenario, Some(peers), options)
}

fn contribute(scenario: &Scenario, peers: Option<Peers>, mut options: SimulateOptions<'_>) -> Contribution {
    let horizon = options
        .until
        .map_or(scenario.horizon, |until| until.min(scenario.horizon));
    let setting = Setting::new(scenario, options.trace.take());
    let ways = Arc::new(Ways::new(scenario));
    let watch = options.watch;
    let play = options.play.take();
    let mut make = |id| {
        let mut process = setting.process(id, watch, &ways);
        if let Some(tape) = &play {
            process.play(Arc::clone(tape));
        }
        process
    };
    let homes = setting.homes();
    let shards_count = usize::from(homes.shards());
    let holding = match &peers {
        None => Holding::alone(options.workers.clamp(1, shards_count)),
        Some(peers) => Holding::among(peers, options.workers),
    };
    let collector = setting.collector(scenario);
    let (mut log, mut tape) = (options.log, options.tape);
    let mut share = |local: usize| {
        let shards = holding.shards(local, shards_count);
        let audits = shards.map(|shard| setting.audit(shard));
        let mut witness = Witness::new(holding.all_workers, audits, collector.clone());
        witness.log = log.as_mut().map(|log| log(local));
        witness.tape = tape.as_mut().map(|tape| tape(local));
        witness
    };
    let run_options = RunOptions {
        workers: holding.workers,
        horizon,
        lookahead: scenario.lookahead(),
        stop: options.stop,
        progress: options.progress,
    };
    let outcome = match peers {
        None => run(
            (0..homes.shards()).map(|shard| make(ShardId(shard))).collect(),
            &mut share,
            run_options,
        ),
        Some(peers) => run_among(peers, shards_count, &mut make, &mut share, run_options),
    };
    contribution(outcome, collector, holding, shards_count, horizon)
}

/// Ends the history of every shard that ran here, and adds up what is left.
fn contribution(
    outcome: RunOutcome<Process>,
    collector: Collector,
    holding: Holding,
    shards_count: usize,
    horizon: SimTime,
) -> Contribution {
    let end = outcome.stopped_at.unwrap_or(horizon);
    let mut witnesses = outcome.shared;
    let mut bytes = Bytes::default();
    bytes.add("calendar", outcome.calendar_bytes);
    bytes.add("audit", witnesses.iter().map(Witness::audit_bytes).sum());
    let mut explanations = Vec::new();
    for (number, process) in outcome.lps.into_iter().enumerate() {
        for (part, held) in process.bytes() {
            bytes.add(part, held);
        }
        let mut shard = process.finish(&mut witnesses[number % holding.workers], end);
        explanations.extend(shard.take_explanations());
    }
    let mut total = collector;
    let mut shards = Vec::new();
    for (local, witness) in witnesses.into_iter().enumerate() {
        let (folds, figures) = witness.finish();
        total.merge(&figures);
        let ended = |(shard, folds): (ShardId, ShardFolds)| Ended {
            shard,
            digest: folds.digest.value(),
            audit: folds.audit.finish(),
        };
        shards.extend(holding.shards(local, shards_count).zip(folds).map(ended));
    }
    Contribution {
        shards,
        collector: total,
        events_count: outcome.events_count,
        end,
        stopped_at: outcome.stopped_at,
        workers_count: outcome.workers_count,
        bytes,
        explanations,
    }
}
