//! A keyed permutation of 0..count, computed in both directions, so that an order of all users needs no
//! memory.
//!
//! `rand`'s shuffle would store the order, 4 bytes per user and circle.

use chappe_base::{Keyed, Purpose};

const ROUNDS: usize = 3;

/// A permutation of 0..count. Each round multiplies by an odd number modulo the next power of two and folds
/// the high bits onto the low ones; both are invertible. A value outside of the range is permuted again until
/// it is inside (cycle walking; Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permutation {
    count: u32,
    mask: u32,
    shift: u32,
    rounds: [Round; ROUNDS],
}

#[derive(Clone, Copy, Debug)]
struct Round {
    key: u32,
    multiplier: u32,
    inverse: u32,
}

impl Permutation {
    /// The `number`-th permutation of 0..`count` under `seed`.
    pub(crate) fn new(count: u32, seed: u64, number: u64) -> Permutation {
        let bits = 32 - count.saturating_sub(1).leading_zeros();
        let keyed = Keyed::new(seed, Purpose::FriendLevel);
        let round = |index: usize| {
            let word = keyed.word(number, index as u64);
            let multiplier = (word >> 32) as u32 | 1;
            Round {
                key: word as u32,
                multiplier,
                inverse: inverse(multiplier),
            }
        };
        Permutation {
            count,
            mask: ((1u64 << bits) - 1) as u32,
            shift: bits.div_ceil(2).max(1),
            rounds: std::array::from_fn(round),
        }
    }

    /// The image of `value`, which is below the count.
    #[inline]
    pub(crate) fn forward(&self, value: u32) -> u32 {
        debug_assert!(value < self.count);
        let mut x = value;
        loop {
            for round in &self.rounds {
                x = (x ^ round.key).wrapping_mul(round.multiplier) & self.mask;
                x ^= x >> self.shift;
            }
            if x < self.count {
                return x;
            }
        }
    }

    /// The value whose image is `value`, which is below the count.
    #[inline]
    pub(crate) fn backward(&self, value: u32) -> u32 {
        debug_assert!(value < self.count);
        let mut x = value;
        loop {
            for round in self.rounds.iter().rev() {
                x ^= x >> self.shift;
                x = (x.wrapping_mul(round.inverse) ^ round.key) & self.mask;
            }
            if x < self.count {
                return x;
            }
        }
    }
}

/// The inverse of an odd number modulo 2^32, by Newton's iteration. An odd number is its own inverse in the
/// lowest three bits, and each step doubles the correct bits.
fn inverse(odd: u32) -> u32 {
    (0..4).fold(odd, |x, _| x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_bijection_and_its_inverse_undoes_it() {
        for count in [1, 2, 3, 5, 8, 9, 100, 1_899, 65_536, 65_537] {
            let permutation = Permutation::new(count, 2016, count as u64);
            let mut seen = vec![false; count as usize];
            for value in 0..count {
                let image = permutation.forward(value);
                assert!(!std::mem::replace(&mut seen[image as usize], true));
                assert_eq!(permutation.backward(image), value);
            }
        }
    }

    #[test]
    fn neighbours_scatter() {
        let count = 200_000;
        let permutation = Permutation::new(count, 7, 0);
        let mut cells = [0u32; 16];
        for value in 0..count - 1 {
            let (a, b) = (permutation.forward(value), permutation.forward(value + 1));
            let gap = (b as u64 + count as u64 - a as u64) % count as u64;
            cells[(gap * 16 / count as u64) as usize] += 1;
        }
        let expected = (count - 1) as f64 / 16.0;
        for cell in cells {
            assert!((cell as f64 / expected - 1.0).abs() < 0.25, "{cells:?}");
        }
    }
}
