//! Why the gate can't do what it was asked to.

use std::io;
use std::path::{Path, PathBuf};

/// Why the gate can't do what it was asked to.
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
    /// It was stopped, and nothing was written.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// A mistake of chappe itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    pub(crate) fn usage(problem: impl Into<String>) -> Error {
        Error::Usage {
            problem: problem.into(),
            help: None,
        }
    }

    pub(crate) fn usage_with(problem: impl Into<String>, help: impl Into<String>) -> Error {
        Error::Usage {
            problem: problem.into(),
            help: Some(help.into()),
        }
    }

    pub(crate) fn read(path: &Path, error: io::Error) -> Error {
        Error::Read {
            path: path.to_path_buf(),
            error,
        }
    }

    pub(crate) fn write(path: &Path, error: io::Error) -> Error {
        Error::Write {
            path: path.to_path_buf(),
            error,
        }
    }
}

impl From<chappe_scenario::Error> for Error {
    fn from(error: chappe_scenario::Error) -> Error {
        Error::Scenario(Box::new(error))
    }
}
