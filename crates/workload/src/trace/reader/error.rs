//! Why a trace cannot be read.

use super::input::{LONGEST_LINE, LineTooLong};
use super::options::{Column, Role};
use std::io;

/// Why a trace cannot be read. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The input failed.
    #[error("line {line}: cannot be read: {source}")]
    Input {
        /// The line.
        line: u64,
        /// What failed.
        source: io::Error,
    },
    /// A compressed input ends before its end.
    #[error("line {line}: the compressed file ends in the middle; it was probably copied only in part")]
    Truncated {
        /// The line.
        line: u64,
    },
    /// A line has no end.
    #[error(
        "line {line}: longer than {LONGEST_LINE} bytes; a line break or a closing quotation mark is missing"
    )]
    Long {
        /// The line.
        line: u64,
    },
    /// No text at all.
    #[error(
        "line 1: a binary file; a trace is text, as it is or compressed by gzip. Export it as CSV or JSON Lines"
    )]
    Binary,
    /// Text in UTF-16.
    #[error("line 1: text in UTF-16; save the trace as UTF-8")]
    Utf16,
    /// Not UTF-8.
    #[error("line {line}: not text in UTF-8; save the trace as UTF-8")]
    NotText {
        /// The line.
        line: u64,
    },
    /// Not as many fields as in the first line.
    #[error("line {line}: {count} fields, where the first line has {expected}")]
    Fields {
        /// The line.
        line: u64,
        /// Fields found.
        count: usize,
        /// Fields of the first line.
        expected: usize,
    },
    /// Neither three nor four fields, and no names for them.
    #[error(
        "line {line}: {count} fields without a header; a trace has `sender receiver time`, or `sender receiver weight \
         time`, or a header that names its columns"
    )]
    Nameless {
        /// The line.
        line: u64,
        /// Fields found.
        count: usize,
    },
    /// No column has this role.
    #[error("line {line}: no column for the {role} among {columns}; its name would be {}", names(*role))]
    NoColumn {
        /// The line.
        line: u64,
        /// What is missing.
        role: Role,
        /// The columns that are there.
        columns: String,
    },
    /// The column that was asked for is not there.
    #[error("line {line}: no column {column} for the {role}; there are {columns}")]
    OtherColumns {
        /// The line.
        line: u64,
        /// What it would hold.
        role: Role,
        /// The column that was asked for.
        column: Column,
        /// The columns that are there.
        columns: String,
    },
    /// Two columns have this role.
    #[error("line {line}: the {role} may be in `{one}` or in `{other}`; rename one of the columns")]
    TwoColumns {
        /// The line.
        line: u64,
        /// The role.
        role: Role,
        /// One column.
        one: String,
        /// Another one.
        other: String,
    },
    /// A line of JSON Lines is not an object.
    #[error("line {line}: not a JSON object: {problem}; in JSON Lines each line is one object")]
    Json {
        /// The line.
        line: u64,
        /// What the parser says.
        problem: String,
    },
    /// An object lacks a key, or has something else than a text or a number there.
    #[error("line {line}: the {role} is missing, or is neither a text nor a number")]
    Missing {
        /// The line.
        line: u64,
        /// What is missing.
        role: Role,
    },
    /// A network without times.
    #[error(
        "line {line}: a network without times, of sender, receiver and weight; a trace needs a time in each line"
    )]
    Untimed {
        /// The line.
        line: u64,
    },
    /// Not a time.
    #[error(
        "line {line}: `{text}` is not a time; a time is a number of seconds or milliseconds since 1970, or like \
         2014-05-01T09:30:00Z"
    )]
    Time {
        /// The line.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// First and last message are too far apart.
    #[error(
        "line {latest}: {years} years after line {earliest}, and a trace spans at most 68; are the times in another \
         unit, such as milliseconds, or is one of the two lines wrong?"
    )]
    Span {
        /// Line of the latest message.
        latest: u64,
        /// Line of the earliest message.
        earliest: u64,
        /// Years between them.
        years: i64,
    },
    /// A person sends more messages than can be numbered.
    #[error("{person} has sent more than {most} messages; split the trace, or leave that sender out")]
    TooMany {
        /// Who.
        person: String,
        /// The most messages of one sender.
        most: u32,
    },
    /// There is no message.
    #[error("the trace is empty{}; it needs at least one line `sender receiver time`", left_out(*.left_out_count))]
    Empty {
        /// Lines that were left out, to oneself or without a sender or receiver.
        left_out_count: usize,
    },
}

impl TraceError {
    /// What `source` is about, at this line.
    pub(super) fn input(line: u64, source: io::Error) -> TraceError {
        if source.get_ref().is_some_and(|inner| inner.is::<LineTooLong>()) {
            TraceError::Long { line }
        } else if source.kind() == io::ErrorKind::UnexpectedEof {
            TraceError::Truncated { line }
        } else {
            TraceError::Input { line, source }
        }
    }

    /// Whether the line might be right if it were longer.
    pub(super) fn may_be_half(&self) -> bool {
        use TraceError::{Fields, Json, Missing, NotText, Time};
        matches!(
            self,
            Fields { .. } | Json { .. } | Missing { .. } | NotText { .. } | Time { .. }
        )
    }

    /// Whether an option that names a column would help.
    #[must_use]
    pub fn is_about_columns(&self) -> bool {
        use TraceError::{Nameless, NoColumn, OtherColumns, TwoColumns};
        matches!(
            self,
            Nameless { .. } | NoColumn { .. } | OtherColumns { .. } | TwoColumns { .. }
        )
    }
}

fn names(role: Role) -> String {
    role.names().join(", ")
}

fn left_out(count: usize) -> String {
    match count {
        0 => String::new(),
        _ => format!(", since {count} lines to oneself or without sender or receiver do not count"),
    }
}

/// As much of a text as a message shows.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
