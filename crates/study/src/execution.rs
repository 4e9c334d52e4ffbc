//! The cost of a study: the half of its record that depends on the machine.

use crate::machine;
use chappe_metrics::{Execution, Memory};
use std::time::{Duration, Instant, SystemTime};

/// The clock of a study, from its start.
pub struct Stopwatch {
    started: SystemTime,
    clock: Instant,
}

impl Stopwatch {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Stopwatch {
        Stopwatch {
            started: SystemTime::now(),
            clock: Instant::now(),
        }
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// What a study took in this process alone; `command` is the one that was given, if there was one.
    #[must_use]
    pub fn execution(&self, command: &[String]) -> Execution {
        self.execution_of(vec![machine::peak_bytes().unwrap_or(0)], command)
    }

    /// What a study took in processes that held at most this many bytes each.
    pub(crate) fn execution_of(&self, peaks_bytes: Vec<u64>, command: &[String]) -> Execution {
        let started = jiff::Timestamp::try_from(self.started).map(|started| started.to_string());
        Execution {
            machine: machine::machine(),
            processes: peaks_bytes.len() as u32,
            command: command.to_vec(),
            started: started.unwrap_or_default(),
            wall_ns: self.elapsed().as_nanos() as u64,
            memory: Memory {
                peak_bytes: peaks_bytes.iter().sum(),
                peak_bytes_by_process: peaks_bytes,
                per_user: Vec::new(),
            },
            ..Execution::default()
        }
    }
}
