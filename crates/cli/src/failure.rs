//! Why a command fails: the message on standard error, and the exit code.

use crate::draw_error::draw;
use crate::terminal::Style;
use chappe_cluster::ClusterError;
use chappe_study::verdict::Verdict;
use chappe_study::{Error, Opened};
use std::io;
use std::process::ExitCode;

/// Why a command ends badly.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not be carried out.
    Study(Error),
    /// It was carried out, and this is its verdict.
    Verdict(Verdict),
    /// The gate found what it is there to find, and the summary says what.
    Regressed(String),
    /// Standard output can't be written.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Study(error)
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Failure {
        Failure::Study(error.into())
    }
}

impl Failure {
    /// A mistake in chappe.
    pub(crate) fn internal(what: String) -> Failure {
        Failure::Study(Error::Internal(what))
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Study(error) => match error {
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
            },
            Failure::Verdict(verdict) => verdict.code(),
            Failure::Regressed(_) => 4,
            Failure::Output(_) => 1,
        }
    }

    /// Says on standard error what went wrong, and gives the exit code.
    pub(crate) fn report(self, style: Style) -> ExitCode {
        let code = self.code();
        let label = style.error();
        match self {
            Failure::Study(Error::Scenario(error)) => eprintln!("{}", draw(&error, style.colour)),
            Failure::Study(error) => {
                eprintln!("{label} {error}");
                if let Some(help) = error.help() {
                    eprintln!("  help: {help}");
                }
            }
            Failure::Verdict(verdict) => {
                for finding in verdict.findings() {
                    eprintln!("{finding}");
                }
                eprintln!("{label} {verdict}");
            }
            Failure::Regressed(what) => eprintln!("{label} the gate is closed:\n  {what}"),
            Failure::Output(error) => eprintln!("{label} can't write to standard output: {error}"),
        }
        ExitCode::from(code)
    }
}

/// Names the scenario's file in an error by the path that was given, not by its bare name.
pub(crate) fn located(failure: Failure, opened: &Opened) -> Failure {
    let Failure::Study(Error::Scenario(mut error)) = failure else {
        return failure;
    };
    if let Some(place) = &mut error.place
        && place.source == opened.spec.scenario.name
    {
        place.source = opened.path.display().to_string();
    }
    Failure::Study(Error::Scenario(error))
}
