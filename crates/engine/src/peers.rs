//! Which process and which worker owns which shards, and timely's channels over given sockets.
//!
//! The caller connects the sockets, because connecting needs host names, deadlines and a check that all
//! processes run the same. None of that is the engine's business, and timely's own way to connect
//! retries for ever.

use chappe_base::ShardId;
use std::any::Any;
use std::io;
use timely::CommunicationConfig;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::allocator::zero_copy::stream::Stream;
use timely::communication::allocator::{AllocatorBuilder, ProcessBuilder};
use timely::communication::initialize::Hooks;

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

impl Peers {
    /// Peers of process `process`, numbered from 0. `sockets` has one connected socket per process, in
    /// the order of their numbers, and `None` for this one.
    #[must_use]
    pub fn new<S: Stream + 'static>(process: usize, sockets: Vec<Option<S>>) -> Peers {
        Peers {
            process,
            count: sockets.len(),
            connect: Box::new(move |workers| over_sockets(workers, process, sockets)),
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
/// # Panics
/// If the system has no thread left for the sockets.
pub(crate) fn channels(workers: usize, peers: Option<Peers>) -> Channels {
    let channels = match peers {
        None => CommunicationConfig::Process(workers).try_build(),
        Some(peers) => (peers.connect)(workers).map_err(|error| error.to_string()),
    };
    channels.unwrap_or_else(|error| panic!("timely could not start its workers: {error}"))
}

fn over_sockets<S: Stream + 'static>(
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
