//! How a run is run, and the progress that it reports.

use crate::stop::StopFlag;
use chappe_base::{SimTime, Span};

/// Events that a worker runs between two looks at the stop flag and between two reports of progress.
pub(crate) const EVENTS_PER_REPORT: u64 = 1 << 16;

/// The progress of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Every event before this time has run.
    pub now: SimTime,
    /// Events run so far by all workers of this process.
    pub events_count: u64,
}

/// How logical processes are run.
pub struct RunOptions<'a> {
    /// Threads in each process, at least one. No more run than there are shards: see
    /// [`crate::RunOutcome::workers_count`].
    pub workers: usize,
    /// Events at times **before** the horizon run. Those at it or after it don't.
    pub horizon: SimTime,
    /// The least time that an event takes from one shard to another. It may be zero with one worker.
    pub lookahead: Span,
    /// Ends the run early.
    pub stop: &'a StopFlag,
    /// Called from time to time, on the thread that called [`crate::run()`].
    pub progress: &'a mut dyn FnMut(Progress),
}
