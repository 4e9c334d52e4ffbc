//! Every recorded run, in one file of SQLite.
//!
//! It keeps a rollback journal rather than a log of its own (WAL): writers are rare and short, and the
//! history stays one file, to be copied, committed or kept on a file system of the network. Whoever opens it
//! next undoes what a killed writer began.

#[cfg(test)]
mod tests;

use crate::failure::Failure;
use chappe_metrics::{Better, FigureKind, Unit};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, params};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tables, and the marks of the file.
const SCHEMA: &str = include_str!("history.sql");
/// The version of the tables.
const VERSION: i32 = 1;
/// What marks a file as a history.
const APPLICATION: i32 = 0x6368_6170;
/// How long to wait for others who are writing.
const PATIENCE: Duration = Duration::from_secs(30);

/// One run of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RecordedRun {
    /// When, in RFC 3339.
    pub(crate) at: String,
    /// The commit of the program, where it is known.
    pub(crate) commit: Option<String>,
    /// Version of the program.
    pub(crate) version: String,
    /// What it ran on.
    pub(crate) machine: String,
    /// The scenario's name.
    pub(crate) scenario: String,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub(crate) scenario_hash: String,
    /// Seed of all random draws.
    pub(crate) seed: u64,
    /// What it came to.
    pub(crate) figures: Vec<RecordedFigure>,
}

/// One figure of a run.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RecordedFigure {
    pub(crate) kind: FigureKind,
    pub(crate) metric: String,
    /// What its value is counted in.
    pub(crate) unit: Unit,
    pub(crate) value: f64,
    pub(crate) better: Better,
}

/// The recorded runs of a file.
#[derive(Debug)]
pub(crate) struct History {
    connection: Connection,
    path: PathBuf,
}

impl History {
    /// Opens the history of a file, and makes a new one if there is none.
    pub(crate) fn open(path: &Path) -> Result<History, Failure> {
        let failure = |error| Failure::Write {
            path: path.to_path_buf(),
            error,
        };
        // What SQLite would take for a name of its own, such as `:memory:`, becomes a path.
        let whole = std::path::absolute(path).map_err(failure)?;
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(failure)?;
        }
        let mut history = History::connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        if history.is_blank()? {
            let made = history.change(|change| match is_blank(change)? {
                true => change.execute_batch(SCHEMA),
                // Another process was first.
                false => Ok(()),
            });
            made.map_err(|error| history.failure(&error))?;
        }
        history.check()?;
        Ok(history)
    }

    /// Opens the history of a file, which must be there.
    pub(crate) fn open_existing(path: &Path) -> Result<History, Failure> {
        if !path.exists() {
            return Err(none_yet(path));
        }
        let history = History::connect(path, OpenFlags::empty())?;
        if history.is_blank()? {
            return Err(none_yet(path));
        }
        history.check()?;
        Ok(history)
    }

    fn connect(path: &Path, more: OpenFlags) -> Result<History, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let connect = || {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            let connection = Connection::open_with_flags(whole, flags)?;
            connection.busy_timeout(PATIENCE)?;
            Ok(connection)
        };
        let connection = connect().map_err(|error| failure(path, &error))?;
        Ok(History {
            connection,
            path: path.to_path_buf(),
        })
    }

    /// Whether nothing was ever written to the file.
    fn is_blank(&self) -> Result<bool, Failure> {
        is_blank(&self.connection).map_err(|error| self.failure(&error))
    }

    /// Makes sure that the file is a whole history, of this version.
    fn check(&self) -> Result<(), Failure> {
        let number = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get(0));
        let marks = number("application_id").and_then(|id: i32| Ok((id, number("user_version")?)));
        let (application, version) = marks.map_err(|error| self.failure(&error))?;
        if application != APPLICATION {
            return Err(foreign(&self.path));
        }
        if version > VERSION {
            let problem = format!(
                "the history `{}` was written by a later version of chappe",
                self.path.display()
            );
            let help = "take that version, or give another path to begin a history anew";
            return Err(Failure::usage_with(problem, help));
        }
        let found = self
            .connection
            .pragma_query_value(None, "quick_check", |row| row.get(0));
        let found: String = found.map_err(|error| self.failure(&error))?;
        if found == "ok" {
            Ok(())
        } else {
            Err(damaged(&self.path))
        }
    }

    /// Adds runs to it: all of them, or none.
    pub(crate) fn add(&mut self, runs: &[RecordedRun]) -> Result<(), Failure> {
        let figures = || runs.iter().flat_map(|run| &run.figures);
        if let Some(wrong) = figures().find(|figure| !figure.value.is_finite()) {
            let problem = format!("the figure {} of `{}` is no number", wrong.value, wrong.metric);
            return Err(Failure::Internal(problem));
        }
        let added = self.change(|change| runs.iter().try_for_each(|run| insert(change, run)));
        added.map_err(|error| self.failure(&error))
    }

    /// Carries `what` out as a whole.
    fn change(
        &mut self,
        what: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        // Who begins by reading can't wait for another writer.
        let behavior = TransactionBehavior::Immediate;
        let change = self.connection.transaction_with_behavior(behavior)?;
        what(&change)?;
        change.commit()
    }

    /// Every run, in the order in which they were added.
    pub(crate) fn runs(&self) -> Result<Vec<RecordedRun>, Failure> {
        self.read().map_err(|error| self.failure(&error))
    }

    fn read(&self) -> rusqlite::Result<Vec<RecordedRun>> {
        // One look at both tables, whatever others add in the meantime.
        let moment = self.connection.unchecked_transaction()?;
        let mut statement = moment.prepare(
            "SELECT number, at, \"commit\", version, machine, scenario, scenario_hash, seed FROM run ORDER BY number",
        )?;
        let runs = statement.query_map([], |row| Ok((row.get(0)?, run(row)?)))?;
        let mut runs: Vec<(i64, RecordedRun)> = runs.collect::<Result<_, _>>()?;
        let mut statement = moment
            .prepare("SELECT kind, metric, unit, value, better FROM figure WHERE run = ?1 ORDER BY place")?;
        for (number, run) in &mut runs {
            let figures = statement.query_map([*number], figure)?;
            run.figures = figures.collect::<Result<_, _>>()?;
        }
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    fn failure(&self, error: &rusqlite::Error) -> Failure {
        failure(&self.path, error)
    }
}

fn is_blank(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn insert(change: &Transaction<'_>, run: &RecordedRun) -> rusqlite::Result<()> {
    let mut statement = change.prepare_cached(
        "INSERT INTO run (at, \"commit\", version, machine, scenario, scenario_hash, seed) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let number = statement.insert(params![
        run.at,
        run.commit,
        run.version,
        run.machine,
        run.scenario,
        run.scenario_hash,
        run.seed.cast_signed(),
    ])?;
    let mut statement = change.prepare_cached(
        "INSERT INTO figure (run, place, kind, metric, unit, value, better) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (place, figure) in run.figures.iter().enumerate() {
        statement.execute(params![
            number,
            place as i64,
            figure.kind.label(),
            figure.metric,
            figure.unit.label(),
            figure.value,
            figure.better.label(),
        ])?;
    }
    Ok(())
}

fn run(row: &Row<'_>) -> rusqlite::Result<RecordedRun> {
    Ok(RecordedRun {
        at: row.get(1)?,
        commit: row.get(2)?,
        version: row.get(3)?,
        machine: row.get(4)?,
        scenario: row.get(5)?,
        scenario_hash: row.get(6)?,
        seed: row.get::<_, i64>(7)?.cast_unsigned(),
        figures: Vec::new(),
    })
}

fn figure(row: &Row<'_>) -> rusqlite::Result<RecordedFigure> {
    let (kind, unit, way): (String, String, String) = (row.get(0)?, row.get(2)?, row.get(4)?);
    let kind = FigureKind::ALL.iter().find(|one| one.label() == kind);
    let unit = Unit::ALL.iter().find(|one| one.label() == unit);
    let way = Better::ALL.iter().find(|one| one.label() == way);
    let value: f64 = row.get(3)?;
    match (kind, unit, way) {
        (Some(&kind), Some(&unit), Some(&better)) if value.is_finite() => Ok(RecordedFigure {
            kind,
            metric: row.get(1)?,
            unit,
            value,
            better,
        }),
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(rusqlite::Error::InvalidQuery),
    }
}

/// Why SQLite could not do what it was asked to.
fn failure(path: &Path, error: &rusqlite::Error) -> Failure {
    let code = error.sqlite_error_code();
    let is_one_of = |codes: &[ErrorCode]| code.is_some_and(|code| codes.contains(&code));
    let of_the_system = [
        ErrorCode::CannotOpen,
        ErrorCode::PermissionDenied,
        ErrorCode::ReadOnly,
        ErrorCode::DiskFull,
        ErrorCode::SystemIoFailure,
        ErrorCode::OutOfMemory,
    ];
    let shown = path.display();
    if is_one_of(&[ErrorCode::NotADatabase]) {
        foreign(path)
    } else if is_one_of(&[ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked]) {
        Failure::usage_with(
            format!("somebody else is writing to the history `{shown}`, and doesn't end"),
            "wait for the other process, and give the same command again",
        )
    } else if is_one_of(&of_the_system) {
        Failure::usage_with(
            format!("the history `{shown}` can't be read or written: {error}"),
            "make room for it and let it be written, or give another path",
        )
    } else {
        damaged(path)
    }
}

/// That nothing was recorded, and how to begin.
pub(crate) fn none_yet(path: &Path) -> Failure {
    Failure::usage_with(
        format!("there is no history yet: `{}` holds no runs", path.display()),
        "run `chappe gate record` first, or give the path of a history",
    )
}

fn foreign(path: &Path) -> Failure {
    Failure::usage_with(
        format!("`{}` is something else than a history of runs", path.display()),
        "give another path; it was left as it is",
    )
}

fn damaged(path: &Path) -> Failure {
    Failure::usage_with(
        format!("the history `{}` is damaged", path.display()),
        "put a copy of it in its place, or move it away to begin anew",
    )
}
