//! A hash map whose hasher has no random state, so that two runs behave alike.
//!
//! The iteration order is the same in every run, but has no meaning: sort before output depends on it.

use crate::digest::{fold, words};
use std::hash::{BuildHasherDefault, Hasher};

/// [`hashbrown::HashMap`] with a hasher that is the same in every run.
pub type Map<K, V> = hashbrown::HashMap<K, V, BuildHasherDefault<FixedHasher>>;
/// [`hashbrown::HashSet`] with a hasher that is the same in every run.
pub type Set<K> = hashbrown::HashSet<K, BuildHasherDefault<FixedHasher>>;

/// A hasher by folded multiplication, word by word. Fast, and not safe against keys chosen by an attacker.
#[derive(Clone, Copy, Default)]
pub struct FixedHasher(u64);

impl Hasher for FixedHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        words(bytes).for_each(|word| self.write_u64(word));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0x9e37_79b9_7f4a_7c15);
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

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
