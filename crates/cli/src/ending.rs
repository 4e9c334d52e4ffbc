//! How every command that writes a report ends: write the folder, show the answer, give the verdict.

use crate::args::Show;
use crate::failure::Failure;
use crate::terminal::{say, table};
use chappe_base::RunSpec;
use chappe_metrics::Warning;
use chappe_report::{Report, RunReport, memory_by_part, summary};
use chappe_study::files::OutputFolder;
use chappe_study::verdict::{self, Verdict};
use chappe_study::{Error, Opened, TRACE_FILE};
use std::io::{Write, stdout};
use std::path::Path;

/// A report with all that belongs to its end.
pub(crate) struct Ending<'a> {
    report: &'a dyn Report,
    verdict: Verdict,
    /// Files of the folder that the report does not know.
    files: Vec<(&'static str, Vec<u8>)>,
    /// Figures for the terminal, below the answer.
    details: Vec<(String, String)>,
    /// What puts the result in doubt and the observer was not told of: it is said on standard error even to those who ask
    /// for silence.
    warnings: &'a [Warning],
}

impl<'a> Ending<'a> {
    /// The end of a study of `spec`. Its folder also holds what it takes to play it again: the scenario, and the trace
    /// that it replays.
    pub(crate) fn new(
        report: &'a dyn Report,
        verdict: Verdict,
        opened: &Opened,
        spec: &RunSpec,
    ) -> Result<Ending<'a>, Failure> {
        let mut files = vec![("scenario.toml", spec.scenario.text.clone().into_bytes())];
        if let Some(trace) = &spec.trace {
            let mut text = Vec::new();
            let written = opened.traces.find(&trace.path)?.write(&mut text);
            written.map_err(|error| Error::write(Path::new(TRACE_FILE), error))?;
            files.push((TRACE_FILE, text));
        }
        Ok(Ending {
            report,
            verdict,
            files,
            details: Vec::new(),
            warnings: &[],
        })
    }

    /// The end of one run, in either clock.
    pub(crate) fn of_run(
        report: &'a RunReport<'a>,
        opened: &Opened,
        show: &Show,
    ) -> Result<Ending<'a>, Failure> {
        let record = report.record;
        let mut details = summary(record);
        if show.verbose {
            details.extend(memory_by_part(record));
        }
        Ok(Ending {
            details,
            warnings: &record.result.warnings,
            ..Ending::new(report, verdict::of_run(record), opened, &record.spec)?
        })
    }

    /// The end with one more file in the folder.
    pub(crate) fn with_file(mut self, name: &'static str, bytes: Vec<u8>) -> Ending<'a> {
        self.files.push((name, bytes));
        self
    }

    /// Writes the folder, shows the answer, and ends with the verdict.
    pub(crate) fn finish(self, output: OutputFolder, show: &Show) -> Result<(), Failure> {
        let folder = self.write(output)?;
        let shown = self.show(&folder, show);
        let found = (self.verdict != Verdict::Ok).then_some(Failure::Verdict(self.verdict));
        Failure::or_shown(found, shown)
    }

    /// Writes the folder.
    fn write(&self, output: OutputFolder) -> Result<std::path::PathBuf, Failure> {
        let failure = |error: std::io::Error| output.failure(error);
        for (name, bytes) in &self.files {
            output.write(name, bytes).map_err(failure)?;
        }
        let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
        self.report
            .write_files(&mut sink)
            .map_err(|error| failure(error.into()))?;
        Ok(output.finish()?)
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
