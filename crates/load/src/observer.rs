//! Watches a load second by second: takes the meters, checks what ends a load early, tells how it goes.

use crate::town::Town;
use crate::usage::Usage;
use chappe_base::Span;
use chappe_metrics::{Meter, Row, Rows, Threshold};

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
    /// What the threads hand over next, empty.
    spare: Meter,
    second: Meter,
    pub(crate) total: Meter,
    pub(crate) rows: Rows,
    usage: Usage,
    thresholds: &'a [Threshold],
}

impl<'a> Observer<'a> {
    pub(crate) fn new(town: &'a Town, thresholds: &'a [Threshold]) -> Observer<'a> {
        Observer {
            town,
            spare: Meter::default(),
            second: Meter::default(),
            total: Meter::default(),
            rows: Rows::default(),
            usage: Usage::now(),
            thresholds,
        }
    }

    /// Forgets what was measured so far.
    pub(crate) fn begin(&mut self) {
        self.collect();
        self.second = Meter::default();
        self.total = Meter::default();
        self.usage = Usage::now();
    }

    /// Takes what the threads have measured since the last call.
    fn collect(&mut self) {
        for mut desk in self.town.desks() {
            std::mem::swap(&mut desk.meter, &mut self.spare);
            drop(desk);
            self.second.absorb(&mut self.spare);
        }
    }

    /// Closes a second and returns what it looked like.
    pub(crate) fn close_second(&mut self) -> Row {
        self.collect();
        let usage = Usage::now();
        let row = Row::of(
            &self.second,
            self.town.backlog(),
            usage.cpu_ns.saturating_sub(self.usage.cpu_ns),
            usage.memory_bytes,
        );
        self.usage = usage;
        self.total.absorb(&mut self.second);
        self.rows.push(row.clone());
        row
    }

    /// Takes what is left at the end, which makes no second of its own.
    pub(crate) fn finish(mut self) -> (Meter, Rows) {
        self.collect();
        self.total.absorb(&mut self.second);
        (self.total, self.rows)
    }

    /// Whether a threshold that ends the load is missed, `measured` after the warm-up.
    pub(crate) fn is_to_abort(&mut self, measured: Span) -> bool {
        let total = &mut self.total;
        let mut due = self.thresholds.iter().filter(|threshold| {
            let after = threshold.abort_after();
            after.is_some_and(|after| measured > Span::ZERO && measured >= after)
        });
        due.any(|threshold| threshold.is_missed_by(total))
    }
}
