//! The report on a run as one HTML document: no other file, no network, no script.

mod load;
pub(crate) mod repeat;
pub(crate) mod sections;

use crate::answer::answer;
use crate::chart::{Plot, Screen, Table, Tone};
use crate::reading::Reading;
use crate::report::Report;
use crate::summary::key_figures;
use chappe_metrics::RunRecord;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// The document for a record and its plots.
#[must_use]
pub fn document(record: &RunRecord, plots: &[Plot]) -> String {
    let reading = Reading { record };
    let scenario = &record.scenario;
    let question = if scenario.question.is_empty() {
        &scenario.title
    } else {
        &scenario.question
    };
    let header = html! {
        div.masthead {
            h1 { (scenario.title) }
            @if let Some(arm) = &scenario.arm { span.soft { "arm: " (arm) } }
            span.clock { (reading.clock_words()) }
            @if record.interrupted { span.clock { "interrupted" } }
        }
        p.question { (question) }
        (said(&answer(record)))
        (warnings(&record.doubts()))
        (tiles(record))
        (contents(plots, &sections::anchors(record)))
    };
    let main = html! {
        @for plot in plots { (plotted(plot)) }
        (load::load(record))
        (sections::campaigns(record))
        (sections::thresholds(record))
        (sections::audit(record))
        (sections::metrics(record))
        (sections::ledger(record))
        (sections::refusals(record))
        (sections::assumed(record))
        (sections::notes(record))
        (repeat::repeat(record))
        (repeat::execution(record))
    };
    let footer = html! {
        "Made by chappe " (record.version) " from run.json. All figures are in "
        (reading.clock_words())
        @if record.load.is_some() { ", on the machine under Execution." }
        @else { " but for those under Execution." }
    };
    whole(&scenario.title, &header, &main, &footer)
}

/// A document from its parts.
#[must_use]
pub fn whole(title: &str, header: &Markup, main: &Markup, footer: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " \u{b7} chappe" }
                link rel="icon" href="data:,";
                style { (PreEscaped(style())) }
            }
            body {
                header { (header) }
                main { (main) }
                footer { (footer) }
            }
        }
    }
    .into_string()
}

/// The sentences that answer, the first one large.
#[must_use]
pub fn said(answer: &[String]) -> Markup {
    html! {
        div.answer {
            @if let Some((lead, others)) = answer.split_first() {
                p.lead { (lead) }
                @for sentence in others { p { (sentence) } }
            }
        }
    }
}

/// The style sheet, with each tone's colour for light and dark.
fn style() -> String {
    let mut light = String::new();
    let mut dark = String::new();
    let mut drawings = String::new();
    let mut tones = String::new();
    for tone in Tone::ALL {
        let name = tone.name();
        // Writing into a string cannot fail.
        let _ = write!(light, "--{name}:#{:06x};", tone.light());
        let _ = write!(dark, "--{name}:#{:06x};", tone.dark());
        // A drawing has the light colours in its attributes; any rule goes before them.
        let _ = write!(
            drawings,
            ".plot [fill=\"#{0:06X}\"]{{fill:var(--{name})}}.plot [stroke=\"#{0:06X}\"]{{stroke:var(--{name})}}",
            tone.light()
        );
        let _ = write!(tones, ".tone-{name}{{--tone:var(--{name})}}");
    }
    format!(
        ":root{{color-scheme:light dark;{light}}}\
         @media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n\
         {drawings}{tones}\n{STYLE}"
    )
}

fn tiles(record: &RunRecord) -> Markup {
    html! {
        dl.tiles {
            @for figure in key_figures(record) {
                div class={ "tile tone-" (figure.tone.name()) } {
                    dt { (figure.label) }
                    dd.value { (figure.value) }
                    dd.remark { (figure.remark) }
                }
            }
        }
    }
}

/// What puts the answer in doubt; nothing if there are no doubts.
#[must_use]
pub fn warnings(doubts: &[String]) -> Markup {
    html! {
        @if !doubts.is_empty() {
            aside.warnings aria-label="Warnings" { ul { @for doubt in doubts { li { (doubt) } } } }
        }
    }
}

/// Links to plots and to sections, each section by anchor and title.
#[must_use]
pub fn contents(plots: &[Plot], anchors: &[(&str, &str)]) -> Markup {
    html! {
        nav aria-label="Contents" {
            details {
                summary { "Contents" }
                @for plot in plots { a href={ "#" (plot.name) } { (plot.title) } }
                @for (anchor, title) in anchors { a href={ "#" (anchor) } { (title) } }
            }
        }
    }
}

pub(crate) fn plotted(plot: &Plot) -> Markup {
    html! {
        section id=(plot.name) {
            h2 { (plot.title) }
            figure.plot {
                figcaption { (plot.caption) }
                div.wide { (PreEscaped(plot.inline(Screen::Wide))) }
                div.narrow { (PreEscaped(plot.inline(Screen::Narrow))) }
            }
            details {
                summary { "The same as a table" }
                (tabled(&plot.table()))
            }
        }
    }
}

/// A table of figures that scrolls by itself where it is too wide; without a head, names and what
/// they stand for, which wrap.
#[must_use]
pub fn tabled(table: &Table) -> Markup {
    let headed = table.head.iter().any(|cell| !cell.is_empty());
    html! {
        div.scroll tabindex="0" {
            table.figures.facts[!headed] {
                @if headed {
                    thead { tr { @for cell in &table.head { th scope="col" { (cell) } } } }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A cell of a table that is to be read line by line.
pub enum Cell {
    /// Words.
    Text(String),
    /// Something as it stands in a file.
    Name(String),
    /// A figure.
    Number(String),
    /// Whether it is well, and the word for it.
    Verdict(bool, String),
}

/// A table of words: a row becomes a paragraph on a narrow screen, where each cell says what it is.
#[must_use]
pub fn worded<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [Cell; N]>) -> Markup {
    html! {
        table.words {
            thead { tr { @for name in head { th scope="col" { (name) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (name, cell) in head.iter().zip(row) {
                            @match cell {
                                Cell::Text(text) => td data-is=(name) { (text) },
                                Cell::Name(text) => td.name data-is=(name) { (text) },
                                Cell::Number(text) => td.number data-is=(name) { (text) },
                                Cell::Verdict(true, text) => td.good data-is=(name) { "\u{2713} " (text) },
                                Cell::Verdict(false, text) => td.bad data-is=(name) { "\u{2717} " (text) },
                            }
                        }
                    }
                }
            }
        }
    }
}
