//! One scenario, simulated: from the scenario to figures, digest and verdict.

use crate::cluster::{Progress, RunOptions, run};
use crate::process::Process;
use crate::promises::promises;
use crate::stop::StopFlag;
use crate::ways::Ways;
use crate::witness::{FactSink, Witness};
use chappe_audit::{Audit, ShardAudit, Verdict};
use chappe_base::{Chain, ShardId, SimTime, UserId};
use chappe_metrics::{Collector, CollectorConfig, ResultParts};
use chappe_platform::{Explanation, Shard};
use chappe_scenario::Scenario;
use chappe_workload::{Laws, Trace, World};
use std::sync::Arc;

/// How a scenario is run; nothing here changes its result but `until`.
pub struct SimulateOptions<'a> {
    /// Threads.
    pub workers: usize,
    /// Ends the run before its horizon.
    pub until: Option<SimTime>,
    /// Ends the run on request.
    pub stop: &'a StopFlag,
    /// Called on this thread now and then.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Makes the event log's sink for each worker.
    pub log: Option<&'a mut dyn FnMut(usize) -> FactSink>,
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
    /// Threads that ran.
    pub workers_count: usize,
    /// Bytes held at the end, by part of the state.
    pub bytes: Vec<(&'static str, usize)>,
    /// Decisions on the watched user's ad slots.
    pub explanations: Vec<Explanation>,
}

/// Runs `scenario` in virtual time.
#[must_use]
pub fn simulate(scenario: &Scenario, options: SimulateOptions<'_>) -> Simulated {
    let config = Arc::new(scenario.platform.clone());
    let horizon = options
        .until
        .map_or(scenario.horizon, |until| until.min(scenario.horizon));
    let world = Arc::new(World::new(Laws {
        seed: scenario.seed,
        horizon: scenario.horizon,
        platform: Arc::clone(&config),
        population: &scenario.population,
        sessions: &scenario.sessions,
        traffic: &scenario.traffic,
        agents: &scenario.agents,
        history: &scenario.history,
        restock_after: scenario.catalogue.restock_after,
        restock_units: scenario.catalogue.stock_units,
        sold_out_share: scenario.catalogue.out_of_stock_share,
        trace: options.trace,
    }));
    let ways = Arc::new(Ways::new(scenario));
    let promises = promises(scenario, world.population());
    let homes = config.homes;
    let process = |number: u16| {
        let id = ShardId(number);
        let users = (0..homes.count(id, config.users_count)).map(|local| UserId(homes.number(id, local)));
        let zones = users.map(|user| world.population().time_zone_minutes(user));
        let mut shard = Shard::new(Arc::clone(&config), id, zones);
        if let Some(user) = options.watch.filter(|user| homes.user(*user) == id) {
            shard.watch(user);
        }
        Process::new(shard, id, Arc::clone(&world), Arc::clone(&ways))
    };
    let processes: Vec<Process> = (0..homes.shards()).map(process).collect();
    let collector = Collector::new(collector_config(scenario));
    let mut log = options.log;
    let workers = options.workers.clamp(1, processes.len());
    let audit = |shard| ShardAudit::new(ShardId(shard), homes, &promises);
    let outcome = run(
        processes,
        &mut |worker| {
            let audits = (worker as u16..homes.shards()).step_by(workers).map(audit);
            let log = log.as_mut().map(|log| log(worker));
            Witness::new(workers, audits, collector.clone(), log)
        },
        RunOptions {
            workers,
            horizon,
            lookahead: scenario.lookahead(),
            stop: options.stop,
            progress: options.progress,
        },
    );

    let end = outcome.stopped_at.unwrap_or(horizon);
    let mut witnesses = outcome.shared;
    let mut bytes = vec![
        ("calendar", outcome.calendar_bytes),
        (
            "audit",
            witnesses.iter().map(|witness| witness.audit_bytes()).sum(),
        ),
    ];
    let mut explanations = Vec::new();
    for (number, process) in outcome.lps.into_iter().enumerate() {
        add_up(&mut bytes, process.bytes());
        let mut shard = process.finish(&mut witnesses[number % workers], end);
        explanations.extend(shard.take_explanations());
    }
    let mut total = collector;
    let mut folds: Vec<_> = witnesses
        .into_iter()
        .map(|witness| {
            let (shards, figures) = witness.finish();
            total.merge(&figures);
            shards.into_iter()
        })
        .collect();
    let mut digest = Chain::default();
    let mut summaries = Vec::new();
    for shard in (0..usize::from(homes.shards())).filter_map(|number| folds[number % workers].next()) {
        digest.push(&shard.digest.value());
        summaries.push(shard.audit.finish());
    }
    let verdict = Audit::merge(summaries);
    bytes.sort_by_key(|(_, held)| std::cmp::Reverse(*held));
    Simulated {
        parts: total.finish(end, verdict.violation_count()),
        digest: digest.value(),
        verdict,
        events_count: outcome.events_count,
        stopped_at: outcome.stopped_at,
        workers_count: outcome.workers_count,
        bytes,
        explanations,
    }
}

fn collector_config(scenario: &Scenario) -> CollectorConfig {
    let config = &scenario.platform;
    CollectorConfig {
        shards: config.homes.shards(),
        servers_per_shard: u32::from(scenario.service.servers),
        users: config.users_count,
        pages: config.pages.len() as u32,
        campaigns: config.campaigns.iter().map(|campaign| campaign.page).collect(),
        warm_up: scenario.warm_up,
        horizon: scenario.horizon,
    }
}

fn add_up(total: &mut Vec<(&'static str, usize)>, parts: Vec<(&'static str, usize)>) {
    for (part, bytes) in parts {
        match total.iter_mut().find(|(name, _)| *name == part) {
            Some((_, sum)) => *sum += bytes,
            None => total.push((part, bytes)),
        }
    }
}
