//! The total order of events.

use crate::id::ShardId;
use crate::time::SimTime;
use serde::{Deserialize, Serialize};

/// The place of an event in the one order that every run keeps, whatever runs it:
/// (time, target shard, source shard, sequence at the source).
///
/// Packed for comparison as one 128-bit integer. The sequence wraps at 2^32 per source; it only
/// breaks ties of time, target and source, and wraps alike on every machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventKey(u128);

impl EventKey {
    /// The key of the `sequence`-th event that `source` makes, for `target` at `time` (not before
    /// day one: history is no event).
    #[must_use]
    #[inline]
    pub fn new(time: SimTime, target: ShardId, source: ShardId, sequence: u32) -> EventKey {
        debug_assert!(time >= SimTime::ZERO);
        EventKey(
            (time.0 as u64 as u128) << 64
                | ((target.0 as u64) << 48 | (source.0 as u64) << 32 | sequence as u64) as u128,
        )
    }

    /// When the event happens.
    #[must_use]
    #[inline]
    pub fn time(self) -> SimTime {
        SimTime((self.0 >> 64) as i64)
    }

    /// The shard it happens on.
    #[must_use]
    #[inline]
    pub fn target(self) -> ShardId {
        ShardId((self.0 >> 48) as u16)
    }

    /// The shard that made it.
    #[must_use]
    #[inline]
    pub fn source(self) -> ShardId {
        ShardId((self.0 >> 32) as u16)
    }

    /// Its number among those its source made.
    #[must_use]
    #[inline]
    pub fn sequence(self) -> u32 {
        self.0 as u32
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
