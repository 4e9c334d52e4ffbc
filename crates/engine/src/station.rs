//! The service queue of a shard: servers, a waiting room, lanes and patience.
//!
//! It knows no clock and no randomness. The caller draws service times, schedules completions and deadlines
//! as its own events, and calls the station when they happen. Slots are reused, so once the waiting room has
//! reached its greatest length, a job needs no allocation.

use chappe_base::{SimTime, Span, prefetch};
use serde::{Deserialize, Serialize};

/// Which job is served next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// First come, first served. Lanes don't matter.
    Fifo,
    /// The first job in the lowest lane that is not empty. A job in service is not interrupted.
    Priority {
        /// Number of lanes, which are numbered from 0.
        lanes_count: u8,
    },
}

/// A job whose service has begun. The caller schedules its completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The server, for [`Station::complete`].
    pub server: u32,
    /// When the service ends.
    pub done_at: SimTime,
}

/// A place in the waiting room, for [`Station::renege`]. It may still be used after the job has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    slot: u32,
    generation: u32,
}

/// What happened to an arriving job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A server was free.
    Started(Started),
    /// It waits. If its patience is limited, the caller schedules its deadline with this ticket.
    Queued(Ticket),
    /// The waiting room was full.
    Dropped,
}

/// The times of a finished job, or of an unfinished one so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// From its arrival to the start of its service.
    pub wait: Span,
    /// From the start of its service to its end.
    pub service: Span,
}

/// A queue with one or more servers for jobs of type `J`.
#[derive(Clone, Debug)]
pub struct Station<J> {
    servers_count: u32,
    /// The current or last job of each server that was ever used.
    servers: Vec<InService<J>>,
    /// Free servers, the one used last at the end: its entry is in the cache.
    idle: Vec<u32>,
    discipline: Discipline,
    lanes: Vec<Lane>,
    /// The waiting room. The slot freed last is reused first.
    slots: Vec<Slot<J>>,
    /// First free slot.
    free: u32,
    waiting_count: u32,
    room: u32,
    /// Sum of the service times of finished jobs.
    finished: Span,
}

#[derive(Clone, Copy, Debug)]
struct InService<J> {
    job: J,
    wait: Span,
    started_at: SimTime,
    is_over: bool,
}

/// The waiting jobs of one lane, as a list through the slots: a job whose patience ends can leave from the
/// middle.
#[derive(Clone, Copy, Debug)]
struct Lane {
    first: u32,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot<J> {
    job: J,
    arrived_at: SimTime,
    service: Span,
    lane: u8,
    waits: bool,
    /// Changes when the slot is reused, so that an old ticket no longer fits.
    generation: u32,
    /// Neighbours in the lane. In a free slot, `next` is the next free slot.
    previous: u32,
    next: u32,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl<J: Copy> Station<J> {
    /// A station with `servers_count` servers, at least one, and a waiting room for `room` jobs.
    #[must_use]
    pub fn new(servers_count: u32, room: u32, discipline: Discipline) -> Station<J> {
        assert!(servers_count > 0, "a station has at least one server");
        let lanes_count = match discipline {
            Discipline::Fifo => 1,
            Discipline::Priority { lanes_count } => lanes_count,
        };
        let empty = Lane {
            first: NONE,
            last: NONE,
        };
        Station {
            servers_count,
            servers: Vec::with_capacity(servers_count as usize),
            idle: (0..servers_count).rev().collect(),
            discipline,
            lanes: vec![empty; lanes_count as usize],
            slots: Vec::new(),
            free: NONE,
            waiting_count: 0,
            room,
            finished: Span::ZERO,
        }
    }

    /// A job arrives in `lane` and needs `service` of a server. A job that `must_stay` is accepted even if
    /// the waiting room is full.
    ///
    /// # Panics
    /// If the discipline has no such lane.
    pub fn arrive(&mut self, now: SimTime, job: J, lane: u8, service: Span, must_stay: bool) -> Arrival {
        if let Some(server) = self.idle.pop() {
            return Arrival::Started(self.begin(now, server, job, Span::ZERO, service));
        }
        if self.waiting_count >= self.room && !must_stay {
            return Arrival::Dropped;
        }
        let lane = match self.discipline {
            Discipline::Fifo => 0,
            Discipline::Priority { .. } => lane,
        };
        let slot = self.occupy(job, now, service, lane);
        let last = self.lanes[lane as usize].last;
        self.slots[slot as usize].previous = last;
        match last {
            NONE => self.lanes[lane as usize].first = slot,
            last => self.slots[last as usize].next = slot,
        }
        self.lanes[lane as usize].last = slot;
        self.waiting_count += 1;
        Arrival::Queued(Ticket {
            slot,
            generation: self.slots[slot as usize].generation,
        })
    }

    /// The service on `server` ends. [`Station::job`] returns its job until the server begins the next.
    ///
    /// # Panics
    /// If the server has no job in service.
    pub fn complete(&mut self, now: SimTime, server: u32) -> Completion {
        let served = &mut self.servers[server as usize];
        assert!(!served.is_over, "a completion needs a job in service");
        served.is_over = true;
        let completion = Completion {
            wait: served.wait,
            service: now - served.started_at,
        };
        self.finished = self.finished + completion.service;
        completion
    }

    /// The current or last job of `server`.
    ///
    /// # Panics
    /// If it never had one.
    #[must_use]
    pub fn job(&self, server: u32) -> &J {
        &self.servers[server as usize].job
    }

    /// A server that has completed its job begins the next, if one waits.
    pub fn serve_next(&mut self, now: SimTime, server: u32) -> Option<Started> {
        let mut firsts = self.lanes.iter().map(|lane| lane.first);
        let Some(slot) = firsts.find(|&first| first != NONE) else {
            self.idle.push(server);
            return None;
        };
        let waiting = self.vacate(slot);
        let wait = now - waiting.arrived_at;
        Some(self.begin(now, server, waiting.job, wait, waiting.service))
    }

    /// The patience of the job with this ticket ends. If the job still waits, it leaves, and is returned
    /// with the time it waited.
    pub fn renege(&mut self, now: SimTime, ticket: Ticket) -> Option<(J, Span)> {
        let slot = &self.slots[ticket.slot as usize];
        if !slot.waits || slot.generation != ticket.generation {
            return None;
        }
        let left = self.vacate(ticket.slot);
        Some((left.job, now - left.arrived_at))
    }

    /// The jobs that are not finished at `now`, with their times in the queue and in service so far: those in
    /// service by server, then those that wait, by lane and in the order in which they will be served.
    pub fn unfinished(&self, now: SimTime) -> impl Iterator<Item = (&J, Completion)> {
        let running = self.servers.iter().filter(|server| !server.is_over);
        let in_service = running.map(move |server| {
            let so_far = Completion {
                wait: server.wait,
                service: now - server.started_at,
            };
            (&server.job, so_far)
        });
        let slot = |index: u32| (index != NONE).then(|| &self.slots[index as usize]);
        let queue =
            move |lane: &Lane| std::iter::successors(slot(lane.first), move |waiting| slot(waiting.next));
        let waiting = self.lanes.iter().flat_map(queue).map(move |waiting| {
            let so_far = Completion {
                wait: now - waiting.arrived_at,
                service: Span::ZERO,
            };
            (&waiting.job, so_far)
        });
        in_service.chain(waiting)
    }

    /// Prefetches what [`Station::complete`] needs of `server`.
    #[inline]
    pub fn prefetch(&self, server: u32) {
        prefetch(&self.servers[server as usize]);
    }

    /// Number of waiting jobs.
    #[must_use]
    pub fn waiting_count(&self) -> u32 {
        self.waiting_count
    }

    /// Number of jobs in service.
    #[must_use]
    pub fn in_service_count(&self) -> u32 {
        self.servers_count - self.idle.len() as u32
    }

    /// Time that the servers have been busy up to `now`, summed over servers.
    #[must_use]
    pub fn busy(&self, now: SimTime) -> Span {
        let running = self.servers.iter().filter(|job| !job.is_over);
        running.fold(self.finished, |sum, job| sum + (now - job.started_at))
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.servers.capacity() * size_of::<InService<J>>()
            + self.idle.capacity() * size_of::<u32>()
            + self.lanes.capacity() * size_of::<Lane>()
            + self.slots.capacity() * size_of::<Slot<J>>()
    }

    fn begin(&mut self, now: SimTime, server: u32, job: J, wait: Span, service: Span) -> Started {
        let in_service = InService {
            job,
            wait,
            started_at: now,
            is_over: false,
        };
        // Servers are used for the first time in the order of their numbers, so this one is next.
        if server as usize == self.servers.len() {
            self.servers.push(in_service);
        } else {
            self.servers[server as usize] = in_service;
        }
        Started {
            server,
            done_at: now + service,
        }
    }

    /// Takes a free slot. The caller links it to its lane.
    fn occupy(&mut self, job: J, arrived_at: SimTime, service: Span, lane: u8) -> u32 {
        let mut slot = Slot {
            job,
            arrived_at,
            service,
            lane,
            waits: true,
            generation: 0,
            previous: NONE,
            next: NONE,
        };
        if self.free == NONE {
            self.slots.push(slot);
            return (self.slots.len() - 1) as u32;
        }
        let index = self.free;
        let old = &mut self.slots[index as usize];
        self.free = old.next;
        slot.generation = old.generation.wrapping_add(1);
        *old = slot;
        index
    }

    /// Unlinks a slot from its lane and frees it. Returns its contents.
    fn vacate(&mut self, index: u32) -> Slot<J> {
        let slot = self.slots[index as usize];
        let lane = slot.lane as usize;
        match slot.previous {
            NONE => self.lanes[lane].first = slot.next,
            previous => self.slots[previous as usize].next = slot.next,
        }
        match slot.next {
            NONE => self.lanes[lane].last = slot.previous,
            next => self.slots[next as usize].previous = slot.previous,
        }
        let freed = &mut self.slots[index as usize];
        freed.waits = false;
        freed.next = self.free;
        self.free = index;
        self.waiting_count -= 1;
        slot
    }
}

#[cfg(test)]
mod tests;
