//! The scenario `queue` against the closed forms of queueing theory.

use crate::play;
use crate::statistics::{Batches, Interval};
use chappe_base::{CommandClass, Fact, Span};
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_metrics::Metric;
use std::collections::BTreeMap;
use std::sync::mpsc;

/// Mean service time, and the unit of waiting times.
const SERVICE: Span = Span(5_000_000);
/// Shards of the scenario: queues simulated side by side.
const REPLICAS_COUNT: usize = 8;
/// Jobs in a batch. The waits of M/M/1 at a utilisation of 0.92 are correlated over some 600.
const BATCH_SIZE: u32 = 1 << 16;
const WARM_UP_COUNT: u32 = 1 << 13;
const SEEDS: [u64; 3] = [1, 2, 3];
/// Probability that any of the intervals below misses, if the engine is right.
const FAMILY_MISS: f64 = 0.001;
/// Intervals in the family: 13 figures, each under every seed.
const FAMILY_COUNT: usize = 13 * SEEDS.len();

/// The law of service times.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Service {
    Exponential,
    Constant,
}

/// A queue with Poisson arrivals and an unlimited waiting room.
#[derive(Clone, Copy, Debug)]
struct Queue {
    servers_count: u32,
    /// Arrival rate × mean service time / servers.
    utilisation: f64,
    service: Service,
    /// Mean of an exponential patience, in mean service times.
    patience: Option<f64>,
}

/// The figures of theory or of a simulation: mean wait of all jobs [mean service times], share of
/// jobs that wait, share of jobs that leave without service.
type Figures = [f64; 3];
const NAMES: [&str; 3] = ["mean wait", "probability of wait", "abandonment"];

impl Queue {
    /// Load in erlangs: arrival rate × mean service time.
    fn load(self) -> f64 {
        self.utilisation * self.servers_count as f64
    }

    fn truth(self) -> Figures {
        match (self.service, self.patience) {
            (Service::Constant, _) => pollaczek_khinchine(self.utilisation, 0.0),
            (Service::Exponential, None) => erlang_c(self.servers_count, self.load()),
            (Service::Exponential, Some(patience)) => erlang_a(self.servers_count, self.load(), patience),
        }
    }
}

/// M/G/1 with squared coefficient of variation `scv` of the service time, by the formula of
/// Pollaczek and Khinchine: W = ρ (1 + scv) / (2 (1 − ρ)). Arrivals see time averages, so a share
/// ρ of them wait.
fn pollaczek_khinchine(utilisation: f64, scv: f64) -> Figures {
    let wait = utilisation * (1.0 + scv) / (2.0 * (1.0 - utilisation));
    [wait, utilisation, 0.0]
}

/// M/M/c with a load of `load` erlangs, by Erlang's C formula: the probability of waiting from the
/// recursion of Erlang's B, B(k) = a B(k−1) / (k + a B(k−1)), as C = B / (1 − ρ (1 − B)); then
/// W = C / (c − a).
fn erlang_c(servers_count: u32, load: f64) -> Figures {
    let blocked = (1..=servers_count).fold(1.0, |b, k| load * b / (k as f64 + load * b));
    let utilisation = load / servers_count as f64;
    let waits = blocked / (1.0 - utilisation * (1.0 - blocked));
    [waits / (servers_count as f64 - load), waits, 0.0]
}

/// M/M/c+M (Palm's Erlang A): the number of jobs is a birth-death process with birth rate a and
/// death rate min(n, c) + (n − c)⁺ / `patience`; of its stationary distribution come the share
/// that waits, P(n ≥ c), and by Little's law the mean wait, E (n − c)⁺ / a, of which each unit
/// costs 1 / `patience` jobs.
fn erlang_a(servers_count: u32, load: f64, patience: f64) -> Figures {
    let servers = servers_count as f64;
    let (mut weight, mut total, mut waits, mut queue) = (1.0, 0.0, 0.0, 0.0);
    for jobs in 0..10_000u32 {
        let waiting = (jobs as f64 - servers).max(0.0);
        total += weight;
        if jobs >= servers_count {
            waits += weight;
        }
        queue += weight * waiting;
        let jobs = jobs as f64 + 1.0;
        weight *= load / (jobs.min(servers) + (jobs - servers).max(0.0) / patience);
    }
    let wait = queue / total / load;
    [wait, waits / total, wait / patience]
}

impl Queue {
    /// The scenario `queue` as this queue, under `seed` and without an end.
    fn scenario(self, seed: u64) -> chappe_scenario::Scenario {
        let milliseconds = |times: f64| times * SERVICE.0 as f64 / 1e6;
        let law = match self.service {
            Service::Exponential => "exponential",
            Service::Constant => "constant",
        };
        let rate = self.load() / SERVICE.as_secs_f64();
        let patience = match self.patience {
            Some(mean) => format!(", patience = {{ exponential = \"{}ms\" }}", milliseconds(mean)),
            None => String::new(),
        };
        play::scenario(
            "queue",
            None,
            &[
                ("seed", &seed.to_string()),
                ("horizon", "1000 days"),
                ("platform.shards", &REPLICAS_COUNT.to_string()),
                ("platform.servers", &self.servers_count.to_string()),
                (
                    "platform.service.probe",
                    &format!("{{ {law} = \"{}ms\" }}", milliseconds(1.0)),
                ),
                ("traffic.probe", &format!("{{ rate = {rate}{patience} }}")),
            ],
        )
    }
}

/// Takes the facts of all replicas and sends the means of full batches.
fn batching(means: mpsc::Sender<Figures>) -> FactSink {
    let mut replicas = vec![Batches::<3>::new(BATCH_SIZE, WARM_UP_COUNT); REPLICAS_COUNT];
    Box::new(move |record| {
        let (wait, abandoned) = match record.fact {
            Fact::Served {
                command: CommandClass::Probe,
                wait_ns,
                ..
            } => (wait_ns, 0.0),
            Fact::Reneged { wait_ns } => (wait_ns, 1.0),
            _ => return,
        };
        let wait = wait.0 as f64 / SERVICE.0 as f64;
        let waited = f64::from(u8::from(wait > 0.0));
        let batches = &mut replicas[record.shard.index()];
        batches.observe([wait, waited, abandoned]);
        for mean in batches.means.drain(..) {
            means.send(mean).expect("the test listens to the end");
        }
    })
}

/// Runs until the intervals of all figures are as narrow as asked.
fn intervals(queue: Queue, seed: u64, relative_half_width: f64) -> [Interval; 3] {
    let (truth, miss) = (queue.truth(), FAMILY_MISS / FAMILY_COUNT as f64);
    let (sender, means) = mpsc::channel();
    let mut batches: Vec<Figures> = Vec::new();
    let mut found = None;
    let stop = StopFlag::new();
    let mut progress = |_| {
        let known_count = batches.len();
        batches.extend(means.try_iter());
        // At least three batches a replica, so that the estimate of their variance is good.
        if batches.len() == known_count || batches.len() < 3 * REPLICAS_COUNT {
            return;
        }
        let intervals = [0, 1, 2].map(|figure| {
            let means: Vec<f64> = batches.iter().map(|batch| batch[figure]).collect();
            Interval::of_batches(&means, miss)
        });
        let is_narrow = |(truth, interval): (f64, Interval)| {
            truth == 0.0 || interval.relative_half_width() <= relative_half_width
        };
        if truth.into_iter().zip(intervals).all(is_narrow) {
            found.get_or_insert(intervals);
            stop.raise();
        }
    };
    let simulated = simulate(
        &queue.scenario(seed),
        SimulateOptions::new(&stop)
            .progress(&mut progress)
            .log(&mut |_| batching(sender.clone())),
    );
    assert_eq!(simulated.verdict.violations, []);
    for ((name, truth), figure) in NAMES
        .into_iter()
        .zip(truth)
        .zip(registered(&simulated.parts.metrics))
    {
        // The figures of the record are about the same jobs, and some at the start.
        assert!(
            (figure - truth).abs() <= 0.03 * truth,
            "{name} of {queue:?}: {figure}, not {truth}"
        );
    }
    found.expect("the run stops for this only")
}

/// The same figures as a record has them.
fn registered(metrics: &BTreeMap<String, Metric>) -> Figures {
    let Metric::Histogram(wait) = &metrics["queue.wait"] else {
        unreachable!("it is registered as one")
    };
    let share = |name: &str| metrics[name].value().expect("something ended");
    [
        wait.mean as f64 / SERVICE.0 as f64,
        share("queue.delayed"),
        share("queue.abandoned"),
    ]
}

/// Checks the scenario's figures under every seed against theory.
fn check(queue: Queue, relative_half_width: f64) {
    for seed in SEEDS {
        let intervals = intervals(queue, seed, relative_half_width);
        for ((name, truth), interval) in NAMES.into_iter().zip(queue.truth()).zip(intervals) {
            assert!(
                interval.contains(truth),
                "{name} of {queue:?} with seed {seed}: {truth} is not in {interval:?}"
            );
        }
    }
}

fn markov(servers_count: u32, utilisation: f64) -> Queue {
    Queue {
        servers_count,
        utilisation,
        service: Service::Exponential,
        patience: None,
    }
}

#[test]
fn closed_forms_agree_where_they_overlap() {
    let close = |a: Figures, b: Figures| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(close(erlang_c(1, 0.8), pollaczek_khinchine(0.8, 1.0)));
    assert!(close(erlang_a(4, 3.2, 1e12), erlang_c(4, 3.2)));
    // With patience as long as service the queue has infinitely many servers: n is Poisson.
    let poisson_2_or_more = 1.0 - 2.0 * libm::exp(-1.0);
    assert!((erlang_a(2, 1.0, 1.0)[1] - poisson_2_or_more).abs() < 1e-12);
}

#[test]
fn one_server_at_half_load() {
    check(markov(1, 0.5), 0.01);
}

#[test]
fn one_server_at_four_fifths() {
    check(markov(1, 0.8), 0.01);
}

#[test]
fn one_server_near_saturation() {
    check(markov(1, 0.92), 0.02);
}

#[test]
fn one_server_with_constant_service() {
    let queue = Queue {
        service: Service::Constant,
        ..markov(1, 0.7)
    };
    check(queue, 0.01);
}

#[test]
fn four_servers() {
    check(markov(4, 0.8), 0.01);
}

#[test]
fn four_overloaded_servers_and_jobs_that_lose_patience() {
    let queue = Queue {
        patience: Some(2.0),
        ..markov(4, 1.1)
    };
    check(queue, 0.01);
}
