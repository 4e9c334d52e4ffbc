//! What a study plays: a scenario with arms and other values.

use crate::args::StudyArgs;
use crate::failure::Failure;
use crate::machine;
use crate::sources::{Loaded, load_within, options, trace_hash};
use chappe_base::Digest;
use chappe_metrics::{Choice, StudyArm, Warning};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use std::time::Duration;

/// Keys, and the values that they are given.
pub(crate) type Changes = Vec<(String, String)>;

/// The file that all variants of a study are read from.
pub(crate) struct Ground {
    pub(crate) loaded: Loaded,
    file: ScenarioFile,
    options: Overrides,
    /// Hash of the trace that is replayed; 0 without one.
    trace_hash: u64,
}

/// One arm, and values that replace others.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What it is called.
    pub(crate) name: String,
    /// The arm of the file, if it is one.
    arm: Option<String>,
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

impl Ground {
    /// Reads the scenario, of which so many runs are to have room at a time.
    pub(crate) fn read(args: &StudyArgs, runs_count: usize) -> Result<Ground, Failure> {
        let source = args.source();
        let room = machine::memory_bytes().map(|bytes| bytes / runs_count as u64);
        let loaded = load_within(&source, room)?;
        let trace_hash = loaded.trace.as_deref().map_or(0, trace_hash);
        Ok(Ground {
            file: ScenarioFile::parse(&source.scenario.display().to_string(), &loaded.text)?,
            options: Overrides {
                memory_limit_bytes: room,
                ..options(&source)?
            },
            loaded,
            trace_hash,
        })
    }

    pub(crate) fn scenario(&self) -> &Scenario {
        &self.loaded.scenario
    }

    /// The wall time that the scenario allows a study.
    pub(crate) fn budget(&self) -> Option<Duration> {
        let budget = self.scenario().study.budget?;
        Some(Duration::from_nanos(budget.0.0.unsigned_abs()))
    }

    /// What the base scenario is called.
    pub(crate) fn base(&self) -> &str {
        &self.scenario().study.base
    }

    /// The base scenario, or the arm of that name, with `changes` laid over; makes sure that it can be
    /// played.
    pub(crate) fn variant(&self, name: &str, changes: Changes) -> Result<Variant, Failure> {
        let arm = (name != self.base()).then(|| name.to_string());
        self.checked(Variant {
            name: name.to_string(),
            arm,
            changes,
            hash: String::new(),
        })
    }

    /// `variant` with more changes laid over.
    pub(crate) fn changed(
        &self,
        variant: &Variant,
        changes: &[(String, String)],
    ) -> Result<Variant, Failure> {
        let mut changed = variant.clone();
        changed.changes.extend_from_slice(changes);
        self.checked(changed)
    }

    fn checked(&self, variant: Variant) -> Result<Variant, Failure> {
        let scenario = self.play(&variant, None)?;
        let (mine, base) = (&scenario.traffic.replay, &self.scenario().traffic.replay);
        let people = self.loaded.trace.as_ref().map_or(0, |trace| trace.people_count);
        if mine != base || scenario.population.users < people {
            let problem = format!(
                "`{}` replays another trace, or has too few users for it",
                variant.name
            );
            return Err(Failure::usage_with(
                problem,
                "replay one trace in all arms, with users for all its people",
            ));
        }
        let mut chain = Digest::default();
        chain.push(&(scenario.hash, self.trace_hash));
        Ok(Variant {
            hash: format!("{:016x}", chain.value()),
            ..variant
        })
    }

    /// The scenario of `variant`, with a seed of its own or the file's.
    pub(crate) fn play(&self, variant: &Variant, seed: Option<u64>) -> Result<Scenario, Failure> {
        let mut options = self.options.clone();
        options.arm.clone_from(&variant.arm);
        options.set.extend_from_slice(&variant.changes);
        options.seed = seed;
        let mut scenario = self.file.resolve(&options)?;
        scenario.arm = (variant.name != self.base()).then(|| variant.name.clone());
        Ok(scenario)
    }

    /// The baseline, and then the arms that were asked for: of the file and of the arguments, or those
    /// `only` of them.
    pub(crate) fn arms(&self, args: &StudyArgs, only: &[String]) -> Result<Vec<Variant>, Failure> {
        let scenario = self.scenario();
        let mut arms = vec![self.variant(self.base(), Vec::new())?];
        for name in &scenario.arms {
            arms.push(self.variant(name, Vec::new())?);
        }
        for (name, changes) in given_arms(&args.arm)? {
            if arms.iter().any(|arm| arm.name == name) {
                let problem = format!("two arms are called `{name}`");
                return Err(Failure::usage_with(problem, "give --arm a name of its own"));
            }
            let base = Variant {
                name,
                ..arms[0].clone()
            };
            arms.push(self.changed(&base, &changes)?);
        }
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
            let help = format!("there are {}", names.join(", "));
            return Err(Failure::usage_with(format!("there is no arm `{unknown}`"), help));
        }
        let baseline = scenario
            .study
            .baseline
            .as_deref()
            .unwrap_or(self.base())
            .to_string();
        let (first, mut others): (Vec<_>, Vec<_>) = arms.into_iter().partition(|arm| arm.name == baseline);
        others.retain(|arm| only.contains(&arm.name));
        Ok(first.into_iter().chain(others).collect())
    }

    /// The names of all arms, of the file and of the arguments, the base scenario among them.
    pub(crate) fn names(&self, args: &StudyArgs) -> Result<Vec<String>, Failure> {
        let given = given_arms(&args.arm)?.into_iter().map(|(name, _)| name);
        let all = std::iter::once(self.base().to_string()).chain(self.scenario().arms.clone());
        Ok(all.chain(given).collect())
    }
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

/// The arms of the arguments: a word without `=` names one, the words with `=` after it are its
/// changes.
fn given_arms(words: &[String]) -> Result<Vec<(String, Changes)>, Failure> {
    let mut arms: Vec<(String, Changes)> = Vec::new();
    for word in words {
        match (word.split_once('='), arms.last_mut()) {
            (Some((key, value)), Some((_, changes))) => {
                changes.push((key.trim().to_string(), value.trim().to_string()));
            }
            (None, _) => arms.push((word.clone(), Vec::new())),
            (Some(_), None) => {
                let help = "write --arm NAME KEY=VALUE, for example --arm strict policy.first_topic=product";
                return Err(Failure::usage_with(format!("`--arm {word}` has no name"), help));
            }
        }
    }
    Ok(arms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_value_name_arms() {
        let words = ["a b", "k=1", "l=2=3", "c", "k=x"].map(str::to_string);
        let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
        let arms = given_arms(&words).unwrap();
        assert_eq!(
            arms,
            [
                ("a b".to_string(), vec![pair("k", "1"), pair("l", "2=3")]),
                ("c".to_string(), vec![pair("k", "x")])
            ]
        );
        assert!(given_arms(&["k=1".to_string()]).is_err());
    }
}
