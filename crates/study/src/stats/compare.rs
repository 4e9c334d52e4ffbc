//! Comparison of variants that ran in interleaved rounds.

mod plan;
mod sentence;
#[cfg(test)]
mod tests;
mod verdict;

use crate::stats::statistics::{Interval, hodges_lehmann, median, signed_rank_interval, t_interval};
use chappe_metrics::{Better, Verdict};
use verdict::judge;

pub use plan::{Plan, PlannedRun};
pub use sentence::number;

/// What a difference is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// Shares of the baseline: -0.38 is 38% lower.
    Relative,
    /// The unit of the figures themselves.
    Plain,
}

/// A baseline and a candidate, compared on one figure.
///
/// The difference is the Hodges-Lehmann estimate of the rounds' log ratios, candidate to baseline, told as
/// a share of the baseline. A figure of zero or below has no logarithm: if there is one, all
/// rounds are compared by their plain differences, and the smallest effect counts as a share of the
/// baseline's median. The interval is Student's below six rounds, from six on that of the signed ranks,
/// which from twelve on no single wild run spoils; both hold the estimate.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// Rounds compared.
    pub rounds_count: usize,
    /// Rounds left out, because a figure of theirs was not finite, or beyond 1e100.
    pub left_out_count: usize,
    /// Which direction of the figure is better.
    pub better: Better,
    /// What `difference`, `interval` and `smallest_effect` are counted in.
    pub scale: Scale,
    /// Candidate less baseline; negative is lower.
    pub difference: f64,
    /// The 95% interval for the difference.
    pub interval: Interval,
    /// The smallest difference that matters, either way.
    pub smallest_effect: f64,
    /// What it comes to.
    pub verdict: Verdict,
    /// If inconclusive: about how many more rounds would tell, were the estimate right. `None`
    /// where no reasonable number would.
    pub more_rounds_count: Option<usize>,
}

/// Why figures cannot be compared.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum CompareError {
    /// The figures don't come in pairs.
    #[error(
        "{baseline_count} figures of the baseline and {candidate_count} of the candidate are no pairs; give one of each a round"
    )]
    Unpaired {
        /// How many the baseline has.
        baseline_count: usize,
        /// How many the candidate has.
        candidate_count: usize,
    },
    /// One round says nothing about how far rounds differ.
    #[error("{usable_count} rounds with finite figures are too few to compare; run at least 2, better 6")]
    TooFew {
        /// Rounds in which both figures are finite.
        usable_count: usize,
    },
    /// The smallest effect is no share.
    #[error("a smallest effect of {0} is no share; give a number from 0 to 100, such as 0.05 for 5%")]
    SmallestEffect(f64),
}

/// How often the interval contains the true difference.
const LEVEL: f64 = 0.95;
/// Figures beyond are taken for broken; their squares are still finite.
const FIGURE_MAX: f64 = 1e100;

impl Comparison {
    /// Compares the figures of the same rounds, in the same order. `smallest_effect` is the smallest
    /// difference that matters, as a share of the baseline: 0.05 is 5% either way.
    ///
    /// Several candidates are several comparisons: of twenty without any true difference, one is off.
    ///
    /// # Errors
    ///
    /// If the figures are no pairs, fewer than two pairs are finite, or the smallest effect is no
    /// share from 0 to 100.
    pub fn of(
        baseline: &[f64],
        candidate: &[f64],
        better: Better,
        smallest_effect: f64,
    ) -> Result<Comparison, CompareError> {
        if baseline.len() != candidate.len() {
            let (baseline_count, candidate_count) = (baseline.len(), candidate.len());
            return Err(CompareError::Unpaired {
                baseline_count,
                candidate_count,
            });
        }
        if !(0.0..=100.0).contains(&smallest_effect) {
            return Err(CompareError::SmallestEffect(smallest_effect));
        }
        let usable = |pair: &(f64, f64)| pair.0.abs() <= FIGURE_MAX && pair.1.abs() <= FIGURE_MAX;
        let both = baseline.iter().copied().zip(candidate.iter().copied());
        let pairs: Vec<(f64, f64)> = both.filter(usable).collect();
        let too_few = CompareError::TooFew {
            usable_count: pairs.len(),
        };
        let (scale, difference, interval) = estimate(&pairs).ok_or(too_few)?;
        let smallest_effect = smallest_effect * unit_of(scale, &pairs);
        let (verdict, more_rounds_count) = judge(pairs.len(), difference, &interval, better, smallest_effect);
        Ok(Comparison {
            rounds_count: pairs.len(),
            left_out_count: baseline.len() - pairs.len(),
            better,
            scale,
            difference,
            interval,
            smallest_effect,
            verdict,
            more_rounds_count,
        })
    }
}

/// The difference of pairs of baseline and candidate, with its interval; `None` for fewer than two.
fn estimate(pairs: &[(f64, f64)]) -> Option<(Scale, f64, Interval)> {
    let scale = if pairs
        .iter()
        .all(|(baseline, candidate)| *baseline > 0.0 && *candidate > 0.0)
    {
        Scale::Relative
    } else {
        Scale::Plain
    };
    let difference = |(baseline, candidate): &(f64, f64)| match scale {
        Scale::Relative => libm::log(*candidate) - libm::log(*baseline),
        Scale::Plain => candidate - baseline,
    };
    let differences: Vec<f64> = pairs.iter().map(difference).collect();
    let told = |value: f64| match scale {
        Scale::Relative => libm::expm1(value).min(FIGURE_MAX),
        Scale::Plain => value,
    };
    let middle = hodges_lehmann(&differences)?;
    let student = t_interval(&differences, LEVEL)?;
    let Interval { low, high, level } = signed_rank_interval(&differences, LEVEL).unwrap_or(student);
    // They hold the estimate anyway, but for rounding.
    let (low, high) = (low.min(middle), high.max(middle));
    let interval = Interval {
        low: told(low),
        high: told(high),
        level,
    };
    Some((scale, told(middle), interval))
}

/// What a share of 1 is on the scale.
fn unit_of(scale: Scale, pairs: &[(f64, f64)]) -> f64 {
    let baseline: Vec<f64> = pairs.iter().map(|(baseline, _)| *baseline).collect();
    match scale {
        Scale::Relative => 1.0,
        Scale::Plain => median(&baseline).map_or(0.0, f64::abs),
    }
}
