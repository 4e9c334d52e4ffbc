//! One ring of the calendar: slots of equal width, used in turn as time advances.

use crate::pool::Chain;

/// A slot of one ring covers 2^`STEP` slots of the ring below.
pub(crate) const STEP: u32 = 10;
/// Slots of a ring: as much time as four slots of the ring above.
pub(crate) const SLOTS: usize = 4 << STEP;

/// One ring of slots.
pub(crate) struct Ring {
    slots: Box<[Chain; SLOTS]>,
    /// One bit for each slot, set if it has events: finding the next one then reads few cache lines.
    used: Box<[u64; SLOTS / 64]>,
    used_count: u32,
    /// Width of a slot [binary logarithm of ns].
    pub(crate) shift: u32,
    /// The first slot whose events are still in the ring above.
    pub(crate) limit: u64,
}

impl Ring {
    /// Rings over buckets of 2^`width_log2` ns that start at `position` [ns].
    pub(crate) fn hierarchy(width_log2: u32, position: u64) -> Vec<Ring> {
        let mut rings = Vec::new();
        let mut shift = width_log2;
        loop {
            let highest = shift + STEP + 2 >= u64::BITS - 1;
            let above = shift + STEP;
            rings.push(Ring {
                slots: Box::new([Chain::EMPTY; SLOTS]),
                used: Box::new([0; SLOTS / 64]),
                used_count: 0,
                shift,
                limit: if highest {
                    u64::MAX
                } else {
                    ((position >> above) + 4) << STEP
                },
            });
            if highest {
                return rings;
            }
            shift = above;
        }
    }

    /// The chain of a slot, to which the caller adds an event.
    #[inline]
    pub(crate) fn chain_mut(&mut self, slot: u64) -> &mut Chain {
        let place = slot as usize % SLOTS;
        let chain = &mut self.slots[place];
        // An empty chain also counts as full, and most chains are not full: one comparison is enough.
        if chain.is_full() && chain.is_empty() {
            self.used[place / 64] |= 1 << (place % 64);
            self.used_count += 1;
        }
        chain
    }

    pub(crate) fn chain(&self, slot: u64) -> Chain {
        self.slots[slot as usize % SLOTS]
    }

    pub(crate) fn holds(&self, slot: u64) -> bool {
        !self.chain(slot).is_empty()
    }

    pub(crate) fn take(&mut self, slot: u64) -> Chain {
        let place = slot as usize % SLOTS;
        self.used[place / 64] &= !(1 << (place % 64));
        self.used_count -= 1;
        std::mem::replace(&mut self.slots[place], Chain::EMPTY)
    }

    /// The first slot in use at or after `from`. All slots in use must lie within one round from there.
    pub(crate) fn first_from(&self, from: u64) -> Option<u64> {
        if self.used_count == 0 {
            return None;
        }
        let start = from as usize % SLOTS;
        let ahead = self.used[start / 64] >> (start % 64);
        if ahead != 0 {
            return Some(from + ahead.trailing_zeros() as u64);
        }
        let words = self.used.len();
        (1..=words).find_map(|step| {
            let word = self.used[(start / 64 + step) % words];
            let distance = (step * 64 - start % 64) as u64 + word.trailing_zeros() as u64;
            (word != 0).then_some(from + distance)
        })
    }
}
