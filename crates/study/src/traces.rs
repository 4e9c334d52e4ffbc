//! Where a trace that a scenario replays is found.
//!
//! A scenario names a trace by a path. What that path means depends on where the scenario comes from: its own folder, a
//! run's folder in which the trace travels along, or the program itself. A study asks for it through [`Traces`], so that
//! a page can confine it to a workspace.

use crate::error::Error;
use crate::note::Note;
use chappe_base::{Digest, TraceId};
use chappe_metrics::Warning;
use chappe_workload::{Reading, Trace, TraceOptions};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What a trace is called in the folder of a run that replayed it.
pub const TRACE_FILE: &str = "trace.txt";

/// What to do about columns that are not found, where options can name them, and where they can't.
const GIVE_COLUMNS: &str =
    "name its columns with --sender, --receiver and --time, each by its name or number";
const RENAME_COLUMNS: &str = "name its columns sender, receiver and time in its first line";

/// A trace, and what reading it found, left out and assumed.
pub struct TraceRead {
    /// The trace.
    pub trace: Trace,
    /// How it was read.
    pub reading: Reading,
    /// Where it comes from, for messages.
    pub name: String,
}

impl TraceRead {
    /// Reads a trace at hand, which goes by `name`.
    ///
    /// # Errors
    /// The line that is wrong.
    pub fn of(name: &str, input: impl Read, options: &TraceOptions) -> Result<TraceRead, Error> {
        read(name, input, options, GIVE_COLUMNS)
    }

    /// What the trace is called: the name of its file without folder and endings.
    #[must_use]
    pub fn stem(&self) -> String {
        let path = Path::new(self.name.strip_suffix(".gz").unwrap_or(&self.name));
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        stem.to_string_lossy().into_owned()
    }

    /// What was read, left out and assumed, in two lines.
    #[must_use]
    pub fn sentences(&self) -> String {
        let [read, assumed] = self.reading.sentences();
        format!("{}: {read}\n{assumed}\n", self.name)
    }

    /// The same as two notes, and a warning if the times are probably in another unit.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let [read, assumed] = self.reading.sentences();
        let notes = [format!("{}: {read}", self.name), assumed].map(Note::Notice);
        let doubt = self.reading.doubt().map(|problem| {
            Note::Doubt(Warning {
                problem: format!("{}: {problem}", self.name),
                remedy: "if so, give `--unit ms`, or divide them by 1000".to_string(),
            })
        });
        notes.into_iter().chain(doubt).collect()
    }
}

/// Where traces are found.
pub trait Traces: Sync {
    /// The trace that a scenario calls `path`.
    ///
    /// # Errors
    /// The trace isn't there or can't be read.
    fn find(&self, path: &str) -> Result<TraceRead, Error>;

    /// The file that a scenario calls `path`, if traces are files.
    fn file(&self, _path: &str) -> Option<PathBuf> {
        None
    }
}

/// Traces beside a scenario file: paths are relative to this folder.
pub struct TracesIn(pub PathBuf);

impl Traces for TracesIn {
    fn find(&self, path: &str) -> Result<TraceRead, Error> {
        replayed(&self.0.join(path), &TraceOptions::default())
    }

    fn file(&self, path: &str) -> Option<PathBuf> {
        Some(self.0.join(path))
    }
}

/// The trace that travels in the folder of a run, whatever the scenario calls it.
pub struct TraceOfRun(pub PathBuf);

impl Traces for TraceOfRun {
    fn find(&self, _path: &str) -> Result<TraceRead, Error> {
        replayed(&self.0.join(TRACE_FILE), &TraceOptions::as_written())
    }

    fn file(&self, _path: &str) -> Option<PathBuf> {
        Some(self.0.join(TRACE_FILE))
    }
}

/// No traces: for scenarios that replay none.
pub struct NoTraces;

impl Traces for NoTraces {
    fn find(&self, path: &str) -> Result<TraceRead, Error> {
        Err(Error::usage_with(
            format!("there is no trace `{path}` here"),
            "run a scenario file that lies beside its trace",
        ))
    }
}

/// Reads the trace in a file.
///
/// # Errors
/// The file can't be read, or the line that is wrong.
pub fn read_trace(path: &Path, options: &TraceOptions) -> Result<TraceRead, Error> {
    TraceRead::of(&path.display().to_string(), open(path)?, options)
}

/// Reads the trace in a file that a scenario names.
fn replayed(path: &Path, options: &TraceOptions) -> Result<TraceRead, Error> {
    let name = path.display().to_string();
    read(&name, open(path)?, options, RENAME_COLUMNS)
}

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| Error::read(path, error))
}

/// Reads a trace that goes by `name`; `help` is for columns that are not found.
fn read(name: &str, input: impl Read, options: &TraceOptions, help: &str) -> Result<TraceRead, Error> {
    match chappe_workload::read_trace(input, options) {
        Ok((trace, reading)) => Ok(TraceRead {
            trace,
            reading,
            name: name.to_string(),
        }),
        Err(error) => {
            let help = error.is_about_columns().then(|| help.to_string());
            let problem = format!("{name}: {error}");
            Err(Error::Usage { problem, help })
        }
    }
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
) -> Result<(TraceRead, TraceId), Error> {
    let read = traces.find(path).map_err(|error| match (error, expected) {
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
        hash: format!("{:016x}", trace_hash(&read.trace)),
    };
    match expected {
        Some(expected) if expected.hash != id.hash => Err(Error::usage_with(
            format!(
                "the trace `{path}` is not the one that the run replayed: its hash is {}, and that had {}",
                id.hash, expected.hash
            ),
            "put the trace of that run in its place",
        )),
        Some(_) | None => Ok((read, id)),
    }
}
