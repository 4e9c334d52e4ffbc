//! `chappe gate history`: every recorded figure over commits, and since when it changed.

use crate::args::HistoryArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::results::execution;
use crate::terminal::grid;
use chappe_gate::history::{answer, in_brief, read, record, rows, select, write_report};
use chappe_gate::record::HistoryRecord;
use chappe_metrics::Execution;
use std::io::{self, Write, stdout};
use std::time::{Instant, SystemTime};

/// Draws what was recorded, and says what changed.
pub(super) fn history(args: &HistoryArgs) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let (runs, notice) = read(&args.file)?;
    if let Some(notice) = notice {
        eprintln!("note: {notice}");
    }
    let runs = select(runs, args.scenario.as_deref(), args.metric.as_deref())?;
    let output = Output::prepare(&args.out)?;
    let mut record = record(&runs);
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    record.execution = Execution {
        workers: 1,
        ..execution(&args.out, peaks, (started, clock.elapsed()))
    };
    write(&output, &record).map_err(|error| Failure::Write {
        path: args.out.clone(),
        error,
    })?;
    let folder = output.finish()?;
    say(args, &record, &folder.join("index.html").display().to_string())
}

fn write(output: &Output, record: &HistoryRecord) -> io::Result<()> {
    output.write("history.json", &serde_json::to_vec_pretty(record)?)?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    write_report(record, &mut sink).map_err(io::Error::other)
}

fn say(args: &HistoryArgs, record: &HistoryRecord, report: &str) -> Result<(), Failure> {
    let mut out = stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(io::Error::from)?;
        writeln!(out)?;
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
        writeln!(out, "{}", grid(rows(&brief)))?;
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
