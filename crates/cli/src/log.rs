//! The event log: every fact of a run, one JSON object a line, behind a first line that says what
//! was run. Written aside and renamed; with several workers, merged into the total order.

use crate::args::Source;
use crate::aside::Aside;
use crate::failure::Failure;
use crate::sources;
use chappe_base::{Record, ShardId, SimTime};
use chappe_engine::FactSink;
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What the first line's `schema` says.
const SCHEMA: &str = "chappe/log/1";

/// The first line: all it takes to judge the facts.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    schema: String,
    /// Version of the program.
    version: String,
    /// Path of the scenario file.
    path: String,
    /// Text of the scenario file.
    text: String,
    /// Values that replaced the file's.
    set: Vec<(String, String)>,
    /// The arm that was run.
    arm: Option<String>,
    /// What the population was multiplied by.
    scale: Option<f64>,
}

impl Header {
    pub(crate) fn new(source: &Source, text: &str) -> Result<Header, Failure> {
        let options = sources::options(source)?;
        Ok(Header {
            schema: SCHEMA.to_string(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            path: source.scenario.display().to_string(),
            text: text.to_string(),
            set: options.set,
            arm: options.arm,
            scale: options.scale,
        })
    }

    /// The scenario whose facts follow.
    pub(crate) fn scenario(&self) -> Result<Scenario, Failure> {
        let overrides = Overrides {
            set: self.set.clone(),
            arm: self.arm.clone(),
            scale: self.scale,
            ..Overrides::default()
        };
        Ok(ScenarioFile::parse(&self.path, &self.text)?.resolve(&overrides)?)
    }
}

/// A log in the making.
pub(crate) struct LogWriter {
    aside: Aside,
    header: Header,
    parts: Vec<PathBuf>,
    /// What went wrong first, in whichever worker.
    failed: Arc<Mutex<Option<io::Error>>>,
}

type Part = BufWriter<File>;

impl LogWriter {
    /// Makes sure, before anything is simulated, that the log can be written.
    pub(crate) fn prepare(target: &Path, header: Header) -> Result<LogWriter, Failure> {
        Ok(LogWriter {
            aside: Aside::prepare(target)?,
            header,
            parts: Vec::new(),
            failed: Arc::default(),
        })
    }

    /// Takes the facts of one more worker.
    pub(crate) fn sink(&mut self) -> FactSink {
        let path = self.aside.path(&format!("-{}", self.parts.len()));
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

    /// Puts the log in its place. The sinks must be gone.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        match failed {
            Some(error) => Err(self.aside.failure(error)),
            None => self.aside.finish(|merged| self.merge(merged)),
        }
    }

    fn merge(&self, merged: &mut impl Write) -> io::Result<()> {
        write_line(merged, &self.header)?;
        match self.parts.as_slice() {
            [part] => io::copy(&mut BufReader::new(File::open(part)?), merged).map(drop),
            parts => merge_parts(parts, merged),
        }
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        for part in &self.parts {
            // Gone already, or of no use to anyone.
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

/// A log being read.
pub(crate) struct LogReader {
    path: PathBuf,
    lines: io::Lines<BufReader<File>>,
    line_number: usize,
}

impl LogReader {
    /// Opens a log and reads its first line.
    pub(crate) fn open(path: &Path) -> Result<(Header, LogReader), Failure> {
        let file = File::open(path).map_err(|error| Failure::Read {
            path: path.to_path_buf(),
            error,
        })?;
        let lines = BufReader::with_capacity(1 << 20, file).lines();
        let mut reader = LogReader {
            path: path.to_path_buf(),
            lines,
            line_number: 0,
        };
        let header: Header = reader.line()?.ok_or_else(|| reader.wrong("it is empty"))?;
        if header.schema != SCHEMA {
            let problem = format!(
                "its format is `{}`, and this version reads `{SCHEMA}`",
                header.schema
            );
            return Err(reader.wrong(&problem));
        }
        Ok((header, reader))
    }

    /// The next fact.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, Failure> {
        self.line()
    }

    /// A fact on this line is wrong.
    pub(crate) fn wrong(&self, what: &str) -> Failure {
        Failure::usage_with(
            format!("{}, line {}: {what}", self.path.display(), self.line_number),
            "give an event log that `chappe run --log` wrote",
        )
    }

    fn line<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, Failure> {
        self.line_number += 1;
        let line = match self.lines.next() {
            None => return Ok(None),
            Some(Ok(line)) => line,
            Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(self.wrong("it is not UTF-8 text"));
            }
            Some(Err(error)) => {
                return Err(Failure::Read {
                    path: self.path.clone(),
                    error,
                });
            }
        };
        serde_json::from_str(&line)
            .map(Some)
            .map_err(|error| self.wrong(&error.to_string()))
    }
}
