//! The figures of each run of a study, kept so that no run is played twice.
//!
//! A study can be interrupted or shared among machines, and continues from the runs that are there. The key of a run is
//! a hash over everything that bears on what happens in it, so the run stays valid if the scenario's title or another
//! arm changes.

use super::figures::Figure;
use super::user_counts::UserCounts;
use crate::VERSION;
use crate::error::Error;
use crate::files::{AtomicFile, clear_files_in};
use chappe_base::{Digest, RunSpec};
use chappe_metrics::{Overload, SeriesTable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder of cached runs within that of a study.
pub(crate) const CELLS: &str = "cells";

/// By what a run is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct RunKey {
    /// Hash over everything that bears on what happens, but the seed.
    pub variant: String,
    /// The seed.
    pub seed: u64,
    /// Whether each user's counts were kept.
    pub with_users: bool,
}

/// What one run came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CachedRun {
    pub(crate) key: RunKey,
    /// What was run.
    pub(crate) spec: RunSpec,
    /// Hash over everything that happened, in 16 hexadecimal digits.
    pub(crate) digest: String,
    /// Promises broken, as the audit counts them.
    pub(crate) violation_count: u64,
    /// The shards that could not keep up, if any.
    pub(crate) overload: Option<Overload>,
    /// Events: pops from the calendar.
    pub(crate) events_count: u64,
    pub(crate) figures: BTreeMap<String, Figure>,
    pub(crate) series: SeriesTable,
    pub(crate) users: Option<UserCounts>,
}

/// Where the runs of a study are kept.
pub trait CachedRuns: Sync {
    /// The run of that key, if it is there.
    ///
    /// # Errors
    /// The file of a run that is there and damaged.
    fn get(&self, key: &RunKey) -> Result<Option<CachedRun>, PathBuf>;

    /// Keeps a run.
    ///
    /// # Errors
    /// It can't be kept.
    fn put(&self, run: &CachedRun) -> Result<(), Error>;

    /// How many runs seem to be there.
    fn count(&self) -> usize;
}

/// Runs kept in memory, for as long as a program wants them.
#[derive(Default)]
pub struct RunsInMemory(Mutex<BTreeMap<RunKey, CachedRun>>);

impl CachedRuns for RunsInMemory {
    fn get(&self, key: &RunKey) -> Result<Option<CachedRun>, PathBuf> {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(runs.get(key).cloned())
    }

    fn put(&self, run: &CachedRun) -> Result<(), Error> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.insert(run.key.clone(), run.clone());
        Ok(())
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Runs kept in a folder, one file each. Folders of runs can be copied together.
pub struct RunsInFolder(PathBuf);

impl RunsInFolder {
    /// The runs kept with the study in `target`. All must be of this version. What killed processes left there goes.
    ///
    /// # Errors
    /// There are runs of another version.
    pub fn open(target: &Path) -> Result<RunsInFolder, Error> {
        let folder = target.join(CELLS);
        let names = fs::read_dir(&folder).into_iter().flatten().flatten();
        for name in names.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
            let version = name.strip_suffix(".json").and_then(|name| name.rsplit_once('-'));
            if let Some((version, _)) = version
                && version != VERSION
            {
                return Err(Error::usage_with(
                    format!(
                        "{} holds runs of version {version}, and this is version {VERSION}",
                        folder.display()
                    ),
                    "give --out a new folder, or continue with the version that wrote them",
                ));
            }
        }
        clear_files_in(&folder);
        Ok(RunsInFolder(folder))
    }

    /// Writes a file of the folder, and makes the folder if need be.
    fn write(&self, path: &Path, body: &str) -> Result<(), Error> {
        fs::create_dir_all(&self.0).map_err(|error| Error::write(&self.0, error))?;
        AtomicFile::begin(path)?.finish(|file| write!(file, "{}\n{body}\n", checksum(body)))
    }

    fn path(&self, key: &RunKey) -> PathBuf {
        let mut chain = Digest::default();
        chain.push(&(VERSION, &key.variant, key.seed, key.with_users));
        self.0.join(format!("{VERSION}-{:016x}.json", chain.value()))
    }
}

impl CachedRuns for RunsInFolder {
    fn get(&self, key: &RunKey) -> Result<Option<CachedRun>, PathBuf> {
        let path = self.path(key);
        let Ok(text) = fs::read(&path) else {
            return Ok(None);
        };
        match read(&text).filter(|run| run.key == *key) {
            Some(run) => Ok(Some(run)),
            None => Err(path),
        }
    }

    fn put(&self, run: &CachedRun) -> Result<(), Error> {
        let path = self.path(&run.key);
        let body = serde_json::to_string(run).map_err(|error| Error::write(&path, error.into()))?;
        match self.write(&path, &body) {
            // Another study has put its report there, and is just moving the runs into it.
            Err(Error::Write { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                self.write(&path, &body)
            }
            written => written,
        }
    }

    fn count(&self) -> usize {
        fs::read_dir(&self.0).into_iter().flatten().count()
    }
}

/// The checksum in the first line of a run's file, over the second.
fn checksum(body: &str) -> String {
    let mut chain = Digest::default();
    chain.push(&body);
    format!("{:016x}", chain.value())
}

fn read(text: &[u8]) -> Option<CachedRun> {
    let (sum, body) = std::str::from_utf8(text)
        .ok()?
        .strip_suffix('\n')?
        .split_once('\n')?;
    (sum == checksum(body))
        .then(|| serde_json::from_str(body).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64) -> CachedRun {
        CachedRun {
            key: RunKey {
                variant: "5a1e".to_string(),
                seed,
                with_users: false,
            },
            spec: RunSpec::new(VERSION, "town.toml", String::new()),
            digest: "0123456789abcdef".to_string(),
            violation_count: 0,
            overload: None,
            events_count: 7,
            figures: BTreeMap::new(),
            series: SeriesTable::default(),
            users: None,
        }
    }

    #[test]
    fn a_run_is_found_again_and_a_damaged_one_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let runs = RunsInFolder::open(folder.path()).unwrap();
        let run = run(1);
        assert_eq!(runs.get(&run.key), Ok(None));
        runs.put(&run).unwrap();
        assert_eq!(runs.get(&run.key), Ok(Some(run.clone())));
        let path = runs.path(&run.key);
        let text = fs::read_to_string(&path).unwrap();
        for damaged in [
            text.replace("7", "8"),
            text[..text.len() / 2].to_string(),
            String::new(),
        ] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(runs.get(&run.key), Err(path.clone()));
        }
    }

    #[test]
    fn runs_of_another_version_are_not_mixed_in() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(CELLS)).unwrap();
        fs::write(folder.path().join(CELLS).join("0.0.9-0123456789abcdef.json"), "").unwrap();
        let error = RunsInFolder::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("0.0.9") && error.contains(VERSION), "{error}");
    }
}
