//! Pending events, drained in the exact order of their keys.
//!
//! A hierarchy of rings. Each slot of the lowest ring is a **bucket**, a short stretch of time; a
//! slot of the ring above covers [`STEP`] binary orders of magnitude more, and so on up to the end
//! of time. A ring starts at the current time and spans between three and four slots of the ring
//! above, whose slots it takes over as time comes closer. A slot is a chain of chunks from one pool.
//!
//! A bucket is drained once. Opening it makes a word of eight bytes for each of its events (time
//! within the bucket, place in the pool) and sorts these alone: the events stay where they are until
//! each is popped, then the chunks go back to the pool. An event for the bucket that is open already
//! gets its word put in place among those not yet drained. The width of a bucket follows the stats
//! and never affects the order.

use crate::bucket::{Bucket, WIDTH_LOG2_MAX};
use crate::pool::{Chain, Pool};
use crate::ring::{Ring, SLOTS, STEP};
use chappe_base::{EventKey, SimTime};
use serde::{Deserialize, Serialize};

/// An event and its place in the total order: one cache line at most, if the event
/// has 48 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled<E> {
    /// When and where it happens, and who made it.
    pub key: EventKey,
    /// What happens.
    pub event: E,
}

/// Where an event is that [`Calendar::next_before`] has passed.
#[derive(Clone, Copy, Debug)]
pub struct EventIndex(u32);

/// Bucket widths [binary logarithm of ns]: 1 ms at first, and the least.
const WIDTH_LOG2_FIRST: u32 = 20;
const WIDTH_LOG2_MIN: u32 = 6;
/// The width is reviewed after so many buckets, or so many events in fewer.
const REVIEW_BUCKETS: u64 = 128;
const REVIEW_EVENTS: u64 = 1 << 16;

/// The pending events of one worker.
pub struct Calendar<E> {
    pool: Pool<Scheduled<E>>,
    rings: Vec<Ring>,
    width_log2: u32,
    /// First time [ns] not in the open bucket or before it: what comes earlier is late.
    open_end: u64,
    open: Bucket,
    stats: BucketStats,
}

/// What the last buckets were like, to judge their width.
#[derive(Clone, Copy, Default)]
struct BucketStats {
    buckets_count: u64,
    in_time_count: u64,
    late_count: u64,
}

impl BucketStats {
    fn events_count(self) -> u64 {
        self.in_time_count + self.late_count
    }
}

impl<E: Copy + Default> Calendar<E> {
    /// An empty calendar that starts at [`SimTime::ZERO`].
    #[must_use]
    pub fn new() -> Calendar<E> {
        Calendar {
            pool: Pool::new(),
            rings: Ring::hierarchy(WIDTH_LOG2_FIRST, 0),
            width_log2: WIDTH_LOG2_FIRST,
            open_end: 0,
            open: Bucket::new(),
            stats: BucketStats::default(),
        }
    }

    /// Adds an event, at any time not before that of the last one popped, nor before a horizon up to
    /// which nothing was left to pop.
    #[inline(always)]
    pub fn insert(&mut self, key: EventKey, event: E) {
        let index = self.add(key);
        *self.pool.get_mut(index) = Scheduled { key, event };
    }

    /// A place for an event of `key`.
    #[inline(always)]
    fn add(&mut self, key: EventKey) -> u32 {
        let time = key.time().0 as u64;
        if time < self.open_end {
            return self.add_late(key);
        }
        let ring = &mut self.rings[0];
        let slot = time >> ring.shift;
        match slot < ring.limit {
            true => self.pool.add(ring.chain_mut(slot)),
            false => self.add_far(time),
        }
    }

    #[inline(never)]
    fn add_late(&mut self, key: EventKey) -> u32 {
        self.stats.late_count += 1;
        self.open.add(&mut self.pool, key)
    }

    #[inline(never)]
    fn add_far(&mut self, time: u64) -> u32 {
        self.pool.add(chain_for(&mut self.rings, time))
    }

    /// Passes over the first event, if it happens before `horizon`. Returns its place, where it stays
    /// until the next one is asked for.
    #[inline]
    pub fn next_before(&mut self, horizon: SimTime) -> Option<EventIndex> {
        loop {
            if let Some((time, index)) = self.open.first() {
                if time >= horizon {
                    return None;
                }
                self.open.advance();
                return Some(EventIndex(index));
            }
            if !self.open_next(horizon) {
                return None;
            }
        }
    }

    /// The event at a place.
    #[inline]
    pub fn get(&self, index: EventIndex) -> &Scheduled<E> {
        self.pool.get(index.0)
    }

    /// For whoever wants to look ahead: the next `count` events of the open bucket that were not yet
    /// given out here; nothing as long as so many that were are still to come. May leave out some that
    /// came late.
    #[inline]
    pub fn peek_ahead(&mut self, count: usize) -> Option<impl Iterator<Item = &Scheduled<E>>> {
        let pool = &self.pool;
        let ahead = self.open.peek_ahead(count)?;
        Some(ahead.map(|index| pool.get(index)))
    }

    /// A time not after that of the first event, nor before what was popped; none if empty.
    ///
    /// Exact where it is cheap: else the start of the first event's bucket.
    #[must_use]
    pub fn next_time_bound(&self) -> Option<SimTime> {
        if let Some((time, _)) = self.open.first() {
            return Some(time);
        }
        let (level, slot) = self.first_slot()?;
        let ring = &self.rings[level];
        let mut first = slot << ring.shift;
        if level > 0 {
            first = u64::MAX;
            self.pool.for_each_chunk(ring.chain(slot), |_, events| {
                let times = events.iter().map(|scheduled| scheduled.key.time().0 as u64);
                first = times.fold(first, u64::min);
            });
        }
        Some(SimTime(first as i64))
    }

    /// Bytes held, whether in use or kept for reuse.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pool.bytes() + self.open.bytes() + self.rings.len() * (size_of::<[Chain; SLOTS]>() + SLOTS / 8)
    }

    /// The first slot in use: its ring and its number. Rings follow one another in time.
    fn first_slot(&self) -> Option<(usize, u64)> {
        self.rings.iter().enumerate().find_map(|(level, ring)| {
            let slot = ring.first_from(self.open_end >> ring.shift)?;
            Some((level, slot))
        })
    }

    /// Opens the next bucket in use, if it starts before `horizon`. False if there is none.
    #[inline(never)]
    fn open_next(&mut self, horizon: SimTime) -> bool {
        if self.is_review_due() {
            self.review_width();
            if !self.open.is_drained() {
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
                self.advance(start + (1 << self.width_log2));
                let count = self.open.open(&mut self.pool, chain, start, self.width_log2);
                self.stats.buckets_count += 1;
                self.stats.in_time_count += count as u64;
                return true;
            }
            self.advance(start);
        }
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
                    let rings = &mut self.rings;
                    self.pool.refile(chain, |pool, event| {
                        pool.push(chain_for(rings, event.key.time().0 as u64), event);
                    });
                }
            }
        }
    }

    /// A review may file all that is pending anew, so at least a quarter as many events go before.
    fn is_review_due(&self) -> bool {
        let events_count = self.stats.events_count();
        (self.stats.buckets_count >= REVIEW_BUCKETS || events_count >= REVIEW_EVENTS)
            && events_count >= self.pool.used_count() / 4
    }

    /// Widens or narrows the buckets if the last ones were too empty or too full. Empty ones cost
    /// their opening; full ones overflow the cache and catch late events. With much pending, few
    /// and full buckets pay: the chunks that are being filled stay in the cache.
    fn review_width(&mut self) {
        let stats = std::mem::take(&mut self.stats);
        let goal_count = (self.pool.used_count() / 256).clamp(64, 4096);
        let full_count = goal_count.max(256);
        let mean_count = stats.events_count() / stats.buckets_count.max(1);
        let late_share = stats.late_count as f64 / stats.events_count() as f64;
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
        if width_log2 != self.width_log2 {
            self.change_width(width_log2);
        }
    }

    /// Files all that is pending in buckets of another width. Where the next boundary of these is not
    /// one of the old, the open bucket, drained by now, is stretched up to it.
    fn change_width(&mut self, width_log2: u32) {
        let stretched_log2 = width_log2.max(self.width_log2) + 1;
        let position = self.open_end.next_multiple_of(1 << width_log2);
        let mut rings = Ring::hierarchy(width_log2, position);
        std::mem::swap(&mut rings, &mut self.rings);
        (self.width_log2, self.open_end) = (width_log2, position);
        let mut rest = Chain::EMPTY;
        for ring in &mut rings {
            while let Some(slot) = ring.first_from(0) {
                let rings = &mut self.rings;
                self.pool.refile(ring.take(slot), |pool, event| {
                    let time = event.key.time().0 as u64;
                    let chain = if time < position {
                        &mut rest
                    } else {
                        chain_for(rings, time)
                    };
                    pool.push(chain, event);
                });
            }
        }
        let start = self.open.start();
        self.open.open(&mut self.pool, rest, start, stretched_log2);
    }
}

impl<E: Copy + Default> Default for Calendar<E> {
    fn default() -> Calendar<E> {
        Calendar::new()
    }
}

/// Where an event belongs that is not before the start of the rings.
#[inline]
fn chain_for(rings: &mut [Ring], time: u64) -> &mut Chain {
    let ring = rings.iter_mut().find(|ring| time >> ring.shift < ring.limit);
    let ring = ring.expect("the highest ring has no limit");
    ring.chain_mut(time >> ring.shift)
}

#[cfg(test)]
mod tests;
