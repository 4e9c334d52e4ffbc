//! Thresholds: conditions that a run must keep, e.g. `"delivery.friend" = ["p(99) < 250ms"]`.

mod judge;
mod pattern;
mod samples;

use crate::record::{Clock, Unit};
use crate::registry::{Definition, Kind, UnknownMetric, find};
use chappe_base::{Amount, Duration, Span};
use std::cmp::Ordering;

pub use pattern::condition_patterns;

/// One condition on one metric.
///
/// A scenario's `[thresholds]` give metric and condition as text. [`Threshold::parse`] makes sure that the
/// metric is registered and has such a measure, before anything is run. After a run [`Threshold::evaluate`]
/// holds it against the figures, and its [`ThresholdVerdict`](crate::ThresholdVerdict) goes into the record; a load that is to end at
/// the first miss asks [`Threshold::is_missed_by`] second by second.
///
/// ```
/// use chappe_metrics::Threshold;
///
/// let threshold = Threshold::parse("delivery.friend", "p(99) < 250ms or abort after 10s")?;
/// assert_eq!(threshold.metric(), "delivery.friend");
/// assert!(threshold.abort_after().is_some());
/// let error = Threshold::parse("delivery.friends", "p(99) < 250ms").unwrap_err();
/// assert!(error.to_string().contains("the nearest is `delivery.friend`"));
/// # Ok::<(), chappe_metrics::ThresholdError>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Threshold {
    metric: &'static Definition,
    condition: String,
    measure: Measure,
    comparison: Comparison,
    limit: Limit,
    abort_after: Option<Span>,
}

/// What of a metric is compared with the limit.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Measure {
    /// Value at a quantile in [0, 1].
    Quantile(f64),
    Mean,
    Min,
    Max,
    Count,
    Amount,
    Rate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Limit {
    /// In the unit of what is measured.
    Value(i64),
    /// Of a ratio, in its unit.
    Ratio(f64),
}

/// Why a threshold cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ThresholdError {
    /// No such metric.
    #[error(transparent)]
    UnknownMetric(#[from] UnknownMetric),
    /// A series has no one value.
    #[error(
        "`{metric}` is a series and has no single value to hold against a limit; name a histogram, counter, gauge or ratio"
    )]
    Series {
        /// The metric.
        metric: String,
    },
    /// Not of the form measure, comparison, limit.
    #[error(
        "`{condition}` is no condition on {metric}; write a measure, one of < <= == >= >, and a limit, for example \"{example}\""
    )]
    Form {
        /// The metric.
        metric: String,
        /// What was written.
        condition: String,
        /// What would be right.
        example: &'static str,
    },
    /// The metric has no such measure.
    #[error(
        "`{measure}` is nothing that {metric}, a {} in {}, has; it has {known}, for example \"{example}\"",
        kind.label(),
        unit.label()
    )]
    Measure {
        /// The metric.
        metric: String,
        /// What was asked for.
        measure: String,
        /// The metric's kind.
        kind: Kind,
        /// The metric's unit.
        unit: Unit,
        /// What it has.
        known: &'static str,
        /// What would be right.
        example: &'static str,
    },
    /// The limit is not in the measure's unit.
    #[error("the limit in `{condition}` on {metric}: {problem}")]
    Limit {
        /// The metric.
        metric: String,
        /// What was written.
        condition: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Threshold {
    /// Reads one condition on a metric.
    ///
    /// # Errors
    /// Says what is wrong, and what to write.
    pub fn parse(metric: &str, condition: &str) -> Result<Threshold, ThresholdError> {
        let metric = find(metric)?;
        let example = example(metric)?;
        let form = || ThresholdError::Form {
            metric: metric.name.clone(),
            condition: condition.to_owned(),
            example,
        };
        let (bare, abort_after) = split_abort(condition).map_err(|problem| ThresholdError::Limit {
            metric: metric.name.clone(),
            condition: condition.to_owned(),
            problem,
        })?;
        let start = bare.find(['<', '=', '>']).ok_or_else(form)?;
        let (measure, rest) = bare.split_at(start);
        let end = rest.find(|c| !matches!(c, '<' | '=' | '>')).ok_or_else(form)?;
        let (comparison, limit) = rest.split_at(end);
        let comparison = Comparison::parse(comparison).ok_or_else(form)?;
        let (measure, limit) = (measure.trim(), limit.trim());
        if measure.is_empty() || limit.is_empty() {
            return Err(form());
        }
        let measure = Measure::parse(measure)
            .filter(|measure| measure.fits(metric))
            .ok_or_else(|| ThresholdError::Measure {
                metric: metric.name.clone(),
                measure: measure.to_owned(),
                kind: metric.kind,
                unit: metric.unit,
                known: known(metric),
                example,
            })?;
        let limit = measure
            .limit(limit, metric.unit)
            .map_err(|problem| ThresholdError::Limit {
                metric: metric.name.clone(),
                condition: condition.to_owned(),
                problem,
            })?;
        Ok(Threshold {
            metric,
            condition: condition.to_owned(),
            measure,
            comparison,
            limit,
            abort_after,
        })
    }

    /// After how long a load ends as soon as the threshold is missed; none if it goes on to its end.
    #[must_use]
    pub fn abort_after(&self) -> Option<Span> {
        self.abort_after
    }

    /// The metric's registered name.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric.name
    }

    /// The condition as it was written.
    #[must_use]
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// Whether runs in `clock` have the metric.
    #[must_use]
    pub fn is_of(&self, clock: Clock) -> bool {
        self.metric.clocks.contains(&clock)
    }
}

/// A condition without its `or abort` or `or abort after 10s`, and after how long a load is aborted.
fn split_abort(condition: &str) -> Result<(&str, Option<Span>), String> {
    let Some((bare, rest)) = condition.split_once(" or abort") else {
        return Ok((condition, None));
    };
    let rest = rest.trim();
    if rest.is_empty() {
        return Ok((bare, Some(Span::ZERO)));
    }
    let after = rest.strip_prefix("after ").ok_or_else(|| {
        format!("`or abort {rest}` is unknown; write `or abort` or, for example, `or abort after 10s`")
    })?;
    Ok((bare, Some(Duration::parse(after.trim())?.0)))
}

/// A condition that the metric can have.
fn example(metric: &Definition) -> Result<&'static str, ThresholdError> {
    match metric.kind {
        Kind::Histogram => Ok("p(99) < 250ms"),
        Kind::Counter | Kind::Gauge if metric.unit == Unit::MicroUnits => Ok("amount >= 100.00"),
        Kind::Counter | Kind::Gauge => Ok("count == 0"),
        Kind::Ratio if metric.unit == Unit::Share => Ok("rate < 0.05"),
        Kind::Ratio => Ok("rate < 5"),
        Kind::Series => Err(ThresholdError::Series {
            metric: metric.name.clone(),
        }),
    }
}

/// The measures that the metric has.
fn known(metric: &Definition) -> &'static str {
    match metric.kind {
        Kind::Histogram => "p(0) to p(100), mean, min, max and count",
        Kind::Counter | Kind::Gauge if metric.unit == Unit::MicroUnits => "amount",
        Kind::Counter | Kind::Gauge => "count",
        Kind::Ratio => "rate",
        Kind::Series => "none",
    }
}

impl Measure {
    fn parse(text: &str) -> Option<Measure> {
        match text {
            "mean" => Some(Measure::Mean),
            "min" => Some(Measure::Min),
            "max" => Some(Measure::Max),
            "count" => Some(Measure::Count),
            "amount" => Some(Measure::Amount),
            "rate" => Some(Measure::Rate),
            other => {
                let percentile = other.strip_prefix("p(")?.strip_suffix(')')?.trim();
                let percentile: f64 = percentile.parse().ok()?;
                (0.0..=100.0)
                    .contains(&percentile)
                    .then_some(Measure::Quantile(percentile / 100.0))
            }
        }
    }

    fn fits(self, metric: &Definition) -> bool {
        match self {
            Measure::Quantile(_) | Measure::Mean | Measure::Min | Measure::Max => {
                metric.kind == Kind::Histogram
            }
            Measure::Count => {
                metric.kind == Kind::Histogram
                    || metric.unit == Unit::Count && matches!(metric.kind, Kind::Counter | Kind::Gauge)
            }
            Measure::Amount => metric.unit == Unit::MicroUnits,
            Measure::Rate => metric.kind == Kind::Ratio,
        }
    }

    fn limit(self, text: &str, unit: Unit) -> Result<Limit, String> {
        match self {
            Measure::Quantile(_) | Measure::Mean | Measure::Min | Measure::Max => {
                Duration::parse(text).map(|duration| Limit::Value(duration.0.0))
            }
            Measure::Count => text
                .replace('_', "")
                .parse()
                .map(Limit::Value)
                .map_err(|_| format!("`{text}` is no count; write a whole number")),
            Measure::Amount => Amount::parse(text).map(|amount| Limit::Value(amount.0.0)),
            Measure::Rate => {
                let (highest, expected) = if unit == Unit::Share {
                    (1.0, "a number between 0 and 1, for example 0.05")
                } else {
                    (f64::MAX, "a number from 0, for example 2.5")
                };
                match text.parse() {
                    Ok(rate) if (0.0..=highest).contains(&rate) => Ok(Limit::Ratio(rate)),
                    Ok(_) | Err(_) => Err(format!("`{text}` is no rate; write {expected}")),
                }
            }
        }
    }
}

impl Comparison {
    fn parse(text: &str) -> Option<Comparison> {
        match text {
            "<" => Some(Comparison::Less),
            "<=" => Some(Comparison::LessOrEqual),
            "==" => Some(Comparison::Equal),
            ">=" => Some(Comparison::GreaterOrEqual),
            ">" => Some(Comparison::Greater),
            _ => None,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Greater => order.is_gt(),
        }
    }
}

#[cfg(test)]
mod tests;
