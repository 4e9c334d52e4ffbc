//! The report on recorded runs, as one document.

use super::charts::{chart, spoken};
use super::sentences::{between, clock, day, extent, first, is_better, name, place, size, value};
use super::{answer, doubts, in_order, newest_first};
use crate::record::{HistoryRecord, HistorySeries};
use chappe_report::ReportError;
use chappe_report::chart::Table;
use chappe_report::parts::{Cell, contents, line, said, tabled, texts, warnings, whole, worded};
use chappe_report::words::counted;
use maud::{Markup, PreEscaped, html};
use std::io;

/// Runs in the table of a series, at most.
const RUNS_SHOWN: usize = 48;

/// Hands `sink` the report on recorded runs: `index.html`, which needs no other file.
///
/// # Errors
/// What the sink says.
pub fn write_report(
    record: &HistoryRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let file = "index.html".to_owned();
    let written = sink(&file, document(record).as_bytes());
    written.map_err(|error| ReportError::Write { file, error })
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
    let row = |&changed: &super::Changed<'_>| {
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
                @if let Some(chart) = chart(series) {
                    (PreEscaped(chart.inline(&spoken(series))))
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
