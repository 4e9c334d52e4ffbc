//! The values of parameters at which a loss is least, found by trying: for a simulator, whose loss has
//! no derivative and some noise.
//!
//! The search is CMA-ES (N. Hansen, "The CMA evolution strategy: a tutorial", 2016), by the crate
//! `cmaes`: generations of tries around a mean, with a covariance learnt from those that did well.

use cmaes::{CMAESOptions, DVector};

/// A parameter that may be turned.
#[derive(Clone, PartialEq, Debug)]
pub struct Knob {
    /// Its name.
    pub name: String,
    /// Its smallest value; above 0 if `logarithmic`.
    pub low: f64,
    /// Its largest value, above `low`.
    pub high: f64,
    /// Where the search begins, from `low` to `high`.
    pub start: f64,
    /// Whether equal ratios are equal steps.
    pub logarithmic: bool,
}

impl Knob {
    /// Where in [0, 1] a value lies between low and high.
    fn position(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { libm::log(value) } else { value };
        let (low, high) = (scale(self.low), scale(self.high));
        ((scale(value) - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// The value at a position; one beyond an end is reflected there.
    fn value(&self, position: f64) -> f64 {
        let folded = (position.rem_euclid(2.0) - 1.0).abs();
        let inside = 1.0 - folded;
        if self.logarithmic {
            let (low, high) = (libm::log(self.low), libm::log(self.high));
            libm::exp(low + inside * (high - low)).clamp(self.low, self.high)
        } else {
            self.low + inside * (self.high - self.low)
        }
    }
}

/// How long to search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effort {
    /// Tries at most; at least one generation is tried.
    pub tries: usize,
    /// Threads that try at once.
    pub threads: usize,
    /// Seed of the search's own draws.
    pub seed: u64,
}

/// What a search has found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// The best values, in the order of the knobs.
    pub values: Vec<f64>,
    /// Their loss.
    pub loss: f64,
    /// How many were tried.
    pub tries: usize,
}

/// How far from the start the first tries spread, as a share of a knob's range.
const FIRST_STEP: f64 = 0.15;

/// Looks for the values of `knobs` with the least `loss`. After each generation `go_on` is shown the
/// best so far, and says whether to search on. What is found depends on the seed and the number of
/// tries, not on the threads. A loss that is no number counts as the largest.
///
/// # Panics
/// If there are no knobs.
pub fn search(
    knobs: &[Knob],
    effort: Effort,
    loss: &(dyn Fn(&[f64]) -> f64 + Sync),
    go_on: &mut dyn FnMut(&Found) -> bool,
) -> Found {
    assert!(!knobs.is_empty(), "there is something to turn");
    let start: Vec<f64> = knobs.iter().map(|knob| knob.position(knob.start)).collect();
    let values = |point: &DVector<f64>| -> Vec<f64> {
        let turned = knobs.iter().zip(point.iter());
        turned.map(|(knob, position)| knob.value(*position)).collect()
    };
    let of_point = |point: &DVector<f64>| {
        let loss = loss(&values(point));
        if loss.is_finite() { loss } else { f64::MAX }
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(effort.threads.max(1));
    let pool = pool.build().expect("threads can be started");
    let options = CMAESOptions::new(start, FIRST_STEP)
        .seed(effort.seed)
        .max_function_evals(effort.tries);
    let mut state = options.build(of_point).expect("the options are sound");
    loop {
        let ended = pool.install(|| state.next_parallel().is_some());
        let best = state.overall_best_individual();
        let best = best.expect("a generation has a best one");
        let found = Found {
            values: values(&best.point),
            loss: best.value,
            tries: state.function_evals(),
        };
        if !go_on(&found) || ended {
            return found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knobs() -> [Knob; 2] {
        let knob = |name: &str, low, high, start, logarithmic| Knob {
            name: name.to_owned(),
            low,
            high,
            start,
            logarithmic,
        };
        [
            knob("share", 0.0, 1.0, 0.9, false),
            knob("scale", 0.01, 100.0, 1.0, true),
        ]
    }

    fn effort(tries: usize, threads: usize) -> Effort {
        Effort {
            tries,
            threads,
            seed: 7,
        }
    }

    /// Least at a share of 0.25 and a scale of 20.
    fn valley(values: &[f64]) -> f64 {
        let (share, scale) = (values[0] - 0.25, libm::log(values[1] / 20.0));
        share * share + scale * scale / 20.0
    }

    #[test]
    fn the_lowest_point_of_a_valley_is_found_whatever_the_threads() {
        let one = search(&knobs(), effort(400, 1), &valley, &mut |_| true);
        assert!((one.values[0] - 0.25).abs() < 0.01, "{one:?}");
        assert!((one.values[1] / 20.0 - 1.0).abs() < 0.05, "{one:?}");
        let two = search(&knobs(), effort(400, 2), &valley, &mut |_| true);
        assert_eq!(one, two);
    }

    #[test]
    fn a_search_ends_when_it_is_told_to_and_keeps_within_the_ranges() {
        let mut shown = 0;
        let inside = |values: &[f64]| {
            assert!((0.0..=1.0).contains(&values[0]) && (0.01..=100.0).contains(&values[1]));
            f64::NAN
        };
        let found = search(&knobs(), effort(10_000, 2), &inside, &mut |_| {
            shown += 1;
            shown < 3
        });
        assert_eq!(shown, 3);
        assert_eq!(found.loss, f64::MAX);
    }

    #[test]
    fn what_leaves_the_range_is_reflected_into_it() {
        let [share, scale] = knobs();
        assert!((share.value(1.2) - 0.8).abs() < 1e-12);
        assert!((share.value(-0.2) - 0.2).abs() < 1e-12);
        assert!((scale.value(scale.position(20.0)) - 20.0).abs() < 1e-9);
    }
}
