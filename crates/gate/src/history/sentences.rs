//! Series and their changes as text.

use super::Changed;
use crate::record::{FigureKind, HistoryChange, HistoryPoint, HistorySeries};
use chappe_metrics::{Better, Unit};
use chappe_report::chart::Measure;
use chappe_report::parts::{measure, told};

/// Changes below this share are shown by their figures, since a percentage would round to zero.
const SHARE_LEAST: f64 = 1e-5;
/// Letters of a commit's hash.
const HASH_LETTERS: usize = 7;

/// By how much a figure changed, as a share of what it was; none if it was zero.
pub(super) fn share(change: &HistoryChange) -> Option<f64> {
    (change.before != 0.0).then(|| (change.after - change.before) / change.before.abs())
}

/// The same as people read it.
pub(super) fn size((series, change): Changed<'_>) -> String {
    match share(change).filter(|share| share.abs() >= SHARE_LEAST) {
        Some(share) => told(Measure::Share, share),
        None if change.before == change.after => "same median, different spread".to_owned(),
        None => between((series, change)),
    }
}

/// What it changed from and to.
pub(super) fn between((series, change): Changed<'_>) -> String {
    let [before, after] = [change.before, change.after].map(|level| value(level, series.unit));
    format!("from {before} to {after}")
}

/// Whether there is more of it, if its median moved at all.
pub(super) fn is_more(change: &HistoryChange) -> Option<bool> {
    (change.before != change.after).then_some(change.after > change.before)
}

/// Whether it is for the better, where one way is better than the other.
pub(super) fn is_better((series, change): Changed<'_>) -> Option<bool> {
    let is_more = is_more(change)?;
    match series.better {
        Better::Higher => Some(is_more),
        Better::Lower => Some(!is_more),
        Better::None => None,
    }
}

/// What changed, by how much and since when, without its full stop.
pub(super) fn told_change(changed: Changed<'_>) -> String {
    let (series, change) = changed;
    let verdict = match is_better(changed) {
        Some(true) => " (better)",
        Some(false) => " (worse)",
        None => "",
    };
    let scenario = if change.scenario_changed {
        ", with another scenario or seed"
    } else {
        ""
    };
    let since = first(changed).map(place).unwrap_or_default();
    format!(
        "{}: {} {} since {since}{scenario}{verdict}",
        series.scenario,
        name(series),
        size(changed)
    )
}

/// The first point after a change.
pub(super) fn first<'a>((series, change): Changed<'a>) -> Option<&'a HistoryPoint> {
    series.points.get(usize::try_from(change.point).ok()?)
}

/// The metric, with the machine where that matters.
pub(super) fn name(series: &HistorySeries) -> String {
    match &series.machine {
        Some(machine) => format!("{} on {machine}", series.metric),
        None => series.metric.clone(),
    }
}

/// In which time a series is.
pub(super) fn clock(series: &HistorySeries) -> &'static str {
    match series.kind {
        FigureKind::Behaviour => "behaviour, in virtual time",
        FigureKind::Cost => "cost, counted",
        FigureKind::Wall => "wall-clock time",
    }
}

/// A run by its commit, or by its day where that is not known.
pub(super) fn place(point: &HistoryPoint) -> String {
    match &point.commit {
        Some(commit) => commit.chars().take(HASH_LETTERS).collect(),
        None => day(point),
    }
}

/// The day of a run.
pub(super) fn day(point: &HistoryPoint) -> String {
    point.at.chars().take("2026-11-23".len()).collect()
}

/// The commits from the first run to the last.
pub(super) fn extent(series: &HistorySeries) -> [String; 2] {
    [series.points.first(), series.points.last()].map(|point| point.map(place).unwrap_or_default())
}

/// A value of a series as people read it.
pub(super) fn value(value: f64, unit: Unit) -> String {
    let (measure, factor) = measure(unit);
    measure.signed(value * factor)
}
