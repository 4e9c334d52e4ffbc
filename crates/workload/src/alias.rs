//! Draws from a finite distribution in constant time.
//!
//! A sample takes one word of a keyed draw; `rand`'s weighted choice needs a generator and logarithmic time.

/// Walker's alias table, built by Vose's method ("A linear algorithm for generating random numbers
/// with a given distribution", 1991).
#[derive(Clone, Debug)]
pub(crate) struct AliasTable {
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    keep_below: u32,
    other: u32,
}

impl AliasTable {
    /// The distribution that gives each index its share of `weights`.
    ///
    /// # Panics
    /// If no weight is above zero. No weight may be negative.
    #[must_use]
    pub(crate) fn new(weights: &[f64]) -> AliasTable {
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0, "a law needs some weight");
        let count = weights.len();
        let mut mass: Vec<f64> = weights.iter().map(|w| w * count as f64 / total).collect();
        let mut cells: Vec<Cell> = (0..count as u32)
            .map(|other| Cell {
                keep_below: u32::MAX,
                other,
            })
            .collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..count).partition(|&i| mass[i] < 1.0);
        // What is left over by rounding keeps its whole cell, as initialised above.
        while let (Some(low), Some(&high)) = (small.pop(), large.last()) {
            cells[low] = Cell {
                keep_below: (mass[low] * u32::MAX as f64) as u32,
                other: high as u32,
            };
            mass[high] -= 1.0 - mass[low];
            if mass[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        AliasTable { cells }
    }

    /// Zipf's law over 0..`count`: the weight of index k is (k + 1) to the power −`exponent`.
    #[must_use]
    pub(crate) fn zipf(count: u32, exponent: f64) -> AliasTable {
        let weights: Vec<f64> = (1..=count)
            .map(|rank| libm::pow(rank as f64, -exponent))
            .collect();
        AliasTable::new(&weights)
    }

    /// The index that the uniform `word` selects.
    #[must_use]
    #[inline]
    pub(crate) fn sample(&self, word: u64) -> u32 {
        let index = (((word >> 32) * self.cells.len() as u64) >> 32) as u32;
        let cell = self.cells[index as usize];
        if (word as u32) < cell.keep_below {
            index
        } else {
            cell.other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Purpose};

    #[test]
    fn shares_are_the_weights() {
        let alias = AliasTable::zipf(50, 1.0);
        let keyed = Keyed::new(1, Purpose::Test);
        let count = 400_000u64;
        let mut hits = [0u32; 50];
        for i in 0..count {
            hits[alias.sample(keyed.word(i, 0)) as usize] += 1;
        }
        let norm: f64 = (1..=50).map(|k| 1.0 / k as f64).sum();
        for (k, hit) in hits.into_iter().enumerate() {
            let expected = count as f64 / norm / (k + 1) as f64;
            assert!((hit as f64 - expected).abs() < 5.0 * libm::sqrt(expected), "{k}");
        }
    }

    #[test]
    fn an_index_without_weight_is_never_drawn() {
        let alias = AliasTable::new(&[0.0, 3.0, 0.0, 1.0]);
        let keyed = Keyed::new(2, Purpose::Test);
        for i in 0..10_000 {
            assert!(alias.sample(keyed.word(i, 0)) % 2 == 1);
        }
    }
}
