//! Plays the runs of a study in parallel, one per thread. Results keep a fixed order, whichever run ends first.

use super::base::{StudyBase, Variant, threads};
use super::cached_run::{CachedRun, RunKey};
use super::figures;
use super::user_counts::Counting;
use crate::context::{Context, Progress};
use crate::error::Error;
use crate::note::Note;
use chappe_engine::{SimulateOptions, simulate};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{debug, info, warn};

/// One run.
pub(crate) struct Job<'a> {
    pub(crate) variant: &'a Variant,
    pub(crate) seed: u64,
    /// Whether each user's counts are kept.
    pub(crate) with_users: bool,
}

impl Job<'_> {
    pub(crate) fn key(&self) -> RunKey {
        RunKey {
            variant: self.variant.hash.clone(),
            seed: self.seed,
            with_users: self.with_users,
        }
    }
}

/// What a job came to; `None` if an interruption or the deadline came first.
pub(crate) type JobResult = Option<Arc<CachedRun>>;

/// The threads that play the runs of a study.
pub(crate) struct RunPool<'a> {
    pub(crate) base: &'a StudyBase,
    pub(crate) context: &'a Context<'a>,
    /// No run begins that would probably end after this.
    deadline: Option<Instant>,
    played_count: AtomicUsize,
    spent_ns: AtomicU64,
}

impl<'a> RunPool<'a> {
    /// A pool that starts no run that would probably end after `deadline`, or after that of the context.
    pub(crate) fn new(
        base: &'a StudyBase,
        context: &'a Context<'a>,
        deadline: Option<Instant>,
    ) -> RunPool<'a> {
        RunPool {
            base,
            context,
            deadline: deadline.into_iter().chain(context.deadline).min(),
            played_count: AtomicUsize::new(0),
            spent_ns: AtomicU64::new(0),
        }
    }

    /// What each job came to, cached or played now; `None` where an interruption or the deadline came first. After each
    /// job, `ended` learns what is there so far.
    pub(crate) fn play(
        &self,
        jobs: &[Job<'_>],
        ended: &(dyn Fn(&[JobResult]) + Sync),
    ) -> Result<Vec<JobResult>, Error> {
        // Jobs that come to the same share one run.
        let mut jobs_by_key: BTreeMap<RunKey, Vec<usize>> = BTreeMap::new();
        for (number, job) in jobs.iter().enumerate() {
            jobs_by_key.entry(job.key()).or_default().push(number);
        }
        let mut runs: Vec<Vec<usize>> = jobs_by_key.into_values().collect();
        runs.sort_unstable();
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<JobResult>> = Mutex::new(vec![None; jobs.len()]);
        let done_count = AtomicU64::new(0);
        let work = || -> Result<(), Error> {
            while let Some(numbers) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let run = self.run(&jobs[numbers[0]])?;
                self.context.observer.progress(Progress::Runs {
                    done: done_count.fetch_add(1, Ordering::Relaxed) + 1,
                    total: runs.len() as u64,
                });
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                for &number in numbers {
                    results[number].clone_from(&run);
                }
                if run.is_some() {
                    ended(&results);
                }
            }
            Ok(())
        };
        let joined = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads(self.context).min(runs.len()))
                .map(|_| scope.spawn(work))
                .collect();
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(ended) => ended,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect::<Result<Vec<()>, Error>>()
        });
        self.context.observer.progress(Progress::Ended);
        joined?;
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let missing_count = results.iter().filter(|run| run.is_none()).count();
        if missing_count > 0 {
            let interrupted = self.context.stop.is_raised();
            info!(
                missing_count,
                interrupted, "runs left out: stopped, or the deadline came first"
            );
        }
        Ok(results)
    }

    fn run(&self, job: &Job<'_>) -> Result<JobResult, Error> {
        let (arm, seed) = (job.variant.name.as_str(), job.seed);
        match self.context.runs.get(&job.key()) {
            Ok(Some(run)) => {
                debug!(arm, seed, "cached run used");
                return Ok(Some(Arc::new(run)));
            }
            Ok(None) => {}
            Err(path) => {
                warn!(arm, seed, path = %path.display(), "damaged cached run ignored");
                self.context.observer.note(Note::DamagedRun { path });
            }
        }
        if self.context.stop.is_raised() || self.is_too_late() {
            debug!(arm, seed, "run left out");
            return Ok(None);
        }
        debug!(arm, seed, "run started");
        let clock = Instant::now();
        let run = self.simulated(job)?.map(Arc::new);
        if let Some(run) = &run {
            self.context.runs.put(run)?;
            let wall = clock.elapsed();
            self.played_count.fetch_add(1, Ordering::Relaxed);
            self.spent_ns.fetch_add(wall.as_nanos() as u64, Ordering::Relaxed);
            let wall_ms = wall.as_millis() as u64;
            info!(arm, seed, events_count = run.events_count, wall_ms, "run ended");
        }
        Ok(run)
    }

    /// Plays a run to its end; `None` if it was interrupted.
    fn simulated(&self, job: &Job<'_>) -> Result<Option<CachedRun>, Error> {
        let scenario = self.base.resolve(job.variant, Some(job.seed))?;
        let counting = job.with_users.then(|| Counting::new(scenario.population.users));
        let mut sinks = counting.as_ref().map(|counting| |_: usize| counting.sink());
        let mut options = SimulateOptions::new(self.context.stop).trace(self.base.prepared.trace.clone());
        if let Some(sinks) = &mut sinks {
            options = options.log(sinks);
        }
        let simulated = simulate(&scenario, options);
        Ok(simulated.stopped_at.is_none().then(|| CachedRun {
            key: job.key(),
            spec: self.base.spec(job.variant, job.seed),
            violation_count: simulated.verdict.violation_count(),
            events_count: simulated.events_count,
            figures: figures::read(&simulated.parts),
            series: figures::series(&simulated.parts),
            users: counting.map(Counting::finish),
        }))
    }

    /// Whether the deadline is over, or would be at the end of another run of mean length.
    fn is_too_late(&self) -> bool {
        let played_count = self.played_count.load(Ordering::Relaxed).max(1) as u64;
        let mean = Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed) / played_count);
        self.deadline
            .is_some_and(|deadline| Instant::now() + mean > deadline)
    }
}

/// The runs in which promises were broken, in sentences, and how many promises.
pub(crate) fn violations<'a>(runs: impl Iterator<Item = (&'a Variant, &'a CachedRun)>) -> Violations {
    let broken = runs.filter(|(_, run)| run.violation_count > 0);
    let mut violations = Violations::default();
    for (variant, run) in broken {
        violations.count += run.violation_count;
        violations.descriptions.push(format!(
            "{} broken promise(s) in arm `{}` with seed {}",
            run.violation_count, variant.name, run.key.seed
        ));
    }
    violations
}

/// Promises broken in the runs of a study.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Violations {
    /// How often promises were broken.
    pub count: u64,
    /// In which runs.
    pub descriptions: Vec<String>,
}
