//! Plays replications of arms until the headline differences are as narrow as asked.

use super::base::Variant;
use super::cached_run::CachedRun;
use super::pool::{Job, JobResult, RunPool};
use crate::error::Error;
use crate::stats::effect::{LEVEL, differences, half_width_wanted};
use crate::stats::replications::{replication_seed, replications_wanted};
use chappe_metrics::ReplicationsEnd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// When replications end.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Replications of the pilot.
    pub(crate) pilot_count: u32,
    /// The most of all.
    pub(crate) replications_max: u32,
    /// The figures whose differences are to become narrow.
    pub(crate) headline: Vec<String>,
    /// Half the width that their intervals may have, as a share of the baseline's mean.
    pub(crate) width: f64,
    /// Whether users are counted one by one in the first replication.
    pub(crate) with_users: bool,
}

/// What was played.
#[derive(Clone)]
pub(crate) struct Played {
    /// The seed of each replication.
    pub(crate) seeds: Vec<u64>,
    /// The runs of each replication, arm by arm; the baseline first.
    pub(crate) runs: Vec<Vec<Arc<CachedRun>>>,
    /// Replications that the pilot asked for; `None` if it didn't end, or no number would do.
    pub(crate) wanted_count: Option<u32>,
    /// Why it ended.
    pub(crate) ended: ReplicationsEnd,
}

impl Played {
    /// The figures of an arm, one a replication; not a number where a run had none.
    pub(crate) fn figures(&self, arm: usize, name: &str) -> Vec<f64> {
        let figure = |runs: &Vec<Arc<CachedRun>>| {
            let figure = runs[arm].figures.get(name);
            figure.map_or(f64::NAN, |figure| figure.value())
        };
        self.runs.iter().map(figure).collect()
    }

    /// Every run, with the one of `arms` that was played in it.
    pub(crate) fn of<'a>(
        &'a self,
        arms: &'a [Variant],
    ) -> impl Iterator<Item = (&'a Variant, &'a CachedRun)> {
        let runs = self.runs.iter();
        runs.flat_map(|runs| arms.iter().zip(runs.iter().map(|run| &**run)))
    }

    /// Adds the replications of `seeds` whose runs have all ended, up to the first that has not; whether that is all.
    fn extend(&mut self, seeds: &[u64], runs: &[JobResult], arms_count: usize) -> bool {
        for (&seed, runs) in seeds.iter().zip(runs.chunks(arms_count)) {
            let Some(runs) = runs.iter().cloned().collect::<Option<Vec<_>>>() else {
                return false;
            };
            self.seeds.push(seed);
            self.runs.push(runs);
        }
        true
    }
}

/// Plays all `arms`, the first of which is the baseline, with one seed after the other: a pilot, and then as many
/// replications as it asks for. `partial` learns what was played after each replication.
pub(crate) fn replicate(
    pool: &RunPool<'_>,
    arms: &[Variant],
    rule: &Rule,
    partial: &(dyn Fn(&Played) + Sync),
) -> Result<Played, Error> {
    let mut played = Played {
        seeds: Vec::new(),
        runs: Vec::new(),
        wanted_count: None,
        ended: ReplicationsEnd::Running,
    };
    let pilot_count = rule.pilot_count.min(rule.replications_max);
    let is_whole = play_to(pool, arms, rule, &mut played, pilot_count, partial)?;
    let mut is_enough = false;
    if is_whole {
        played.wanted_count = wanted(&played, arms.len(), rule);
        let count = played.wanted_count.unwrap_or(u32::MAX).min(rule.replications_max);
        is_enough = play_to(pool, arms, rule, &mut played, count, partial)?;
    }
    played.ended = match played.wanted_count {
        _ if pool.context.stop.is_raised() => ReplicationsEnd::Interrupted,
        Some(wanted) if is_enough && wanted <= rule.replications_max => ReplicationsEnd::NarrowEnough,
        _ if is_enough => ReplicationsEnd::Replications,
        _ => ReplicationsEnd::Budget,
    };
    Ok(played)
}

/// Plays on until there are `count` replications; whether all came to their end.
fn play_to(
    pool: &RunPool<'_>,
    arms: &[Variant],
    rule: &Rule,
    played: &mut Played,
    count: u32,
    partial: &(dyn Fn(&Played) + Sync),
) -> Result<bool, Error> {
    let first_seed = pool.base.scenario().seed;
    let seeds: Vec<u64> = (played.runs.len() as u32..count)
        .map(|number| replication_seed(first_seed, number))
        .collect();
    let job = |seed: u64, variant| Job {
        variant,
        seed,
        with_users: rule.with_users && seed == first_seed,
    };
    let jobs: Vec<Job<'_>> = seeds
        .iter()
        .flat_map(|&seed| arms.iter().map(move |arm| job(seed, arm)))
        .collect();
    // A run that completes no further replication is no news.
    let told_count = AtomicUsize::new(played.runs.len());
    let before = &*played;
    let runs = pool.play(&jobs, &|runs| {
        let mut so_far = before.clone();
        so_far.extend(&seeds, runs, arms.len());
        let ended_count = so_far.runs.len();
        if told_count.fetch_max(ended_count, Ordering::Relaxed) < ended_count {
            partial(&so_far);
        }
    })?;
    Ok(played.extend(&seeds, &runs, arms.len()))
}

/// Replications that the pilot asks for: the most of all headline figures and arms. A figure that a run of the pilot did
/// not have asks for nothing.
fn wanted(pilot: &Played, arms_count: usize, rule: &Rule) -> Option<u32> {
    let mut most = pilot.runs.len();
    for name in &rule.headline {
        let baseline = pilot.figures(0, name);
        for arm in 1..arms_count {
            let figures = pilot.figures(arm, name);
            if let Some(half_width) = half_width_wanted(&baseline, &figures, rule.width) {
                let differences = differences(&baseline, &figures);
                most = most.max(replications_wanted(&differences, half_width, LEVEL)?);
            }
        }
    }
    u32::try_from(most).ok()
}
