//! The figures that a study reads from a run, by name.

use crate::error::Error;
use chappe_metrics::{Better, Metric, ResultParts, SeriesTable, Unit, find_figure};
use chappe_report::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FRIENDS: &str = "delivery.friend";

/// The series that a study follows over time.
const SERIES: [&str; 6] = [
    "series.accepted.friend",
    "series.begun",
    "series.blocks",
    "series.mutes",
    "series.opt_outs",
    "series.revenue",
];

/// A figure as numerator and denominator, so that files hold it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Figure(i64, i64);

impl Figure {
    pub(crate) fn value(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }
}

/// What is known of a figure before any run.
pub(crate) struct Definition {
    pub(crate) name: String,
    /// What it is, in a sentence.
    pub(crate) words: String,
    pub(crate) unit: Unit,
    pub(crate) better: Better,
}

/// All scalar figures of a run; those that it has not are left out.
pub(crate) fn read(parts: &ResultParts) -> BTreeMap<String, Figure> {
    let mut figures = BTreeMap::new();
    for (name, metric) in &parts.metrics {
        match *metric {
            Metric::Counter { value, .. } | Metric::Gauge { value, .. } => {
                figures.insert(name.clone(), Figure(value, 1));
            }
            Metric::Ratio {
                numerator,
                denominator,
                unit,
            } => {
                if denominator != 0 {
                    figures.insert(name.clone(), Figure(numerator * unit.one(), denominator));
                }
            }
            Metric::Histogram(ref summary) => {
                if name == FRIENDS && summary.count > 0 {
                    figures.insert(format!("{name} p(50)"), Figure(summary.p50, 1));
                    figures.insert(format!("{name} p(99)"), Figure(summary.p99, 1));
                }
            }
        }
    }
    figures
}

/// The series of a run that a study follows.
pub(crate) fn series(parts: &ResultParts) -> SeriesTable {
    let mut series = parts.series.clone();
    series
        .columns
        .retain(|column| SERIES.contains(&column.name.as_str()));
    series
}

/// What a figure of that name is.
pub(crate) fn definition(name: &str) -> Result<Definition, Error> {
    let found = find_figure(name).map_err(|error| Error::usage(error.to_string()))?;
    let known = match name {
        "delivery.friend p(50)" => Some("friends\u{2019} median delivery"),
        "delivery.friend p(99)" => Some("friends\u{2019} p99"),
        name => words::figure(name),
    };
    Ok(Definition {
        name: name.to_string(),
        words: known.unwrap_or(&found.description).to_string(),
        unit: found.unit,
        better: found.better,
    })
}

/// An amount of a figure in its unit, as people read it.
pub(crate) fn amount(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Nanoseconds => words::duration(value.round() as i64),
        Unit::MicroUnits => words::money(value.round() as i64),
        Unit::Bytes => words::bytes(value.round() as u64),
        Unit::Share => format!("{:.2} points", value * 100.0),
        Unit::PartsPerMillion => format!("{:.2} points", value / 1e4),
        Unit::Count | Unit::PerThousand if value.abs() < 100.0 => format!("{value:.2}"),
        Unit::Count | Unit::PerThousand => words::count(value.round() as i64),
    }
}
