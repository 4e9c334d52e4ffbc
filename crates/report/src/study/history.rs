//! The report on recorded runs: what changed from one to the next, and since when.

mod charts;
mod words;

pub use charts::{history_charts, history_rows};

use crate::chart::Table;
use crate::document::repeat::line;
use crate::document::sections::texts;
use crate::document::{Cell, contents, said, tabled, warnings, whole, worded};
use crate::report::{Report, pretty, put_record};
use crate::words::counted;
use crate::write::{ReportError, Sink, put};
use chappe_metrics::{HistoryChange, HistoryRecord, HistorySeries};
use maud::{Markup, PreEscaped, html};
use std::io;
use words::{between, clock, day, extent, first, is_better, name, place, share, size, told_change, value};

/// Changes that the answer names, at most.
const NAMED_MOST: usize = 5;
/// Runs that a series needs before a change can be distinguished from chance.
const RUNS_LEAST: usize = 6;
/// Runs in the table of a series, at most.
const RUNS_SHOWN: usize = 48;

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

impl Report for HistoryRecord {
    fn record_file(&self) -> &'static str {
        "history.json"
    }

    fn answer(&self) -> Vec<String> {
        answer(self)
    }

    fn doubts(&self) -> Vec<String> {
        doubts(self)
    }

    fn incomplete(&self) -> Option<String> {
        None
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        put(sink, "index.html", document(self).as_bytes())
    }
}

/// What changed last and where, in sentences.
fn answer(record: &HistoryRecord) -> Vec<String> {
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
        "{} with fewer than {RUNS_LEAST} runs: too few to distinguish a change from chance.",
        counted(short as i64, "figure")
    );
    (short > 0).then_some(doubt).into_iter().collect()
}

fn document(record: &HistoryRecord) -> String {
    let (still, changed): (Vec<_>, Vec<_>) = in_order(record)
        .into_iter()
        .partition(|series| series.changes.is_empty());
    let sections = [
        ("changes", "Every change", changes(record)),
        ("changed", "Figures that changed", drawings(&changed)),
        ("unchanged", "Figures that did not", folded(&still)),
        ("reading", "How to read it", reading()),
        ("repeat", "How to repeat", repeat(record)),
    ];
    let anchors: Vec<(&str, &str)> = sections
        .iter()
        .map(|&(anchor, title, _)| (anchor, title))
        .collect();
    let header = html! {
        div.masthead { h1 { "Regression gate" } span.clock { "history" } }
        p.question { "What changed, and since when?" }
        (said(&answer(record)))
        (warnings(&doubts(record)))
        (contents(&[], &anchors))
    };
    let main = html! {
        @for (anchor, title, content) in &sections {
            section id=(anchor) { h2 { (title) } (content) }
        }
    };
    let footer = html! {
        "Made by chappe " (record.version) " from history.json. Each figure says in which time it is."
    };
    whole("Regression gate", &header, &main, &footer)
}

fn changes(record: &HistoryRecord) -> Markup {
    let changes = newest_first(record);
    let row = |&changed: &Changed<'_>| {
        let (series, change) = changed;
        let since = first(changed);
        let place = since.map(place).unwrap_or_default();
        let verdict = match is_better(changed) {
            Some(true) => Cell::Verdict(true, "better".to_owned()),
            Some(false) => Cell::Verdict(false, "worse".to_owned()),
            None => Cell::Text("neither".to_owned()),
        };
        [
            Cell::Text(format!("{}: {}", series.scenario, name(series))),
            Cell::Number(size(changed)),
            Cell::Number(place),
            Cell::Number(since.map(day).unwrap_or_default()),
            verdict,
            Cell::Text(match change.scenario_changed {
                true => format!("{}, with another scenario or seed", between(changed)),
                false => between(changed),
            }),
        ]
    };
    html! {
        @if changes.is_empty() { p { "No figure changed." } }
        @else {
            (worded(["figure", "change", "since", "recorded", "verdict", "median"], changes.iter().map(row)))
        }
    }
}

/// Series side by side, each with its table.
fn drawings(all: &[&HistorySeries]) -> Markup {
    html! {
        @if all.is_empty() { p { "None." } }
        div.small-plots { @for series in all { (drawing(series)) } }
    }
}

fn drawing(series: &HistorySeries) -> Markup {
    let last = series.points.last();
    let last = last.map(|last| value(last.value, series.unit));
    let [from, to] = extent(series);
    html! {
        div {
            h3 { (series.scenario) ": " (name(series)) }
            figure.plot {
                figcaption {
                    "Last " (last.unwrap_or_default()) "; " (counted(series.points.len() as i64, "run"))
                    ", " (from) " to " (to) "; " (clock(series)) "."
                }
                @if let Some(chart) = charts::chart(series) {
                    (PreEscaped(chart.inline(&charts::spoken(series))))
                }
            }
            details { summary { "The same as a table" } (tabled(&table(series))) }
        }
    }
}

/// The last runs of a series, the newest first.
fn table(series: &HistorySeries) -> Table {
    let numbered = series.points.iter().enumerate().rev().take(RUNS_SHOWN);
    let rows = numbered.map(|(number, point)| {
        let change = series.changes.iter().find(|change| change.point == number as u64);
        vec![
            place(point),
            value(point.value, series.unit),
            change.map(|change| size((series, change))).unwrap_or_default(),
            point.at.clone(),
        ]
    });
    Table {
        head: texts(["commit", "value", "change", "recorded"]),
        rows: rows.collect(),
    }
}

fn folded(all: &[&HistorySeries]) -> Markup {
    html! {
        @if all.is_empty() { p { "None." } }
        @else { details { summary { (counted(all.len() as i64, "figure")) } (drawings(all)) } }
    }
}

fn reading() -> Markup {
    html! {
        p {
            "Each dot is a recorded run, in the order of recording; heights are relative to the newest level. A \
             heavy line is the median between two changes, and each change is named by the first commit after it."
        }
        p {
            "Changes are found by E-divisive, which assumes no distribution of the noise, at a level of 1% for each figure: \
             about one in a hundred figures that never change shows a change nevertheless. A change needs three \
             runs on either side; noise can move its place by about one run."
        }
        p {
            "Behaviour is the same to the bit for one scenario, so that any change is either intended or a defect. \
             Cost is counted, and depends little on the machine. Each machine has its own series of wall-clock \
             times. Tables show the last " (RUNS_SHOWN) " runs; history.json has all."
        }
    }
}

fn repeat(record: &HistoryRecord) -> Markup {
    let arguments = record.execution.command.iter().skip(1);
    let command: Vec<String> = arguments.cloned().collect();
    html! {
        p { "The same recorded runs give the same changes, on any machine." }
        @if !command.is_empty() { pre { (line(&command)) } }
        (tabled(&Table {
            head: texts(["", ""]),
            rows: vec![
                texts(["Version", &record.version]),
                texts(["Made", &record.execution.started]),
            ],
        }))
    }
}
