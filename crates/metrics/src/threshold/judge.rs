//! Holds thresholds against figures: they are kept, missed, or can't be judged by so few observations.

use super::samples::{nearest, settled, wanted_for_quantile, wanted_for_share};
use super::{Comparison, Limit, Measure, Threshold};
use crate::distribution::Distribution;
use crate::finish::ResultParts;
use crate::meter::Meter;
use crate::record::{Metric, Observed, Summary, ThresholdOutcome, ThresholdVerdict, Unit};
use std::cmp::Ordering;

impl Threshold {
    /// Whether it holds. Where too little was observed to tell, or nothing at all, that is the verdict.
    #[must_use]
    pub fn evaluate(&self, parts: &ResultParts) -> ThresholdVerdict {
        match parts.metrics.get(&self.metric.name) {
            None => self.unobserved(),
            Some(Metric::Histogram(summary)) => match parts.distributions.get(&self.metric.name) {
                Some(distribution) => self.judge_distribution(distribution, summary),
                None => self.unobserved(),
            },
            Some(metric) => self.judge_metric(metric),
        }
    }

    /// Whether a load misses it, whatever else it measures: by what it has measured so far, and though the load goes on.
    /// Too few observations miss nothing, and a count that is still too low may grow.
    #[must_use]
    pub fn is_missed_by(&self, meter: &mut Meter) -> bool {
        let verdict = match meter.counted(&self.metric.name) {
            Some(metric) => self.judge_metric(&metric),
            None => match meter.named(&self.metric.name) {
                Some(distribution) => {
                    distribution.settle();
                    self.judge_distribution(distribution, &distribution.summary())
                }
                None => return false,
            },
        };
        verdict.outcome() == ThresholdOutcome::Missed && !self.may_still_be_kept(verdict.observed)
    }

    /// Whether a condition that does not hold yet comes to hold where its figure goes the one way that it can go: counts
    /// and the largest value grow, and the smallest falls.
    fn may_still_be_kept(&self, observed: Observed) -> bool {
        let Some(order) = self.order(observed) else {
            return false;
        };
        match self.measure {
            Measure::Count | Measure::Amount | Measure::Max => match self.comparison {
                Comparison::GreaterOrEqual | Comparison::Greater => true,
                Comparison::Equal => order.is_lt(),
                Comparison::Less | Comparison::LessOrEqual => false,
            },
            Measure::Min => match self.comparison {
                Comparison::Less | Comparison::LessOrEqual => true,
                Comparison::Equal => order.is_gt(),
                Comparison::GreaterOrEqual | Comparison::Greater => false,
            },
            Measure::Quantile(_) | Measure::Mean | Measure::Rate => false,
        }
    }

    /// The verdict on a metric that is no histogram.
    pub(super) fn judge_metric(&self, metric: &Metric) -> ThresholdVerdict {
        match *metric {
            Metric::Counter { unit, value } | Metric::Gauge { unit, value } => {
                self.verdict(Observed::Value { value, unit }, None)
            }
            Metric::Ratio {
                numerator,
                denominator,
                unit,
            } if denominator != 0 => self.judge_ratio(numerator, denominator, unit),
            Metric::Ratio { .. } | Metric::Histogram(_) => self.unobserved(),
        }
    }

    fn judge_ratio(&self, numerator: i64, denominator: i64, unit: Unit) -> ThresholdVerdict {
        let observed = Observed::Ratio {
            numerator,
            denominator,
            unit,
        };
        let verdict = self.verdict(observed, None);
        let wanted = match self.limit {
            Limit::Ratio(limit) if unit == Unit::Share => wanted_for_share(self.comparison, limit),
            Limit::Ratio(_) | Limit::Value(_) => 1,
        };
        let count = denominator.unsigned_abs();
        if verdict.passed && count < wanted {
            return self.too_few(observed, count, wanted);
        }
        verdict
    }

    pub(super) fn judge_distribution(
        &self,
        distribution: &Distribution,
        summary: &Summary,
    ) -> ThresholdVerdict {
        let (count, unit) = (summary.count, summary.unit);
        let value = match self.measure {
            Measure::Count => {
                let value = count as i64;
                return self.verdict(
                    Observed::Value {
                        value,
                        unit: Unit::Count,
                    },
                    None,
                );
            }
            Measure::Amount | Measure::Rate => return self.unobserved(),
            Measure::Quantile(_) | Measure::Mean | Measure::Min | Measure::Max if count == 0 => {
                return self.unobserved();
            }
            Measure::Quantile(q) => distribution.quantile_ns(q),
            Measure::Mean => summary.mean,
            Measure::Min => summary.min,
            Measure::Max => summary.max,
        };
        let observed = Observed::Value { value, unit };
        let Measure::Quantile(q) = self.measure else {
            return self.verdict(observed, Some(count));
        };
        let wanted = wanted_for_quantile(q);
        if count >= wanted {
            return self.verdict(observed, Some(count));
        }
        let (told, bound) = nearest(q, count);
        let value = distribution.quantile_ns(told);
        let order = self.order(Observed::Value { value, unit });
        match order.and_then(|order| settled(self.comparison, order, bound)) {
            None => self.too_few(observed, count, wanted),
            Some(passed) => ThresholdVerdict {
                passed,
                ..self.verdict(observed, Some(count))
            },
        }
    }

    /// The verdict where the observations suffice.
    fn verdict(&self, observed: Observed, samples_count: Option<u64>) -> ThresholdVerdict {
        let order = self.order(observed);
        ThresholdVerdict {
            metric: self.metric.name.clone(),
            condition: self.condition.clone(),
            observed,
            samples_count,
            samples_wanted: None,
            passed: order.is_some_and(|order| self.comparison.holds(order)),
        }
    }

    /// The verdict where there are fewer observations than it takes to tell.
    fn too_few(&self, observed: Observed, count: u64, wanted: u64) -> ThresholdVerdict {
        ThresholdVerdict {
            samples_wanted: Some(wanted),
            passed: false,
            ..self.verdict(observed, Some(count))
        }
    }

    /// The verdict where there is no figure.
    fn unobserved(&self) -> ThresholdVerdict {
        let wanted = match (self.measure, self.limit) {
            (Measure::Quantile(q), _) => wanted_for_quantile(q),
            (Measure::Rate, Limit::Ratio(limit)) if self.metric.unit == Unit::Share => {
                wanted_for_share(self.comparison, limit)
            }
            (
                Measure::Rate
                | Measure::Mean
                | Measure::Min
                | Measure::Max
                | Measure::Count
                | Measure::Amount,
                _,
            ) => 1,
        };
        self.too_few(Observed::Nothing, 0, wanted)
    }

    /// How far what was observed lies from the limit, in its unit; none if nothing was observed.
    #[must_use]
    pub fn distance(&self, observed: Observed) -> Option<f64> {
        match (observed, self.limit) {
            (Observed::Value { value, .. }, Limit::Value(limit)) => Some((value as f64 - limit as f64).abs()),
            (
                Observed::Ratio {
                    numerator,
                    denominator,
                    unit,
                },
                Limit::Ratio(limit),
            ) => unit
                .ratio(numerator, denominator)
                .map(|ratio| (ratio - limit).abs()),
            (Observed::Nothing, _)
            | (Observed::Value { .. }, Limit::Ratio(_))
            | (Observed::Ratio { .. }, Limit::Value(_)) => None,
        }
    }

    /// How what was observed compares with the limit.
    fn order(&self, observed: Observed) -> Option<Ordering> {
        match (observed, self.limit) {
            (Observed::Value { value, .. }, Limit::Value(limit)) => value.partial_cmp(&limit),
            (
                Observed::Ratio {
                    numerator,
                    denominator,
                    unit,
                },
                Limit::Ratio(limit),
            ) => unit
                .ratio(numerator, denominator)
                .and_then(|ratio| ratio.partial_cmp(&limit)),
            (Observed::Nothing, _)
            | (Observed::Value { .. }, Limit::Ratio(_))
            | (Observed::Ratio { .. }, Limit::Value(_)) => None,
        }
    }
}
