//! From an estimate to a verdict.

use crate::stats::statistics::Interval;
use chappe_metrics::{Better, Verdict};

/// More rounds than this are no advice.
const MORE_ROUNDS_MAX: f64 = 1000.0;

/// The verdict on `difference`, and if inconclusive the number of further rounds that would tell.
pub(crate) fn judge(
    rounds_count: usize,
    difference: f64,
    interval: &Interval,
    better: Better,
    smallest_effect: f64,
) -> (Verdict, Option<usize>) {
    let excludes_zero = interval.low > 0.0 || interval.high < 0.0;
    if -smallest_effect <= interval.low && interval.high <= smallest_effect {
        (Verdict::Unchanged, None)
    } else if excludes_zero && difference.abs() >= smallest_effect {
        let verdict = match (better, difference > 0.0) {
            (Better::Higher, true) | (Better::Lower, false) => Verdict::Improved,
            (Better::Higher, false) | (Better::Lower, true) => Verdict::Regressed,
            (Better::None, _) => Verdict::Changed,
        };
        (verdict, None)
    } else {
        (
            Verdict::Inconclusive,
            more_rounds(rounds_count, difference, interval, smallest_effect),
        )
    }
}

/// How many further rounds would tell if the estimate stayed where it is: an interval narrows with the
/// root of their number, and has to come clear of zero, or of the smallest effect. Even, as rounds
/// come in pairs.
fn more_rounds(
    rounds_count: usize,
    difference: f64,
    interval: &Interval,
    smallest_effect: f64,
) -> Option<usize> {
    let (far, room) = if difference.abs() >= smallest_effect {
        let towards_zero = if difference > 0.0 {
            difference - interval.low
        } else {
            interval.high - difference
        };
        (towards_zero, difference.abs())
    } else {
        let farther = (interval.high - difference).max(difference - interval.low);
        (farther, smallest_effect - difference.abs())
    };
    let more = rounds_count as f64 * ((far / room) * (far / room) - 1.0);
    (more <= MORE_ROUNDS_MAX).then(|| (more.ceil().max(1.0) as usize).next_multiple_of(2))
}
