//! Finds the values of parameters at which a loss is smallest, by trial: for a simulator, whose loss has
//! no derivative and some noise.
//!
//! The search is CMA-ES: generations of tries around a mean, with a covariance learnt from the losses. It is
//! written out here because the published crates bring a linear algebra library for matrices of 17 rows.

mod eigen;
mod evolution;
#[cfg(test)]
mod tests;

use chappe_base::{Keyed, Purpose};
use evolution::{Evolution, Point};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, thread};

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
    /// Tries at most; the start is always tried.
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

/// Standard deviation of the first tries around the start, as a share of a knob's range.
const FIRST_STEP: f64 = 0.15;
/// A search has converged when its tries differ by less, as a share of a knob's range.
const CONVERGED: f64 = 1e-10;

/// Looks for the values of `knobs` with the least `loss`, and tries the start first. After each generation
/// `go_on` is shown the best so far, and says whether to search on. What is found depends on the seed and the
/// number of tries, not on the threads. A loss that is no number counts as the largest.
///
/// # Panics
/// If there are no knobs, or `loss` panics.
pub fn search(
    knobs: &[Knob],
    effort: Effort,
    loss: &(dyn Fn(&[f64]) -> f64 + Sync),
    go_on: &mut dyn FnMut(&Found) -> bool,
) -> Found {
    assert!(!knobs.is_empty(), "there is something to turn");
    let values_at = |point: &[f64]| -> Vec<f64> {
        let turned = knobs.iter().zip(point);
        turned.map(|(knob, position)| knob.value(*position)).collect()
    };
    let loss_at = |values: &[f64]| {
        let loss = loss(values);
        if loss.is_finite() { loss } else { f64::MAX }
    };
    let start: Point = knobs.iter().map(|knob| knob.position(knob.start)).collect();
    let values = values_at(&start);
    let mut found = Found {
        loss: loss_at(&values),
        values,
        tries: 1,
    };
    let draws = Keyed::new(effort.seed, Purpose::Search).stream(0, 0);
    let mut evolution = Evolution::new(start, FIRST_STEP, draws);
    while go_on(&found) && found.tries < effort.tries && evolution.spread() > CONVERGED {
        let count = evolution.generation_size().min(effort.tries - found.tries);
        let mut steps = evolution.draw_steps(count);
        found.tries += count;
        let is_last = found.tries == effort.tries;
        if is_last && let Some(step) = steps.last_mut() {
            // The mean is often better than any point drawn around it, and nothing else would try it.
            step.fill(0.0);
        }
        let tried: Vec<Vec<f64>> = steps
            .iter()
            .map(|step| values_at(&evolution.point(step)))
            .collect();
        let losses = in_parallel(effort.threads, &tried, &loss_at);
        let mut ranked: Vec<(f64, Point)> = losses.iter().copied().zip(steps).collect();
        for (values, loss) in tried.into_iter().zip(losses) {
            if loss < found.loss {
                found = Found {
                    values,
                    loss,
                    ..found
                };
            }
        }
        if !is_last {
            ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let ranked: Vec<Point> = ranked.into_iter().map(|(_, step)| step).collect();
            evolution.advance(&ranked);
        }
    }
    found
}

/// The loss of each, in order.
fn in_parallel(threads: usize, tried: &[Vec<f64>], loss: &(dyn Fn(&[f64]) -> f64 + Sync)) -> Vec<f64> {
    let next = AtomicUsize::new(0);
    let mut losses = vec![f64::MAX; tried.len()];
    thread::scope(|scope| {
        let one_after_another = || {
            let mine = iter::from_fn(|| {
                let at = next.fetch_add(1, Ordering::Relaxed);
                tried.get(at).map(|values| (at, loss(values)))
            });
            mine.collect::<Vec<_>>()
        };
        // This thread is one of them. If the system refuses another, there are fewer.
        let start = |_| thread::Builder::new().spawn_scoped(scope, one_after_another).ok();
        let workers: Vec<_> = (1..threads.clamp(1, tried.len())).filter_map(start).collect();
        let mut found = one_after_another();
        for worker in workers {
            found.extend(worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        for (at, loss) in found {
            losses[at] = loss;
        }
    });
    losses
}
