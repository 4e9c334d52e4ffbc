//! One worker's logical processes and the loop that runs their events.
//!
//! One calendar holds the events of all the worker's shards, rather than one calendar per shard. Then one
//! worker needs neither windows nor lookahead, and a shard with few events costs nothing. The order of events
//! is total, so it does not matter which shards share a calendar.
//!
//! With many users the state does not fit into the cache. So the loop prefetches the state of events some
//! time before it runs them.

use crate::calendar::Calendar;
use crate::scheduled::Scheduled;
use chappe_base::{EventKey, ShardId, SimTime, Span};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A shard with everything that lives on it: state that only its own events change.
///
/// Its result depends on its own events in the order of their [`EventKey`]s and on nothing else:
/// no clock, no shared state, no order of draws.
pub trait LogicalProcess: Send + 'static {
    /// What an event carries: plain data, at most 48 bytes if a scheduled event is to fill one
    /// cache line.
    type Event: Copy + Default + Send + Serialize + DeserializeOwned + 'static;

    /// What the processes of one worker share, such as counters that are summed at the end. It must not
    /// influence what any of them does: which processes share it depends on the number of workers.
    type Shared: Send + 'static;

    /// Schedules the first events. Called once, at time zero, before any event.
    fn start(&mut self, shared: &mut Self::Shared, out: &mut Emitter<'_, Self::Event>);

    /// Handles `event` at time `now` and emits the events that follow from it.
    fn handle(
        &mut self,
        shared: &mut Self::Shared,
        now: SimTime,
        event: &Self::Event,
        out: &mut Emitter<'_, Self::Event>,
    );

    /// Whether another process can have sent `event`. Asked only where one may be another than it says.
    fn can_receive(&self, _event: &Self::Event) -> bool {
        true
    }

    /// Prefetches the state that `event` needs first. Called some events ahead of it.
    #[inline]
    fn prefetch(&self, _event: &Self::Event) {}
}

/// How many events ahead their state is prefetched: enough for as many cache misses at once as a core can
/// have.
const PREFETCH_DISTANCE: usize = 32;

/// Where the processes of all shards are. It stays the same during a run.
#[derive(Debug)]
struct Topology {
    /// Least time an event takes from one shard to another.
    lookahead: Span,
    /// For each shard, its index among the worker's own processes. For a shard of another worker, that
    /// worker's number, marked with [`REMOTE`].
    locations: Vec<u32>,
}

/// Marks a worker's number. One bit of 32 tells both kinds apart, so one load gives all that is needed to
/// send an event.
const REMOTE: u32 = 1 << 31;

/// Takes the events that a process emits while it handles one.
pub struct Emitter<'a, E> {
    key: EventKey,
    shard: ShardId,
    sequence: &'a mut u32,
    calendar: &'a mut Calendar<E>,
    outbound: &'a mut [Vec<Scheduled<E>>],
    topology: &'a Topology,
}

impl<E: Copy + Default> Emitter<'_, E> {
    /// The time of the event being handled.
    #[must_use]
    #[inline]
    pub fn now(&self) -> SimTime {
        self.key.time()
    }

    /// The shard that handles the event.
    #[must_use]
    #[inline]
    pub fn shard(&self) -> ShardId {
        self.shard
    }

    /// The place of the event in the total order.
    #[must_use]
    #[inline]
    pub fn key(&self) -> EventKey {
        self.key
    }

    /// Schedules `event` for this shard itself at `at`, at the earliest now.
    ///
    /// # Panics
    /// If `at` has passed, which is a bug in the process.
    #[inline(always)]
    pub fn schedule(&mut self, at: SimTime, event: E) {
        if at < self.now() {
            broken_past(self.key, at);
        }
        let key = self.next_key(self.shard, at);
        self.calendar.insert(key, event);
    }

    /// Sends `event` to `target`, where it happens at `at`, at the earliest a lookahead from now. This
    /// also holds if the target happens to be this shard: otherwise latency would depend on the number of
    /// shards.
    ///
    /// # Panics
    /// If `at` violates the lookahead or there is no such shard, which are bugs in the process.
    #[inline(always)]
    pub fn send(&mut self, target: ShardId, at: SimTime, event: E) {
        let Some(&location) = self.topology.locations.get(target.index()) else {
            broken_send(self.key, target, at, self.topology)
        };
        // Neither time is negative, so the difference can't overflow.
        if at.0 - self.now().0 < self.topology.lookahead.0 {
            broken_send(self.key, target, at, self.topology);
        }
        let key = self.next_key(target, at);
        if location & REMOTE == 0 {
            self.calendar.insert(key, event);
        } else {
            self.outbound[(location ^ REMOTE) as usize].push(Scheduled { key, event });
        }
    }

    #[inline]
    fn next_key(&mut self, target: ShardId, at: SimTime) -> EventKey {
        let key = EventKey::new(at, target, self.shard, *self.sequence);
        *self.sequence = self.sequence.wrapping_add(1);
        key
    }
}

#[cold]
#[inline(never)]
fn broken_past(key: EventKey, at: SimTime) -> ! {
    panic!(
        "shard {} schedules an event for itself at {} ns, before the {} ns it is at",
        key.target().0,
        at.0,
        key.time().0,
    )
}

#[cold]
#[inline(never)]
fn broken_send(key: EventKey, target: ShardId, at: SimTime, topology: &Topology) -> ! {
    let (shard, now) = (key.target().0, key.time().0);
    let shards_count = topology.locations.len();
    assert!(
        target.index() < shards_count,
        "shard {shard} sends to shard {}, but there are {shards_count} shards",
        target.0,
    );
    panic!(
        "lookahead violated: shard {shard} at {now} ns sends to shard {} for {} ns, \
         sooner than the lookahead of {} ns",
        target.0, at.0, topology.lookahead.0,
    )
}

/// The logical processes of one worker, with one calendar for all of them.
///
/// With several workers, shard `s` belongs to worker `s % workers`. A single kernel needs no lookahead:
/// it may be zero.
pub struct Kernel<L: LogicalProcess> {
    lps: Vec<L>,
    shared: L::Shared,
    /// Next sequence number of each process.
    sequences: Vec<u32>,
    calendar: Calendar<L::Event>,
    /// Events for each of the other workers, since [`Kernel::take_outbound`].
    outbound: Vec<Vec<Scheduled<L::Event>>>,
    /// Empty lists with capacity, to be filled again; at most one for each worker. They arrived with events
    /// of other workers.
    spare_lists: Vec<Vec<Scheduled<L::Event>>>,
    topology: Topology,
    now: SimTime,
    events_count: u64,
}

impl<L: LogicalProcess> Kernel<L> {
    /// The kernel of a single worker, which has all processes. Shard `s` is `lps[s]`.
    #[must_use]
    pub fn single(lps: Vec<L>, shared: L::Shared, lookahead: Span) -> Kernel<L> {
        let shards_count = lps.len();
        Kernel::of_worker(lps, shared, lookahead, 0, 1, shards_count)
    }

    /// The kernel of worker `worker` of `workers`, with the processes of its own shards, in shard order.
    #[must_use]
    pub(crate) fn of_worker(
        lps: Vec<L>,
        shared: L::Shared,
        lookahead: Span,
        worker: usize,
        workers: usize,
        shards_count: usize,
    ) -> Kernel<L> {
        assert!(shards_count <= 1 << 16, "shards are numbered in 16 bits");
        assert!(lookahead >= Span::ZERO, "the lookahead is not negative");
        let location = |shard: usize| match shard % workers {
            owner if owner == worker => (shard / workers) as u32,
            owner => REMOTE | owner as u32,
        };
        Kernel {
            sequences: vec![0; lps.len()],
            lps,
            shared,
            calendar: Calendar::new(),
            outbound: (0..workers).map(|_| Vec::new()).collect(),
            spare_lists: Vec::new(),
            topology: Topology {
                lookahead,
                locations: (0..shards_count).map(location).collect(),
            },
            now: SimTime::ZERO,
            events_count: 0,
        }
    }

    /// Lets every process schedule its first events.
    pub fn start(&mut self) {
        let locations = self.topology.locations.iter().zip(0..=u16::MAX);
        let here = locations.filter(|(location, _)| **location & REMOTE == 0);
        for (local, shard) in here.map(|(location, shard)| (*location as usize, ShardId(shard))) {
            let mut out = Emitter {
                key: EventKey::new(SimTime::ZERO, shard, shard, 0),
                shard,
                sequence: &mut self.sequences[local],
                calendar: &mut self.calendar,
                outbound: &mut self.outbound,
                topology: &self.topology,
            };
            self.lps[local].start(&mut self.shared, &mut out);
        }
    }

    /// Runs events at times **before** `horizon`, in order, until none is left or `events_max` have run.
    /// Returns how many ran.
    pub fn run_until(&mut self, horizon: SimTime, events_max: u64) -> u64 {
        let mut count = 0;
        while count < events_max
            && let Some(index) = self.calendar.next_before(horizon)
        {
            if let Some(ahead) = self.calendar.peek_ahead(PREFETCH_DISTANCE) {
                for Scheduled { key, event } in ahead {
                    self.lps[self.topology.locations[key.target().index()] as usize].prefetch(event);
                }
            }
            // A copy, because the process adds events to the calendar while it handles this one.
            let scheduled = *self.calendar.get(index);
            let key = scheduled.key;
            let shard = key.target();
            let local = self.topology.locations[shard.index()] as usize;
            self.now = key.time();
            let mut out = Emitter {
                key,
                shard,
                sequence: &mut self.sequences[local],
                calendar: &mut self.calendar,
                outbound: &mut self.outbound,
                topology: &self.topology,
            };
            self.lps[local].handle(&mut self.shared, key.time(), &scheduled.event, &mut out);
            count += 1;
        }
        self.events_count += count;
        count
    }

    /// Time of the last event that ran.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Events run so far.
    #[must_use]
    pub fn events_count(&self) -> u64 {
        self.events_count
    }

    /// Bytes of the calendar and of events for other workers.
    #[must_use]
    pub fn calendar_bytes(&self) -> usize {
        let lists = self.outbound.iter().chain(&self.spare_lists);
        let events_count: usize = lists.map(Vec::capacity).sum();
        self.calendar.bytes() + events_count * size_of::<Scheduled<L::Event>>()
    }

    /// The processes, in shard order.
    #[must_use]
    pub fn lps(&self) -> &[L] {
        &self.lps
    }

    /// The processes, in shard order, and their shared state.
    #[must_use]
    pub fn into_parts(self) -> (Vec<L>, L::Shared) {
        (self.lps, self.shared)
    }

    /// Makes sure that events of another process can be handled here, now. The error is the shard that the first other
    /// one says it comes from.
    pub(crate) fn check(&self, events: &[Scheduled<L::Event>]) -> Result<(), ShardId> {
        let is_possible = |Scheduled { key, event }: &&Scheduled<L::Event>| {
            let location = |shard: ShardId| self.topology.locations.get(shard.index());
            let local = location(key.target()).filter(|location| **location & REMOTE == 0);
            key.time() >= self.now
                && location(key.source()).is_some()
                && local.is_some_and(|local| self.lps[*local as usize].can_receive(event))
        };
        match events.iter().find(|scheduled| !is_possible(scheduled)) {
            Some(scheduled) => Err(scheduled.key.source()),
            None => Ok(()),
        }
    }

    /// Takes events of another worker. Returns the time of the earliest.
    pub(crate) fn receive(&mut self, mut events: Vec<Scheduled<L::Event>>) -> SimTime {
        let mut first = SimTime::NEVER;
        for Scheduled { key, event } in events.drain(..) {
            debug_assert!(self.topology.locations[key.target().index()] & REMOTE == 0);
            first = first.min(key.time());
            self.calendar.insert(key, event);
        }
        if self.spare_lists.len() < self.outbound.len() {
            self.spare_lists.push(events);
        }
        first
    }

    /// The events for other workers since the last call, with the number of each worker.
    pub(crate) fn take_outbound(&mut self) -> impl Iterator<Item = (u64, Vec<Scheduled<L::Event>>)> {
        let filled = (0..)
            .zip(&mut self.outbound)
            .filter(|(_, events)| !events.is_empty());
        let spare_lists = &mut self.spare_lists;
        filled.map(|(worker, events)| {
            let empty = spare_lists.pop().unwrap_or_default();
            (worker, std::mem::replace(events, empty))
        })
    }

    /// A lower bound of the next event's time; `None` if nothing is pending.
    pub(crate) fn next_time_bound(&self) -> Option<SimTime> {
        self.calendar.next_time_bound()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: Span = Span(10);

    /// Sends every event on to the next shard.
    struct Ring(u16);

    impl LogicalProcess for Ring {
        type Event = u32;
        type Shared = ();

        fn start(&mut self, (): &mut (), out: &mut Emitter<'_, u32>) {
            (0..100).for_each(|number| out.schedule(SimTime(i64::from(number % 10)), number));
        }

        fn handle(&mut self, (): &mut (), now: SimTime, &number: &u32, out: &mut Emitter<'_, u32>) {
            out.send(ShardId((out.shard().0 + 1) % self.0), now + HOP, number);
        }
    }

    /// Two workers on one thread, window by window.
    #[test]
    fn what_departs_arrives_and_its_lists_are_filled_again() {
        let ring = || (0..2).map(|_| Ring(4)).collect();
        let mut workers = [0, 1].map(|worker| Kernel::of_worker(ring(), (), HOP, worker, 2, 4));
        workers.iter_mut().for_each(Kernel::start);
        for window in 0..20 {
            let end = SimTime((window + 1) * HOP.0);
            for (from, to) in [(0, 1), (1, 0)] {
                assert_eq!(workers[from].run_until(end, u64::MAX), 200);
                let mut departed: Vec<_> = workers[from].take_outbound().collect();
                let (worker, events) = departed.pop().expect("all go to the other worker");
                assert_eq!((worker, events.len(), departed.len()), (to as u64, 200, 0));
                assert_eq!(workers[to].receive(events), end);
                assert!(workers[to].spare_lists.len() <= 2);
            }
        }
        assert!(workers.iter().all(|kernel| kernel.events_count() == 20 * 200));
        let lists = workers[0].outbound.iter().chain(&workers[0].spare_lists);
        assert!(lists.map(Vec::capacity).sum::<usize>() > 0, "lists are kept");
    }
}
