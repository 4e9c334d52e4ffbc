//! The history: every recorded run in one file, and what changed from one run to the next.
//!
//! Single checks miss what creeps in slowly. Over many recorded runs each figure is a series, and [`changes`] says since
//! which commit it is another.
//!
//! [`changes`]: crate::changes::changes

mod charts;
mod document;
mod figures;
mod file;
mod selection;
mod sentences;
mod series;
#[cfg(test)]
mod tests;

pub use charts::{charts, rows};
pub use document::write_report;
pub use figures::recorded;
pub use file::{append, check, read};
pub use selection::{in_brief, record, select};
pub use series::series;

use crate::record::{HistoryChange, HistoryRecord, HistorySeries};
use chappe_report::words::counted;
use sentences::{day, first, share, told_change};

/// Changes that the answer names, at most.
const NAMED_MOST: usize = 5;
/// Runs that a series has before a change can be told from chance.
const RUNS_LEAST: usize = 6;

/// A change, and the series that changed.
type Changed<'a> = (&'a HistorySeries, &'a HistoryChange);

/// Every change, the newest first, and of those of one moment the largest.
fn newest_first(record: &HistoryRecord) -> Vec<Changed<'_>> {
    let series = record.series.iter();
    let mut changes: Vec<Changed<'_>> = series
        .flat_map(|series| series.changes.iter().map(move |change| (series, change)))
        .collect();
    let at = |changed: Changed<'_>| first(changed).map(|point| point.at.clone());
    let size = |(_, change): Changed<'_>| share(change).map_or(f64::MAX, f64::abs);
    changes.sort_by(|&one, &other| at(other).cmp(&at(one)).then(size(other).total_cmp(&size(one))));
    changes
}

/// Every series, those with the newest changes first.
fn in_order(record: &HistoryRecord) -> Vec<&HistorySeries> {
    let changed = newest_first(record).into_iter().map(|(series, _)| series);
    let mut all: Vec<&HistorySeries> = Vec::new();
    for one in changed.chain(&record.series) {
        // Two series may have equal content, so it is the place that counts.
        if !all.iter().any(|other| std::ptr::eq(*other, one)) {
            all.push(one);
        }
    }
    all
}

/// What changed last and where, in sentences.
#[must_use]
pub fn answer(record: &HistoryRecord) -> Vec<String> {
    let changes = newest_first(record);
    let named = changes.iter().take(NAMED_MOST).map(|&changed| {
        let mut sentence = told_change(changed);
        sentence.push('.');
        sentence
    });
    let changed_count = record.series.iter().filter(|one| !one.changes.is_empty()).count();
    let points = || record.series.iter().flat_map(|series| &series.points);
    let days = [points().map(day).min(), points().map(day).max()].map(Option::unwrap_or_default);
    let count = match changed_count {
        0 => "None".to_owned(),
        count => count.to_string(),
    };
    let sum = format!(
        "{count} of {} changed over {}, from {} to {}.",
        counted(record.series.len() as i64, "figure"),
        counted(record.runs_count as i64, "recorded run"),
        days[0],
        days[1]
    );
    named.chain([sum]).collect()
}

fn doubts(record: &HistoryRecord) -> Vec<String> {
    let is_short = |series: &&HistorySeries| series.points.len() < RUNS_LEAST;
    let short = record.series.iter().filter(is_short).count();
    let doubt = format!(
        "{} with fewer than {RUNS_LEAST} runs: too few to tell a change from chance.",
        counted(short as i64, "figure")
    );
    (short > 0).then_some(doubt).into_iter().collect()
}
