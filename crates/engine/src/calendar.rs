//! Pending events, drained in the exact order of their keys.
//!
//! A heap of a million events takes some twenty comparisons per event, many of which miss the cache. This calendar
//! puts an event into a slot by its time and sorts each slot once, shortly before it is drained. Its cost per
//! event is therefore almost independent of the number of pending events.
//!
//! It is a hierarchy of rings. Each slot of the lowest ring is a **bucket**, a short interval of time. A
//! slot of the next ring covers 2^[`STEP`] times as much, and so on up to the end of time. A ring starts at the
//! current time and spans three to four slots of the ring above. As time advances, it takes over the events
//! of that ring's next slot. A slot is a chain of chunks from one pool.
//!
//! Opening a bucket makes a word of eight bytes for each of its events (time within the bucket, index in the
//! pool) and sorts the words. The events themselves stay where they are until they are popped; then the chunks
//! go back to the pool. An event for the bucket that is already open is *late*: its word is inserted among
//! those that are not yet drained. The width of the buckets adapts to the traffic and never affects the order.

use crate::bucket::{Bucket, WIDTH_LOG2_MAX};
use crate::pool::{Chain, Pool};
use crate::ring::{Ring, SLOTS, STEP};
use crate::scheduled::Scheduled;
use chappe_base::{EventKey, SimTime};

/// The index of an event that [`Calendar::next_before`] has passed.
#[derive(Clone, Copy, Debug)]
pub struct EventIndex(u32);

/// Bucket widths [binary logarithm of ns]: the first, 1 ms, and the smallest.
const WIDTH_LOG2_FIRST: u32 = 20;
const WIDTH_LOG2_MIN: u32 = 6;
/// The width is reviewed after this many buckets, or after this many events in fewer buckets.
const REVIEW_BUCKETS: u64 = 128;
const REVIEW_EVENTS: u64 = 1 << 16;

/// The pending events of one worker.
pub struct Calendar<E> {
    pool: Pool<Scheduled<E>>,
    rings: Vec<Ring>,
    width_log2: u32,
    /// End of the open bucket [ns]. Events before it are late.
    open_end: u64,
    open: Bucket,
    stats: BucketStats,
}

/// Statistics of the last buckets, to review their width.
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

    /// Adds an event. Its time must not be before that of the last event popped, nor before a horizon up to
    /// which nothing was left.
    #[inline(always)]
    pub fn insert(&mut self, key: EventKey, event: E) {
        let index = self.add(key);
        *self.pool.get_mut(index) = Scheduled { key, event };
    }

    /// Reserves the index for an event with this key.
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

    /// Pops the first event, if it happens before `horizon`. Returns its index, at which it stays until the
    /// next call.
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

    /// The event at an index.
    #[inline]
    pub fn get(&self, index: EventIndex) -> &Scheduled<E> {
        self.pool.get(index.0)
    }

    /// The next `count` events of the open bucket that were not returned before, to prefetch their state.
    /// `None` while more than `count` events that were returned are still pending. Late events may be left
    /// out.
    #[inline]
    pub fn peek_ahead(&mut self, count: usize) -> Option<impl Iterator<Item = &Scheduled<E>>> {
        let pool = &self.pool;
        let ahead = self.open.peek_ahead(count)?;
        Some(ahead.map(|index| pool.get(index)))
    }

    /// A lower bound of the first event's time, not before the last event popped; `None` if empty.
    ///
    /// It is exact where that is cheap, otherwise the start of the first event's bucket.
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

    /// Bytes held, in use or kept for reuse.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pool.bytes() + self.open.bytes() + self.rings.len() * (size_of::<[Chain; SLOTS]>() + SLOTS / 8)
    }

    /// The first slot in use: its ring and its number. All events of a ring are before those of the next.
    fn first_slot(&self) -> Option<(usize, u64)> {
        self.rings.iter().enumerate().find_map(|(level, ring)| {
            let slot = ring.first_from(self.open_end >> ring.shift)?;
            Some((level, slot))
        })
    }

    /// Opens the next bucket with events, if it starts before `horizon`. Returns whether there is one.
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

    /// Moves the start of all rings to `position` [ns], before which no slot is in use. Each ring takes over
    /// from the ring above what is now within its span.
    ///
    /// From the highest ring down, because what a ring takes over may belong to the ring below it.
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

    /// A review may refile all pending events, so it waits for at least a quarter as many events.
    fn is_review_due(&self) -> bool {
        let events_count = self.stats.events_count();
        (self.stats.buckets_count >= REVIEW_BUCKETS || events_count >= REVIEW_EVENTS)
            && events_count >= self.pool.used_count() / 4
    }

    /// Widens or narrows the buckets if the last ones were too empty or too full. An empty bucket still costs
    /// its opening. A full one overflows the cache and has many late events. With many pending events, fewer
    /// and fuller buckets are faster, because the chunks that are being filled then stay in the cache.
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

    /// Refiles all pending events into buckets of another width. If the new buckets do not begin where the
    /// open one ends, that one, which is drained, is reopened with the events up to their beginning.
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

/// The slot of an event that is not before the start of the rings.
#[inline]
fn chain_for(rings: &mut [Ring], time: u64) -> &mut Chain {
    let ring = rings.iter_mut().find(|ring| time >> ring.shift < ring.limit);
    let ring = ring.expect("the highest ring has no limit");
    ring.chain_mut(time >> ring.shift)
}

#[cfg(test)]
mod tests;
