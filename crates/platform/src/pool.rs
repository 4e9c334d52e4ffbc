//! Many short linked lists in one array.
//!
//! Most users have no kept message and few ads or conversations. A `Vec` per user would cost 24 bytes for
//! each empty list and an allocation for each other; a list here costs 4 bytes and shares one allocation.

use chappe_base::prefetch;

/// The empty list, and the end of a list.
pub(crate) const NIL: u32 = u32::MAX;

/// An item and the index of the next item.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Slot<T> {
    item: T,
    next: u32,
}

/// The items of many lists. Freed slots are reused, the last freed first.
///
/// The owner of a list keeps the index of its first item, [`NIL`] if it is empty. A queue is a ring: its
/// owner keeps the index of the last item, whose `next` is the first.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    slots: Vec<Slot<T>>,
    free: u32,
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool {
            slots: Vec::new(),
            free: NIL,
        }
    }
}

impl<T: Copy> Pool<T> {
    /// Adds an item at the front of `list`.
    pub(crate) fn push(&mut self, list: &mut u32, item: T) {
        *list = self.place(Slot { item, next: *list });
    }

    /// Appends an item to the queue whose last item is `last`.
    pub(crate) fn append(&mut self, last: &mut u32, item: T) {
        let place = self.place(Slot { item, next: NIL });
        let first = if *last == NIL {
            place
        } else {
            std::mem::replace(&mut self.slots[*last as usize].next, place)
        };
        self.slots[place as usize].next = first;
        *last = place;
    }

    /// Whether `wanted` accepts any item of the queue whose last item is `last`.
    pub(crate) fn any_queued(&self, last: u32, mut wanted: impl FnMut(&T) -> bool) -> bool {
        let mut place = last;
        while place != NIL {
            let Slot { item, next } = &self.slots[place as usize];
            if wanted(item) {
                return true;
            }
            place = if *next == last { NIL } else { *next };
        }
        false
    }

    /// Removes the first item of the queue whose last item is `last`.
    pub(crate) fn take_first(&mut self, last: &mut u32) -> Option<T> {
        if *last == NIL {
            return None;
        }
        let first = self.slots[*last as usize].next;
        if first == *last {
            *last = NIL;
        } else {
            let second = self.slots[first as usize].next;
            self.slots[*last as usize].next = second;
            self.touch(second);
        }
        Some(self.release(first))
    }

    /// Removes the first item of `list` that `wanted` accepts.
    pub(crate) fn remove(&mut self, list: &mut u32, mut wanted: impl FnMut(&T) -> bool) -> Option<T> {
        let (mut before, mut place) = (NIL, *list);
        while place != NIL {
            let Slot { item, next } = self.slots[place as usize];
            if wanted(&item) {
                if before == NIL {
                    *list = next;
                } else {
                    self.slots[before as usize].next = next;
                }
                return Some(self.release(place));
            }
            (before, place) = (place, next);
        }
        None
    }

    /// The items of `list` with their indices, front first.
    pub(crate) fn iter(&self, list: u32) -> impl Iterator<Item = (u32, &T)> {
        let mut upcoming = list;
        std::iter::from_fn(move || {
            let place = upcoming;
            (place != NIL).then(|| {
                let Slot { item, next } = &self.slots[place as usize];
                upcoming = *next;
                (place, item)
            })
        })
    }

    /// The index after `place` in its list; [`NIL`] at the end.
    pub(crate) fn next(&self, place: u32) -> u32 {
        self.slots[place as usize].next
    }

    /// The item at an index from [`Pool::iter`].
    pub(crate) fn get_mut(&mut self, place: u32) -> &mut T {
        &mut self.slots[place as usize].item
    }

    /// The item at an index from [`Pool::iter`]; `None` at [`NIL`].
    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        debug_assert!(place == NIL || (place as usize) < self.slots.len());
        Some(&self.slots.get(place as usize)?.item)
    }

    /// Prefetches the front item of `list`. For an empty list it prefetches another item: a branch would cost
    /// more than a useless prefetch.
    #[inline]
    pub(crate) fn touch(&self, list: u32) {
        let last = self.slots.len().saturating_sub(1);
        if let Some(slot) = self.slots.get(last.min(list as usize)) {
            prefetch(&slot.item);
            prefetch(&slot.next);
        }
    }

    /// Memory of the array [bytes].
    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<T>>()
    }

    fn place(&mut self, slot: Slot<T>) -> u32 {
        if self.free == NIL {
            // Grow by an eighth: doubling would leave a third of the array empty on average.
            if self.slots.len() == self.slots.capacity() {
                self.slots.reserve_exact(self.slots.len() / 8 + 8);
            }
            self.slots.push(slot);
            u32::try_from(self.slots.len() - 1).expect("a shard holds fewer than 2^32 items of a kind")
        } else {
            let place = self.free;
            self.free = self.slots[place as usize].next;
            self.slots[place as usize] = slot;
            place
        }
    }

    fn release(&mut self, place: u32) -> T {
        let slot = &mut self.slots[place as usize];
        slot.next = self.free;
        self.free = place;
        slot.item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_keep_their_order_and_share_one_array() {
        let mut pool = Pool::default();
        let (mut even, mut odd) = (NIL, NIL);
        for n in 0..10 {
            pool.append(if n % 2 == 0 { &mut even } else { &mut odd }, n);
        }
        let mut drain = |last: &mut u32| std::iter::from_fn(|| pool.take_first(last)).collect::<Vec<_>>();
        assert_eq!(drain(&mut even), [0, 2, 4, 6, 8]);
        assert_eq!(drain(&mut odd), [1, 3, 5, 7, 9]);
        assert_eq!((even, odd), (NIL, NIL));
        pool.append(&mut even, 11);
        assert_eq!(pool.slots.len(), 10, "places are reused");
    }

    #[test]
    fn lists_lose_only_what_is_removed() {
        let mut pool = Pool::default();
        let mut list = NIL;
        (0..5).for_each(|n| pool.push(&mut list, n));
        assert_eq!(pool.remove(&mut list, |n| *n == 2), Some(2));
        assert_eq!(pool.remove(&mut list, |n| *n == 2), None);
        assert_eq!(pool.remove(&mut list, |n| *n == 4), Some(4));
        assert_eq!(pool.iter(list).map(|(_, n)| *n).collect::<Vec<_>>(), [3, 1, 0]);
    }
}
