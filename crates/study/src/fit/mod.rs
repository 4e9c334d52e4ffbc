//! Finds a population that writes like the people in a recorded trace.

mod comparison;
mod model;

pub use comparison::{COMPARED, Side, compare, figures, rows, write_comparison};

use crate::context::{Context, Threads};
use crate::error::Error;
use crate::machine;
use crate::note::counted;
use crate::progress::Progress;
use crate::stats::search::{Effort, Found, Knob, search};
use chappe_base::SEED_MAX;
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::{Estimate, Recorder, Trace, TraceStatistics, misfit};
use model::Model;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;

/// Fewer messages say nothing about people.
const FEWEST_MESSAGES: usize = 100;
/// What the fitted scenario is called.
pub const FITTED: &str = "workload.toml";

/// How a fit is searched for.
#[derive(Clone, Copy, Debug)]
pub struct FitOptions {
    /// Local time's offset from UTC [minutes].
    pub zone: i16,
    /// Populations to try at most.
    pub tries: usize,
    /// Seed of the search, and of the populations that it tries.
    pub seed: u64,
}

/// People who write like those of a trace.
pub struct Fitted {
    /// The scenario, in TOML.
    pub text: String,
    /// What its people wrote, on a seed that the search has not seen.
    pub fitted: Side,
    /// What the people of the trace wrote.
    pub recorded: Side,
    /// Quantities that are within 10%, of how many.
    pub near: (usize, usize),
    /// Populations that were tried.
    pub tries: usize,
    /// Whether the search was stopped before its tries were used up.
    pub interrupted: bool,
}

/// Makes sure that `trace`, which goes by `name`, says enough to be fitted.
///
/// # Errors
/// It has too few messages.
pub fn check_trace(name: &str, trace: &Trace) -> Result<(), Error> {
    match trace.messages.len() {
        count if count < FEWEST_MESSAGES => Err(Error::usage_with(
            format!("{name} has {}", counted(count, "message")),
            format!("a fit needs {FEWEST_MESSAGES} or more"),
        )),
        _ => Ok(()),
    }
}

/// Searches for the people who write like those of `trace`, which goes by `name`.
///
/// # Errors
/// The trace has too few messages, or nobody like its people can be simulated.
pub fn fit(name: &str, trace: &Trace, options: FitOptions, context: &Context<'_>) -> Result<Fitted, Error> {
    check_trace(name, trace)?;
    let statistics = TraceStatistics::of(trace, options.zone);
    let model = Model {
        title: format!("The people of {name}"),
        estimate: Estimate::of(trace, &statistics, options.zone),
        most_contacts: f64::from(statistics.contacts.quantile(1.0)),
        zone: options.zone,
    };
    let recorded = Side {
        name: name.to_string(),
        statistics,
        resampled: Vec::new(),
    };
    // A scenario that can't be played is refused before the search, not after.
    let start: Vec<f64> = model.knobs().iter().map(|knob| knob.start).collect();
    scenario_of(&model.scenario(&start, options.seed, ""))?;
    info!(
        trace = name,
        messages_count = trace.messages.len(),
        tries_max = options.tries,
        seed = options.seed,
        "fit started"
    );
    let found = find(options, &model, &recorded, context);
    info!(
        trace = name,
        tries = found.tries,
        misfit = found.loss,
        interrupted = context.stop.is_raised(),
        "fit ended"
    );

    // The verdict is on draws that the search has not seen.
    let fresh = (options.seed + 1) % (SEED_MAX + 1);
    let check = play(
        &scenario_of(&model.scenario(&found.values, fresh, ""))?,
        options.zone,
    );
    let distances = check.distances(&recorded.statistics);
    let head = head(name, options, &found, misfit(&distances));
    Ok(Fitted {
        text: model.scenario(&found.values, fresh, &head),
        fitted: Side {
            name: "fitted".to_string(),
            statistics: check,
            resampled: Vec::new(),
        },
        recorded,
        near: (
            distances.iter().filter(|distance| distance.is_near()).count(),
            distances.len(),
        ),
        tries: found.tries,
        interrupted: context.stop.is_raised(),
    })
}

fn scenario_of(text: &str) -> Result<Scenario, Error> {
    Ok(ScenarioFile::parse(FITTED, text)?.resolve(&Overrides::default())?)
}

/// Searches until the tries are used up, or the study is stopped.
fn find(options: FitOptions, model: &Model, recorded: &Side, context: &Context<'_>) -> Found {
    let effort = Effort {
        tries: options.tries,
        threads: match context.threads {
            Threads::Auto => machine::cores(),
            Threads::Number(count) => count,
        },
        seed: options.seed,
    };
    let loss = |values: &[f64]| {
        let text = model.scenario(values, options.seed, "");
        let Ok(scenario) = scenario_of(&text) else {
            return f64::INFINITY;
        };
        misfit(&play(&scenario, options.zone).distances(&recorded.statistics))
    };
    let knobs: Vec<Knob> = model.knobs();
    let found = search(&knobs, effort, &loss, &mut |found| {
        context.observer.progress(Progress::Tries {
            done: found.tries as u64,
            total: options.tries as u64,
        });
        !context.stop.is_raised()
    });
    context.observer.progress(Progress::Ended);
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
    let options = SimulateOptions::new(&never).log(&mut sink);
    let _figures = simulate(scenario, options);
    let recorder = std::mem::take(&mut *recorder.lock().unwrap_or_else(PoisonError::into_inner));
    TraceStatistics::of(&recorder.into_trace(), zone)
}

/// What stands above the scenario.
fn head(name: &str, options: FitOptions, found: &Found, misfit: f64) -> String {
    format!(
        "Do simulated people write like those of {name}?\n\n\
         Fitted with `chappe fit` by {} tries with seed {}: misfit {:.3} there, {misfit:.3} on this file's\n\
         seed, which the search has not seen. The curve of the day, the number of people and the shape are\n\
         read off; the rest was searched for as a whole, and no single value is measured.",
        found.tries, options.seed, found.loss,
    )
}
