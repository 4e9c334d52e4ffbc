//! The bucket that is being drained. Its events are put in order, and stay where they are.

use crate::pool::{Chain, Pool};
use crate::scheduled::Scheduled;
use chappe_base::{EventKey, SimTime};

/// The widest bucket [binary logarithm of ns]. A time within twice that must fit half a word.
pub(crate) const WIDTH_LOG2_MAX: u32 = 31;

/// The open bucket. Each of its events has a **word**: time since the start of the bucket in the upper half,
/// index in the pool in the lower half. Comparing words needs no access to the events, except for ties.
pub(crate) struct Bucket {
    start: u64,
    /// Words in the order of their events' keys. Those before `next` are drained.
    words: Vec<u64>,
    next: usize,
    /// Words before this index were returned by [`Bucket::peek_ahead`].
    peeked: usize,
    /// Events from before it was opened.
    in_time: Chain,
    /// Events that came later.
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

    /// Start time [ns].
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Opens the bucket that starts at `start` and has the events of `chain`, all within 2^`width_log2` ns.
    /// The open bucket must be drained. Returns the number of events.
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
        // Without an early exit, so that the compiler compares many pairs at a time.
        if words.windows(2).fold(false, |any, pair| any | are_tied(pair)) {
            order_ties(words, pool);
        }
        words.len()
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.next == self.words.len()
    }

    /// Time and index of the first event.
    #[inline]
    pub(crate) fn first(&self) -> Option<(SimTime, u32)> {
        let word = *self.words.get(self.next)?;
        Some((SimTime((self.start + (word >> 32)) as i64), word as u32))
    }

    /// Drains the first event.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.next += 1;
    }

    /// Indices of the next `count` events that were not returned before. `None` while more than `count` that
    /// were returned are not drained yet.
    #[inline]
    pub(crate) fn peek_ahead(&mut self, count: usize) -> Option<impl Iterator<Item = u32>> {
        if self.peeked > self.next + count {
            return None;
        }
        let from = self.peeked;
        self.peeked = self.words.len().min(from + count);
        Some(self.words[from..self.peeked].iter().map(|word| *word as u32))
    }

    /// Reserves the index for a late event with this key. Of the words before and after it, the fewer are
    /// moved. There is room in front, where words were drained, and most late events happen soon.
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

    /// Bytes held, without the pool.
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

/// Sorts words of the same time by their events' keys.
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

/// Sorts words by one counting pass over their top bits, then by insertion within equal top bits. The words of
/// a bucket are spread evenly enough for this to be faster than a comparison sort.
#[derive(Default)]
struct Sorter {
    scratch: Vec<u64>,
    /// For each value of the top bits, the index of its next word.
    places: Vec<u32>,
}

/// Fewer words than this are sorted by comparison.
const COUNTED_FROM: usize = 64;
/// With this many bits, the counters stay in the first-level cache.
const DIGIT_BITS_MAX: u32 = 12;
/// If more words than this have equal top bits, all are sorted by comparison: insertion would be slower.
const DIGIT_COUNT_MAX: u32 = 48;

impl Sorter {
    /// Sorts `words`. The upper half of each is less than 2^`width_log2`.
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

/// Sorts words that are all near their final places.
fn sort_by_insertion(words: &mut [u64]) {
    for index in 1..words.len() {
        let word = words[index];
        let mut place = index;
        while place > 0 && words[place - 1] > word {
            words[place] = words[place - 1];
            place -= 1;
        }
        words[place] = word;
    }
}
