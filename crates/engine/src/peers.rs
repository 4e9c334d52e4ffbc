//! Several processes: which shards are whose, and timely's channels over sockets that somebody else
//! has connected.

use chappe_base::ShardId;
use std::any::Any;
use std::io;
use timely::CommunicationConfig;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::allocator::zero_copy::stream::Stream;
use timely::communication::allocator::{AllocatorBuilder, ProcessBuilder};
use timely::communication::initialize::Hooks;

/// The processes that run a scenario together, as one of them sees them. Shard `s` belongs to worker
/// `s % n` of all `n` workers; the workers are numbered process by process.
///
/// A process whose peer dies crashes in timely's threads or waits for ever: whoever connected the
/// sockets has to watch over the peers and to end the process.
pub struct Peers {
    process: usize,
    count: usize,
    /// Makes the channels of so many workers.
    connect: Box<dyn FnOnce(usize) -> io::Result<Channels>>,
}

impl Peers {
    /// Process number `process`, from 0, with a connected socket to every process, in the order of
    /// their numbers, and none to itself.
    #[must_use]
    pub fn new<S: Stream + 'static>(process: usize, sockets: Vec<Option<S>>) -> Peers {
        Peers {
            process,
            count: sockets.len(),
            connect: Box::new(move |workers| over_sockets(workers, process, sockets)),
        }
    }
}

/// Which of all workers are this process's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    /// Number of its first worker.
    pub(crate) first_worker: usize,
    /// Its own workers.
    pub(crate) workers: usize,
    /// The workers of all processes.
    pub(crate) all_workers: usize,
}

impl Holding {
    /// One process that has all `workers`.
    pub(crate) fn alone(workers: usize) -> Holding {
        Holding {
            first_worker: 0,
            workers,
            all_workers: workers,
        }
    }

    /// One of several, each of which has as many `workers`.
    pub(crate) fn among(peers: &Peers, workers: usize) -> Holding {
        Holding {
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

/// What timely needs to begin: a channel maker for each worker, and what ends with the last.
pub(crate) type Channels = (Vec<AllocatorBuilder>, Box<dyn Any + Send>);

/// Channels between the workers of this process and, if there are any, those of its peers.
///
/// # Panics
/// If the system has no threads left to carry what goes over the sockets.
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
    let inside = ProcessBuilder::new_typed_vector(workers, hooks.refill.clone(), None);
    let (builders, threads) = initialize_networking_from_sockets(inside, sockets, process, workers, hooks)?;
    let builders = builders.into_iter().map(AllocatorBuilder::Tcp).collect();
    Ok((builders, Box::new(threads)))
}
