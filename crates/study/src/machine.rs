//! The machine that this process runs on, as far as the system reports it.
//!
//! Records name the machine, and a study refuses a scenario that this machine has no memory for.

use chappe_metrics::Machine;
use std::fs;

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

/// Main memory [bytes], where the system tells.
#[must_use]
pub fn memory_bytes() -> Option<u64> {
    kilobytes("/proc/meminfo", "MemTotal")
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
