//! Counts with a Poisson distribution, from one uniform number: `rand_distr`'s would take several from a
//! sequence.

/// The quantile at `unit`, in (0, 1), of the Poisson distribution with this mean. By inversion; above a mean
/// of 500 by the normal approximation.
pub(crate) fn poisson(mean: f64, unit: f64) -> u32 {
    if mean > 500.0 {
        let z = chappe_base::standard_normal_quantile(unit);
        return (mean + libm::sqrt(mean) * z + 0.5).max(0.0) as u32;
    }
    let mut count = 0;
    let mut probability = libm::exp(-mean);
    let mut below = probability;
    while unit > below && probability > 0.0 {
        count += 1;
        probability *= mean / f64::from(count);
        below += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_mean_and_variance() {
        for mean in [0.0, 0.3, 2.0, 40.0, 900.0] {
            let draws = 100_000;
            let counts =
                (0..draws).map(|i| f64::from(poisson(mean, (f64::from(i) + 0.5) / f64::from(draws))));
            let (sum, squares) = counts.fold((0.0, 0.0), |(s, q), c| (s + c, q + c * c));
            let average = sum / f64::from(draws);
            let variance = squares / f64::from(draws) - average * average;
            assert!((average - mean).abs() <= 0.01 * mean, "{mean}: {average}");
            assert!((variance - mean).abs() <= 0.02 * mean, "{mean}: {variance}");
        }
    }
}
