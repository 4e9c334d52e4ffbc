//! The highest rate that keeps within thresholds.

mod search;
#[cfg(test)]
mod tests;

use chappe_metrics::{CapacityEnd, CapacityTrial};
use search::Search;

/// Where and how closely to search. Rates are in whatever a trial takes, as a rule messages per second.
#[derive(Clone, PartialEq, Debug)]
pub struct Limits {
    /// The lowest rate worth trying, above zero.
    pub floor_rate: f64,
    /// The first rate tried.
    pub start_rate: f64,
    /// The highest rate tried.
    pub cap_rate: f64,
    /// What a rate is multiplied by while trials keep, and divided by while they fail; above 1.
    pub growth: f64,
    /// How much higher the failed rate may lie than the kept one in the end, as a share of it: 0.1
    /// is 10%; at least 0.001.
    pub width: f64,
    /// Further trials at the rate found, most of which must keep. 0 takes the one trial's word.
    pub confirmations_count: u32,
    /// The search ends after this many trials at the latest.
    pub trials_max: u32,
}

/// Why a search cannot be.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum LimitsError {
    /// Rates out of order.
    #[error(
        "rates of {floor_rate}, {start_rate} and {cap_rate} are out of order; take 0 < floor <= start <= cap"
    )]
    Rates {
        /// The floor.
        floor_rate: f64,
        /// The start.
        start_rate: f64,
        /// The cap.
        cap_rate: f64,
    },
    /// No growth.
    #[error("a growth of {0} leads nowhere; take a number above 1, such as 2")]
    Growth(f64),
    /// A width that can't be reached.
    #[error("a width of {0} cannot be searched for; take at least 0.001, such as 0.1 for 10%")]
    Width(f64),
    /// No trials.
    #[error("a search without trials finds nothing; allow at least 1, better 30")]
    Trials,
}

/// What a trial came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All thresholds were kept.
    Kept,
    /// A threshold was not.
    Breached,
    /// The generator fell behind, so the trial says nothing about the platform.
    GeneratorLimited,
    /// Too little was observed to judge the thresholds.
    Unmeasured,
    /// Somebody stopped the trial.
    Interrupted,
}

/// What a trial at a rate measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// What it came to.
    pub outcome: Outcome,
    /// Load that was served, in the unit of rates.
    pub achieved_rate: f64,
    /// Median latency, if any was measured.
    pub p50_ns: Option<i64>,
    /// Latency at the quantile 0.99, if any was measured.
    pub p99_ns: Option<i64>,
    /// How far what was observed lies beyond each threshold, in its own unit: zero where it was kept.
    pub excess: Vec<f64>,
}

/// What a search found.
#[derive(Clone, PartialEq, Debug)]
pub struct Capacity {
    /// Why it ended.
    pub ended: CapacityEnd,
    /// The highest rate that was kept, and not refuted when it was tried again.
    pub kept_rate: Option<f64>,
    /// The lowest rate above it that failed, be it for the platform or for the generator. No more than the
    /// width above the kept rate if the capacity was found.
    pub failed_rate: Option<f64>,
    /// Every trial that came to its end, in order: latency against offered load.
    pub trials: Vec<CapacityTrial>,
}

/// Searches for the highest rate at which `trial` keeps.
///
/// The rate grows geometrically until a trial fails, or shrinks until one keeps. Bisection, by the
/// geometric middle, brings the two within the width. The kept rate is then tried again; if most of
/// these trials fail, the answer goes down by the ratio of the two rates and is tried again there. A
/// trial in which the generator fell behind counts as failed; if the rates end at such a one, it
/// was the limit. A trial in which too little was observed ends the search, and so do thresholds that much lower rates
/// bring no nearer.
///
/// So the kept rate is confirmed, while the failed one may be the word of one trial: a machine that is
/// disturbed makes the answer too low rather than too high.
///
/// # Errors
///
/// If the limits contradict themselves.
///
/// ```
/// use chappe_study::stats::capacity::{Limits, Outcome, Trial, find};
/// use chappe_metrics::CapacityEnd;
///
/// let limits = Limits {
///     floor_rate: 1.0,
///     start_rate: 100.0,
///     cap_rate: 1e6,
///     growth: 2.0,
///     width: 0.1,
///     confirmations_count: 3,
///     trials_max: 40,
/// };
/// let mut trial = |rate: f64| Trial {
///     outcome: if rate < 1234.0 { Outcome::Kept } else { Outcome::Breached },
///     achieved_rate: rate.min(1234.0),
///     p50_ns: None,
///     p99_ns: None,
///     excess: Vec::new(),
/// };
/// let capacity = find(&limits, &mut trial)?;
/// assert_eq!(capacity.ended, CapacityEnd::Found);
/// assert!(capacity.kept_rate < Some(1234.0) && capacity.failed_rate >= Some(1234.0));
/// # Ok::<(), chappe_study::stats::capacity::LimitsError>(())
/// ```
pub fn find(limits: &Limits, trial: &mut dyn FnMut(f64) -> Trial) -> Result<Capacity, LimitsError> {
    limits.check()?;
    Ok(Search::new(limits, trial).run())
}

impl Limits {
    /// # Errors
    ///
    /// If they contradict themselves; [`find`] asks the same.
    pub fn check(&self) -> Result<(), LimitsError> {
        let &Limits {
            floor_rate,
            start_rate,
            cap_rate,
            growth,
            width,
            ..
        } = self;
        let is_ordered = 0.0 < floor_rate && floor_rate <= start_rate && start_rate <= cap_rate;
        if !is_ordered || !cap_rate.is_finite() {
            return Err(LimitsError::Rates {
                floor_rate,
                start_rate,
                cap_rate,
            });
        }
        if growth <= 1.0 || !growth.is_finite() {
            return Err(LimitsError::Growth(growth));
        }
        if width < 0.001 || !width.is_finite() {
            return Err(LimitsError::Width(width));
        }
        if self.trials_max == 0 {
            return Err(LimitsError::Trials);
        }
        Ok(())
    }
}
