//! Estimates of location, and intervals that hold them.
//!
//! Every function needs finite values, and returns `None` if one is not finite or if there are too few.

mod interval;
#[cfg(test)]
mod tests;

pub use interval::{
    Interval, amount_estimate, bootstrap_interval, mean_estimate, signed_rank_interval, signed_rank_p_value,
    t_interval,
};

/// The arithmetic mean; `None` without values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    usable(values, 1).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The median, midway between the two middle values of an even count; `None` without values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value at the quantile `at` in [0, 1], interpolated linearly between neighbours: type 7 of
/// Hyndman and Fan, "Sample quantiles in statistical packages" (The American Statistician, 1996).
/// `None` without values, or for another `at`.
#[must_use]
pub fn quantile(values: &[f64], at: f64) -> Option<f64> {
    (usable(values, 1) && (0.0..=1.0).contains(&at)).then(|| quantile_of_sorted(&sorted(values.to_vec()), at))
}

/// The estimator of Hodges and Lehmann, "Estimates of location based on rank tests" (Annals of
/// Mathematical Statistics, 1963): the median of all Walsh averages. Of paired differences it says
/// by how much one side lies above the other; up to 29% of the pairs may be arbitrarily wrong before
/// it breaks down. `None` without values. Takes time and memory in the square of their count.
#[must_use]
pub fn hodges_lehmann(values: &[f64]) -> Option<f64> {
    usable(values, 1).then(|| quantile_of_sorted(&walsh_averages(values), 0.5))
}

fn usable(values: &[f64], at_least: usize) -> bool {
    values.len() >= at_least && values.iter().all(|value| value.is_finite())
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The quantile of at least one value in ascending order.
fn quantile_of_sorted(values: &[f64], at: f64) -> f64 {
    let place = at * (values.len() - 1) as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * (place - place.floor())
}

/// The means of all pairs of values, each value also paired with itself, in ascending order.
fn walsh_averages(values: &[f64]) -> Vec<f64> {
    let pairs = values
        .iter()
        .enumerate()
        .flat_map(|(i, a)| values[i..].iter().map(move |b| (a + b) / 2.0));
    sorted(pairs.collect())
}
