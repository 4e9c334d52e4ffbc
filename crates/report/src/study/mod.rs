//! Reports on several runs together: how much a platform carries, and what a choice changes.

mod capacity;
mod comparison;

pub use capacity::{capacity_answer, capacity_plots, write_capacity};
pub use comparison::{comparison_answer, comparison_plots, write_comparison};

use crate::chart::{Plot, Table};
use crate::document::sections::{line, machine, texts};
use crate::document::{contents, plotted, said, tabled, warnings, whole};
use crate::write::{ReportError, write_plots};
use chappe_metrics::{Execution, ScenarioId};
use maud::{Markup, html};
use std::io;

/// In which time these figures are: nothing is simulated here.
const CLOCK: &str = "wall-clock time";

/// What both kinds of study have.
struct Study<'a> {
    scenario: &'a ScenarioId,
    seed: u64,
    version: &'a str,
    execution: &'a Execution,
    /// The file that the report is made from.
    file: &'static str,
    /// What was asked of the scenario.
    question: String,
    answer: Vec<String>,
    doubts: Vec<String>,
    plots: Vec<Plot>,
    /// Anchor, title and content of what is told of it alone.
    sections: Vec<(&'static str, &'static str, Markup)>,
}

/// Hands `sink` the document, and every plot twice.
fn write(study: &Study<'_>, sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>) -> Result<(), ReportError> {
    write_plots(&study.plots, sink)?;
    let file = "index.html".to_owned();
    let written = sink(&file, study.document().as_bytes());
    written.map_err(|error| ReportError::Write { file, error })
}

impl Study<'_> {
    fn document(&self) -> String {
        let title = &self.scenario.title;
        let own = self.sections.iter().map(|&(anchor, title, _)| (anchor, title));
        let anchors: Vec<(&str, &str)> = own
            .chain([("repeat", "How to repeat"), ("execution", "Execution")])
            .collect();
        let header = html! {
            div.masthead {
                h1 { (title) }
                @if let Some(arm) = &self.scenario.arm { span.soft { "arm: " (arm) } }
                span.clock { (CLOCK) }
            }
            p.question { (self.question) }
            (said(&self.answer))
            (warnings(&self.doubts))
            (contents(&self.plots, &anchors))
        };
        let main = html! {
            @for plot in &self.plots { (plotted(plot)) }
            @for (anchor, title, content) in &self.sections {
                section id=(anchor) { h2 { (title) } (content) }
            }
            section id="repeat" { h2 { "How to repeat" } (self.repeat()) }
            section id="execution" {
                h2 { "Execution" }
                p { "What it ran on, and what all runs took together. Every figure above depends on it." }
                (tabled(&Table { head: texts(["", ""]), rows: machine(self.execution) }))
            }
        };
        let footer = html! {
            "Made by chappe " (self.version) " from " (self.file) ". All figures are in " (CLOCK)
            ", on the machine under Execution."
        };
        whole(title, &header, &main, &footer)
    }

    fn repeat(&self) -> Markup {
        let arguments = self.execution.command.iter().skip(1);
        let command: Vec<String> = arguments.cloned().collect();
        html! {
            p {
                "The same scenario, seed and version give the same commands in the same order. The "
                "figures are this machine\u{2019}s at that hour."
            }
            @if !command.is_empty() { pre { (line(&command)) } }
            (tabled(&Table {
                head: texts(["", ""]),
                rows: vec![
                    texts(["Hash of the scenario", &self.scenario.hash]),
                    texts(["Seed", &self.seed.to_string()]),
                    texts(["Version", self.version]),
                ],
            }))
        }
    }
}
