//! The machine that this process runs on, as far as the system reports it.
//!
//! Records name the machine, and a study refuses a scenario that this machine has no memory for.

use crate::error::Error;
use chappe_metrics::Machine;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::path::{Path, PathBuf};

/// The memory that the histograms of one run, or of one thread of a live load, take [bytes].
pub(crate) const HISTOGRAM_BYTES: u64 = 40 << 20;

/// What a thread takes of the address space beside what it uses [bytes]: its stack, and the 64 MiB that the system's
/// allocator sets aside for it.
const THREAD_BYTES: u64 = 72 << 20;

/// The machine.
#[must_use]
pub fn machine() -> Machine {
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_string());
    Machine {
        os: std::env::consts::OS.to_string(),
        arch: std::env::consts::ARCH.to_string(),
        processor,
        cores: cores() as u32,
        memory_bytes: memory_bytes().unwrap_or(0),
    }
}

/// Cores that may be used.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Makes sure that this process can start so many threads more.
///
/// # Errors
/// The system refuses them.
pub(crate) fn check_threads(count: usize) -> Result<(), Error> {
    chappe_engine::check_threads(count).map_err(Error::threads)
}

/// Main memory [bytes], where the system tells.
#[must_use]
pub fn memory_bytes() -> Option<u64> {
    kilobytes("/proc/meminfo", "MemTotal")
}

/// The memory that this process may still take when it has started so many threads [bytes]: what the machine has, or what
/// a limit on this process (`ulimit -v`, `ulimit -d`) or on its control group leaves of it. `None` where nothing tells.
#[must_use]
pub fn free_bytes(threads_count: usize) -> Option<u64> {
    let left = |(limit, taken): (Option<u64>, &str)| {
        Some(limit?.saturating_sub(kilobytes("/proc/self/status", taken).unwrap_or(0)))
    };
    let address_space = getrlimit(Resource::As)
        .current
        .map(|limit| limit.saturating_sub(threads_count as u64 * THREAD_BYTES));
    let own = [
        (address_space, "VmSize"),
        (getrlimit(Resource::Data).current, "VmData"),
    ];
    let own = own.map(left);
    [memory_bytes(), left((group_bytes(), "VmRSS"))]
        .into_iter()
        .chain(own)
        .flatten()
        .min()
}

/// The limit of this process's control group, or of one that it is in [bytes].
fn group_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/cgroup").ok()?;
    group_paths(&text)
        .filter_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok())
        .min()
}

/// The files that may hold the limits, of `/proc/self/cgroup` in both versions. Within a container the path of the group is
/// that outside it, and the root is the container's own.
fn group_paths(text: &str) -> impl Iterator<Item = PathBuf> {
    let groups = text.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        match controllers {
            "" => Some(("/sys/fs/cgroup", "memory.max", path)),
            "memory" => Some(("/sys/fs/cgroup/memory", "memory.limit_in_bytes", path)),
            _ => None,
        }
    });
    groups.flat_map(|(root, file, path)| {
        let above = Path::new(path.trim_start_matches('/')).ancestors();
        above.map(move |group| Path::new(root).join(group).join(file))
    })
}

/// The most memory that this process has held [bytes], where the system tells.
#[must_use]
pub fn peak_bytes() -> Option<u64> {
    kilobytes("/proc/self/status", "VmHWM")
}

fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let value = field(file, name)?;
    value
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_control_groups_are_found_in_both_versions() {
        let paths = |text: &str| {
            let paths = group_paths(text).map(|path| path.display().to_string());
            paths.collect::<Vec<_>>()
        };
        assert_eq!(
            paths("0::/a/b\n"),
            [
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            paths("5:cpu,cpuacct:/x\n4:memory:/\n"),
            ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        );
        assert!(free_bytes(0).is_some_and(|bytes| bytes > 0));
    }
}
