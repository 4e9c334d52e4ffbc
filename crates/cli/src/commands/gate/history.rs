//! `chappe gate history`: every recorded figure over commits, and the commit at which it changed.

use crate::args::HistoryArgs;
use crate::failure::Failure;
use crate::session::command;
use crate::terminal::say;
use chappe_gate::history::{answer, in_brief, read, record, rows, select, write_report};
use chappe_gate::record::HistoryRecord;
use chappe_metrics::Execution;
use chappe_report::grid;
use chappe_study::Stopwatch;
use chappe_study::files::{OutputFolder, ReportKind};
use std::io::{self, Write, stdout};

/// Draws what was recorded, and says what changed.
pub(super) fn history(args: &HistoryArgs) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let (runs, notice) = read(&args.file)?;
    if let Some(notice) = notice {
        say(format_args!("note: {notice}"));
    }
    let runs = select(runs, args.scenario.as_deref(), args.metric.as_deref())?;
    let output = OutputFolder::prepare(&args.out, ReportKind::History)?;
    let mut record = record(&runs);
    record.execution = Execution {
        workers: 1,
        ..watch.execution(&command())
    };
    write(&output, &record).map_err(|error| output.failure(error))?;
    let folder = output.finish()?;
    let report = folder.join("index.html").display().to_string();
    print(args, &record, &report).map_err(Failure::Output)
}

fn write(output: &OutputFolder, record: &HistoryRecord) -> io::Result<()> {
    output.write("history.json", &serde_json::to_vec_pretty(record)?)?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    Ok(write_report(record, &mut sink)?)
}

fn print(args: &HistoryArgs, record: &HistoryRecord, report: &str) -> io::Result<()> {
    let mut out = stdout();
    if args.json {
        super::super::print_json(record)?;
    } else if !args.quiet {
        for sentence in answer(record) {
            writeln!(out, "{sentence}")?;
        }
        let is_narrowed = args.scenario.is_some() || args.metric.is_some();
        let (brief, left_out_count) = if is_narrowed {
            (record.clone(), 0)
        } else {
            in_brief(record)
        };
        write!(out, "{}", grid(&rows(&brief)))?;
        if left_out_count > 0 {
            writeln!(
                out,
                "{left_out_count} figures of behaviour that did not change are left out; --scenario or --metric \
                 shows them, and so does the report."
            )?;
        }
        writeln!(out, "Report: {report}")?;
    }
    Ok(())
}
