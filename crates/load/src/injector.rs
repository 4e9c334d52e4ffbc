//! The load loop: sends the tape's commands when the pacing says so.
//!
//! One thread runs the loop for all shards that belong to its injector. The loop never waits for a
//! response, so a slow platform does not slow down an open model: commands keep their intended send times,
//! and latency counts from these. The loop is written once, generic over pacing and stop condition,
//! because two copies of it would drift apart in what they measure.
//!
//! If the platform has no room, the design's overload policy decides. The time for which the platform
//! blocked the injector is recorded apart from the injector's own lag: only the lag makes a load invalid.

use crate::envelope::{Batch, Envelope, Payload};
use crate::pacing::{Next, Pacing};
use crate::shared::LoadShared;
use chappe_base::{Fact, Map, MessageId, ShardId, SimTime, Span};
use chappe_engine::StopFlag;
use chappe_metrics::Meter;
use chappe_platform::Command;
use chappe_scenario::Overload;
use chappe_workload::Request;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a command waits for others to share its batch [ns]. The injector also wakes up at
/// most this often.
const TICK_NS: u64 = 50_000;
/// Sends between two looks at the clock while the injector is behind: reading it costs as much as a send.
const SENDS_PER_CLOCK_READ: u64 = 32;

/// Decides when sending ends.
pub(crate) trait StopCondition {
    /// Whether a command with this intended send time is no longer sent.
    fn is_over(&self, intended_ns: u64) -> bool;
}

/// Ends at a time or on request.
pub(crate) struct StopAt<'a> {
    pub(crate) at_ns: u64,
    pub(crate) flags: [&'a StopFlag; 2],
}

impl StopCondition for StopAt<'_> {
    #[inline]
    fn is_over(&self, intended_ns: u64) -> bool {
        intended_ns >= self.at_ns || self.flags.iter().any(|flag| flag.is_raised())
    }
}

/// Sends the commands of a tape that go to its own shards.
pub(crate) struct Injector {
    shared: Arc<LoadShared>,
    /// Shard `s` belongs to injector `s % count`.
    index: u16,
    count: u16,
    /// Commands not yet sent, by shard.
    pending: Vec<Vec<Envelope>>,
    /// Shards with pending commands.
    pending_shards: Vec<ShardId>,
    /// When the platform last stopped blocking this injector [ns].
    unblocked_at_ns: u64,
    /// When all pending commands were last sent [ns].
    sent_at_ns: u64,
    /// Messages that were dropped. Their recipients can't read them, so the tape's reads of them are
    /// dropped too.
    dropped_messages: Map<MessageId, ()>,
    /// Waits for a semaphore, which only async code can.
    runtime: tokio::runtime::Runtime,
}

impl Injector {
    /// Injector `index` of `count`.
    ///
    /// # Errors
    /// If the system refuses the resources of a runtime.
    pub(crate) fn new(shared: Arc<LoadShared>, index: u16, count: u16) -> std::io::Result<Injector> {
        let shards_count = usize::from(shared.homes.shards());
        Ok(Injector {
            index,
            count,
            pending: (0..shards_count).map(|_| Vec::new()).collect(),
            pending_shards: Vec::new(),
            unblocked_at_ns: 0,
            sent_at_ns: 0,
            dropped_messages: Map::default(),
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            shared,
        })
    }

    /// The shard of a command, if it belongs to this injector.
    fn target(&self, command: &Command) -> Option<ShardId> {
        let home = command.home(self.shared.homes)?;
        (home.0 % self.count == self.index).then_some(home)
    }

    /// Sends `requests` in order, each when `pacing` says so, until `stop` or the last one. Those with an
    /// intended send time of `measured_from_ns` or later are measured. Returns the number of requests
    /// that it passed, other injectors' included.
    pub(crate) fn play(
        &mut self,
        requests: &[Request],
        pacing: &mut impl Pacing,
        stop: &impl StopCondition,
        measured_from_ns: u64,
    ) -> usize {
        let mut now_ns = self.shared.clock.now();
        for (number, request) in requests.iter().enumerate() {
            let Some(target) = self.target(&request.command) else {
                continue;
            };
            let (intended_ns, slot) = loop {
                match pacing.next(number as u64, now_ns) {
                    Next::At(at_ns, slot) if at_ns <= now_ns => break (at_ns, slot),
                    Next::At(at_ns, _) => {
                        if stop.is_over(at_ns) {
                            self.send_pending();
                            return number;
                        }
                        now_ns = self.sleep_until(at_ns);
                    }
                    Next::Unknown => {
                        self.send_pending();
                        if stop.is_over(now_ns) {
                            return number;
                        }
                        pacing.wait();
                        now_ns = self.shared.clock.now();
                    }
                    Next::Over => {
                        self.send_pending();
                        return number;
                    }
                }
            };
            if stop.is_over(intended_ns) {
                self.send_pending();
                return number;
            }
            let measured = intended_ns >= measured_from_ns;
            let envelope = Envelope::from_client(request.command, request.at, intended_ns, measured, slot);
            self.add(target, envelope);
            if (number as u64).is_multiple_of(SENDS_PER_CLOCK_READ) {
                now_ns = self.shared.clock.now();
                if now_ns > self.sent_at_ns + TICK_NS {
                    self.send_pending();
                }
            }
        }
        self.send_pending();
        requests.len()
    }

    /// Sends what is pending, then sleeps until the next send but for a tick at least. Returns the time.
    fn sleep_until(&mut self, at_ns: u64) -> u64 {
        self.send_pending();
        let now_ns = self.shared.clock.now();
        self.shared.clock.sleep_until(at_ns.max(now_ns + TICK_NS));
        self.shared.clock.now()
    }

    #[inline]
    fn add(&mut self, target: ShardId, envelope: Envelope) {
        if !self.dropped_messages.is_empty() && self.reads_dropped_message(&envelope) {
            return self.drop_commands(target, vec![envelope]);
        }
        let pending = &mut self.pending[target.index()];
        if pending.is_empty() {
            self.pending_shards.push(target);
        }
        pending.push(envelope);
        if pending.len() == self.shared.design.batch as usize {
            let envelopes = std::mem::replace(pending, Vec::with_capacity(pending.len()));
            self.pending_shards.retain(|shard| *shard != target);
            self.send(target, envelopes);
        }
    }

    fn send_pending(&mut self) {
        for target in std::mem::take(&mut self.pending_shards) {
            let pending = &mut self.pending[target.index()];
            let envelopes = std::mem::replace(pending, Vec::with_capacity(pending.len()));
            self.send(target, envelopes);
        }
        self.sent_at_ns = self.shared.clock.now();
    }

    /// Sends commands to a shard as far as it has room. The design's overload policy decides about the
    /// others.
    fn send(&mut self, target: ShardId, mut envelopes: Vec<Envelope>) {
        let shared = Arc::clone(&self.shared);
        if shared.design.overload == Overload::ShedAds && shared.is_half_full(target) {
            let (ads, others) = envelopes.into_iter().partition(is_about_ads);
            self.drop_commands(target, ads);
            envelopes = others;
        }
        while !envelopes.is_empty() {
            let mut places = match shared.is_internal_backlog_full() {
                true => 0,
                false => shared.try_take_places(target, envelopes.len()),
            };
            if places == 0 {
                match shared.design.overload {
                    Overload::Reject => return self.drop_commands(target, envelopes),
                    Overload::BackPressure | Overload::ShedAds => {
                        self.wait_for_place(target);
                        places = 1;
                    }
                }
            }
            let rest = envelopes.split_off(places);
            self.send_batch(target, std::mem::replace(&mut envelopes, rest));
        }
    }

    /// Blocks until there is a place at the shard, and records for how long.
    fn wait_for_place(&mut self, target: ShardId) {
        let from_ns = self.shared.clock.now();
        while self.shared.is_internal_backlog_full() {
            std::thread::sleep(Duration::from_nanos(TICK_NS));
        }
        self.runtime.block_on(self.shared.take_place(target));
        self.unblocked_at_ns = self.shared.clock.now();
        self.shared.thread_stats().meter.interval.counts.blocked_ns += self.unblocked_at_ns - from_ns;
    }

    /// Puts commands, each of which has a place, into the shard's mailbox.
    fn send_batch(&mut self, target: ShardId, mut envelopes: Vec<Envelope>) {
        let posted_ns = self.shared.clock.now();
        {
            let meter = &mut self.shared.thread_stats().meter;
            for envelope in &mut envelopes {
                envelope.set_sent(posted_ns);
                record_send_lag(envelope, posted_ns, self.unblocked_at_ns, meter);
            }
        }
        self.shared.send(target, Batch { posted_ns, envelopes });
    }

    fn reads_dropped_message(&mut self, envelope: &Envelope) -> bool {
        let Payload::Command(Command::Read { message, .. }) = envelope.payload else {
            return false;
        };
        self.dropped_messages.remove(&message).is_some()
    }

    fn drop_commands(&mut self, target: ShardId, envelopes: Vec<Envelope>) {
        let stats = &mut *self.shared.thread_stats();
        stats.meter.interval.counts.dropped += envelopes.len() as u64;
        for envelope in envelopes {
            if let Payload::Command(command) = envelope.payload {
                if matches!(command, Command::Send { .. }) {
                    self.dropped_messages.insert(command.message(), ());
                }
                let fact = Fact::Dropped {
                    command: command.class(),
                    message: command.message(),
                };
                let at = envelope.at.max(SimTime::ZERO);
                stats.collector.observe(target, at, &fact);
            }
        }
    }
}

/// Records how punctually a command was sent: the injector's own lag, and the time for which the platform
/// blocked it.
#[inline]
fn record_send_lag(envelope: &Envelope, posted_ns: u64, unblocked_at_ns: u64, meter: &mut Meter) {
    meter.interval.counts.sent += 1;
    if !envelope.is_measured() {
        return;
    }
    // The injector could not send while it was blocked, so its lag counts from the end of that.
    let possible_ns = envelope.intended_ns.max(unblocked_at_ns.min(posted_ns));
    let lag = Span((posted_ns - possible_ns) as i64);
    let blocked = Span((possible_ns - envelope.intended_ns) as i64);
    meter.sent(lag, blocked);
}

/// Whether an overloaded platform drops this command first: what people do in reaction to an ad.
fn is_about_ads(envelope: &Envelope) -> bool {
    matches!(envelope.payload, Payload::Command(Command::React { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_metrics::{Metric, Unit};

    #[test]
    fn time_that_the_platform_kept_out_is_not_the_generators_fault() {
        const MS: u64 = 1_000_000;
        let mut meter = Meter::default();
        // Intended for 10 ms; blocked by the platform until 200 ms; sent 0.5 ms after that, then 2 ms.
        let envelope = Envelope::from_client(Command::Probe, SimTime::ZERO, 10 * MS, true, None);
        record_send_lag(&envelope, 200 * MS + MS / 2, 200 * MS, &mut meter);
        assert_eq!((meter.counts().measured, meter.counts().late), (1, 0));
        record_send_lag(&envelope, 202 * MS, 200 * MS, &mut meter);
        assert_eq!((meter.counts().measured, meter.counts().late), (2, 1));
        let blocked = meter.named("load.blocked").map(|blocked| {
            blocked.settle();
            blocked.summary().min
        });
        assert_eq!(blocked, Some(190 * MS as i64));
        // The platform unblocked before the intended send, so this one was never blocked.
        let envelope = Envelope::from_client(Command::Probe, SimTime::ZERO, 300 * MS, true, None);
        record_send_lag(&envelope, 300 * MS + MS / 2, 200 * MS, &mut meter);
        assert_eq!(meter.counts().late, 1);
        let late = meter.counted("load.late");
        assert_eq!(
            late,
            Some(Metric::Ratio {
                numerator: 1,
                denominator: 3,
                unit: Unit::Share,
            })
        );
    }
}
