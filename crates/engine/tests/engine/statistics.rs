//! Intervals for the means of correlated observations, by the method of batch means.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Sums of `K` figures per batch of consecutive observations.
#[derive(Clone, Debug)]
pub(crate) struct Batches<const K: usize> {
    batch_size: u32,
    /// Observations to skip before the first batch.
    skip_count: u32,
    filled: u32,
    sums: [f64; K],
    /// Means of the full batches.
    pub(crate) means: Vec<[f64; K]>,
}

impl<const K: usize> Batches<K> {
    /// Batches that are long against the correlation of what is observed, after a warm-up.
    pub(crate) fn new(batch_size: u32, skip_count: u32) -> Batches<K> {
        Batches {
            batch_size,
            skip_count,
            filled: 0,
            sums: [0.0; K],
            means: Vec::new(),
        }
    }

    /// Adds one observation of each figure.
    pub(crate) fn observe(&mut self, figures: [f64; K]) {
        if self.skip_count > 0 {
            self.skip_count -= 1;
            return;
        }
        for (sum, figure) in self.sums.iter_mut().zip(figures) {
            *sum += figure;
        }
        self.filled += 1;
        if self.filled == self.batch_size {
            let mean = self.sums.map(|sum| sum / self.batch_size as f64);
            self.means.push(mean);
            (self.filled, self.sums) = (0, [0.0; K]);
        }
    }
}

/// A confidence interval: `mean` ± `half_width`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) mean: f64,
    pub(crate) half_width: f64,
}

impl Interval {
    /// Student's interval for the mean of independent batches, that misses it with probability
    /// `miss`.
    pub(crate) fn of_batches(means: &[f64], miss: f64) -> Interval {
        let count = means.len() as f64;
        let mean = means.iter().sum::<f64>() / count;
        let squares: f64 = means.iter().map(|x| (x - mean) * (x - mean)).sum();
        let error = libm::sqrt(squares / (count - 1.0) / count);
        let student = StudentsT::new(0.0, 1.0, count - 1.0).expect("at least two batches");
        Interval {
            mean,
            half_width: student.inverse_cdf(1.0 - miss / 2.0) * error,
        }
    }

    pub(crate) fn relative_half_width(self) -> f64 {
        self.half_width / self.mean.abs()
    }

    pub(crate) fn contains(self, truth: f64) -> bool {
        (self.mean - truth).abs() <= self.half_width
    }
}

#[test]
fn an_interval_is_students() {
    // Mean 3, standard deviation sqrt(2.5), 4 degrees of freedom: t(0.975) = 2.776445.
    let interval = Interval::of_batches(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.05);
    assert_eq!(interval.mean, 3.0);
    assert!((interval.half_width - 2.776_445 * libm::sqrt(0.5)).abs() < 1e-5);
    assert!(interval.contains(1.1) && !interval.contains(1.0));
}
