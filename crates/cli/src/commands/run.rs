//! `chappe run`.

use crate::args::{RunArgs, Workers};
use crate::failure::Failure;
use crate::log::{Header, LogWriter};
use crate::machine;
use crate::output::Output;
use crate::recording::TraceWriter;
use crate::sources::{Loaded, load};
use crate::terminal::{Gauge, stop_on_interrupt, table, time};
use chappe_base::{Duration, SimTime};
use chappe_engine::{FactSink, SimulateOptions, Simulated, events_per_window, run_record, simulate};
use chappe_metrics::{Execution, FullSize, Memory, MemoryPart, RunRecord, Threshold, write_csv, write_hlog};
use chappe_scenario::Scenario;
use std::io::{Write, stdout};
use std::path::{Component, Path, PathBuf};
use std::time::{Instant, SystemTime};

/// Events in one window from which it pays to split a run among threads.
const FULL_WINDOW: f64 = 8_000.0;

/// Runs a scenario and writes what it comes to.
pub(crate) fn run(args: &RunArgs) -> Result<(), Failure> {
    let loaded = load(&args.source)?;
    let thresholds = thresholds(&loaded.scenario)?;
    let until = args
        .until
        .as_deref()
        .map(|text| until(text, &loaded.scenario))
        .transpose()?;
    let target = args
        .out
        .clone()
        .unwrap_or_else(|| default_folder(&loaded.scenario));
    let output = Output::prepare(&target)?;
    let mut log = match &args.log {
        Some(path) => Some(LogWriter::prepare(
            path,
            Header::new(&args.source, &loaded.text)?,
        )?),
        None => None,
    };
    let mut trace = args.trace.as_deref().map(TraceWriter::prepare).transpose()?;

    let started = SystemTime::now();
    let clock = Instant::now();
    let simulated = simulated(args, &loaded, until, log.as_mut(), trace.as_mut());
    let execution = execution(&simulated, &loaded.scenario, &target, started, clock.elapsed());
    let record = run_record(
        &loaded.scenario,
        &simulated,
        &thresholds,
        &replay_command(args),
        execution,
    );

    if let Some(log) = log {
        log.finish()?;
    }
    if let Some(trace) = trace {
        trace.finish()?;
    }
    write_folder(&output, &record, &simulated, &loaded.text).map_err(|error| Failure::Write {
        path: target.clone(),
        error,
    })?;
    let folder = output.finish()?;
    say(args, &record, &folder)?;
    verdict(&record)
}

/// The scenario's thresholds; the metrics they name must exist.
pub(crate) fn thresholds(scenario: &Scenario) -> Result<Vec<Threshold>, Failure> {
    let conditions = scenario.thresholds.iter().flat_map(|threshold| {
        threshold
            .conditions
            .iter()
            .map(|condition| (threshold.metric.as_str(), condition.as_str()))
    });
    conditions
        .map(|(metric, condition)| {
            Threshold::parse(metric, condition).map_err(|error| {
                Failure::usage_with(
                    format!("[thresholds]: {error}"),
                    "`chappe schema --metrics` lists the metrics",
                )
            })
        })
        .collect()
}

fn until(text: &str, scenario: &Scenario) -> Result<SimTime, Failure> {
    let wrong = |problem: String| Failure::usage(format!("--until: {problem}"));
    let until = SimTime::ZERO + Duration::parse(text).map_err(wrong)?.0;
    if until <= scenario.warm_up || until > scenario.horizon {
        let (from, to) = (scenario.warm_up - SimTime::ZERO, scenario.horizon - SimTime::ZERO);
        let range = format!(
            "it must lie after the warm-up of {} and not after {}",
            Duration(from),
            Duration(to)
        );
        return Err(wrong(format!("`{text}` is outside the run; {range}")));
    }
    Ok(until)
}

fn default_folder(scenario: &Scenario) -> PathBuf {
    PathBuf::from("reports/out").join(&scenario.name)
}

fn simulated(
    args: &RunArgs,
    loaded: &Loaded,
    until: Option<SimTime>,
    mut log: Option<&mut LogWriter>,
    mut trace: Option<&mut TraceWriter>,
) -> Simulated {
    let gauge = Gauge::new(
        until.unwrap_or(loaded.scenario.horizon),
        args.effort.quiet || args.json,
    );
    let is_watched = log.is_some() || trace.is_some();
    let mut sinks = |_: usize| -> FactSink {
        let log = log.as_mut().map(|log| log.sink());
        let trace = trace.as_mut().map(|trace| trace.sink());
        let mut sinks: Vec<FactSink> = log.into_iter().chain(trace).collect();
        Box::new(move |record| sinks.iter_mut().for_each(|sink| sink(record)))
    };
    let simulated = simulate(
        &loaded.scenario,
        SimulateOptions {
            workers: workers_count(args.effort.workers, &loaded.scenario),
            until,
            stop: stop_on_interrupt(),
            progress: &mut |progress| gauge.show(progress),
            log: is_watched.then_some(&mut sinks as &mut dyn FnMut(usize) -> FactSink),
            watch: None,
            trace: loaded.trace.clone(),
        },
    );
    gauge.finish();
    simulated
}

/// Threads for a run: as many as asked for, or as many as windows are full enough to keep busy.
pub(crate) fn workers_count(asked: Workers, scenario: &Scenario) -> usize {
    match asked {
        Workers::Number(count) => count,
        Workers::Auto if events_per_window(scenario) < FULL_WINDOW => 1,
        Workers::Auto => machine::cores(),
    }
}

fn execution(
    simulated: &Simulated,
    scenario: &Scenario,
    target: &Path,
    started: SystemTime,
    took: std::time::Duration,
) -> Execution {
    let users = f64::from(scenario.population.users);
    let part = |(part, bytes): &(&str, usize)| MemoryPart {
        part: (*part).to_string(),
        bytes_total: *bytes as u64,
        bytes_per_user: *bytes as f64 / users,
    };
    let started = jiff::Timestamp::try_from(started)
        .map(|at| at.to_string())
        .unwrap_or_default();
    let mut execution = Execution {
        machine: machine::machine(),
        workers: simulated.workers_count as u32,
        command: std::iter::once("chappe".to_string())
            .chain(std::env::args().skip(1))
            .collect(),
        folder: way_back(target).display().to_string(),
        started,
        wall_ns: took.as_nanos() as u64,
        events_count: simulated.events_count,
        events_per_second: (simulated.events_count as f64 / took.as_secs_f64().max(1e-9)) as u64,
        memory: Memory {
            peak_bytes: machine::peak_bytes().unwrap_or(0),
            per_user: simulated.bytes.iter().map(part).collect(),
        },
        full_size: None,
    };
    let (played, in_full) = (scenario.population.users, scenario.users_in_full);
    execution.full_size = FullSize::of(&execution, u64::from(played), u64::from(in_full));
    execution
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

/// The command that shows the facts of this run again.
fn replay_command(args: &RunArgs) -> String {
    let mut words = vec![
        "chappe".to_string(),
        "run".to_string(),
        args.source.scenario.display().to_string(),
    ];
    words.extend(args.source.set.iter().map(|set| format!("--set '{set}'")));
    words.extend(args.source.arm.iter().map(|arm| format!("--arm '{arm}'")));
    words.extend(args.source.seed.iter().map(|seed| format!("--seed {seed}")));
    words.extend(args.source.scale.iter().map(|scale| format!("--scale {scale}")));
    words.extend(args.until.iter().map(|until| format!("--until '{until}'")));
    words.push("--log facts.jsonl".to_string());
    words.join(" ")
}

fn write_folder(
    output: &Output,
    record: &RunRecord,
    simulated: &Simulated,
    scenario: &str,
) -> std::io::Result<()> {
    let (mut json, mut csv, mut hlog) = (Vec::new(), Vec::new(), Vec::new());
    record.write(&mut json)?;
    write_csv(&record.result.series, &mut csv)?;
    write_hlog(&simulated.parts, &mut hlog)?;
    output.write("run.json", &json)?;
    output.write("series.csv", &csv)?;
    output.write("latency.hlog", &hlog)?;
    output.write("scenario.toml", scenario.as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    chappe_report::write_report(record, &mut sink).map_err(std::io::Error::other)
}

/// The end of a run, for whoever waits for it.
fn say(args: &RunArgs, record: &RunRecord, folder: &Path) -> Result<(), Failure> {
    if args.json {
        return Ok(record.write(&mut stdout())?);
    }
    if args.effort.quiet {
        for warning in &record.result.warnings {
            eprintln!("warning: {}; {}", warning.problem, warning.remedy);
        }
        return Ok(());
    }
    let mut out = stdout();
    for doubt in chappe_report::doubts(record) {
        writeln!(out, "Beware: {doubt}")?;
    }
    for sentence in chappe_report::answer(record) {
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

/// How the run ends: broken promises weigh more than an interruption, and that more than a
/// threshold.
fn verdict(record: &RunRecord) -> Result<(), Failure> {
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
    if record.interrupted {
        return Err(Failure::Interrupted(time(SimTime(record.result.window.until_ns))));
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
