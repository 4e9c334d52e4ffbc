//! One run of CMA-ES with negative weights, in the notation and with the default constants of N. Hansen,
//! "The CMA evolution strategy: a tutorial" (arXiv:1604.00772, 2016), table 1 and figure 6.

use super::eigen::{Matrix, decompose, identity};
use chappe_base::Stream;
use rand::{Rng, RngExt};

/// A point, or a step from one, with a number for each dimension.
pub(super) type Point = Vec<f64>;

/// The constants of a search in so many dimensions.
struct Constants {
    /// Weight of the step that ranked at this place; those of the worse half are negative.
    weights: Vec<f64>,
    /// How many equally weighted steps the positive weights are worth.
    effective: f64,
    /// How fast the path of the step size forgets.
    size_memory: f64,
    /// How fast the step size follows its path.
    size_damping: f64,
    /// How fast the path of the covariance forgets.
    path_memory: f64,
    /// What the path adds to the covariance.
    path_rate: f64,
    /// What the steps of a generation add to the covariance.
    steps_rate: f64,
    /// Expected length of a standard normal vector.
    normal_length: f64,
}

impl Constants {
    fn new(dimensions: usize) -> Constants {
        let n = dimensions as f64;
        let count = 4 + (3.0 * libm::log(n)) as usize;
        let raw: Vec<f64> = (1..=count)
            .map(|rank| libm::log((count as f64 + 1.0) / 2.0) - libm::log(rank as f64))
            .collect();
        let (best, rest) = raw.split_at(count / 2);
        let effective = effective_count(best);
        let path_rate = 2.0 / ((n + 1.3) * (n + 1.3) + effective);
        let steps_rate =
            2.0 * (0.25 + effective + 1.0 / effective - 2.0) / ((n + 2.0) * (n + 2.0) + effective);
        let steps_rate = steps_rate.min(1.0 - path_rate);
        // The last bound keeps the covariance positive definite.
        let negative = (1.0 + path_rate / steps_rate)
            .min(1.0 + 2.0 * effective_count(rest) / (effective + 2.0))
            .min((1.0 - path_rate - steps_rate) / (n * steps_rate));
        let positive_sum: f64 = raw.iter().filter(|weight| **weight > 0.0).sum();
        let negative_sum: f64 = raw.iter().filter(|weight| **weight < 0.0).sum();
        let scaled = |weight: f64| {
            if weight > 0.0 {
                weight / positive_sum
            } else {
                -negative * weight / negative_sum
            }
        };
        let size_memory = (effective + 2.0) / (n + effective + 5.0);
        Constants {
            weights: raw.into_iter().map(scaled).collect(),
            effective,
            size_memory,
            size_damping: 1.0 + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + size_memory,
            path_memory: (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n),
            path_rate,
            steps_rate,
            normal_length: n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        }
    }
}

/// How many equal weights vary as little as these.
fn effective_count(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    sum * sum / weights.iter().map(|weight| weight * weight).sum::<f64>()
}

/// A normal distribution of points that moves to where the loss is small.
pub(super) struct Evolution {
    constants: Constants,
    draws: Stream,
    mean: Point,
    /// Standard deviation of a step, which the covariance shapes.
    size: f64,
    covariance: Matrix,
    /// Square roots of the covariance's eigenvalues.
    lengths: Vec<f64>,
    /// The covariance's eigenvectors, each a row.
    axes: Matrix,
    size_path: Point,
    path: Point,
    generation: i32,
}

impl Evolution {
    /// A distribution around `start` with standard deviation `size` along each dimension.
    pub(super) fn new(start: Point, size: f64, draws: Stream) -> Evolution {
        let dimensions = start.len();
        let identity = identity(dimensions);
        Evolution {
            constants: Constants::new(dimensions),
            draws,
            mean: start,
            size,
            covariance: identity.clone(),
            lengths: vec![1.0; dimensions],
            axes: identity,
            size_path: vec![0.0; dimensions],
            path: vec![0.0; dimensions],
            generation: 0,
        }
    }

    /// How many steps make a generation.
    pub(super) fn generation_size(&self) -> usize {
        self.constants.weights.len()
    }

    /// The largest standard deviation in any direction.
    pub(super) fn spread(&self) -> f64 {
        self.size * self.lengths.iter().copied().fold(0.0, f64::max)
    }

    /// The first steps of a generation, drawn from the distribution. Before the covariance shapes them they are
    /// at right angles to each other, as many as there are dimensions: none repeats what another tells (Wang,
    /// Emmerich and Bäck, "Mirrored orthogonal sampling with pairwise selection", 2014).
    pub(super) fn draw_steps(&mut self, count: usize) -> Vec<Point> {
        let dimensions = self.mean.len();
        let mut whites: Vec<Point> = Vec::with_capacity(count);
        for at in 0..count {
            let mut white = normals(&mut self.draws, dimensions);
            let length = dot(&white, &white).sqrt();
            for earlier in &whites[at / dimensions * dimensions..] {
                let share = dot(&white, earlier) / dot(earlier, earlier);
                add(&mut white, -share, earlier);
            }
            let left = dot(&white, &white).sqrt().max(f64::MIN_POSITIVE);
            whites.push(white.iter().map(|part| part * length / left).collect());
        }
        let stretched = |white: &Point| -> Vec<f64> {
            let parts = white.iter().zip(&self.lengths);
            parts.map(|(part, length)| part * length).collect()
        };
        whites
            .iter()
            .map(|white| combine(&self.axes, &stretched(white)))
            .collect()
    }

    /// Where a step leads.
    pub(super) fn point(&self, step: &[f64]) -> Point {
        let moved = self.mean.iter().zip(step);
        moved.map(|(mean, step)| mean + self.size * step).collect()
    }

    /// Moves the distribution after a whole generation, given as its steps from the best to the worst.
    pub(super) fn advance(&mut self, ranked: &[Point]) {
        let mut drift = vec![0.0; self.mean.len()];
        let better = |(_, weight): &(&Point, &f64)| **weight > 0.0;
        for (step, weight) in ranked.iter().zip(&self.constants.weights).filter(better) {
            add(&mut drift, *weight, step);
        }
        add(&mut self.mean, self.size, &drift);
        self.generation += 1;
        let is_settled = self.adapt_size(&drift);
        self.adapt_covariance(ranked, &drift, is_settled);
        let (values, axes) = decompose(self.covariance.clone());
        self.lengths = values.iter().map(|value| value.max(0.0).sqrt()).collect();
        self.axes = axes;
    }

    /// Steps grow where drifts point the same way, and shrink where they take each other back. Whether the path
    /// is so short that the size doesn't lag far behind.
    fn adapt_size(&mut self, drift: &[f64]) -> bool {
        let white = self.whiten(drift);
        let constants = &self.constants;
        let memory = constants.size_memory;
        let gain = (memory * (2.0 - memory) * constants.effective).sqrt();
        fade(&mut self.size_path, 1.0 - memory, gain, &white);
        let length = dot(&self.size_path, &self.size_path).sqrt() / constants.normal_length;
        let growth = memory / constants.size_damping * (length - 1.0);
        self.size *= libm::exp(growth.min(1.0));
        let begun = (1.0 - libm::pow(1.0 - memory, f64::from(2 * self.generation))).sqrt();
        length / begun < 1.4 + 2.0 / (self.mean.len() as f64 + 1.0)
    }

    /// Makes steps likelier that are like the good ones and the path, and those less so that are like the bad.
    fn adapt_covariance(&mut self, ranked: &[Point], drift: &[f64], is_settled: bool) {
        let constants = &self.constants;
        let dimensions = self.mean.len();
        let memory = constants.path_memory;
        let spread = memory * (2.0 - memory);
        // While the size lags behind, the path would stretch the covariance too far.
        let (gain, missing) = if is_settled {
            ((spread * constants.effective).sqrt(), 0.0)
        } else {
            (0.0, constants.path_rate * spread)
        };
        fade(&mut self.path, 1.0 - memory, gain, drift);
        let weight_sum: f64 = constants.weights.iter().sum();
        let kept = 1.0 + missing - constants.path_rate - constants.steps_rate * weight_sum;
        let weights = ranked.iter().zip(&constants.weights).map(|(step, weight)| {
            if *weight > 0.0 {
                return constants.steps_rate * weight;
            }
            // A long bad step must not turn the covariance negative.
            let white = self.whiten(step);
            constants.steps_rate * weight * dimensions as f64 / dot(&white, &white).max(f64::MIN_POSITIVE)
        });
        let weights: Vec<f64> = weights.collect();
        for row in 0..dimensions {
            for column in 0..=row {
                let steps = ranked.iter().zip(&weights);
                let of_steps = steps.map(|(step, weight)| weight * step[row] * step[column]);
                let of_path = constants.path_rate * self.path[row] * self.path[column];
                let entry = kept * self.covariance[row][column] + of_path + of_steps.sum::<f64>();
                self.covariance[row][column] = entry;
                self.covariance[column][row] = entry;
            }
        }
    }

    /// A step as it would be if the covariance were the identity.
    fn whiten(&self, step: &[f64]) -> Point {
        let along: Vec<f64> = self
            .axes
            .iter()
            .zip(&self.lengths)
            .map(|(axis, length)| dot(axis, step) / length.max(f64::MIN_POSITIVE))
            .collect();
        combine(&self.axes, &along)
    }
}

/// The sum of the rows, each times its factor.
fn combine(rows: &Matrix, factors: &[f64]) -> Point {
    let mut sum = vec![0.0; factors.len()];
    for (row, factor) in rows.iter().zip(factors) {
        add(&mut sum, *factor, row);
    }
    sum
}

fn add(sum: &mut [f64], factor: f64, addend: &[f64]) {
    for (sum, addend) in sum.iter_mut().zip(addend) {
        *sum += factor * addend;
    }
}

fn fade(path: &mut [f64], kept: f64, gain: f64, addend: &[f64]) {
    for (path, addend) in path.iter_mut().zip(addend) {
        *path = kept * *path + gain * addend;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Standard normal numbers by the transform of Box and Muller.
fn normals(draws: &mut impl Rng, count: usize) -> Vec<f64> {
    let mut normals = Vec::with_capacity(count + 1);
    while normals.len() < count {
        // 1 − [0, 1) is never 0.
        let radius = (-2.0 * libm::log(1.0 - draws.random::<f64>())).sqrt();
        let (sin, cos) = libm::sincos(std::f64::consts::TAU * draws.random::<f64>());
        normals.extend([radius * cos, radius * sin]);
    }
    normals.truncate(count);
    normals
}
