//! Laws of delays that are read off a trace: a mixture of two log-normal ones, quick and slow, by maximum
//! likelihood.

use super::Sample;

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 200;
/// The least standard deviation of a logarithm: times are whole seconds.
const LEAST_SIGMA: f64 = 0.2;

/// A part of a mixture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// The share of the delays that have this law.
    pub share: f64,
    /// Their median [s].
    pub median_s: f64,
    /// Standard deviation of their logarithm.
    pub sigma: f64,
}

/// The quicker and the slower part of the delays in `sample` up to `longest_s`, by expectation and maximisation
/// (Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", Journal of the
/// Royal Statistical Society B 39, 1977). `None` for fewer than ten delays.
#[must_use]
pub fn quick_and_slow(sample: &Sample, longest_s: u32) -> Option<[Part; 2]> {
    let values = sample.values();
    let values = &values[..values.partition_point(|&value| value <= longest_s)];
    if values.len() < 10 {
        return None;
    }
    // Delays within the same second count as half a second.
    let logarithm = |value: u32| libm::log(f64::from(value).max(0.5));
    let counted: Vec<(f64, f64)> = values
        .chunk_by(|a, b| a == b)
        .map(|same| (logarithm(same[0]), same.len() as f64))
        .collect();
    let mut parts = [0.25, 0.9].map(|quantile| {
        let value = values[(quantile * values.len() as f64) as usize];
        (0.5, logarithm(value), 1.0)
    });
    for _ in 0..ROUNDS {
        parts = improved(&counted, parts);
    }
    parts.sort_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
    Some(parts.map(|(share, mu, sigma)| Part {
        share,
        median_s: libm::exp(mu),
        sigma,
    }))
}

/// Share, mean and standard deviation of both parts after one round.
fn improved(counted: &[(f64, f64)], parts: [(f64, f64, f64); 2]) -> [(f64, f64, f64); 2] {
    let mut sums = [(f64::MIN_POSITIVE, 0.0, 0.0); 2];
    let mut total = 0.0;
    for &(value, count) in counted {
        let densities = parts.map(|(share, mu, sigma)| {
            let z = (value - mu) / sigma;
            share / sigma * libm::exp(-z * z / 2.0) + f64::MIN_POSITIVE
        });
        let density = densities[0] + densities[1];
        for ((number, sum, squares), own) in sums.iter_mut().zip(densities) {
            let part = count * own / density;
            *number += part;
            *sum += part * value;
            *squares += part * value * value;
        }
        total += count;
    }
    sums.map(|(number, sum, squares)| {
        let mean = sum / number;
        let variance = (squares / number - mean * mean).max(LEAST_SIGMA * LEAST_SIGMA);
        (number / total, mean, libm::sqrt(variance))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Purpose, standard_normal_quantile};

    #[test]
    fn a_mixture_is_found_again() {
        let keyed = Keyed::new(3, Purpose::Test);
        let delay = |number: u64| {
            let (which, draw) = (keyed.unit(number, 0), keyed.unit(number, 1));
            let (median, sigma) = if which < 0.7 { (20.0, 0.6) } else { (1_000.0, 0.8) };
            let z = standard_normal_quantile(draw);
            libm::round(median * libm::exp(sigma * z)) as u32
        };
        let sample = Sample::new((0..20_000).map(delay).collect());
        let [quick, slow] = quick_and_slow(&sample, u32::MAX).unwrap();
        assert!((quick.share - 0.7).abs() < 0.02, "{quick:?}");
        assert!(
            (quick.median_s / 20.0 - 1.0).abs() < 0.03 && (quick.sigma - 0.6).abs() < 0.03,
            "{quick:?}"
        );
        assert!(
            (slow.median_s / 1_000.0 - 1.0).abs() < 0.05 && (slow.sigma - 0.8).abs() < 0.04,
            "{slow:?}"
        );
    }

    #[test]
    fn a_few_delays_tell_nothing_and_equal_ones_no_spread() {
        assert_eq!(quick_and_slow(&Sample::new(vec![5; 9]), 60), None);
        let [quick, slow] = quick_and_slow(&Sample::new(vec![5; 20]), 60).unwrap();
        assert!((quick.median_s - 5.0).abs() < 1e-6 && (slow.median_s - 5.0).abs() < 1e-6);
        assert!((quick.share + slow.share - 1.0).abs() < 1e-9);
    }
}
