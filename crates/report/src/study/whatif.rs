//! The report on a what-if study: what arms of a scenario would change.

mod drawings;
mod tables;

pub use drawings::whatif_plots;

use super::{Study, Time, asked, broken, estimated, promises, sentences};
use crate::csv::csv;
use crate::document::sections::texts;
use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink, put};
use chappe_metrics::{ArmsMetric, Estimate, ReplicationsEnd, Unit, WhatIfRecord};
use std::io;
use tables::{all, arms, assumed, funnel, people, refusals, side_by_side, told_table};

impl Report for WhatIfRecord {
    fn record_file(&self) -> &'static str {
        "whatif.json"
    }

    fn question(&self) -> Option<&str> {
        asked(&self.scenario)
    }

    fn answer(&self) -> Vec<String> {
        self.answer.clone()
    }

    fn cautions(&self) -> Vec<String> {
        broken(&self.violations)
            .into_iter()
            .chain(sentences(&self.warnings))
            .collect()
    }

    fn incomplete(&self) -> Option<String> {
        incomplete(self)
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        put(sink, "figures.csv", figures_csv(self).as_bytes())?;
        put(sink, "differences.csv", differences_csv(self).as_bytes())?;
        let sections = [
            ("side-by-side", "The arms side by side", Some(side_by_side(self))),
            ("funnel", "From judged to bought", funnel(self)),
            ("refusals", "Why ads were refused", refusals(self)),
            ("people", "Who gained and who lost", people(self)),
            ("assumed", "Assumed parameters", assumed(self)),
            ("all", "All figures", Some(all(self))),
            ("arms", "Arms and replications", Some(arms(self))),
        ];
        let present = sections
            .into_iter()
            .filter_map(|(anchor, title, content)| Some((anchor, title, content?)));
        let study = Study {
            report: self,
            time: Time::Virtual,
            scenario: &self.scenario,
            seeds: &self.seeds,
            version: &self.version,
            execution: &self.execution,
            question: asked(&self.scenario).unwrap_or(&self.scenario.title).to_owned(),
            plots: whatif_plots(self),
            sections: present.collect(),
            table: told_table(self),
            cases: vec![promises(&self.violations)],
        };
        study.write(sink)
    }
}

/// If the study was stopped before its end: how many replications there are, and what is not decided.
fn incomplete(record: &WhatIfRecord) -> Option<String> {
    let stopping = &record.stopping;
    let played = record.seeds.len();
    let (planned, of_what) = match stopping.wanted_count {
        None => (stopping.pilot_count, " of its pilot"),
        Some(wanted) => (wanted.min(stopping.replications_max), ""),
    };
    let lacks = match (played, stopping.wanted_count) {
        (0 | 1, _) => "an interval takes at least two, so no difference was estimated.",
        (_, None) => {
            "how many are needed is not known yet, and differences that are unsure were not decided."
        }
        (_, Some(_)) => {
            "intervals are wider than asked for, and differences that are unsure were not decided."
        }
    };
    (stopping.ended == ReplicationsEnd::Interrupted).then(|| {
        format!(
            "The study was stopped after {played} of {}{of_what}: {lacks}",
            words::counted(i64::from(planned), "replication"),
        )
    })
}

/// Every figure of every arm in every replication as a row.
fn figures_csv(record: &WhatIfRecord) -> String {
    let head = texts(["metric", "unit", "arm", "replication", "seed", "figure"]);
    let arms = record
        .metrics
        .iter()
        .flat_map(|metric| metric.arms.iter().map(move |arm| (metric, arm)));
    let rows = arms.flat_map(|(metric, arm)| {
        let figures = arm.figures.iter().zip(&record.seeds).enumerate();
        figures.map(|(number, (figure, seed))| {
            let figure = figure.map(|figure| figure.to_string()).unwrap_or_default();
            texts([
                &metric.metric,
                metric.unit.label(),
                &arm.arm,
                &number.to_string(),
                &seed.to_string(),
                &figure,
            ])
        })
    });
    csv(std::iter::once(head).chain(rows))
}

/// Every difference to the baseline with its interval as a row.
fn differences_csv(record: &WhatIfRecord) -> String {
    let head = texts(["metric", "unit", "arm", "difference", "low", "high", "verdict"]);
    let rows = record.metrics.iter().flat_map(|metric| {
        metric.against_baseline.iter().map(|against| {
            let Estimate { value, low, high } = against.difference;
            let [value, low, high] = [value, low, high].map(|value| value.to_string());
            let (name, unit) = (metric.metric.as_str(), metric.unit.label());
            texts([
                name,
                unit,
                &against.arm,
                &value,
                &low,
                &high,
                against.verdict.label(),
            ])
        })
    });
    csv(std::iter::once(head).chain(rows))
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

/// The metrics shown first: the headline, then those that people always ask for.
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
