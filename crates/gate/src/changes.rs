//! Where a series changes: E-divisive of Matteson and James, "A nonparametric approach for multiple
//! change point analysis of multivariate data" (Journal of the American Statistical Association, 2014),
//! as systems of continuous benchmarking use it on one figure of a run after another.
//!
//! It assumes no law of the noise. The energy statistic (with exponent 1) says how unlike two parts of a
//! series are; where it is highest a segment is divided, if hardly any order of the same values would
//! come as high, and each part is searched in turn.

#[cfg(test)]
mod tests;

use chappe_study::stats::draws::{Draws, Use};
use chappe_study::stats::statistics::median;

/// The fewest values on each side of a change: fewer are told from outliers by nobody.
pub const SEGMENT_LEAST: usize = 3;
/// How often a segment without a change may be divided all the same.
pub const LEVEL: f64 = 0.01;

/// Random orders that the order of a segment is held against.
const ORDERS: usize = 499;
/// Of those and the one that was seen, how many may come as high.
const AS_HIGH_MOST: usize = (LEVEL * (ORDERS + 1) as f64) as usize;
/// Sums of the same distances in another order differ by rounding.
const ROUNDING: f64 = 1e-9;
/// One seed for all: the same series has the same changes.
const SEED: u64 = 2014;

/// One change of a series.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Change {
    /// Place of the first value after it, from 0.
    pub at: usize,
    /// Median of the values since the change before it, in the series' unit.
    pub before: f64,
    /// Median of the values until the change after it, in the series' unit.
    pub after: f64,
}

/// The changes of a series, in order; none for fewer than twice [`SEGMENT_LEAST`] values. `None` if a
/// value is not finite. Takes time in the square of their count, for each change.
///
/// Values that repeat exactly, at least [`SEGMENT_LEAST`] times each, have no noise: every step among them
/// is a change, however few they are.
#[must_use]
pub fn changes(values: &[f64]) -> Option<Vec<Change>> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut places = Vec::new();
    divide(values, 0, &mut places);
    let starts = std::iter::once(0).chain(places.iter().copied());
    let ends = places.iter().copied().chain([values.len()]);
    let levels: Vec<Option<f64>> = starts
        .zip(ends)
        .map(|(start, end)| median(&values[start..end]))
        .collect();
    let change = |(&at, levels): (&usize, &[Option<f64>])| {
        Some(Change {
            at,
            before: levels[0]?,
            after: levels[1]?,
        })
    };
    places.iter().zip(levels.windows(2)).map(change).collect()
}

/// Adds the places of the changes within a segment, which begins at `start` of its series.
fn divide(values: &[f64], start: usize, places: &mut Vec<usize>) {
    if values.len() < 2 * SEGMENT_LEAST {
        return;
    }
    let plateaus: Vec<usize> = values
        .chunk_by(|one, next| one == next)
        .map(<[f64]>::len)
        .collect();
    if plateaus.iter().all(|&length| length >= SEGMENT_LEAST) {
        let ends = plateaus.iter().scan(start, |end, &length| {
            *end += length;
            Some(*end)
        });
        places.extend(ends.take(plateaus.len() - 1));
        return;
    }
    let segment = Segment::new(values);
    if let Some(at) = segment.change(start) {
        let (before, after) = values.split_at(at);
        divide(before, start, places);
        places.push(start + at);
        divide(after, start + at, places);
    }
}

/// Values that may hold a change.
struct Segment<'a> {
    values: &'a [f64],
    /// The distance of each from all others together.
    distances: Vec<f64>,
}

/// Where a segment is best divided, and how unlike its parts then are.
#[derive(Clone, Copy)]
struct Split {
    at: usize,
    energy: f64,
}

impl Segment<'_> {
    fn new(values: &[f64]) -> Segment<'_> {
        let distance = |one: &f64| values.iter().map(|other| (one - other).abs()).sum();
        Segment {
            values,
            distances: values.iter().map(distance).collect(),
        }
    }

    /// Where it changes: by a permutation test, with draws told apart by the segment's `start`.
    fn change(&self, start: usize) -> Option<usize> {
        let count = self.values.len();
        let seen = self.best_split(&(0..count).collect::<Vec<usize>>());
        if seen.energy <= 0.0 {
            return None;
        }
        let draws = Draws::new(SEED, Use::Permutation);
        let is_as_high = |order: &usize| {
            let order = draws.shuffled(count, start * ORDERS + order);
            self.best_split(&order).energy >= seen.energy * (1.0 - ROUNDING)
        };
        // Where there is no change, the first few orders tell.
        let as_high = 1 + (0..ORDERS).filter(is_as_high).take(AS_HIGH_MOST).count();
        (as_high <= AS_HIGH_MOST).then_some(seen.at)
    }

    /// The split with the highest energy statistic if the values stood in this order: equation 5 of Matteson
    /// and James, each side reaching to the end of the segment.
    fn best_split(&self, order: &[usize]) -> Split {
        let count = order.len();
        // Sums of distances: between the sides, and among the values of each.
        let (mut between, mut left) = (0.0, 0.0);
        let mut right = self.distances.iter().sum::<f64>() / 2.0;
        let mut best = Split { at: 0, energy: 0.0 };
        for (at, &moved) in order.iter().enumerate() {
            let value = self.values[moved];
            if at >= SEGMENT_LEAST && count - at >= SEGMENT_LEAST {
                let energy = energy(between, (left, at), (right, count - at));
                if energy > best.energy {
                    best = Split { at, energy };
                }
            }
            let to_left: f64 = order[..at]
                .iter()
                .map(|&other| (value - self.values[other]).abs())
                .sum();
            let to_right = self.distances[moved] - to_left;
            left += to_left;
            right -= to_right;
            between += to_right - to_left;
        }
        best
    }
}

/// The scaled energy statistic of two sides, of each the sum of distances among its values and their count.
fn energy(between: f64, (left, left_count): (f64, usize), (right, right_count): (f64, usize)) -> f64 {
    let (m, n) = (left_count as f64, right_count as f64);
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let unlike = 2.0 * between / (m * n) - left / pairs(m) - right / pairs(n);
    unlike * m * n / (m + n)
}
