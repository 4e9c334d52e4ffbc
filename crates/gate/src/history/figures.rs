//! What a case came to, as a line of the history.

use crate::record::{Cost, FigureKind, Played, RECORDED_RUN_SCHEMA, RecordedFigure, RecordedRun};
use chappe_metrics::{Better, Machine, Metric, Unit, find};

/// The run of the case `name`, played by a program of `commit` at the time `at` (in RFC 3339).
#[must_use]
pub fn recorded(name: &str, played: &Played, commit: Option<&str>, at: &str) -> RecordedRun {
    RecordedRun {
        schema: RECORDED_RUN_SCHEMA.to_string(),
        at: at.to_string(),
        commit: commit.map(str::to_string),
        version: played.version.clone(),
        machine: words(&played.machine),
        scenario: name.to_string(),
        scenario_hash: played.scenario.hash.clone(),
        seed: played.seed,
        figures: figures(played),
    }
}

fn words(machine: &Machine) -> String {
    let Machine {
        processor,
        cores,
        os,
        arch,
        ..
    } = machine;
    format!("{processor}, {cores} cores, {os} on {arch}")
}

/// Every figure: what happened, what it cost, and the time of an event.
fn figures(played: &Played) -> Vec<RecordedFigure> {
    let behaviour = played.behaviour.metrics.iter().flat_map(|(name, metric)| {
        let better = find(name).map_or(Better::None, |definition| definition.better);
        let figure = move |metric: String, unit: Unit, value: f64| RecordedFigure {
            kind: FigureKind::Behaviour,
            metric,
            unit,
            value,
            better,
        };
        values(name, metric)
            .into_iter()
            .map(move |(name, unit, value)| figure(name, unit, value))
    });
    let cost = Cost::SHOWN.into_iter().filter_map(|cost| {
        Some(RecordedFigure {
            kind: FigureKind::Cost,
            metric: cost.label().to_string(),
            unit: cost.unit(),
            value: *played.cost.get(&cost)? as f64,
            better: Better::Lower,
        })
    });
    let wall = RecordedFigure {
        kind: FigureKind::Wall,
        metric: "time per event".to_string(),
        unit: Unit::Nanoseconds,
        value: played.event_ns,
        better: Better::Lower,
    };
    behaviour.chain(cost).chain([wall]).collect()
}

/// The values of a metric; none where there is nothing to tell.
fn values(name: &str, metric: &Metric) -> Vec<(String, Unit, f64)> {
    match *metric {
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => {
            vec![(name.to_string(), unit, value as f64)]
        }
        Metric::Ratio { unit, .. } => metric
            .value()
            .map(|value| (name.to_string(), unit, value))
            .into_iter()
            .collect(),
        Metric::Histogram(ref summary) if summary.count == 0 => Vec::new(),
        Metric::Histogram(ref summary) => [("p(50)", summary.p50), ("p(99)", summary.p99)]
            .map(|(quantile, value)| (format!("{name} {quantile}"), summary.unit, value as f64))
            .to_vec(),
    }
}
