//! A chained digest of facts: two runs with equal digests had the same facts in the same order.

use std::hash::{Hash, Hasher};

/// The two halves of the 128-bit product, folded together.
#[inline]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128).wrapping_mul(b as u128);
    (product >> 64) as u64 ^ product as u64
}

/// `bytes` as words of eight bytes; the last word is padded with zeros.
#[inline]
pub(crate) fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    })
}

/// A hash whose value depends on everything pushed so far, in order. It is not cryptographic: it finds
/// differences but does not stop a forger.
///
/// Words go alternately into two lanes, so that two multiplications overlap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest {
    next: u64,
    last: u64,
}

impl Default for Digest {
    fn default() -> Digest {
        Digest {
            // Digits of pi. Lanes of zero would not notice leading zeros.
            next: 0x243f_6a88_85a3_08d3,
            last: 0xbe54_66cf_34e9_0c6c,
        }
    }
}

impl Digest {
    /// Adds a value.
    #[inline]
    pub fn push<T: Hash>(&mut self, value: &T) {
        value.hash(self);
    }

    /// The digest of everything pushed so far.
    #[must_use]
    pub fn value(self) -> u64 {
        let half = fold(self.next ^ 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d1);
        fold(self.last ^ half, 0xc0ac_29b7_c97c_50dd)
    }
}

impl Hasher for Digest {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        words(bytes).for_each(|word| self.write_u64(word));
    }

    // A multiplication by an odd constant is a bijection, so every word changes the state. The rotation moves
    // the well-mixed high bits of the product to the low end.
    #[inline]
    fn write_u64(&mut self, word: u64) {
        let absorbed = self.next ^ word;
        self.next = self.last.wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(29);
        self.last = absorbed;
    }

    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.write_u64(word as u64);
    }

    #[inline]
    fn write_u16(&mut self, word: u16) {
        self.write_u64(word as u64);
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word as u64);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(words: &[u64]) -> u64 {
        let mut chain = Digest::default();
        words.iter().for_each(|word| chain.push(word));
        chain.value()
    }

    #[test]
    fn order_and_every_bit_count() {
        assert_ne!(digest(&[1, 2]), digest(&[2, 1]));
        assert_ne!(digest(&[]), digest(&[0]));
        let base = digest(&[7, 7, 7]);
        for bit in 0..64 {
            assert_ne!(base, digest(&[7 ^ 1 << bit, 7, 7]));
            assert_ne!(base, digest(&[7, 7, 7 ^ 1 << bit]));
        }
    }
}
