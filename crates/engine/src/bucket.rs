//! The bucket that is being drained: its events in order, while they stay where they are.

use crate::calendar::Scheduled;
use crate::pool::{Chain, Pool};
use chappe_base::{EventKey, SimTime};

/// The longest bucket, as a binary logarithm [ns]: time within two of them must fit half a word.
pub(crate) const WIDTH_LOG2_MAX: u32 = 31;

/// The open bucket. Each of its events has a **word**: time since the start of the bucket in the
/// upper half, place in the pool in the lower.
pub(crate) struct Bucket {
    start: u64,
    /// Words, from `next` on in the order of their events' keys; those before it are drained.
    words: Vec<u64>,
    next: usize,
    /// Words up to here were looked at ahead of time.
    peeked: usize,
    /// What was there when it was opened.
    in_time: Chain,
    /// What came later.
    late: Chain,
    sorter: Sorter,
}

impl Bucket {
    pub(crate) fn new() -> Bucket {
        Bucket {
            start: 0,
            words: Vec::new(),
            next: 0,
            peeked: 0,
            in_time: Chain::EMPTY,
            late: Chain::EMPTY,
            sorter: Sorter::default(),
        }
    }

    /// When it starts [ns].
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Opens the bucket at `start` that holds `chain`, all within 2^`width_log2` ns; the one before must
    /// be drained. Returns how many events it has.
    pub(crate) fn open<E: Copy + Default>(
        &mut self,
        pool: &mut Pool<Scheduled<E>>,
        chain: Chain,
        start: u64,
        width_log2: u32,
    ) -> usize {
        debug_assert!(self.is_drained() && width_log2 <= WIDTH_LOG2_MAX + 1);
        pool.release(std::mem::replace(&mut self.in_time, chain));
        pool.release(std::mem::replace(&mut self.late, Chain::EMPTY));
        (self.start, self.next, self.peeked) = (start, 0, 0);
        let words = &mut self.words;
        words.clear();
        pool.for_each_chunk(chain, |first, events| {
            let word = |(index, event): (u32, &Scheduled<E>)| {
                (event.key.time().0 as u64 - start) << 32 | u64::from(index)
            };
            words.extend((first..).zip(events).map(word));
        });
        self.sorter.sort(words, width_log2);
        // Looks at all of them, without a way out: many at a time.
        if words.windows(2).fold(false, |any, pair| any | are_tied(pair)) {
            order_ties(words, pool);
        }
        words.len()
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.next == self.words.len()
    }

    /// When the first event is, and its place in the pool.
    #[inline]
    pub(crate) fn first(&self) -> Option<(SimTime, u32)> {
        let word = *self.words.get(self.next)?;
        Some((SimTime((self.start + (word >> 32)) as i64), word as u32))
    }

    /// Passes over the first event.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.next += 1;
    }

    /// Places in the pool of the next `count` events to look at ahead of time; nothing as long as so many
    /// that were looked at are still to come.
    #[inline]
    pub(crate) fn peek_ahead(&mut self, count: usize) -> Option<impl Iterator<Item = u32>> {
        if self.peeked > self.next + count {
            return None;
        }
        let from = self.peeked;
        self.peeked = self.words.len().min(from + count);
        Some(self.words[from..self.peeked].iter().map(|word| *word as u32))
    }

    /// Adds a place for an event of `key` that belongs here. Words give way on the shorter side: what is
    /// drained has left room, and most that come late come soon.
    pub(crate) fn add<E: Copy + Default>(&mut self, pool: &mut Pool<Scheduled<E>>, key: EventKey) -> u32 {
        let offset = key.time().0 as u64 - self.start;
        debug_assert!(offset >> 32 == 0);
        let waiting = &self.words[self.next..];
        let place = waiting.partition_point(|&word| {
            let other = word >> 32;
            other < offset || (other == offset && pool.get(word as u32).key < key)
        });
        let is_shorter_ahead = place <= waiting.len() / 2;
        let index = pool.add(&mut self.late);
        let word = offset << 32 | u64::from(index);
        if self.next > 0 && is_shorter_ahead {
            let moved = self.next..self.next + place;
            self.next -= 1;
            self.words.copy_within(moved, self.next);
            self.words[self.next + place] = word;
        } else {
            self.words.insert(self.next + place, word);
        }
        index
    }

    /// Bytes held beside the pool.
    pub(crate) fn bytes(&self) -> usize {
        (self.words.capacity() + self.sorter.scratch.capacity()) * size_of::<u64>()
            + self.sorter.places.capacity() * size_of::<u32>()
    }
}

/// Whether the events of two words happen at the same time.
#[inline]
fn are_tied(pair: &[u64]) -> bool {
    (pair[0] ^ pair[1]) >> 32 == 0
}

/// Puts those words in order whose events happen at the same time.
#[inline(never)]
fn order_ties<E: Copy + Default>(words: &mut [u64], pool: &Pool<Scheduled<E>>) {
    let mut from = 0;
    while let Some(next) = words[from..].windows(2).position(are_tied) {
        let start = from + next;
        let others = words[start + 1..].iter();
        let end = start
            + 1
            + others
                .take_while(|word| (*word ^ words[start]) >> 32 == 0)
                .count();
        words[start..end].sort_unstable_by_key(|word| pool.get(*word as u32).key);
        from = end;
    }
}

/// Sorts words by one counting pass over their top bits, and by insertion what is left to do.
#[derive(Default)]
struct Sorter {
    scratch: Vec<u64>,
    /// For each value of the top bits, where its next word goes.
    places: Vec<u32>,
}

/// Fewer words are sorted by comparison alone.
const COUNTED_FROM: usize = 64;
/// Counters that stay in the first-level cache.
const DIGIT_BITS_MAX: u32 = 12;
/// With more words than this of one digit, comparison sorts better than insertion.
const DIGIT_COUNT_MAX: u32 = 48;

impl Sorter {
    /// Sorts `words`, the upper half of each being less than 2^`width_log2`.
    fn sort(&mut self, words: &mut Vec<u64>, width_log2: u32) {
        if words.len() < COUNTED_FROM {
            return words.sort_unstable();
        }
        let digit_bits = words.len().ilog2().min(DIGIT_BITS_MAX).min(width_log2);
        let shift = 32 + width_log2 - digit_bits;
        self.places.clear();
        self.places.resize(1 << digit_bits, 0);
        for word in &*words {
            self.places[(word >> shift) as usize] += 1;
        }
        let (mut next, mut digit_count_max) = (0, 0);
        for place in &mut self.places {
            let count = std::mem::replace(place, next);
            next += count;
            digit_count_max = digit_count_max.max(count);
        }
        if digit_count_max > DIGIT_COUNT_MAX {
            return words.sort_unstable();
        }
        self.scratch.resize(words.len(), 0);
        for word in &*words {
            let place = &mut self.places[(word >> shift) as usize];
            self.scratch[*place as usize] = *word;
            *place += 1;
        }
        std::mem::swap(words, &mut self.scratch);
        sort_by_insertion(words);
    }
}

/// Sorts words of which none is far from its place.
fn sort_by_insertion(words: &mut [u64]) {
    for at in 1..words.len() {
        let word = words[at];
        let mut place = at;
        while place > 0 && words[place - 1] > word {
            words[place] = words[place - 1];
            place -= 1;
        }
        words[place] = word;
    }
}
