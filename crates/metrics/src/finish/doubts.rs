//! Reasons to doubt the figures of a run, each with its remedy.

use crate::distribution::HIGHEST_NS;
use crate::overload::Overload;
use crate::record::{Metric, Warning};
use chappe_base::Span;
use std::collections::BTreeMap;

/// Below this share of its busiest hour [percent], a platform's queues say little.
const PEAK_LOW_PERCENT: i64 = 30;

/// Reasons for doubt, by the metrics and by the waits at shards; `gives_service` if the scenario gives service
/// times.
pub(super) fn warnings(
    metrics: &BTreeMap<String, Metric>,
    overload: Option<Overload>,
    gives_service: bool,
) -> Vec<Warning> {
    let of_metrics = metrics.iter();
    let of_metrics = of_metrics.filter_map(|(name, metric)| warning(name, metric, gives_service));
    let of_shards = overload.iter().map(Overload::warning);
    of_shards.chain(of_metrics).collect()
}

fn warning(name: &str, metric: &Metric, gives_service: bool) -> Option<Warning> {
    let (problem, remedy) = match *metric {
        Metric::Histogram(ref summary) if summary.saturated_count > 0 => (
            format!(
                "{} observations of {name} exceed {} days and count as that",
                summary.saturated_count,
                HIGHEST_NS as i64 / Span::DAY.0
            ),
            "shorten the horizon",
        ),
        Metric::Counter { value, .. } if name == "messages.dropped" && value > 0 => (
            format!("{value} commands were lost to full queues; latency leaves them out"),
            match gives_service {
                true => "shorten platform.service, or raise platform.servers or platform.queue_capacity",
                false => "lower platform.peak_utilisation, or raise platform.queue_capacity",
            },
        ),
        Metric::Ratio {
            numerator,
            denominator,
            ..
        } if name == "utilisation.peak_hour" && numerator > 0 => {
            let percent = (numerator as i128 * 100 / (denominator as i128).max(1)) as i64;
            if percent >= PEAK_LOW_PERCENT {
                return None;
            }
            (
                format!(
                    "the platform is busy for {percent}% of its busiest hour: hardly anything \
                     queues, and no policy can cost latency"
                ),
                match gives_service {
                    true => "lengthen platform.service, or lower platform.shards",
                    false => "raise platform.peak_utilisation",
                },
            )
        }
        Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => {
            return None;
        }
    };
    Some(Warning {
        problem,
        remedy: remedy.to_owned(),
    })
}
