//! What a check found, one finding for each thing that was looked at.

use crate::record::{CaseVerdict, CostVerdict, GateRecord, MovedMetric, WallVerdict};
use chappe_metrics::{Metric, Unit, Verdict};
use chappe_report::words;

/// Metrics that are named in one line, before the rest is only counted.
const NAMED_COUNT: usize = 6;

/// Decimals with which two quotients are told apart at most.
const DECIMALS_MAX: usize = 9;

/// What a finding means for the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Weight {
    /// It closes the gate.
    Closing,
    /// It moved for the better.
    Better,
    /// The evidence doesn't tell.
    Unknown,
    /// It is as it was.
    Unmoved,
}

/// What a finding stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Evidence {
    Behaviour,
    Cost,
    WallTime,
}

impl Evidence {
    pub(crate) const ALL: [Evidence; 3] = [Evidence::Behaviour, Evidence::Cost, Evidence::WallTime];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Evidence::Behaviour => "behaviour",
            Evidence::Cost => "cost",
            Evidence::WallTime => "wall time",
        }
    }
}

/// One thing that was looked at.
pub(crate) struct Finding {
    pub(crate) evidence: Evidence,
    /// The case or bench, and which of its figures.
    pub(crate) name: String,
    pub(crate) weight: Weight,
    /// In a sentence without its full stop, which begins with the name.
    pub(crate) sentence: String,
    /// What there is to say beyond that, a line each.
    pub(crate) details: Vec<String>,
}

/// Everything that was looked at, in the order of the record.
pub(crate) fn findings(record: &GateRecord) -> Vec<Finding> {
    let exact = record.cases.iter().flat_map(|case| {
        let costs = case.costs.iter().map(|verdict| cost(case, verdict));
        std::iter::once(behaviour(case)).chain(costs)
    });
    let timings = record.wall.iter().flat_map(|wall| &wall.metrics).map(wall_time);
    exact.chain(timings).collect()
}

fn behaviour(case: &CaseVerdict) -> Finding {
    let name = case.name.clone();
    let is_same = case.digest_before == case.digest_now;
    let details: Vec<String> = case.moved.iter().map(moved).collect();
    let sentence = match details.len() {
        0 if is_same => format!("{name}: behaviour is as it was (digest {})", case.digest_now),
        0 => format!("{name}: behaviour changed, though no metric moved: facts did"),
        count => {
            let rest = match count.saturating_sub(NAMED_COUNT) {
                0 => String::new(),
                rest => format!(", and {rest} more"),
            };
            let named = details[..count.min(NAMED_COUNT)].join(", ");
            let metrics = words::counted(count as i64, "metric");
            format!("{name}: behaviour changed: {metrics} moved: {named}{rest}")
        }
    };
    Finding {
        evidence: Evidence::Behaviour,
        name,
        weight: if is_same && details.is_empty() {
            Weight::Unmoved
        } else {
            Weight::Closing
        },
        sentence,
        details,
    }
}

/// A metric, and from what to what it moved.
fn moved(moved: &MovedMetric) -> String {
    let told = |tell: &dyn Fn(&Metric) -> String| {
        [&moved.before, &moved.now].map(|metric| metric.as_ref().map_or("none".to_owned(), tell))
    };
    let in_full = (3..=DECIMALS_MAX).map(|decimals| told(&|metric| exactly(metric, decimals)));
    let tellings = std::iter::once(told(&in_brief)).chain(in_full);
    let apart = tellings.into_iter().find(|[before, now]| before != now);
    let [before, now] = apart.unwrap_or_else(|| told(&in_parts));
    format!("{} {before} → {now}", moved.metric)
}

/// A metric as people read it.
fn in_brief(metric: &Metric) -> String {
    match *metric {
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => words::value(value, unit),
        Metric::Ratio {
            numerator,
            denominator,
            unit,
        } => words::ratio(numerator, denominator, unit),
        Metric::Histogram(ref summary) => format!(
            "p50 {} p99 {}",
            words::value(summary.p50, summary.unit),
            words::value(summary.p99, summary.unit)
        ),
    }
}

/// A metric with so many decimals of what is a quotient.
fn exactly(metric: &Metric, decimals: usize) -> String {
    match *metric {
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => match unit {
            Unit::Count => value.to_string(),
            Unit::Nanoseconds
            | Unit::MicroUnits
            | Unit::PartsPerMillion
            | Unit::Bytes
            | Unit::Share
            | Unit::PerThousand => format!("{value} {}", unit.label()),
        },
        Metric::Ratio { unit, .. } => match (unit, metric.value()) {
            (_, None) => in_brief(metric),
            (Unit::Share, Some(share)) => format!("{:.decimals$}%", share * 100.0),
            (
                Unit::Count
                | Unit::Nanoseconds
                | Unit::MicroUnits
                | Unit::PartsPerMillion
                | Unit::Bytes
                | Unit::PerThousand,
                Some(value),
            ) => format!("{value:.decimals$} {}", words::plain(unit.label())),
        },
        Metric::Histogram(ref summary) => {
            let unit = summary.unit.label();
            format!("{} with a mean of {} {unit}", summary.count, summary.mean)
        }
    }
}

/// A quotient that is the same although its parts are not.
fn in_parts(metric: &Metric) -> String {
    match *metric {
        Metric::Ratio {
            numerator,
            denominator,
            ..
        } => format!("{} ({numerator} of {denominator})", in_brief(metric)),
        Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } => in_brief(metric),
    }
}

fn cost(case: &CaseVerdict, verdict: &CostVerdict) -> Finding {
    let CostVerdict {
        metric,
        unit,
        before,
        now,
        tolerance_ppm,
        ..
    } = verdict;
    let (name, what) = (
        format!("{}, {}", case.name, words::plain(metric.label())),
        words::plain(metric.label()),
    );
    let share = (*now as f64 / (*before).max(1) as f64 - 1.0) * 100.0;
    let way = if now < before { "fewer" } else { "more" };
    let values = [*before, *now].map(|value| words::value(value as i64, *unit));
    let sentence = if before == now {
        format!("{name}: {} as before", values[1])
    } else {
        let tolerance = f64::from(*tolerance_ppm) / 1e4;
        format!(
            "{name}: {:.2}% {way} ({} → {}, tolerance {tolerance}%): {}",
            share.abs(),
            values[0],
            values[1],
            verdict.verdict.label()
        )
    };
    Finding {
        evidence: Evidence::Cost,
        name,
        weight: weight(verdict.verdict),
        sentence,
        details: vec![format!("{what}: {before} → {now}")],
    }
}

fn wall_time(verdict: &WallVerdict) -> Finding {
    let again = verdict.again.map(|again| {
        format!(
            "measured again: {:+.1}% (interval {:+.1}% to {:+.1}%, noise {:.1}%)",
            again.difference * 100.0,
            again.low * 100.0,
            again.high * 100.0,
            again.noise_floor * 100.0
        )
    });
    let times = [verdict.before_ns, verdict.now_ns].map(|ns| match ns {
        _ if ns < 1e4 => format!("{ns:.1} ns"),
        _ => words::duration(ns as i64),
    });
    Finding {
        evidence: Evidence::WallTime,
        name: format!("{}, {}", verdict.name, verdict.metric),
        weight: weight(verdict.verdict),
        sentence: verdict.sentence.clone(),
        details: std::iter::once(format!("medians: {} → {}", times[0], times[1]))
            .chain(again)
            .collect(),
    }
}

fn weight(verdict: Verdict) -> Weight {
    match verdict {
        Verdict::Regressed => Weight::Closing,
        Verdict::Improved => Weight::Better,
        Verdict::Unchanged => Weight::Unmoved,
        Verdict::Changed | Verdict::Inconclusive => Weight::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i64, denominator: i64, unit: Unit) -> Option<Metric> {
        Some(Metric::Ratio {
            numerator,
            denominator,
            unit,
        })
    }

    fn told(before: Option<Metric>, now: Option<Metric>) -> String {
        let metric = "m".to_owned();
        moved(&MovedMetric { metric, before, now })
    }

    #[test]
    fn quotients_are_told_with_as_many_digits_as_tell_them_apart() {
        let busy = |busy_ns| ratio(busy_ns, 10_368_000_000_000_000, Unit::Share);
        assert_eq!(
            told(busy(4_665_600_000_000_000), busy(5_184_000_000_000_000)),
            "m 45% → 50%"
        );
        assert_eq!(
            told(busy(4_665_600_000_000_000), busy(4_665_600_200_000_000)),
            "m 45.000000% → 45.000002%"
        );
        assert_eq!(
            told(ratio(1, 2, Unit::Share), ratio(2, 4, Unit::Share)),
            "m 50% (1 of 2) → 50% (2 of 4)"
        );
        assert_eq!(
            told(
                ratio(7_000_000, 3_000_000, Unit::PerThousand),
                ratio(7_000_001, 3_000_000, Unit::PerThousand)
            ),
            "m 2333.333 per thousand → 2333.334 per thousand"
        );
        assert_eq!(told(None, ratio(1, 0, Unit::Share)), "m none → n/a");
    }
}
