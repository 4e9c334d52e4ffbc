//! A run made ready: its scenario parsed, checked and resolved, and its trace read.

use crate::context::Context;
use crate::error::Error;
use crate::traces::TRACE_FILE;
use crate::{VERSION, machine, traces};
use chappe_base::{Duration, RunSpec, SimTime};
use chappe_metrics::{Clock, Threshold};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use chappe_workload::Trace;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

const METRICS_HELP: &str = "`chappe schema --metrics` lists the metrics";

/// A run made ready.
pub struct Prepared {
    /// What is run. It names the trace, if there is one.
    pub spec: RunSpec,
    /// The scenario file, with all its arms.
    pub file: ScenarioFile,
    /// The scenario that is played.
    pub scenario: Scenario,
    /// The trace that it replays.
    pub trace: Option<Arc<Trace>>,
}

impl Prepared {
    /// Makes `spec` ready on this machine, which must have the memory to play it.
    ///
    /// # Errors
    /// What is wrong with the scenario, its overrides or its trace.
    pub fn new(spec: &RunSpec, context: &Context<'_>) -> Result<Prepared, Error> {
        Prepared::within(spec, context, machine::free_bytes(0))
    }

    /// Makes `spec` ready for a machine with this much memory [bytes].
    pub(crate) fn within(
        spec: &RunSpec,
        context: &Context<'_>,
        memory_limit_bytes: Option<u64>,
    ) -> Result<Prepared, Error> {
        spec.check(VERSION)?;
        let file = ScenarioFile::parse(&spec.scenario.name, &spec.scenario.text)?;
        let limit = memory_limit_bytes.map(|bytes| bytes.saturating_sub(machine::HISTOGRAM_BYTES));
        let scenario = file.resolve(&overrides(spec, limit))?;
        let mut spec = spec.clone();
        let trace = match &scenario.traffic.replay {
            None => None,
            Some(path) => {
                let (read, id) = traces::find(context.traces, path, spec.trace.as_ref())?;
                check_people(&read.trace, path, &scenario)?;
                if !read.reading.is_plain() {
                    read.notes()
                        .into_iter()
                        .for_each(|note| context.observer.note(note));
                }
                spec.trace = Some(id);
                Some(Arc::new(read.trace))
            }
        };
        Ok(Prepared {
            spec,
            file,
            scenario,
            trace,
        })
    }

    /// Writes what is run into `folder`, from which [`Opened::folder`](crate::Opened::folder) reads it.
    ///
    /// # Errors
    /// Why a file can't be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let record = serde_json::json!({ "spec": self.spec });
        fs::write(folder.join("run.json"), serde_json::to_vec(&record)?)?;
        match &self.trace {
            None => Ok(()),
            Some(trace) => trace.write(&mut io::BufWriter::new(File::create(folder.join(TRACE_FILE))?)),
        }
    }

    /// Where the run ends: its horizon, or earlier.
    pub(crate) fn until(&self) -> Result<Option<SimTime>, Error> {
        let Some(until) = self.spec.until else {
            return Ok(None);
        };
        let horizon = self.scenario.horizon;
        let time = SimTime::ZERO + until.0;
        if time > SimTime::ZERO && time <= horizon {
            return Ok(Some(time));
        }
        let last = Duration(horizon - SimTime::ZERO);
        Err(Error::usage(format!(
            "--until: `{until}` is outside the run; it must lie after its start and not after {last}"
        )))
    }
}

/// What `spec` changes in the scenario file.
pub(crate) fn overrides(spec: &RunSpec, memory_limit_bytes: Option<u64>) -> Overrides {
    Overrides {
        set: spec.set.clone(),
        over: spec.over.clone(),
        arm: spec.arm.clone(),
        seed: spec.seed,
        scale: spec.scale,
        memory_limit_bytes,
    }
}

fn check_people(trace: &Trace, path: &str, scenario: &Scenario) -> Result<(), Error> {
    let (people, users) = (trace.people_count, scenario.population.users);
    if people <= users {
        return Ok(());
    }
    Err(Error::usage_with(
        format!("{path} has {people} people, but the scenario has {users} users"),
        format!("set population.users to {people} or more"),
    ))
}

/// The scenario's thresholds; the metrics that they name must exist in `clock`.
pub(crate) fn thresholds(scenario: &Scenario, clock: Clock) -> Result<Vec<Threshold>, Error> {
    let thresholds = scenario.thresholds.clone();
    let Some(foreign) = thresholds.iter().find(|threshold| !threshold.is_of(clock)) else {
        return Ok(thresholds);
    };
    let (has, has_not) = match clock {
        Clock::Virtual => ("a load (`chappe load`)", "a simulation"),
        Clock::Wall => ("a simulation (`chappe run`)", "a load"),
    };
    let problem = format!(
        "[thresholds]: {has_not} has no `{}`; only {has} has it",
        foreign.metric()
    );
    Err(Error::usage_with(problem, METRICS_HELP))
}
