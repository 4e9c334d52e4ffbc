//! Reads a trace: lines `sender receiver unix_seconds`, in order of time. Blanks, tabs or commas separate the fields.
//!
//! Traces are user input of any size: reading is line by line, and every error names its line. Empty lines and a
//! byte-order mark, which spreadsheets write, are skipped. A header is not: its columns may be in another order.

use chappe_base::{Act, Map, SimTime, Span, UserId};
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
    /// The first line names its columns.
    #[error(
        "line {line}: `{text}` is a header; remove it, and make sure that each line is `sender receiver unix_seconds`"
    )]
    Header {
        /// The line.
        line: usize,
        /// The line's text.
        text: String,
    },
    /// A time has a fraction.
    #[error("line {line}: unix_seconds `{text}` has a fraction; a trace has whole seconds, so round it")]
    Fraction {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A person sends more messages than can be numbered.
    #[error(
        "line {line}: {person} has sent more than {most} messages; split the trace, or leave that sender out"
    )]
    TooMany {
        /// The line.
        line: usize,
        /// Who.
        person: u64,
        /// The most messages of one sender.
        most: u32,
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
        let mut people = People::default();
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
            let text = text
                .strip_prefix('\u{feff}')
                .filter(|_| line == 1)
                .unwrap_or(text);
            if !text.trim().is_empty() {
                trace.push(line, text.trim(), &mut people)?;
            }
        }
        trace.people_count = people.numbers.len() as u32;
        if trace.messages.is_empty() {
            return Err(TraceError::Empty);
        }
        Ok(trace)
    }

    fn push(&mut self, line: usize, text: &str, people: &mut People) -> Result<(), TraceError> {
        let [sender, receiver, time] = fields(line, text, self.messages.is_empty())?;
        let sender: u64 = number(line, "sender", sender)?;
        let receiver: u64 = number(line, "receiver", receiver)?;
        if has_fraction(time) {
            let text = shortened(time);
            return Err(TraceError::Fraction { line, text });
        }
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
        let message = TraceMessage {
            sender: people.number(sender),
            receiver: people.number(receiver),
            at_s,
        };
        let sent = &mut people.sent[message.sender.index()];
        *sent += 1;
        if *sent > MOST_SENT {
            let (person, most) = (sender, MOST_SENT);
            return Err(TraceError::TooMany { line, person, most });
        }
        self.messages.push(message);
        Ok(())
    }

    /// How many messages a run with this horizon leaves out if it plays the trace `speed` times as fast as recorded.
    #[must_use]
    pub fn outside_count(&self, horizon: SimTime, speed: f64) -> usize {
        let is_inside = |message: &TraceMessage| Trace::time(*message, speed) < horizon;
        self.messages.len() - self.messages.partition_point(is_inside)
    }

    /// Whether its times are probably milliseconds: as seconds they would be thousands of years from now.
    #[must_use]
    pub fn seems_in_milliseconds(&self) -> bool {
        /// Milliseconds since 1970 of a day in 1973, and seconds of one in the year 5138.
        const LATEST_S: i64 = 100_000_000_000;
        self.origin_s >= LATEST_S
    }

    /// When `message` is sent in a run that plays the trace `speed` times as fast as recorded, with its first
    /// message at time zero.
    #[must_use]
    pub fn time(message: TraceMessage, speed: f64) -> SimTime {
        SimTime::ZERO + Span::from_secs_f64(message.at_s as f64 / speed)
    }
}

/// The most messages of one sender: each has the number of an act, and the first days of a run have fewer than all.
const MOST_SENT: u32 = Act::SLOTS * Act::DAYS as u32;

/// The people of a trace so far.
#[derive(Default)]
struct People {
    /// Their numbers, in the order of their appearance.
    numbers: Map<u64, u32>,
    /// How many messages each has sent.
    sent: Vec<u32>,
}

impl People {
    fn number(&mut self, name: u64) -> UserId {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.sent.push(0);
        }
        UserId(number)
    }
}

/// The three fields of a line; the first line of messages may turn out to be a header.
fn fields(line: usize, text: &str, is_first: bool) -> Result<[&str; 3], TraceError> {
    let fields: Vec<&str> = match text.contains(',') {
        true => text.split(',').map(str::trim).collect(),
        false => text.split_ascii_whitespace().collect(),
    };
    let is_word = |field: &&str| field.starts_with(|letter: char| letter.is_alphabetic() || letter == '"');
    if is_first && fields.iter().all(is_word) {
        let text = shortened(text);
        return Err(TraceError::Header { line, text });
    }
    let count = fields.len();
    <[&str; 3]>::try_from(fields).map_err(|_| TraceError::Fields { line, count })
}

/// As much of a line as a message shows.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Whether `text` is a number with a decimal point.
fn has_fraction(text: &str) -> bool {
    text.split_once('.').is_some_and(|(whole, fraction)| {
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_digits(whole.trim_start_matches('-')) && is_digits(fraction)
    })
}

/// Parses one number. If digits only do not parse, the number is too large.
fn number<T: std::str::FromStr>(line: usize, field: &'static str, text: &str) -> Result<T, TraceError> {
    text.parse().map_err(|_| {
        let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let text = shortened(text);
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
    fn what_other_programs_write_is_read_as_it_is_meant() {
        let plain = read("7 8 100\n8 7 160\n").unwrap();
        for text in [
            "\u{feff}7 8 100\n8 7 160\n",
            "7\t8\t100\r\n8\t7\t160\r\n",
            "7,8,100\n8, 7, 160",
            "\n7 8 100\n\n8 7 160\n\n  \n",
        ] {
            assert_eq!(read(text).unwrap(), plain, "{text:?}");
        }
    }

    #[test]
    fn what_a_run_leaves_out_is_counted() {
        let trace = read("1 2 100\n1 2 160\n1 2 220\n").unwrap();
        let after = |seconds: i64| SimTime::ZERO + Span(seconds * Span::SECOND.0);
        assert_eq!(trace.outside_count(after(121), 1.0), 0);
        assert_eq!(trace.outside_count(after(120), 1.0), 1);
        assert_eq!(trace.outside_count(after(1), 60.0), 2);
        assert_eq!(trace.outside_count(after(3), 60.0), 0);
        assert!(!trace.seems_in_milliseconds());
        assert!(read("1 2 1082040961000\n").unwrap().seems_in_milliseconds());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, error) in [
            ("", "the trace is empty"),
            ("\n \n", "the trace is empty"),
            ("1 2 3\n1 2\n", "line 2: 2 fields"),
            ("1,2,\n", "line 1: unix_seconds `` is not"),
            ("1;2;3\n", "line 1: 1 fields"),
            (
                "from,to,time\n1,2,3\n",
                "line 1: `from,to,time` is a header; remove it",
            ),
            (
                "\u{feff}sender receiver unix_seconds\n1 2 3\n",
                "line 1: `sender receiver",
            ),
            ("1 2 3\n2 1 4.5\n", "line 2: unix_seconds `4.5` has a fraction"),
            ("1 2 3.\n", "line 1: unix_seconds `3.` is not"),
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
