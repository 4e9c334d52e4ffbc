//! Plays the runs of a study in parallel, one per thread. Results keep a fixed order, whichever run ends first.

use super::base::{StudyBase, Variant, threads};
use super::cached_run::{CachedRun, RunKey};
use super::figures;
use super::user_counts::Counting;
use crate::context::Context;
use crate::error::Error;
use crate::machine;
use crate::note::Note;
use crate::progress::Progress;
use chappe_engine::{SimulateOptions, simulate};
use chappe_metrics::{Overload, Violations, Warning};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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
    /// The most time from the first run that is played on.
    budget: Option<Duration>,
    /// When that run began. Reading runs that are kept takes no part of the budget: a study that is given again and again
    /// would never get beyond them.
    began: OnceLock<Instant>,
    played_count: AtomicUsize,
    spent_ns: AtomicU64,
}

impl<'a> RunPool<'a> {
    /// A pool that starts no run that would probably end after the `budget`, or after the deadline of the context.
    pub(crate) fn new(
        base: &'a StudyBase,
        context: &'a Context<'a>,
        budget: Option<Duration>,
    ) -> RunPool<'a> {
        RunPool {
            base,
            context,
            budget,
            began: OnceLock::new(),
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
        let results: Mutex<Vec<JobResult>> = Mutex::new(vec![None; jobs.len()]);
        self.share_out(runs.len(), &of_runs, &|turn| {
            let run = self.run(&jobs[runs[turn][0]])?;
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            for &number in &runs[turn] {
                results[number].clone_from(&run);
            }
            if run.is_some() {
                ended(&results);
            }
            Ok(())
        })?;
        Ok(self.gathered(results))
    }

    /// What each of `count` runs came to, as by [`RunPool::play`]. `variant` says what is played in a run, and with which
    /// seed; it is asked when the run's turn comes, because it takes a while to make a variant.
    pub(crate) fn play_each(
        &self,
        count: usize,
        variant: &(dyn Fn(usize) -> Result<(Variant, u64), Error> + Sync),
    ) -> Result<Vec<JobResult>, Error> {
        let results: Mutex<Vec<JobResult>> = Mutex::new(vec![None; count]);
        self.share_out(count, &of_runs, &|turn| {
            if self.is_over() {
                return Ok(());
            }
            let (variant, seed) = variant(turn)?;
            let run = self.run(&Job {
                variant: &variant,
                seed,
                with_users: false,
            })?;
            results.lock().unwrap_or_else(PoisonError::into_inner)[turn] = run;
            Ok(())
        })?;
        Ok(self.gathered(results))
    }

    /// Looks at `count` points before the first run, unless the study is stopped.
    ///
    /// # Errors
    /// What `check` finds at one of them.
    pub(crate) fn check_each(
        &self,
        count: usize,
        check: &(dyn Fn(usize) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        let of_points = |done, total| Progress::Points { done, total };
        self.share_out(count, &of_points, &|turn| match self.context.stop.is_raised() {
            true => Ok(()),
            false => check(turn),
        })
    }

    /// Gives the turns below `count` to the threads, in order, and tells the observer how far they are.
    fn share_out(
        &self,
        count: usize,
        progress: &(dyn Fn(u64, u64) -> Progress<'static> + Sync),
        take: &(dyn Fn(usize) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        let (next, done_count) = (AtomicUsize::new(0), AtomicU64::new(0));
        let work = || -> Result<(), Error> {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= count {
                    return Ok(());
                }
                // Nothing that another thread finds comes of it once a turn has failed.
                take(turn).inspect_err(|_| next.store(count, Ordering::Relaxed))?;
                let done = done_count.fetch_add(1, Ordering::Relaxed) + 1;
                self.context.observer.progress(progress(done, count as u64));
            }
        };
        let threads_count = threads(self.context).min(count);
        machine::check_threads(threads_count)?;
        let joined = thread::scope(|scope| {
            let start = |_| thread::Builder::new().spawn_scoped(scope, work);
            let threads: Vec<_> = (0..threads_count).map(start).collect();
            if threads.iter().any(Result::is_err) {
                // Those that have started take no turn more.
                next.store(count, Ordering::Relaxed);
            }
            let joined = threads
                .into_iter()
                .map(|thread| match thread.map_err(Error::threads)?.join() {
                    Ok(ended) => ended,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
            joined.collect::<Result<Vec<()>, Error>>()
        });
        self.context.observer.progress(Progress::Ended);
        joined.map(drop)
    }

    /// The results of all threads.
    fn gathered(&self, results: Mutex<Vec<JobResult>>) -> Vec<JobResult> {
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let missing_count = results.iter().filter(|run| run.is_none()).count();
        if missing_count > 0 {
            let interrupted = self.context.stop.is_raised();
            info!(
                missing_count,
                interrupted, "runs left out: stopped, or the deadline came first"
            );
        }
        results
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
        if self.is_over() {
            debug!(arm, seed, "run left out");
            return Ok(None);
        }
        debug!(arm, seed, "run started");
        let clock = Instant::now();
        self.began.get_or_init(|| clock);
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
            digest: format!("{:016x}", simulated.digest),
            violation_count: simulated.verdict.violation_count(),
            overload: simulated.parts.overload,
            events_count: simulated.events_count,
            figures: figures::read(&simulated.parts),
            series: figures::series(&simulated.parts),
            users: counting.map(Counting::finish),
        }))
    }

    /// Whether no further run may begin: the study was stopped, or the time is over at the end of another run of mean
    /// length.
    fn is_over(&self) -> bool {
        let played_count = self.played_count.load(Ordering::Relaxed).max(1) as u64;
        let mean = Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed) / played_count);
        let of_budget = self
            .began
            .get()
            .zip(self.budget)
            .map(|(began, budget)| *began + budget);
        let deadline = of_budget.into_iter().chain(self.context.deadline).min();
        let is_too_late = deadline.is_some_and(|deadline| Instant::now() + mean > deadline);
        self.context.stop.is_raised() || is_too_late
    }
}

fn of_runs(done: u64, total: u64) -> Progress<'static> {
    Progress::Runs { done, total }
}

/// The runs in which promises were broken, in sentences, and how many promises.
pub(crate) fn violations<'a>(runs: impl Iterator<Item = (&'a Variant, &'a CachedRun)>) -> Violations {
    let mut violations = Violations::default();
    for (variant, run) in runs {
        let words = format!("arm `{}` with seed {}", variant.name, run.key.seed);
        violations.add(run.violation_count, &words);
    }
    violations
}

/// Notes that shards were overloaded in some of the runs: in how many, and what the longest wait was.
pub(crate) fn overloaded<'a>(
    runs: impl Iterator<Item = (&'a Variant, &'a CachedRun)> + Clone,
    context: &Context<'_>,
) -> Option<Warning> {
    let all_count = runs.clone().count();
    let overloaded = runs.filter_map(|(variant, run)| Some((run.overload?, variant, run)));
    let overloaded: Vec<_> = overloaded.collect();
    let longest = |(overload, ..): &&(Overload, _, _)| overload.longest_wait_ns;
    let (overload, variant, run) = overloaded.iter().max_by_key(longest)?;
    let warning = overload.warning();
    let warning = Warning {
        problem: format!(
            "in {} of {all_count} runs shards are overloaded; at worst, in arm `{}` with seed {}, {}",
            overloaded.len(),
            variant.name,
            run.key.seed,
            warning.problem
        ),
        ..warning
    };
    context.observer.note(Note::Doubt(warning.clone()));
    Some(warning)
}
