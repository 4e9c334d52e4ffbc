//! Two parts of a trace, one after the other: what is fitted to one may be judged by the other.

use super::{Trace, TraceMessage};
use chappe_base::{Map, UserId};

/// Seconds in a day.
const DAY_S: i64 = 86_400;

impl Trace {
    /// The trace up to a local midnight, which leaves the `share` of its days before it, and what follows. Local
    /// time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn split(&self, share: f64, zone_minutes: i16) -> [Trace; 2] {
        let begin_s = (self.origin_s + i64::from(zone_minutes) * 60).rem_euclid(DAY_S);
        let last_s = self.messages.last().map_or(0, |message| message.at_s);
        let days = (begin_s + last_s) / DAY_S + 1;
        let cut_s = libm::round(share * days as f64) as i64 * DAY_S - begin_s;
        let count = self.messages.partition_point(|message| message.at_s < cut_s);
        let (first, rest) = self.messages.split_at(count);
        [first, rest].map(|messages| self.part(messages))
    }

    /// A trace of some of the messages, with people numbered anew.
    fn part(&self, messages: &[TraceMessage]) -> Trace {
        let begin_s = messages.first().map_or(0, |message| message.at_s);
        let mut numbers: Map<UserId, u32> = Map::default();
        let mut number = |user| {
            let next = numbers.len() as u32;
            UserId(*numbers.entry(user).or_insert(next))
        };
        let messages = messages.iter().map(|message| TraceMessage {
            sender: number(message.sender),
            receiver: number(message.receiver),
            at_s: message.at_s - begin_s,
        });
        Trace {
            messages: messages.collect(),
            people_count: numbers.len() as u32,
            origin_s: self.origin_s + begin_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_what_was_written_before_and_after_a_midnight() {
        let text = "7 8 80000\n8 7 90000\n9 7 172799\n9 8 172800\n7 9 300000\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let [first, rest] = trace.split(0.5, 0);
        let read = |text: &str| Trace::read(text.as_bytes()).unwrap();
        assert_eq!(first, read("7 8 80000\n8 7 90000\n9 7 172799\n"));
        assert_eq!(rest, read("9 8 172800\n7 9 300000\n"));
        // An hour to the east the day begins an hour earlier.
        let [first, _] = trace.split(0.5, 60);
        assert_eq!(first.messages.len(), 2);
        let nobody = Trace::default().split(0.5, 0);
        assert!(nobody.iter().all(|part| part.messages.is_empty()));
    }
}
