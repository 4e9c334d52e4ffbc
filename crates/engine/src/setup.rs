//! Builds from a scenario what both clocks simulate: the platform's shards, the world that the agents
//! live in, the audits and the collectors.

use crate::delays::Delays;
use crate::process::Process;
use crate::promises::promises;
use chappe_audit::{Promises, ShardAudit};
use chappe_base::{Homes, ShardId, SimTime, UserId};
use chappe_metrics::{Collector, CollectorConfig};
use chappe_platform::{Config, HistoryEvent, Shard};
use chappe_scenario::Scenario;
use chappe_workload::{Tape, Trace, World, WorldConfig};
use std::sync::Arc;

/// A scenario's platform before its first event. Each shard is made on request, so that one process of
/// several makes only its own.
#[derive(Clone)]
pub struct SimulationSetup {
    config: Arc<Config>,
    world: Arc<World>,
    promises: Promises,
}

impl SimulationSetup {
    /// The setup of `scenario`, which replays `trace` if it replays one.
    #[must_use]
    pub fn new(scenario: &Scenario, trace: Option<Arc<Trace>>) -> SimulationSetup {
        let config = Arc::new(scenario.platform.clone());
        let world = Arc::new(World::new(WorldConfig {
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
            trace,
        }));
        SimulationSetup {
            promises: promises(scenario, world.population()),
            config,
            world,
        }
    }

    /// The home shard of every user and page.
    #[must_use]
    pub fn homes(&self) -> Homes {
        self.config.homes
    }

    /// Shard `id` before its history.
    #[must_use]
    pub fn shard(&self, id: ShardId) -> Shard {
        let homes = self.config.homes;
        let users =
            (0..homes.count(id, self.config.users_count)).map(|local| UserId(homes.number(id, local)));
        let zones = users.map(|user| self.world.population().time_zone_minutes(user));
        Shard::new(Arc::clone(&self.config), id, zones)
    }

    /// What happened on shard `id` before day one, in order of time.
    pub fn past(&self, id: ShardId) -> Vec<(SimTime, HistoryEvent)> {
        self.world.history_events(id)
    }

    /// The audit of one shard.
    #[must_use]
    pub fn audit(&self, shard: ShardId) -> ShardAudit {
        ShardAudit::new(shard, self.config.homes, &self.promises)
    }

    /// An empty collector.
    #[must_use]
    pub fn collector(&self, scenario: &Scenario) -> Collector {
        let config = &self.config;
        Collector::new(CollectorConfig {
            shards: config.homes.shards(),
            platform: scenario.size,
            users: config.users_count,
            pages: config.pages.len() as u32,
            campaigns: config.campaigns.iter().map(|campaign| campaign.page).collect(),
            warm_up: scenario.warm_up,
            horizon: scenario.horizon,
        })
    }

    /// The logical process of shard `id`. It keeps the ad decisions on `watched_user`, if that user lives
    /// there, and plays `tape` if there is one.
    pub(crate) fn process(
        &self,
        id: ShardId,
        watched_user: Option<UserId>,
        tape: Option<Arc<Tape>>,
        delays: &Arc<Delays>,
    ) -> Process {
        let mut shard = self.shard(id);
        if let Some(user) = watched_user.filter(|user| self.config.homes.user(*user) == id) {
            shard.watch(user);
        }
        Process::new(shard, id, Arc::clone(&self.world), Arc::clone(delays), tape)
    }
}
