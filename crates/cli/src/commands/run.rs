//! `chappe run`: plays a scenario in virtual time and writes its report.

use crate::args::{RunArgs, Show};
use crate::distributed::ProcessRole;
use crate::ending::{Ending, files_of_run};
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::default_folder;
use crate::source::open;
use chappe_engine::FactSink;
use chappe_metrics::RunRecord;
use chappe_report::{RunReport, summary};
use chappe_study::files::{LogWriter, OutputFolder, ReportKind, TraceWriter};
use chappe_study::live::read_prediction_error;
use chappe_study::{FinishedRun, Opened, RunOptions, verdict};
use std::path::PathBuf;

/// Runs a scenario, or this process's part of it, and writes what it comes to.
pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    let mut opened = open(&args.source)?;
    opened.spec.until = args.until.or(opened.spec.until);
    match ProcessRole::of(args)? {
        None => run_alone(args, &opened),
        Some(role) => role.run(args, &opened),
    }
}

fn run_alone(args: &RunArgs, opened: &Opened) -> Result<(), Failure> {
    let output = OutputFolder::prepare(&target(args, opened), ReportKind::Run)?;
    let prediction_error = args
        .prediction
        .as_deref()
        .map(read_prediction_error)
        .transpose()?;
    let mut log = args.log.as_deref().map(LogWriter::prepare).transpose()?;
    let trace = args.trace.as_deref().map(TraceWriter::prepare).transpose()?;
    let mut sink = |_: usize| -> FactSink {
        let log = log.as_mut().map(LogWriter::sink);
        let trace = trace.as_ref().map(TraceWriter::sink);
        let mut sinks: Vec<FactSink> = log.into_iter().chain(trace).collect();
        Box::new(move |record| sinks.iter_mut().for_each(|sink| sink(record)))
    };
    let is_watched = args.log.is_some() || args.trace.is_some();
    let options = RunOptions {
        facts: is_watched.then_some(&mut sink),
        prediction_error,
    };
    let how = (args.threads.workers, args.show.is_silent());
    let finished = carry_out(opened, how, None, |context| {
        chappe_study::run(&opened.spec, options, context)
    })?;
    if let Some(log) = log {
        log.finish(&finished.record.spec)?;
    }
    if let Some(trace) = trace {
        trace.finish()?;
    }
    finish(&args.show, opened, &finished, output)
}

/// Where the report goes.
pub(crate) fn target(args: &RunArgs, opened: &Opened) -> PathBuf {
    let folder = || default_folder(ReportKind::Run, opened);
    args.out.clone().unwrap_or_else(folder)
}

/// Writes and shows what a run comes to, and ends with its verdict.
pub(crate) fn finish(
    show: &Show,
    opened: &Opened,
    finished: &FinishedRun,
    output: OutputFolder,
) -> Result<(), Failure> {
    let record = &finished.record;
    let report = RunReport {
        record,
        parts: &finished.parts,
    };
    let ending = Ending {
        report: &report,
        files: files_of_run(opened, &record.spec)?,
        details: details(record, show.verbose),
        warnings: &record.result.warnings,
        verdict: verdict::of_run(record),
    };
    ending.finish(output, show)
}

/// Figures for the terminal; with `verbose` also the memory of each part of the state.
pub(crate) fn details(record: &RunRecord, verbose: bool) -> Vec<(String, String)> {
    let mut rows = summary(record);
    let parts = record.execution.memory.per_user.iter();
    let parts = parts.filter(|part| verbose && part.bytes_per_user >= 0.05);
    rows.extend(parts.map(|part| {
        let bytes = format!("{:.1} bytes per user", part.bytes_per_user);
        (format!("Memory, {}", part.part), bytes)
    }));
    rows
}
