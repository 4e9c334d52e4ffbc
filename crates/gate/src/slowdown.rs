//! Whether a program became slower: timings of two programs, run in turn on a noisy machine.
//!
//! In each round the baseline runs twice and the candidate once. The candidate's time is compared with the geometric
//! mean of the baseline's two. The baseline's two, compared with each other, show how far two runs of one program
//! differ: on a machine where they differ much, no smaller change can be called a regression.

#[cfg(test)]
mod tests;

use chappe_metrics::Verdict;
use chappe_study::stats::compare::number;
use chappe_study::stats::statistics::{Interval, bootstrap_interval, median, signed_rank_p_value};

/// How often the intervals contain the true difference.
const LEVEL: f64 = 0.95;
/// Resamples of a bootstrap.
const RESAMPLES_COUNT: usize = 2_000;
/// A difference is one if by chance alone so clear a one is rarer than this, among all timings.
const SIGNIFICANCE: f64 = 0.05;
/// More rounds than this are no advice.
const MORE_ROUNDS_MAX: f64 = 1_000.0;

/// The times that a thing took, one a round, in any unit: all above zero.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timings {
    /// Of the baseline.
    pub baseline: Vec<f64>,
    /// Of the baseline once more.
    pub again: Vec<f64>,
    /// Of the candidate.
    pub candidate: Vec<f64>,
}

/// A candidate's time compared with the baseline's. Differences are shares of the baseline: 0.1 is 10%
/// slower.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slowdown {
    /// Rounds compared.
    pub rounds_count: usize,
    /// The median of the log ratios.
    pub difference: f64,
    /// Its bootstrap interval.
    pub interval: Interval,
    /// The farther end from zero of the same interval for the baseline compared with itself.
    pub noise_floor: f64,
    /// Wilcoxon's signed-rank test of no difference, two-sided, corrected for the number of timings
    /// (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    /// Statistics, 1979).
    pub p_value: f64,
}

/// The verdict on a timing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judged {
    /// What it comes to; never [`Verdict::Changed`].
    pub verdict: Verdict,
    /// Whether it seemed to have moved, but a fresh repetition did not confirm it.
    pub is_unconfirmed: bool,
    /// If inconclusive: about how many more rounds would tell, were the estimates right. `None` where no
    /// reasonable number would, or a repetition contradicted them.
    pub more_rounds_count: Option<usize>,
}

/// The fewest rounds in which a difference in one of so many timings can be significant at all: the least p-value of
/// the signed-rank test is two to the power of one minus the number of rounds. An even number.
#[must_use]
pub fn rounds_wanted(timings_count: usize) -> usize {
    let least = libm::log2(2.0 * timings_count.max(1) as f64 / SIGNIFICANCE);
    (least.ceil() as usize).next_multiple_of(2)
}

/// Compares all timings of a check; `None` for those with fewer than two rounds, or with a
/// time that is not above zero and finite. The bootstrap's draws depend on `seed` alone.
#[must_use]
pub fn slowdowns(timings: &[Timings], seed: u64) -> Vec<Option<Slowdown>> {
    let mut slowdowns: Vec<Option<Slowdown>> =
        timings.iter().map(|timings| slowdown(timings, seed)).collect();
    correct(&mut slowdowns);
    slowdowns
}

fn slowdown(timings: &Timings, seed: u64) -> Option<Slowdown> {
    let Timings {
        baseline,
        again,
        candidate,
    } = timings;
    let logs = |times: &[f64]| -> Option<Vec<f64>> {
        let is_time = |time: &f64| *time > 0.0 && time.is_finite();
        times
            .iter()
            .map(|time| is_time(time).then(|| libm::log(*time)))
            .collect()
    };
    let (one, two, new) = (logs(baseline)?, logs(again)?, logs(candidate)?);
    if one.len() < 2 || one.len() != two.len() || one.len() != new.len() {
        return None;
    }
    let rounds = one.iter().zip(&two).zip(&new);
    let (same, other): (Vec<f64>, Vec<f64>) = rounds
        .map(|((one, two), new)| (two - one, new - (one + two) / 2.0))
        .unzip();
    let interval = |ratios: &[f64]| bootstrap_interval(ratios, median, LEVEL, RESAMPLES_COUNT, seed);
    let (floor, interval) = (interval(&same)?, interval(&other)?);
    Some(Slowdown {
        rounds_count: other.len(),
        difference: libm::expm1(median(&other)?),
        interval: Interval {
            low: libm::expm1(interval.low),
            high: libm::expm1(interval.high),
            level: LEVEL,
        },
        noise_floor: libm::expm1(floor.high.max(-floor.low)),
        p_value: signed_rank_p_value(&other)?,
    })
}

/// Makes p-values hold for all timings together.
fn correct(slowdowns: &mut [Option<Slowdown>]) {
    let mut ordered: Vec<&mut Slowdown> = slowdowns.iter_mut().flatten().collect();
    ordered.sort_by(|one, other| one.p_value.total_cmp(&other.p_value));
    let count = ordered.len();
    let mut least: f64 = 0.0;
    for (rank, slowdown) in ordered.into_iter().enumerate() {
        least = least.max((slowdown.p_value * (count - rank) as f64).min(1.0));
        slowdown.p_value = least;
    }
}

impl Slowdown {
    /// Which way it moved, if the interval is clear of the smallest effect and of the noise floor, and the
    /// test agrees. By itself that is a suspicion: a fresh repetition has to confirm it.
    #[must_use]
    pub fn suspicion(&self, smallest_effect: f64) -> Option<Verdict> {
        let bound = smallest_effect.max(self.noise_floor);
        // As far down as up: half as fast is as far from the same as twice as fast.
        let lowest = 1.0 / (1.0 + bound) - 1.0;
        match self.p_value <= SIGNIFICANCE {
            true if self.interval.low > bound => Some(Verdict::Regressed),
            true if self.interval.high < lowest => Some(Verdict::Improved),
            true | false => None,
        }
    }

    /// The verdict, given what a fresh repetition found if this raised a suspicion.
    #[must_use]
    pub fn judge(&self, again: Option<&Slowdown>, smallest_effect: f64) -> Judged {
        let suspicion = self.suspicion(smallest_effect);
        let confirmed = suspicion.filter(|_| again.and_then(|it| it.suspicion(smallest_effect)) == suspicion);
        let Interval { low, high, .. } = self.interval;
        let is_within = 1.0 / (1.0 + smallest_effect) - 1.0 <= low && high <= smallest_effect;
        let verdict = match confirmed {
            Some(verdict) => verdict,
            None if is_within => Verdict::Unchanged,
            None => Verdict::Inconclusive,
        };
        let is_unconfirmed = suspicion.is_some() && confirmed.is_none();
        let is_open = verdict == Verdict::Inconclusive && !is_unconfirmed;
        Judged {
            verdict,
            is_unconfirmed,
            more_rounds_count: is_open.then(|| self.more_rounds(smallest_effect)).flatten(),
        }
    }

    /// The verdict on `what` as a sentence without its full stop: "first-ads, event: 10% slower (95% interval
    /// 8.7% to 12% slower, noise 2%): regressed".
    #[must_use]
    pub fn sentence(&self, what: &str, judged: Judged) -> String {
        let way = |share: f64| if share < 0.0 { "faster" } else { "slower" };
        let percent = |share: f64| format!("{}%", number(share.abs() * 100.0));
        let Interval { low, high, level } = self.interval;
        let (one, other) = if high < 0.0 { (high, low) } else { (low, high) };
        let one_way = if way(one) == way(other) {
            String::new()
        } else {
            format!(" {}", way(one))
        };
        let advice = match (judged.verdict, judged.more_rounds_count) {
            (Verdict::Inconclusive, _) if judged.is_unconfirmed => {
                ", as a fresh repetition did not find it again".to_string()
            }
            (Verdict::Inconclusive, Some(count)) => format!(", about {count} more rounds would tell"),
            (Verdict::Inconclusive, None) => ", and more rounds would hardly tell".to_string(),
            (Verdict::Improved | Verdict::Unchanged | Verdict::Regressed | Verdict::Changed, _) => {
                String::new()
            }
        };
        format!(
            "{what}: {} {} ({}% interval {}{one_way} to {} {}, noise {}): {}{advice}",
            percent(self.difference),
            way(self.difference),
            number(level * 100.0),
            percent(one),
            percent(other),
            way(other),
            percent(self.noise_floor),
            judged.verdict.label(),
        )
    }

    /// How many more rounds would tell: intervals and noise floor narrow with the root of their number, and
    /// the interval has to come clear of both bounds, or within the smallest effect.
    fn more_rounds(&self, smallest_effect: f64) -> Option<usize> {
        let size = self.difference.abs();
        let far = (self.interval.high - self.difference).max(self.difference - self.interval.low);
        let shrink = if size > smallest_effect {
            ((size - smallest_effect) / far).min(size / (far + self.noise_floor))
        } else {
            (smallest_effect - size) / far
        };
        let more = self.rounds_count as f64 * (1.0 / (shrink * shrink) - 1.0);
        (more <= MORE_ROUNDS_MAX).then(|| ((more - 1e-9).ceil().max(1.0) as usize).next_multiple_of(2))
    }
}
