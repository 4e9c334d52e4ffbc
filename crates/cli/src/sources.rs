//! Reading what a run is made from: the scenario file, and the trace that it may replay.

use crate::args::Source;
use crate::failure::Failure;
use crate::machine;
use chappe_base::Chain;
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::Trace;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A scenario with the files it needs.
pub(crate) struct Loaded {
    pub(crate) scenario: Scenario,
    /// The file's text, as it is.
    pub(crate) text: String,
    pub(crate) trace: Option<Arc<Trace>>,
}

/// Reads and checks a scenario and its trace; this machine must have the memory to play it.
pub(crate) fn load(source: &Source) -> Result<Loaded, Failure> {
    load_within(source, machine::memory_bytes())
}

/// Reads and checks a scenario and its trace, for a machine with so much memory [bytes].
pub(crate) fn load_within(source: &Source, memory_limit_bytes: Option<u64>) -> Result<Loaded, Failure> {
    let options = Overrides {
        memory_limit_bytes,
        ..options(source)?
    };
    let path = source.scenario.display().to_string();
    let bytes = fs::read(&source.scenario).map_err(|error| unreadable(&source.scenario, error))?;
    let text = chappe_scenario::from_bytes(&path, bytes)?;
    let scenario = ScenarioFile::parse(&path, &text)?.resolve(&options)?;
    let trace = match &scenario.traffic.replay {
        None => None,
        Some(replay) => Some(Arc::new(replayed(&beside(&source.scenario, replay), &scenario)?)),
    };
    Ok(Loaded {
        scenario,
        text,
        trace,
    })
}

/// The changes that the arguments make to the scenario.
pub(crate) fn options(source: &Source) -> Result<Options, Failure> {
    let mut overrides: Vec<(String, String)> = source.set.iter().map(pair).collect::<Result<_, _>>()?;
    if let Some(seed) = source.seed {
        set.push(("seed".to_string(), seed.to_string()));
    }
    Ok(Overrides {
        set,
        arm: source.arm.clone(),
        scale: source.scale,
        ..Overrides::default()
    })
}

/// Key and value of `--set`.
pub(crate) fn pair(text: &String) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_string(), value.trim().to_string())),
        None => Err(Failure::usage_with(
            format!("`--set {text}` has no `=`"),
            "write --set KEY=VALUE, for example --set population.users=1000",
        )),
    }
}

/// A path in a scenario is relative to the scenario's own folder.
fn beside(scenario: &Path, path: &str) -> PathBuf {
    scenario.parent().unwrap_or(Path::new("")).join(path)
}

/// Reads a trace.
pub(crate) fn read_trace(path: &Path) -> Result<Trace, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    Trace::read(BufReader::new(file)).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn replayed(path: &Path, scenario: &Scenario) -> Result<Trace, Failure> {
    let trace = read_trace(path)?;
    let (people, users) = (trace.people_count, scenario.population.users);
    if people > users {
        return Err(Failure::usage_with(
            format!(
                "{} has {people} people, but the scenario has {users} users",
                path.display()
            ),
            format!("set population.users to {people} or more"),
        ));
    }
    Ok(trace)
}

/// Hash over everything in a trace.
pub(crate) fn trace_hash(trace: &Trace) -> u64 {
    let mut chain = Digest::default();
    chain.push(&(trace.people_count, trace.origin_s));
    for message in &trace.messages {
        chain.push(&(message.sender, message.receiver, message.at_s));
    }
    chain.value()
}

fn unreadable(path: &Path, error: std::io::Error) -> Failure {
    Failure::Read {
        path: path.to_path_buf(),
        error,
    }
}
