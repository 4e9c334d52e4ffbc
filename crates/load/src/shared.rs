//! What all threads of a load share: the shards' mailboxes with their capacity, and the statistics of
//! each thread.
//!
//! Each thread has statistics of its own, because recording into shared histograms would make the
//! threads wait for each other's cache lines, and the harness would measure itself.

use crate::clock::Clock;
use crate::envelope::{Batch, Envelope};
use crate::mailbox::{Receiver, Sender, channel};
use chappe_base::{Homes, ShardId};
use chappe_metrics::{Collector, Meter};
use chappe_scenario::Design;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// What all threads of a load share.
pub(crate) struct LoadShared {
    pub(crate) clock: Clock,
    pub(crate) homes: Homes,
    pub(crate) design: Design,
    shard_senders: Vec<ShardSender>,
    /// Envelopes that were sent and are not yet handled.
    in_flight: AtomicI64,
    /// Those of them that no client sent.
    internal_in_flight: AtomicI64,
    thread_stats: Vec<Mutex<ThreadStats>>,
    /// Index of the next thread that asks for its statistics.
    next_thread_index: AtomicUsize,
    /// Time zero of the load [ns]; `u64::MAX` until it is set.
    begins_ns: AtomicU64,
    /// Whether a shard's task has ended too early. Nobody waits for anything any more then.
    is_lost: AtomicBool,
}

/// The way into one shard.
struct ShardSender {
    sender: Sender,
    /// Free places for clients' commands.
    capacity: Semaphore,
}

/// Statistics of one thread. The mutex around them is almost never contended: only the monitor takes it
/// from another thread, once a second.
pub(crate) struct ThreadStats {
    pub(crate) meter: Meter,
    pub(crate) collector: Collector,
}

thread_local! {
    static THREAD_INDEX: Cell<Option<usize>> = const { Cell::new(None) };
}

impl LoadShared {
    /// The shared state of `threads_count` threads, and the receiving end of each shard's mailbox.
    pub(crate) fn new(
        homes: Homes,
        design: &Design,
        threads_count: usize,
        collector: &Collector,
    ) -> (LoadShared, Vec<Receiver>) {
        let (shard_senders, receivers) = (0..homes.shards())
            .map(|_| {
                let (sender, receiver) = channel(design.mailbox);
                let capacity = Semaphore::new(design.capacity as usize);
                (ShardSender { sender, capacity }, receiver)
            })
            .unzip();
        let stats = || ThreadStats {
            meter: Meter::default(),
            collector: collector.clone(),
        };
        let shared = LoadShared {
            clock: Clock::start(),
            homes,
            design: design.clone(),
            shard_senders,
            in_flight: AtomicI64::new(0),
            internal_in_flight: AtomicI64::new(0),
            thread_stats: (0..threads_count).map(|_| Mutex::new(stats())).collect(),
            next_thread_index: AtomicUsize::new(0),
            begins_ns: AtomicU64::new(u64::MAX),
            is_lost: AtomicBool::new(false),
        };
        (shared, receivers)
    }

    /// Sets the time zero of the load.
    pub(crate) fn begin_at(&self, begins_ns: u64) {
        self.begins_ns.store(begins_ns, Ordering::Relaxed);
    }

    /// Time since the load began [ns]; zero before.
    pub(crate) fn elapsed_ns(&self) -> u64 {
        let begins_ns = self.begins_ns.load(Ordering::Relaxed);
        self.clock.now().saturating_sub(begins_ns)
    }

    /// The statistics of the calling thread. If there are more threads than statistics, some share.
    pub(crate) fn thread_stats(&self) -> MutexGuard<'_, ThreadStats> {
        let thread_index = THREAD_INDEX.with(|cell| match cell.get() {
            Some(index) => index,
            None => {
                let index = self.next_thread_index.fetch_add(1, Ordering::Relaxed);
                cell.set(Some(index));
                index
            }
        });
        let stats = &self.thread_stats[thread_index % self.thread_stats.len()];
        stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statistics of each thread, locked one after the other.
    pub(crate) fn all_thread_stats(&self) -> impl Iterator<Item = MutexGuard<'_, ThreadStats>> {
        let lock = |stats| Mutex::lock(stats).unwrap_or_else(PoisonError::into_inner);
        self.thread_stats.iter().map(lock)
    }

    /// Puts a batch into a shard's mailbox. Its envelopes are either all from clients or none is.
    pub(crate) fn send(&self, shard: ShardId, batch: Batch) {
        let count = batch.envelopes.len() as i64;
        let is_from_clients = batch.envelopes.first().is_some_and(Envelope::is_from_client);
        self.in_flight.fetch_add(count, Ordering::Relaxed);
        if !is_from_clients {
            self.internal_in_flight.fetch_add(count, Ordering::Relaxed);
        }
        self.shard_senders[shard.index()].sender.send(batch);
    }

    /// Records that a shard has handled this many commands of clients and other envelopes.
    ///
    /// A shard calls this after it has sent what these envelopes caused. Otherwise the backlog could
    /// read zero while something is still on its way.
    pub(crate) fn record_handled(&self, shard: ShardId, clients_count: usize, internal_count: usize) {
        if clients_count > 0 {
            self.shard_senders[shard.index()]
                .capacity
                .add_permits(clients_count);
        }
        if internal_count > 0 {
            self.internal_in_flight
                .fetch_sub(internal_count as i64, Ordering::Relaxed);
        }
        let handled_count = (clients_count + internal_count) as i64;
        self.in_flight.fetch_sub(handled_count, Ordering::AcqRel);
    }

    /// Records that a shard has put `count` envelopes into its own queue, such as timers that are due.
    pub(crate) fn add_internal(&self, count: usize) {
        self.in_flight.fetch_add(count as i64, Ordering::Relaxed);
        self.internal_in_flight.fetch_add(count as i64, Ordering::Relaxed);
    }

    /// Gives the load up, because a shard's task has ended too early: ends every wait for places and for what is on its
    /// way, which would never end otherwise.
    pub(crate) fn give_up(&self) {
        self.is_lost.store(true, Ordering::Release);
        for shard in &self.shard_senders {
            shard.capacity.close();
        }
    }

    /// Whether the load was given up.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    /// Envelopes that were sent and are not yet handled, if somebody is there to handle them.
    pub(crate) fn backlog(&self) -> u64 {
        match self.is_lost() {
            true => 0,
            false => self.in_flight.load(Ordering::Acquire).max(0) as u64,
        }
    }

    /// Whether so many envelopes are on their way between shards that clients have to wait. Mailboxes
    /// take these without limit, so this bounds their memory.
    pub(crate) fn is_internal_backlog_full(&self) -> bool {
        let internal_max = self.shard_senders.len() as i64 * i64::from(self.design.capacity);
        self.internal_in_flight.load(Ordering::Relaxed) > internal_max && !self.is_lost()
    }

    /// Whether more than half of the places at `shard` are taken.
    pub(crate) fn is_half_full(&self, shard: ShardId) -> bool {
        let free_count = self.shard_senders[shard.index()].capacity.available_permits();
        free_count < self.design.capacity as usize / 2
    }

    /// Takes up to `wanted` places at `shard`, as many as are free. Returns how many it took.
    pub(crate) fn try_take_places(&self, shard: ShardId, wanted: usize) -> usize {
        let capacity = &self.shard_senders[shard.index()].capacity;
        let mut count = capacity.available_permits().min(wanted);
        while count > 0 && !capacity.is_closed() {
            if let Ok(permit) = capacity.try_acquire_many(count as u32) {
                permit.forget();
                return count;
            }
            // Another injector took some of them first.
            count = capacity.available_permits().min(wanted);
        }
        0
    }

    /// Takes one place at `shard`, as soon as one is free or the load is given up.
    pub(crate) async fn take_place(&self, shard: ShardId) {
        let permit = self.shard_senders[shard.index()].capacity.acquire().await;
        if let Ok(permit) = permit {
            permit.forget();
        }
    }
}
