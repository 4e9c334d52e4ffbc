//! The effect of an arm: its difference to the baseline, over replications that share their draws.

use crate::stats::compare::number;
use crate::stats::replications::stein_interval;
use crate::stats::statistics::mean;
use chappe_metrics::{Estimate, Movement};

/// The paired difference of one figure, arm less baseline.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// The baseline's mean.
    pub baseline: f64,
    /// The mean difference, in the unit of the figures, with its 95% interval: that of [`stein_interval`].
    pub difference: Estimate,
    /// What it comes to.
    pub movement: Movement,
    /// If unsure: about how many more replications would tell. `None` where no reasonable number
    /// would.
    pub more_replications: Option<u32>,
}

/// How often an interval contains the true difference.
pub const LEVEL: f64 = 0.95;
/// An interval as wide as asked may come out so much wider by rounding, as a share of its width.
const ROUNDING: f64 = 1e-12;
/// More replications than this are no advice.
const MORE_MAX: f64 = 1_000.0;

/// Half the width that an interval for a difference to `baseline` may have, by the figures of the pilot:
/// `share` of the baseline's mean, or of the arm's where that is zero.
#[must_use]
pub fn half_width_wanted(baseline: &[f64], arm: &[f64], share: f64) -> Option<f64> {
    let (baseline, arm) = (mean(baseline)?, mean(arm)?);
    Some(
        share
            * if baseline == 0.0 {
                arm.abs()
            } else {
                baseline.abs()
            },
    )
}

/// The differences of figures of the same replications.
#[must_use]
pub fn differences(baseline: &[f64], arm: &[f64]) -> Vec<f64> {
    baseline
        .iter()
        .zip(arm)
        .map(|(baseline, arm)| arm - baseline)
        .collect()
}

impl Effect {
    /// The effect on figures of the same replications in the same order, the first `pilot_count` of
    /// which are the pilot; `width` is half the width of the interval that is wanted, as a share of
    /// the baseline's mean in the pilot. Replications in which a figure is not finite are left out; `None` if
    /// fewer than two are left.
    #[must_use]
    pub fn of(baseline: &[f64], arm: &[f64], pilot_count: usize, width: f64) -> Option<Effect> {
        let pairs = baseline.iter().zip(arm).enumerate();
        let usable = pairs.filter(|(_, (baseline, arm))| baseline.is_finite() && arm.is_finite());
        let usable: Vec<(usize, (f64, f64))> = usable
            .map(|(number, (baseline, arm))| (number, (*baseline, *arm)))
            .collect();
        let pilot_count = usable.iter().filter(|(number, _)| *number < pilot_count).count();
        let (baseline, arm): (Vec<f64>, Vec<f64>) = usable.into_iter().map(|(_, pair)| pair).unzip();
        let differences = differences(&baseline, &arm);
        let interval = stein_interval(&differences, pilot_count, LEVEL)?;
        let difference = mean(&differences)?;
        let wanted = half_width_wanted(&baseline[..pilot_count], &arm[..pilot_count], width)?;
        let movement = match interval.half_width() {
            _ if interval.low > 0.0 => Movement::More,
            _ if interval.high < 0.0 => Movement::Less,
            half_width if half_width <= wanted * (1.0 + ROUNDING) => Movement::Unchanged,
            _ => Movement::Unsure,
        };
        let more_replications = match movement {
            Movement::Unsure => more(
                differences.len(),
                interval.half_width(),
                difference.abs().max(wanted),
            ),
            Movement::More | Movement::Less | Movement::Unchanged => None,
        };
        Some(Effect {
            baseline: mean(&baseline)?,
            difference: interval.of(difference),
            movement,
            more_replications,
        })
    }

    /// Difference and interval as shares of the baseline's mean; `None` where that is zero.
    #[must_use]
    pub fn share(&self) -> Option<Estimate> {
        let unit = self.baseline.abs();
        let Estimate { value, low, high } = self.difference;
        (unit > 0.0).then(|| Estimate {
            value: value / unit,
            low: low / unit,
            high: high / unit,
        })
    }

    /// The effect on `what` in words, without a full stop: "revenue +12% ± 3%". Where the baseline has
    /// none, `amount` tells how much it is, sign apart.
    #[must_use]
    pub fn sentence(&self, what: &str, amount: &dyn Fn(f64) -> String) -> String {
        let (value, half_width) = match self.share() {
            Some(share) => {
                let both = [share.value, share.half_width()];
                let is_small = both.iter().all(|share| percent(*share) == "0%");
                let told = if is_small && self.movement != Movement::Unchanged {
                    small_percent
                } else {
                    percent
                };
                (told(both[0]), told(both[1]))
            }
            None => (
                amount(self.difference.value.abs()),
                amount(self.difference.half_width()),
            ),
        };
        let sign = if self.difference.value < 0.0 { "−" } else { "+" };
        let from = if self.baseline == 0.0 { " from nothing" } else { "" };
        let told = format!("{sign}{value} ± {half_width}{from}");
        match (self.movement, self.more_replications) {
            (Movement::Unchanged, _) if half_width == "0%" || self.difference.half_width() == 0.0 => {
                format!("{what} unchanged")
            }
            (Movement::Unchanged, _) => format!("{what} unchanged (± {half_width})"),
            (Movement::More | Movement::Less, _) => format!("{what} {told}"),
            (Movement::Unsure, Some(1)) => {
                format!("{what} {told}: not sure yet, one more replication may tell")
            }
            (Movement::Unsure, Some(count)) => {
                format!("{what} {told}: not sure yet, about {count} more replications would tell")
            }
            (Movement::Unsure, None) => {
                format!("{what} {told}: not sure, and more replications would hardly tell")
            }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{}%", number(share.abs() * 100.0))
}

/// A share below a hundredth of a percent, with two digits that matter.
fn small_percent(share: f64) -> String {
    let percent = share.abs() * 100.0;
    if percent == 0.0 {
        return "0%".to_string();
    }
    let decimals = 1 - libm::floor(libm::log10(percent)) as i32;
    format!("{percent:.0$}%", usize::try_from(decimals).unwrap_or(0))
}

/// How many further replications bring half the width down to `wanted`: it narrows with the root of
/// their number.
fn more(count: usize, half_width: f64, wanted: f64) -> Option<u32> {
    let ratio = half_width / wanted;
    let more = count as f64 * (ratio * ratio - 1.0);
    (more <= MORE_MAX).then(|| more.ceil().max(1.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(baseline: &[f64], arm: &[f64]) -> String {
        let effect = Effect::of(baseline, arm, baseline.len(), 0.05).unwrap();
        effect.sentence("revenue", &|amount| format!("{amount:.1}"))
    }

    #[test]
    fn effects_are_told_in_plain_words() {
        let base = [100.0, 110.0, 90.0, 100.0];
        let shifted = |by: [f64; 4]| differences(&by.map(|by| -by), &base);
        assert_eq!(
            sentence(&base, &shifted([12.0, 13.0, 11.0, 12.0])),
            "revenue +12% ± 1.3%"
        );
        assert_eq!(
            sentence(&base, &shifted([-40.0, -41.0, -39.0, -40.0])),
            "revenue −40% ± 1.3%"
        );
        assert_eq!(sentence(&base, &base), "revenue unchanged");
        assert_eq!(
            sentence(&base, &shifted([1.0, -1.0, 0.0, 0.0])),
            "revenue unchanged (± 1.3%)"
        );
        assert_eq!(
            sentence(&base, &shifted([9.0, -7.0, 3.0, 0.0])),
            "revenue +1.2% ± 11%: not sure yet, about 14 more replications would tell"
        );
        assert_eq!(
            sentence(&[0.0; 4], &[3.0, 3.0, 3.5, 3.5]),
            "revenue +3.2 ± 0.5 from nothing"
        );
    }

    #[test]
    fn what_is_less_than_a_hundredth_of_a_percent_is_told_all_the_same() {
        let base = [1e6, 1e6, 1e6, 1e6];
        assert_eq!(
            sentence(&base, &base.map(|base| base - 3.0)),
            "revenue −0.00030% ± 0%"
        );
        assert_eq!(
            sentence(&base, &[1e6 + 21.0, 1e6 + 22.0, 1e6 + 20.0, 1e6 + 21.0]),
            "revenue +0.0021% ± 0.00013%"
        );
    }

    #[test]
    fn what_the_pilot_found_narrow_enough_is_not_unsure_afterwards() {
        // The baseline's mean falls after the pilot.
        let base = [100.0, 100.0, 100.0, 50.0, 50.0, 50.0];
        let arm = [104.0, 96.0, 100.0, 50.0, 50.0, 50.0];
        let half_width = stein_interval(&differences(&base, &arm), 3, LEVEL)
            .unwrap()
            .half_width();
        let effect = Effect::of(&base, &arm, 3, half_width / 100.0).unwrap();
        assert_eq!(effect.movement, Movement::Unchanged);
    }

    #[test]
    fn an_arm_like_its_baseline_differs_by_nothing_at_all() {
        let base = [0.1, 0.2, 0.3];
        let effect = Effect::of(&base, &base, 3, 0.05).unwrap();
        assert_eq!(
            (effect.difference.value, effect.difference.half_width()),
            (0.0, 0.0)
        );
        assert_eq!(effect.movement, Movement::Unchanged);
    }

    #[test]
    fn a_replication_without_a_figure_is_left_out() {
        let effect = Effect::of(&[1.0, f64::NAN, 1.0, 1.0], &[2.0, 2.0, 2.5, 3.0], 3, 0.05).unwrap();
        assert_eq!((effect.baseline, effect.difference.value), (1.0, 1.5));
        assert!(Effect::of(&[1.0, f64::NAN], &[1.0, 1.0], 2, 0.05).is_none());
    }
}
