//! Chains of fixed-size chunks from one pool.
//!
//! The chunk given back last is handed out first, so what is pending stays compact in memory.

use chappe_base::prefetch;

/// Chunks that are fetched ahead of the one that is read.
const FETCHED_AHEAD: usize = 4;
/// Items in a chunk.
const CHUNK: u32 = 16;

/// Items that lie together, on cache lines of their own.
#[repr(align(64))]
struct Chunk<T>([T; CHUNK as usize]);

/// Many growing lists of items, in one stretch of memory.
pub(crate) struct Pool<T> {
    chunks: Vec<Chunk<T>>,
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
            chunks: Vec::new(),
            before: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Adds an item at the end of `chain`. Returns its index.
    #[inline]
    pub(crate) fn push(&mut self, chain: &mut Chain, item: T) -> u32 {
        if chain.fill == CHUNK {
            let chunk = self.free.pop().unwrap_or_else(|| self.grow(item));
            self.before[chunk as usize] = chain.chunk;
            *chain = Chain { chunk, fill: 0 };
        }
        let index = chain.chunk * CHUNK + chain.fill;
        self.chunks[chain.chunk as usize].0[chain.fill as usize] = item;
        chain.fill += 1;
        index
    }

    /// Removes the item at the end of `chain`.
    pub(crate) fn pop(&mut self, chain: &mut Chain) -> Option<T> {
        if chain.is_empty() {
            return None;
        }
        chain.fill -= 1;
        let item = self.chunks[chain.chunk as usize].0[chain.fill as usize];
        if chain.fill == 0 {
            self.free.push(chain.chunk);
            *chain = Chain {
                chunk: self.before[chain.chunk as usize],
                fill: CHUNK,
            };
        }
        Some(item)
    }

    /// The item at `index`, as told by [`Pool::push`] or [`Pool::for_each_chunk`].
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &T {
        &self.chunks[(index / CHUNK) as usize].0[(index % CHUNK) as usize]
    }

    /// Visits the items of `chain` chunk by chunk, with the index of the first of each, in no order
    /// of meaning.
    #[inline]
    pub(crate) fn for_each_chunk(&self, chain: Chain, mut visit: impl FnMut(u32, &[T])) {
        let Chain { mut chunk, mut fill } = chain;
        let mut fetched = chunk;
        for _ in 0..FETCHED_AHEAD {
            fetched = self.fetch(fetched);
        }
        while chunk != NONE {
            fetched = self.fetch(fetched);
            visit(chunk * CHUNK, &self.chunks[chunk as usize].0[..fill as usize]);
            chunk = self.before[chunk as usize];
            fill = CHUNK;
        }
    }

    /// Prefetches a chunk, if it is one. Returns the one before it.
    #[inline]
    fn fetch(&self, chunk: u32) -> u32 {
        if chunk == NONE {
            return NONE;
        }
        let items = self.chunks[chunk as usize].0.iter();
        items.step_by((64 / size_of::<T>()).max(1)).for_each(prefetch);
        self.before[chunk as usize]
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
        self.chunks.capacity() * size_of::<Chunk<T>>()
            + (self.before.capacity() + self.free.capacity()) * size_of::<u32>()
    }

    /// A new chunk, filled with copies of `item` until it is written. Grows by an eighth, since
    /// what is pending may be most of a run's memory.
    #[cold]
    fn grow(&mut self, item: T) -> u32 {
        let chunk = self.before.len() as u32;
        if self.chunks.len() == self.chunks.capacity() {
            self.chunks.reserve_exact((self.chunks.len() / 8).max(64));
        }
        self.chunks.push(Chunk([item; CHUNK as usize]));
        self.before.push(NONE);
        chunk
    }
}
