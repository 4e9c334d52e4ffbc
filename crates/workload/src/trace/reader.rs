//! Reads a trace: lines `sender receiver unix_seconds`, separated by blanks, in order of time.
//!
//! Traces are user input of any size: reading is line by line, and every error names its line.

use chappe_base::{Map, SimTime, Span, UserId};
use std::io::{self, BufRead, Write};

/// The longest time from a trace's first message to its last [s]: 68 years, the range of simulated seconds.
const LONGEST_S: i64 = i32::MAX as i64;

/// A trace of messages between people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// How many people send or receive.
    pub people_count: u32,
    /// Time of the first message [s since 1970, UTC].
    pub origin_s: i64,
    /// The messages, in order of time.
    pub messages: Vec<TraceMessage>,
}

/// One message of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceMessage {
    /// The sender. People are numbered from 0 in the order of their appearance.
    pub sender: UserId,
    /// The receiver, never the sender.
    pub receiver: UserId,
    /// Time after the first message [s].
    pub at_s: i64,
}

/// Why a trace cannot be read. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The input failed.
    #[error("line {line}: cannot be read: {source}")]
    Input {
        /// The line.
        line: usize,
        /// What failed.
        source: std::io::Error,
    },
    /// Not UTF-8.
    #[error("line {line}: not text in UTF-8; a trace has lines `sender receiver unix_seconds`")]
    NotText {
        /// The line.
        line: usize,
    },
    /// Not three fields.
    #[error("line {line}: {count} fields instead of the three `sender receiver unix_seconds`")]
    Fields {
        /// The line.
        line: usize,
        /// Fields found.
        count: usize,
    },
    /// A field is not a whole number.
    #[error("line {line}: {field} `{text}` is not a whole number")]
    NotANumber {
        /// The line.
        line: usize,
        /// Which field.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// A number is out of range.
    #[error(
        "line {line}: {field} `{text}` is too large; people are numbered up to 2^64 − 1, and a trace spans at most 68 years"
    )]
    TooLarge {
        /// The line.
        line: usize,
        /// Which field.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// The time is before that of the line before.
    #[error(
        "line {line}: time {at_s} is before {previous_s} of the line before; sort the trace by its third field"
    )]
    Order {
        /// The line.
        line: usize,
        /// Its time [s].
        at_s: i64,
        /// Time of the line before [s].
        previous_s: i64,
    },
    /// Sender and receiver are the same.
    #[error("line {line}: {person} writes to themselves; remove the line")]
    ToSelf {
        /// The line.
        line: usize,
        /// Who.
        person: u64,
    },
    /// There is no message.
    #[error("the trace is empty; it needs at least one line `sender receiver unix_seconds`")]
    Empty,
}

impl Trace {
    /// Writes the trace as lines that [`Trace::read`] reads back: `sender receiver unix_seconds`, people by number.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        for message in &self.messages {
            let at_s = self.origin_s + message.at_s;
            writeln!(output, "{} {} {at_s}", message.sender.0, message.receiver.0)?;
        }
        Ok(())
    }

    /// Reads a trace to its end, line by line.
    ///
    /// # Errors
    /// See [`TraceError`]; each names the line.
    pub fn read(mut input: impl BufRead) -> Result<Trace, TraceError> {
        let mut trace = Trace::default();
        let mut numbers: Map<u64, u32> = Map::default();
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let length = input
                .read_until(b'\n', &mut bytes)
                .map_err(|source| TraceError::Input { line, source })?;
            if length == 0 {
                break;
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| TraceError::NotText { line })?;
            trace.push(line, text, &mut numbers)?;
        }
        trace.people_count = numbers.len() as u32;
        if trace.messages.is_empty() {
            return Err(TraceError::Empty);
        }
        Ok(trace)
    }

    fn push(&mut self, line: usize, text: &str, numbers: &mut Map<u64, u32>) -> Result<(), TraceError> {
        let mut fields = text.split_ascii_whitespace();
        let (Some(sender), Some(receiver), Some(time), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            let count = text.split_ascii_whitespace().count();
            return Err(TraceError::Fields { line, count });
        };
        let sender: u64 = number(line, "sender", sender)?;
        let receiver: u64 = number(line, "receiver", receiver)?;
        let unix_s: i64 = number(line, "unix_seconds", time)?;
        if sender == receiver {
            let person = sender;
            return Err(TraceError::ToSelf { line, person });
        }
        let previous_s = match self.messages.last() {
            Some(last) => self.origin_s + last.at_s,
            None => {
                self.origin_s = unix_s;
                unix_s
            }
        };
        if unix_s < previous_s {
            return Err(TraceError::Order {
                line,
                at_s: unix_s,
                previous_s,
            });
        }
        let at_s = unix_s.saturating_sub(self.origin_s);
        if at_s > LONGEST_S {
            return Err(TraceError::TooLarge {
                line,
                field: "unix_seconds",
                text: time.to_owned(),
            });
        }
        let mut person = |number: u64| {
            let next = numbers.len() as u32;
            UserId(*numbers.entry(number).or_insert(next))
        };
        self.messages.push(TraceMessage {
            sender: person(sender),
            receiver: person(receiver),
            at_s,
        });
        Ok(())
    }

    /// When `message` is sent in a run that plays the trace `speed` times as fast as recorded, with its first
    /// message at time zero.
    #[must_use]
    pub fn time(message: TraceMessage, speed: f64) -> SimTime {
        SimTime::ZERO + Span::from_secs_f64(message.at_s as f64 / speed)
    }
}

/// Parses one number. If digits only do not parse, the number is too large.
fn number<T: std::str::FromStr>(line: usize, field: &'static str, text: &str) -> Result<T, TraceError> {
    text.parse().map_err(|_| {
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        let text = text.chars().take(40).collect();
        if digits_only {
            TraceError::TooLarge { line, field, text }
        } else {
            TraceError::NotANumber { line, field, text }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Trace, TraceError> {
        Trace::read(text.as_bytes())
    }

    #[test]
    fn people_are_numbered_as_they_appear_and_time_is_relative() {
        let trace = read("70 3 1000\n3 70 1000\n9\t70  1060\n").unwrap();
        assert_eq!((trace.people_count, trace.origin_s), (3, 1000));
        let message = |sender, receiver, at_s| TraceMessage {
            sender: UserId(sender),
            receiver: UserId(receiver),
            at_s,
        };
        let expected = [message(0, 1, 0), message(1, 0, 0), message(2, 0, 60)];
        assert_eq!(trace.messages, expected);
        assert_eq!(
            Trace::time(expected[2], 2.0),
            SimTime::ZERO + Span(30 * Span::SECOND.0)
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, error) in [
            ("", "the trace is empty"),
            ("1 2 3\n\n", "line 2: 0 fields"),
            ("1 2 3\n1 2\n", "line 2: 2 fields"),
            ("1 2 3 4\n", "line 1: 4 fields"),
            ("1 2 soon\n", "line 1: unix_seconds `soon` is not a whole number"),
            ("1 -2 3\n", "line 1: receiver `-2` is not a whole number"),
            ("1 2.5 3\n", "line 1: receiver `2.5` is no"),
            (
                "99999999999999999999 2 3\n",
                "line 1: sender `99999999999999999999` is too large",
            ),
            (
                "1 2 99999999999999999999\n",
                "line 1: unix_seconds `99999999999999999999` is too",
            ),
            (
                "1 2 0\n1 2 9999999999\n",
                "line 2: unix_seconds `9999999999` is too large",
            ),
            (
                "1 2 -9223372036854775808\n1 2 9223372036854775807\n",
                "line 2: unix_seconds",
            ),
            ("1 2 30\n2 1 29\n", "line 2: time 29 is before 30"),
            ("1 2 30\n4 4 31\n", "line 2: 4 writes to themselves"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.starts_with(error), "{text:?}: {message}");
        }
        let message = Trace::read(&b"1 2 3\n\xff 2 3\n"[..]).unwrap_err().to_string();
        assert!(message.starts_with("line 2: not text"), "{message}");
    }
}
