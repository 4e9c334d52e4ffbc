//! Watches a load once a second: collects the threads' figures, checks the thresholds that end a load
//! early, and reports progress.

use crate::shared::LoadShared;
use crate::usage::Usage;
use chappe_base::Span;
use chappe_metrics::{LoadInterval, Meter, Row, Rows, Threshold};

/// The progress of a load, once a second.
#[derive(Clone, Debug)]
pub struct LoadProgress {
    /// Time since its start, warm-up included [ns].
    pub elapsed_ns: u64,
    /// Its planned duration, warm-up included [ns].
    pub planned_ns: u64,
    /// The second that has just ended.
    pub second: Row,
}

/// Watches a load.
pub(crate) struct LoadMonitor<'a> {
    shared: &'a LoadShared,
    /// Given to each thread in exchange for its second, so that the thread allocates nothing; empty.
    spare: LoadInterval,
    /// Sum over the threads; empty between two seconds.
    second: LoadInterval,
    rows: Rows,
    /// At the end of the last second.
    usage: Usage,
    thresholds: &'a [Threshold],
}

impl<'a> LoadMonitor<'a> {
    /// Forgets what was measured so far, and begins.
    pub(crate) fn new(shared: &'a LoadShared, thresholds: &'a [Threshold]) -> LoadMonitor<'a> {
        for mut stats in shared.all_thread_stats() {
            stats.meter = Meter::default();
        }
        LoadMonitor {
            shared,
            spare: LoadInterval::default(),
            second: LoadInterval::default(),
            rows: Rows::default(),
            usage: Usage::now(),
            thresholds,
        }
    }

    /// Ends a second and returns its figures.
    pub(crate) fn close_second(&mut self) -> Row {
        for mut stats in self.shared.all_thread_stats() {
            stats.meter.take_interval(&mut self.spare);
            // The thread waits for this lock, so merging happens without it.
            drop(stats);
            self.second.absorb(&mut self.spare);
        }
        let usage = Usage::now();
        let cpu_ns = usage.cpu_ns.saturating_sub(self.usage.cpu_ns);
        let row = Row::of(&self.second, self.shared.backlog(), cpu_ns, usage.memory_bytes);
        self.usage = usage;
        // The threads' totals still contain this second.
        self.second.clear();
        self.rows.push(row.clone());
        row
    }

    /// The sum of all that was measured, and the seconds.
    pub(crate) fn finish(self) -> (Meter, Rows) {
        (self.total(), self.rows)
    }

    fn total(&self) -> Meter {
        let mut total = Meter::default();
        for stats in self.shared.all_thread_stats() {
            let meter = stats.meter.clone();
            drop(stats);
            total.merge(meter);
        }
        total
    }

    /// Whether the load misses a threshold that ends it. `measured` is the time since the warm-up.
    pub(crate) fn is_to_abort(&self, measured: Span) -> bool {
        let is_due = |threshold: &&Threshold| {
            let after = threshold.abort_after();
            after.is_some_and(|after| measured > Span::ZERO && measured >= after)
        };
        let mut due = self.thresholds.iter().filter(is_due).peekable();
        // Most loads have none, and the sum over all threads is not cheap.
        if due.peek().is_none() {
            return false;
        }
        let mut total = self.total();
        due.any(|threshold| threshold.is_missed_by(&mut total))
    }
}
