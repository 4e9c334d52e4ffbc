//! Simulates one scenario, from the scenario to figures, digest and audit verdict.

use crate::delays::Delays;
use crate::observers::{CommandSink, FactSink, Observers, ShardFolds};
use crate::options::{Progress, RunOptions};
use crate::peers::{Peers, WorkerAssignment};
use crate::process::Process;
use crate::result::{Bytes, PartialResult, ShardResult, Simulated};
use crate::run::{RunOutcome, run, run_distributed};
use crate::setup::SimulationSetup;
use crate::stop::StopFlag;
use chappe_base::{ShardId, SimTime, UserId};
use chappe_metrics::Collector;
use chappe_scenario::Scenario;
use chappe_workload::{Tape, Trace};
use std::io;
use std::sync::Arc;

/// How a scenario is simulated. By default one worker runs it to its horizon and nobody watches.
///
/// Only [`until`](SimulateOptions::until), [`trace`](SimulateOptions::trace) and
/// [`tape`](SimulateOptions::tape) change the result.
pub struct SimulateOptions<'a> {
    workers: usize,
    until: Option<SimTime>,
    stop: &'a StopFlag,
    progress: Option<&'a mut dyn FnMut(Progress)>,
    log: Option<&'a mut dyn FnMut(usize) -> FactSink>,
    commands: Option<&'a mut dyn FnMut(usize) -> CommandSink>,
    tape: Option<Arc<Tape>>,
    watched_user: Option<UserId>,
    trace: Option<Arc<Trace>>,
}

impl<'a> SimulateOptions<'a> {
    /// The defaults, for a run that ends early if `stop` is raised.
    #[must_use]
    pub fn new(stop: &'a StopFlag) -> SimulateOptions<'a> {
        SimulateOptions {
            workers: 1,
            until: None,
            stop,
            progress: None,
            log: None,
            commands: None,
            tape: None,
            watched_user: None,
            trace: None,
        }
    }

    /// Runs on this many threads in each process, but on no more than there are shards.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> SimulateOptions<'a> {
        self.workers = workers;
        self
    }

    /// Ends the run at this time, if the scenario's horizon is later.
    #[must_use]
    pub fn until(mut self, until: Option<SimTime>) -> SimulateOptions<'a> {
        self.until = until;
        self
    }

    /// Calls `progress` from time to time, on the thread that called [`simulate`].
    #[must_use]
    pub fn progress(mut self, progress: &'a mut dyn FnMut(Progress)) -> SimulateOptions<'a> {
        self.progress = Some(progress);
        self
    }

    /// Sends every fact to a sink. `make_sink` makes the sink of each worker, given its number.
    #[must_use]
    pub fn log(mut self, make_sink: &'a mut dyn FnMut(usize) -> FactSink) -> SimulateOptions<'a> {
        self.log = Some(make_sink);
        self
    }

    /// Sends every client's command to a sink. `make_sink` makes the sink of each worker, given its
    /// number.
    #[must_use]
    pub fn commands(mut self, make_sink: &'a mut dyn FnMut(usize) -> CommandSink) -> SimulateOptions<'a> {
        self.commands = Some(make_sink);
        self
    }

    /// Plays the clients' commands on `tape`. The agents send none of their own.
    #[must_use]
    pub fn tape(mut self, tape: Arc<Tape>) -> SimulateOptions<'a> {
        self.tape = Some(tape);
        self
    }

    /// Keeps the decisions on this user's ad slots, with the verdict of every rule.
    #[must_use]
    pub fn watch(mut self, user: Option<UserId>) -> SimulateOptions<'a> {
        self.watched_user = user;
        self
    }

    /// The trace that the scenario replays. A scenario that replays one needs it.
    #[must_use]
    pub fn trace(mut self, trace: Option<Arc<Trace>>) -> SimulateOptions<'a> {
        self.trace = trace;
        self
    }
}

/// Runs `scenario` in virtual time.
///
/// # Panics
/// If a process of the simulation breaks one of its own invariants, or the system refuses a thread to one of several
/// workers.
#[must_use]
pub fn simulate(scenario: &Scenario, options: SimulateOptions<'_>) -> Simulated {
    try_simulate(scenario, options).unwrap_or_else(|error| panic!("a worker has no thread: {error}"))
}

/// Like [`simulate`], where the system may refuse threads.
///
/// # Errors
/// The system refuses a thread to one of several workers.
///
/// # Panics
/// If a process of the simulation breaks one of its own invariants.
pub fn try_simulate(scenario: &Scenario, options: SimulateOptions<'_>) -> io::Result<Simulated> {
    let result = simulate_shards(scenario, None, options)?;
    Ok(Simulated::merge(result, Vec::new()))
}

/// Runs this process's shards of `scenario`, together with its peers. All must have the same scenario
/// and the same options but for those that only watch.
///
/// # Errors
/// The system refuses a thread.
///
/// # Panics
/// Like [`try_simulate`]; also if the connection to a peer is lost.
pub fn simulate_distributed(
    scenario: &Scenario,
    peers: Peers,
    options: SimulateOptions<'_>,
) -> io::Result<PartialResult> {
    simulate_shards(scenario, Some(peers), options)
}

/// Runs the shards of this process: all of them, if it has no peers.
fn simulate_shards(
    scenario: &Scenario,
    peers: Option<Peers>,
    mut options: SimulateOptions<'_>,
) -> io::Result<PartialResult> {
    let until = options.until.unwrap_or(scenario.horizon);
    let horizon = until.min(scenario.horizon);
    let setup = SimulationSetup::new(scenario, options.trace.take());
    let delays = Arc::new(Delays::new(scenario));
    let (watched_user, tape) = (options.watched_user, options.tape.take());
    let mut make_process = |id| setup.process(id, watched_user, tape.clone(), &delays);
    let homes = setup.homes();
    let shards_count = usize::from(homes.shards());
    let assignment = match &peers {
        None => WorkerAssignment::single_process(options.workers.clamp(1, shards_count)),
        Some(peers) => WorkerAssignment::of_process(peers, options.workers),
    };
    let collector = setup.collector(scenario);
    let (mut log, mut commands) = (options.log, options.commands);
    let mut make_observers = |local: usize| {
        let shards = assignment.shards(local, shards_count);
        let audits = shards.map(|shard| setup.audit(shard));
        let mut observers = Observers::new(assignment.all_workers, audits, collector.clone());
        observers.log = log.as_mut().map(|make_sink| make_sink(local));
        observers.commands = commands.as_mut().map(|make_sink| make_sink(local));
        observers
    };
    let mut report = options.progress;
    let mut progress = |progress| {
        if let Some(report) = &mut report {
            report(progress);
        }
    };
    let run_options = RunOptions {
        workers: assignment.workers,
        horizon,
        lookahead: scenario.lookahead(),
        stop: options.stop,
        progress: &mut progress,
    };
    let outcome = match peers {
        None => {
            let processes = (0..homes.shards()).map(|shard| make_process(ShardId(shard)));
            run(processes.collect(), &mut make_observers, run_options)
        }
        Some(peers) => run_distributed(
            peers,
            shards_count,
            &mut make_process,
            &mut make_observers,
            run_options,
        ),
    }?;
    let result = partial_result(outcome, collector, assignment, shards_count, horizon);
    Ok(result)
}

/// Ends the history of every shard that ran in this process and sums their figures.
fn partial_result(
    outcome: RunOutcome<Process>,
    collector: Collector,
    assignment: WorkerAssignment,
    shards_count: usize,
    horizon: SimTime,
) -> PartialResult {
    let end = outcome.stopped_at.unwrap_or(horizon);
    let mut observers = outcome.shared;
    let mut bytes = Bytes::default();
    bytes.add("calendar", outcome.calendar_bytes);
    bytes.add("audit", observers.iter().map(Observers::audit_bytes).sum());
    let mut explanations = Vec::new();
    for (index, process) in outcome.lps.into_iter().enumerate() {
        for (part, held) in process.bytes() {
            bytes.add(part, held);
        }
        let mut shard = process.finish(&mut observers[index % assignment.workers], end);
        explanations.extend(shard.take_explanations());
    }
    let mut total = collector;
    let mut shards = Vec::new();
    for (local, observers) in observers.into_iter().enumerate() {
        let (folds, figures) = observers.finish();
        total.merge(&figures);
        let result = |(shard, folds): (ShardId, ShardFolds)| ShardResult {
            shard,
            digest: folds.digest.value(),
            audit: folds.audit.finish(),
        };
        shards.extend(assignment.shards(local, shards_count).zip(folds).map(result));
    }
    PartialResult {
        shards,
        collector: total,
        events_count: outcome.events_count,
        end,
        stopped_at: outcome.stopped_at,
        workers_count: outcome.workers_count,
        bytes,
        explanations,
    }
}
