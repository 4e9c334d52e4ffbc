//! What the process uses of its machine.

use std::fs;

/// Processor time and memory of this process so far. Zero if the system does not report them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time of all threads [ns].
    pub(crate) cpu_ns: u64,
    /// Resident memory [bytes].
    pub(crate) memory_bytes: u64,
}

impl Usage {
    /// The usage up to now.
    pub(crate) fn now() -> Usage {
        let memory = fs::read_to_string("/proc/self/status").ok();
        Usage {
            cpu_ns: cpu_ns(),
            memory_bytes: memory.and_then(|status| memory_bytes(&status)).unwrap_or(0),
        }
    }
}

/// Reads the process's CPU clock, which counts in nanoseconds. The figures in `/proc` count in ticks of 10 ms.
#[cfg(unix)]
fn cpu_ns() -> u64 {
    use rustix::time::{ClockId, clock_gettime};
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    spent.tv_sec.unsigned_abs() * 1_000_000_000 + spent.tv_nsec.unsigned_abs()
}

/// Not known on other systems.
#[cfg(not(unix))]
fn cpu_ns() -> u64 {
    0
}

fn memory_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn work_takes_processor_time_by_the_nanosecond() {
        let spent: Vec<u64> = (0..4).map(|_| cpu_ns()).collect();
        assert!(spent.windows(2).all(|pair| pair[0] < pair[1]), "{spent:?}");
        assert!(spent[3] - spent[0] < 10_000_000, "{spent:?}");
    }

    #[test]
    fn the_systems_words_are_understood() {
        assert_eq!(memory_bytes("VmPeak: 9 kB\nVmRSS:\t  2 kB\n"), Some(2048));
        assert_eq!(memory_bytes("nonsense"), None);
    }
}
