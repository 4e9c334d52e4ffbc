//! The event log: every fact of a run, one JSON object per line, between a first line that says what was run and a last
//! one that says how many facts there are. A log without its last line was cut, and nothing is concluded from it: what
//! is missing would look like what the platform lost.
//!
//! Each worker writes its facts to a file of its own while it runs, because workers don't wait for each other. At the
//! end the files are merged into the total order. They have no names, so they go with the process, however it ends.

use super::AtomicFile;
use crate::error::Error;
use crate::opened::read_spec;
use chappe_base::{Record, RunSpec, ShardId, SimTime};
use chappe_engine::FactSink;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the first line's `schema` says.
const SCHEMA: &str = "chappe/log/3";

/// The first line: all it takes to judge the facts.
#[derive(Debug, Serialize)]
struct Header {
    schema: String,
    spec: RunSpec,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct EndMark {
    end: End,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    facts_count: u64,
}

/// An event log that is being written.
pub struct LogWriter {
    file: AtomicFile,
    parts: Vec<Arc<Mutex<Part>>>,
}

/// The facts of one worker, until the first error.
struct Part {
    lines: io::Result<BufWriter<File>>,
    facts_count: u64,
}

impl Part {
    fn write(&mut self, record: &Record) {
        if let Ok(lines) = &mut self.lines {
            match write_line(lines, record) {
                Ok(()) => self.facts_count += 1,
                Err(error) => self.lines = Err(error),
            }
        }
    }

    /// The facts from the first, once the last is written. Nothing is left in the part.
    fn take(&mut self) -> io::Result<BufReader<File>> {
        let lines = std::mem::replace(&mut self.lines, Err(io::ErrorKind::NotFound.into()))?;
        let mut file = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::new(file))
    }
}

impl LogWriter {
    /// Makes sure that the log can be written. Called before anything is simulated.
    ///
    /// # Errors
    /// The file can't be written there.
    pub fn prepare(target: &Path) -> Result<LogWriter, Error> {
        Ok(LogWriter {
            file: AtomicFile::prepare(target)?,
            parts: Vec::new(),
        })
    }

    /// A sink for the facts of one more worker.
    pub fn sink(&mut self) -> FactSink {
        let file = self.file.part();
        let lines = file.map(|file| BufWriter::with_capacity(1 << 18, file));
        let part = Arc::new(Mutex::new(Part {
            lines,
            facts_count: 0,
        }));
        self.parts.push(Arc::clone(&part));
        Box::new(move |record| locked(&part).write(record))
    }

    /// Puts the log of what `spec` says in its place. The run must be over.
    ///
    /// # Errors
    /// The first error of any worker, or the file can't be written.
    pub fn finish(self, spec: &RunSpec) -> Result<(), Error> {
        let LogWriter { file, parts } = self;
        file.finish(|merged| merge(spec, &parts, merged))
    }
}

fn locked(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

fn merge(spec: &RunSpec, parts: &[Arc<Mutex<Part>>], merged: &mut impl Write) -> io::Result<()> {
    let header = Header {
        schema: SCHEMA.to_string(),
        spec: spec.clone(),
    };
    write_line(merged, &header)?;
    let facts_count = parts.iter().map(|part| locked(part).facts_count).sum();
    let parts = parts.iter().map(|part| locked(part).take());
    let mut parts = parts.collect::<io::Result<Vec<_>>>()?;
    match parts.as_mut_slice() {
        [part] => io::copy(part, merged).map(drop),
        _ => merge_parts(parts, merged),
    }?;
    let end = End { facts_count };
    write_line(merged, &EndMark { end })
}

fn write_line(writer: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, value)?;
    writer.write_all(b"\n")
}

/// Where a fact stands in the log: history first, then by time, then by shard.
fn place(record: &Record) -> (SimTime, ShardId) {
    (record.at.max(SimTime(-1)), record.shard)
}

fn merge_parts(parts: Vec<BufReader<File>>, merged: &mut impl Write) -> io::Result<()> {
    let parts_count = parts.len();
    let mut readers: Vec<_> = parts.into_iter().map(BufReader::lines).collect();
    let mut heads = BinaryHeap::new();
    let mut advance = |part: usize, heads: &mut BinaryHeap<_>| -> io::Result<()> {
        if let Some(line) = readers[part].next() {
            let line = line?;
            let record: Record = serde_json::from_str(&line)?;
            heads.push(Reverse((place(&record), part, line)));
        }
        Ok(())
    };
    for part in 0..parts_count {
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
    file: BufReader<File>,
    /// The line that was read last, without its line feed.
    line: Vec<u8>,
    line_number: usize,
    /// Whether the line that was read last has no line feed: then the file ends in it.
    is_cut: bool,
    facts_count: u64,
}

impl LogReader {
    /// Opens a log, and says what was run.
    ///
    /// # Errors
    /// The file can't be read, or isn't an event log of this version.
    pub fn open(path: &Path) -> Result<(RunSpec, LogReader), Error> {
        let file = File::open(path).map_err(|error| Error::read(path, error))?;
        let mut reader = LogReader {
            path: path.to_path_buf(),
            file: BufReader::with_capacity(1 << 20, file),
            line: Vec::new(),
            line_number: 0,
            is_cut: false,
            facts_count: 0,
        };
        if !reader.read_line()? {
            return Err(reader.wrong("it is empty"));
        }
        let first: serde_json::Value = reader.parse()?;
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
    /// The line that can't be read, or the log is incomplete.
    pub fn next_fact(&mut self) -> Result<Option<Record>, Error> {
        if !self.read_line()? {
            return Err(self.incomplete("its last line is missing"));
        }
        if let Ok(EndMark { end }) = serde_json::from_slice(&self.line) {
            return self.check_end(&end).map(|()| None);
        }
        let record = self.parse()?;
        self.facts_count += 1;
        Ok(Some(record))
    }

    /// The line that was read last is wrong.
    pub(crate) fn wrong(&self, what: &str) -> Error {
        Error::usage_with(
            format!("{}, line {}: {what}", self.path.display(), self.line_number),
            "give an event log that `chappe run --log` wrote",
        )
    }

    fn incomplete(&self, why: &str) -> Error {
        Error::usage_with(
            format!(
                "{} is incomplete after {} facts: {why}",
                self.path.display(),
                self.facts_count
            ),
            "the file was cut; write it again with `chappe run --log`",
        )
    }

    /// Compares the last line with what was read before it.
    fn check_end(&mut self, end: &End) -> Result<(), Error> {
        let (told, found) = (end.facts_count, self.facts_count);
        if found < told {
            let why = format!("its last line says that there are {told}");
            return Err(self.incomplete(&why));
        }
        if found > told {
            return Err(self.wrong(&format!(
                "it says that there are {told} facts, and there are {found}"
            )));
        }
        match self.read_line()? {
            true => Err(self.wrong("it is behind the line that ends the log")),
            false => Ok(()),
        }
    }

    /// Reads the next line. Returns whether there is one.
    fn read_line(&mut self) -> Result<bool, Error> {
        self.line.clear();
        let read = self.file.read_until(b'\n', &mut self.line);
        let length = read.map_err(|error| Error::read(&self.path, error))?;
        self.line_number += 1;
        self.is_cut = self.line.pop_if(|last| *last == b'\n').is_none();
        Ok(length > 0)
    }

    /// The line that was read last.
    fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        let error = match std::str::from_utf8(&self.line) {
            Ok(line) => match serde_json::from_str(line) {
                Ok(value) => return Ok(value),
                Err(error) => error.to_string(),
            },
            Err(_) => "it is not UTF-8 text".to_owned(),
        };
        match self.is_cut {
            true => Err(self.incomplete("its last line is cut")),
            false => Err(self.wrong(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Fact, MessageId};
    use std::fs;

    /// What reading a log comes to.
    fn read(path: &Path) -> Result<usize, Error> {
        let (_, mut reader) = LogReader::open(path)?;
        let mut count = 0;
        while reader.next_fact()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// A log of four facts, by two workers.
    fn written(path: &Path) -> Vec<u8> {
        let mut writer = LogWriter::prepare(path).unwrap();
        for worker in 0..2 {
            let mut sink = writer.sink();
            for number in 0..2 {
                let message = MessageId(number);
                sink(&Record {
                    at: SimTime(number as i64),
                    shard: ShardId(worker),
                    fact: Fact::Expired { message },
                });
            }
        }
        let spec = RunSpec::new(crate::VERSION, "größe.toml", "title = \"Größe\"".to_owned());
        writer.finish(&spec).unwrap();
        fs::read(path).unwrap()
    }

    #[test]
    fn a_log_that_was_cut_anywhere_is_incomplete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.jsonl");
        let log = written(&path);
        assert_eq!(read(&path).unwrap(), 4);
        // Without the last line feed alone nothing is missing.
        for length in 1..log.len() - 1 {
            fs::write(&path, &log[..length]).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(
                error.contains("is incomplete"),
                "{length} bytes of {}: {error}",
                log.len()
            );
        }
        let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        for missing in 1..lines.len() - 1 {
            let rest = [&lines[..missing], &lines[missing + 1..]].concat();
            fs::write(&path, rest.concat()).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("is incomplete after 3 facts"), "{error}");
        }
    }

    #[test]
    fn a_log_ends_with_its_end_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.jsonl");
        let log = written(&path);
        fs::write(&path, [&log[..], &log[..]].concat()).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 7: it is behind the line that ends the log"),
            "{error}"
        );
        let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        fs::write(&path, [&lines[..2], &lines[1..]].concat().concat()).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("there are 4 facts, and there are 5"), "{error}");
        fs::write(
            &path,
            [&lines[..1], &[b"nonsense\n"], &lines[1..]].concat().concat(),
        )
        .unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("line 2: expected"), "{error}");
    }
}
