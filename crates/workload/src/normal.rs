//! The normal and the truncated log-normal distribution, with `libm` only, so that all machines agree.

use chappe_base::standard_normal_quantile;

/// The cumulative distribution function of the standard normal distribution.
pub(crate) fn cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// A log-normal distribution truncated at a maximum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TruncatedLogNormal {
    mu: f64,
    sigma: f64,
    /// Probability of the untruncated distribution below the maximum.
    mass_below_max: f64,
}

impl TruncatedLogNormal {
    /// With `mu` and `sigma` of the logarithm before truncation.
    pub(crate) fn new(mu: f64, sigma: f64, max: f64) -> TruncatedLogNormal {
        let mass_below_max = if sigma > 0.0 {
            cdf((libm::log(max) - mu) / sigma)
        } else {
            1.0
        };
        TruncatedLogNormal {
            mu,
            sigma,
            mass_below_max,
        }
    }

    /// With mean 1 after truncation at `max`, which is above 1. By bisection on mu.
    pub(crate) fn with_unit_mean(sigma: f64, max: f64) -> TruncatedLogNormal {
        // The mean grows with mu. It is below 1 at the lower bound, and above 1 at the upper one.
        let (mut low, mut high) = (-sigma * sigma, libm::log(max) + 10.0 * sigma * sigma);
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if TruncatedLogNormal::new(middle, sigma, max).mean(max) < 1.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        TruncatedLogNormal::new((low + high) / 2.0, sigma, max)
    }

    /// Mean of the distribution truncated at `max`.
    fn mean(&self, max: f64) -> f64 {
        let whole = libm::exp(self.mu + self.sigma * self.sigma / 2.0);
        if self.sigma <= 0.0 {
            return whole;
        }
        let z = (libm::log(max) - self.mu) / self.sigma;
        whole * cdf(z - self.sigma) / self.mass_below_max
    }

    /// The quantile at `p` in (0, 1).
    #[inline]
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        libm::exp(self.mu + self.sigma * standard_normal_quantile(p * self.mass_below_max))
    }

    /// The probability of values at or above `value`, which is below the maximum.
    pub(crate) fn share_above(&self, value: f64) -> f64 {
        let distance = libm::log(value) - self.mu;
        if self.sigma <= 0.0 {
            return if distance <= 0.0 { 1.0 } else { 0.0 };
        }
        (1.0 - cdf(distance / self.sigma) / self.mass_below_max).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_one_after_the_cut() {
        for (sigma, max) in [(0.0, 20.0), (0.5, 3.0), (1.4, 20.0), (2.2, 25.0)] {
            let law = TruncatedLogNormal::with_unit_mean(sigma, max);
            let count = 400_000;
            let mean: f64 = (0..count)
                .map(|i| law.quantile((i as f64 + 0.5) / count as f64))
                .sum::<f64>()
                / count as f64;
            assert!((mean - 1.0).abs() < 1e-3, "sigma {sigma}: {mean}");
            assert!(law.quantile(1.0 - 1e-9) <= max);
        }
    }

    #[test]
    fn quantile_and_share_agree() {
        let law = TruncatedLogNormal::new(4.6, 1.15, 5_000.0);
        for p in [0.05, 0.5, 0.9, 0.99] {
            assert!((law.share_above(law.quantile(p)) - (1.0 - p)).abs() < 1e-6);
        }
    }
}
