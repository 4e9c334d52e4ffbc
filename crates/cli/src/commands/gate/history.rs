//! `chappe gate history`: every recorded figure over commits, and since when it is another.

use super::say_notices;
use crate::args::HistoryArgs;
use crate::failure::Failure;
use crate::gate::history::{RecordedRun, read};
use crate::gate::series::series;
use crate::machine;
use crate::output::Output;
use crate::results;
use crate::terminal::grid;
use chappe_metrics::{Execution, FigureKind, HISTORY_SCHEMA, HistoryRecord};
use chappe_report::Report;
use std::collections::BTreeSet;
use std::io::{Write, stdout};
use std::time::{Instant, SystemTime};

/// Names that an error lists, at most.
const NAMES_MOST: usize = 12;

/// Draws what was recorded, and says what changed.
pub(crate) fn history(args: &HistoryArgs) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let (runs, notice) = read(&args.file)?;
    say_notices(notice.as_slice());
    let runs = wanted(args, runs)?;
    let output = Output::prepare(&args.out)?;
    let series = series(&runs);
    let peaks = vec![machine::peak_bytes().unwrap_or(0)];
    let record = HistoryRecord {
        schema: HISTORY_SCHEMA.to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        runs_count: runs.len() as u64,
        series,
        execution: Execution {
            workers: 1,
            ..results::execution(&args.out, peaks, (started, clock.elapsed()))
        },
    };
    write(&output, &record).map_err(|error| Failure::Write {
        path: args.out.clone(),
        error,
    })?;
    let folder = output.finish()?;
    say(args, &record, &folder.join("index.html").display().to_string())
}

/// The runs and figures that were asked for.
fn wanted(args: &HistoryArgs, mut runs: Vec<RecordedRun>) -> Result<Vec<RecordedRun>, Failure> {
    if let Some(scenario) = &args.scenario {
        let known = runs.iter().map(|run| run.scenario.clone()).collect();
        runs.retain(|run| run.scenario == *scenario);
        make_sure_there_is(!runs.is_empty(), "scenario", scenario, &known)?;
    }
    if let Some(metric) = &args.metric {
        let figures = runs.iter().flat_map(|run| &run.figures);
        let known = figures.map(|figure| figure.metric.clone()).collect();
        for run in &mut runs {
            run.figures.retain(|figure| figure.metric == *metric);
        }
        runs.retain(|run| !run.figures.is_empty());
        make_sure_there_is(!runs.is_empty(), "metric", metric, &known)?;
    }
    Ok(runs)
}

fn make_sure_there_is(
    is_there: bool,
    what: &str,
    name: &str,
    known: &BTreeSet<String>,
) -> Result<(), Failure> {
    if is_there {
        return Ok(());
    }
    let mut names: Vec<&str> = known.iter().take(NAMES_MOST).map(String::as_str).collect();
    if known.len() > NAMES_MOST {
        names.push("and others");
    }
    Err(Failure::usage_with(
        format!("no recorded run has a {what} `{name}`"),
        format!("there are {}", names.join(", ")),
    ))
}

fn write(output: &Output, record: &HistoryRecord) -> std::io::Result<()> {
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    record.write_files(&mut sink).map_err(std::io::Error::other)
}

/// What has a place on a terminal: all that was asked for by name, or else costs, times and what changed; and
/// how many figures that leaves out.
fn shown(args: &HistoryArgs, record: &HistoryRecord) -> (HistoryRecord, usize) {
    let mut shown = record.clone();
    if args.scenario.is_none() && args.metric.is_none() {
        shown
            .series
            .retain(|series| series.kind != FigureKind::Behaviour || !series.changes.is_empty());
    }
    let left_out_count = record.series.len() - shown.series.len();
    (shown, left_out_count)
}

fn say(args: &HistoryArgs, record: &HistoryRecord, report: &str) -> Result<(), Failure> {
    let mut out = stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut out, record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if !args.quiet {
        for sentence in record.answer() {
            writeln!(out, "{sentence}")?;
        }
        let (shown, left_out_count) = shown(args, record);
        writeln!(out, "{}", grid(chappe_report::history_rows(&shown)))?;
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
