//! Confidence intervals.

use super::{mean, quantile_of_sorted, sorted, usable, walsh_averages};
use crate::stats::draws::{Draws, Use};
use chappe_base::standard_normal_quantile;
use chappe_metrics::Estimate;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A confidence interval, in the unit of the values.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How often such intervals contain the truth, in (0, 1).
    pub level: f64,
}

impl Interval {
    /// Whether `value` lies in it, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half of its width.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        self.high / 2.0 - self.low / 2.0
    }

    /// The interval of an estimate, as records have it.
    #[must_use]
    pub fn of(&self, value: f64) -> Estimate {
        Estimate {
            value,
            low: self.low,
            high: self.high,
        }
    }
}

/// The mean with the interval of Student; without width where there is one value. `None` without values,
/// or for a `level` outside (0, 1).
#[must_use]
pub fn mean_estimate(values: &[f64], level: f64) -> Option<Estimate> {
    let value = mean(values)?;
    let (low, high) = (value, value);
    let point = Interval { low, high, level };
    Some(t_interval(values, level).unwrap_or(point).of(value))
}

/// The same for values of which none can be below zero, such as counts and lengths of time: the interval has nothing of
/// what cannot be.
#[must_use]
pub fn amount_estimate(values: &[f64], level: f64) -> Option<Estimate> {
    let estimate = mean_estimate(values, level)?;
    let is_amount = values.iter().all(|value| *value >= 0.0);
    Some(Estimate {
        low: if is_amount {
            estimate.low.max(0.0)
        } else {
            estimate.low
        },
        ..estimate
    })
}

/// The interval of Student, "The probable error of a mean" (Biometrika, 1908), for the mean that
/// `values` come from: exact for any count from 2 if they are normal and independent. For paired
/// figures, give their differences. `None` for fewer than two, or a `level` outside (0, 1).
#[must_use]
pub fn t_interval(values: &[f64], level: f64) -> Option<Interval> {
    if !usable(values, 2) || !is_level(level) {
        return None;
    }
    let degrees = (values.len() - 1) as f64;
    let middle = mean(values)?;
    let squares: f64 = values
        .iter()
        .map(|value| (value - middle) * (value - middle))
        .sum();
    let error = (squares / degrees / values.len() as f64).sqrt();
    let reach = StudentsT::new(0.0, 1.0, degrees)
        .ok()?
        .inverse_cdf((1.0 + level) / 2.0)
        * error;
    Some(Interval {
        low: middle - reach,
        high: middle + reach,
        level,
    })
}

/// The interval that belongs to [`hodges_lehmann`](super::hodges_lehmann) and always holds it: all
/// centres that the signed-rank test of Wilcoxon does not reject (Hollander, Wolfe and Chicken,
/// "Nonparametric Statistical Methods", 3.3). It contains the centre of any symmetric law at least
/// at `level`: up to 50 values exactly, for more by the normal approximation. `None` if the values
/// are too few for the level, which is fewer than 6 for 0.95.
#[must_use]
pub fn signed_rank_interval(values: &[f64], level: f64) -> Option<Interval> {
    if !usable(values, 1) || !is_level(level) {
        return None;
    }
    let outside_count = rank_sums_outside(values.len(), (1.0 - level) / 2.0)?;
    let averages = walsh_averages(values);
    let (low, high) = (
        averages[outside_count - 1],
        averages[averages.len() - outside_count],
    );
    Some(Interval { low, high, level })
}

/// How likely the signed-rank test of Wilcoxon finds so uneven a law of `values` or a more uneven one, if
/// it is symmetric about zero: from 0 to 1, both sides together. Up to 50 values it is exact, but for values
/// that are zero or of equal size. `None` without values.
#[must_use]
pub fn signed_rank_p_value(values: &[f64]) -> Option<f64> {
    if !usable(values, 1) {
        return None;
    }
    let averages = walsh_averages(values);
    let above = averages.iter().filter(|average| **average > 0.0).count();
    let smaller = above.min(averages.len() - above);
    let tail = if values.len() <= EXACT_COUNT_MAX {
        rank_sum_shares(values.len())[..=smaller].iter().sum()
    } else {
        let deviation = rank_sum_deviation(values.len());
        let distance = averages.len() as f64 / 2.0 - smaller as f64;
        libm::erfc(distance / deviation / std::f64::consts::SQRT_2) / 2.0
    };
    Some(f64::min(2.0 * tail, 1.0))
}

/// The interval between the quantiles of what `statistic` comes to on `resamples_count` resamples of
/// `values` (percentile bootstrap: Efron, "Bootstrap methods: another look at the jackknife", Annals of
/// Statistics, 1979); 2,000 resamples do. The draws depend on `seed` alone. For few values, under 20
/// or so, it is too narrow; [`t_interval`] is not. `None` without values or resamples, for a `level`
/// outside (0, 1), or if `statistic` has none.
#[must_use]
pub fn bootstrap_interval(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> Option<f64>,
    level: f64,
    resamples_count: usize,
    seed: u64,
) -> Option<Interval> {
    if !usable(values, 1) || !is_level(level) || resamples_count == 0 {
        return None;
    }
    let draws = Draws::new(seed, Use::Resample);
    let mut resample = vec![0.0; values.len()];
    let mut estimates = Vec::with_capacity(resamples_count);
    for number in 0..resamples_count {
        for (place, value) in resample.iter_mut().enumerate() {
            *value = values[draws.below(values.len(), number, place)];
        }
        estimates.push(statistic(&resample)?);
    }
    let estimates = sorted(estimates);
    let tail = (1.0 - level) / 2.0;
    let (low, high) = (
        quantile_of_sorted(&estimates, tail),
        quantile_of_sorted(&estimates, 1.0 - tail),
    );
    Some(Interval { low, high, level })
}

fn is_level(level: f64) -> bool {
    0.0 < level && level < 1.0
}

/// Up to this many values the law of the signed-rank sum is counted out.
const EXACT_COUNT_MAX: usize = 50;

/// How many of the smallest rank sums of `count` values are together no likelier than `tail`, which
/// is below a half; `None` if not even the smallest is.
fn rank_sums_outside(count: usize, tail: f64) -> Option<usize> {
    let outside_count = if count <= EXACT_COUNT_MAX {
        let cumulated = rank_sum_shares(count).into_iter().scan(0.0, |sum, share| {
            *sum += share;
            Some(*sum)
        });
        cumulated.take_while(|sum| *sum <= tail).count()
    } else {
        let n = count as f64;
        let last = n * (n + 1.0) / 4.0 + standard_normal_quantile(tail) * rank_sum_deviation(count);
        last.max(0.0) as usize
    };
    (outside_count > 0).then_some(outside_count)
}

/// The standard deviation of the sum of ranks up to `count`, where each is in with probability 1/2.
fn rank_sum_deviation(count: usize) -> f64 {
    let n = count as f64;
    (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt()
}

/// The probability of each sum of ranks from 0 on, where each rank up to `count` is in with
/// probability 1/2.
fn rank_sum_shares(count: usize) -> Vec<f64> {
    let mut shares = vec![0.0; count * (count + 1) / 2 + 1];
    shares[0] = 1.0;
    for rank in 1..=count {
        for sum in (0..shares.len()).rev() {
            let with_rank = sum.checked_sub(rank).map_or(0.0, |rest| shares[rest]);
            shares[sum] = (shares[sum] + with_rank) / 2.0;
        }
    }
    shares
}
