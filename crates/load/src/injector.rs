//! The load loop: sends the tape's commands when the pacing says so.

use crate::pacing::{Next, Pacing};
use crate::parcel::{Batch, Parcel, What};
use crate::town::Town;
use chappe_base::{Fact, Map, MessageId, ShardId, SimTime, Span};
use chappe_engine::StopFlag;
use chappe_metrics::Meter;
use chappe_platform::Command;
use chappe_scenario::Overload;
use chappe_workload::Request;
use std::sync::Arc;
use std::time::Duration;

/// How long commands may wait for company [ns]: the generator wakes up that often.
const TICK_NS: u64 = 50_000;
/// Sends between two looks at the clock while the generator is behind.
const STRIDE: u64 = 32;

/// Says when sending ends.
pub(crate) trait Stop {
    /// Whether what is meant to be sent at `intended_ns` is not sent any more.
    fn is_over(&self, intended_ns: u64) -> bool;
}

/// Ends at a time, or on request.
pub(crate) struct Until<'a> {
    pub(crate) at_ns: u64,
    pub(crate) flags: [&'a StopFlag; 2],
}

impl Stop for Until<'_> {
    #[inline]
    fn is_over(&self, intended_ns: u64) -> bool {
        intended_ns >= self.at_ns || self.flags.iter().any(|flag| flag.is_raised())
    }
}

/// Sends commands of a tape to those shards that are its own.
pub(crate) struct Injector {
    town: Arc<Town>,
    /// Of so many injectors it is this one: shard `s` belongs to `s % count`.
    number: u16,
    count: u16,
    batches: Vec<Vec<Parcel>>,
    touched: Vec<ShardId>,
    /// Until when the platform last kept it waiting [ns].
    free_at_ns: u64,
    posted_at_ns: u64,
    /// Messages that never reached the platform: nobody can read them.
    lost: Map<MessageId, ()>,
    waiting: tokio::runtime::Runtime,
}

impl Injector {
    /// Injector `number` of `count`.
    ///
    /// # Errors
    /// What the system says to a runtime of its own.
    pub(crate) fn new(town: Arc<Town>, number: u16, count: u16) -> std::io::Result<Injector> {
        let shards_count = usize::from(town.homes.shards());
        Ok(Injector {
            number,
            count,
            batches: (0..shards_count).map(|_| Vec::new()).collect(),
            touched: Vec::new(),
            free_at_ns: 0,
            posted_at_ns: 0,
            lost: Map::default(),
            waiting: tokio::runtime::Builder::new_current_thread().build()?,
            town,
        })
    }

    /// The shard of a request, if it is one of this injector's.
    fn target(&self, command: &Command) -> Option<ShardId> {
        let home = command.home(self.town.homes)?;
        (home.0 % self.count == self.number).then_some(home)
    }

    /// Sends `requests` one after the other, each when `pacing` says so, until `stop` or the last.
    /// Those meant for `measured_from_ns` and later are measured. Returns how many requests were gone
    /// through.
    pub(crate) fn play(
        &mut self,
        requests: &[Request],
        pacing: &mut impl Pacing,
        stop: &impl Stop,
        measured_from_ns: u64,
    ) -> usize {
        let mut now_ns = self.town.clock.now();
        for (number, request) in requests.iter().enumerate() {
            let Some(target) = self.target(&request.command) else {
                continue;
            };
            let (intended_ns, slot) = loop {
                match pacing.next(number as u64, now_ns) {
                    Next::At(at_ns, slot) if at_ns <= now_ns => break (at_ns, slot),
                    Next::At(at_ns, _) => {
                        if stop.is_over(at_ns) {
                            self.post_all();
                            return number;
                        }
                        now_ns = self.sleep_until(at_ns);
                    }
                    Next::Unknown => {
                        self.post_all();
                        if stop.is_over(now_ns) {
                            return number;
                        }
                        pacing.wait();
                        now_ns = self.town.clock.now();
                    }
                    Next::Over => {
                        self.post_all();
                        return number;
                    }
                }
            };
            if stop.is_over(intended_ns) {
                self.post_all();
                return number;
            }
            let measured = intended_ns >= measured_from_ns;
            let parcel = Parcel::from_client(request.command, request.at, intended_ns, measured, slot);
            self.add(target, parcel);
            if (number as u64).is_multiple_of(STRIDE) {
                now_ns = self.town.clock.now();
                if now_ns > self.posted_at_ns + TICK_NS {
                    self.post_all();
                }
            }
        }
        self.post_all();
        requests.len()
    }

    /// Sends off what there is and sleeps until the next send, or for a tick.
    fn sleep_until(&mut self, at_ns: u64) -> u64 {
        self.post_all();
        let now_ns = self.town.clock.now();
        self.town.clock.sleep_until(at_ns.max(now_ns + TICK_NS));
        self.town.clock.now()
    }

    #[inline]
    fn add(&mut self, target: ShardId, parcel: Parcel) {
        if !self.lost.is_empty() && self.is_about_a_lost_message(&parcel) {
            return self.drop_all(target, vec![parcel]);
        }
        let batch = &mut self.batches[target.index()];
        if batch.is_empty() {
            self.touched.push(target);
        }
        batch.push(parcel);
        if batch.len() == self.town.design.batch as usize {
            let parcels = std::mem::replace(batch, Vec::with_capacity(batch.len()));
            self.touched.retain(|shard| *shard != target);
            self.post(target, parcels);
        }
    }

    fn post_all(&mut self) {
        for target in std::mem::take(&mut self.touched) {
            let batch = &mut self.batches[target.index()];
            let parcels = std::mem::replace(batch, Vec::with_capacity(batch.len()));
            self.post(target, parcels);
        }
        self.posted_at_ns = self.town.clock.now();
    }

    /// Posts parcels to a shard, as far as there is room, and deals with the others as the design says.
    fn post(&mut self, target: ShardId, mut parcels: Vec<Parcel>) {
        let town = Arc::clone(&self.town);
        if town.design.overload == Overload::ShedAds && town.is_half_full(target) {
            let (ads, others) = parcels.into_iter().partition(is_about_ads);
            self.drop_all(target, ads);
            parcels = others;
        }
        while !parcels.is_empty() {
            let mut room = match town.is_flooded() {
                true => 0,
                false => town.take_room(target, parcels.len()),
            };
            if room == 0 {
                match town.design.overload {
                    Overload::Reject => return self.drop_all(target, parcels),
                    Overload::BackPressure | Overload::ShedAds => {
                        self.wait_for_room(target);
                        room = 1;
                    }
                }
            }
            let rest = parcels.split_off(room);
            self.hand_in(target, std::mem::replace(&mut parcels, rest));
        }
    }

    fn wait_for_room(&mut self, target: ShardId) {
        let from_ns = self.town.clock.now();
        while self.town.is_flooded() {
            std::thread::sleep(Duration::from_nanos(TICK_NS));
        }
        self.waiting.block_on(self.town.wait_for_room(target));
        self.free_at_ns = self.town.clock.now();
        self.town.desk().meter.second.counts.blocked_ns += self.free_at_ns - from_ns;
    }

    /// Puts parcels for which there is room into the shard's mailbox.
    fn hand_in(&mut self, target: ShardId, mut parcels: Vec<Parcel>) {
        let posted_ns = self.town.clock.now();
        {
            let meter = &mut self.town.desk().meter;
            for parcel in &mut parcels {
                parcel.sent(posted_ns);
                take_down(parcel, posted_ns, self.free_at_ns, meter);
            }
        }
        self.town.post(target, Batch { posted_ns, parcels });
    }

    fn is_about_a_lost_message(&mut self, parcel: &Parcel) -> bool {
        let What::Command(Command::Read { message, .. }) = parcel.what else {
            return false;
        };
        self.lost.remove(&message).is_some()
    }

    fn drop_all(&mut self, target: ShardId, parcels: Vec<Parcel>) {
        let desk = &mut *self.town.desk();
        desk.meter.second.counts.dropped += parcels.len() as u64;
        for parcel in parcels {
            if let What::Command(command) = parcel.what {
                if matches!(command, Command::Send { .. }) {
                    self.lost.insert(command.message(), ());
                }
                let fact = Fact::Dropped {
                    command: command.class(),
                    message: command.message(),
                };
                desk.collector
                    .observe(target, parcel.at.max(SimTime::ZERO), &fact);
            }
        }
    }
}

/// Takes down how punctually a parcel was sent.
#[inline]
fn take_down(parcel: &Parcel, posted_ns: u64, free_at_ns: u64, meter: &mut Meter) {
    meter.second.counts.sent += 1;
    if !parcel.is_measured() {
        return;
    }
    // What the platform kept waiting could not be sent before it let go.
    let possible_ns = parcel.intended_ns.max(free_at_ns.min(posted_ns));
    let lag = Span((posted_ns - possible_ns) as i64);
    let blocked = Span((possible_ns - parcel.intended_ns) as i64);
    meter.sent(lag, blocked);
}

/// What an overloaded platform gives up first: ads, and what people do in answer to them.
fn is_about_ads(parcel: &Parcel) -> bool {
    matches!(parcel.what, What::Command(Command::React { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_metrics::Metric;

    #[test]
    fn time_that_the_platform_kept_out_is_not_the_generators_fault() {
        const MS: u64 = 1_000_000;
        let mut meter = Meter::default();
        // Meant for 10 ms; the platform let go at 200 ms; sent half a millisecond, then 2 ms later.
        let parcel = Parcel::from_client(Command::Probe, SimTime::ZERO, 10 * MS, true, None);
        take_down(&parcel, 200 * MS + MS / 2, 200 * MS, &mut meter);
        assert_eq!((meter.counts().measured, meter.counts().late), (1, 0));
        take_down(&parcel, 202 * MS, 200 * MS, &mut meter);
        assert_eq!((meter.counts().measured, meter.counts().late), (2, 1));
        let blocked = meter.named("load.blocked").map(|blocked| {
            blocked.settle();
            blocked.summary().min
        });
        assert_eq!(blocked, Some(190 * MS as i64));
        // What was let go before it was meant to be sent was never blocked.
        let parcel = Parcel::from_client(Command::Probe, SimTime::ZERO, 300 * MS, true, None);
        take_down(&parcel, 300 * MS + MS / 2, 200 * MS, &mut meter);
        assert_eq!(meter.counts().late, 1);
        let late = meter.counted("load.late");
        assert_eq!(
            late,
            Some(Metric::Ratio {
                numerator: 1,
                denominator: 3
            })
        );
    }
}
