//! Draws of experiments, keyed like all others and apart from those of any run.

use chappe_base::philox2x64;

/// What a draw is for.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(crate) enum Use {
    /// Which value stands at a place of a bootstrap resample.
    Resample = 1,
    /// In which order the variants of a round run.
    Order,
}

/// The draws of one use under one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64, what: Use) -> Draws {
        // The second word is "experiment" cut to eight letters: runs key theirs by another word.
        Draws(philox2x64([what as u64, 0x6578_7065_7269_6d65], seed)[0])
    }

    /// A whole number from 0 to below `count`, all equally likely but for 2^-64 of `count`.
    pub(crate) fn below(self, count: usize, a: usize, b: usize) -> usize {
        let word = philox2x64([a as u64, b as u64], self.0)[0];
        ((word as u128 * count as u128) >> 64) as usize
    }
}
