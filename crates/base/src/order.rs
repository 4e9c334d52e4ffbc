//! The total order of events.
//!
//! A run must give the same result for any number of workers, so ties in time need an order that does not
//! depend on which worker was first.

use crate::id::ShardId;
use crate::time::SimTime;
use serde::{Deserialize, Serialize};

/// An event's position in the total order: (time, target shard, source shard, sequence at the source).
///
/// Packed into two words, because comparing keys is the calendar's inner loop. The sequence wraps at 2^32 per
/// source. It only breaks ties of time, target and source, and wraps alike on every machine.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct EventKey {
    time: u64,
    /// Target (16 bits), source (16) and sequence (32).
    rest: u64,
}

impl EventKey {
    /// The key of the `sequence`-th event that `source` creates, for `target` at `time`. Events are never in
    /// history.
    #[must_use]
    #[inline]
    pub fn new(time: SimTime, target: ShardId, source: ShardId, sequence: u32) -> EventKey {
        debug_assert!(time >= SimTime::ZERO);
        EventKey {
            time: time.0 as u64,
            rest: u64::from(target.0) << 48 | u64::from(source.0) << 32 | u64::from(sequence),
        }
    }

    /// The time of the event.
    #[must_use]
    #[inline]
    pub fn time(self) -> SimTime {
        SimTime(self.time as i64)
    }

    /// The shard that handles the event.
    #[must_use]
    #[inline]
    pub fn target(self) -> ShardId {
        ShardId((self.rest >> 48) as u16)
    }

    /// The shard that created the event.
    #[must_use]
    #[inline]
    pub fn source(self) -> ShardId {
        ShardId((self.rest >> 32) as u16)
    }

    /// The event's number among those of its source.
    #[must_use]
    #[inline]
    pub fn sequence(self) -> u32 {
        self.rest as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_time_then_target_then_source_then_sequence() {
        let key = |t, a, b, n| EventKey::new(SimTime(t), ShardId(a), ShardId(b), n);
        let sorted = [
            key(1, 9, 9, 9),
            key(2, 0, 9, 9),
            key(2, 1, 0, 9),
            key(2, 1, 1, 0),
            key(2, 1, 1, 1),
        ];
        assert!(sorted.is_sorted());
        assert_eq!(sorted[4].time(), SimTime(2));
        assert_eq!((sorted[1].target(), sorted[1].source()), (ShardId(0), ShardId(9)));
    }
}
