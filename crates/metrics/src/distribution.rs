//! How lengths of time were distributed: an HdrHistogram with what it would round kept exact.

use crate::record::{Quantile, Summary, Unit};
use chappe_base::Span;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// The longest span that keeps its place [ns], 416 days; longer ones are counted as saturated.
pub const HIGHEST_NS: u64 = (1 << 55) - 1;

/// Significant decimal digits: quantiles are within 0.1%.
const DIGITS: u8 = 3;

/// Observations that enter the histogram together.
const WAITING: usize = 32;

/// The quantiles that a summary lists.
const LADDER: [f64; 23] = [
    0.0, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999,
    0.9995, 0.9999, 0.99999, 1.0,
];

/// A distribution of spans, from 1 ns to [`HIGHEST_NS`], in constant memory.
///
/// Its counts take 370 KiB of address space, of which only what is touched becomes memory: some
/// 8 KiB for each doubling that values fall into.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Distribution {
    /// Observations that have not reached the histogram.
    waiting: Vec<i64>,
    #[serde(with = "crate::histogram_serde")]
    histogram: Histogram<u64>,
    sum_ns: i128,
    min_ns: i64,
    max_ns: i64,
    saturated_count: u64,
}

impl Default for Distribution {
    fn default() -> Distribution {
        Distribution {
            waiting: Vec::new(),
            histogram: Histogram::new_with_bounds(1, HIGHEST_NS, DIGITS)
                .expect("the bounds are constants that a histogram can have"),
            sum_ns: 0,
            min_ns: i64::MAX,
            max_ns: 0,
            saturated_count: 0,
        }
    }
}

impl Distribution {
    /// Adds one observation. A negative span is a broken invariant of the caller.
    ///
    /// Observations enter the histogram some at a time: the counts they belong to are seldom in the
    /// cache, and are then fetched all at once.
    #[inline]
    pub fn record(&mut self, span: Span) {
        debug_assert!(span.0 >= 0, "nothing takes {} ns", span.0);
        self.waiting.push(span.0);
        if self.waiting.len() == WAITING {
            self.settle();
        }
    }

    /// Adds so many equal observations.
    pub(crate) fn record_many(&mut self, span: Span, count: u64) {
        if count == 0 {
            return;
        }
        self.settle();
        let ns = span.0.max(0);
        self.histogram.saturating_record_n(ns as u64, count);
        self.sum_ns += i128::from(ns) * i128::from(count);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
        self.saturated_count += u64::from(ns as u64 > HIGHEST_NS) * count;
    }

    /// Lets all observations enter the histogram. To be called before anything is read.
    pub fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.enter(&waiting);
        self.waiting = waiting;
        self.waiting.clear();
    }

    fn enter(&mut self, spans: &[i64]) {
        for &span in spans {
            let ns = span.max(0);
            self.histogram.saturating_record(ns as u64);
            self.sum_ns += ns as i128;
            self.min_ns = self.min_ns.min(ns);
            self.max_ns = self.max_ns.max(ns);
            self.saturated_count += (ns as u64 > HIGHEST_NS) as u64;
        }
    }

    /// Adds all observations of another.
    pub fn merge(&mut self, other: &Distribution) {
        self.enter(&other.waiting);
        self.histogram
            .add(&other.histogram)
            .expect("all distributions have the same bounds");
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.saturated_count += other.saturated_count;
    }

    /// How many observations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        debug_assert!(self.waiting.is_empty(), "settled before it is read");
        self.histogram.len()
    }

    /// The value [ns] at quantile `q` in [0, 1], within 0.1%; zero without observations.
    #[must_use]
    pub fn quantile_ns(&self, q: f64) -> i64 {
        if self.count() == 0 {
            return 0;
        }
        (self.histogram.value_at_quantile(q) as i64).clamp(self.min_ns, self.max_ns)
    }

    /// All that a record says of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = self.count();
        let quantiles = self.ladder();
        let at = |q: f64| {
            quantiles
                .iter()
                .find(|step| step.q == q)
                .map_or(0, |step| step.value)
        };
        Summary {
            unit: Unit::Nanoseconds,
            count,
            min: if count == 0 { 0 } else { self.min_ns },
            max: self.max_ns,
            mean: self.mean_ns(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            quantiles,
            saturated_count: self.saturated_count,
        }
    }

    /// All quantiles of a record, in one pass over the histogram; none without observations.
    fn ladder(&self) -> Vec<Quantile> {
        if self.count() == 0 {
            return Vec::new();
        }
        let mut values = self.histogram.value_at_quantiles(LADDER);
        // The ladder knows its length, so that one allocation is enough.
        let step = |q| Quantile {
            q,
            value: (values.next().unwrap_or(0) as i64).clamp(self.min_ns, self.max_ns),
        };
        LADDER.into_iter().map(step).collect()
    }

    /// The histogram, in nanoseconds.
    pub(crate) fn histogram(&self) -> &Histogram<u64> {
        &self.histogram
    }

    fn mean_ns(&self) -> i64 {
        let count = self.count() as i128;
        if count == 0 {
            return 0;
        }
        ((self.sum_ns + count / 2) / count) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Purpose};
    use proptest::prelude::*;

    fn of(values: &[i64]) -> Distribution {
        let mut distribution = Distribution::default();
        values.iter().for_each(|&ns| distribution.record(Span(ns)));
        distribution.settle();
        distribution
    }

    #[test]
    fn quantiles_are_within_a_thousandth_of_exact_ones() {
        let draw = Keyed::new(2016, Purpose::Test);
        // Log-uniform from a microsecond to a day, so that every size of bucket is met.
        let mut values: Vec<i64> = (0..20_000)
            .map(|k| libm::exp2(10.0 + 36.0 * draw.unit(k, 0)) as i64)
            .collect();
        let distribution = of(&values);
        values.sort_unstable();
        for q in LADDER {
            let rank = (libm::ceil(q * values.len() as f64) as usize).max(1);
            let exact = values[rank - 1];
            let error = (distribution.quantile_ns(q) - exact).abs();
            assert!(error * 1000 <= exact, "quantile {q}: off by {error} of {exact}");
        }
        let sum: i128 = values.iter().map(|&ns| ns as i128).sum();
        let mean = distribution.summary().mean;
        assert!((mean as i128 * 20_000 - sum).abs() <= 10_000);
    }

    proptest! {
        #[test]
        fn merging_equals_recording_together(a in prop::collection::vec(0i64..1 << 50, 0..50),
                                             b in prop::collection::vec(0i64..1 << 50, 0..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let mut together = b;
            together.extend(a);
            prop_assert_eq!(merged.summary(), of(&together).summary());
        }
    }

    proptest! {
        #[test]
        fn a_summary_has_the_quantiles_that_are_asked_for_one_by_one(
            values in prop::collection::vec(0i64..1 << 50, 1..200)
        ) {
            let distribution = of(&values);
            let summary = distribution.summary();
            prop_assert_eq!(summary.quantiles.len(), LADDER.len());
            for step in &summary.quantiles {
                prop_assert_eq!(step.value, distribution.quantile_ns(step.q), "{}", step.q);
            }
            let named = [(summary.p50, 0.5), (summary.p90, 0.9), (summary.p99, 0.99), (summary.p999, 0.999)];
            for (value, q) in named {
                prop_assert_eq!(value, distribution.quantile_ns(q));
            }
        }
    }

    #[test]
    fn spans_beyond_the_range_are_counted() {
        let distribution = of(&[5, HIGHEST_NS as i64, HIGHEST_NS as i64 + 1, i64::MAX]);
        let summary = distribution.summary();
        assert_eq!(summary.saturated_count, 2);
        assert_eq!((summary.count, summary.min, summary.max), (4, 5, i64::MAX));
    }

    #[test]
    fn without_observations_all_is_zero() {
        let summary = Distribution::default().summary();
        assert_eq!(
            (
                summary.count,
                summary.min,
                summary.max,
                summary.mean,
                summary.p999
            ),
            (0, 0, 0, 0, 0)
        );
        assert!(summary.quantiles.is_empty());
    }
}
