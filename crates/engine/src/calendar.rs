//! Pending events, drained in the exact order of their keys.
//!
//! A hierarchy of rings. Each slot of the lowest ring is a **bucket**, a short stretch of time; a
//! slot of the ring above covers [`STEP`] binary orders of magnitude more, and so on up to the end
//! of time. A ring starts at the current time and spans between three and four slots of the ring
//! above, whose slots it takes over as time comes closer. A slot is a chain of chunks from one pool.
//!
//! A bucket is drained once: opened, its events are sorted on eight bytes each (time within the
//! bucket and place in the pool), then copied out in order, and its chunks go back to the pool.
//! What is inserted into the open bucket waits in a small heap beside it. The width of a bucket
//! follows the traffic and never affects the order.

use crate::pool::{Chain, Pool};
use crate::ring::{Ring, SLOTS, STEP};
use chappe_base::{EventKey, SimTime};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// An event and its place in the total order: one cache line, with up to 48 bytes of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(align(64))]
pub struct Scheduled<E> {
    /// When and where it happens, and who made it.
    pub key: EventKey,
    /// What happens.
    pub event: E,
}

/// Bucket widths [binary logarithm of ns]: 1 ms at first, and the limits of adaptation. Time
/// within a bucket must fit 32 bits.
const WIDTH_LOG2_FIRST: u32 = 20;
const WIDTH_LOG2_MIN: u32 = 6;
const WIDTH_LOG2_MAX: u32 = 32;
/// The width is reviewed after so many buckets, or so many events in fewer.
const REVIEW_BUCKETS: u64 = 128;
const REVIEW_EVENTS: u64 = 1 << 16;

/// The pending events of one worker.
pub struct Calendar<E> {
    pool: Pool<Scheduled<E>>,
    rings: Vec<Ring>,
    width_log2: u32,
    /// First time [ns] not in the open bucket or before it: what comes earlier goes to `late`.
    open_end: u64,
    /// The open bucket in order, drained up to `next`.
    open: Vec<Scheduled<E>>,
    next: usize,
    /// Inserted when its bucket was open already.
    late: BinaryHeap<Latest<E>>,
    /// Sort keys of the bucket being opened; kept for its memory.
    order: Vec<u64>,
    traffic: Traffic,
}

/// What the last buckets were like, to judge their width.
#[derive(Clone, Copy, Default)]
struct Traffic {
    buckets_count: u64,
    in_time_count: u64,
    late_count: u64,
}

impl Traffic {
    fn events_count(self) -> u64 {
        self.in_time_count + self.late_count
    }
}

impl<E: Copy> Calendar<E> {
    /// An empty calendar that starts at [`SimTime::ZERO`].
    #[must_use]
    pub fn new() -> Calendar<E> {
        Calendar {
            pool: Pool::new(),
            rings: Ring::hierarchy(WIDTH_LOG2_FIRST, 0),
            width_log2: WIDTH_LOG2_FIRST,
            open_end: 0,
            open: Vec::new(),
            next: 0,
            late: BinaryHeap::new(),
            order: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    /// Adds an event, at any time not before that of the last one popped.
    #[inline]
    pub fn insert(&mut self, scheduled: Scheduled<E>) {
        let time = scheduled.key.time().0 as u64;
        if time < self.open_end {
            self.traffic.late_count += 1;
            self.late.push(Latest(scheduled));
        } else {
            place(&mut self.rings, &mut self.pool, scheduled);
        }
    }

    /// Removes the first event, if it happens before `horizon`.
    #[inline]
    pub fn pop_before(&mut self, horizon: SimTime) -> Option<Scheduled<E>> {
        loop {
            let in_time = self.open.get(self.next);
            match (in_time, self.late.peek()) {
                (Some(first), None) => {
                    return (first.key.time() < horizon).then(|| {
                        self.next += 1;
                        *first
                    });
                }
                (Some(first), Some(Latest(late))) if first.key < late.key => {
                    return (first.key.time() < horizon).then(|| {
                        self.next += 1;
                        *first
                    });
                }
                (_, Some(Latest(late))) => {
                    return if late.key.time() < horizon {
                        self.late.pop().map(|Latest(scheduled)| scheduled)
                    } else {
                        None
                    };
                }
                (None, None) => {
                    if !self.open_next(horizon) {
                        return None;
                    }
                }
            }
        }
    }

    /// The events that come next in the open bucket, `count` of them or fewer; late ones may come
    /// in between.
    #[inline]
    pub(crate) fn upcoming(&self, count: usize) -> &[Scheduled<E>] {
        let end = self.open.len().min(self.next + count);
        &self.open[self.next..end]
    }

    /// A time not after that of the first event, nor before what was popped; none if empty.
    ///
    /// Exact where it is cheap: else the start of the first event's bucket.
    #[must_use]
    pub fn next_time_bound(&self) -> Option<SimTime> {
        let in_time = self.open.get(self.next).map(|first| first.key.time());
        let late = self.late.peek().map(|Latest(first)| first.key.time());
        if let Some(first) = in_time.into_iter().chain(late).min() {
            return Some(first);
        }
        let (level, slot) = self.first_slot()?;
        let ring = &self.rings[level];
        let first = if level == 0 {
            slot << ring.shift
        } else {
            let mut first = u64::MAX;
            self.pool.for_each(ring.chain(slot), |_, scheduled| {
                first = first.min(scheduled.key.time().0 as u64);
            });
            first
        };
        Some(SimTime(first as i64))
    }

    /// Bytes held, whether in use or kept for reuse.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pool.bytes()
            + self.rings.len() * (size_of::<[Chain; SLOTS]>() + SLOTS / 8)
            + (self.open.capacity() + self.late.capacity()) * size_of::<Scheduled<E>>()
            + self.order.capacity() * size_of::<u64>()
    }

    /// The first slot in use: its ring and its number. Rings follow one another in time.
    fn first_slot(&self) -> Option<(usize, u64)> {
        self.rings.iter().enumerate().find_map(|(level, ring)| {
            let slot = ring.first_from(self.open_end >> ring.shift)?;
            Some((level, slot))
        })
    }

    /// Opens the next bucket in use, if it starts before `horizon`. False if there is none.
    fn open_next(&mut self, horizon: SimTime) -> bool {
        if self.is_review_due() {
            self.review_width();
            if !self.late.is_empty() {
                return true;
            }
        }
        loop {
            let Some((level, slot)) = self.first_slot() else {
                return false;
            };
            let start = slot << self.rings[level].shift;
            if start as i64 >= horizon.0 {
                return false;
            }
            if level == 0 {
                let chain = self.rings[0].take(slot);
                self.sort_into_open(chain, start);
                self.advance(start + (1 << self.width_log2));
                return true;
            }
            self.advance(start);
        }
    }

    /// Copies a bucket out of the pool in order, and gives its chunks back.
    fn sort_into_open(&mut self, chain: Chain, start: u64) {
        self.order.clear();
        let order = &mut self.order;
        self.pool.for_each(chain, |index, scheduled| {
            let offset = scheduled.key.time().0 as u64 - start;
            order.push(offset << 32 | index as u64);
        });
        order.sort_unstable();
        self.open.clear();
        self.next = 0;
        let pool = &self.pool;
        self.open.extend(order.iter().map(|&word| *pool.get(word as u32)));
        self.pool.release(chain);
        for tied in self
            .open
            .chunk_by_mut(|a, b| a.key.time() == b.key.time())
            .filter(|tied| tied.len() > 1)
        {
            tied.sort_unstable_by_key(|scheduled| scheduled.key);
        }
        self.traffic.buckets_count += 1;
        self.traffic.in_time_count += self.open.len() as u64;
    }

    /// Moves the start of the rings to `position` [ns], before which no slot is in use, and lets
    /// every ring take over what is now in its reach from the ring above.
    fn advance(&mut self, position: u64) {
        let before = self.open_end;
        self.open_end = position;
        for level in (1..self.rings.len()).rev() {
            let shift = self.rings[level].shift;
            let (old, new) = (before >> shift, position >> shift);
            if old == new {
                continue;
            }
            self.rings[level - 1].limit = (new + 4) << STEP;
            for slot in new.max(old + 4)..new + 4 {
                if self.rings[level].holds(slot) {
                    let chain = self.rings[level].take(slot);
                    self.replace(chain);
                }
            }
        }
    }

    /// Files the events of `chain` anew and gives its chunks back.
    fn replace(&mut self, mut chain: Chain) {
        while let Some(scheduled) = self.pool.pop(&mut chain) {
            place(&mut self.rings, &mut self.pool, scheduled);
        }
    }

    /// A review may file all that is pending anew, so at least a quarter as many events go before.
    fn is_review_due(&self) -> bool {
        let events_count = self.traffic.events_count();
        (self.traffic.buckets_count >= REVIEW_BUCKETS || events_count >= REVIEW_EVENTS)
            && events_count >= self.pool.used_count() / 4
    }

    /// Widens or narrows the buckets if the last ones were too empty or too full. Empty ones cost
    /// their opening; full ones overflow the cache and catch late events. With much pending, few
    /// and full buckets pay: the chunks that are being filled stay in the cache.
    fn review_width(&mut self) {
        let traffic = std::mem::take(&mut self.traffic);
        let goal_count = (self.pool.used_count() / 256).clamp(64, 4096);
        let full_count = goal_count.max(256);
        let mean_count = traffic.events_count() / traffic.buckets_count.max(1);
        let late_share = traffic.late_count as f64 / traffic.events_count() as f64;
        let width_log2 = if mean_count > 4 * full_count {
            let halvings = (mean_count / full_count).ilog2();
            self.width_log2.saturating_sub(halvings)
        } else if late_share > 0.5 && mean_count > 16 {
            self.width_log2 - 1
        } else if late_share < 0.1 && mean_count < goal_count {
            self.width_log2 + 1
        } else {
            return;
        };
        let width_log2 = width_log2.clamp(WIDTH_LOG2_MIN, WIDTH_LOG2_MAX);
        if width_log2 == self.width_log2 {
            return;
        }
        self.width_log2 = width_log2;
        let width = 1u64 << width_log2;
        // Times within the bucket that is open now stay `late`; its end moves up to a boundary.
        let position = self.open_end.next_multiple_of(width);
        let mut rings = Ring::hierarchy(width_log2, position);
        std::mem::swap(&mut rings, &mut self.rings);
        self.open_end = position;
        for ring in &mut rings {
            while let Some(slot) = ring.first_from(0) {
                let mut chain = ring.take(slot);
                while let Some(scheduled) = self.pool.pop(&mut chain) {
                    self.insert(scheduled);
                }
            }
        }
    }
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Calendar<E> {
        Calendar::new()
    }
}

/// Files an event that is not before the start of the rings.
#[inline]
fn place<E: Copy>(rings: &mut [Ring], pool: &mut Pool<Scheduled<E>>, scheduled: Scheduled<E>) {
    let time = scheduled.key.time().0 as u64;
    for ring in rings {
        let slot = time >> ring.shift;
        if slot < ring.limit {
            ring.push(slot, pool, scheduled);
            return;
        }
    }
    unreachable!("the highest ring has no limit");
}

/// Orders a [`BinaryHeap`] by key, the first event on top.
#[derive(Clone, Copy)]
struct Latest<E>(Scheduled<E>);

impl<E> Ord for Latest<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.key.cmp(&self.0.key)
    }
}

impl<E> PartialOrd for Latest<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Latest<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl<E> Eq for Latest<E> {}

#[cfg(test)]
mod tests;
