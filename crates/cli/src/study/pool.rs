//! Runs side by side, one a thread: in a fixed order, whatever finishes first.

use super::cells::{Cell, Key, Store};
use super::figures;
use super::tally::Tally;
use super::variant::{Ground, Variant};
use crate::args::Workers;
use crate::failure::Failure;
use crate::machine;
use crate::terminal::{Runs, stop_on_interrupt};
use chappe_engine::{SimulateOptions, simulate};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// One run.
pub(crate) struct Job<'a> {
    pub(crate) variant: &'a Variant,
    pub(crate) seed: u64,
    /// Whether each user's counts are kept.
    pub(crate) with_users: bool,
}

impl Job<'_> {
    pub(crate) fn key(&self) -> Key {
        Key {
            variant: self.variant.hash.clone(),
            seed: self.seed,
            with_users: self.with_users,
        }
    }
}

/// The threads that play the runs of a study.
pub(crate) struct Pool<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) store: &'a Store,
    pub(crate) threads: usize,
    /// No run begins that would probably end after this.
    pub(crate) deadline: Option<Instant>,
    pub(crate) quiet: bool,
    played: AtomicUsize,
    spent_ns: AtomicU64,
}

/// Runs at a time.
pub(crate) fn threads(asked: Workers) -> usize {
    match asked {
        Workers::Auto => machine::cores(),
        Workers::Number(count) => count,
    }
}

impl<'a> Pool<'a> {
    pub(crate) fn new(
        ground: &'a Ground,
        store: &'a Store,
        threads: usize,
        deadline: Option<Instant>,
        quiet: bool,
    ) -> Pool<'a> {
        Pool {
            ground,
            store,
            threads,
            deadline,
            quiet,
            played: AtomicUsize::new(0),
            spent_ns: AtomicU64::new(0),
        }
    }

    /// What each job came to, from the store or played now; none where an interruption or the deadline
    /// came first.
    pub(crate) fn play(&self, jobs: &[Job<'_>]) -> Result<Vec<Option<Cell>>, Failure> {
        // Those that are alike share one run.
        let mut played_by = BTreeMap::new();
        for (number, job) in jobs.iter().enumerate() {
            played_by.entry(job.key()).or_insert(number);
        }
        let mut numbers: Vec<usize> = played_by.values().copied().collect();
        numbers.sort_unstable();
        let gauge = Runs::new(numbers.len() as u64, self.quiet);
        let next = AtomicUsize::new(0);
        let cells: Mutex<Vec<Option<Cell>>> = Mutex::new(vec![None; jobs.len()]);
        let work = || -> Result<(), Failure> {
            loop {
                let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    return Ok(());
                };
                let cell = self.cell(&jobs[number])?;
                gauge.show();
                cells.lock().unwrap_or_else(PoisonError::into_inner)[number] = cell;
            }
        };
        let ended = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads.min(numbers.len()))
                .map(|_| scope.spawn(work))
                .collect();
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(ended) => ended,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect::<Result<Vec<()>, Failure>>()
        });
        gauge.finish();
        ended?;
        let cells = cells.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(jobs
            .iter()
            .map(|job| cells[played_by[&job.key()]].clone())
            .collect())
    }

    fn cell(&self, job: &Job<'_>) -> Result<Option<Cell>, Failure> {
        if let Some(cell) = self.store.get(&job.key()) {
            return Ok(Some(cell));
        }
        if stop_on_interrupt().is_raised() || self.is_too_late() {
            return Ok(None);
        }
        let clock = Instant::now();
        let cell = self.simulated(job)?;
        if let Some(cell) = &cell {
            self.store.put(cell)?;
            self.played.fetch_add(1, Ordering::Relaxed);
            self.spent_ns
                .fetch_add(clock.elapsed().as_nanos() as u64, Ordering::Relaxed);
        }
        Ok(cell)
    }

    /// Plays a run to its end; none if it was interrupted.
    fn simulated(&self, job: &Job<'_>) -> Result<Option<Cell>, Failure> {
        let scenario = self.ground.play(job.variant, Some(job.seed))?;
        let tally = job.with_users.then(|| Tally::new(scenario.population.users));
        let mut sinks = tally.as_ref().map(|tally| |_: usize| tally.sink());
        let mut options = SimulateOptions::new(stop_on_interrupt()).trace(self.ground.loaded.trace.clone());
        if let Some(sinks) = &mut sinks {
            options = options.log(sinks);
        }
        let simulated = simulate(&scenario, options);
        Ok(simulated.stopped_at.is_none().then(|| Cell {
            key: job.key(),
            violation_count: simulated.verdict.violation_count(),
            events_count: simulated.events_count,
            figures: figures::read(&simulated.parts),
            series: figures::series(&simulated.parts),
            users: tally.map(Tally::finish),
        }))
    }

    /// Whether the deadline is over, or would be at the end of another run of mean length.
    pub(crate) fn is_too_late(&self) -> bool {
        let played = self.played.load(Ordering::Relaxed).max(1) as u64;
        let mean = Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed) / played);
        self.deadline
            .is_some_and(|deadline| Instant::now() + mean > deadline)
    }
}

/// Says which runs broke promises, and ends with that if any did.
pub(crate) fn verdict<'a>(played: impl Iterator<Item = (&'a Variant, &'a Cell)>) -> Result<(), Failure> {
    let mut violation_count = 0;
    for (variant, cell) in played.filter(|(_, cell)| cell.violation_count > 0) {
        violation_count += cell.violation_count;
        let (arm, seed) = (&variant.name, cell.key.seed);
        eprintln!(
            "violations: {} in arm `{arm}` with seed {seed}",
            cell.violation_count
        );
    }
    match violation_count {
        0 => Ok(()),
        count => Err(Failure::Violations(count)),
    }
}
