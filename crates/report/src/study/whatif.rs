//! What arms of a scenario would change.

mod drawings;
mod tables;

pub use drawings::whatif_plots;

use super::{Study, Time, doubts, estimated, write};
use crate::words;
use crate::write::ReportError;
use chappe_metrics::{ArmsMetric, Estimate, Unit, WhatIfRecord};
use std::io;
use tables::{all, arms, assumed, funnel, people, refusals, side_by_side};

/// Hands `sink` each file of the report on a what-if study: `index.html`, which needs none of the
/// others, and for every plot `plots/NAME.svg` and `plots/NAME.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_whatif(
    record: &WhatIfRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let sections = [
        (
            "side-by-side",
            "The arms side by side",
            Some(side_by_side(record)),
        ),
        ("funnel", "From judged to bought", funnel(record)),
        ("refusals", "Why ads were refused", refusals(record)),
        ("people", "Who lost what", people(record)),
        ("assumed", "Assumed parameters", assumed(record)),
        ("all", "All figures", Some(all(record))),
        ("arms", "What was played", Some(arms(record))),
    ];
    let present = sections
        .into_iter()
        .filter_map(|(anchor, title, content)| Some((anchor, title, content?)));
    let study = Study {
        time: Time::Virtual,
        scenario: &record.scenario,
        seeds: &record.seeds,
        version: &record.version,
        execution: &record.execution,
        file: "whatif.json",
        question: record.scenario.question.clone(),
        answer: record.answer.clone(),
        doubts: doubts(&record.warnings),
        plots: whatif_plots(record),
        sections: present.collect(),
    };
    write(&study, sink)
}

fn baseline(record: &WhatIfRecord) -> &str {
    record
        .arms
        .first()
        .map_or("the baseline", |arm| arm.name.as_str())
}

fn metric<'a>(record: &'a WhatIfRecord, name: &str) -> Option<&'a ArmsMetric> {
    record.metrics.iter().find(|metric| metric.metric == name)
}

/// A metric in words, where people have any for it.
fn named(name: &str) -> String {
    words::figure(name).unwrap_or(name).to_owned()
}

/// The metrics to be told first: the headline, then what people always ask for.
fn told_metrics(record: &WhatIfRecord) -> Vec<&ArmsMetric> {
    let headline = record
        .stopping
        .headline
        .iter()
        .map(|headline| headline.metric.as_str());
    let names = headline.chain(words::FIGURES.iter().map(|(name, _)| *name));
    let mut metrics: Vec<&ArmsMetric> = vec![];
    for name in names {
        if let Some(found) = metric(record, name)
            && !metrics.iter().any(|metric| metric.metric == name)
        {
            metrics.push(found);
        }
    }
    metrics
}

/// Delivery between friends: its quantiles.
fn friends_delivery(record: &WhatIfRecord) -> impl Iterator<Item = &ArmsMetric> {
    let metrics = record.metrics.iter();
    metrics.filter(|metric| metric.metric.starts_with("delivery.friend "))
}

/// One estimate in the unit of a metric, for tables.
#[must_use]
pub(super) fn cell(estimate: Option<&Estimate>, unit: Unit) -> String {
    estimate
        .map(|estimate| estimated(estimate, unit))
        .unwrap_or_default()
}
