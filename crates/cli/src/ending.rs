//! How every command that writes a report ends: write the folder, show the answer, give the verdict.

use crate::args::Show;
use crate::failure::Failure;
use crate::terminal::say;
use chappe_base::RunSpec;
use chappe_metrics::Warning;
use chappe_report::{Report, RunReport, memory_by_part, summary, table};
use chappe_study::files::{OutputFolder, write_report};
use chappe_study::verdict::{self, Verdict};
use chappe_study::{Error, Opened, Traces};
use std::io::{Write, stdout};
use std::path::Path;

/// A report with all that belongs to its end.
pub(crate) struct Ending<'a> {
    report: &'a dyn Report,
    verdict: Verdict,
    /// What was run.
    spec: &'a RunSpec,
    /// Where the trace is found that was replayed.
    traces: &'a dyn Traces,
    /// Files of the folder that the report does not know.
    files: Vec<(&'static str, Vec<u8>)>,
    /// Figures for the terminal, below the answer.
    details: Vec<(String, String)>,
    /// What puts the result in doubt and the observer was not told of: it is said on standard error even to those who ask
    /// for silence.
    warnings: &'a [Warning],
}

impl<'a> Ending<'a> {
    /// The end of a study of `spec`.
    pub(crate) fn new(
        report: &'a dyn Report,
        verdict: Verdict,
        opened: &'a Opened,
        spec: &'a RunSpec,
    ) -> Ending<'a> {
        Ending {
            report,
            verdict,
            spec,
            traces: &*opened.traces,
            files: Vec::new(),
            details: Vec::new(),
            warnings: &[],
        }
    }

    /// The end of one run, in either clock.
    pub(crate) fn of_run(report: &'a RunReport<'a>, opened: &'a Opened, show: &Show) -> Ending<'a> {
        let record = report.record;
        let mut details = summary(record);
        if show.verbose {
            details.extend(memory_by_part(record));
        }
        Ending {
            details,
            warnings: &record.result.warnings,
            ..Ending::new(report, verdict::of_run(record), opened, &record.spec)
        }
    }

    /// The end with one more file in the folder.
    pub(crate) fn with_file(mut self, name: &'static str, bytes: Vec<u8>) -> Ending<'a> {
        self.files.push((name, bytes));
        self
    }

    /// Writes the folder, shows the answer, and ends with the verdict.
    pub(crate) fn finish(self, output: OutputFolder, show: &Show) -> Result<(), Failure> {
        let folder = write_report(output, self.report, (self.spec, self.traces), &self.files)?;
        let shown = self.show(&folder, show);
        let found = (self.verdict != Verdict::Ok).then_some(Failure::Verdict(self.verdict));
        Failure::or_shown(found, shown)
    }

    /// Shows the answer on standard output, and on request the report in a browser.
    fn show(&self, folder: &Path, show: &Show) -> Result<(), Failure> {
        let page = folder.join(self.report.front_page());
        if show.open {
            open_in_browser(&page)?;
        }
        let print = || -> std::io::Result<()> {
            let mut out = stdout().lock();
            if show.json {
                out.write_all(&self.report.json()?)?;
                return writeln!(out);
            }
            if show.quiet {
                for warning in self.warnings {
                    say(format_args!("warning: {}; {}", warning.problem, warning.remedy));
                }
                return Ok(());
            }
            if let Some(question) = self.report.question() {
                writeln!(out, "{question}")?;
            }
            for doubt in self.report.doubts() {
                writeln!(out, "Beware: {doubt}")?;
            }
            for sentence in self.report.answer() {
                writeln!(out, "{sentence}")?;
            }
            if !self.details.is_empty() {
                write!(out, "\n{}\n", table(&self.details))?;
            }
            writeln!(out, "Report: {}", page.display())
        };
        print().map_err(Failure::Output)
    }
}

/// Opens a page with the program that the system has for it.
fn open_in_browser(page: &Path) -> Result<(), Failure> {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let opened = std::process::Command::new(program)
        .arg(page)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    match opened {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::System(format!("to start {program}: {error}")).into()),
    }
}
