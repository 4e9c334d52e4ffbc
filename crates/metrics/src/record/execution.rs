//! What a run took: machine, time and memory.

use crate::calibration::PredictionError;
use crate::full_size::FullSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The half of a record that depends on the machine.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Execution {
    /// What it ran on.
    pub machine: Machine,
    /// Processes that took part.
    #[serde(default = "one")]
    pub processes: u32,
    /// Threads that ran events, in each process.
    pub workers: u32,
    /// The command that made it.
    pub command: Vec<String>,
    /// When it began, in RFC 3339.
    pub started: String,
    /// How long it took [ns].
    pub wall_ns: u64,
    /// Events: pops from the calendar.
    pub events_count: u64,
    /// Events per second of wall time.
    pub events_per_second: u64,
    /// Memory it took.
    pub memory: Memory,
    /// What the scenario would cost with all its users; null if they were all simulated.
    pub full_size: Option<FullSize>,
    /// The error of predictions when they were last compared with the wall clock; null if they never were.
    #[serde(default)]
    pub prediction_error: Option<PredictionError>,
}

fn one() -> u32 {
    1
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture of the processor.
    pub arch: String,
    /// Model of the processor.
    pub processor: String,
    /// Cores that may be used.
    pub cores: u32,
    /// Main memory [bytes]; zero if the system does not tell.
    pub memory_bytes: u64,
}

impl Machine {
    /// Main memory [bytes], if the system told.
    #[must_use]
    pub fn known_memory_bytes(&self) -> Option<u64> {
        (self.memory_bytes > 0).then_some(self.memory_bytes)
    }
}

/// Memory that a run took.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// The most that each process held, summed [bytes]; zero if the system does not tell.
    pub peak_bytes: u64,
    /// The same by process, in their order [bytes].
    #[serde(default)]
    pub peak_bytes_by_process: Vec<u64>,
    /// Memory of the state, by part, largest first.
    pub per_user: Vec<MemoryPart>,
}

impl Memory {
    /// The most that each process held, summed [bytes], if the system told.
    #[must_use]
    pub fn known_peak_bytes(&self) -> Option<u64> {
        (self.peak_bytes > 0).then_some(self.peak_bytes)
    }
}

/// Memory of one part of the state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MemoryPart {
    /// Which part.
    pub part: String,
    /// What it took [bytes].
    pub bytes_total: u64,
    /// What it took for each user [bytes].
    pub bytes_per_user: f64,
}
