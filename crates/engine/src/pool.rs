//! Chains of fixed-size chunks from one pool.
//!
//! The chunk that was freed last is reused first, so pending events stay compact in memory. Chunks are
//! allocated in slabs that never move. Pending events may be most of a run's memory, and growing one array
//! would need the old and the new one at the same time.

use chappe_base::prefetch;

/// How many chunks ahead of the one being read are prefetched.
const FETCHED_AHEAD: usize = 4;
/// Items in a chunk.
const CHUNK: u32 = 32;

/// Neighbouring items. Aligned, so that no chunk shares a cache line with another.
#[repr(align(64))]
struct Chunk<T>([T; CHUNK as usize]);

/// Chunks that are allocated together.
const SLAB: u32 = 1 << 11;

/// Many lists of items that grow at their ends.
pub(crate) struct Pool<T> {
    slabs: Vec<Box<[Chunk<T>; SLAB as usize]>>,
    /// For each chunk, the one before it in its chain, or [`NONE`].
    before: Vec<u32>,
    free: Vec<u32>,
}

/// One list in a [`Pool`]: its last chunk and the number of items in it. Only the pool that made it can read
/// it.
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

    /// Whether the next item begins a new chunk. True also for an empty chain.
    #[inline]
    pub(crate) fn is_full(self) -> bool {
        self.fill == CHUNK
    }
}

/// No chunk.
const NONE: u32 = u32::MAX;

impl<T: Copy + Default> Pool<T> {
    pub(crate) fn new() -> Pool<T> {
        Pool {
            slabs: Vec::new(),
            before: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Adds an item at the end of `chain`, for the caller to write. Returns its index.
    ///
    /// The caller writes the item here rather than passing it, because copying an item that was only just
    /// assembled is slow: wide reads of narrow writes wait until these have reached the cache.
    #[inline]
    pub(crate) fn add(&mut self, chain: &mut Chain) -> u32 {
        if chain.is_full() {
            let chunk = self.free.pop().unwrap_or_else(|| self.grow());
            self.before[chunk as usize] = chain.chunk;
            *chain = Chain { chunk, fill: 0 };
        }
        let index = chain.chunk * CHUNK + chain.fill;
        chain.fill += 1;
        index
    }

    /// Adds an item at the end of `chain`.
    pub(crate) fn push(&mut self, chain: &mut Chain, item: &T) {
        let index = self.add(chain);
        *self.get_mut(index) = *item;
    }

    /// Frees `chain`, and passes each of its items to `file`, which adds it to another chain.
    ///
    /// Each chunk is copied and freed before its items are filed, so that the new chains can reuse it.
    pub(crate) fn refile(&mut self, chain: Chain, mut file: impl FnMut(&mut Pool<T>, &T)) {
        let Chain { mut chunk, mut fill } = chain;
        while chunk != NONE {
            let items = *self.items(chunk);
            self.free.push(chunk);
            chunk = self.before[chunk as usize];
            items[..fill as usize].iter().for_each(|item| file(self, item));
            fill = CHUNK;
        }
    }

    /// The item at an index that [`Pool::add`] or [`Pool::for_each_chunk`] gave.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &T {
        &self.items(index / CHUNK)[(index % CHUNK) as usize]
    }

    /// The same, to be written.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut T {
        let chunk = index / CHUNK;
        let slab = &mut self.slabs[(chunk / SLAB) as usize];
        &mut slab[(chunk % SLAB) as usize].0[(index % CHUNK) as usize]
    }

    /// The items of a chunk.
    #[inline]
    fn items(&self, chunk: u32) -> &[T; CHUNK as usize] {
        let slab = &self.slabs[(chunk / SLAB) as usize];
        &slab[(chunk % SLAB) as usize].0
    }

    /// Visits the items of `chain` chunk by chunk, with the index of each chunk's first item, in no particular
    /// order.
    #[inline]
    pub(crate) fn for_each_chunk(&self, chain: Chain, mut visit: impl FnMut(u32, &[T])) {
        let Chain { mut chunk, mut fill } = chain;
        let mut fetched = chunk;
        for _ in 0..FETCHED_AHEAD {
            fetched = self.fetch(fetched);
        }
        while chunk != NONE {
            fetched = self.fetch(fetched);
            visit(chunk * CHUNK, &self.items(chunk)[..fill as usize]);
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
        let items = self.items(chunk).iter();
        items.step_by((64 / size_of::<T>()).max(1)).for_each(prefetch);
        self.before[chunk as usize]
    }

    /// Frees the chunks of `chain`.
    pub(crate) fn release(&mut self, chain: Chain) {
        let mut chunk = chain.chunk;
        while chunk != NONE {
            self.free.push(chunk);
            chunk = self.before[chunk as usize];
        }
    }

    /// Items in use, if all chunks in use were full.
    pub(crate) fn used_count(&self) -> u64 {
        (self.before.len() - self.free.len()) as u64 * CHUNK as u64
    }

    /// Bytes held, in use or free.
    pub(crate) fn bytes(&self) -> usize {
        self.slabs.len() * size_of::<[Chunk<T>; SLAB as usize]>()
            + (self.before.capacity() + self.free.capacity()) * size_of::<u32>()
    }

    /// Makes a new chunk.
    #[cold]
    fn grow(&mut self) -> u32 {
        let chunk = self.before.len() as u32;
        if chunk.is_multiple_of(SLAB) {
            let chunks = (0..SLAB).map(|_| Chunk([T::default(); CHUNK as usize]));
            let slab: Box<[Chunk<T>]> = chunks.collect();
            let Ok(slab) = slab.try_into() else {
                unreachable!("as many chunks as a slab has");
            };
            self.slabs.push(slab);
        }
        self.before.push(NONE);
        chunk
    }
}
