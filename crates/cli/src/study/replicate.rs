//! Replications of arms, until what is asked is answered.

use super::cells::Cell;
use super::pool::{Job, Pool};
use super::variant::Variant;
use crate::failure::Failure;
use crate::terminal::stop_on_interrupt;
use chappe_experiment::effect::{LEVEL, differences, half_width_wanted};
use chappe_experiment::replications::{replication_seed, replications_wanted};
use chappe_metrics::ReplicationsEnd;

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
pub(crate) struct Played {
    /// The seed of each replication.
    pub(crate) seeds: Vec<u64>,
    /// The runs of each replication, arm by arm; the baseline first.
    pub(crate) runs: Vec<Vec<Cell>>,
    /// Replications that the pilot asked for; none if it didn't end, or no number would do.
    pub(crate) wanted_count: Option<u32>,
    /// Why it ended.
    pub(crate) ended: ReplicationsEnd,
}

impl Played {
    /// The figures of an arm, one a replication; not a number where a run had none.
    pub(crate) fn figures(&self, arm: usize, name: &str) -> Vec<f64> {
        let figure = |runs: &Vec<Cell>| {
            runs[arm]
                .figures
                .get(name)
                .map_or(f64::NAN, |figure| figure.value())
        };
        self.runs.iter().map(figure).collect()
    }

    /// Every run, with the one of `arms` that was played in it.
    pub(crate) fn of<'a>(&'a self, arms: &'a [Variant]) -> impl Iterator<Item = (&'a Variant, &'a Cell)> {
        self.runs.iter().flat_map(|runs| arms.iter().zip(runs))
    }
}

/// Plays all `arms`, the first of which is the baseline, with one seed after the other: a pilot, and
/// then as many replications as it asks for.
pub(crate) fn replicate(pool: &Pool<'_>, arms: &[Variant], rule: &Rule) -> Result<Played, Failure> {
    let mut played = Played {
        seeds: Vec::new(),
        runs: Vec::new(),
        wanted_count: None,
        ended: ReplicationsEnd::Interrupted,
    };
    let is_whole = extend(
        pool,
        arms,
        rule,
        &mut played,
        rule.pilot_count.min(rule.replications_max),
    )?;
    let mut is_enough = false;
    if is_whole {
        played.wanted_count = wanted(&played, arms.len(), rule);
        let count = played.wanted_count.unwrap_or(u32::MAX).min(rule.replications_max);
        is_enough = extend(pool, arms, rule, &mut played, count)?;
    }
    played.ended = match played.wanted_count {
        _ if stop_on_interrupt().is_raised() => ReplicationsEnd::Interrupted,
        Some(wanted) if is_enough && wanted <= rule.replications_max => ReplicationsEnd::NarrowEnough,
        _ if is_enough => ReplicationsEnd::Replications,
        _ => ReplicationsEnd::Budget,
    };
    Ok(played)
}

/// Plays on until there are `count` replications; whether all came to their end.
fn extend(
    pool: &Pool<'_>,
    arms: &[Variant],
    rule: &Rule,
    played: &mut Played,
    count: u32,
) -> Result<bool, Failure> {
    let seed = pool.ground.scenario().seed;
    let seeds: Vec<u64> = (played.runs.len() as u32..count)
        .map(|number| replication_seed(seed, number))
        .collect();
    let job = |&seed: &u64, variant| Job {
        variant,
        seed,
        with_users: rule.with_users && seed == pool.ground.scenario().seed,
    };
    let jobs: Vec<Job<'_>> = seeds
        .iter()
        .flat_map(|seed| arms.iter().map(move |arm| job(seed, arm)))
        .collect();
    let cells = pool.play(&jobs)?;
    for (&seed, runs) in seeds.iter().zip(cells.chunks(arms.len())) {
        let Some(runs) = runs.iter().cloned().collect::<Option<Vec<Cell>>>() else {
            return Ok(false);
        };
        played.seeds.push(seed);
        played.runs.push(runs);
    }
    Ok(true)
}

/// Replications that the pilot asks for: the most of all headline figures and arms. A figure that a run
/// of the pilot did not have asks for nothing.
fn wanted(pilot: &Played, arms_count: usize, rule: &Rule) -> Option<u32> {
    let mut most = pilot.runs.len();
    for name in &rule.headline {
        let baseline = pilot.figures(0, name);
        for arm in 1..arms_count {
            let figures = pilot.figures(arm, name);
            if let Some(half_width) = half_width_wanted(&baseline, &figures, rule.width) {
                most = most.max(replications_wanted(
                    &differences(&baseline, &figures),
                    half_width,
                    LEVEL,
                )?);
            }
        }
    }
    u32::try_from(most).ok()
}
