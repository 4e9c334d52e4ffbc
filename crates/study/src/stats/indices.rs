//! Sensitivity indices: how much of a figure's variance each parameter explains.

use crate::stats::statistics::{bootstrap_interval, mean};
use chappe_metrics::Estimate;

/// What one parameter explains of the variance of a figure, as shares of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VarianceShare {
    /// Alone, with its 95% interval by bootstrap.
    pub first: Estimate,
    /// Alone and together with others, with its 95% interval by bootstrap.
    pub total: Estimate,
}

const LEVEL: f64 = 0.95;
const RESAMPLES_COUNT: usize = 1_000;

/// The shares of each dimension, from the figures at the points of
/// [`saltelli`](crate::stats::points::saltelli), in their order: the estimators of Jansen, "Analysis of
/// variance designs for model output" (Computer Physics Communications, 1999).
///
/// Sampling can make a first share less than zero. `None` if the figures are not those of such a
/// design with at least two base points, if one is not finite, or if all are equal.
#[must_use]
pub fn variance_shares(figures: &[f64], dimensions_count: usize, seed: u64) -> Option<Vec<VarianceShare>> {
    let base_count = figures.len() / (dimensions_count + 2);
    let is_whole = base_count >= 2 && figures.len() == base_count * (dimensions_count + 2);
    if !is_whole || !figures.iter().all(|figure| figure.is_finite()) {
        return None;
    }
    let all: Vec<f64> = (0..base_count).map(|row| row as f64).collect();
    let samples: Vec<&[f64]> = figures.chunks(base_count).collect();
    let share = |dimension: usize| {
        let (a, b, mixed) = (samples[0], samples[1], samples[2 + dimension]);
        let first = |rows: &[f64]| Some(1.0 - half_square(rows, b, mixed)? / variance(rows, a, b)?);
        let total = |rows: &[f64]| Some(half_square(rows, a, mixed)? / variance(rows, a, b)?);
        Some(VarianceShare {
            first: bootstrap_interval(&all, first, LEVEL, RESAMPLES_COUNT, seed)?.of(first(&all)?),
            total: bootstrap_interval(&all, total, LEVEL, RESAMPLES_COUNT, seed)?.of(total(&all)?),
        })
    };
    (0..dimensions_count).map(share).collect()
}

/// Half the mean square of the differences, over these rows.
fn half_square(rows: &[f64], one: &[f64], other: &[f64]) -> Option<f64> {
    let square = |row: &f64| {
        let difference = one[*row as usize] - other[*row as usize];
        difference * difference
    };
    mean(&rows.iter().map(square).collect::<Vec<_>>()).map(|mean| mean / 2.0)
}

/// The variance of both samples together, over these rows; `None` if there is none.
fn variance(rows: &[f64], a: &[f64], b: &[f64]) -> Option<f64> {
    let of = |sample: &'_ [f64]| rows.iter().map(|row| sample[*row as usize]).collect::<Vec<f64>>();
    let figures = [of(a), of(b)].concat();
    let middle = mean(&figures)?;
    let squares: Vec<f64> = figures
        .iter()
        .map(|figure| (figure - middle) * (figure - middle))
        .collect();
    mean(&squares).filter(|variance| *variance > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::points::saltelli;
    use std::f64::consts::PI;

    /// The function of Ishigami and Homma (1990) with a = 7 and b = 0.1, on [-π, π]³.
    fn ishigami(point: &[f64]) -> f64 {
        let x: Vec<f64> = point.iter().map(|unit| (2.0 * unit - 1.0) * PI).collect();
        let (sine, other) = (libm::sin(x[0]), libm::sin(x[1]));
        sine + 7.0 * other * other + 0.1 * x[2] * x[2] * x[2] * x[2] * sine
    }

    #[test]
    fn ishigamis_function_has_the_known_shares() {
        let figures: Vec<f64> = saltelli(8_192, 3, 1990)
            .iter()
            .map(|point| ishigami(point))
            .collect();
        let shares = variance_shares(&figures, 3, 1).unwrap();
        let first = [0.3139, 0.4424, 0.0];
        let total = [0.5576, 0.4424, 0.2437];
        for (dimension, share) in shares.iter().enumerate() {
            assert!(
                (share.first.value - first[dimension]).abs() < 0.03,
                "{dimension}: {share:?}"
            );
            assert!(
                (share.total.value - total[dimension]).abs() < 0.02,
                "{dimension}: {share:?}"
            );
            assert!(share.first.half_width() < 0.05, "{dimension}: {share:?}");
            assert!(
                share.total.low <= share.total.value && share.total.value <= share.total.high,
                "{dimension}: {share:?}"
            );
        }
    }

    #[test]
    fn what_is_no_design_or_never_varies_has_no_shares() {
        assert_eq!(variance_shares(&[1.0; 20], 3, 1), None);
        assert_eq!(variance_shares(&[1.0, 2.0, 3.0], 3, 1), None);
        let mut figures = vec![1.0; 9];
        figures.extend([2.0, f64::NAN, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(variance_shares(&figures, 3, 1), None);
    }
}
