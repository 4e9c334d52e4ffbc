//! Recorded runs as series of figures, with their changes.

use crate::changes::{Change, changes};
use crate::record::{FigureKind, HistoryChange, HistoryPoint, HistorySeries, RecordedFigure, RecordedRun};
use chappe_metrics::Unit;
use std::collections::BTreeMap;

/// What distinguishes one series from another, in the order in which they are shown.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    scenario: &'a str,
    kind: FigureKind,
    metric: &'a str,
    unit: Unit,
    /// Times of two machines don't compare.
    machine: Option<&'a str>,
}

/// A figure and its run.
struct Seen<'a> {
    run: &'a RecordedRun,
    figure: &'a RecordedFigure,
}

/// Every figure of the runs by scenario and metric, those on the wall clock also by machine.
#[must_use]
pub fn series(runs: &[RecordedRun]) -> Vec<HistorySeries> {
    let mut all: BTreeMap<Key<'_>, Vec<Seen<'_>>> = BTreeMap::new();
    for run in runs {
        for figure in &run.figures {
            let key = Key {
                scenario: &run.scenario,
                kind: figure.kind,
                metric: &figure.metric,
                unit: figure.unit,
                machine: (figure.kind == FigureKind::Wall).then_some(&run.machine),
            };
            all.entry(key).or_default().push(Seen { run, figure });
        }
    }
    all.into_iter()
        .filter_map(|(key, seen)| one(&key, &seen))
        .collect()
}

fn one(key: &Key<'_>, seen: &[Seen<'_>]) -> Option<HistorySeries> {
    let last = seen.last()?.figure;
    let values: Vec<f64> = seen.iter().map(|seen| seen.figure.value).collect();
    // A history holds finite values only.
    let found = changes(&values).unwrap_or_default();
    let point = |seen: &Seen<'_>| HistoryPoint {
        at: seen.run.at.clone(),
        commit: seen.run.commit.clone(),
        value: seen.figure.value,
    };
    Some(HistorySeries {
        scenario: key.scenario.to_string(),
        metric: key.metric.to_string(),
        machine: key.machine.map(str::to_string),
        kind: key.kind,
        unit: key.unit,
        better: last.better,
        points: seen.iter().map(point).collect(),
        changes: found.iter().map(|change| changed(change, seen)).collect(),
    })
}

fn changed(change: &Change, seen: &[Seen<'_>]) -> HistoryChange {
    let played = |place: usize| (&seen[place].run.scenario_hash, seen[place].run.seed);
    HistoryChange {
        point: change.at as u64,
        before: change.before,
        after: change.after,
        scenario_changed: played(change.at - 1) != played(change.at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RECORDED_RUN_SCHEMA;
    use chappe_metrics::Better;

    fn run(number: u64, machine: &str, hash: &str, figures: &[(FigureKind, &str, f64)]) -> RecordedRun {
        let figure = |&(kind, metric, value): &(FigureKind, &str, f64)| RecordedFigure {
            kind,
            metric: metric.to_string(),
            unit: Unit::Count,
            value,
            better: Better::Lower,
        };
        RecordedRun {
            schema: RECORDED_RUN_SCHEMA.to_string(),
            at: format!("2026-11-{:02}T10:00:00Z", number + 1),
            commit: Some(format!("c{number}")),
            version: "0.1.0".to_string(),
            machine: machine.to_string(),
            scenario: "town".to_string(),
            scenario_hash: hash.to_string(),
            seed: 1,
            figures: figures.iter().map(figure).collect(),
        }
    }

    #[test]
    fn times_of_two_machines_are_two_series_and_counts_are_one() {
        let runs: Vec<RecordedRun> = (0..12)
            .map(|number| {
                let (machine, wall) = if number % 2 == 0 {
                    ("slow", 9.0)
                } else {
                    ("fast", 2.0)
                };
                let count = if number < 5 { 100.0 } else { 104.0 };
                let figures = [
                    (FigureKind::Wall, "wall", wall),
                    (FigureKind::Cost, "instructions", count),
                ];
                run(number, machine, if number < 5 { "a" } else { "b" }, &figures)
            })
            .collect();
        let series = series(&runs);
        let names: Vec<_> = series
            .iter()
            .map(|one| (one.metric.as_str(), one.machine.as_deref()))
            .collect();
        assert_eq!(
            names,
            [
                ("instructions", None),
                ("wall", Some("fast")),
                ("wall", Some("slow"))
            ]
        );
        let change = HistoryChange {
            point: 5,
            before: 100.0,
            after: 104.0,
            scenario_changed: true,
        };
        assert_eq!(series[0].changes, [change]);
        assert_eq!(series[0].points[5].commit.as_deref(), Some("c5"));
        assert!(
            series[1..]
                .iter()
                .all(|one| one.changes.is_empty() && one.points.len() == 6)
        );
    }
}
