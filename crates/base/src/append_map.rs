//! A hash map from which nothing is removed, and which wastes little memory.
//!
//! A hash table doubles when it is full, so it is half empty on average. Here only the table of 5-byte
//! positions doubles; the records are in a list that grows by an eighth. With ten million users this saves
//! 0.4 GB.

use crate::map::FixedHasher;
use hashbrown::HashTable;
use std::hash::{BuildHasher, BuildHasherDefault, Hash};

/// A map from which nothing is removed. Records are in the order of their insertion.
#[derive(Debug)]
pub struct AppendMap<K, V> {
    records: Vec<(K, V)>,
    places: HashTable<u32>,
}

impl<K, V> Default for AppendMap<K, V> {
    fn default() -> AppendMap<K, V> {
        AppendMap {
            records: Vec::new(),
            places: HashTable::new(),
        }
    }
}

fn hash(key: &impl Hash) -> u64 {
    BuildHasherDefault::<FixedHasher>::default().hash_one(key)
}

impl<K: Copy + Eq + Hash, V: Default> AppendMap<K, V> {
    /// The record of `key`, if there is one.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        let place = self.place(key)?;
        Some(&self.records[place].1)
    }

    /// The record of `key`, if there is one, for changes.
    #[must_use]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key)?;
        Some(&mut self.records[place].1)
    }

    /// The record of `key`. Inserts the default if there is none.
    ///
    /// # Panics
    /// If there are more than 2^32 records.
    pub fn get_or_insert(&mut self, key: K) -> &mut V {
        let place = self.place(&key).unwrap_or_else(|| self.push(key));
        &mut self.records[place].1
    }

    /// Bytes held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<(K, V)>() + self.places.allocation_size()
    }

    fn place(&self, key: &K) -> Option<usize> {
        let is_it = |place: &u32| self.records[*place as usize].0 == *key;
        let place = self.places.find(hash(key), is_it)?;
        Some(*place as usize)
    }

    #[cold]
    fn push(&mut self, key: K) -> usize {
        let place = self.records.len();
        if place == self.records.capacity() {
            // By an eighth and not by doubling: memory for records is what this map saves.
            self.records.reserve_exact(place / 8 + 8);
        }
        self.records.push((key, V::default()));
        let number = u32::try_from(place).expect("there are fewer than 2^32 records");
        let rehash = |place: &u32| hash(&self.records[*place as usize].0);
        self.places.insert_unique(hash(&key), number, rehash);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Keyed, Map, Purpose};
    use rand::RngExt;

    #[test]
    fn agrees_with_a_map() {
        let mut draws = Keyed::new(7, Purpose::Test).stream(0, 0);
        let (mut records, mut map) = (AppendMap::<u32, u32>::default(), Map::<u32, u32>::default());
        for _ in 0..20_000 {
            let key = draws.random_range(0..3_000);
            assert_eq!(records.get(&key), map.get(&key));
            *records.get_or_insert(key) += 1;
            *map.entry(key).or_default() += 1;
            for value in [records.get_mut(&key), map.get_mut(&key)] {
                let value = value.unwrap();
                *value = (*value * 3) % 1_009;
            }
        }
        for key in 0..4_000 {
            assert_eq!(records.get(&key), map.get(&key));
        }
    }

    #[test]
    fn takes_little_more_than_what_it_holds() {
        let mut records = AppendMap::<u64, [u32; 6]>::default();
        for key in 0..100_000 {
            records.get_or_insert(key);
            let held = (key as usize + 1) * size_of::<(u64, [u32; 6])>();
            assert!(
                key < 1_000 || records.bytes() < held * 3 / 2,
                "{} for {held}",
                records.bytes()
            );
        }
    }
}
