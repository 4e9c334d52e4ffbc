//! The history: every recorded run, in one file of JSON Lines.
//!
//! A line is written once and never changed, and writers hold the file's lock while they append, so several processes
//! may record at once. A process that is killed while it writes can leave an incomplete last line: readers leave that
//! line out, the next writer removes it, and both say so.

#[cfg(test)]
mod tests;

use crate::record::{RECORDED_RUN_SCHEMA, RecordedRun};
use chappe_study::Error;
use serde::Deserialize;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What every line begins with, whatever its version: `schema` is the first field.
const LINE_START: &[u8] = br#"{"schema":"chappe/recorded-run/"#;
/// What every SQLite database begins with.
const SQLITE_START: &[u8] = b"SQLite format 3\0";

/// What a file holds.
#[derive(PartialEq, Debug, Default)]
struct Content {
    runs: Vec<RecordedRun>,
    /// Where the last complete line ends [bytes].
    complete_bytes: u64,
    /// Whether an incomplete line follows.
    is_torn: bool,
    /// Whether the last complete line lacks its line feed, as some editors leave it.
    lacks_line_feed: bool,
}

/// Every run of a history, in the order in which they were added, and a notice if its last line is incomplete.
///
/// # Errors
/// There is none yet, or the file is damaged, of a later version, or something else.
pub fn read(path: &Path) -> Result<(Vec<RecordedRun>, Option<String>), Error> {
    if !is_there(path)? {
        return Err(none_yet(path));
    }
    let content = content(path, &mut locked(path, File::open(path), File::lock_shared)?)?;
    if content.runs.is_empty() {
        return Err(none_yet(path));
    }
    let notice = content
        .is_torn
        .then(|| torn(path, "it is left out, and the next writer will remove it"));
    Ok((content.runs, notice))
}

/// Makes sure, before anything is played for it, that a history can be appended to: the file is one, or absent.
///
/// # Errors
/// The file is damaged, of a later version, or something else.
pub fn check(path: &Path) -> Result<(), Error> {
    if !is_there(path)? {
        return Ok(());
    }
    content(path, &mut locked(path, File::open(path), File::lock_shared)?).map(drop)
}

/// Adds runs to a history: all of them, or none. Makes the file if there is none. Gives a notice if it removed an
/// incomplete last line.
///
/// # Errors
/// The file can't be written, or is no history that this version can read; a figure is not finite.
pub fn append(path: &Path, runs: &[RecordedRun]) -> Result<Option<String>, Error> {
    let failure = |error| Error::write(path, error);
    let mut lines = lines(runs)?;
    is_there(path)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failure)?;
    }
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let mut file = locked(path, opened, File::lock)?;
    let content = content(path, &mut file)?;
    if content.lacks_line_feed {
        lines.insert(0, b'\n');
    }
    let mut write = || -> io::Result<()> {
        file.set_len(content.complete_bytes)?;
        file.seek(SeekFrom::Start(content.complete_bytes))?;
        file.write_all(&lines)?;
        file.sync_data()
    };
    if let Err(error) = write() {
        // Some of the runs may be there. Should this fail as well, the next writer finds a line that is incomplete.
        let _ = file.set_len(content.complete_bytes);
        return Err(failure(error));
    }
    Ok(content.is_torn.then(|| torn(path, "it was removed")))
}

/// Whether there is a file. A pipe or a device can't be one: reading it may never end, and nothing can be taken back.
fn is_there(path: &Path) -> Result<bool, Error> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(Error::usage_with(
            format!("`{}` is no regular file, and a history is one", path.display()),
            "give another path, such as reports/history.jsonl",
        )),
        found => Ok(found.is_ok()),
    }
}

/// Opens a file and takes its lock, which is released when the file is closed.
fn locked(
    path: &Path,
    opened: io::Result<File>,
    lock: impl Fn(&File) -> io::Result<()>,
) -> Result<File, Error> {
    opened
        .and_then(|file| lock(&file).map(|()| file))
        .map_err(|error| unusable(path, &error))
}

/// Runs as lines.
fn lines(runs: &[RecordedRun]) -> Result<Vec<u8>, Error> {
    let figures = || runs.iter().flat_map(|run| &run.figures);
    if let Some(wrong) = figures().find(|figure| !figure.value.is_finite()) {
        let problem = format!("the figure {} of `{}` is no number", wrong.value, wrong.metric);
        return Err(Error::Internal(problem));
    }
    let mut lines = Vec::new();
    for run in runs {
        serde_json::to_writer(&mut lines, run).map_err(|error| Error::Internal(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Reads a whole file, which has to be a history.
fn content(path: &Path, file: &mut File) -> Result<Content, Error> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|error| unusable(path, &error))?;
    let mut content = Content::default();
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let has_line_feed = line.ends_with(b"\n");
        match serde_json::from_slice::<RecordedRun>(line) {
            Ok(run) if run.schema == RECORDED_RUN_SCHEMA => {
                content.runs.push(run);
                content.complete_bytes += line.len() as u64;
                content.lacks_line_feed = !has_line_feed;
            }
            Err(_) if !has_line_feed && (line.starts_with(LINE_START) || LINE_START.starts_with(line)) => {
                content.is_torn = true;
            }
            Ok(_) | Err(_) => return Err(refused(path, index + 1, line)),
        }
    }
    Ok(content)
}

/// Why a line is not one that this version can read.
fn refused(path: &Path, number: usize, line: &[u8]) -> Error {
    /// The first field of every version.
    #[derive(Deserialize)]
    struct Mark {
        schema: String,
    }
    let shown = path.display();
    let mark = serde_json::from_slice::<Mark>(line).ok().map(|mark| mark.schema);
    let is_ours = line.starts_with(LINE_START);
    match mark {
        Some(schema) if is_ours && schema != RECORDED_RUN_SCHEMA => Error::usage_with(
            format!(
                "line {number} of the history `{shown}` has the format {schema}, which this version can't read"
            ),
            "use the version of chappe that wrote it, or give another path to begin a new history",
        ),
        Some(_) | None if number > 1 || is_ours => Error::usage_with(
            format!("the history `{shown}` is damaged: line {number} is not a recorded run"),
            "delete that line, put a copy of the file in its place, or move it away to begin a new history",
        ),
        Some(_) | None if line.starts_with(SQLITE_START) => Error::usage_with(
            format!("`{shown}` is an SQLite database, and a history is a file of JSON Lines"),
            "give another path, such as reports/history.jsonl; the database was left as it is",
        ),
        Some(_) | None => Error::usage_with(
            format!("`{shown}` is something else than a history of runs"),
            "give another path; it was left as it is",
        ),
    }
}

/// What the system says of a file that can't be opened or read.
fn unusable(path: &Path, error: &io::Error) -> Error {
    Error::usage_with(
        format!(
            "the history `{}` can't be read or written: {error}",
            path.display()
        ),
        "make it readable and writable, or give the path of another file",
    )
}

/// That nothing was recorded, and how to begin.
fn none_yet(path: &Path) -> Error {
    Error::usage_with(
        format!("there is no history yet: `{}` holds no runs", path.display()),
        "run `chappe gate record` first, or give the path of a history",
    )
}

fn torn(path: &Path, consequence: &str) -> String {
    format!(
        "the last line of {} is incomplete, as a process was stopped while it wrote; {consequence}",
        path.display()
    )
}
