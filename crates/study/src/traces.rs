//! Where a trace that a scenario replays is found.
//!
//! A scenario names a trace by a path. What that path means depends on where the scenario comes from: its own folder, a
//! run's folder in which the trace travels along, or the program itself. A study asks for it through [`Traces`], so that
//! a page can confine it to a workspace.

use crate::error::Error;
use chappe_base::{Digest, TraceId};
use chappe_workload::Trace;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// What a trace is called in the folder of a run that replayed it.
pub const TRACE_FILE: &str = "trace.txt";

/// Where traces are found.
pub trait Traces: Sync {
    /// The trace that a scenario calls `path`.
    ///
    /// # Errors
    /// The trace isn't there or can't be read.
    fn find(&self, path: &str) -> Result<Trace, Error>;

    /// The file that a scenario calls `path`, if traces are files.
    fn file(&self, _path: &str) -> Option<PathBuf> {
        None
    }
}

/// Traces beside a scenario file: paths are relative to this folder.
pub struct TracesIn(pub PathBuf);

impl Traces for TracesIn {
    fn find(&self, path: &str) -> Result<Trace, Error> {
        read_trace(&self.0.join(path))
    }

    fn file(&self, path: &str) -> Option<PathBuf> {
        Some(self.0.join(path))
    }
}

/// The trace that travels in the folder of a run, whatever the scenario calls it.
pub struct TraceOfRun(pub PathBuf);

impl Traces for TraceOfRun {
    fn find(&self, _path: &str) -> Result<Trace, Error> {
        read_trace(&self.0.join(TRACE_FILE))
    }

    fn file(&self, _path: &str) -> Option<PathBuf> {
        Some(self.0.join(TRACE_FILE))
    }
}

/// No traces: for scenarios that replay none.
pub struct NoTraces;

impl Traces for NoTraces {
    fn find(&self, path: &str) -> Result<Trace, Error> {
        Err(Error::usage_with(
            format!("there is no trace `{path}` here"),
            "run a scenario file that lies beside its trace",
        ))
    }
}

/// Reads a trace.
///
/// # Errors
/// The file can't be read, or the line that is wrong.
pub fn read_trace(path: &Path) -> Result<Trace, Error> {
    let file = File::open(path).map_err(|error| Error::read(path, error))?;
    Trace::read(BufReader::new(file)).map_err(|error| Error::usage(format!("{}: {error}", path.display())))
}

/// Hash over everything in a trace.
#[must_use]
pub fn trace_hash(trace: &Trace) -> u64 {
    let mut chain = Digest::default();
    chain.push(&(trace.people_count, trace.origin_s));
    for message in &trace.messages {
        chain.push(&(message.sender, message.receiver, message.at_s));
    }
    chain.value()
}

/// The trace `path`; it must be the one that `expected` names, if that is known.
pub(crate) fn find(
    traces: &dyn Traces,
    path: &str,
    expected: Option<&TraceId>,
) -> Result<(Trace, TraceId), Error> {
    let trace = traces.find(path).map_err(|error| match (error, expected) {
        (Error::Read { path: file, error }, Some(expected)) => Error::usage_with(
            format!(
                "can't read {}: {error}; the run replayed `{path}`, a trace with the hash {}",
                file.display(),
                expected.hash
            ),
            format!("put that trace at {}", file.display()),
        ),
        (error, _) => error,
    })?;
    let id = TraceId {
        path: path.to_string(),
        hash: format!("{:016x}", trace_hash(&trace)),
    };
    match expected {
        Some(expected) if expected.hash != id.hash => Err(Error::usage_with(
            format!(
                "the trace `{path}` is not the one that the run replayed: its hash is {}, and that had {}",
                id.hash, expected.hash
            ),
            "put the trace of that run in its place",
        )),
        Some(_) | None => Ok((trace, id)),
    }
}
