//! How many replications a study needs, and the interval of their mean: Stein's two-stage procedure.
//!
//! A pilot of fixed size gives a variance. From the variance alone follows how many replications make the
//! interval as narrow as asked. The interval uses the pilot's variance too, with the degrees of freedom of
//! the pilot. If figures are normal, the mean of all is independent of that variance, so the interval
//! contains the truth as often as it says, however many replications there were: Stein, "A two-sample test
//! for a linear hypothesis whose power is independent of the variance" (Annals of Mathematical Statistics,
//! 1945).

use crate::stats::draws::{Draws, Use};
use crate::stats::statistics::{Interval, mean, t_interval};

/// The seed of the replication `number`: the scenario's own for the first, the same for all arms of
/// one, and at most 48 bits long, so that files and people can carry it.
#[must_use]
pub fn replication_seed(seed: u64, number: u32) -> u64 {
    match number {
        0 => seed,
        _ => Draws::new(seed, Use::Replication).word(u64::from(number), 0) >> 16,
    }
}

/// How many replications bring half the width of the interval at `level` down to `half_width`, by the
/// figures of the pilot; never fewer than those. `None` if the pilot has fewer than two, or no
/// number would do.
#[must_use]
pub fn replications_wanted(pilot: &[f64], half_width: f64, level: f64) -> Option<usize> {
    let reached = t_interval(pilot, level)?.half_width();
    if reached <= half_width {
        return Some(pilot.len());
    }
    let wanted = (pilot.len() as f64 * (reached / half_width) * (reached / half_width)).ceil();
    (wanted <= f64::from(u32::MAX)).then_some(wanted as usize)
}

/// The interval of Stein for the mean that `figures` come from, the first `pilot_count` of which are
/// the pilot. With no more figures than those it is Student's. `None` for fewer than two.
#[must_use]
pub fn stein_interval(figures: &[f64], pilot_count: usize, level: f64) -> Option<Interval> {
    let pilot = &figures[..pilot_count.min(figures.len())];
    let reach = t_interval(pilot, level)?.half_width() * (pilot.len() as f64 / figures.len() as f64).sqrt();
    let middle = mean(figures)?;
    Some(Interval {
        low: middle - reach,
        high: middle + reach,
        level,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Purpose, standard_normal_quantile};

    /// How many of 1,000 experiments, each stopped by the rule, have an interval with the truth in it,
    /// and how many are as narrow as asked; `draw` makes a figure from a uniform one.
    fn stopped(truth: f64, half_width: f64, draw: fn(f64) -> f64) -> (usize, usize) {
        let (mut covered, mut narrow) = (0, 0);
        for experiment in 0..1_000 {
            let mut stream = Keyed::new(2016, Purpose::Test).stream(experiment, 0);
            let mut figures: Vec<f64> = (0..5).map(|_| draw(stream.unit())).collect();
            let wanted = replications_wanted(&figures, half_width, 0.95).unwrap();
            figures.extend((5..wanted).map(|_| draw(stream.unit())));
            let interval = stein_interval(&figures, 5, 0.95).unwrap();
            covered += usize::from(interval.contains(truth));
            narrow += usize::from(interval.half_width() <= half_width * (1.0 + 1e-12));
        }
        (covered, narrow)
    }

    #[test]
    fn intervals_hold_the_truth_in_spite_of_stopping() {
        // Widths that ask for about 30 replications.
        let normal = stopped(12.0, 1.0, |u| 12.0 + 2.0 * standard_normal_quantile(u));
        let skewed = stopped(1.0, 0.125, |u| {
            let root = MIDDLE + standard_normal_quantile(u) / 12.0;
            root * root * root + (1.0 - MIDDLE * MIDDLE * MIDDLE - MIDDLE / 48.0)
        });
        for (covered, narrow) in [normal, skewed] {
            assert!((930..=970).contains(&covered), "{normal:?} {skewed:?}");
            assert_eq!(narrow, 1_000);
        }
    }

    /// Cubes of normal values about this with deviation 1/12 are nearly gamma with skewness 1/2: the
    /// approximation of Wilson and Hilferty (1931), whose mean is this cubed plus a 48th of it.
    const MIDDLE: f64 = 1.0 - 1.0 / 144.0;

    #[test]
    fn a_pilot_that_is_narrow_enough_is_all_and_the_interval_is_students() {
        let pilot = [1.0, 1.1, 0.9, 1.0];
        assert_eq!(replications_wanted(&pilot, 1.0, 0.95), Some(4));
        assert_eq!(stein_interval(&pilot, 4, 0.95), t_interval(&pilot, 0.95));
        assert_eq!(replications_wanted(&[2.0; 5], 0.0, 0.95), Some(5));
        assert_eq!(replications_wanted(&pilot, 0.0, 0.95), None);
        assert_eq!(replications_wanted(&[1.0], 1.0, 0.95), None);
    }

    #[test]
    fn the_first_seed_is_the_scenarios_own_and_all_differ() {
        let mut seeds: Vec<u64> = (0..1_000).map(|number| replication_seed(2016, number)).collect();
        assert_eq!(seeds[0], 2016);
        assert!(seeds.iter().all(|seed| *seed < 1 << 48));
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 1_000);
    }
}
