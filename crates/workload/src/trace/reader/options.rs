//! What whoever reads a trace knows better than its file says.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// What a trace's file need not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TraceOptions {
    /// The column of the senders, instead of the one found by its name.
    pub sender: Option<Column>,
    /// The column of the receivers.
    pub receiver: Option<Column>,
    /// The column of the times.
    pub time: Option<Column>,
    /// The unit of times that are numbers. Without it, it follows from the size of the first one.
    pub unit: Option<TimeUnit>,
    /// Offset from UTC of times that name none [minutes].
    pub zone_minutes: i16,
    /// Whether equal lines are messages of their own.
    pub keeps_duplicates: bool,
}

impl TraceOptions {
    /// For what [`Trace::write`](crate::Trace::write) wrote: whole seconds, nothing to leave out.
    #[must_use]
    pub fn as_written() -> TraceOptions {
        TraceOptions {
            unit: Some(TimeUnit::Seconds),
            keeps_duplicates: true,
            ..TraceOptions::default()
        }
    }

    pub(super) fn column(&self, role: Role) -> Option<&Column> {
        match role {
            Role::Sender => self.sender.as_ref(),
            Role::Receiver => self.receiver.as_ref(),
            Role::Time => self.time.as_ref(),
        }
    }
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Column {
    /// By its name in the header; a key, where lines are JSON.
    Named(String),
    /// By its number, from 1.
    Numbered(usize),
}

impl FromStr for Column {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Column, Infallible> {
        Ok(match text.parse() {
            Ok(number) => Column::Numbered(number),
            Err(_) => Column::Named(text.to_string()),
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Named(name) => write!(f, "`{name}`"),
            Column::Numbered(number) => write!(f, "number {number}"),
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Who writes.
    Sender,
    /// To whom.
    Receiver,
    /// When.
    Time,
}

impl Role {
    pub(super) const ALL: [Role; 3] = [Role::Sender, Role::Receiver, Role::Time];

    /// The names by which its column is found, in lower case.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Role::Sender => &["sender", "from", "source", "author"],
            Role::Receiver => &["receiver", "recipient", "to", "target"],
            Role::Time => &[
                "time",
                "timestamp",
                "date",
                "created_at",
                "unix_seconds",
                "seconds",
            ],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Sender => "sender",
            Role::Receiver => "receiver",
            Role::Time => "time",
        })
    }
}

/// The unit of times that are numbers. They count from 1970, UTC, or from any other midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Millionths of a second.
    Microseconds,
    /// Billionths of a second.
    Nanoseconds,
}

impl TimeUnit {
    /// The unit in which `value` is a time of our age: 10^11 seconds are the year 5138, and as many milliseconds 1973.
    pub(super) fn of(value: i64) -> TimeUnit {
        match value.unsigned_abs() {
            0..100_000_000_000 => TimeUnit::Seconds,
            100_000_000_000..100_000_000_000_000 => TimeUnit::Milliseconds,
            100_000_000_000_000..100_000_000_000_000_000 => TimeUnit::Microseconds,
            100_000_000_000_000_000.. => TimeUnit::Nanoseconds,
        }
    }
}

impl FromStr for TimeUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<TimeUnit, String> {
        Ok(match text {
            "s" => TimeUnit::Seconds,
            "ms" => TimeUnit::Milliseconds,
            "us" => TimeUnit::Microseconds,
            "ns" => TimeUnit::Nanoseconds,
            _ => return Err("a unit is s, ms, us or ns".to_string()),
        })
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeUnit::Seconds => "seconds",
            TimeUnit::Milliseconds => "milliseconds",
            TimeUnit::Microseconds => "microseconds",
            TimeUnit::Nanoseconds => "nanoseconds",
        })
    }
}
