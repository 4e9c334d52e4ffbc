//! Simulated queues against their closed forms.

use crate::statistics::{Batches, Interval};
use chappe_base::{Keyed, Purpose, SimTime, Span};
use chappe_engine::{Arrival, Discipline, Emitter, Kernel, LogicalProcess, Started, Station, Ticket};
use serde::{Deserialize, Serialize};

/// Mean service time; waits are counted in it.
const SERVICE: Span = Span(10_000_000);
/// Queues simulated side by side, each a shard.
const REPLICAS_COUNT: u64 = 16;
/// Jobs in a batch. The waits of M/M/1 at a utilisation of 0.92 are correlated over some 600.
const BATCH_SIZE: u32 = 1 << 16;
const WARM_UP_COUNT: u32 = 1 << 13;
const SEEDS: [u64; 3] = [2016, 2017, 2018];
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

/// A queue with Poisson arrivals and a waiting room without end.
#[derive(Clone, Copy, Debug)]
struct Queue {
    servers_count: u32,
    /// Arrival rate × mean service time / servers.
    utilisation: f64,
    service: Service,
    /// Mean of an exponential patience, in mean service times.
    patience: Option<f64>,
}

/// What theory says, or a simulation found: mean wait of all jobs [mean service times], share of
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

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Event {
    Arrive,
    Done { server: u32 },
    LosesPatience(Ticket),
}

/// One queue as a logical process.
struct Shop {
    queue: Queue,
    keyed: Keyed,
    replica: u64,
    jobs_count: u64,
    station: Station<()>,
    batches: Batches<3>,
}

impl Shop {
    fn new(queue: Queue, seed: u64, replica: u64) -> Shop {
        Shop {
            queue,
            keyed: Keyed::new(seed, Purpose::Test),
            replica,
            jobs_count: 0,
            station: Station::new(queue.servers_count, u32::MAX, Discipline::Fifo),
            batches: Batches::new(BATCH_SIZE, WARM_UP_COUNT),
        }
    }

    /// Two exponential draws of mean 1 for the current job: 0 for its arrival and service, 1 for
    /// its patience.
    fn draws(&self, what: u64) -> [f64; 2] {
        let words = self.keyed.words(self.replica << 1 | what, self.jobs_count);
        words.map(|word| -libm::log(((word >> 12) as f64 + 0.5) / (1u64 << 52) as f64))
    }

    fn begin(started: Started, out: &mut Emitter<'_, Event>) {
        let server = started.server;
        out.schedule(started.done_at, Event::Done { server });
    }

    fn record(&mut self, wait: Span, abandoned: bool) {
        let wait = wait.0 as f64 / SERVICE.0 as f64;
        let waited = (wait > 0.0) as u8 as f64;
        self.batches.observe([wait, waited, abandoned as u8 as f64]);
    }
}

fn times(span: Span, factor: f64) -> Span {
    Span((span.0 as f64 * factor) as i64)
}

impl LogicalProcess for Shop {
    type Event = Event;
    type Shared = ();

    fn start(&mut self, (): &mut (), out: &mut Emitter<'_, Event>) {
        out.schedule(SimTime::ZERO, Event::Arrive);
    }

    fn handle(&mut self, (): &mut (), now: SimTime, event: Event, out: &mut Emitter<'_, Event>) {
        match event {
            Event::Arrive => {
                self.jobs_count += 1;
                let [gap, work] = self.draws(0);
                let work = match self.queue.service {
                    Service::Exponential => times(SERVICE, work),
                    Service::Constant => SERVICE,
                };
                match self.station.arrive(now, (), 0, work, false) {
                    Arrival::Started(started) => Shop::begin(started, out),
                    Arrival::Queued(ticket) => {
                        if let Some(mean) = self.queue.patience {
                            let patience = times(SERVICE, mean * self.draws(1)[0]);
                            out.schedule(now + patience, Event::LosesPatience(ticket));
                        }
                    }
                    Arrival::Dropped => panic!("the waiting room has no end"),
                }
                out.schedule(now + times(SERVICE, gap / self.queue.load()), Event::Arrive);
            }
            Event::Done { server } => {
                let done = self.station.complete(now, server);
                self.record(done.wait, false);
                if let Some(started) = done.next {
                    Shop::begin(started, out);
                }
            }
            Event::LosesPatience(ticket) => {
                if let Some(((), waited)) = self.station.renege(now, ticket) {
                    self.record(waited, true);
                }
            }
        }
    }
}

/// Runs until the intervals of all figures are as narrow as asked, then holds them to the truth.
fn check(queue: Queue, relative_half_width: f64) {
    let truth = queue.truth();
    let miss = FAMILY_MISS / FAMILY_COUNT as f64;
    // Time for a batch in every replica.
    let slice = times(SERVICE, BATCH_SIZE as f64 / queue.load());
    for seed in SEEDS {
        let shops = (0..REPLICAS_COUNT).map(|replica| Shop::new(queue, seed, replica));
        let mut kernel = Kernel::alone(shops.collect(), (), Span::ZERO);
        kernel.start();
        let mut horizon = SimTime::ZERO + slice;
        let intervals = loop {
            horizon += slice;
            kernel.run_until(horizon, u64::MAX);
            let batches: Vec<[f64; 3]> = kernel
                .lps()
                .iter()
                .flat_map(|shop| &shop.batches.means)
                .copied()
                .collect();
            // At least three batches a replica, so that the estimate of their variance is good.
            if batches.len() < 3 * REPLICAS_COUNT as usize {
                continue;
            }
            let intervals = [0, 1, 2].map(|figure| {
                let means: Vec<f64> = batches.iter().map(|batch| batch[figure]).collect();
                Interval::of_batches(&means, miss)
            });
            let wide = |&(truth, interval): &(f64, Interval)| {
                truth > 0.0 && interval.relative_half_width() > relative_half_width
            };
            if !truth.into_iter().zip(intervals).any(|pair| wide(&pair)) {
                break intervals;
            }
        };
        for ((name, truth), interval) in NAMES.into_iter().zip(truth).zip(intervals) {
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
