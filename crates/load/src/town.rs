//! What all threads of a load share: the shards' mailboxes with their room, and the desks at which
//! measurements and facts are taken.

use crate::clock::Clock;
use crate::mailbox::{Receiver, Sender, channel};
use crate::parcel::{Batch, Parcel};
use chappe_base::{Homes, ShardId};
use chappe_metrics::{Collector, Meter};
use chappe_scenario::Design;
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// What all threads of a load share.
pub(crate) struct Town {
    pub(crate) clock: Clock,
    pub(crate) homes: Homes,
    pub(crate) design: Design,
    outlets: Vec<Outlet>,
    /// Parcels posted and not yet served.
    under_way: AtomicI64,
    /// Those of them that no client sent.
    between: AtomicI64,
    desks: Vec<Mutex<Desk>>,
    seats: AtomicUsize,
    /// Time zero of the load [ns]; none yet if this is the highest number.
    begins_ns: AtomicU64,
}

/// The way into one shard.
struct Outlet {
    sender: Sender,
    /// Room for clients' commands.
    room: Semaphore,
}

/// Where the threads take down what they see; each has its own as long as there are enough.
pub(crate) struct Desk {
    pub(crate) meter: Meter,
    pub(crate) collector: Collector,
}

thread_local! {
    static SEAT: Cell<Option<usize>> = const { Cell::new(None) };
}

impl Town {
    /// A town with `desks_count` desks, and what its shards take their parcels from.
    pub(crate) fn new(
        homes: Homes,
        design: &Design,
        desks_count: usize,
        collector: &Collector,
    ) -> (Town, Vec<Receiver>) {
        let capacity = design.capacity as usize;
        let (outlets, receivers) = (0..homes.shards())
            .map(|_| {
                let (sender, receiver) = channel(design.mailbox);
                let room = Semaphore::new(capacity);
                (Outlet { sender, room }, receiver)
            })
            .unzip();
        let desk = || Desk {
            meter: Meter::default(),
            collector: collector.clone(),
        };
        let town = Town {
            clock: Clock::start(),
            homes,
            design: design.clone(),
            outlets,
            under_way: AtomicI64::new(0),
            between: AtomicI64::new(0),
            desks: (0..desks_count).map(|_| Mutex::new(desk())).collect(),
            seats: AtomicUsize::new(0),
            begins_ns: AtomicU64::new(u64::MAX),
        };
        (town, receivers)
    }

    /// Sets the time zero of the load.
    pub(crate) fn begin_at(&self, at_ns: u64) {
        self.begins_ns.store(at_ns, Ordering::Relaxed);
    }

    /// For how long the load has been on [ns].
    pub(crate) fn elapsed_ns(&self) -> u64 {
        let begins_ns = self.begins_ns.load(Ordering::Relaxed);
        self.clock.now().saturating_sub(begins_ns)
    }

    /// The desk of the thread that asks.
    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        let seat = SEAT.with(|seat| match seat.get() {
            Some(number) => number,
            None => {
                let number = self.seats.fetch_add(1, Ordering::Relaxed);
                seat.set(Some(number));
                number
            }
        });
        let desk = &self.desks[seat % self.desks.len()];
        desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each desk in turn.
    pub(crate) fn desks(&self) -> impl Iterator<Item = MutexGuard<'_, Desk>> {
        let lock = |desk| Mutex::lock(desk).unwrap_or_else(PoisonError::into_inner);
        self.desks.iter().map(lock)
    }

    /// Puts parcels into a shard's mailbox.
    pub(crate) fn post(&self, shard: ShardId, batch: Batch) {
        let count = batch.parcels.len() as i64;
        let clients = batch.parcels.first().is_some_and(Parcel::is_clients);
        self.under_way.fetch_add(count, Ordering::Relaxed);
        if !clients {
            self.between.fetch_add(count, Ordering::Relaxed);
        }
        self.outlets[shard.index()].sender.post(batch);
    }

    /// A shard has served `clients_count` commands of clients and `others_count` other parcels.
    pub(crate) fn served(&self, shard: ShardId, clients_count: usize, others_count: usize) {
        if clients_count > 0 {
            self.outlets[shard.index()].room.add_permits(clients_count);
        }
        if others_count > 0 {
            self.between.fetch_sub(others_count as i64, Ordering::Relaxed);
        }
        let all = (clients_count + others_count) as i64;
        self.under_way.fetch_sub(all, Ordering::AcqRel);
    }

    /// A shard has given itself more to do: timers that are due.
    pub(crate) fn took_on(&self, count: usize) {
        self.under_way.fetch_add(count as i64, Ordering::Relaxed);
        self.between.fetch_add(count as i64, Ordering::Relaxed);
    }

    /// Parcels posted and not yet served.
    pub(crate) fn backlog(&self) -> u64 {
        self.under_way.load(Ordering::Acquire).max(0) as u64
    }

    /// Whether so much is on its way between shards that clients have to wait: it is this that bounds
    /// the memory of mailboxes which take whatever shards have promised each other.
    pub(crate) fn is_flooded(&self) -> bool {
        let most = self.outlets.len() as i64 * i64::from(self.design.capacity);
        self.between.load(Ordering::Relaxed) > most
    }

    /// Whether more than half of the room at `shard` is taken.
    pub(crate) fn is_half_full(&self, shard: ShardId) -> bool {
        self.outlets[shard.index()].room.available_permits() < self.design.capacity as usize / 2
    }

    /// Takes up to `wanted` places at `shard`, as many as there are; the number taken.
    pub(crate) fn take_room(&self, shard: ShardId, wanted: usize) -> usize {
        let room = &self.outlets[shard.index()].room;
        let mut count = room.available_permits().min(wanted);
        while count > 0 {
            if let Ok(permit) = room.try_acquire_many(count as u32) {
                permit.forget();
                return count;
            }
            // Another injector was faster.
            count = room.available_permits().min(wanted);
        }
        0
    }

    /// Takes one place at `shard` as soon as there is one.
    pub(crate) async fn wait_for_room(&self, shard: ShardId) {
        let permit = self.outlets[shard.index()].room.acquire().await;
        permit.expect("nobody closes a shard's mailbox").forget();
    }
}
