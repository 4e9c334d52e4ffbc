//! Records the messages between friends of a run as a trace, in the format of the reader.
//!
//! So a run and a real trace are compared by the same code.

use super::{Trace, TraceMessage};
use chappe_base::{Fact, Map, MessageClass, Party, SimTime, UserId};
use std::io::{self, Write};

/// The accepted messages between friends: 16 bytes each.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    messages: Vec<(SimTime, UserId, UserId)>,
}

impl Recorder {
    /// Takes in a fact. Facts may come in any order.
    pub fn observe(&mut self, fact: &Fact) {
        if let Fact::Accepted {
            class: MessageClass::Friend,
            from: Party::User(sender),
            to: Party::User(receiver),
            intended,
            ..
        } = *fact
        {
            self.add(intended, sender, receiver);
        }
    }

    /// Adds a message that `sender` writes to `receiver`. They may come in any order.
    pub(crate) fn add(&mut self, at: SimTime, sender: UserId, receiver: UserId) {
        self.messages.push((at, sender, receiver));
    }

    /// The messages as a trace whose day one is the first day of 1970, UTC.
    #[must_use]
    pub fn into_trace(mut self) -> Trace {
        self.messages.sort_unstable();
        let mut numbers: Map<UserId, u32> = Map::default();
        let origin_s = self
            .messages
            .first()
            .map_or(0, |(at, ..)| i64::from(at.seconds().0));
        let mut number = |user| {
            let next = numbers.len() as u32;
            UserId(*numbers.entry(user).or_insert(next))
        };
        let messages = self.messages.iter().map(|&(at, sender, receiver)| TraceMessage {
            sender: number(sender),
            receiver: number(receiver),
            at_s: i64::from(at.seconds().0) - origin_s,
        });
        Trace {
            messages: messages.collect(),
            people_count: numbers.len() as u32,
            origin_s,
        }
    }

    /// Writes the messages as lines `sender receiver seconds`, in order of their intended times; seconds
    /// count from midnight UTC of day one, and have six decimals unless they are whole.
    ///
    /// # Errors
    /// If the output fails.
    pub fn write(mut self, output: &mut impl Write) -> io::Result<()> {
        self.messages.sort_unstable();
        for (at, sender, receiver) in self.messages {
            let at_us = at.0.div_euclid(1_000);
            let (second, fraction_us) = (at_us.div_euclid(1_000_000), at_us.rem_euclid(1_000_000));
            write!(output, "{} {} {second}", sender.0, receiver.0)?;
            if fraction_us > 0 {
                // Two messages within a second are no duplicates.
                write!(output, ".{fraction_us:06}")?;
            }
            writeln!(output)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Trace;
    use chappe_base::{MessageId, PageId, Span};

    fn accepted(class: MessageClass, from: Party, to: Party, intended: i64) -> Fact {
        Fact::Accepted {
            message: MessageId(intended as u64),
            class,
            from,
            to,
            intended: SimTime(intended),
            kept: false,
        }
    }

    #[test]
    fn what_is_recorded_reads_back_in_order_of_time() {
        let [one, two] = [7, 3].map(|user| Party::User(UserId(user)));
        let mut recorder = Recorder::default();
        recorder.observe(&accepted(MessageClass::Friend, two, one, 61 * Span::SECOND.0));
        recorder.observe(&accepted(MessageClass::Friend, one, two, 1_999_999_999));
        let page = Party::Page(PageId(1));
        recorder.observe(&accepted(MessageClass::OrderNotice, page, two, 5));
        recorder.observe(&Fact::Expired {
            message: MessageId(1),
        });
        let mut text = Vec::new();
        recorder.clone().write(&mut text).unwrap();
        assert_eq!(text, b"7 3 1.999999\n3 7 61\n");
        let read = Trace::read(text.as_slice()).unwrap();
        assert_eq!(read.messages.len(), 2);
        assert_eq!(recorder.into_trace(), read);
    }
}
