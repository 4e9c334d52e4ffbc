//! `chappe run`: plays a scenario in virtual time and writes its report.

use crate::args::{RunArgs, Show};
use crate::distributed::ProcessRole;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::{default_folder, open};
use chappe_engine::FactSink;
use chappe_report::RunReport;
use chappe_study::files::{LogWriter, Output, OutputFolder, ReportKind, TraceWriter, check_outputs};
use chappe_study::live::read_prediction_error;
use chappe_study::{FinishedRun, Opened, RunOptions};
use std::path::{Path, PathBuf};

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
    let target = target(args, opened);
    check(args, opened, &target)?;
    let output = OutputFolder::prepare(&target, ReportKind::Run)?;
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

/// Makes sure that no output destroys what is read, or another output.
fn check(args: &RunArgs, opened: &Opened, target: &Path) -> Result<(), Failure> {
    let mut inputs = opened.inputs();
    inputs.extend(args.prediction.clone());
    // What `-` reads may be a file too.
    inputs.push(PathBuf::from("/dev/stdin"));
    let log = args.log.as_deref().map(|file| Output::File("--log", file));
    let trace = args.trace.as_deref().map(|file| Output::File("--trace", file));
    let outputs = log
        .into_iter()
        .chain(trace)
        .chain([Output::Folder("--out", target)]);
    Ok(check_outputs(&inputs, &outputs.collect::<Vec<_>>())?)
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
    let report = RunReport {
        record: &finished.record,
        parts: &finished.parts,
    };
    Ending::of_run(&report, opened, show).finish(output, show)
}
