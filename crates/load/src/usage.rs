//! What the process takes of its machine.

use std::fs;

/// Processor time and memory of this process so far; zeros where the system does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time, of all threads [ns].
    pub(crate) cpu_ns: u64,
    /// Main memory held [bytes].
    pub(crate) memory_bytes: u64,
}

impl Usage {
    /// As of now.
    pub(crate) fn now() -> Usage {
        let cpu_ns = fs::read_to_string("/proc/self/stat")
            .ok()
            .and_then(|stat| cpu_ns(&stat));
        let memory = fs::read_to_string("/proc/self/status").ok();
        Usage {
            cpu_ns: cpu_ns.unwrap_or(0),
            memory_bytes: memory.and_then(|status| memory_bytes(&status)).unwrap_or(0),
        }
    }
}

/// The times of user and system, in hundredths of a second on every Linux there is.
fn cpu_ns(stat: &str) -> Option<u64> {
    const TICK_NS: u64 = 10_000_000;
    // The name of the program may contain anything, brackets included.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * TICK_NS)
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
    fn the_systems_words_are_understood() {
        let stat = "7 (a) b)) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 5 6 7";
        assert_eq!(cpu_ns(stat), Some(3_000_000_000));
        assert_eq!(memory_bytes("VmPeak: 9 kB\nVmRSS:\t  2 kB\n"), Some(2048));
        assert_eq!(cpu_ns("nonsense"), None);
    }
}
