//! Predicts the latency of a load: the same load in virtual time, with the delays that were measured before.
//!
//! The threads that run shards are the servers of one queue. A command comes late by the generator's
//! pacing lag, waits for a thread to wake and for those before it, and is served for as long as its class
//! took when measured. All are drawn from the measured distributions; service times are scaled so that
//! the threads saturate at the rate at which they did.

use crate::shape::Schedule;
use chappe_base::{Keyed, Purpose, SimTime, Span};
use chappe_engine::{Arrival, Discipline, Emitter, Kernel, LogicalProcess, Started, Station};
use chappe_metrics::{Calibration, Distribution, Quantile, Summary};
use chappe_platform::Command;
use chappe_workload::Request;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The predicted figures of a load.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// Delivery between friends, from the intended send, of messages sent after the warm-up.
    pub delivery: Summary,
}

/// A measured distribution to draw from: its quantiles, interpolated linearly.
#[derive(Clone, Debug)]
struct Empirical {
    quantiles: Vec<Quantile>,
    scale: f64,
}

impl Empirical {
    fn new(summary: &Summary, scale: f64) -> Empirical {
        Empirical {
            quantiles: summary.quantiles.clone(),
            scale,
        }
    }

    /// The quantile `q`, which is in [0, 1).
    fn at(&self, q: f64) -> Span {
        let above = self.quantiles.partition_point(|quantile| quantile.q <= q);
        let value = match (
            self.quantiles.get(above.wrapping_sub(1)),
            self.quantiles.get(above),
        ) {
            (Some(low), Some(high)) => {
                let part = (q - low.q) / (high.q - low.q);
                low.value as f64 + part * (high.value - low.value) as f64
            }
            (Some(only), None) | (None, Some(only)) => only.value as f64,
            (None, None) => 0.0,
        };
        Span((value * self.scale) as i64)
    }

    /// The mean of the draws.
    fn mean(&self) -> f64 {
        let pairs = self.quantiles.windows(2);
        let parts = pairs.map(|pair| (pair[1].q - pair[0].q) * (pair[0].value + pair[1].value) as f64 / 2.0);
        parts.sum::<f64>() * self.scale
    }
}

/// An event of the simulation.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
enum Event {
    /// The intended send of the next request.
    #[default]
    Send,
    /// A request reaches the queue.
    Arrive(u32),
    /// A server has finished.
    Done(u32),
}

/// A request in the queue: its number and intended send time.
#[derive(Clone, Copy)]
struct Job {
    number: u32,
    intended: SimTime,
}

/// The threads as servers of one queue.
struct Threads {
    requests: Arc<[Command]>,
    schedule: Schedule,
    next: u32,
    station: Station<Job>,
    service: Vec<Empirical>,
    lag: Empirical,
    wait: Empirical,
    draws: Keyed,
    measured_from: SimTime,
}

impl Threads {
    fn draw(&self, number: u32, what: u64) -> f64 {
        self.draws.unit(u64::from(number), what)
    }

    fn intended(&mut self, number: u32) -> Option<SimTime> {
        let ns = self.schedule.intended_ns(u64::from(number))?;
        Some(SimTime(ns as i64))
    }

    fn schedule_completion(started: Started, out: &mut Emitter<'_, Event>) {
        out.schedule(started.done_at, Event::Done(started.server));
    }
}

impl LogicalProcess for Threads {
    type Event = Event;
    type Shared = Distribution;

    fn start(&mut self, _: &mut Distribution, out: &mut Emitter<'_, Event>) {
        if let Some(first) = self.intended(0) {
            out.schedule(first, Event::Send);
        }
    }

    fn handle(&mut self, seen: &mut Distribution, now: SimTime, event: &Event, out: &mut Emitter<'_, Event>) {
        match *event {
            Event::Send => {
                let number = self.next;
                self.next += 1;
                let late = self.lag.at(self.draw(number, 0)) + self.wait.at(self.draw(number, 1));
                out.schedule(now + late, Event::Arrive(number));
                if (self.next as usize) < self.requests.len()
                    && let Some(next) = self.intended(self.next)
                {
                    out.schedule(next.max(now), Event::Send);
                }
            }
            Event::Arrive(number) => {
                let intended = self.intended(number).unwrap_or(now);
                let class = self.requests[number as usize].class() as usize;
                let service = self.service[class].at(self.draw(number, 2));
                let job = Job { number, intended };
                if let Arrival::Started(started) = self.station.arrive(now, job, 0, service, true) {
                    Threads::schedule_completion(started, out);
                }
            }
            Event::Done(server) => {
                self.station.complete(now, server);
                let Job { number, intended } = *self.station.job(server);
                let is_message = matches!(self.requests[number as usize], Command::Send { .. });
                if is_message && intended >= self.measured_from {
                    seen.record(now - intended);
                }
                if let Some(started) = self.station.serve_next(now, server) {
                    Threads::schedule_completion(started, out);
                }
            }
        }
    }
}

/// Simulates `requests`, sent at the times of `schedule`, with the delays that `calibration` measured. Requests
/// before the end of the warm-up don't count. `seed` seeds the draws.
///
/// # Panics
/// With more requests than a 32-bit number counts.
#[must_use]
pub fn predict(
    calibration: &Calibration,
    requests: &[Request],
    schedule: &Schedule,
    warm_up: Span,
    seed: u64,
) -> Predicted {
    let sent_count = requests.len().min(schedule.count() as usize);
    let requests: Arc<[Command]> = requests[..sent_count]
        .iter()
        .map(|request| request.command)
        .collect();
    assert!(
        u32::try_from(requests.len()).is_ok(),
        "requests are numbered in 32 bits"
    );
    let threads = Threads {
        service: services(calibration, &requests),
        requests,
        schedule: schedule.clone(),
        next: 0,
        station: Station::new(calibration.threads.max(1), u32::MAX, Discipline::Fifo),
        lag: Empirical::new(&calibration.lag, 1.0),
        wait: Empirical::new(&calibration.wait, 1.0),
        draws: Keyed::new(seed, Purpose::Service),
        measured_from: SimTime::ZERO + warm_up,
    };
    let mut kernel = Kernel::single(vec![threads], Distribution::default(), Span::ZERO);
    kernel.start();
    kernel.run_until(SimTime::NEVER, u64::MAX);
    debug_assert!(
        kernel
            .lps()
            .iter()
            .all(|threads| threads.station.waiting_count() == 0)
    );
    let (_, mut seen) = kernel.into_parts();
    seen.settle();
    Predicted {
        delivery: seen.summary(),
    }
}

/// Service times by class, scaled so that these requests saturate the threads at the measured rate.
fn services(calibration: &Calibration, requests: &[Command]) -> Vec<Empirical> {
    let classes = chappe_base::CommandClass::ALL;
    let measured = |scale: f64| -> Vec<Empirical> {
        let of_class = |class: &chappe_base::CommandClass| {
            let summary = calibration.service.get(class.label());
            summary.map_or(
                Empirical {
                    quantiles: Vec::new(),
                    scale,
                },
                |summary| Empirical::new(summary, scale),
            )
        };
        classes.iter().map(of_class).collect()
    };
    let bare = measured(1.0);
    let means: Vec<f64> = bare.iter().map(Empirical::mean).collect();
    let total: f64 = requests
        .iter()
        .map(|command| means[command.class() as usize])
        .sum();
    let mean_ns = total / requests.len().max(1) as f64;
    let saturated_ns = f64::from(calibration.threads) * 1e9 / calibration.saturated_rate;
    if mean_ns > 0.0 && saturated_ns.is_finite() {
        measured(saturated_ns / mean_ns)
    } else {
        bare
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use chappe_base::{MessageId, UserId};

    fn constant(ns: i64) -> Summary {
        let mut distribution = Distribution::default();
        (0..100).for_each(|_| distribution.record(Span(ns)));
        distribution.settle();
        distribution.summary()
    }

    fn calibration(threads: u32, service_ns: i64, saturated_rate: f64) -> Calibration {
        let id = chappe_metrics::ScenarioId {
            name: String::new(),
            title: String::new(),
            question: String::new(),
            hash: String::new(),
            arm: None,
        };
        Calibration {
            schema: String::new(),
            scenario: id,
            version: String::new(),
            measured: String::new(),
            machine: chappe_metrics::Machine::default(),
            design: Vec::new(),
            threads,
            rate: 1.0,
            saturated_rate,
            lag: constant(1_000),
            wait: constant(2_000),
            service: [("message".to_string(), constant(service_ns))].into(),
            hop: constant(0),
            handing: constant(0),
        }
    }

    fn sends(count: u32) -> Vec<Request> {
        let send = |number| Request {
            at: SimTime::ZERO,
            command: Command::Send {
                message: MessageId(u64::from(number)),
                from: UserId(0),
                to: UserId(1),
                intended: SimTime::ZERO,
            },
        };
        (0..count).map(send).collect()
    }

    fn p99(rate: f64) -> i64 {
        // Served in 10 µs by each of two threads: saturated at 200,000 per second.
        let schedule = Schedule::new(Shape::Constant { rate }, 0.0, 1.0);
        let calibration = calibration(2, 10_000, 200_000.0);
        predict(&calibration, &sends(400_000), &schedule, Span::ZERO, 1)
            .delivery
            .p99
    }

    #[test]
    fn an_idle_platform_takes_lag_wake_and_service() {
        assert!((12_900..=13_100).contains(&p99(1_000.0)), "{}", p99(1_000.0));
    }

    #[test]
    fn above_saturation_the_queue_grows_by_what_is_too_much() {
        // After a second a tenth of 220,000 waits, 20,000 or 100 ms; the 0.99 quantile 99% of that.
        let p99 = p99(220_000.0);
        assert!((95_000_000..=101_000_000).contains(&p99), "{p99}");
    }
}
