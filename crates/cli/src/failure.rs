//! Why a command fails: the message on standard error, and the exit code.

use crate::draw_error::draw;
use crate::terminal::{Style, say};
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
            // Whoever reads the output may have seen enough.
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Output(_) => 1,
            Failure::Study(error) => error.code(),
            Failure::Verdict(verdict) => verdict.code(),
            Failure::Regressed(_) => 4,
        }
    }

    /// The end of a command that has shown its answer, or could not: what it found counts more than whether anybody could
    /// read that.
    pub(crate) fn or_shown(found: Option<Failure>, shown: Result<(), Failure>) -> Result<(), Failure> {
        match (found, shown) {
            (None, shown) => shown,
            (Some(found), Ok(())) => Err(found),
            (Some(found), Err(unread)) => {
                unread.report(Style { colour: false });
                Err(found)
            }
        }
    }

    /// Says on standard error what went wrong, and gives the exit code.
    pub(crate) fn report(self, style: Style) -> ExitCode {
        let code = self.code();
        let label = style.error();
        match self {
            Failure::Study(Error::Scenario(error)) => say(draw(&error, style.colour)),
            Failure::Study(error) => {
                say(format_args!("{label} {error}"));
                if let Some(help) = error.help() {
                    say(format_args!("  help: {help}"));
                }
            }
            Failure::Verdict(verdict) => {
                for finding in verdict.findings() {
                    say(finding);
                }
                say(format_args!("{label} {verdict}"));
            }
            Failure::Regressed(what) => say(format_args!("{label} the gate is closed:\n  {what}")),
            Failure::Output(_) if code == 0 => {}
            Failure::Output(error) => say(format_args!("{label} can't write to standard output: {error}")),
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
