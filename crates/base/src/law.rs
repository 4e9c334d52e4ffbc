//! Probability distributions of durations, sampled by inversion from one uniform word.
//!
//! One word per draw keeps draws keyed: a draw is a function of its key and never of the draws before it.
//! Transcendental functions come from `libm`, so that all machines give the same bits.

use crate::random::unit;
use crate::text::Duration;
use crate::time::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The distribution of a duration, e.g. `{ exponential = "10ms" }` or
/// `{ log-normal = { median = "185s", sigma = 1.35 } }`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Constant(Duration),
    /// Exponential with this mean.
    Exponential(Duration),
    /// Uniform between the two.
    #[serde(deserialize_with = "rising")]
    Uniform(Duration, Duration),
    /// Log-normal with this median, and sigma the standard deviation of the logarithm.
    LogNormal {
        /// The median, e to the mu.
        median: Duration,
        /// Standard deviation of the natural logarithm.
        #[schemars(range(min = 0, max = 5))]
        sigma: f64,
    },
}

/// Two durations, of which the first is not the longer one.
fn rising<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Duration, Duration), D::Error> {
    let (low, high) = <(Duration, Duration)>::deserialize(deserializer)?;
    if low <= high {
        Ok((low, high))
    } else {
        let message = format!("{low} is longer than {high}; a uniform law names the shorter one first");
        Err(serde::de::Error::custom(message))
    }
}

impl Law {
    /// The duration that the uniform 64-bit `word` selects, by inversion.
    #[must_use]
    #[inline]
    pub fn sample(self, word: u64) -> Span {
        match self {
            Law::Constant(span) => span.0,
            Law::Exponential(mean) => Span((-libm::log(unit(word)) * mean.0.0 as f64) as i64),
            Law::Uniform(low, high) => Span(low.0.0 + (unit(word) * (high.0 - low.0).0 as f64) as i64),
            Law::LogNormal { median, sigma } => {
                let z = standard_normal_quantile(unit(word));
                Span((median.0.0 as f64 * libm::exp(sigma * z)) as i64)
            }
        }
    }

    /// The longest duration that any word selects: words are finite, so even an exponential law has one.
    #[must_use]
    pub fn longest(self) -> Span {
        self.sample(0).max(self.sample(u64::MAX))
    }

    /// The mean of the distribution.
    #[must_use]
    pub fn mean(self) -> Span {
        match self {
            Law::Constant(span) | Law::Exponential(span) => span.0,
            Law::Uniform(low, high) => Span((low.0 + high.0).0 / 2),
            Law::LogNormal { median, sigma } => {
                Span((median.0.0 as f64 * libm::exp(sigma * sigma / 2.0)) as i64)
            }
        }
    }

    /// The remaining time of a duration that is under way at an independent moment. Long durations are met
    /// more often (the inspection paradox), each at a uniform point, so this draws from the length-biased
    /// distribution, which is known in closed form for each law.
    #[must_use]
    pub fn residual(self, words: [u64; 2]) -> Span {
        let [length_word, point] = words;
        let length = match self {
            Law::Constant(span) => span.0,
            // Memoryless: the remaining time has the same distribution.
            Law::Exponential(_) => return self.sample(length_word),
            Law::Uniform(low, high) => {
                let (low, high) = (low.0.0 as f64, high.0.0 as f64);
                let square = low * low + unit(length_word) * (high * high - low * low);
                Span(libm::sqrt(square) as i64)
            }
            Law::LogNormal { median, sigma } => {
                let scale = libm::exp(sigma * sigma);
                Law::LogNormal {
                    median: Duration(Span((median.0.0 as f64 * scale) as i64)),
                    sigma,
                }
                .sample(length_word)
            }
        };
        Span((length.0 as f64 * unit(point)) as i64)
    }

    /// The same law with every duration multiplied by `factor`.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Law {
        let scale = |span: Duration| Duration(Span((span.0.0 as f64 * factor) as i64));
        match self {
            Law::Constant(span) => Law::Constant(scale(span)),
            Law::Exponential(mean) => Law::Exponential(scale(mean)),
            Law::Uniform(low, high) => Law::Uniform(scale(low), scale(high)),
            Law::LogNormal { median, sigma } => Law::LogNormal {
                median: scale(median),
                sigma,
            },
        }
    }
}

/// A law prepared for fast sampling.
///
/// Log-normal and exponential laws use a table: quantiles at 1,024 equal steps of probability, with linear
/// interpolation between them. A tabled quantile is within 1 ns plus 0.05% of the exact one; for a log-normal
/// the 0.05% is multiplied by sigma, or by sigma² if sigma is above 1. The 16 steps at either end are exact.
#[derive(Clone, Debug)]
pub struct Sampler {
    law: Law,
    /// Quantiles [ns]; integers, so that a draw needs no conversion. `None` for laws without a table.
    quantiles: Option<Box<[i64; STEPS + 1]>>,
}

const STEPS: usize = 1024;
const TAIL: usize = 16;
const TAIL_END: usize = STEPS - TAIL;

impl Sampler {
    /// Prepares `law`.
    #[must_use]
    pub fn new(law: Law) -> Sampler {
        let tabled = |quantile: &dyn Fn(f64) -> f64| {
            let probability = |step: usize| step.clamp(1, STEPS - 1) as f64 / STEPS as f64;
            Some(Box::new(std::array::from_fn(|step| {
                libm::round(quantile(probability(step))) as i64
            })))
        };
        let quantiles = match law {
            Law::LogNormal { median, sigma } => {
                tabled(&|p| median.0.0 as f64 * libm::exp(sigma * standard_normal_quantile(p)))
            }
            Law::Exponential(mean) => tabled(&|p| mean.0.0 as f64 * -libm::log(p)),
            Law::Constant(_) | Law::Uniform(..) => None,
        };
        Sampler { law, quantiles }
    }

    /// The law that this samples.
    #[must_use]
    pub fn law(&self) -> Law {
        self.law
    }

    /// The duration that the uniform 64-bit word from `draw` selects. `draw` is not called for a constant,
    /// because a draw costs a Philox block.
    #[must_use]
    #[inline]
    pub fn draw(&self, draw: impl FnOnce() -> u64) -> Span {
        match self.law {
            Law::Constant(span) => span.0,
            Law::Exponential(_) | Law::Uniform(..) | Law::LogNormal { .. } => self.sample(draw()),
        }
    }

    /// The duration that the uniform 64-bit `word` selects.
    #[must_use]
    #[inline(always)]
    pub fn sample(&self, word: u64) -> Span {
        let step = (word >> 54) as usize;
        match &self.quantiles {
            Some(quantiles) if (TAIL..TAIL_END).contains(&step) => {
                let (low, high) = (quantiles[step], quantiles[step + 1]);
                let part = i128::from((word << 10 >> 1) as i64);
                Span(low + ((part * i128::from(high - low)) >> 63) as i64)
            }
            _ => self.sample_exactly(word),
        }
    }

    #[cold]
    fn sample_exactly(&self, word: u64) -> Span {
        self.law.sample(word)
    }
}

/// The standard normal's quantile at `p` in (0, 1), to about 1e-9: P. J. Acklam's rational
/// approximation (2003).
#[must_use]
pub fn standard_normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    const TAIL: f64 = 0.02425;
    fn horner(x: f64, coefficients: &[f64]) -> f64 {
        coefficients.iter().fold(0.0, |sum, c| sum * x + c)
    }
    let tail = |p: f64| {
        let q = libm::sqrt(-2.0 * libm::log(p));
        horner(q, &C) / horner(q, &D)
    };
    if p < TAIL {
        tail(p)
    } else if p > 1.0 - TAIL {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        q * horner(q * q, &A) / horner(q * q, &B)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Keyed, Purpose};

    #[test]
    fn the_normal_quantile_agrees_with_tables() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_985),
            (0.001, -3.090_232_306),
            (0.999_5, 3.290_526_731),
        ] {
            assert!((standard_normal_quantile(p) - z).abs() < 1e-8, "{p}");
        }
    }

    #[test]
    fn a_ready_law_is_the_law() {
        let keyed = Keyed::new(6, Purpose::Test);
        for sigma in [0.3, 1.35, 2.3] {
            let law = Law::LogNormal {
                median: Duration(Span::SECOND),
                sigma,
            };
            let ready = Sampler::new(law);
            for i in 0..100_000 {
                let word = keyed.word(i, 0);
                let (exact, tabled) = (law.sample(word).0 as f64, ready.sample(word).0 as f64);
                let error = (tabled / exact - 1.0).abs();
                assert!(
                    error < 0.0005 * sigma * sigma.max(1.0),
                    "{error} with {sigma} at {}",
                    unit(word)
                );
            }
        }
        let law = Law::Exponential(Duration(Span::SECOND));
        let ready = Sampler::new(law);
        for word in (0..100_000).map(|i| keyed.word(i, 1)) {
            let (exact, tabled) = (law.sample(word).0 as f64, ready.sample(word).0 as f64);
            // A nanosecond apart by rounding alone.
            assert!((tabled - exact).abs() < 0.0005 * exact + 2.0, "at {}", unit(word));
            assert_eq!(ready.draw(|| word), ready.sample(word));
        }
        for word in [0, u64::MAX] {
            assert_eq!(ready.sample(word), law.sample(word), "the ends are exact");
        }
        assert!((0..100_000).all(|i| ready.sample(keyed.word(i, 2)) <= law.longest()));
    }

    #[test]
    fn nothing_is_drawn_for_what_is_always_the_same() {
        let ready = Sampler::new(Law::Constant(Duration(Span::SECOND)));
        assert_eq!(ready.draw(|| unreachable!("a draw")), Span::SECOND);
    }

    #[test]
    fn sample_means_are_the_laws_means() {
        let keyed = Keyed::new(5, Purpose::Test);
        let laws = [
            Law::Constant(Duration(Span::SECOND)),
            Law::Exponential(Duration(Span::SECOND)),
            Law::Uniform(Duration(Span::ZERO), Duration(Span::MINUTE)),
            Law::LogNormal {
                median: Duration(Span::SECOND),
                sigma: 0.5,
            },
        ];
        for law in laws {
            // The mean residual is E[D²] / 2 E[D].
            let (count, words) = (200_000u32, |i: u32| keyed.words(u64::from(i), 1));
            let residual: f64 = (0..count).map(|i| law.residual(words(i)).as_secs_f64()).sum();
            let (sum, squares) = (0..count)
                .map(|i| law.sample(words(i)[0]).as_secs_f64())
                .fold((0.0, 0.0), |(s, q), d| (s + d, q + d * d));
            assert!(
                (residual / f64::from(count) / (squares / sum / 2.0) - 1.0).abs() < 0.02,
                "{law:?}"
            );
            let count = 200_000;
            let sum: f64 = (0..count)
                .map(|i| law.sample(keyed.word(i, 0)).as_secs_f64())
                .sum();
            let mean = law.mean().as_secs_f64();
            assert!((sum / count as f64 / mean - 1.0).abs() < 0.01, "{law:?}");
            assert_eq!(law.scaled(2.0).mean(), Span(law.mean().0 * 2), "{law:?}");
        }
    }
}
