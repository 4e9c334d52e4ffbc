//! Time cut into intervals of equal length from time zero.

use chappe_base::{SimTime, Span};
use serde::{Deserialize, Serialize};

/// The most intervals that a time series has.
const INTERVALS_MAX: i64 = 288;

/// Lengths of an interval that people like to read, up to a day [s]. Not half a day: days and nights
/// in turn would hide what weeks are about.
const STEPS_S: [i64; 17] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 86_400,
];

/// The shortest round interval of which a run to `horizon` has at most 288.
pub(crate) fn interval_for(horizon: SimTime) -> Span {
    let enough = |seconds: i64| count(horizon, Span(seconds * Span::SECOND.0)) as i64 <= INTERVALS_MAX;
    match STEPS_S.into_iter().find(|&seconds| enough(seconds)) {
        Some(seconds) => Span(seconds * Span::SECOND.0),
        None => {
            let days = count(horizon, Span::DAY).div_ceil(INTERVALS_MAX as usize);
            Span(days as i64 * Span::DAY.0)
        }
    }
}

/// How many intervals of `width` it takes to reach `end`, at least one.
pub(crate) fn count(end: SimTime, width: Span) -> usize {
    (end.0.max(1) as u64).div_ceil(width.0 as u64) as usize
}

/// Finds the interval of a time, fast where it is the one of the time before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Buckets {
    width: Span,
    len: usize,
    current: usize,
    start: SimTime,
}

impl Buckets {
    /// Intervals of `width` up to `end`; what is later counts into the last.
    pub(crate) fn new(end: SimTime, width: Span) -> Buckets {
        Buckets {
            width,
            len: count(end, width),
            current: 0,
            start: SimTime::ZERO,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn width(&self) -> Span {
        self.width
    }

    /// The interval of `at`, not before time zero.
    #[inline]
    pub(crate) fn index(&mut self, at: SimTime) -> usize {
        let offset = at.0 - self.start.0;
        if offset < 0 || offset >= self.width.0 {
            self.current = ((at.0 / self.width.0) as usize).min(self.len - 1);
            self.start = SimTime(self.current as i64 * self.width.0);
        }
        self.current
    }

    /// Gives each interval between `from`, not before time zero, and `to` its part of that span.
    #[inline]
    pub(crate) fn spread(&mut self, from: SimTime, to: SimTime, mut give: impl FnMut(usize, Span)) {
        let mut end = to;
        while end > from {
            let index = self.index(SimTime(end.0 - 1));
            let start = from.max(self.start);
            give(index, end - start);
            end = start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_round_and_few() {
        for (horizon, interval) in [
            (Span::SECOND, Span::SECOND),
            (Span(5 * Span::MINUTE.0), Span(2 * Span::SECOND.0)),
            (Span::DAY, Span(5 * Span::MINUTE.0)),
            (Span(90 * Span::DAY.0), Span::DAY),
            (Span(194 * Span::DAY.0), Span::DAY),
            (Span(300 * Span::DAY.0), Span(2 * Span::DAY.0)),
        ] {
            let horizon = SimTime::ZERO + horizon;
            assert_eq!(interval_for(horizon), interval);
            assert!(count(horizon, interval) <= 288);
        }
    }

    #[test]
    fn spans_are_given_out_whole_and_where_they_lie() {
        let mut buckets = Buckets::new(SimTime(100), Span(10));
        let mut parts = [0; 10];
        buckets.spread(SimTime(15), SimTime(40), |index, span| parts[index] += span.0);
        assert_eq!(parts, [0, 5, 10, 10, 0, 0, 0, 0, 0, 0]);
        buckets.spread(SimTime(95), SimTime(130), |index, span| parts[index] += span.0);
        assert_eq!(parts[9], 35);
        assert_eq!(buckets.index(SimTime(5)), 0);
        assert_eq!(buckets.index(SimTime(1000)), 9);
    }
}
