//! How many threads and processes pay.
//!
//! Several workers run in windows, one lookahead each. A window costs them what it takes to agree that
//! it is over; it saves them the part of its events that others run meanwhile. Both were measured,
//! on first-ads: `docs/cluster/README.md` has the figures and how to repeat them.

use crate::args::Workers;
use crate::machine;
use chappe_base::SimTime;
use chappe_engine::events_per_window;
use chappe_scenario::Scenario;
use std::time::Duration;

/// What an event costs one worker [ns].
const EVENT_NS: f64 = 200.0;
/// What it costs threads of one process to end a window [ns].
const WINDOW_OF_THREADS_NS: f64 = 10_000.0;
/// What it costs processes of one machine to end a window [ns], over loopback.
const WINDOW_OF_PROCESSES_NS: f64 = 140_000.0;

/// How long a run takes one worker at most, were all its hours as busy as the busiest.
pub(crate) fn estimated(scenario: &Scenario) -> Duration {
    let windows = (scenario.horizon - SimTime::ZERO).as_secs_f64() / scenario.lookahead().as_secs_f64();
    Duration::from_secs_f64(events_per_window(scenario) * windows * EVENT_NS / 1e9)
}

/// Processes of one run, and the threads of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Effort {
    pub(crate) processes: usize,
    pub(crate) workers: usize,
}

impl Effort {
    /// As many threads as were asked for and have a shard to run; or as many as pay.
    pub(crate) fn new(asked: Workers, processes: usize, scenario: &Scenario) -> Effort {
        let most = most(processes, scenario);
        let of = |workers| Effort { processes, workers };
        match asked {
            Workers::Number(count) => of(count.min(most)),
            Workers::Auto => {
                let all = of(machine::cores().min(most));
                if all.pays(scenario) { all } else { of(1) }
            }
        }
    }

    /// Events per window above which this many workers are faster than one.
    fn events_to_pay(self) -> f64 {
        let workers = (self.processes * self.workers) as f64;
        let window_ns = if self.processes > 1 {
            WINDOW_OF_PROCESSES_NS
        } else {
            WINDOW_OF_THREADS_NS
        };
        // One runs them in `events * EVENT_NS`, several in that by their number, and the window.
        window_ns / (EVENT_NS * (1.0 - 1.0 / workers))
    }

    fn pays(self, scenario: &Scenario) -> bool {
        self.is_one() || events_per_window(scenario) >= self.events_to_pay()
    }

    fn is_one(self) -> bool {
        self.processes * self.workers == 1
    }

    /// Says so if fewer workers run than were asked for, or if one alone would be faster.
    pub(crate) fn advise(self, asked: Workers, scenario: &Scenario) {
        let most = most(self.processes, scenario);
        if matches!(asked, Workers::Number(count) if count > most) {
            eprintln!(
                "note: no more than {most} worker(s) in a process have a shard to run, so that many run"
            );
        }
        if self.pays(scenario) {
            return;
        }
        let users = f64::from(scenario.population.users);
        let enough = users * self.events_to_pay() / events_per_window(scenario);
        eprintln!(
            "note: one worker in one process is faster below about {} users of this kind; there are {users}",
            round(enough),
        );
    }
}

/// The most workers of each process that have a shard to run.
fn most(processes: usize, scenario: &Scenario) -> usize {
    usize::from(scenario.platform.homes.shards()).div_ceil(processes)
}

/// Two digits of a number, for what is known no better.
fn round(number: f64) -> f64 {
    let unit = 10f64.powi((number.max(1.0).log10() as i32 - 1).max(0));
    (number / unit).round() * unit
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

    #[test]
    fn figures_are_rounded_to_what_is_known() {
        assert_eq!(round(1_234_567.0), 1_200_000.0);
        assert_eq!(round(87.4), 87.0);
        assert_eq!(round(3.0), 3.0);
    }
}
