//! Which process and which worker owns which shards, and timely's channels over given sockets.
//!
//! The caller connects the sockets, because connecting needs host names, deadlines and a check that all
//! processes run the same. None of that is the engine's business, and timely's own way to connect
//! retries for ever.

use chappe_base::ShardId;
use std::any::Any;
use std::io;
use std::ops::Range;
use timely::CommunicationConfig;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::allocator::{AllocatorBuilder, ProcessBuilder};
use timely::communication::initialize::Hooks;

pub use timely::communication::allocator::zero_copy::stream::Stream as PeerStream;

/// The processes of a run, as one of them sees them. Shard `s` belongs to worker `s % n` of all `n`
/// workers. Workers are numbered process by process.
///
/// If a peer dies, this process either panics in timely's threads or waits for ever. So whoever connects
/// the sockets must also watch the peers and end this process when one is lost.
pub struct Peers {
    process: usize,
    count: usize,
    /// Makes the channels of this many workers.
    connect: Box<dyn FnOnce(usize) -> io::Result<Channels>>,
}

/// What a frame of the engine's events begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    /// The worker that sends it.
    pub source: usize,
    /// The workers that receive it.
    pub targets: Range<usize>,
    /// Bytes that follow the header.
    pub length: usize,
    is_end: bool,
}

impl FrameHeader {
    /// Bytes of a header.
    pub const BYTES: usize = 6 * size_of::<u64>();

    /// The header of these bytes; `None` if they are too few.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<FrameHeader> {
        let (fields, _) = bytes
            .get(..FrameHeader::BYTES)?
            .as_chunks::<{ size_of::<u64>() }>();
        let field = |index: usize| usize::try_from(u64::from_be_bytes(fields[index])).unwrap_or(usize::MAX);
        Some(FrameHeader {
            source: field(1),
            targets: field(2)..field(3),
            length: field(4),
            is_end: fields.iter().all(|field| *field == [0; size_of::<u64>()]),
        })
    }

    /// Whether nothing comes after it.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.is_end
    }
}

impl Peers {
    /// Peers of process `process`, numbered from 0, among `count` processes. Given the number of workers in each, `sockets`
    /// makes one connected socket per process, in the order of their numbers, and `None` for this one.
    #[must_use]
    pub fn new<S: PeerStream + 'static>(
        process: usize,
        count: usize,
        sockets: impl FnOnce(usize) -> Vec<Option<S>> + 'static,
    ) -> Peers {
        Peers {
            process,
            count,
            connect: Box::new(move |workers| over_sockets(workers, process, sockets(workers))),
        }
    }
}

/// Which of all workers run in this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkerAssignment {
    /// Number of this process's first worker.
    pub(crate) first_worker: usize,
    /// Workers of this process.
    pub(crate) workers: usize,
    /// Workers of all processes.
    pub(crate) all_workers: usize,
}

impl WorkerAssignment {
    /// One process runs all workers.
    pub(crate) fn single_process(workers: usize) -> WorkerAssignment {
        WorkerAssignment {
            first_worker: 0,
            workers,
            all_workers: workers,
        }
    }

    /// One of several processes, each of which runs the same number of `workers`.
    pub(crate) fn of_process(peers: &Peers, workers: usize) -> WorkerAssignment {
        WorkerAssignment {
            first_worker: peers.process * workers,
            workers,
            all_workers: peers.count * workers,
        }
    }

    /// Whether there are workers of other processes.
    pub(crate) fn has_peers(self) -> bool {
        self.all_workers > self.workers
    }

    /// The process that has a shard.
    pub(crate) fn process_of(self, shard: ShardId) -> usize {
        shard.index() % self.all_workers / self.workers
    }

    /// The shards of worker `local` of this process, in order.
    pub(crate) fn shards(self, local: usize, shards_count: usize) -> impl Iterator<Item = ShardId> {
        let shards = (self.first_worker + local..shards_count).step_by(self.all_workers);
        shards.map(|shard| ShardId(shard as u16))
    }
}

/// What timely needs to start: a channel builder for each worker, and a guard to drop after the last one
/// has ended.
pub(crate) type Channels = (Vec<AllocatorBuilder>, Box<dyn Any + Send>);

/// Channels between the workers of this process and those of its peers, if it has any.
///
/// # Errors
/// The system has no thread left for the sockets.
pub(crate) fn channels(workers: usize, peers: Option<Peers>) -> io::Result<Channels> {
    match peers {
        None => CommunicationConfig::Process(workers)
            .try_build()
            .map_err(io::Error::other),
        Some(peers) => (peers.connect)(workers),
    }
}

fn over_sockets<S: PeerStream + 'static>(
    workers: usize,
    process: usize,
    sockets: Vec<Option<S>>,
) -> io::Result<Channels> {
    let hooks = Hooks::default();
    let builders = ProcessBuilder::new_typed_vector(workers, hooks.refill.clone(), None);
    let (builders, threads) = initialize_networking_from_sockets(builders, sockets, process, workers, hooks)?;
    let builders = builders.into_iter().map(AllocatorBuilder::Tcp).collect();
    Ok((builders, Box::new(threads)))
}
