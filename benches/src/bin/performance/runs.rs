//! Whole-platform runs of the `chappe` program, read from the records that it prints.

use crate::Failure;
use crate::data::Run;
use chappe_metrics::{Machine, Metric, RunRecord};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// What is run.
pub(crate) struct Program {
    pub(crate) chappe: PathBuf,
    pub(crate) scenario: PathBuf,
}

/// A run that has begun.
struct Started {
    command: String,
    child: Child,
    load_before: f64,
    /// Where the run writes its report; gone with this.
    _folder: tempfile::TempDir,
}

impl Program {
    /// One run on one worker.
    pub(crate) fn alone(&self, users: u32, machine: &mut Machine) -> Result<Run, Failure> {
        self.start(users, 2016, 1)?.finish(machine)
    }

    /// One run on two workers.
    pub(crate) fn two_workers(&self, users: u32, machine: &mut Machine) -> Result<Run, Failure> {
        self.start(users, 2016, 2)?.finish(machine)
    }

    /// Two runs side by side, of half the users each: their sums, and the time of the longer one.
    pub(crate) fn two_halves(&self, users: u32, machine: &mut Machine) -> Result<Run, Failure> {
        let (one, other) = (self.start(users / 2, 2016, 1)?, self.start(users / 2, 2017, 1)?);
        let (one, other) = (one.finish(machine)?, other.finish(machine)?);
        let parts = one.bytes_per_user.iter();
        let mean = parts.map(|(part, bytes)| {
            let both = bytes + other.bytes_per_user.get(part).unwrap_or(&0.0);
            (part.clone(), both / 2.0)
        });
        Ok(Run {
            users_count: one.users_count + other.users_count,
            load_before: one.load_before,
            messages_count: one.messages_count + other.messages_count,
            events_count: one.events_count + other.events_count,
            wall_ns: one.wall_ns.max(other.wall_ns),
            peak_bytes: one.peak_bytes + other.peak_bytes,
            bytes_per_user: mean.collect(),
            facts_count: one.facts_count + other.facts_count,
            violation_count: one.violation_count + other.violation_count,
        })
    }

    fn start(&self, users: u32, seed: u32, workers: u32) -> Result<Started, Failure> {
        let wrong = |error| Failure::Start {
            path: self.chappe.clone(),
            error,
        };
        let folder = tempfile::tempdir().map_err(wrong)?;
        let load_before = load();
        let mut command = Command::new(&self.chappe);
        command.arg("run").arg(&self.scenario);
        command.args(["--set", &format!("population.users={users}")]);
        command.args(["--seed", &seed.to_string()]);
        command.args(["--workers", &workers.to_string(), "--json"]);
        let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
        let words = format!("chappe {}", words.collect::<Vec<_>>().join(" "));
        eprintln!("{words}");
        let child = command
            .arg("--out")
            .arg(folder.path().join("out"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(wrong)?;
        Ok(Started {
            command: words,
            child,
            load_before,
            _folder: folder,
        })
    }
}

impl Started {
    fn finish(self, machine: &mut Machine) -> Result<Run, Failure> {
        let output = self.child.wait_with_output().map_err(|error| Failure::Start {
            path: PathBuf::from(&self.command),
            error,
        })?;
        if !output.status.success() {
            return Err(Failure::Run {
                command: self.command,
                status: output.status,
                message: String::from_utf8_lossy(&output.stderr).trim().to_string(),
            });
        }
        let record = RunRecord::read(&String::from_utf8_lossy(&output.stdout));
        let record = record.map_err(|error| Failure::Record {
            command: self.command,
            error,
        })?;
        machine.clone_from(&record.execution.machine);
        Ok(run(&record, self.load_before))
    }
}

/// The load average of the last minute, where the system tells.
fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|load| load.parse().ok()).unwrap_or(0.0)
}

fn run(record: &RunRecord, load_before: f64) -> Run {
    let (result, execution) = (&record.result, &record.execution);
    let accepted = result.metrics.iter().filter_map(|(name, metric)| match metric {
        Metric::Counter { value, .. } if name.starts_with("messages.accepted.") => Some(value),
        Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => None,
    });
    let memory = execution.memory.per_user.iter();
    Run {
        users_count: result.size.users_count,
        load_before,
        messages_count: accepted.sum(),
        events_count: execution.events_count,
        wall_ns: execution.wall_ns,
        peak_bytes: execution.memory.peak_bytes,
        bytes_per_user: memory
            .map(|part| (part.part.clone(), part.bytes_per_user))
            .collect(),
        facts_count: result.audit.facts_count,
        violation_count: result
            .audit
            .promises
            .iter()
            .map(|promise| promise.violation_count)
            .sum(),
    }
}
