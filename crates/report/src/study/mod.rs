//! Reports on several runs together: how much a platform carries, what a choice changes, and what arms and parameters of
//! a scenario would change.

mod capacity;
mod comparison;
mod sweep;
mod whatif;

pub use capacity::capacity_plots;
pub use comparison::comparison_plots;
pub use sweep::sweep_plots;
pub use whatif::whatif_plots;

use crate::chart::{Measure, Plot, Table, Tone, markdown_line};
use crate::document::repeat::{line, machine};
use crate::document::sections::texts;
use crate::document::{contents, plotted, said, tabled, warnings, whole};
use crate::junit::{self, Case, Suite};
use crate::report::Report;
use crate::words;
use crate::write::{ReportError, Sink, put, write_plots};
use chappe_metrics::{Better, Estimate, Execution, ScenarioId, Unit, Violations, Warning};
use maud::{Markup, html};

/// In which time a study's figures are: this decides whether a repetition gives the same ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    /// Measured.
    Wall,
    /// Simulated.
    Virtual,
}

impl Time {
    fn words(self) -> &'static str {
        match self {
            Time::Wall => "wall-clock time",
            Time::Virtual => "virtual time",
        }
    }

    /// What a repetition gives.
    fn again(self) -> &'static str {
        match self {
            Time::Wall => {
                "The same scenario, seed and version give the same commands in the same order. The \
                 figures are of this machine at that time."
            }
            Time::Virtual => {
                "The same scenario, seeds and version give the same figures, to the bit, on any machine."
            }
        }
    }

    /// Whether the figures depend on the machine.
    fn machine(self) -> &'static str {
        match self {
            Time::Wall => "The machine, and what all runs together took. Every figure above depends on it.",
            Time::Virtual => "The machine, and what all runs together took. No figure above depends on it.",
        }
    }
}

/// What all kinds of study have.
struct Study<'a> {
    report: &'a dyn Report,
    time: Time,
    scenario: &'a ScenarioId,
    /// Seeds of all random draws.
    seeds: &'a [u64],
    version: &'a str,
    execution: &'a Execution,
    /// What was asked of the scenario.
    question: String,
    plots: Vec<Plot>,
    /// Anchor, title and content of what only this kind of study has.
    sections: Vec<(&'static str, &'static str, Markup)>,
    /// The figures that the summary shows.
    table: Table,
    /// Tests beside the one that the study is complete.
    cases: Vec<Case>,
}

impl Study<'_> {
    /// Hands `sink` the document, every plot, and what a CI shows.
    fn write(self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        write_plots(&self.plots, sink)?;
        put(sink, "index.html", self.document().as_bytes())?;
        put(sink, "summary.md", self.summary().as_bytes())?;
        put(sink, "junit.xml", self.junit().as_bytes())
    }

    /// The answer, the warnings and the most important figures in Markdown.
    fn summary(&self) -> String {
        let mut text = format!("## {}\n\n", markdown_line(&self.question));
        for sentence in self.report.answer() {
            text += &format!("- {}\n", markdown_line(&sentence));
        }
        text += &self.report.doubts_markdown();
        if !self.table.rows.is_empty() {
            text += &format!("\n{}", self.table.markdown());
        }
        text
    }

    /// The study as JUnit XML: a test that it is complete, and those of its kind.
    fn junit(self) -> String {
        let mut complete = Case::complete("the study reached its end", self.report.incomplete());
        complete.output = self.report.answer().join("\n");
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        let suite = Suite {
            name: self.scenario.name.clone(),
            properties: vec![
                ("record", self.report.record_file().to_owned()),
                ("seeds", seeds.join(" ")),
                ("version", self.version.to_owned()),
            ],
            cases: std::iter::once(complete).chain(self.cases).collect(),
        };
        junit::xml("chappe", &[suite])
    }

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
                span.clock { (self.time.words()) }
                @if self.report.incomplete().is_some() { span.clock { "incomplete" } }
            }
            p.question { (self.question) }
            (said(&self.report.answer()))
            (warnings(&self.report.doubts()))
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
                p { (self.time.machine()) }
                (tabled(&Table { head: texts(["", ""]), rows: machine(self.execution) }))
            }
        };
        let footer = html! {
            "Made by chappe " (self.version) " from " (self.report.record_file()) ". All figures are in " (self.time.words())
            @match self.time {
                Time::Wall => ", on the machine under Execution.",
                Time::Virtual => " but for those under Execution.",
            }
        };
        whole(title, &header, &main, &footer)
    }

    fn repeat(&self) -> Markup {
        let arguments = self.execution.command.iter().skip(1);
        let command: Vec<String> = arguments.cloned().collect();
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        html! {
            p { (self.time.again()) }
            @if !command.is_empty() { pre { (line(&command)) } }
            (tabled(&Table {
                head: texts(["", ""]),
                rows: vec![
                    texts(["Hash of the scenario", &self.scenario.hash]),
                    texts([if self.seeds.len() > 1 { "Seeds" } else { "Seed" }, &seeds.join(" ")]),
                    texts(["Version", self.version]),
                ],
            }))
        }
    }
}

/// What a CI shows of the promises in all runs of a study.
fn promises(violations: &Violations) -> Case {
    let problem = broken(violations).map(|line| (line, violations.descriptions.join("\n")));
    Case::failed_if("audit", "every promise is kept in every run", problem)
}

/// That promises were broken in runs of a study, if they were.
fn broken(violations: &Violations) -> Option<String> {
    (violations.count > 0).then(|| {
        format!(
            "The audit found {} in the runs: do not rely on these figures before they are explained.",
            words::counted(violations.count as i64, "broken promise"),
        )
    })
}

/// The scenario's question, if it has one.
fn asked(scenario: &ScenarioId) -> Option<&str> {
    (!scenario.question.is_empty()).then_some(&scenario.question)
}

/// What a metric's figures are drawn in, and by what they are multiplied for that.
#[must_use]
pub fn measure(unit: Unit) -> (Measure, f64) {
    match unit {
        Unit::Nanoseconds => (Measure::Duration, 1.0),
        Unit::Count => (Measure::Count, 1.0),
        Unit::MicroUnits => (Measure::Money, 1e-6),
        Unit::PartsPerMillion => (Measure::Share, 1e-6),
        Unit::Bytes => (Measure::Bytes, 1.0),
        Unit::Share => (Measure::Share, 1.0),
        Unit::PerThousand => (Measure::Count, 1.0),
    }
}

/// Each warning of a record with its remedy, as a sentence.
fn sentences(warnings: &[Warning]) -> Vec<String> {
    let doubt = |warning: &Warning| {
        let text = format!("{}: {}", warning.problem, warning.remedy);
        words::sentence(text.trim_end_matches(": "))
    };
    warnings.iter().map(doubt).collect()
}

/// A difference as people read it, with its sign.
#[must_use]
pub fn told(measure: Measure, value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", measure.signed(value))
}

/// A value in a metric's unit with its interval.
fn estimated(estimate: &Estimate, unit: Unit) -> String {
    let (measure, factor) = measure(unit);
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(|value| value * factor);
    if low == high {
        return measure.signed(value);
    }
    let [value, low, high] = [value, low, high].map(|value| measure.signed(value));
    format!("{value} ({low} to {high})")
}

/// The colour of a move; `is_more` says which way it went, if it moved.
#[must_use]
pub fn tone(better: Better, is_more: Option<bool>) -> Tone {
    match (better, is_more) {
        (Better::Higher | Better::Lower | Better::None, None) => Tone::Soft,
        (Better::Higher, Some(true)) | (Better::Lower, Some(false)) => Tone::OrderNotice,
        (Better::Higher, Some(false)) | (Better::Lower, Some(true)) => Tone::Harm,
        (Better::None, Some(_)) => Tone::Ad,
    }
}
