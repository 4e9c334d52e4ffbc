//! Reasons to doubt the figures of a run, each with its remedy.

use crate::distribution::HIGHEST_NS;
use crate::overload::Overload;
use crate::platform_size::ServiceFrom;
use crate::record::{Metric, Warning};
use chappe_base::Span;
use std::collections::BTreeMap;

/// Reasons for doubt, by the metrics and by the waits at shards.
pub(super) fn warnings(
    metrics: &BTreeMap<String, Metric>,
    overload: Option<Overload>,
    service_from: ServiceFrom,
) -> Vec<Warning> {
    let of_metrics = metrics.iter();
    let of_metrics = of_metrics.filter_map(|(name, metric)| warning(name, metric, service_from));
    let of_shards = overload.iter().map(Overload::warning);
    of_shards.chain(of_metrics).collect()
}

fn warning(name: &str, metric: &Metric, service_from: ServiceFrom) -> Option<Warning> {
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
            match service_from {
                ServiceFrom::Laws => {
                    "shorten platform.service, or raise platform.servers or platform.queue_capacity"
                }
                ServiceFrom::UnitCost => {
                    "lower platform.unit_cost, or raise platform.shards or platform.queue_capacity"
                }
                ServiceFrom::Stretched => "lower platform.stretch_to, or raise platform.queue_capacity",
            },
        ),
        Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => {
            return None;
        }
    };
    Some(Warning {
        problem,
        remedy: remedy.to_owned(),
    })
}
