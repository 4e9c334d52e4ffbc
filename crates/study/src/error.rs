//! Why a study can't be carried out. Each error says what to change, if the user can change it.

use chappe_base::RunSpecMismatch;
use chappe_cluster::ClusterError;
use chappe_load::LoadError;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// Why a study can't be carried out, or has nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario is wrong; the error points into it.
    #[error("{0}")]
    Scenario(#[from] Box<chappe_scenario::Error>),
    /// Something else that was asked for is wrong.
    #[error("{problem}")]
    Usage {
        /// What is wrong.
        problem: String,
        /// What to change.
        help: Option<String>,
    },
    /// A file can't be read.
    #[error("can't read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file can't be written.
    #[error("can't write {}: {error}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The run is described for another program, or in another format.
    #[error("{0}")]
    Mismatch(#[from] RunSpecMismatch),
    /// The study was stopped before it had anything to show.
    #[error("interrupted; {0}")]
    Interrupted(String),
    /// The processes of one run did not meet, or one of them is gone.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The system refuses a resource.
    #[error("the system refuses {0}")]
    System(String),
    /// A mistake in chappe.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Wrong usage without more to say.
    pub fn usage(problem: impl Into<String>) -> Error {
        Error::Usage {
            problem: problem.into(),
            help: None,
        }
    }

    /// Wrong usage, and what to do about it.
    pub fn usage_with(problem: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Usage {
            problem: problem.into(),
            help: Some(help.into()),
        }
    }

    /// A file that can't be read.
    pub fn read(path: &Path, error: io::Error) -> Error {
        Error::Read {
            path: path.to_path_buf(),
            error,
        }
    }

    /// A file that can't be written.
    pub fn write(path: &Path, error: io::Error) -> Error {
        Error::Write {
            path: path.to_path_buf(),
            error,
        }
    }

    /// The system refuses threads.
    pub(crate) fn threads(error: io::Error) -> Error {
        Error::System(format!("threads: {error}"))
    }

    /// What the system says, for whoever wants no more.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Error::Read { error, .. } | Error::Write { error, .. } => error,
            error @ (Error::Scenario(_)
            | Error::Usage { .. }
            | Error::Mismatch(_)
            | Error::Interrupted(_)
            | Error::Cluster(_)
            | Error::System(_)
            | Error::Internal(_)) => io::Error::other(error),
        }
    }

    /// The exit code of a command that ends so.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            error if error.is_lack() => 1,
            Error::Cluster(ClusterError::FirstFailed { code, .. }) => *code,
            Error::Cluster(error) if !error.is_usage() => 1,
            Error::System(_) | Error::Internal(_) => 1,
            Error::Interrupted(_) => 130,
            Error::Scenario(_)
            | Error::Usage { .. }
            | Error::Read { .. }
            | Error::Write { .. }
            | Error::Mismatch(_)
            | Error::Cluster(_) => 2,
        }
    }

    /// Whether the system lacks something that the command needs, which is no fault of what was asked for.
    fn is_lack(&self) -> bool {
        match self {
            Error::System(_) => true,
            Error::Read { error, .. } | Error::Write { error, .. } => is_lack(error),
            Error::Scenario(_)
            | Error::Usage { .. }
            | Error::Mismatch(_)
            | Error::Interrupted(_)
            | Error::Cluster(_)
            | Error::Internal(_) => false,
        }
    }

    /// What to change, where the message doesn't say it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Error::Usage { help, .. } => help.as_deref(),
            Error::Mismatch(_) => Some("run its scenario.toml again with this version"),
            error if error.is_lack() => {
                Some("make room, or raise the limit of this process (`ulimit -a` lists them)")
            }
            Error::Scenario(_)
            | Error::Read { .. }
            | Error::Write { .. }
            | Error::Interrupted(_)
            | Error::Cluster(_)
            | Error::System(_)
            | Error::Internal(_) => None,
        }
    }
}

/// Whether there is no room or no number left: disk, memory, the size of a file, open files.
fn is_lack(error: &io::Error) -> bool {
    let kinds = [
        io::ErrorKind::StorageFull,
        io::ErrorKind::QuotaExceeded,
        io::ErrorKind::FileTooLarge,
        io::ErrorKind::OutOfMemory,
    ];
    let numbers = [Errno::MFILE, Errno::NFILE].map(|number| Some(number.raw_os_error()));
    kinds.contains(&error.kind()) || numbers.contains(&error.raw_os_error())
}

impl From<chappe_scenario::Error> for Error {
    fn from(error: chappe_scenario::Error) -> Error {
        Error::Scenario(Box::new(error))
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Error {
        match error {
            LoadError::System(error) => Error::threads(error),
            LoadError::Rate(_)
            | LoadError::Duration
            | LoadError::NoCommand(_)
            | LoadError::Commands(_)
            | LoadError::Clients(_)
            | LoadError::Threads => Error::usage(error.to_string()),
        }
    }
}
