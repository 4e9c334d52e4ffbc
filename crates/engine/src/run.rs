//! Runs logical processes to a horizon: on one worker, or on several workers of timely dataflow.

use crate::kernel::{Kernel, LogicalProcess};
use crate::options::{EVENTS_PER_REPORT, Progress, RunOptions};
use crate::peers::{Peers, WorkerAssignment, channels};
use crate::threads::check_threads;
use crate::worker::{Windows, WorkerGroup, WorkerState, run_worker};
use chappe_base::{ShardId, SimTime, Span};
use std::io;
use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};
use timely::WorkerConfig;
use timely::execute::execute_from;

/// The result of a run, as far as it ran in this process.
pub struct RunOutcome<L: LogicalProcess> {
    /// The logical processes, in shard order.
    pub lps: Vec<L>,
    /// The shared state of each worker's processes.
    pub shared: Vec<L::Shared>,
    /// Events that ran. The number depends only on the processes and the end of the run.
    pub events_count: u64,
    /// When the run was stopped, if that was early. It equals a run with this time as its horizon.
    pub stopped_at: Option<SimTime>,
    /// Workers that ran.
    pub workers_count: usize,
    /// Windows in which a worker had events, summed over workers. 0 with one worker, which needs no
    /// windows.
    pub windows_count: u64,
    /// Bytes held by the calendars of all workers.
    pub calendar_bytes: usize,
}

/// Starts `lps`, of which `lps[s]` is shard `s`, and runs them to the horizon. `make_shared` makes the
/// state that the processes of each worker share, given the worker's number.
///
/// The processes end in the same state for any number of workers.
///
/// # Errors
/// The system refuses a thread. One worker needs none.
///
/// # Panics
/// If a process panics or breaks the lookahead, or if several workers have no lookahead.
pub fn run<L: LogicalProcess>(
    lps: Vec<L>,
    make_shared: &mut dyn FnMut(usize) -> L::Shared,
    options: RunOptions<'_>,
) -> io::Result<RunOutcome<L>> {
    let workers_count = options.workers.clamp(1, lps.len().max(1));
    if workers_count == 1 {
        return Ok(run_one_worker(lps, make_shared(0), options));
    }
    let (assignment, shards_count) = (WorkerAssignment::single_process(workers_count), lps.len());
    let mut lps: Vec<Option<L>> = lps.into_iter().map(Some).collect();
    let mut take = |shard: ShardId| lps[shard.index()].take().expect("a shard has one worker");
    let kernels = kernels(
        assignment,
        shards_count,
        &mut take,
        make_shared,
        options.lookahead,
    );
    run_workers(kernels, assignment, None, options)
}

/// Like [`run()`], in each of several processes. `make` makes the logical processes of the shards that
/// belong to this process.
///
/// All processes must have the same shards and options. Returns when all of them have run to the horizon.
///
/// # Errors
/// The system refuses a thread.
///
/// # Panics
/// Like [`run()`]. Also if a peer ends before the run does; but then it may as well wait for ever.
pub fn run_distributed<L: LogicalProcess>(
    peers: Peers,
    shards_count: usize,
    make: &mut dyn FnMut(ShardId) -> L,
    make_shared: &mut dyn FnMut(usize) -> L::Shared,
    options: RunOptions<'_>,
) -> io::Result<RunOutcome<L>> {
    let assignment = WorkerAssignment::of_process(&peers, options.workers);
    let kernels = kernels(assignment, shards_count, make, make_shared, options.lookahead);
    run_workers(kernels, assignment, Some(peers), options)
}

/// The kernels of this process's workers.
fn kernels<L: LogicalProcess>(
    assignment: WorkerAssignment,
    shards_count: usize,
    make: &mut dyn FnMut(ShardId) -> L,
    make_shared: &mut dyn FnMut(usize) -> L::Shared,
    lookahead: Span,
) -> Vec<Kernel<L>> {
    let kernel = |local| {
        let lps = assignment.shards(local, shards_count).map(&mut *make).collect();
        let worker = assignment.first_worker + local;
        let shared = make_shared(local);
        Kernel::of_worker(
            lps,
            shared,
            lookahead,
            worker,
            assignment.all_workers,
            shards_count,
        )
    };
    (0..assignment.workers).map(kernel).collect()
}

fn run_one_worker<L: LogicalProcess>(
    lps: Vec<L>,
    shared: L::Shared,
    options: RunOptions<'_>,
) -> RunOutcome<L> {
    let mut kernel = Kernel::single(lps, shared, options.lookahead);
    let mut stopped_at = None;
    kernel.start();
    while kernel.run_until(options.horizon, EVENTS_PER_REPORT) == EVENTS_PER_REPORT {
        if options.stop.is_raised() {
            // The events of this instant still run. Otherwise no time would separate the events that
            // ran from those that didn't, and no run with a horizon would equal this one.
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

fn run_workers<L: LogicalProcess>(
    kernels: Vec<Kernel<L>>,
    assignment: WorkerAssignment,
    peers: Option<Peers>,
    options: RunOptions<'_>,
) -> io::Result<RunOutcome<L>> {
    assert!(
        options.lookahead > Span::ZERO,
        "several workers need a lookahead above zero"
    );
    let (report, reports) = mpsc::channel();
    let group = Arc::new(WorkerGroup::new(kernels, assignment, &options, report));
    let failure = group.failure();
    // Two of the library's own read and write to each peer.
    let others_count = assignment.all_workers / assignment.workers - 1;
    check_threads(assignment.workers + 2 * others_count)?;
    let (builders, threads) = channels(assignment.workers, peers)?;
    let guards = execute_from(builders, threads, WorkerConfig::default(), move |worker| {
        run_worker(worker, &group)
    })
    .map_err(|error| {
        // Ends those that have started: they would wait for the others.
        failure.lock().get_or_insert_with(|| Box::new(error.clone()));
        io::Error::other(error)
    })?;

    // Ends when all workers have, since they hold the senders.
    for progress in reports {
        (options.progress)(progress);
    }
    if let Some(payload) = failure.lock().take() {
        // Dropping the guards joins the threads. These may wait for peers that wait for this process.
        std::mem::forget(guards);
        resume_unwind(payload);
    }
    let states: Vec<_> = guards.join().into_iter().flatten().flatten().collect();
    assert_eq!(states.len(), assignment.workers, "every worker returns its state");
    Ok(outcome(states, &options))
}

/// Merges the final states of this process's workers.
fn outcome<L: LogicalProcess>(states: Vec<WorkerState<L>>, options: &RunOptions<'_>) -> RunOutcome<L> {
    let end = states.iter().find_map(|state| state.end);
    let stop = end.map(|window| Windows(options.lookahead).start(window));
    let workers_count = states.len();
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
    for state in states {
        outcome.events_count += state.kernel.events_count();
        outcome.windows_count += state.windows_count;
        outcome.calendar_bytes += state.kernel.calendar_bytes();
        let (worker_lps, worker_shared) = state.kernel.into_parts();
        lps.push(worker_lps.into_iter());
        outcome.shared.push(worker_shared);
    }
    // Shard `s` belongs to worker `s % n`, so taking one process of each worker in turn gives shard order.
    // The first worker has at least as many as any other.
    for _ in 0..lps.first().map_or(0, ExactSizeIterator::len) {
        outcome.lps.extend(lps.iter_mut().filter_map(Iterator::next));
    }
    outcome
}
