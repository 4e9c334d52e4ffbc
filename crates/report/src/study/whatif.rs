//! What arms of a scenario would change.

mod drawings;
mod tables;

pub use drawings::whatif_plots;

use super::{Study, Time, doubts, estimated, write};
use crate::write::ReportError;
use chappe_metrics::{ArmsMetric, Estimate, Unit, WhatIfRecord};
use std::io;
use tables::{all, arms, assumed, funnel, people, refusals, side_by_side};

/// What a product manager looks at, whatever decided how long the study went on: name and words.
const TOLD: [(&str, &str); 15] = [
    ("revenue.total", "revenue"),
    ("revenue.ads", "revenue with ads"),
    ("revenue.messages.marketing", "revenue by list price"),
    ("revenue.messages.utility", "revenue with notices and plans"),
    ("revenue.payments", "revenue with payments"),
    ("sales.ads", "sales through ads"),
    ("ads.delivered", "ads delivered"),
    ("harm", "turned away, per 1,000 people"),
    ("opt_ins.revoked", "opt-outs"),
    ("mutes", "mutes"),
    ("blocks", "blocks"),
    ("messages.accepted.friend", "friends\u{2019} messages"),
    ("sessions.connects", "times on line"),
    ("opt_ins.given", "opt-ins"),
    ("orders.paid", "orders paid"),
];

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
    let told = TOLD.iter().find(|(told, _)| *told == name);
    told.map_or_else(|| name.to_owned(), |(_, words)| (*words).to_owned())
}

/// The metrics to be told first: the headline, then what people always ask for.
fn told_metrics(record: &WhatIfRecord) -> Vec<&ArmsMetric> {
    let headline = record
        .stopping
        .headline
        .iter()
        .map(|headline| headline.metric.as_str());
    let names = headline.chain(TOLD.iter().map(|(name, _)| *name));
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
