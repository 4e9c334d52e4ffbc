//! What a scenario that was run with fewer users would cost with all of them.

use crate::record::Execution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the same stretch of time would cost with all the people of the scenario: this run's own
/// cost, multiplied by how many more they are.
///
/// - *Core-hours*: at least what this run cost per person, as if the whole were many such runs side
///   by side. At most 1.5 times that, for the exchange between them or for larger parts, and
///   once more for each tenfold that this run stays below 1,000,000 people, since small runs fit
///   into the processor's caches.
/// - *Memory*: at least what the state held at the end for each person; at most the peak of the
///   process for each person, which counts in what does not grow with people.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FullSize {
    /// People at full size.
    pub users_count: u64,
    /// Core-hours, at least.
    pub core_hours_min: f64,
    /// Core-hours, at most.
    pub core_hours_max: f64,
    /// Memory of all processes together [bytes], at least.
    pub memory_bytes_min: u64,
    /// Memory of all processes together [bytes], at most.
    pub memory_bytes_max: u64,
}

/// Most that the cost per event may grow from one to ten million people.
const GROWTH: f64 = 1.5;
/// People of a part that a processor's caches no longer hold.
const PART: u64 = 1_000_000;

impl FullSize {
    /// What a run with `played_count` people says about one with `users_count`; nothing if those
    /// are no more.
    #[must_use]
    pub fn of(execution: &Execution, played_count: u64, users_count: u64) -> Option<FullSize> {
        if played_count == 0 || users_count <= played_count {
            return None;
        }
        let times = users_count as f64 / played_count as f64;
        let cores = f64::from(execution.processes) * f64::from(execution.workers);
        let core_hours = execution.wall_ns as f64 / 3.6e12 * cores;
        let (mut growth, mut part) = (GROWTH, played_count);
        while part < PART {
            growth *= GROWTH;
            part *= 10;
        }
        let memory = &execution.memory;
        let state_bytes: u64 = memory.per_user.iter().map(|part| part.bytes_total).sum();
        let grown = |bytes: u64| (bytes as f64 * times) as u64;
        Some(FullSize {
            users_count,
            core_hours_min: core_hours * times,
            core_hours_max: core_hours * times * growth,
            memory_bytes_min: grown(state_bytes),
            memory_bytes_max: grown(memory.peak_bytes.max(state_bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Memory, MemoryPart};

    fn execution() -> Execution {
        let part = |bytes_total| MemoryPart {
            part: "users".to_string(),
            bytes_total,
            bytes_per_user: 0.0,
        };
        Execution {
            processes: 2,
            workers: 1,
            wall_ns: 1_800_000_000_000,
            memory: Memory {
                peak_bytes: 5_000,
                peak_bytes_by_process: vec![5_000],
                per_user: vec![part(3_000), part(1_000)],
            },
            ..Execution::default()
        }
    }

    #[test]
    fn a_hundred_times_the_people_cost_a_hundred_times_as_much_or_half_again() {
        let full = FullSize::of(&execution(), 9_000_000, 900_000_000).unwrap();
        assert_eq!(full.users_count, 900_000_000);
        assert_eq!((full.core_hours_min, full.core_hours_max), (100.0, 150.0));
        assert_eq!((full.memory_bytes_min, full.memory_bytes_max), (400_000, 500_000));
    }

    #[test]
    fn a_small_run_is_less_sure() {
        let full = FullSize::of(&execution(), 90_000, 9_000_000).unwrap();
        assert_eq!((full.core_hours_min, full.core_hours_max), (100.0, 337.5));
    }

    #[test]
    fn what_was_played_in_full_is_no_guess() {
        assert_eq!(FullSize::of(&execution(), 1_000, 1_000), None);
        assert_eq!(FullSize::of(&execution(), 1_000, 10), None);
    }
}
