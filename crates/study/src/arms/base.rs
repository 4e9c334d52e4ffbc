//! What a study plays: variants of one scenario file, each an arm with values that replace the file's.

use super::cached_run::CachedRun;
use crate::context::{Context, Threads};
use crate::error::Error;
use crate::machine;
use crate::prepared::{Prepared, overrides};
use chappe_base::{Digest, RunSpec};
use chappe_metrics::{Choice, ServiceFrom, StudyArm, Warning};
use chappe_report::words;
use chappe_scenario::{Scenario, check_name};
use std::time::Duration;

/// Keys, and the values that they are given.
pub type Changes = Vec<(String, String)>;

/// An arm that the file does not have: its name, and what it changes in the base scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewArm {
    /// Its name.
    pub name: String,
    /// What it changes.
    pub changes: Changes,
}

impl NewArm {
    /// Reads any number of arms from words: one without `=` names an arm, those of the form `KEY=VALUE` after it are its
    /// changes.
    ///
    /// # Errors
    /// The first word names no arm.
    pub fn read_all(words: &[String]) -> Result<Vec<NewArm>, Error> {
        let mut arms: Vec<NewArm> = Vec::new();
        for word in words {
            match (word.split_once('='), arms.last_mut()) {
                (Some((key, value)), Some(arm)) => {
                    arm.changes
                        .push((key.trim().to_string(), value.trim().to_string()));
                }
                (None, _) => arms.push(NewArm {
                    name: word.clone(),
                    changes: Vec::new(),
                }),
                (Some(_), None) => {
                    let help =
                        "write --arm NAME KEY=VALUE, for example --arm strict policy.first_topic=product";
                    return Err(Error::usage_with(format!("`--arm {word}` has no name"), help));
                }
            }
        }
        Ok(arms)
    }
}

/// The scenario that all variants of a study are made from.
pub(crate) struct StudyBase {
    pub(crate) prepared: Prepared,
    /// Memory that one run may take [bytes].
    memory_limit_bytes: Option<u64>,
}

/// One arm, and values that replace others.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// Its name.
    pub(crate) name: String,
    /// What is run, but for the seed.
    pub(crate) spec: RunSpec,
    /// Keys and values laid over the file and its arm.
    pub(crate) changes: Changes,
    /// Hash over everything that bears on what happens in it, but the seed.
    pub(crate) hash: String,
}

impl Variant {
    /// What a record says of it.
    pub(crate) fn described(&self) -> StudyArm {
        let choice = |(key, value): &(String, String)| Choice {
            key: key.clone(),
            value: value.clone(),
        };
        StudyArm {
            name: self.name.clone(),
            hash: self.hash.clone(),
            changes: self.changes.iter().map(choice).collect(),
        }
    }
}

/// How many runs of a study are played at a time.
pub(crate) fn threads(context: &Context<'_>) -> usize {
    match context.threads {
        Threads::Auto => machine::cores(),
        Threads::Number(count) => count,
    }
}

impl StudyBase {
    /// Makes the base scenario ready; there must be memory for as many runs as are played at a time.
    pub(crate) fn new(spec: &RunSpec, context: &Context<'_>) -> Result<StudyBase, Error> {
        check_whole(spec)?;
        let threads = threads(context);
        let memory_limit_bytes = machine::free_bytes(threads).map(|bytes| bytes / threads as u64);
        Ok(StudyBase {
            prepared: Prepared::within(spec, context, memory_limit_bytes)?,
            memory_limit_bytes,
        })
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.prepared.scenario
    }

    /// A sentence on what the latencies of a study stand on, if its service times are stretched.
    pub(crate) fn stretched(&self) -> Option<String> {
        let scenario = self.scenario();
        let is_stretched = scenario.size.service_from == ServiceFrom::Stretched;
        let note = scenario.size_note().filter(|_| is_stretched);
        note.map(|note| words::sentence(&note))
    }

    /// The wall time that the scenario allows a study.
    pub(crate) fn budget(&self) -> Option<Duration> {
        let budget = self.scenario().study.budget?;
        Some(Duration::from_nanos(budget.0.0.unsigned_abs()))
    }

    /// The name of the base scenario.
    pub(crate) fn name(&self) -> &str {
        &self.scenario().study.base
    }

    /// The base scenario, or the arm of that name.
    fn variant(&self, name: &str) -> Result<Variant, Error> {
        let mut spec = self.prepared.spec.clone();
        spec.arm = (name != self.name()).then(|| name.to_string());
        self.checked(Variant {
            name: name.to_string(),
            spec,
            changes: Vec::new(),
            hash: String::new(),
        })
    }

    /// `variant` with more changes laid over; makes sure that it can be played.
    pub(crate) fn changed(&self, variant: &Variant, changes: &[(String, String)]) -> Result<Variant, Error> {
        let mut changed = variant.clone();
        changed.changes.extend_from_slice(changes);
        changed.spec.over.extend_from_slice(changes);
        self.checked(changed)
    }

    fn checked(&self, variant: Variant) -> Result<Variant, Error> {
        let scenario = self.resolve(&variant, None)?;
        let (mine, base) = (&scenario.traffic.replay, &self.scenario().traffic.replay);
        let people = self.prepared.trace.as_ref().map_or(0, |trace| trace.people_count);
        if mine != base || scenario.population.users < people {
            let problem = format!(
                "`{}` replays another trace, or has too few users for it",
                variant.name
            );
            let help = "replay one trace in all arms, with users for all its people";
            return Err(Error::usage_with(problem, help));
        }
        let trace = variant.spec.trace.as_ref();
        let trace_hash = trace.and_then(|trace| u64::from_str_radix(&trace.hash, 16).ok());
        let mut chain = Digest::default();
        chain.push(&(scenario.hash, trace_hash.unwrap_or(0)));
        Ok(Variant {
            hash: format!("{:016x}", chain.value()),
            ..variant
        })
    }

    /// What is run of `variant` with that seed.
    pub(crate) fn spec(&self, variant: &Variant, seed: u64) -> RunSpec {
        RunSpec {
            seed: Some(seed),
            ..variant.spec.clone()
        }
    }

    /// The scenario of `variant`, with this seed or its own.
    pub(crate) fn resolve(&self, variant: &Variant, seed: Option<u64>) -> Result<Scenario, Error> {
        let mut overrides = overrides(&variant.spec, self.memory_limit_bytes);
        overrides.seed = seed.or(overrides.seed);
        let mut scenario = self.prepared.file.resolve(&overrides)?;
        scenario.arm = (variant.name != self.name()).then(|| variant.name.clone());
        Ok(scenario)
    }

    /// The baseline, and then the arms of the file and those that are `new`; with `only`, just those of them.
    pub(crate) fn arms(&self, new: &[NewArm], only: Option<&[String]>) -> Result<Vec<Variant>, Error> {
        let scenario = self.scenario();
        let mut arms = vec![self.variant(self.name())?];
        for name in &scenario.arms {
            arms.push(self.variant(name)?);
        }
        for NewArm { name, changes } in new {
            let is_empty = name.is_empty().then(|| "it must not be empty".to_string());
            if let Some(problem) = is_empty.or(check_name(name).err()) {
                return Err(Error::usage(format!("the arm's name {name:?}: {problem}")));
            }
            if arms.iter().any(|arm| arm.name == *name) {
                let problem = format!("two arms are called `{name}`");
                return Err(Error::usage_with(problem, "give the new arm a name of its own"));
            }
            let base = Variant {
                name: name.clone(),
                ..arms[0].clone()
            };
            arms.push(self.changed(&base, changes)?);
        }
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        let baseline = scenario.study.baseline.as_deref().unwrap_or(self.name());
        let mut wanted = only
            .unwrap_or_default()
            .iter()
            .map(String::as_str)
            .chain([baseline]);
        if let Some(unknown) = wanted.find(|name| !names.contains(name)) {
            let help = format!("there are {}", names.join(", "));
            return Err(Error::usage_with(format!("there is no arm `{unknown}`"), help));
        }
        let baseline = baseline.to_string();
        let (first, mut others): (Vec<_>, Vec<_>) = arms.into_iter().partition(|arm| arm.name == baseline);
        others.retain(|arm| only.is_none_or(|only| only.contains(&arm.name)));
        Ok(first.into_iter().chain(others).collect())
    }
}

/// Refuses one arm of a scenario, or a part of its time: a study would leave both out of account.
fn check_whole(spec: &RunSpec) -> Result<(), Error> {
    let part = match (&spec.arm, spec.until) {
        (None, None) => return Ok(()),
        (Some(arm), _) => format!("this is a run of the arm `{arm}` alone"),
        (None, Some(until)) => format!("this is a run that ended at {until}"),
    };
    Err(Error::usage_with(
        format!("a study plays all arms of a scenario to its horizon, and {part}"),
        "give the run's scenario.toml, with --set for what it changed",
    ))
}

/// What puts the runs of any arm in doubt before they are played, each doubt once.
pub(crate) fn doubts(base: &StudyBase, arms: &[Variant]) -> Result<Vec<Warning>, Error> {
    let mut doubts: Vec<Warning> = Vec::new();
    for arm in arms {
        let scenario = base.resolve(arm, None)?;
        for doubt in chappe_engine::doubts(&scenario, base.prepared.trace.as_deref()) {
            if !doubts.iter().any(|known| known.problem.ends_with(&doubt.problem)) {
                let problem = format!("in arm `{}`, {}", arm.name, doubt.problem);
                doubts.push(Warning { problem, ..doubt });
            }
        }
    }
    Ok(doubts)
}

/// Arms whose runs all went as those of the baseline did, though they differ in the scenario, each as a warning. In
/// `replications` runs stand side by side, one of each arm.
pub(crate) fn arms_without_effect<'a>(
    arms: &[Variant],
    replications: impl Iterator<Item = Vec<&'a CachedRun>>,
) -> Vec<Warning> {
    let replications: Vec<Vec<&CachedRun>> = replications.collect();
    let is_equal = |runs: &Vec<&CachedRun>, arm: usize| runs[arm].digest == runs[0].digest;
    let differs = |runs: &Vec<&CachedRun>, arm: usize| runs[arm].key.variant != runs[0].key.variant;
    let is_without = |arm: &usize| {
        replications.iter().all(|runs| is_equal(runs, *arm))
            && replications.iter().any(|runs| differs(runs, *arm))
    };
    let warning = |arm: usize| Warning {
        problem: format!(
            "`{}` has no effect: its runs went exactly as those of `{}`",
            arms[arm].name, arms[0].name
        ),
        remedy: "change a key that matters in this scenario, or make what it is about happen".to_string(),
    };
    (1..arms.len()).filter(is_without).map(warning).collect()
}

/// Arms that change nothing, each as a warning; `variants` are all of them, at one point or more.
pub(crate) fn idle_arms(arms: &[Variant], variants: &[Variant]) -> Vec<Warning> {
    let is_idle = |arm: &usize| {
        let mut points = variants.chunks(arms.len());
        points.all(|point| point[*arm].hash == point[0].hash)
    };
    let warning = |arm: usize| Warning {
        problem: format!("`{}` changes nothing against `{}`", arms[arm].name, arms[0].name),
        remedy: "give it a key that bears on the result".to_string(),
    };
    (1..arms.len()).filter(is_idle).map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_value_name_arms() {
        let words = ["a b", "k=1", "l=2=3", "c", "k=x"].map(str::to_string);
        let arm = |name: &str, changes: &[(&str, &str)]| NewArm {
            name: name.to_string(),
            changes: changes
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()))
                .collect(),
        };
        let arms = NewArm::read_all(&words).unwrap();
        assert_eq!(
            arms,
            [arm("a b", &[("k", "1"), ("l", "2=3")]), arm("c", &[("k", "x")])]
        );
        assert!(NewArm::read_all(&["k=1".to_string()]).is_err());
    }
}
