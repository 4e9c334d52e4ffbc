//! One run in virtual time.

use crate::context::{Context, Threads};
use crate::error::Error;
use crate::execution::Stopwatch;
use crate::machine;
use crate::note::Note;
use crate::prepared::{Prepared, thresholds};
use crate::progress::Progress;
use chappe_base::{RunSpec, SimTime};
use chappe_cluster::DistributedRun;
use chappe_engine::{Effort, FactSink, PartialResult, SimulateOptions, Simulated, run_record, try_simulate};
use chappe_metrics::{
    Clock, Execution, FullSize, Memory, MemoryPart, PredictionError, ResultParts, RunRecord, ShardsFrom,
    Threshold,
};
use chappe_scenario::Scenario;
use std::time::Duration;
use tracing::info;

/// What a face may want of a run beside its record.
#[derive(Default)]
pub struct RunOptions<'a> {
    /// Makes a sink for the facts of each worker.
    pub facts: Option<&'a mut dyn FnMut(usize) -> FactSink>,
    /// How far predictions of live loads were off, for the report to say beside its latencies.
    pub prediction_error: Option<PredictionError>,
}

/// A run that has ended.
pub struct FinishedRun {
    /// What it comes to.
    pub record: RunRecord,
    /// Its figures in full, with the histograms that the record only summarises.
    pub parts: ResultParts,
    /// Made ready as it was played.
    pub prepared: Prepared,
}

/// Plays a run in this process.
///
/// # Errors
/// What is wrong with the scenario, its overrides or its thresholds.
pub fn run(spec: &RunSpec, options: RunOptions<'_>, context: &Context<'_>) -> Result<FinishedRun, Error> {
    ReadyRun::new(spec, 1, context)?.play(options, context)
}

/// A run that is ready to begin, alone or among several processes.
pub struct ReadyRun {
    /// What is played.
    pub prepared: Prepared,
    thresholds: Vec<Threshold>,
    until: Option<SimTime>,
    effort: Effort,
}

impl ReadyRun {
    /// Makes a run ready that so many processes play together, and notes what number of threads and processes pays.
    ///
    /// # Errors
    /// What is wrong with the scenario, its overrides or its thresholds.
    pub fn new(spec: &RunSpec, processes_count: usize, context: &Context<'_>) -> Result<ReadyRun, Error> {
        let prepared = Prepared::new(spec, context)?;
        let thresholds = thresholds(&prepared.scenario, Clock::Virtual)?;
        let until = prepared.until()?;
        let (effort, asked) = match context.threads {
            Threads::Auto => {
                let effort = Effort::automatic(machine::cores(), processes_count, &prepared.scenario);
                (effort, None)
            }
            Threads::Number(count) => {
                let effort = Effort::fixed(count, processes_count, &prepared.scenario);
                (effort, Some(count))
            }
        };
        for advice in effort.advice(asked, &prepared.scenario) {
            context.observer.note(Note::Effort(advice));
        }
        // Whoever gives the number of shards knows it.
        let is_known = prepared.scenario.size.shards_from == ShardsFrom::Given;
        if let Some(note) = prepared.scenario.size_note().filter(|_| !is_known) {
            context.observer.note(Note::Notice(note));
        }
        Ok(ReadyRun {
            prepared,
            thresholds,
            until,
            effort,
        })
    }

    /// Plays the run in this process alone.
    fn play(self, options: RunOptions<'_>, context: &Context<'_>) -> Result<FinishedRun, Error> {
        let watch = Stopwatch::start();
        let play = |options: SimulateOptions<'_>| try_simulate(&self.prepared.scenario, options);
        let simulated = self
            .simulate(options.facts, context, play)
            .map_err(Error::threads)?;
        let execution = watch.execution(context.command);
        Ok(self.finish(simulated, execution, options.prediction_error))
    }

    /// What all processes of the run have to agree on, as pairs of name and value.
    #[must_use]
    pub fn terms(&self) -> Vec<(&'static str, String)> {
        let (spec, scenario) = (&self.prepared.spec, &self.prepared.scenario);
        let none = || "none".to_string();
        let until = self.until.unwrap_or(scenario.horizon) - SimTime::ZERO;
        vec![
            ("the version of chappe", spec.program.clone()),
            ("the scenario's hash", scenario.hash.clone()),
            (
                "the trace's hash",
                spec.trace.as_ref().map_or_else(none, |trace| trace.hash.clone()),
            ),
            ("the arm", scenario.arm.clone().unwrap_or_else(none)),
            ("the seed", scenario.seed.to_string()),
            ("the end of the run", chappe_base::Duration(until).to_string()),
            ("the number of workers", self.effort.workers.to_string()),
        ]
    }

    /// Threads of each process.
    #[must_use]
    pub fn workers_count(&self) -> usize {
        self.effort.workers
    }

    /// Plays the whole run among processes that have met, as the first of them, and gathers what the others found. The
    /// report says `prediction_error` beside its latencies.
    ///
    /// # Errors
    /// The engine crashed, or a process sent what can't be read.
    pub fn lead(
        self,
        run: &mut DistributedRun,
        prediction_error: Option<PredictionError>,
        context: &Context<'_>,
    ) -> Result<FinishedRun, Error> {
        let watch = Stopwatch::start();
        let partial = self.partial(run, context)?;
        let (simulated, peaks) = run.combine(partial, machine::peak_bytes().unwrap_or(0))?;
        let execution = watch.execution_of(peaks, context.command);
        Ok(self.finish(simulated, execution, prediction_error))
    }

    /// Plays this process's part of a run that another process leads, and hands it over.
    ///
    /// # Errors
    /// The engine crashed, or the run ended badly in the first process.
    pub fn follow(&self, mut run: DistributedRun, context: &Context<'_>) -> Result<(), Error> {
        let partial = self.partial(&mut run, context)?;
        Ok(run.hand_over(partial, machine::peak_bytes().unwrap_or(0))?)
    }

    fn partial(&self, run: &mut DistributedRun, context: &Context<'_>) -> Result<PartialResult, Error> {
        let play = |options: SimulateOptions<'_>| run.simulate(&self.prepared.scenario, options);
        Ok(self.simulate(None, context, play)?)
    }

    /// Plays with this run's options, telling the observer how far it is.
    fn simulate<T>(
        &self,
        facts: Option<&mut dyn FnMut(usize) -> FactSink>,
        context: &Context<'_>,
        play: impl FnOnce(SimulateOptions<'_>) -> T,
    ) -> T {
        let scenario = &self.prepared.scenario;
        let until = self.until.unwrap_or(scenario.horizon);
        info!(
            scenario = scenario.name,
            arm = scenario.arm,
            seed = scenario.seed,
            until = %chappe_base::Duration(until - SimTime::ZERO),
            workers = self.effort.workers,
            "run started"
        );
        let mut progress = |progress: chappe_engine::Progress| {
            context.observer.progress(Progress::Simulation {
                now: progress.now,
                until,
                events_count: progress.events_count,
            });
        };
        let mut options = SimulateOptions::new(context.stop)
            .workers(self.effort.workers)
            .until(self.until)
            .progress(&mut progress)
            .trace(self.prepared.trace.clone());
        if let Some(facts) = facts {
            options = options.log(facts);
        }
        let played = play(options);
        context.observer.progress(Progress::Ended);
        played
    }

    fn finish(
        self,
        simulated: Simulated,
        common: Execution,
        prediction_error: Option<PredictionError>,
    ) -> FinishedRun {
        let (mut prepared, thresholds) = (self.prepared, self.thresholds);
        if let Some(stopped) = simulated.stopped_at {
            // The record equals that of a run until then, and is played again as one.
            prepared.spec.until = Some(chappe_base::Duration(stopped - SimTime::ZERO));
        }
        let scenario = &prepared.scenario;
        let execution = Execution {
            prediction_error,
            ..execution(&simulated, scenario, common)
        };
        info!(
            scenario = scenario.name,
            arm = scenario.arm,
            seed = scenario.seed,
            events_count = execution.events_count,
            wall_ms = execution.wall_ns / 1_000_000,
            interrupted = simulated.stopped_at.is_some(),
            "run ended"
        );
        let record = run_record(
            prepared.spec.clone(),
            scenario,
            prepared.trace.as_deref(),
            simulated.output(),
            &thresholds,
            execution,
        );
        FinishedRun {
            record,
            parts: simulated.parts,
            prepared,
        }
    }
}

/// What a simulation took: the common part, and what its events and its state cost.
fn execution(simulated: &Simulated, scenario: &Scenario, common: Execution) -> Execution {
    let users = f64::from(scenario.population.users);
    let part = |(part, bytes): &(String, usize)| MemoryPart {
        part: part.clone(),
        bytes_total: *bytes as u64,
        bytes_per_user: *bytes as f64 / users,
    };
    let seconds = Duration::from_nanos(common.wall_ns).as_secs_f64().max(1e-9);
    let mut execution = Execution {
        workers: simulated.workers_count as u32,
        events_count: simulated.events_count,
        events_per_second: (simulated.events_count as f64 / seconds) as u64,
        memory: Memory {
            per_user: simulated.bytes.iter().map(part).collect(),
            ..common.memory
        },
        ..common
    };
    let (played, in_full) = (scenario.population.users, scenario.users_in_full);
    execution.full_size = FullSize::of(&execution, u64::from(played), u64::from(in_full));
    execution
}
