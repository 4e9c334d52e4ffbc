//! What was measured, as it stands in `data.json`.

use crate::{Failure, write};
use chappe_metrics::Machine;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// All that was measured.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Data {
    /// The machine of the latest run.
    pub(crate) machine: Machine,
    /// What criterion measured, by `group/engine/case`.
    pub(crate) rates: BTreeMap<String, Rate>,
    /// Whole-platform runs on one worker, by their users.
    pub(crate) alone: BTreeMap<u32, Run>,
    /// A run on two workers.
    pub(crate) two_workers: Option<Run>,
    /// Two runs at a time, each with half of the users; figures of both together.
    pub(crate) two_halves: Option<Run>,
}

/// How often something can be done.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Rate {
    /// The median [per second].
    pub(crate) per_second: f64,
    /// Between the bounds of its 95% confidence interval [per second].
    pub(crate) least_per_second: f64,
    pub(crate) most_per_second: f64,
}

/// A whole-platform run.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) users_count: u32,
    /// How many threads ran or waited for a core before it began: the load average of a minute.
    pub(crate) load_before: f64,
    pub(crate) messages_count: i64,
    pub(crate) events_count: u64,
    /// Time of the simulation, without the writing of its report [ns].
    pub(crate) wall_ns: u64,
    pub(crate) peak_bytes: u64,
    /// Memory of the state by part [bytes per user].
    pub(crate) bytes_per_user: BTreeMap<String, f64>,
    /// Facts that the audit judged.
    pub(crate) facts_count: u64,
    pub(crate) violation_count: u64,
}

impl Run {
    /// Events per second of its time.
    pub(crate) fn events_per_second(&self) -> f64 {
        self.events_count as f64 / self.seconds()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.wall_ns as f64 / 1e9
    }

    /// Memory of platform and agents: of all but the kernel's and the audit's [bytes per user].
    pub(crate) fn platform_bytes_per_user(&self) -> f64 {
        let parts = self.bytes_per_user.iter();
        let ours = parts.filter(|(part, _)| !["calendar", "audit"].contains(&part.as_str()));
        ours.map(|(_, bytes)| bytes).sum()
    }
}

impl Data {
    /// What was kept, or nothing yet.
    pub(crate) fn read(path: &Path) -> Result<Data, Failure> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| Failure::Format {
                path: path.to_path_buf(),
                error,
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Data::default()),
            Err(error) => Err(Failure::File {
                path: path.to_path_buf(),
                error,
            }),
        }
    }

    /// Keeps it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let wrong = |error| Failure::File {
            path: path.to_path_buf(),
            error,
        };
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).map_err(wrong)?;
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        write(path, format!("{}\n", text.map_err(wrong)?).as_bytes())
    }
}
