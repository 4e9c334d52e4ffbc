//! A small drawing, and a line on a terminal, for each series.

use super::sentences::{extent, first, is_better, is_more, name, place, size, told_change, value};
use super::{Changed, in_order};
use crate::record::{HistoryRecord, HistorySeries};
use chappe_report::chart::{Level, LevelChart, Measure, Tone};
use chappe_report::parts::tone;
use chappe_report::words::counted;

/// Values in a line of a terminal, at most.
const COURSE_MOST: usize = 24;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The chart of every series, in their order: each run relative to the newest level, or as it is where
/// that is zero.
#[must_use]
pub fn charts(record: &HistoryRecord) -> Vec<LevelChart> {
    record.series.iter().filter_map(chart).collect()
}

/// The chart of a series, if it has any point.
pub(super) fn chart(series: &HistorySeries) -> Option<LevelChart> {
    let last = series.points.last()?.value;
    let newest = series.changes.last().map_or(last, |change| change.after);
    let (measure, scaled): (_, &dyn Fn(f64) -> f64) = if newest == 0.0 {
        (Measure::Count, &|value| value)
    } else {
        (Measure::Share, &|value| (value - newest) / newest.abs())
    };
    let before = series.changes.first().map(|change| Level {
        from: 0,
        value: scaled(change.before),
        label: String::new(),
        tone: Tone::Ink,
    });
    let after = series.changes.iter().map(|change| {
        let changed = (series, change);
        Level {
            from: change.point as usize,
            value: scaled(change.after),
            label: match first(changed) {
                Some(point) => format!("{} {}", place(point), size(changed)),
                None => size(changed),
            },
            tone: tone(series.better, is_more(change)),
        }
    });
    Some(LevelChart {
        measure,
        values: series.points.iter().map(|point| scaled(point.value)).collect(),
        levels: before.into_iter().chain(after).collect(),
        ends: extent(series),
    })
}

/// What the chart of a series says, for those who cannot see it.
pub(super) fn spoken(series: &HistorySeries) -> String {
    let changes: Vec<String> = series
        .changes
        .iter()
        .map(|change| told_change((series, change)))
        .collect();
    let changes = if changes.is_empty() {
        "no change".to_owned()
    } else {
        changes.join("; ")
    };
    let runs = counted(series.points.len() as i64, "run");
    format!("{}: {} over {runs}: {changes}.", series.scenario, name(series))
}

/// Every series as a row for a terminal, the newest change first, below a head: scenario, metric, runs from
/// first to last, last value, course of the last runs, last change.
#[must_use]
pub fn rows(record: &HistoryRecord) -> Vec<Vec<String>> {
    let head = ["scenario", "metric", "runs", "last", "course", "last change"];
    let head = head.map(str::to_owned).to_vec();
    let rows = in_order(record).into_iter().map(row);
    std::iter::once(head).chain(rows).collect()
}

fn row(series: &HistorySeries) -> Vec<String> {
    let [from, to] = extent(series);
    let change = series.changes.last().map(|change| last_change((series, change)));
    let last = series.points.last();
    vec![
        series.scenario.clone(),
        name(series),
        format!("{}: {from} to {to}", series.points.len()),
        last.map(|last| value(last.value, series.unit))
            .unwrap_or_default(),
        course(series),
        change.unwrap_or_default(),
    ]
}

fn last_change(changed: Changed<'_>) -> String {
    let since = first(changed).map(place).unwrap_or_default();
    let verdict = match is_better(changed) {
        Some(true) => ", better",
        Some(false) => ", worse",
        None => "",
    };
    format!("{} since {since}{verdict}", size(changed))
}

/// The last values as bars, from the lowest of them to the highest.
fn course(series: &HistorySeries) -> String {
    let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
    let values = &values[values.len().saturating_sub(COURSE_MOST)..];
    let least = values.iter().copied().fold(f64::MAX, f64::min);
    let most = values.iter().copied().fold(f64::MIN, f64::max);
    let bar = |value: &f64| match most - least {
        0.0 => BARS[3],
        range => BARS[((value - least) / range * (BARS.len() - 1) as f64).round() as usize],
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FigureKind, HistoryPoint};
    use chappe_metrics::{Better, Unit};

    #[test]
    fn a_course_goes_from_the_lowest_bar_to_the_highest() {
        let of = |values: &[f64]| {
            let point = |&value: &f64| HistoryPoint {
                at: String::new(),
                commit: None,
                value,
            };
            course(&HistorySeries {
                scenario: String::new(),
                metric: String::new(),
                machine: None,
                kind: FigureKind::Cost,
                unit: Unit::Count,
                better: Better::Lower,
                points: values.iter().map(point).collect(),
                changes: vec![],
            })
        };
        assert_eq!(of(&[10.0, 17.0, 12.0]), "▁█▃");
        assert_eq!(of(&[5.0, 5.0]), "▄▄");
        assert_eq!(of(&[1.0; 40]).chars().count(), COURSE_MOST);
        assert_eq!(of(&[]), "");
    }
}
