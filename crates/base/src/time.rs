//! Simulated time: whole nanoseconds since midnight UTC of day one.
//!
//! Times are integers because sums of floats depend on their order, and two machines would disagree. History,
//! which is what happened before day one, has negative times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::{Add, AddAssign, Sub};

/// A length of time [ns].
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    /// 0 ns.
    pub const ZERO: Span = Span(0);
    /// One second.
    pub const SECOND: Span = Span(1_000_000_000);
    /// One minute.
    pub const MINUTE: Span = Span(60 * Self::SECOND.0);
    /// One hour.
    pub const HOUR: Span = Span(60 * Self::MINUTE.0);
    /// One day of 24 hours.
    pub const DAY: Span = Span(24 * Self::HOUR.0);

    /// `seconds` [s], rounded to the nanosecond. Saturates at the range of an `i64`.
    #[must_use]
    pub fn from_secs_f64(seconds: f64) -> Span {
        Span(libm::round(seconds * 1e9) as i64)
    }

    /// This span [s], for figures that people read.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0 - other.0)
    }
}

/// A point in simulated time [ns since midnight UTC of day one]; negative before the run.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct SimTime(pub i64);

impl SimTime {
    /// Midnight UTC of day one, where a run starts.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than any event: the end of what has no end.
    pub const NEVER: SimTime = SimTime(i64::MAX);

    /// The whole second at or before this time, for state kept per user. Saturates 68 years from day one.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        Seconds(
            self.0
                .div_euclid(Span::SECOND.0)
                .clamp(i32::MIN as i64, i32::MAX as i64) as i32,
        )
    }

    /// The whole second at or after this time. Saturates like [`SimTime::seconds`].
    #[must_use]
    pub fn seconds_above(self) -> Seconds {
        SimTime(self.0.saturating_add(Span::SECOND.0 - 1)).seconds()
    }

    /// The whole hour at or before this time, 0 for midnight of day one, for state kept per user. Saturates
    /// three years from day one.
    #[must_use]
    pub fn hours(self) -> i16 {
        let hours = self.0.div_euclid(Span::HOUR.0);
        hours.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
    }

    /// The whole hour at or after this time. Saturates like [`SimTime::hours`].
    #[must_use]
    pub fn hours_above(self) -> i16 {
        SimTime(self.0.saturating_add(Span::HOUR.0 - 1)).hours()
    }

    /// The UTC day that contains this time: 0 for day one, negative in history.
    #[must_use]
    pub fn day(self) -> i32 {
        self.0.div_euclid(Span::DAY.0) as i32
    }
}

impl Add<Span> for SimTime {
    type Output = SimTime;
    fn add(self, span: Span) -> SimTime {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for SimTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Span;
    fn sub(self, earlier: SimTime) -> Span {
        Span(self.0 - earlier.0)
    }
}

/// A point in simulated time [s since midnight UTC of day one]: half the size of a [`SimTime`], for state
/// kept per user.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Seconds(pub i32);

impl Seconds {
    /// Earlier than any event: the time of what has not happened.
    pub const NEVER: Seconds = Seconds(i32::MIN);

    /// The time at which this second starts.
    #[must_use]
    pub fn time(self) -> SimTime {
        SimTime(self.0 as i64 * Span::SECOND.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seconds_round_down_also_before_day_one() {
        assert_eq!(SimTime(-1).day(), -1);
        assert_eq!(SimTime(-1).seconds(), Seconds(-1));
        assert_eq!(SimTime(-1).seconds_above(), Seconds(0));
        assert_eq!(SimTime(1).seconds_above(), Seconds(1));
        assert_eq!((SimTime(-1).hours(), SimTime(-1).hours_above()), (-1, 0));
        assert_eq!((SimTime(1).hours(), SimTime(1).hours_above()), (0, 1));
        assert_eq!(SimTime::NEVER.hours_above(), i16::MAX);
        assert_eq!((SimTime::ZERO + Span::DAY).day(), 1);
        assert_eq!(Seconds(-5).time().seconds(), Seconds(-5));
    }
}
