//! By whom a study is watched and stopped, and what it may use.
//!
//! Every face (a terminal, a page, a program) gives a study a [`Context`] of its own, so two studies in one process are
//! watched and stopped apart. Nothing here is part of *what* is run: the result is the same with any context, except
//! that a raised stop flag or a deadline ends a study early.

use crate::arms::CachedRuns;
use crate::note::Note;
use crate::progress::Progress;
use crate::traces::Traces;
use chappe_engine::StopFlag;
use chappe_metrics::WhatIfRecord;
use std::time::Instant;

/// By whom a study is watched and stopped, and what it may use.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Ends the study early when it is raised.
    pub stop: &'a StopFlag,
    /// Who learns how far the study is.
    pub observer: &'a dyn Observer,
    /// Where traces that scenarios replay are found.
    pub traces: &'a dyn Traces,
    /// Where the runs of what-if studies and sweeps are kept, so that no run is played twice.
    pub runs: &'a dyn CachedRuns,
    /// How many threads the study may use.
    pub threads: Threads,
    /// No run of a study begins that would probably end after this.
    pub deadline: Option<Instant>,
    /// The command that was given, for reports to say how to repeat a study; empty where there was none.
    pub command: &'a [String],
}

impl<'a> Context<'a> {
    /// A context with as many threads as pay and no deadline.
    #[must_use]
    pub fn new(
        stop: &'a StopFlag,
        observer: &'a dyn Observer,
        traces: &'a dyn Traces,
        runs: &'a dyn CachedRuns,
    ) -> Context<'a> {
        Context {
            stop,
            observer,
            traces,
            runs,
            threads: Threads::Auto,
            deadline: None,
            command: &[],
        }
    }
}

/// How many threads a study may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Threads {
    /// As many as pay.
    #[default]
    Auto,
    /// This many.
    Number(usize),
}

/// Who learns how far a study is. Calls come from any thread of the study and must return quickly.
pub trait Observer: Sync {
    /// How far the current part of the study is.
    fn progress(&self, progress: Progress<'_>);
    /// Something that a person ought to know, each with its remedy.
    fn note(&self, note: Note);
    /// What a what-if study would say if it ended now. It is called after each replication from the second on, one call
    /// at a time, with more replications each time.
    fn partial(&self, _record: &WhatIfRecord) {}
}

/// An observer that ignores everything.
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _progress: Progress<'_>) {}
    fn note(&self, _note: Note) {}
}
