//! Makes a trace of its lines: numbers people, leaves out what is no message, sorts.

use super::super::messages::{Trace, TraceMessage};
use super::error::TraceError;
use super::records::Line;
use chappe_base::{Act, Map, Set, UserId};

/// The longest time from a trace's first message to its last [s]: 68 years, the range of simulated seconds.
const LONGEST_S: i64 = i32::MAX as i64;
/// Microseconds in a second.
const SECOND_US: i64 = 1_000_000;
/// The most messages of one sender: each has the number of an act, and the first days of a run have fewer than all.
const MOST_SENT: u32 = Act::SLOTS * Act::DAYS as u32;

/// A message as it was read: 24 bytes.
#[derive(Clone, Copy)]
struct Raw {
    at_us: i64,
    sender: u32,
    receiver: u32,
    /// Hash over its line.
    hash: u64,
}

/// What was counted on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    /// Messages from people to themselves.
    pub(super) to_oneself: usize,
    /// Messages without a sender or a receiver.
    pub(super) nameless: usize,
    /// Messages that another line already is.
    pub(super) duplicates: usize,
    /// Lines whose time is before that of the line before.
    pub(super) unsorted: usize,
    /// The longest step back in time from one line to the next [µs].
    pub(super) back_us: i64,
    /// Lines with another weight than 1.
    pub(super) weighted: usize,
    /// Lines with several receivers.
    pub(super) to_several: usize,
}

/// The messages so far.
#[derive(Default)]
pub(super) struct Gather {
    people: Map<String, u32>,
    messages: Vec<Raw>,
    pub(super) counts: Counts,
    last_us: i64,
    /// Time and line of the first, of the earliest and of the latest message.
    first: Option<(i64, u64)>,
    earliest: Option<(i64, u64)>,
    latest: Option<(i64, u64)>,
    /// Messages before the last line.
    before_last_line: usize,
}

impl Gather {
    /// Takes in a line, whose time is `at_us` [µs since 1970].
    pub(super) fn push(&mut self, line: &Line<'_>, at_us: i64) {
        self.before_last_line = self.messages.len();
        self.counts.weighted += usize::from(line.is_weighted);
        self.counts.to_several += usize::from(line.receivers.len() > 1);
        if line.receivers.is_empty() {
            self.counts.nameless += 1;
        }
        for receiver in &line.receivers {
            if line.sender.is_empty() || receiver.is_empty() {
                self.counts.nameless += 1;
            } else if line.sender == *receiver {
                self.counts.to_oneself += 1;
            } else {
                let message = Raw {
                    at_us,
                    sender: self.person(line.sender),
                    receiver: self.person(receiver),
                    hash: line.hash,
                };
                self.add(message, line.number);
            }
        }
    }

    /// Whether there is no message yet.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    fn add(&mut self, message: Raw, line: u64) {
        let at_us = message.at_us;
        if !self.messages.is_empty() && at_us < self.last_us {
            self.counts.unsorted += 1;
            self.counts.back_us = self.counts.back_us.max(self.last_us.saturating_sub(at_us));
        }
        self.last_us = at_us;
        self.first.get_or_insert((at_us, line));
        if self.earliest.is_none_or(|(earliest_us, _)| at_us < earliest_us) {
            self.earliest = Some((at_us, line));
        }
        if self.latest.is_none_or(|(latest_us, _)| at_us > latest_us) {
            self.latest = Some((at_us, line));
        }
        self.messages.push(message);
    }

    fn person(&mut self, name: &str) -> u32 {
        let next = self.people.len() as u32;
        *self.people.entry_ref(name).or_insert(next)
    }

    /// Leaves out the last line if it alone is out of order: its time was cut short. Says whether it did.
    pub(super) fn leave_out_cut_line(&mut self) -> bool {
        let is_alone = self.counts.unsorted == 1 && self.messages.len() == self.before_last_line + 1;
        let [.., before, last] = self.messages.as_slice() else {
            return false;
        };
        if !is_alone || last.at_us >= before.at_us {
            return false;
        }
        self.counts.unsorted = 0;
        self.messages.pop();
        self.earliest = self.first;
        true
    }

    /// The trace.
    pub(super) fn finish(mut self, keeps_duplicates: bool) -> Result<(Trace, Counts), TraceError> {
        self.check_span()?;
        if self.counts.unsorted > 0 {
            // Stable: what was sent in the same second stays in the order of its lines.
            self.messages.sort_by_key(|message| message.at_us);
        }
        if !keeps_duplicates {
            let count = self.messages.len();
            leave_out_duplicates(&mut self.messages);
            self.counts.duplicates = count - self.messages.len();
        }
        if self.messages.is_empty() {
            return Err(TraceError::Empty {
                left_out_count: self.counts.to_oneself + self.counts.nameless,
            });
        }
        self.check_sent()?;
        let counts = self.counts;
        Ok((self.trace(), counts))
    }

    fn check_span(&self) -> Result<(), TraceError> {
        let (Some((from_us, earliest)), Some((until_us, latest))) = (self.earliest, self.latest) else {
            return Ok(());
        };
        let span_s = until_us.div_euclid(SECOND_US) - from_us.div_euclid(SECOND_US);
        if span_s <= LONGEST_S {
            return Ok(());
        }
        Err(TraceError::Span {
            latest,
            earliest,
            years: span_s / (365 * 86_400),
        })
    }

    fn check_sent(&self) -> Result<(), TraceError> {
        let mut sent = vec![0u32; self.people.len()];
        for message in &self.messages {
            sent[message.sender as usize] += 1;
        }
        let Some(busiest) = sent.iter().position(|&count| count > MOST_SENT) else {
            return Ok(());
        };
        let name = self
            .people
            .iter()
            .find(|(_, number)| **number as usize == busiest);
        Err(TraceError::TooMany {
            person: name.map_or_else(String::new, |(name, _)| name.to_string()),
            most: MOST_SENT,
        })
    }

    /// The trace of the messages in their order. People are numbered anew, since the first line may not be the first
    /// message.
    fn trace(self) -> Trace {
        let origin_s = self
            .messages
            .first()
            .map_or(0, |first| first.at_us.div_euclid(SECOND_US));
        let mut numbers = vec![u32::MAX; self.people.len()];
        let mut people_count = 0;
        let mut number = |person: u32| {
            let number = &mut numbers[person as usize];
            if *number == u32::MAX {
                *number = people_count;
                people_count += 1;
            }
            UserId(*number)
        };
        let messages = self.messages.iter().map(|message| TraceMessage {
            sender: number(message.sender),
            receiver: number(message.receiver),
            at_s: message.at_us.div_euclid(SECOND_US) - origin_s,
        });
        Trace {
            messages: messages.collect(),
            people_count,
            origin_s,
        }
    }
}

/// Keeps the first of equal lines. They have the same time, so they stand close together.
fn leave_out_duplicates(messages: &mut Vec<Raw>) {
    let mut seen: Set<(u32, u32, u64)> = Set::default();
    let mut now_us = i64::MIN;
    messages.retain(|message| {
        if message.at_us != now_us {
            seen.clear();
            now_us = message.at_us;
        }
        seen.insert((message.sender, message.receiver, message.hash))
    });
}
