//! What each run of a study came to, kept by what was played: no run is played twice.

use super::figures::Figure;
use super::tally::Users;
use crate::aside::Aside;
use crate::failure::Failure;
use chappe_base::Digest;
use chappe_metrics::SeriesTable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of cells within that of a study.
pub(crate) const FOLDER: &str = "cells";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was played.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Hash over everything that bears on what happens, but the seed.
    pub(crate) variant: String,
    pub(crate) seed: u64,
    /// Whether each user's counts were kept.
    pub(crate) with_users: bool,
}

/// What one run came to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) key: Key,
    /// Promises broken, as the audit counts them.
    pub(crate) violation_count: u64,
    /// Events: pops from the calendar.
    pub(crate) events_count: u64,
    pub(crate) figures: BTreeMap<String, Figure>,
    pub(crate) series: SeriesTable,
    pub(crate) users: Option<Users>,
}

/// The cells of a folder. Copying folders of cells together makes one of all.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The cells of the study in `target`, if there are any; all must be of this version.
    pub(crate) fn open(target: &Path) -> Result<Store, Failure> {
        let folder = target.join(FOLDER);
        let names = fs::read_dir(&folder).into_iter().flatten().flatten();
        for name in names.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
            let version = name.strip_suffix(".json").and_then(|name| name.rsplit_once('-'));
            if let Some((version, _)) = version
                && version != VERSION
            {
                return Err(Failure::usage_with(
                    format!(
                        "{} holds cells of version {version}, and this is version {VERSION}",
                        folder.display()
                    ),
                    "give --out a new folder, or play on with the version that began",
                ));
            }
        }
        Ok(Store { folder })
    }

    fn path(&self, key: &Key) -> PathBuf {
        let mut chain = Digest::default();
        chain.push(&(VERSION, &key.variant, key.seed, key.with_users));
        self.folder.join(format!("{VERSION}-{:016x}.json", chain.value()))
    }

    /// Whether there is a cell, whole or not.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.path(key).exists()
    }

    /// The cell of what was played, if it is there and whole. A damaged one is said to be so.
    pub(crate) fn get(&self, key: &Key) -> Option<Cell> {
        let path = self.path(key);
        let text = fs::read(&path).ok()?;
        let cell = read(&text).filter(|cell| cell.key == *key);
        if cell.is_none() {
            eprintln!("note: {} is damaged; its run is played again", path.display());
        }
        cell
    }

    /// Keeps a cell, whole or not at all.
    pub(crate) fn put(&self, cell: &Cell) -> Result<(), Failure> {
        let path = self.path(&cell.key);
        let failure = |error| Failure::Write {
            path: self.folder.clone(),
            error,
        };
        fs::create_dir_all(&self.folder).map_err(failure)?;
        let body = serde_json::to_string(cell).map_err(|error| failure(error.into()))?;
        Aside::prepare(&path)?.finish(|file| write!(file, "{}\n{body}\n", checksum(&body)))
    }
}

/// The checksum in the first line of a cell, over the second.
fn checksum(body: &str) -> String {
    let mut chain = Digest::default();
    chain.push(&body);
    format!("{:016x}", chain.value())
}

fn read(text: &[u8]) -> Option<Cell> {
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

    fn cell(seed: u64) -> Cell {
        Cell {
            key: Key {
                variant: "5a1e".to_string(),
                seed,
                with_users: false,
            },
            violation_count: 0,
            events_count: 7,
            figures: BTreeMap::new(),
            series: SeriesTable::default(),
            users: None,
        }
    }

    #[test]
    fn a_cell_is_found_again_and_a_damaged_one_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let cell = cell(1);
        assert_eq!(store.get(&cell.key), None);
        store.put(&cell).unwrap();
        assert_eq!(store.get(&cell.key), Some(cell.clone()));
        let path = store.path(&cell.key);
        let text = fs::read_to_string(&path).unwrap();
        for damaged in [
            text.replace("7", "8"),
            text[..text.len() / 2].to_string(),
            String::new(),
        ] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(store.get(&cell.key), None);
        }
    }

    #[test]
    fn cells_of_another_version_are_not_mixed_in() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        fs::write(folder.path().join(FOLDER).join("0.0.9-0123456789abcdef.json"), "").unwrap();
        let error = Store::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("0.0.9") && error.contains(VERSION), "{error}");
    }
}
