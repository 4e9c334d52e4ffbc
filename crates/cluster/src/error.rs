//! Why a distributed run fails.

use crate::hosts::{HostsError, Peer};
use crate::meet::MeetError;
use crate::membership::Loss;

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
    /// The engine crashed in this process, and no other process was lost: this is a bug.
    #[error("the simulation crashed: {message}")]
    Crashed {
        /// The message of the panic.
        message: String,
    },
    /// A partial result can't be serialised.
    #[error("can't send the partial result of this process: {0}")]
    Send(postcard::Error),
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
            | ClusterError::Send(_)
            | ClusterError::Receive { .. }
            | ClusterError::FirstFailed { .. } => false,
        }
    }
}
