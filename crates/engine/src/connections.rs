//! The connections from a shard to devices: each is first in, first out.
//!
//! Every notice draws its own latency. Without connections, of two messages that are handed out together half would
//! arrive swapped.

use chappe_base::{Map, Party, SimTime};

/// How many connections are remembered before those with nothing under way are forgotten.
const FORGET_FROM: usize = 64;

/// When the last notice under way on each connection arrives.
#[derive(Debug)]
pub(crate) struct Connections {
    last: Map<Party, SimTime>,
    forget_at: usize,
}

impl Connections {
    pub(crate) fn new() -> Connections {
        Connections {
            last: Map::default(),
            forget_at: FORGET_FROM,
        }
    }

    /// Sends a notice to the device of `to` that would arrive at `arrival` if nothing were before it. Returns when it
    /// arrives.
    #[inline]
    pub(crate) fn send(&mut self, now: SimTime, to: Party, arrival: SimTime) -> SimTime {
        if self.last.len() >= self.forget_at {
            self.last.retain(|_, last| *last > now);
            // So that forgetting costs a constant per notice.
            self.forget_at = FORGET_FROM.max(2 * self.last.len());
        }
        let last = self.last.entry(to).or_insert(arrival);
        *last = arrival.max(*last);
        *last
    }

    pub(crate) fn bytes(&self) -> usize {
        self.last.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{PageId, UserId};

    #[test]
    fn nothing_overtakes_on_a_connection() {
        let mut connections = Connections::new();
        let (ann, shop) = (Party::User(UserId(0)), Party::Page(PageId(0)));
        let mut send = |now, to, arrival| connections.send(SimTime(now), to, SimTime(arrival)).0;
        assert_eq!(send(0, ann, 90), 90);
        assert_eq!(send(10, ann, 40), 90);
        assert_eq!(send(10, shop, 40), 40, "another connection is not held up");
        assert_eq!(send(20, ann, 95), 95);
        assert_eq!(send(200, ann, 230), 230);
    }

    #[test]
    fn connections_with_nothing_under_way_are_forgotten() {
        let mut connections = Connections::new();
        for number in 0..10_000 {
            let now = SimTime(i64::from(number));
            connections.send(now, Party::User(UserId(number)), SimTime(now.0 + 10));
        }
        assert!(
            connections.last.len() <= FORGET_FROM,
            "{}",
            connections.last.len()
        );
    }
}
