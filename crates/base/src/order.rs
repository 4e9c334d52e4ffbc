//! The total order of events.

use crate::id::ShardId;
use crate::time::SimTime;
use serde::{Deserialize, Serialize};

/// The place of an event in the one order that every run keeps, whatever runs it:
/// (time, target shard, source shard, sequence at the source).
///
/// Packed for comparison into two words. The sequence wraps at 2^32 per source; it only breaks ties
/// of time, target and source, and wraps alike on every machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct EventKey {
    time: u64,
    /// Target (16 bits), source (16) and sequence (32).
    rest: u64,
}

impl EventKey {
    /// The key of the `sequence`-th event that `source` makes, for `target` at `time` (not before
    /// day one: history is no event).
    #[must_use]
    #[inline]
    pub fn new(time: SimTime, target: ShardId, source: ShardId, sequence: u32) -> EventKey {
        debug_assert!(time >= SimTime::ZERO);
        EventKey {
            time: time.0 as u64,
            rest: u64::from(target.0) << 48 | u64::from(source.0) << 32 | u64::from(sequence),
        }
    }

    /// When the event happens.
    #[must_use]
    #[inline]
    pub fn time(self) -> SimTime {
        SimTime(self.time as i64)
    }

    /// The shard it happens on.
    #[must_use]
    #[inline]
    pub fn target(self) -> ShardId {
        ShardId((self.rest >> 48) as u16)
    }

    /// The shard that made it.
    #[must_use]
    #[inline]
    pub fn source(self) -> ShardId {
        ShardId((self.rest >> 32) as u16)
    }

    /// Its number among those its source made.
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
