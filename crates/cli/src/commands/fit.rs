//! `chappe fit`.

use crate::args::FitArgs;
use crate::aside::Aside;
use crate::comparison::{Side, compare, rows, write_folder};
use crate::failure::Failure;
use crate::fitted::Model;
use crate::sources::read_trace;
use crate::terminal::{Steps, grid, stop_on_interrupt};
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_experiment::search::{Effort, Found, Knob, search};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::{Estimate, Recorder, TraceStatistics, misfit};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Fewer messages say nothing about people.
const FEWEST_MESSAGES: usize = 100;
/// What the file is called in its folder.
const FILE: &str = "workload.toml";

/// Searches for the people who write like those of a trace, and writes them as a scenario.
pub(crate) fn fit(args: &FitArgs) -> Result<(), Failure> {
    let trace = read_trace(&args.trace)?;
    if trace.messages.len() < FEWEST_MESSAGES {
        return Err(Failure::usage_with(
            format!("{} has {} messages", args.trace.display(), trace.messages.len()),
            format!("a fit needs {FEWEST_MESSAGES} or more"),
        ));
    }
    let name = stem(&args.trace);
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("reports/out/fit-{name}")));
    std::fs::create_dir_all(&folder).map_err(|error| Failure::Write {
        path: folder.clone(),
        error,
    })?;
    let file = Aside::prepare(&folder.join(FILE))?;

    let statistics = TraceStatistics::of(&trace, args.zone);
    let model = Model {
        title: format!("The people of {name}"),
        estimate: Estimate::of(&trace, &statistics, args.zone),
        most_contacts: f64::from(statistics.contacts.quantile(1.0)),
        zone: args.zone,
    };
    let recorded = Side { name, statistics };
    // A scenario that can't be played is told before the search, not after.
    let start: Vec<f64> = model.knobs().iter().map(|knob| knob.start).collect();
    scenario_of(&model.scenario(&start, args.seed, ""))?;
    let found = find(args, &model, &recorded);

    // On draws that the search has not seen.
    let fresh = args.seed.wrapping_add(1);
    let check = play(
        &scenario_of(&model.scenario(&found.values, fresh, ""))?,
        args.zone,
    );
    let distances = check.distances(&recorded.statistics);
    let head = head(args, &found, misfit(&distances));
    let text = model.scenario(&found.values, fresh, &head);
    file.finish(|writer| writer.write_all(text.as_bytes()))?;
    let fitted = Side {
        name: "fitted".to_string(),
        statistics: check,
    };
    let comparison = compare(&fitted, &recorded);
    write_folder(&folder, &comparison)?;
    let mut out = stdout();
    if !args.quiet {
        writeln!(out, "{}", grid(rows(&comparison)))?;
        let near = distances.iter().filter(|distance| distance.is_near()).count();
        writeln!(
            out,
            "{near} of {} quantities within 10%, on a seed of its own.",
            distances.len()
        )?;
    }
    writeln!(out, "Workload: {}", folder.join(FILE).display())?;
    Ok(())
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

fn scenario_of(text: &str) -> Result<Scenario, Failure> {
    Ok(ScenarioFile::parse(FILE, text)?.resolve(&Overrides::default())?)
}

/// Searches until the tries are used up, or somebody interrupts.
fn find(args: &FitArgs, model: &Model, recorded: &Side) -> Found {
    let effort = Effort {
        tries: args.tries,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        seed: args.seed,
    };
    let loss = |values: &[f64]| {
        let text = model.scenario(values, args.seed, "");
        let Ok(scenario) = scenario_of(&text) else {
            return f64::INFINITY;
        };
        misfit(&play(&scenario, args.zone).distances(&recorded.statistics))
    };
    let gauge = Steps::new("fitting", args.tries as u64, args.quiet);
    let knobs: Vec<Knob> = model.knobs();
    let found = search(&knobs, effort, &loss, &mut |found| {
        gauge.show(found.tries);
        !stop_on_interrupt().is_raised()
    });
    gauge.finish();
    found
}

/// What people of `scenario` write.
fn play(scenario: &Scenario, zone: i16) -> TraceStatistics {
    let recorder: Arc<Mutex<Recorder>> = Arc::default();
    let mut sink = |_: usize| -> FactSink {
        let recorder = Arc::clone(&recorder);
        Box::new(move |record| {
            let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
            recorder.observe(&record.fact);
        })
    };
    // An interruption ends the search between two tries: half a run says nothing.
    let never = StopFlag::new();
    let _figures = simulate(scenario, SimulateOptions::new(&never).log(&mut sink));
    let recorder = std::mem::take(&mut *recorder.lock().unwrap_or_else(PoisonError::into_inner));
    TraceStatistics::of(&recorder.into_trace(), zone)
}

/// What stands above the scenario.
fn head(args: &FitArgs, found: &Found, misfit: f64) -> String {
    format!(
        "Do simulated people write like those of {}?\n\n\
         Fitted with `chappe fit` by {} tries with seed {}: misfit {:.3} there, {misfit:.3} on this file's\n\
         seed, which the search has not seen. The curve of the day, the number of people and the shape are\n\
         read off; the rest was searched for as a whole, and no single value is measured.",
        stem(&args.trace),
        found.tries,
        args.seed,
        found.loss,
    )
}
