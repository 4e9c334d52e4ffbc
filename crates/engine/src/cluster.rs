//! Runs logical processes to a horizon: alone, or on several workers of timely dataflow.

use crate::kernel::{Kernel, LogicalProcess};
use crate::peers::{Holding, Peers, channels};
use crate::stop::StopFlag;
use crate::worker::{Ensemble, Part, Windows, run_worker};
use chappe_base::{ShardId, SimTime, Span};
use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};
use timely::WorkerConfig;
use timely::execute::execute_from;

/// How many events a worker runs between two looks at the stop flag and two reports of progress.
pub(crate) const EVENTS_PER_REPORT: u64 = 1 << 16;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Every event before this time ran.
    pub now: SimTime,
    /// Events run so far, by all workers of this process.
    pub events_count: u64,
}

/// What to run with.
pub struct RunOptions<'a> {
    /// Threads to use in each process, at least one. More than there are shards come to nothing:
    /// see [`RunOutcome::workers_count`].
    pub workers: usize,
    /// Events at times **before** the horizon run; those at it or after it don't.
    pub horizon: SimTime,
    /// Least time an event takes from one shard to another. May be zero with one worker.
    pub lookahead: Span,
    /// Ends the run early.
    pub stop: &'a StopFlag,
    /// Called on this thread now and then.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// What a run leaves behind.
pub struct RunOutcome<L: LogicalProcess> {
    /// The logical processes that ran here, in order of their shards.
    pub lps: Vec<L>,
    /// What the processes of each worker kept together.
    pub shared: Vec<L::Shared>,
    /// Events run here. Depends only on the processes and the time they ran to.
    pub events_count: u64,
    /// If the run was stopped early: it equals one with this horizon.
    pub stopped_at: Option<SimTime>,
    /// Workers used here.
    pub workers_count: usize,
    /// Windows in which a worker had events, summed over workers; 0 for one worker, which needs
    /// none.
    pub windows_count: u64,
    /// Bytes held by the calendars of all workers.
    pub calendar_bytes: usize,
}

/// Starts `lps`, where `lps[s]` is shard `s`, and runs them to the horizon. `share` makes what the
/// processes of each worker keep together.
///
/// The processes end in the same state for any number of workers.
///
/// # Panics
/// With a process that panics or breaks the lookahead, and on several workers without lookahead.
pub fn run<L: LogicalProcess>(
    lps: Vec<L>,
    share: &mut dyn FnMut(usize) -> L::Shared,
    options: RunOptions<'_>,
) -> RunOutcome<L> {
    let workers_count = options.workers.clamp(1, lps.len().max(1));
    if workers_count == 1 {
        return run_alone(lps, share(0), options);
    }
    let (holding, shards_count) = (Holding::alone(workers_count), lps.len());
    let mut lps: Vec<Option<L>> = lps.into_iter().map(Some).collect();
    let mut take = |shard: ShardId| lps[shard.index()].take().expect("a shard has one worker");
    let kernels = kernels(holding, shards_count, &mut take, share, options.lookahead);
    run_together(kernels, holding, None, options)
}

/// Like [`run`] in each of several processes: `make` makes the logical processes of the shards that
/// belong to this one, and no others.
///
/// All processes must be given the same shards and options. Ends when all have run to the horizon.
///
/// # Panics
/// Like [`run`]; also if a peer ends before the run does, where it doesn't wait for ever.
pub fn run_among<L: LogicalProcess>(
    peers: Peers,
    shards_count: usize,
    make: &mut dyn FnMut(ShardId) -> L,
    share: &mut dyn FnMut(usize) -> L::Shared,
    options: RunOptions<'_>,
) -> RunOutcome<L> {
    let holding = Holding::among(&peers, options.workers);
    let kernels = kernels(holding, shards_count, make, share, options.lookahead);
    run_together(kernels, holding, Some(peers), options)
}

/// The kernels of this process's workers.
fn kernels<L: LogicalProcess>(
    holding: Holding,
    shards_count: usize,
    make: &mut dyn FnMut(ShardId) -> L,
    share: &mut dyn FnMut(usize) -> L::Shared,
    lookahead: Span,
) -> Vec<Kernel<L>> {
    let kernel = |local| {
        let lps = holding.shards(local, shards_count).map(&mut *make).collect();
        let (worker, all) = (holding.first_worker + local, holding.all_workers);
        Kernel::part(lps, share(local), lookahead, worker, all, shards_count)
    };
    (0..holding.workers).map(kernel).collect()
}

fn run_alone<L: LogicalProcess>(lps: Vec<L>, shared: L::Shared, options: RunOptions<'_>) -> RunOutcome<L> {
    let mut kernel = Kernel::alone(lps, shared, options.lookahead);
    let mut stopped_at = None;
    kernel.start();
    while kernel.run_until(options.horizon, EVENTS_PER_REPORT) == EVENTS_PER_REPORT {
        if options.stop.is_raised() {
            // A time that divides what ran from what didn't: after all events of this instant.
            let stop = kernel.now() + Span(1);
            kernel.run_until(stop, u64::MAX);
            stopped_at = (stop < options.horizon).then_some(stop);
            break;
        }
        (options.progress)(Progress {
            now: kernel.now(),
            events_count: kernel.events_count(),
        });
    }
    let (events_count, calendar_bytes) = (kernel.events_count(), kernel.calendar_bytes());
    let (lps, shared) = kernel.into_parts();
    RunOutcome {
        events_count,
        stopped_at,
        workers_count: 1,
        windows_count: 0,
        calendar_bytes,
        lps,
        shared: vec![shared],
    }
}

fn run_together<L: LogicalProcess>(
    kernels: Vec<Kernel<L>>,
    holding: Holding,
    peers: Option<Peers>,
    options: RunOptions<'_>,
) -> RunOutcome<L> {
    assert!(
        options.lookahead > Span::ZERO,
        "several workers need a lookahead above zero"
    );
    let (report, reports) = mpsc::channel();
    let ensemble = Arc::new(Ensemble::new(kernels, holding.first_worker, &options, report));
    let failure = ensemble.failure();
    let (builders, threads) = channels(holding.workers, peers);
    let guards = execute_from(builders, threads, WorkerConfig::default(), move |worker| {
        run_worker(worker, &ensemble)
    })
    .unwrap_or_else(|error| panic!("timely could not start its workers: {error}"));

    // Ends with the workers: they hold the other end.
    for progress in reports {
        (options.progress)(progress);
    }
    if let Some(payload) = failure.lock().take() {
        // To join them is to wait for peers, who wait for this process in turn.
        std::mem::forget(guards);
        resume_unwind(payload);
    }
    let parts: Vec<_> = guards.join().into_iter().flatten().flatten().collect();
    assert_eq!(parts.len(), holding.workers, "every worker returns its part");
    outcome(parts, &options)
}

/// Puts together what the workers of a process leave behind.
fn outcome<L: LogicalProcess>(parts: Vec<Part<L>>, options: &RunOptions<'_>) -> RunOutcome<L> {
    let end = parts.iter().find_map(|part| part.end);
    let stop = end.map(|window| Windows(options.lookahead).start(window));
    let workers_count = parts.len();
    let mut outcome = RunOutcome {
        lps: Vec::new(),
        shared: Vec::with_capacity(workers_count),
        events_count: 0,
        stopped_at: stop.filter(|&stop| stop < options.horizon),
        workers_count,
        windows_count: 0,
        calendar_bytes: 0,
    };
    let mut lps = Vec::with_capacity(workers_count);
    for part in parts {
        outcome.events_count += part.kernel.events_count();
        outcome.windows_count += part.windows_count;
        outcome.calendar_bytes += part.kernel.calendar_bytes();
        let (part_lps, part_shared) = part.kernel.into_parts();
        lps.push(part_lps.into_iter());
        outcome.shared.push(part_shared);
    }
    // Shards go around the workers: the first ones have one more where they don't come out even.
    for _ in 0..lps.first().map_or(0, ExactSizeIterator::len) {
        outcome.lps.extend(lps.iter_mut().filter_map(Iterator::next));
    }
    outcome
}
