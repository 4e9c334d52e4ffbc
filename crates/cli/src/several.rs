//! One run in several processes: who takes part, how they begin together, and what happens when one
//! of them is gone.

use crate::args::RunArgs;
use crate::failure::Failure;
use crate::machine;
use crate::output::Output;
use crate::sources::{Loaded, trace_hash};
use chappe_base::{Duration, SimTime};
use chappe_cluster::{ClusterError, DistributedRun, Hosts, Loss, Peer};
use chappe_engine::{Effort, PartialResult, SimulateOptions, Simulated};
use chappe_scenario::Scenario;
use std::fs;
use std::io;
use std::panic;
use std::path::Path;
use std::process::{Child, Command, Stdio, exit};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What has to go if a process ends before its run: the folder that was being made.
pub(crate) type Unfinished = Arc<Mutex<Option<Output>>>;

/// The place of this process in a run of several.
pub(crate) struct Seat {
    hosts: Hosts,
    /// This process.
    pub(crate) me: Peer,
    children: Children,
}

impl Seat {
    /// The place that the arguments give it; none if it runs alone.
    pub(crate) fn find(args: &RunArgs, loaded: &Loaded) -> Result<Option<Seat>, Failure> {
        let (hosts, process) = match (&args.hosts, args.process, args.processes) {
            (Some(path), Some(process), _) => (hosts_of(path)?, process),
            (_, _, Some(asked)) => {
                let most = usize::from(loaded.scenario.platform.homes.shards());
                if asked > most {
                    eprintln!("note: no more than {most} process(es) have a shard to run, so that many run");
                }
                match asked.min(most) {
                    1 => return Ok(None),
                    count => (Hosts::loopback(count).map_err(no_ports)?, 0),
                }
            }
            _ => return Ok(None),
        };
        let me = hosts.peer(process).map_err(ClusterError::Hosts)?;
        if args.log.is_some() || args.trace.is_some() {
            return Err(Failure::usage_with(
                "--log and --trace don't work in several processes: each sees only some of the facts",
                "run it in one process, with as many --workers as you like; the result is the same",
            ));
        }
        Ok(Some(Seat {
            hosts,
            me,
            children: Children::default(),
        }))
    }

    /// How many processes there are.
    pub(crate) fn count(&self) -> usize {
        self.hosts.count()
    }

    /// Starts the other processes if they are this one's to start, and meets them.
    pub(crate) fn meet(
        self,
        args: &RunArgs,
        loaded: &Loaded,
        plan: (Effort, Option<SimTime>),
        unfinished: &Unfinished,
    ) -> Result<Crew, Failure> {
        let started = if args.processes.is_some() {
            Some(self.children.start(args, &self.hosts, plan.0)?)
        } else {
            None
        };
        let (unfinished, children) = (Arc::downgrade(unfinished), self.children.clone());
        let run = DistributedRun::join(
            &self.hosts,
            self.me.process,
            &terms(loaded, plan),
            args.connect_within,
            move |loss| end(loss, &unfinished, &children),
        )?;
        // All have read it.
        drop(started);
        Ok(Crew { run })
    }
}

fn hosts_of(path: &Path) -> Result<Hosts, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::Read {
        path: path.to_path_buf(),
        error,
    })?;
    Ok(Hosts::parse(&path.display().to_string(), &text).map_err(ClusterError::Hosts)?)
}

fn no_ports(error: io::Error) -> Failure {
    Failure::Internal(format!("no free port on this machine: {error}"))
}

/// What processes of one run have to agree about.
fn terms(loaded: &Loaded, (effort, until): (Effort, Option<SimTime>)) -> Vec<(&'static str, String)> {
    let scenario = &loaded.scenario;
    let trace = loaded.trace.as_deref().map(trace_hash);
    vec![
        ("the version of chappe", env!("CARGO_PKG_VERSION").to_string()),
        ("the scenario's hash", scenario.hash.clone()),
        (
            "the trace's hash",
            trace.map_or_else(|| "none".to_string(), |hash| format!("{hash:016x}")),
        ),
        (
            "the arm",
            scenario.arm.clone().unwrap_or_else(|| "none".to_string()),
        ),
        ("the seed", scenario.seed.to_string()),
        (
            "the end of the run",
            Duration(until.unwrap_or(scenario.horizon) - SimTime::ZERO).to_string(),
        ),
        ("the number of workers", effort.workers.to_string()),
    ]
}

/// Ends this process because another is gone.
///
/// The engine's threads can't be asked: those that read from the lost process crash, the others wait
/// for it for ever, and timely knows neither. So whatever they do is cut off here, on the thread that
/// noticed: nothing half-written stays, and the exit code and the one message are these.
fn end(loss: Loss, unfinished: &Weak<Mutex<Option<Output>>>, children: &Children) {
    if let Some(unfinished) = unfinished.upgrade() {
        drop(unfinished.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
    let said = children.end(&loss.peer);
    Failure::Lost { loss, said }.report();
    exit(1)
}

/// The processes of a run that has begun.
pub(crate) struct Crew {
    run: DistributedRun,
}

impl Crew {
    /// Runs this process's part of the scenario.
    pub(crate) fn simulate(
        &mut self,
        scenario: &Scenario,
        options: SimulateOptions<'_>,
    ) -> Result<PartialResult, ClusterError> {
        // What threads say while they crash is kept until it is clear that no peer's end made them.
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&said);
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |crash| {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(crash.to_string());
        }));
        let result = self.run.simulate(scenario, options);
        panic::set_hook(usual);
        if let Err(ClusterError::Crashed { .. }) = &result {
            for line in said.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                eprintln!("{line}");
            }
        }
        result
    }

    /// In the first process: merges the results of all. Also gives the most memory that each of them
    /// held [bytes].
    pub(crate) fn combine(&self, result: PartialResult) -> Result<(Simulated, Vec<u64>), ClusterError> {
        self.run.combine(result, machine::peak_bytes().unwrap_or(0))
    }

    /// In the first process: tells the others with which exit code the run ends.
    pub(crate) fn dismiss(self, code: u8) {
        self.run.dismiss(code);
    }

    /// In any other process: hands over what it found out, and ends like the first one.
    pub(crate) fn hand_over(self, result: PartialResult) -> Result<(), ClusterError> {
        self.run.hand_over(result, machine::peak_bytes().unwrap_or(0))
    }
}

/// The processes that this one has started, in the order of their numbers from 1. They end when it
/// does: to them, it is lost.
#[derive(Clone, Default)]
struct Children(Arc<Mutex<Vec<Child>>>);

impl Children {
    /// Starts all processes but the first. They read `hosts` from a folder, to be kept until they
    /// have.
    fn start(&self, args: &RunArgs, hosts: &Hosts, effort: Effort) -> Result<tempfile::TempDir, Failure> {
        let start = || -> io::Result<tempfile::TempDir> {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("hosts");
            let lines = (0..hosts.count()).map(|process| format!("{}\n", hosts.address(process)));
            fs::write(&file, lines.collect::<String>())?;
            for process in 1..hosts.count() {
                let child = Command::new(std::env::current_exe()?)
                    .args(words(args))
                    .arg("--hosts")
                    .arg(&file)
                    .args(["--process", &process.to_string()])
                    .args(["--workers", &effort.workers.to_string(), "--quiet"])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped())
                    .spawn()?;
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(child);
            }
            Ok(folder)
        };
        start().map_err(|error| Failure::Internal(format!("can't start the other processes: {error}")))
    }

    /// Ends them all, and gives what one of them said on standard error.
    fn end(&self, peer: &Peer) -> Option<String> {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for child in children.iter_mut() {
            let _ = child.kill();
        }
        let index = peer.process.checked_sub(1)?;
        let output = (index < children.len()).then(|| children.swap_remove(index).wait_with_output())?;
        let said = String::from_utf8_lossy(&output.ok()?.stderr).trim().to_string();
        (!said.is_empty()).then_some(said)
    }
}

/// The arguments that say what to run.
fn words(args: &RunArgs) -> Vec<String> {
    let source = &args.source;
    let mut words = vec!["run".to_string(), source.scenario.display().to_string()];
    let mut option = |name: &str, value: String| words.extend([name.to_string(), value]);
    for set in &source.set {
        option("--set", set.clone());
    }
    if let Some(arm) = &source.arm {
        option("--arm", arm.clone());
    }
    if let Some(seed) = source.seed {
        option("--seed", seed.to_string());
    }
    if let Some(scale) = source.scale {
        option("--scale", scale.to_string());
    }
    if let Some(until) = &args.until {
        option("--until", until.clone());
    }
    option(
        "--connect-within",
        format!("{}ns", args.connect_within.as_nanos()),
    );
    words
}
