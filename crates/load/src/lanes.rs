//! What waits within a shard: a queue with one or two lanes, and timers.
//!
//! The queue is the design under test: with two lanes, messages between people go before ads. Timers are
//! kept apart and join the queue only when they are due, so that a shard with many timers does not look
//! like one with a backlog.

use crate::envelope::{Envelope, Payload};
use chappe_base::SimTime;
use chappe_platform::Command;
use chappe_scenario::Lanes;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// An envelope in the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueuedEnvelope {
    pub(crate) envelope: Envelope,
    /// When it began to wait [ns of the wall clock].
    pub(crate) posted_ns: u64,
}

/// The envelopes that wait at one shard, in the order of the design's lanes.
#[derive(Debug)]
pub(crate) struct Queue {
    lanes: Lanes,
    /// Lane 0 goes first.
    waiting: [VecDeque<QueuedEnvelope>; 2],
}

impl Queue {
    pub(crate) fn new(lanes: Lanes) -> Queue {
        Queue {
            lanes,
            waiting: Default::default(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, envelope: Envelope, posted_ns: u64) {
        let lane = match envelope.payload {
            Payload::Command(command) => self.lanes.lane(command.class()),
            Payload::Notice(_) | Payload::Advance | Payload::End => 0,
        };
        self.waiting[lane].push_back(QueuedEnvelope { envelope, posted_ns });
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<QueuedEnvelope> {
        let [first, second] = &mut self.waiting;
        first.pop_front().or_else(|| second.pop_front())
    }

    /// The payload at this index of the first lane, to prefetch its state.
    #[inline]
    pub(crate) fn peek(&self, index: usize) -> Option<&Payload> {
        Some(&self.waiting[0].get(index)?.envelope.payload)
    }

    /// Whether nothing waits in the first lane.
    pub(crate) fn has_only_low_priority(&self) -> bool {
        self.waiting[0].is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.iter().all(VecDeque::is_empty)
    }
}

/// Commands that a shard runs by itself at a logical time.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    count: u64,
}

#[derive(Debug)]
struct Timer {
    at: SimTime,
    /// Orders timers of the same time as they were set. A heap alone would not keep that order.
    number: u64,
    command: Command,
}

impl Timers {
    pub(crate) fn push(&mut self, at: SimTime, command: Command) {
        let number = self.count;
        self.count += 1;
        self.heap.push(Reverse(Timer { at, number, command }));
    }

    /// Removes the next timer, if it is due at `now`.
    #[inline]
    pub(crate) fn pop_due(&mut self, now: SimTime) -> Option<(SimTime, Command)> {
        if self.heap.peek()?.0.at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(timer)| (timer.at, timer.command))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Timer) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Timer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Timer) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{CampaignId, MessageId, UserId};

    fn envelope(command: Command) -> Envelope {
        Envelope::internal(Payload::Command(command), SimTime(0), 0)
    }

    #[test]
    fn people_go_before_ads_only_where_the_design_says_so() {
        let ad = Command::DeliverAd {
            message: MessageId(1),
            user: UserId(0),
        };
        for (lanes, first_is_ad) in [(Lanes::Fifo, true), (Lanes::PeopleFirst, false)] {
            let mut queue = Queue::new(lanes);
            queue.push(envelope(ad), 0);
            queue.push(envelope(Command::Probe), 1);
            let first = queue.pop().map(|queued| queued.posted_ns);
            assert_eq!(first == Some(0), first_is_ad);
            assert!(queue.pop().is_some() && queue.pop().is_none() && queue.is_empty());
        }
    }

    #[test]
    fn timers_run_by_time_and_equal_ones_as_they_were_set() {
        let mut timers = Timers::default();
        let end = |number| Command::EndCampaign {
            campaign: CampaignId(number),
        };
        for (at, number) in [(9, 0), (3, 1), (3, 2)] {
            timers.push(SimTime(at), end(number));
        }
        assert_eq!(timers.pop_due(SimTime(2)), None);
        assert_eq!(timers.pop_due(SimTime(5)), Some((SimTime(3), end(1))));
        assert_eq!(timers.pop_due(SimTime(5)), Some((SimTime(3), end(2))));
        assert_eq!(timers.pop_due(SimTime(5)), None);
    }
}
