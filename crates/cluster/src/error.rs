//! Why a distributed run fails.

use crate::hosts::{HostsError, Peer};
use crate::watch::Loss;
use std::io;
use std::time::Duration;

/// Why a distributed run fails.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The hosts file is invalid, or it has no process with this number.
    #[error(transparent)]
    Hosts(#[from] HostsError),
    /// The processes did not meet.
    #[error(transparent)]
    Meet(#[from] MeetError),
    /// A process was lost during the run. All other processes name the same one.
    #[error(transparent)]
    Lost(#[from] Loss),
    /// The engine crashed in this process, and no other process was lost.
    #[error(
        "the simulation crashed: {message}; this is a mistake in chappe, unless events came from a stranger in the place \
         of one of these: {peers}"
    )]
    Crashed {
        /// The message of the panic.
        message: String,
        /// The other processes.
        peers: String,
    },
    /// The other processes are alive, and do nothing.
    #[error(
        "for ten minutes nothing came that this process could go on with, though all are alive: one of these does nothing: \
         {peers}; if a stranger can reach a port, give all processes a secret"
    )]
    Standstill {
        /// The other processes.
        peers: String,
    },
    /// The system refuses threads to this process.
    #[error("the system refuses threads: {0}; raise the limit of this process (`ulimit -u`)")]
    System(io::Error),
    /// A partial result can't be serialised.
    #[error("can't send the partial result of this process: {0}")]
    Send(postcard::Error),
    /// A partial result is longer than the first process takes.
    #[error(
        "the partial result of this process has {bytes_count} bytes, which is too long; use fewer processes"
    )]
    TooLong {
        /// Its length.
        bytes_count: usize,
    },
    /// The partial result of another process can't be read.
    #[error("can't read the partial result of {peer}: {error}")]
    Receive {
        /// The process that sent it.
        peer: Peer,
        /// What is wrong with it.
        error: postcard::Error,
    },
    /// The run failed in the first process.
    #[error("{first} ended with exit code {code}; its own error says why")]
    FirstFailed {
        /// The first process.
        first: Peer,
        /// Its exit code, with which this process should end too.
        code: u8,
    },
}

impl ClusterError {
    /// Whether the user caused it, by wrong arguments or a wrong hosts file.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            ClusterError::Hosts(_) => true,
            ClusterError::Meet(error) => error.is_usage(),
            ClusterError::Lost(_)
            | ClusterError::Crashed { .. }
            | ClusterError::Standstill { .. }
            | ClusterError::System(_)
            | ClusterError::Send(_)
            | ClusterError::TooLong { .. }
            | ClusterError::Receive { .. }
            | ClusterError::FirstFailed { .. } => false,
        }
    }
}

/// Why the processes did not meet.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// This process can't listen at its own address.
    #[error("can't listen as {me}: {error}; run it on that host, and with a port that is free")]
    Listen {
        /// This process.
        me: Peer,
        /// The system's error.
        error: io::Error,
    },
    /// A process can't be reached, or did not connect.
    #[error("{peer} did not appear within {within:?}: {why}")]
    Absent {
        /// The process that is missing.
        peer: Peer,
        /// How long this process waited.
        within: Duration,
        /// The result of the last attempt.
        why: String,
    },
    /// Two processes would run different things.
    #[error(transparent)]
    Disagreement(Box<Disagreement>),
    /// The process at an address has another number in its hosts file.
    #[error("the process at {peer} says it is process {says}; give all processes the same hosts file")]
    Misplaced {
        /// The process that this process's hosts file has there.
        peer: Peer,
        /// The number it says it has.
        says: usize,
    },
    /// A process has another secret.
    #[error("{peer} has another secret; give all processes the same one")]
    Secret {
        /// Which process.
        peer: Peer,
    },
    /// Two processes have the same number.
    #[error("two processes say they are {peer}; give each its own number")]
    Twice {
        /// The number and its address.
        peer: Peer,
    },
    /// A process left before all had met.
    #[error("{peer} left before all processes had met; its own error says why")]
    Left {
        /// Which process.
        peer: Peer,
    },
    /// The system refuses a thread or an operation on a socket.
    #[error("can't watch the other processes: {0}")]
    System(#[from] io::Error),
}

impl MeetError {
    /// Whether the user caused it, by wrong arguments or a wrong hosts file.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            MeetError::Listen { .. }
            | MeetError::Disagreement(_)
            | MeetError::Misplaced { .. }
            | MeetError::Secret { .. }
            | MeetError::Twice { .. } => true,
            MeetError::Absent { .. } | MeetError::Left { .. } | MeetError::System(_) => false,
        }
    }
}

/// Two processes differ in something that all must agree on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{peer} and {me} don't run the same: {what} is {there} there and {here} here; \
     give all processes the same scenario, options and version of chappe"
)]
pub struct Disagreement {
    /// The other process.
    pub peer: Peer,
    /// This process.
    pub me: Peer,
    /// The name of the term.
    pub what: String,
    /// Its value in the other process.
    pub there: String,
    /// Its value in this process.
    pub here: String,
}
