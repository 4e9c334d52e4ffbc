//! Runs logical processes to a horizon: alone, or on several workers of timely dataflow.

use crate::kernel::{Kernel, LogicalProcess};
use crate::stop::StopFlag;
use crate::worker::{Ensemble, Windows, run_worker};
use chappe_base::{SimTime, Span};
use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};

/// How many events a worker runs between two looks at the stop flag and two reports of progress.
pub(crate) const EVENTS_PER_REPORT: u64 = 1 << 16;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Every event before this time ran.
    pub now: SimTime,
    /// Events run so far, by all workers.
    pub events_count: u64,
}

/// What to run with.
pub struct RunOptions<'a> {
    /// Threads to use, at least one. More than there are shards come to nothing: see
    /// [`RunOutcome::workers_count`].
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
    /// The processes in order of their shards.
    pub lps: Vec<L>,
    /// What the processes of each worker kept together.
    pub shared: Vec<L::Shared>,
    /// Events run. Depends only on the processes and the time they ran to.
    pub events_count: u64,
    /// If the run was stopped early: it equals one with this horizon.
    pub stopped_at: Option<SimTime>,
    /// Workers used.
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
        run_alone(lps, share(0), options)
    } else {
        let shared = (0..workers_count).map(share).collect();
        run_together(lps, shared, options)
    }
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
    lps: Vec<L>,
    shared: Vec<L::Shared>,
    options: RunOptions<'_>,
) -> RunOutcome<L> {
    assert!(
        options.lookahead > Span::ZERO,
        "several workers need a lookahead above zero"
    );
    let (shards_count, workers_count) = (lps.len(), shared.len());
    let (report, reports) = mpsc::channel();
    let ensemble = Arc::new(Ensemble::new(lps, shared, &options, report));
    let agreement = ensemble.agreement();
    let config = timely::Config::process(workers_count);
    let guards = timely::execute(config, move |worker| run_worker(worker, &ensemble))
        .unwrap_or_else(|error| panic!("timely could not start its workers: {error}"));

    // Ends with the workers: they hold the other end.
    for progress in reports {
        (options.progress)(progress);
    }
    let parts: Vec<_> = guards.join().into_iter().flatten().flatten().collect();
    if let Some(payload) = agreement.failure().take() {
        resume_unwind(payload);
    }
    assert_eq!(parts.len(), workers_count, "every worker returns its part");

    let stopped_at = agreement
        .end()
        .map(|window| Windows(options.lookahead).start(window))
        .filter(|&stop| stop < options.horizon);
    let mut outcome = RunOutcome {
        lps: Vec::with_capacity(shards_count),
        shared: Vec::with_capacity(workers_count),
        events_count: 0,
        stopped_at,
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
    for shard in 0..shards_count {
        outcome.lps.extend(lps[shard % workers_count].next());
    }
    outcome
}
