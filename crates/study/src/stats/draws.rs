//! Random draws of studies. They have keys of their own, so that a study that draws more does not change what
//! happens in its runs.

use chappe_base::philox2x64;

/// What a draw is for.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Use {
    /// Which value stands at a place of a bootstrap resample.
    Resample = 1,
    /// In which order the variants of a round run.
    Order,
    /// The seed of a replication.
    Replication,
    /// In which order a key takes its values over the points of a design.
    Stratum,
    /// Where within its stratum a point lies.
    Jitter,
    /// In which order the values of a series might have come as well.
    Permutation,
}

/// The draws of one use under one seed.
#[derive(Clone, Copy, Debug)]
pub struct Draws(u64);

impl Draws {
    /// The draws of one use under a seed.
    #[must_use]
    pub fn new(seed: u64, what: Use) -> Draws {
        // The second word is "experiment" cut to eight letters: runs key theirs by another word.
        Draws(philox2x64([what as u64, 0x6578_7065_7269_6d65], seed)[0])
    }

    /// A uniform word.
    pub(crate) fn word(self, a: u64, b: u64) -> u64 {
        philox2x64([a, b], self.0)[0]
    }

    /// A number in [0, 1).
    pub(crate) fn unit(self, a: usize, b: usize) -> f64 {
        (self.word(a as u64, b as u64) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number from 0 to below `count`, all equally likely but for 2^-64 of `count`.
    pub(crate) fn below(self, count: usize, a: usize, b: usize) -> usize {
        let word = self.word(a as u64, b as u64);
        ((word as u128 * count as u128) >> 64) as usize
    }

    /// The numbers below `count` in random order, by the shuffle of Fisher and Yates.
    #[must_use]
    pub fn shuffled(self, count: usize, occasion: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1, occasion, last));
        }
        order
    }
}
