use super::*;
use chappe_base::{ShardId, Span};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A step of a test.
#[derive(Clone, Debug)]
enum Step {
    /// Insert an event this long after the last one popped [ns].
    Insert { delay: i64, target: u16 },
    /// Pop up to this many events, with a horizon this long after the last one popped [ns].
    Pop { count: usize, span: i64 },
    /// Pop an event and insert it this much later [ns], this many times. The width adapts to these delays.
    Churn { count: usize, delay: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let delay = prop_oneof![
        2 => Just(0i64),
        2 => 0i64..4,
        4 => 0i64..50_000_000,
        2 => 0i64..20_000_000_000,
        1 => 0i64..30 * Span::DAY.0,
        1 => Just(i64::MAX),
    ];
    let step = prop_oneof![
        8 => (delay.clone(), 0u16..4).prop_map(|(delay, target)| Step::Insert { delay, target }),
        4 => (1usize..20, delay.clone()).prop_map(|(count, span)| Step::Pop { count, span }),
        1 => (1usize..3000, delay).prop_map(|(count, delay)| Step::Churn { count, delay }),
    ];
    prop::collection::vec(step, 1..200)
}

/// A calendar and a sorted map, to which it must be equal.
#[derive(Default)]
struct Pair {
    calendar: Calendar<u32>,
    reference: BTreeMap<EventKey, u32>,
    now: SimTime,
    sequence: u32,
}

impl Pair {
    fn insert(&mut self, delay: i64, target: u16) {
        self.sequence += 1;
        let (at, source) = (self.now + Span(delay), ShardId(3 - target));
        let key = EventKey::new(at, ShardId(target), source, self.sequence);
        let event = self.sequence;
        self.calendar.insert(key, event);
        self.reference.insert(key, event);
    }

    fn pop(&mut self, horizon: SimTime) -> bool {
        let first = self.reference.first_key_value();
        let expected = first
            .filter(|(key, _)| key.time() < horizon)
            .map(|(&key, &event)| Scheduled { key, event });
        if let (Some((key, _)), bound) = (first, self.calendar.next_time_bound()) {
            let bound = bound.expect("an event is pending");
            assert!(self.now <= bound.max(self.now) && bound <= key.time());
        }
        let index = self.calendar.next_before(horizon);
        assert_eq!(index.map(|index| *self.calendar.get(index)), expected);
        match expected {
            Some(scheduled) => {
                self.reference.remove(&scheduled.key);
                self.now = scheduled.key.time();
            }
            None => self.now = self.now.max(horizon),
        }
        expected.is_some()
    }
}

proptest! {
    #[test]
    fn pops_in_the_order_of_a_sorted_map(steps in steps()) {
        let mut pair = Pair::default();
        for step in steps {
            match step {
                Step::Insert { delay, target } => pair.insert(delay, target),
                Step::Pop { count, span } => {
                    // Nothing may follow a pop up to the end of time that found nothing.
                    let horizon = pair.now + Span(span.min(365 * Span::DAY.0));
                    for _ in 0..count {
                        pair.pop(horizon);
                    }
                }
                Step::Churn { count, delay } => {
                    for turn in 0..count as i64 {
                        let spread = (turn * 7919) % (delay.min(Span::DAY.0) + 1);
                        pair.insert(spread, (turn % 4) as u16);
                        if turn % 3 != 0 {
                            pair.pop(SimTime::NEVER);
                        }
                    }
                }
            }
        }
        while pair.pop(SimTime::NEVER) {}
        prop_assert!(pair.reference.keys().all(|key| key.time() == SimTime::NEVER));
    }
}

#[test]
fn the_width_follows_the_traffic() {
    let mut pair = Pair::default();
    for turn in 0..2000 {
        pair.insert(turn * 100, 0);
    }
    for turn in 0..100_000 {
        assert!(pair.pop(SimTime::NEVER));
        pair.insert((turn * 7919) % 200_000, 1);
    }
    assert!(pair.calendar.width_log2 < WIDTH_LOG2_FIRST);
    let narrow = pair.calendar.width_log2;
    for turn in 0..20_000 {
        assert!(pair.pop(SimTime::NEVER));
        pair.insert((turn * 7919) % 200_000 * Span::SECOND.0, 1);
    }
    assert!(pair.calendar.width_log2 > narrow);
}

#[test]
fn drained_memory_is_used_again() {
    let mut pair = Pair::default();
    for turn in 0..1000 {
        pair.insert(turn * 1_000_000, 0);
    }
    let mut bytes = 0;
    for turn in 0..200_000 {
        assert!(pair.pop(SimTime::NEVER));
        pair.insert((turn * 7919) % 1_000_000_000, 1);
        if turn == 100_000 {
            bytes = pair.calendar.bytes();
        }
    }
    assert!(pair.calendar.bytes() <= bytes * 5 / 4, "grew from {bytes}");
}

#[test]
fn many_stretches_of_memory_hold_events_like_one() {
    let mut pair = Pair::default();
    for number in 0..150_000 {
        // Spread over a second, by a step that has no factor in common with it.
        pair.insert(number * 618_033_989 % Span::SECOND.0, 0);
    }
    let one_stretch = 1 << 16;
    assert!(pair.calendar.bytes() > 2 * one_stretch * size_of::<Scheduled<u32>>());
    while pair.pop(SimTime::NEVER) {}
    assert!(pair.reference.is_empty());
}
