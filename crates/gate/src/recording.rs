//! Recording: baselines for scenarios that have none, and figures for the history.

use crate::baselines::{Entry, Folder, mismatches, now};
use crate::context::Context;
use crate::exact::{compare, moved};
use crate::history;
use crate::options::CaseOptions;
use crate::play::play_all;
use crate::program::Program;
use crate::record::{Played, RecordedRun};
use chappe_study::{Error, Note};
use std::fmt;
use std::path::{Path, PathBuf};

/// What became of a scenario that was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// It had no baseline; this file is its baseline now.
    New(PathBuf),
    /// It comes to what its baseline says.
    AsItsBaseline,
    /// It comes to something else, and its baseline stays.
    Differs,
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recorded::New(file) => write!(f, "recorded in {}", file.display()),
            Recorded::AsItsBaseline => f.write_str("as its baseline"),
            Recorded::Differs => f.write_str(
                "differs from its baseline, which stays: `chappe gate check` says how, `chappe gate accept` makes this \
                 its baseline",
            ),
        }
    }
}

/// Plays scenarios, writes the baselines that are missing, and adds the figures to the history. Gives what became of
/// each scenario, by its name.
///
/// # Errors
/// A scenario, a baseline or the history can't be used, or the work was stopped.
pub fn record(
    options: &CaseOptions,
    history: &Path,
    context: &Context<'_>,
) -> Result<Vec<(String, Recorded)>, Error> {
    let folder = Folder::new(&options.baselines);
    let entries = folder.entries(options)?;
    history::check(history)?;
    let program = Program::this(&[], context)?;
    let mut notices = Vec::new();
    let played = play_all(&program, &entries, options.instructions, &mut notices, context)?;
    for notice in &notices {
        context.observer.note(Note::Notice(notice.clone()));
    }
    let mut outcomes = Vec::new();
    for (entry, played) in entries.iter().zip(&played) {
        let outcome = match &entry.baseline {
            None => {
                let commit = program.commit.as_ref();
                Recorded::New(folder.write(entry, played.clone(), commit, Vec::new())?)
            }
            Some(baseline) => {
                let before = &baseline.played;
                let is_same = mismatches(before, played).is_empty()
                    && moved(&compare(&entry.name, before, played)).is_empty();
                match is_same {
                    true => Recorded::AsItsBaseline,
                    false => Recorded::Differs,
                }
            }
        };
        outcomes.push((entry.name.clone(), outcome));
    }
    append(history, &entries, &played, program.commit.as_deref(), context)?;
    Ok(outcomes)
}

/// Adds what all cases came to: all of it, or nothing.
pub(crate) fn append(
    file: &Path,
    entries: &[Entry],
    played: &[Played],
    commit: Option<&str>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let at = now();
    let runs: Vec<RecordedRun> = entries
        .iter()
        .zip(played)
        .map(|(entry, played)| history::recorded(&entry.name, played, commit, &at))
        .collect();
    if let Some(notice) = history::append(file, &runs)? {
        context.observer.note(Note::Notice(notice.clone()));
    }
    Ok(())
}
