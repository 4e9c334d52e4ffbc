//! `chappe gate`: turns arguments into options of the gate, and shows its results on the terminal.

mod history;
mod measure;

use crate::args::{AcceptArgs, Cases, CheckArgs, Evidence, GateCommand, RecordArgs};
use crate::failure::Failure;
use crate::session::command;
use crate::signals::stop_on_interrupt;
use crate::source::pair;
use crate::terminal::{TerminalObserver, say};
use chappe_gate::accept::accept;
use chappe_gate::answer::{answer, problems};
use chappe_gate::check::{Check, Checked};
use chappe_gate::ci;
use chappe_gate::options::{self, CaseOptions, CheckOptions, EvidenceKind};
use chappe_gate::program::Bench;
use chappe_gate::recording::record;
use chappe_gate::{Context, Environment};
use chappe_study::Stopwatch;
use chappe_study::files::{OutputFolder, ReportKind};
use std::env;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{self, Write, stdout};
use std::path::PathBuf;

pub(crate) fn gate(command: &GateCommand) -> Result<(), Failure> {
    // From here on Ctrl-C lets everything clean up behind itself.
    stop_on_interrupt();
    match command {
        GateCommand::Record(args) => record_all(args),
        GateCommand::Check(args) => check(args),
        GateCommand::Accept(args) => accept_all(args),
        GateCommand::History(args) => history::history(args),
        GateCommand::Measure(args) => measure::measure(args),
    }
}

/// Calls the gate with what this process knows of itself.
fn with_context<T>(quiet: bool, call: impl FnOnce(&Context<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let unknown = |what: &str, error: io::Error| Failure::internal(format!("{what} can't be found: {error}"));
    let environment = Environment {
        program: env::current_exe().map_err(|error| unknown("this program", error))?,
        folder: env::current_dir().map_err(|error| unknown("the current folder", error))?,
        profile: env!("CHAPPE_PROFILE").to_string(),
        compiler: env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
        build_flags: Environment::BUILD_VARIABLES
            .map(|name| env::var(name).unwrap_or_default())
            .to_vec(),
        git_variables: env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| name.as_encoded_bytes().starts_with(b"GIT_"))
            .collect(),
    };
    call(&Context {
        stop: stop_on_interrupt(),
        observer: &TerminalObserver::new(quiet),
        environment: &environment,
    })
}

fn case_options(cases: &Cases) -> Result<CaseOptions, Failure> {
    let changes = &cases.changes;
    Ok(CaseOptions {
        scenarios: cases.scenarios.clone(),
        changes: options::Changes {
            set: changes.set.iter().map(pair).collect::<Result<_, _>>()?,
            scale: changes.scale,
            seed: changes.seed,
            rate: cases.rate,
        },
        baselines: cases.baselines.clone(),
        instructions: !cases.no_instructions,
    })
}

fn record_all(args: &RecordArgs) -> Result<(), Failure> {
    let options = case_options(&args.cases)?;
    let outcomes = with_context(args.cases.quiet, |context| {
        Ok(record(&options, &args.history, context)?)
    })?;
    list(&args.cases, &outcomes)
}

fn accept_all(args: &AcceptArgs) -> Result<(), Failure> {
    let options = case_options(&args.cases)?;
    let outcomes = with_context(args.cases.quiet, |context| {
        Ok(accept(&options, &args.reason, context)?)
    })?;
    list(&args.cases, &outcomes)
}

/// A line for each scenario.
fn list(cases: &Cases, outcomes: &[(String, impl Display)]) -> Result<(), Failure> {
    let mut out = stdout();
    for (name, outcome) in outcomes.iter().filter(|_| !cases.quiet) {
        writeln!(out, "{name}: {outcome}").map_err(Failure::Output)?;
    }
    Ok(())
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    let options = CheckOptions {
        cases: case_options(&args.cases)?,
        baseline: args.baseline.clone(),
        candidate: args.candidate.clone(),
        benches: args.bench.iter().map(|text| Bench::new(text)).collect(),
        rounds_count: args.rounds,
        smallest_effect: args.smallest_effect,
        only: args.only.map(|only| match only {
            Evidence::Exact => EvidenceKind::Exact,
            Evidence::Wall => EvidenceKind::Wall,
        }),
        force: args.force,
        history: args.history.clone(),
    };
    let watch = Stopwatch::start();
    let target = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("reports/out/gate"));
    with_context(args.cases.quiet || args.json, |context| {
        let check = Check::prepare(&options, context)?;
        let output = OutputFolder::prepare(&target, ReportKind::Gate)?;
        let mut checked = check.run(context)?;
        checked.record.execution = watch.execution(&command());
        write(&output, &checked).map_err(|error| output.failure(error))?;
        let folder = output.finish()?;
        let said = say_check(args, &checked, &folder.join("summary.md").display().to_string());
        let added = checked.add_to_history(&options, context).map_err(Failure::from);
        // A regression is told by the exit code, whatever else goes wrong.
        let problems = problems(&checked.record);
        let found = (!problems.is_empty()).then(|| Failure::Regressed(problems.join("\n  ")));
        Failure::or_shown(found, said.and(added))
    })
}

fn write(output: &OutputFolder, checked: &Checked) -> io::Result<()> {
    for (file, bytes) in checked.files()? {
        output.write(file, &bytes)?;
    }
    Ok(())
}

fn say_check(args: &CheckArgs, checked: &Checked, report: &str) -> Result<(), Failure> {
    let record = &checked.record;
    let is_set = |name| env::var_os(name).filter(|value| !value.is_empty());
    if is_set("GITHUB_ACTIONS").is_some() {
        for annotation in ci::annotations(record) {
            say(annotation);
        }
    }
    if let Some(path) = is_set("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
        let file = OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(ci::markdown(record).as_bytes()))
            .map_err(|error| chappe_study::Error::Write { path, error })?;
    }
    let print = || -> io::Result<()> {
        if args.json {
            return super::print_json(record);
        }
        let mut out = stdout().lock();
        for sentence in answer(record).iter().filter(|_| !args.cases.quiet) {
            writeln!(out, "{sentence}")?;
        }
        match args.cases.quiet {
            true => Ok(()),
            false => writeln!(out, "Report: {report}"),
        }
    };
    print().map_err(Failure::Output)
}
