//! How many threads and processes make a run faster.
//!
//! Several workers run in windows as long as the lookahead. Ending a window costs them the time to agree
//! that it is over. It saves the part of its events that other workers run meanwhile. Both were measured on
//! the scenario first-ads: `docs/cluster/README.md` has the figures and how to repeat them.

use crate::delays::events_per_window;
use chappe_base::SimTime;
use chappe_scenario::Scenario;
use std::time::Duration;

/// What an event costs one worker [ns].
const EVENT_NS: f64 = 200.0;
/// What it costs threads of one process to end a window [ns].
const WINDOW_OF_THREADS_NS: f64 = 10_000.0;
/// What it costs processes on one machine to end a window [ns], over loopback.
const WINDOW_OF_PROCESSES_NS: f64 = 140_000.0;

/// An upper estimate of the time that one worker needs for a run: it takes every hour to be as busy as the
/// busiest.
#[must_use]
pub fn estimated_run_time(scenario: &Scenario) -> Duration {
    let windows = (scenario.horizon - SimTime::ZERO).as_secs_f64() / scenario.lookahead().as_secs_f64();
    Duration::from_secs_f64(events_per_window(scenario) * windows * EVENT_NS / 1e9)
}

/// The processes of a run and the threads in each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    /// Number of processes.
    pub processes: usize,
    /// Worker threads in each process.
    pub workers: usize,
}

/// Why another [`Effort`] than the one that was asked for would be better.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Advice {
    /// More workers were asked for than there are shards to run. The others are left out.
    MoreWorkersThanShards {
        /// Workers of a process that have a shard to run.
        workers_max: usize,
    },
    /// One worker in one process would be faster.
    OneIsFaster {
        /// Users of the scenario.
        users: u32,
        /// About how many users it would need for this effort to be faster.
        users_to_pay: f64,
    },
}

impl Effort {
    /// The given number of workers in each process, but no more than have a shard to run.
    #[must_use]
    pub fn fixed(workers: usize, processes: usize, scenario: &Scenario) -> Effort {
        let workers = workers.min(workers_max(processes, scenario));
        Effort { processes, workers }
    }

    /// One worker per core in each process if that is faster than one worker, otherwise one.
    #[must_use]
    pub fn automatic(cores: usize, processes: usize, scenario: &Scenario) -> Effort {
        let effort = Effort::fixed(cores, processes, scenario);
        match effort.pays(scenario) {
            true => effort,
            false => Effort {
                processes,
                workers: 1,
            },
        }
    }

    /// What to tell somebody who asked for this many workers in each process, or for
    /// [`Effort::automatic`] by `None`.
    #[must_use]
    pub fn advice(self, asked: Option<usize>, scenario: &Scenario) -> Vec<Advice> {
        let mut advice = Vec::new();
        let workers_max = workers_max(self.processes, scenario);
        if asked.is_some_and(|workers| workers > workers_max) {
            advice.push(Advice::MoreWorkersThanShards { workers_max });
        }
        if !self.pays(scenario) {
            let users = scenario.population.users;
            advice.push(Advice::OneIsFaster {
                users,
                users_to_pay: f64::from(users) * self.events_to_pay() / events_per_window(scenario),
            });
        }
        advice
    }

    /// Events per window above which this effort is faster than one worker.
    fn events_to_pay(self) -> f64 {
        let workers = (self.processes * self.workers) as f64;
        let window_ns = if self.processes > 1 {
            WINDOW_OF_PROCESSES_NS
        } else {
            WINDOW_OF_THREADS_NS
        };
        // One worker needs `events * EVENT_NS`, several need that divided by their number, plus `window_ns`.
        window_ns / (EVENT_NS * (1.0 - 1.0 / workers))
    }

    fn pays(self, scenario: &Scenario) -> bool {
        self.processes * self.workers == 1 || events_per_window(scenario) >= self.events_to_pay()
    }
}

/// The most workers of each process that have a shard to run.
fn workers_max(processes: usize, scenario: &Scenario) -> usize {
    usize::from(scenario.platform.homes.shards()).div_ceil(processes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_workers_pay_sooner_and_processes_later() {
        let events = |processes, workers| Effort { processes, workers }.events_to_pay();
        assert!(events(1, 4) < events(1, 2));
        assert!(events(2, 1) > events(1, 2));
        assert_eq!(events(1, 2), 2.0 * WINDOW_OF_THREADS_NS / EVENT_NS);
    }
}
