//! What reading a trace found, left out and assumed, in two sentences.

use super::gather::Counts;
use super::layout::Form;
use super::options::TimeUnit;
use super::times::Times;

/// Seconds in a day.
const DAY_S: f64 = 86_400.0;
/// A trace of numbers that spans more days than this, and does not begin in our age, is probably in milliseconds.
const LONG_DAYS: f64 = 3_650.0;
/// Seconds since 1970 of a day in 1973: what begins before counts from another day.
const EARLY_S: i64 = 100_000_000;

/// What reading a trace found, left out and assumed.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    pub(super) messages_count: usize,
    pub(super) people_count: u32,
    /// From the first message to the last [s].
    pub(super) span_s: i64,
    pub(super) origin_s: i64,
    pub(super) layout: Described,
    pub(super) counts: Counts,
    /// Whether the last line was cut off.
    pub(super) is_cut: bool,
    pub(super) assumed: Assumed,
}

/// The layout of the lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Described {
    pub(super) form: Form,
    pub(super) is_compressed: bool,
    /// Names of the columns of sender, receiver and time; numbers from 1, where they have no names.
    pub(super) columns: [String; 3],
    pub(super) has_names: bool,
}

/// What was assumed about times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Assumed {
    /// The unit of numbers, if there were any.
    pub(super) unit: Option<TimeUnit>,
    /// Whether the unit follows from the first number.
    pub(super) is_unit_assumed: bool,
    /// The offset of times that name none [minutes], if there were any.
    pub(super) zone_minutes: Option<i16>,
    pub(super) has_fractions: bool,
    pub(super) has_dates: bool,
}

impl Assumed {
    pub(super) fn of(times: &Times, zone_minutes: i16) -> Assumed {
        Assumed {
            unit: times.unit,
            is_unit_assumed: times.is_unit_assumed,
            zone_minutes: times.is_zone_assumed.then_some(zone_minutes),
            has_fractions: times.has_fractions,
            has_dates: times.has_dates,
        }
    }
}

impl Reading {
    /// Two sentences: what was read, and what was left out and assumed.
    #[must_use]
    pub fn sentences(&self) -> [String; 2] {
        let days = self.span_s as f64 / DAY_S;
        let read = format!(
            "{} between {} people over {days:.1} days, read from {}",
            counted(self.messages_count, "message"),
            self.people_count,
            self.layout.words()
        );
        let left_out = match self.left_out() {
            parts if parts.is_empty() => "nothing".to_string(),
            parts => parts.join(", "),
        };
        let assumed = match self.assumed() {
            parts if parts.is_empty() => "nothing".to_string(),
            parts => parts.join("; "),
        };
        [read, format!("left out: {left_out}; assumed: {assumed}")]
    }

    /// Whether the file was in time order, lost no line, and needed no assumption but that numbers are seconds.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let Assumed {
            unit, has_fractions, ..
        } = self.assumed;
        let is_in_seconds = unit.is_none_or(|unit| unit == TimeUnit::Seconds) && !has_fractions;
        let is_in_order = !self.layout.has_names && self.counts.unsorted == 0;
        self.left_out().is_empty() && is_in_seconds && is_in_order && self.assumed().len() <= 1
    }

    /// A question, if the times are probably in another unit than was assumed.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        let days = self.span_s as f64 / DAY_S;
        let is_doubtful = self.assumed.is_unit_assumed
            && self.assumed.unit == Some(TimeUnit::Seconds)
            && days > LONG_DAYS
            && self.origin_s.abs() < EARLY_S;
        is_doubtful.then(|| {
            format!(
                "the trace spans {:.0} years; are these milliseconds?",
                days / 365.0
            )
        })
    }

    fn left_out(&self) -> Vec<String> {
        let Counts {
            to_oneself,
            nameless,
            duplicates,
            ..
        } = self.counts;
        let parts = [
            (to_oneself, format!("{to_oneself} to oneself")),
            (duplicates, counted(duplicates, "exact duplicate")),
            (nameless, format!("{nameless} without sender or receiver")),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<String> = parts.map(|(_, words)| words).collect();
        if self.is_cut {
            parts.push("the last line, which is cut off".to_string());
        }
        parts
    }

    fn assumed(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let Assumed {
            unit,
            is_unit_assumed,
            zone_minutes,
            has_fractions,
            has_dates,
        } = self.assumed;
        if let Some(unit) = unit.filter(|_| is_unit_assumed) {
            parts.push(format!("times are {unit} since 1970, UTC"));
        }
        if let Some(minutes) = zone_minutes {
            let sign = if minutes < 0 { '\u{2212}' } else { '+' };
            let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
            parts.push(format!(
                "times without an offset are UTC{sign}{hours:02}:{rest:02}"
            ));
        }
        if has_dates {
            parts.push("days without an hour are their midnight".to_string());
        }
        if has_fractions {
            parts.push("fractions of a second give the order alone".to_string());
        }
        let Counts {
            unsorted,
            back_us,
            weighted,
            to_several,
            ..
        } = self.counts;
        if unsorted > 0 {
            let back = counted(unsorted, "step");
            let days = back_us as f64 / 1e6 / DAY_S;
            parts.push(format!(
                "lines in any order, so they were sorted ({back} back in time, of {days:.1} days at most)"
            ));
        }
        if weighted > 0 {
            let lines = counted(weighted, "line");
            parts.push(format!(
                "a message for each line, whatever its weight ({lines} with another than 1)"
            ));
        }
        if to_several > 0 {
            let lines = counted(to_several, "line");
            parts.push(format!("a message to each receiver ({lines} with several)"));
        }
        parts
    }
}

impl Described {
    fn words(&self) -> String {
        let form = match (self.form, self.has_names) {
            (Form::Blanks, _) => "lines with blanks",
            (Form::Commas, _) => "CSV",
            (Form::Tabs, _) => "TSV",
            (Form::Semicolons, _) => "CSV with semicolons",
            (Form::Json, _) => "JSON Lines",
        };
        let compressed = if self.is_compressed { "compressed " } else { "" };
        let [sender, receiver, time] = &self.columns;
        match self.has_names {
            true => format!("{compressed}{form}: sender `{sender}`, receiver `{receiver}`, time `{time}`"),
            false => format!(
                "{compressed}{form}: sender, receiver and time are columns {sender}, {receiver} and {time}"
            ),
        }
    }
}

/// How many of something: `1 line`, `2 lines`.
fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
