//! Watches a load second by second: takes the meters, checks what ends a load early, tells how it goes.

use crate::town::Town;
use crate::usage::Usage;
use chappe_base::Span;
use chappe_metrics::{Meter, Row, Rows, Second, Threshold};

/// How a load goes, once a second.
#[derive(Clone, Debug)]
pub struct LoadProgress {
    /// Since its start, warm-up included [ns].
    pub elapsed_ns: u64,
    /// How long it is to take, warm-up included [ns].
    pub planned_ns: u64,
    /// The second that ended.
    pub second: Row,
}

/// Watches a load.
pub(crate) struct Observer<'a> {
    town: &'a Town,
    /// What the threads measure next, empty.
    spare: Second,
    second: Second,
    rows: Rows,
    usage: Usage,
    thresholds: &'a [Threshold],
}

impl<'a> Observer<'a> {
    /// Forgets what was measured so far, and begins.
    pub(crate) fn new(town: &'a Town, thresholds: &'a [Threshold]) -> Observer<'a> {
        for mut desk in town.desks() {
            desk.meter = Meter::default();
        }
        Observer {
            town,
            spare: Second::default(),
            second: Second::default(),
            rows: Rows::default(),
            usage: Usage::now(),
            thresholds,
        }
    }

    /// Closes a second and returns what it looked like.
    pub(crate) fn close_second(&mut self) -> Row {
        for mut desk in self.town.desks() {
            desk.meter.take_second(&mut self.spare);
            drop(desk);
            self.second.absorb(&mut self.spare);
        }
        let usage = Usage::now();
        let cpu_ns = usage.cpu_ns.saturating_sub(self.usage.cpu_ns);
        let row = Row::of(&self.second, self.town.backlog(), cpu_ns, usage.memory_bytes);
        self.usage = usage;
        // What it held is in the threads' totals as well.
        self.second.clear();
        self.rows.push(row.clone());
        row
    }

    /// Everything that was measured, and the seconds.
    pub(crate) fn finish(self) -> (Meter, Rows) {
        (self.total(), self.rows)
    }

    fn total(&self) -> Meter {
        let mut total = Meter::default();
        for desk in self.town.desks() {
            let meter = desk.meter.clone();
            drop(desk);
            total.merge(meter);
        }
        total
    }

    /// Whether a threshold that ends the load is missed, `measured` after the warm-up.
    pub(crate) fn is_to_abort(&self, measured: Span) -> bool {
        let due = |threshold: &&Threshold| {
            let after = threshold.abort_after();
            after.is_some_and(|after| measured > Span::ZERO && measured >= after)
        };
        let mut due = self.thresholds.iter().filter(due).peekable();
        if due.peek().is_none() {
            return false;
        }
        let mut total = self.total();
        due.any(|threshold| threshold.is_missed_by(&mut total))
    }
}
