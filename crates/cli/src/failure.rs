//! Why a command ends badly, and with which exit code.

use crate::draw_error::draw;
use chappe_cluster::{HostsError, Loss, MeetError, Peer};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command ends badly.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The scenario is wrong; the error points into it.
    #[error("{0}")]
    Scenario(Box<chappe_scenario::Error>),
    /// Something else the user gave is wrong.
    #[error("{problem}")]
    Usage { problem: String, help: Option<String> },
    /// A file can't be read.
    #[error("can't read {}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    /// A file can't be written.
    #[error("can't write {}: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    /// Standard output can't be written.
    #[error("can't write to standard output: {0}")]
    Output(#[from] io::Error),
    /// The audit found promises broken, and said so.
    #[error("the audit found {0} violation(s)")]
    Violations(u64),
    /// The gate found what it is there to find, and the summary says what.
    #[error("the gate is closed:\n  {0}")]
    Regressed(String),
    /// Thresholds were not met, and the summary says which.
    #[error("{0} threshold(s) not met")]
    Thresholds(usize),
    /// The generator could not offer the load that was asked for.
    #[error(
        "the generator was the limit: {late_percent:.1}% of the sends were over 1 ms late, at {rate:.0} sent per second; lower the rate, or leave the generator a core with --workers"
    )]
    Invalid { late_percent: f64, rate: f64 },
    /// A search for the capacity came to what the generator can do.
    #[error(
        "the generator was the limit, not the platform: it kept up at {rate:.0} commands per second; give it a core with --workers, or another machine"
    )]
    Generator { rate: f64 },
    /// The run was interrupted; what it had is written.
    #[error("interrupted; the report covers the run up to {0}")]
    Interrupted(String),
    /// It was interrupted before there was anything to write.
    #[error("interrupted; nothing was written")]
    Abandoned,
    /// A study was interrupted; the runs that ended are kept.
    #[error("interrupted; {0} are kept, and the same command goes on from there")]
    Kept(String),
    /// The processes of a run did not meet, or did not end together.
    #[error(transparent)]
    Cluster(ClusterError),
    /// One of them is gone; what it said itself, if that is known.
    #[error("{loss}{}", said.as_ref().map(|said| format!("\n  it said: {said}")).unwrap_or_default())]
    Lost { loss: Loss, said: Option<String> },
    /// Our own mistake.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Failure {
        if let ClusterError::Lost(loss) = error {
            Failure::Lost { loss, said: None }
        } else {
            Failure::Cluster(error)
        }
    }
}

impl From<chappe_scenario::Error> for Failure {
    fn from(error: chappe_scenario::Error) -> Failure {
        Failure::Scenario(Box::new(error))
    }
}

impl Failure {
    /// Wrong usage without more to say.
    pub(crate) fn usage(problem: impl Into<String>) -> Failure {
        Failure::Usage {
            problem: problem.into(),
            help: None,
        }
    }

    /// Wrong usage, and what to do about it.
    pub(crate) fn usage_with(problem: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Usage {
            problem: problem.into(),
            help: Some(help.into()),
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Internal(_) | Failure::Output(_) | Failure::Lost { .. } => 1,
            Failure::Cluster(ClusterError::FirstFailed { code, .. }) => *code,
            Failure::Cluster(error) if error.is_usage() => 2,
            Failure::Cluster(_) => 1,
            Failure::Scenario(_) | Failure::Usage { .. } | Failure::Read { .. } | Failure::Write { .. } => 2,
            Failure::Violations(_) => 3,
            Failure::Regressed(_) => 4,
            Failure::Invalid { .. } | Failure::Generator { .. } => 5,
            Failure::Thresholds(_) => 99,
            Failure::Interrupted(_) | Failure::Abandoned | Failure::Kept(_) => 130,
        }
    }

    /// Says on standard error what went wrong, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let code = self.code();
        if let Failure::Scenario(error) = self {
            let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            eprintln!("{}", draw(&error, colour));
        } else {
            eprintln!("error: {self}");
            if let Failure::Usage { help: Some(help), .. } = self {
                eprintln!("  help: {help}");
            }
        }
        ExitCode::from(code)
    }
}
