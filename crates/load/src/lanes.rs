//! What waits within a shard: who is served next, and which timers are still to come.

use crate::parcel::{Parcel, What};
use chappe_base::SimTime;
use chappe_platform::Command;
use chappe_scenario::Lanes;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// A parcel, and since when it has been waiting [ns of the wall clock].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) parcel: Parcel,
    pub(crate) posted_ns: u64,
}

/// The parcels of one shard in the order of the design's lanes.
#[derive(Debug)]
pub(crate) struct Queue {
    lanes: Lanes,
    /// The lower one goes first.
    waiting: [VecDeque<Waiting>; 2],
}

impl Queue {
    pub(crate) fn new(lanes: Lanes) -> Queue {
        Queue {
            lanes,
            waiting: Default::default(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, parcel: Parcel, posted_ns: u64) {
        let lane = match parcel.what {
            What::Command(command) => self.lanes.lane(command.class()),
            What::Notice(_) | What::Advance | What::End => 0,
        };
        self.waiting[lane].push_back(Waiting { parcel, posted_ns });
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Waiting> {
        let [first, second] = &mut self.waiting;
        first.pop_front().or_else(|| second.pop_front())
    }

    /// What is served after so many others, if it is in the first lane.
    #[inline]
    pub(crate) fn ahead(&self, others: usize) -> Option<&What> {
        Some(&self.waiting[0].get(others)?.parcel.what)
    }

    /// Whether there is nothing but what goes last.
    pub(crate) fn only_last(&self) -> bool {
        self.waiting[0].is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.iter().all(VecDeque::is_empty)
    }
}

/// What a shard has told itself to do later, by logical time.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    count: u64,
}

#[derive(Debug)]
struct Timer {
    at: SimTime,
    number: u64,
    command: Command,
}

impl Timers {
    pub(crate) fn push(&mut self, at: SimTime, command: Command) {
        let number = self.count;
        self.count += 1;
        self.heap.push(Reverse(Timer { at, number, command }));
    }

    /// The next timer, if it is due at `now`.
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

    fn parcel(command: Command) -> Parcel {
        Parcel::from_harness(What::Command(command), SimTime(0), 0)
    }

    #[test]
    fn people_go_before_ads_only_where_the_design_says_so() {
        let ad = Command::DeliverAd {
            message: MessageId(1),
            user: UserId(0),
        };
        for (lanes, first_is_ad) in [(Lanes::Fifo, true), (Lanes::PeopleFirst, false)] {
            let mut queue = Queue::new(lanes);
            queue.push(parcel(ad), 0);
            queue.push(parcel(Command::Probe), 1);
            let first = queue.pop().map(|waiting| waiting.posted_ns);
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
