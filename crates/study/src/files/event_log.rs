//! The event log: every fact of a run, one JSON object per line, after a first line that says what was run.
//!
//! Each worker writes its facts to a file of its own while it runs, because workers don't wait for each other. At the
//! end the files are merged into the total order.

use super::AtomicFile;
use crate::error::Error;
use crate::opened::read_spec;
use chappe_base::{Record, RunSpec, ShardId, SimTime};
use chappe_engine::FactSink;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What the first line's `schema` says.
const SCHEMA: &str = "chappe/log/2";

/// The first line: all it takes to judge the facts.
#[derive(Debug, Serialize)]
struct Header {
    schema: String,
    spec: RunSpec,
}

/// An event log that is being written.
pub struct LogWriter {
    file: AtomicFile,
    parts: Vec<PathBuf>,
    /// The first error of any worker.
    failed: Arc<Mutex<Option<io::Error>>>,
}

type Part = BufWriter<File>;

impl LogWriter {
    /// Makes sure that the log can be written. Called before anything is simulated.
    ///
    /// # Errors
    /// The file can't be written there.
    pub fn prepare(target: &Path) -> Result<LogWriter, Error> {
        Ok(LogWriter {
            file: AtomicFile::prepare(target)?,
            parts: Vec::new(),
            failed: Arc::default(),
        })
    }

    /// A sink for the facts of one more worker.
    pub fn sink(&mut self) -> FactSink {
        let path = self.file.path(&format!("-{}", self.parts.len()));
        self.parts.push(path.clone());
        let failed = Arc::clone(&self.failed);
        let fail = move |error: io::Error| {
            failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error);
        };
        let mut part: Option<Part> = match File::create(path) {
            Ok(file) => Some(BufWriter::with_capacity(1 << 18, file)),
            Err(error) => {
                fail(error);
                None
            }
        };
        Box::new(move |record| {
            if let Some(writer) = &mut part
                && let Err(error) = write_line(writer, record)
            {
                fail(error);
                part = None;
            }
        })
    }

    /// Puts the log of what `spec` says in its place. The sinks must have been dropped.
    ///
    /// # Errors
    /// The first error of any worker, or the file can't be written.
    pub fn finish(self, spec: &RunSpec) -> Result<(), Error> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        match failed {
            Some(error) => Err(self.file.failure(error)),
            None => self.file.finish(|merged| self.merge(spec, merged)),
        }
    }

    fn merge(&self, spec: &RunSpec, merged: &mut impl Write) -> io::Result<()> {
        let header = Header {
            schema: SCHEMA.to_string(),
            spec: spec.clone(),
        };
        write_line(merged, &header)?;
        match self.parts.as_slice() {
            [part] => io::copy(&mut BufReader::new(File::open(part)?), merged).map(drop),
            parts => merge_parts(parts, merged),
        }
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        for part in &self.parts {
            // It is gone already, or nobody can use it.
            let _ = fs::remove_file(part);
        }
    }
}

fn write_line(writer: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, value)?;
    writer.write_all(b"\n")
}

/// Where a fact stands in the log: history first, then by time, then by shard.
fn place(record: &Record) -> (SimTime, ShardId) {
    (record.at.max(SimTime(-1)), record.shard)
}

fn merge_parts(parts: &[PathBuf], merged: &mut impl Write) -> io::Result<()> {
    let mut readers: Vec<_> = parts
        .iter()
        .map(|part| Ok(BufReader::new(File::open(part)?).lines()))
        .collect::<io::Result<_>>()?;
    let mut heads = BinaryHeap::new();
    let mut advance = |part: usize, heads: &mut BinaryHeap<_>| -> io::Result<()> {
        if let Some(line) = readers[part].next() {
            let line = line?;
            let record: Record = serde_json::from_str(&line)?;
            heads.push(Reverse((place(&record), part, line)));
        }
        Ok(())
    };
    for part in 0..parts.len() {
        advance(part, &mut heads)?;
    }
    while let Some(Reverse((_, part, line))) = heads.pop() {
        writeln!(merged, "{line}")?;
        advance(part, &mut heads)?;
    }
    Ok(())
}

/// An event log that is being read.
pub struct LogReader {
    path: PathBuf,
    lines: io::Lines<BufReader<File>>,
    line_number: usize,
}

impl LogReader {
    /// Opens a log, and says what was run.
    ///
    /// # Errors
    /// The file can't be read, or isn't an event log of this version.
    pub fn open(path: &Path) -> Result<(RunSpec, LogReader), Error> {
        let file = File::open(path).map_err(|error| Error::read(path, error))?;
        let lines = BufReader::with_capacity(1 << 20, file).lines();
        let mut reader = LogReader {
            path: path.to_path_buf(),
            lines,
            line_number: 0,
        };
        let first: serde_json::Value = reader.line()?.ok_or_else(|| reader.wrong("it is empty"))?;
        let schema = first.get("schema").and_then(serde_json::Value::as_str);
        if let Some(other) = schema.filter(|schema| *schema != SCHEMA) {
            let problem = format!("its format is `{other}`, and this version reads `{SCHEMA}`");
            return Err(reader.wrong(&problem));
        }
        let spec = read_spec(first, &|problem| reader.wrong(&problem))?;
        Ok((spec, reader))
    }

    /// The next fact; `None` after the last.
    ///
    /// # Errors
    /// The line that can't be read.
    pub fn next_fact(&mut self) -> Result<Option<Record>, Error> {
        self.line()
    }

    /// The line that was read last is wrong.
    pub(crate) fn wrong(&self, what: &str) -> Error {
        Error::usage_with(
            format!("{}, line {}: {what}", self.path.display(), self.line_number),
            "give an event log that `chappe run --log` wrote",
        )
    }

    fn line<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, Error> {
        self.line_number += 1;
        let line = match self.lines.next() {
            None => return Ok(None),
            Some(Ok(line)) => line,
            Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(self.wrong("it is not UTF-8 text"));
            }
            Some(Err(error)) => {
                return Err(Error::read(&self.path, error));
            }
        };
        serde_json::from_str(&line)
            .map(Some)
            .map_err(|error| self.wrong(&error.to_string()))
    }
}
