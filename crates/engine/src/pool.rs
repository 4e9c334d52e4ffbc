//! Chains of fixed-size chunks from one pool.
//!
//! The chunk given back last is handed out first, so what is pending stays compact in memory.

/// Items in a chunk.
const CHUNK: u32 = 16;

/// Many growing lists of items, in one stretch of memory.
pub(crate) struct Pool<T> {
    /// Chunk `c` is items `c * CHUNK` and on.
    items: Vec<T>,
    /// For each chunk, the one filled before it in its chain, if it isn't the first.
    before: Vec<u32>,
    free: Vec<u32>,
}

/// One list in a [`Pool`]: its latest chunk and how far that is filled. Only the pool that made
/// it can read it.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    chunk: u32,
    fill: u32,
}

impl Chain {
    /// No items.
    pub(crate) const EMPTY: Chain = Chain {
        chunk: NONE,
        fill: CHUNK,
    };

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.chunk == NONE
    }
}

/// No chunk.
const NONE: u32 = u32::MAX;

impl<T: Copy> Pool<T> {
    pub(crate) fn new() -> Pool<T> {
        Pool {
            items: Vec::new(),
            before: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Adds an item at the end of `chain`.
    #[inline]
    pub(crate) fn push(&mut self, chain: &mut Chain, item: T) {
        if chain.fill == CHUNK {
            let chunk = self.free.pop().unwrap_or_else(|| self.grow(item));
            self.before[chunk as usize] = chain.chunk;
            *chain = Chain { chunk, fill: 0 };
        }
        self.items[(chain.chunk * CHUNK + chain.fill) as usize] = item;
        chain.fill += 1;
    }

    /// Removes the item at the end of `chain`.
    pub(crate) fn pop(&mut self, chain: &mut Chain) -> Option<T> {
        if chain.is_empty() {
            return None;
        }
        chain.fill -= 1;
        let item = self.items[(chain.chunk * CHUNK + chain.fill) as usize];
        if chain.fill == 0 {
            self.free.push(chain.chunk);
            *chain = Chain {
                chunk: self.before[chain.chunk as usize],
                fill: CHUNK,
            };
        }
        Some(item)
    }

    /// The item at `index`, as told by [`Pool::for_each`].
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &T {
        &self.items[index as usize]
    }

    /// Visits the items of `chain` with their indices, in no order of meaning.
    #[inline]
    pub(crate) fn for_each(&self, chain: Chain, mut visit: impl FnMut(u32, &T)) {
        let Chain { mut chunk, mut fill } = chain;
        while chunk != NONE {
            let first = chunk * CHUNK;
            let items = &self.items[first as usize..(first + fill) as usize];
            for (index, item) in (first..).zip(items) {
                visit(index, item);
            }
            chunk = self.before[chunk as usize];
            fill = CHUNK;
        }
    }

    /// Gives the chunks of `chain` back.
    pub(crate) fn release(&mut self, chain: Chain) {
        let mut chunk = chain.chunk;
        while chunk != NONE {
            self.free.push(chunk);
            chunk = self.before[chunk as usize];
        }
    }

    /// Items in the chunks in use, counting those as full.
    pub(crate) fn used_count(&self) -> u64 {
        (self.before.len() - self.free.len()) as u64 * CHUNK as u64
    }

    /// Bytes held, whether in use or free.
    pub(crate) fn bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>()
            + (self.before.capacity() + self.free.capacity()) * size_of::<u32>()
    }

    /// A new chunk, filled with copies of `item` until it is written. Grows by an eighth, since
    /// what is pending may be most of a run's memory.
    #[cold]
    fn grow(&mut self, item: T) -> u32 {
        let chunk = self.before.len() as u32;
        let length = self.items.len() + CHUNK as usize;
        if length > self.items.capacity() {
            let more = (self.items.len() / 8).max(64 * CHUNK as usize);
            self.items.reserve_exact(more);
        }
        self.items.resize(length, item);
        self.before.push(NONE);
        chunk
    }
}
