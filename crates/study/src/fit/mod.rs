//! Finds a population that writes like the people in a recorded trace.

mod comparison;
mod judge;
mod laws;
mod model;
#[cfg(test)]
mod tests;
mod writers;

pub use comparison::{COMPARED, Side, compare, figures, rows, write_comparison};
pub use judge::{Agreement, Holdout};

use crate::context::{Context, Threads};
use crate::error::Error;
use crate::machine;
use crate::note::counted;
use crate::progress::Progress;
use crate::stats::search::{Effort, Found, search};
use chappe_base::SEED_MAX;
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_report::TraceComparison;
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::{Distance, Estimate, Recorder, Trace, TraceStatistics, misfit};
use judge::plays;
use laws::Spread;
use model::Model;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;
use writers::Writers;

/// Fewer messages say nothing about people.
const FEWEST_MESSAGES: usize = 100;
/// What the fitted scenario is called.
pub const FITTED: &str = "workload.toml";
/// Seeds on which each population is tried, since one may be lucky: fewer for long traces, whose figures vary less.
const PLAYS: [u64; 2] = [2, 4];
/// Messages of all plays of a population together, within these bounds.
const PLAYED_MESSAGES: u64 = 60_000;
/// From the first seed of the search to the first on which it is judged.
const FRESH: u64 = 16;

/// How a fit is searched for.
#[derive(Clone, Copy, Debug)]
pub struct FitOptions {
    /// Local time's offset from UTC [minutes].
    pub zone: i16,
    /// Populations to try at most.
    pub tries: usize,
    /// Seed of the search, and the first of those of the populations that it tries.
    pub seed: u64,
    /// The share of the trace's days that the fit is made from; the rest judges it. `None` for all.
    pub holdout: Option<f64>,
}

/// People who write like those of a trace.
pub struct Fitted {
    /// The scenario, in TOML.
    pub text: String,
    /// What its people wrote, on a seed that the search has not seen.
    pub fitted: Side,
    /// What the people of the trace wrote, or of the part that was held out.
    pub recorded: Side,
    /// Quantities that are within 10% or the trace's own noise, of how many.
    pub near: (usize, usize),
    /// How near they are on many seeds.
    pub agreement: Agreement,
    /// How near they are to the part that was held out, if one was.
    pub holdout: Option<Holdout>,
    /// Populations that were tried.
    pub tries: usize,
    /// Whether the search was stopped before its tries were used up.
    pub interrupted: bool,
}

/// A trace, or a part of one, and what chance moves in it.
struct Sample {
    statistics: TraceStatistics,
    estimate: Estimate,
    spread: Spread,
}

impl Sample {
    fn of(trace: &Trace, zone: i16) -> Sample {
        let statistics = TraceStatistics::of(trace, zone);
        Sample {
            estimate: Estimate::of(trace, &statistics, zone),
            spread: Spread::of(trace, zone),
            statistics,
        }
    }
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

impl Fitted {
    /// Model and trace side by side, with the verdict in sentences as its remarks.
    #[must_use]
    pub fn comparison(&self) -> TraceComparison {
        let mut comparison = compare(&self.fitted, &self.recorded);
        let (near, of) = self.near;
        let judged = format!(
            "Of the {of} quantities that the search may change, {near} are within 10% or the trace's own noise, on a seed \
             that it has not used."
        );
        let holdout = self.holdout.as_ref().map(Holdout::words);
        comparison.remarks = [judged, self.agreement.words()]
            .into_iter()
            .chain(holdout)
            .collect();
        comparison
    }
}

/// Searches for the people who write like those of `trace`, which goes by `name`.
///
/// # Errors
/// The trace has too few messages, or nobody like its people can be simulated.
pub fn fit(name: &str, trace: &Trace, options: FitOptions, context: &Context<'_>) -> Result<Fitted, Error> {
    check_trace(name, trace)?;
    let (taken, held) = parts(name, trace, options)?;
    let seed = options
        .seed
        .min(SEED_MAX - FRESH - judge::SEEDS - model::CURVE_PLAYS[1]);
    let fresh = seed + FRESH;
    let mut model = Model::new(taken.estimate.clone(), &taken.statistics, options.zone);
    // A scenario that can't be played is refused before the search, not after.
    let start: Vec<f64> = model.knobs().iter().map(|knob| knob.start).collect();
    scenario_of(&model.writers(&start).scenario(name, seed, ""))?;
    info!(trace = name, tries_max = options.tries, seed, "fit started");
    let found = find(FitOptions { seed, ..options }, &model, &taken, context);
    info!(
        trace = name,
        tries = found.tries,
        misfit = found.loss,
        interrupted = context.stop.is_raised(),
        "fit ended"
    );
    // The plays of the curve are not those of the verdict.
    model.fit_curve(&found.values, &taken.statistics, fresh + judge::SEEDS);
    let mut writers = model.writers(&found.values);

    // The verdict is on draws that the search has not seen.
    let judge = held.as_ref().map_or(&taken, |(_, rest)| rest);
    writers.days = judge.estimate.days;
    let plays = plays(&writers, fresh);
    let agreement = Agreement::of(&plays, &judge.statistics, &judge.spread);
    let holdout = held
        .as_ref()
        .map(|(share, rest)| Holdout::of(*share, &plays, &taken.statistics, &rest.statistics, &rest.spread));
    let head = head(
        name,
        &found,
        options,
        &model.laws.words(&taken.spread.laws),
        &agreement,
    );
    let text = writers.scenario(&format!("The people of {name}"), fresh, &head);
    let check = play(&scenario_of(&text)?, options.zone);
    let distances = check.distances(&judge.statistics, &judge.spread.figures);
    let near = distances.iter().filter(|distance| distance.is_near()).count();
    let (_, judge) = held.unwrap_or((1.0, taken));
    Ok(Fitted {
        text,
        fitted: Side {
            name: "fitted".to_string(),
            statistics: check,
            resampled: Vec::new(),
        },
        recorded: Side {
            name: name.to_string(),
            statistics: judge.statistics,
            resampled: judge.spread.resampled,
        },
        near: (near, distances.len()),
        agreement,
        holdout,
        tries: found.tries,
        interrupted: context.stop.is_raised(),
    })
}

/// The part of a trace that a fit is made from, and the share of the days and the rest if it is held out.
fn parts(name: &str, trace: &Trace, options: FitOptions) -> Result<(Sample, Option<(f64, Sample)>), Error> {
    let Some(share) = options.holdout else {
        return Ok((Sample::of(trace, options.zone), None));
    };
    let [first, rest] = trace.split(share, options.zone);
    check_trace(&format!("the first part of {name}"), &first)?;
    check_trace(&format!("the rest of {name}"), &rest)?;
    let [first, rest] = [first, rest].map(|part| Sample::of(&part, options.zone));
    Ok((first, Some((share, rest))))
}

fn scenario_of(text: &str) -> Result<Scenario, Error> {
    Ok(ScenarioFile::parse(FITTED, text)?.resolve(&Overrides::default())?)
}

/// Searches until the tries are used up, or the study is stopped.
fn find(options: FitOptions, model: &Model, taken: &Sample, context: &Context<'_>) -> Found {
    let effort = Effort {
        tries: options.tries,
        threads: match context.threads {
            Threads::Auto => machine::cores(),
            Threads::Number(count) => count,
        },
        seed: options.seed,
    };
    let loss = |values: &[f64]| mean_misfit(&model.writers(values), options.seed, taken);
    let found = search(&model.knobs(), effort, &loss, &mut |found| {
        context.observer.progress(Progress::Tries {
            done: found.tries as u64,
            total: options.tries as u64,
        });
        !context.stop.is_raised()
    });
    context.observer.progress(Progress::Ended);
    found
}

/// How far people are from those of a trace, over some seeds: the root of the mean square.
fn mean_misfit(writers: &Writers, seed: u64, taken: &Sample) -> f64 {
    // Within its noise a figure still says where it is likely: half of that is tolerated here.
    let errors: Vec<f64> = taken.spread.figures.iter().map(|error| error / 2.0).collect();
    let [least, most] = PLAYS;
    let messages = taken.statistics.messages_count.max(1) as u64;
    let plays = (PLAYED_MESSAGES / messages).clamp(least, most);
    let squares = (seed..seed + plays).map(|seed| {
        let play = writers.write(seed);
        let mut distances = play.distances(&taken.statistics, &errors);
        distances.extend(volume(&play, &taken.statistics));
        let misfit = misfit(&distances);
        misfit * misfit
    });
    (squares.sum::<f64>() / plays as f64).sqrt()
}

/// The distances in the numbers of messages and people, which a verdict leaves out and a search has to keep.
fn volume(play: &TraceStatistics, recorded: &TraceStatistics) -> [Distance; 2] {
    let distance = |name: &str, one: f64, other: f64| Distance {
        name: name.to_string(),
        value: one / other - 1.0,
        tolerance: 0.1,
    };
    let counts = |of: &TraceStatistics| (of.messages_count as f64, f64::from(of.people_count));
    let ((messages, people), (of_messages, of_people)) = (counts(play), counts(recorded));
    [
        distance("messages", messages, of_messages),
        distance("people", people, of_people),
    ]
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
fn head(name: &str, found: &Found, options: FitOptions, laws: &str, agreement: &Agreement) -> String {
    format!(
        "Do simulated people write like those of {name}?\n\n\
         Made with `chappe fit`. Read off, with standard errors over people and days: {laws}.\n\
         Also read off: the curves of day and week, the number of days and the shape. The rest was searched for as a\n\
         whole by {} tries with seed {}, and no single value of it is measured.\n\
         {}",
        found.tries,
        options.seed,
        agreement.words(),
    )
}
