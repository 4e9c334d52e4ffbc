//! What every run comes to, in either clock: what it took, its folder, its words, its verdict.

use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::terminal::{table, time};
use chappe_base::SimTime;
use chappe_metrics::{Clock, Execution, LoadOutcome, Memory, ResultParts, RunRecord, Threshold, Warning};
use chappe_report::{Report, RunReport, words};
use chappe_scenario::Scenario;
use std::io::{Write, stdout};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

const METRICS: &str = "`chappe schema --metrics` lists the metrics";

/// The scenario's thresholds; the metrics they name must exist, be it in either clock.
pub(crate) fn conditions(scenario: &Scenario) -> Result<Vec<Threshold>, Failure> {
    let conditions = scenario.thresholds.iter().flat_map(|threshold| {
        threshold
            .conditions
            .iter()
            .map(|condition| (threshold.metric.as_str(), condition.as_str()))
    });
    let parse = |(metric, condition)| {
        Threshold::parse(metric, condition)
            .map_err(|error| Failure::usage_with(format!("[thresholds]: {error}"), METRICS))
    };
    conditions.map(parse).collect()
}

/// The scenario's thresholds; the metrics they name must exist in `clock`.
pub(crate) fn thresholds(scenario: &Scenario, clock: Clock) -> Result<Vec<Threshold>, Failure> {
    let thresholds = conditions(scenario)?;
    match thresholds.iter().find(|threshold| !threshold.is_of(clock)) {
        None => Ok(thresholds),
        Some(foreign) => {
            let (has, has_not) = match clock {
                Clock::Virtual => ("a load (`chappe load`)", "a simulation"),
                Clock::Wall => ("a simulation (`chappe run`)", "a load"),
            };
            let metric = foreign.metric();
            let problem = format!("[thresholds]: {has_not} has no `{metric}`; only {has} has it");
            Err(Failure::usage_with(problem, METRICS))
        }
    }
}

/// Where the folder of a run goes if nobody says.
pub(crate) fn default_folder(scenario: &Scenario) -> PathBuf {
    PathBuf::from("reports/out").join(&scenario.name)
}

/// What a run took, of which its own kind has to say more.
pub(crate) fn execution(
    target: &Path,
    peaks: Vec<u64>,
    (started, took): (SystemTime, Duration),
) -> Execution {
    let started = jiff::Timestamp::try_from(started)
        .map(|at| at.to_string())
        .unwrap_or_default();
    Execution {
        machine: machine::machine(),
        processes: peaks.len() as u32,
        command: std::iter::once("chappe".to_string())
            .chain(std::env::args().skip(1))
            .collect(),
        folder: way_back(target).display().to_string(),
        started,
        wall_ns: took.as_nanos() as u64,
        memory: Memory {
            peak_bytes: peaks.iter().sum(),
            peak_bytes_by_process: peaks,
            per_user: Vec::new(),
        },
        ..Execution::default()
    }
}

/// The way from the folder of a run to the folder in which its command was given: a record names no
/// place of the machine it was made on.
fn way_back(target: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let target = std::path::absolute(target).unwrap_or_else(|_| target.to_path_buf());
    let shared = here
        .components()
        .zip(target.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = target.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(here.components().skip(shared)).collect()
}

/// Fills the folder of a run.
pub(crate) fn write_folder(
    output: &Output,
    record: &RunRecord,
    parts: &ResultParts,
    scenario: &str,
) -> std::io::Result<()> {
    output.write("scenario.toml", scenario.as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    let report = RunReport { record, parts };
    report.write_files(&mut sink).map_err(std::io::Error::other)
}

/// What puts a result in doubt, for whoever reads no report.
pub(crate) fn warn(warnings: &[Warning]) {
    for warning in warnings {
        eprintln!("warning: {}; {}", warning.problem, warning.remedy);
    }
}

/// The end of a run, for whoever waits for it.
pub(crate) fn say(json: bool, quiet: bool, record: &RunRecord, folder: &Path) -> Result<(), Failure> {
    if json {
        return Ok(record.write(&mut stdout())?);
    }
    if quiet {
        warn(&record.result.warnings);
        return Ok(());
    }
    let mut out = stdout();
    for doubt in record.doubts() {
        writeln!(out, "Beware: {doubt}")?;
    }
    for sentence in record.answer() {
        writeln!(out, "{sentence}")?;
    }
    writeln!(out, "{}", table(chappe_report::summary(record)))?;
    writeln!(out, "{}", table(memory_rows(record)))?;
    writeln!(out, "Report: {}", folder.join("index.html").display())?;
    Ok(())
}

fn memory_rows(record: &RunRecord) -> Vec<(String, String)> {
    let memory = record
        .execution
        .memory
        .per_user
        .iter()
        .filter(|part| part.bytes_per_user >= 0.05);
    memory
        .map(|part| {
            (
                part.part.clone(),
                format!("{:.1} bytes per user", part.bytes_per_user),
            )
        })
        .collect()
}

/// That the generator was the limit of a load.
pub(crate) fn too_late(outcome: &LoadOutcome) -> Failure {
    Failure::Invalid {
        late_percent: outcome.late_count as f64 * 100.0 / outcome.sent_count as f64,
        rate: outcome.sent_count as f64 * 1e9 / outcome.measured_ns as f64,
    }
}

/// How the run ends: broken promises weigh more than an interruption, and that more than a
/// threshold.
pub(crate) fn verdict(record: &RunRecord) -> Result<(), Failure> {
    let audit = &record.result.audit;
    if !audit.passed {
        for violation in &audit.violations {
            eprintln!("violation: {}", violation.description);
        }
        if let Some(replay) = &audit.replay {
            eprintln!("to see the facts: {replay}");
        }
        return Err(Failure::Violations(
            audit.promises.iter().map(|promise| promise.violation_count).sum(),
        ));
    }
    let outcome = record.load.as_ref().map(|load| &load.outcome);
    if record.interrupted {
        let measured = outcome.map(|outcome| words::duration(outcome.measured_ns as i64));
        let until = measured.unwrap_or_else(|| time(SimTime(record.result.window.until_ns)));
        return Err(Failure::Interrupted(until));
    }
    if let Some(outcome) = outcome.filter(|outcome| !outcome.valid) {
        return Err(too_late(outcome));
    }
    let missed: Vec<_> = record
        .result
        .thresholds
        .iter()
        .filter(|threshold| !threshold.passed)
        .collect();
    for threshold in &missed {
        eprintln!("threshold not met: {} {}", threshold.metric, threshold.condition);
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Thresholds(missed.len()))
    }
}
