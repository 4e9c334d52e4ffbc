//! The folder of baselines: a file for each scenario.

use super::source;
use crate::args::{Cases, Changes};
use crate::aside::Aside;
use crate::failure::Failure;
use crate::sources::load;
use chappe_base::Digest;
use chappe_metrics::{Acceptance, BASELINE_SCHEMA, Baseline, GateCase, Played};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to do about a baseline that can't be used.
const RECORD_ANEW: &str = "take it from git again, or delete it and give `chappe gate record`";

/// Baselines by the names of their scenarios.
pub(crate) struct Folder {
    path: PathBuf,
}

/// A scenario to be played, and its baseline if it has one.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) case: GateCase,
    pub(crate) baseline: Option<Baseline>,
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Folder {
        Folder {
            path: path.to_path_buf(),
        }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.json"))
    }

    /// What the arguments ask for: the scenarios they name, or else all that have a baseline.
    pub(crate) fn entries(&self, cases: &Cases) -> Result<Vec<Entry>, Failure> {
        let entries: Vec<Entry> = if cases.scenarios.is_empty() {
            let names = self.names()?;
            names
                .iter()
                .map(|name| self.known(name, None, &cases.changes))
                .collect::<Result<_, _>>()?
        } else {
            cases
                .scenarios
                .iter()
                .map(|scenario| self.entry(scenario, &cases.changes))
                .collect::<Result<_, _>>()?
        };
        let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Failure::usage(format!("`{}` is given twice", twice[0])));
        }
        Ok(entries)
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let files = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names: Vec<String> = files
            .filter_map(|file| {
                let name = file.file_name().to_string_lossy().into_owned();
                name.strip_suffix(".json").map(str::to_string)
            })
            .collect();
        names.sort_unstable();
        match names.is_empty() {
            false => Ok(names),
            true => Err(Failure::usage_with(
                format!("there is no baseline in {}", self.path.display()),
                "name scenarios, or first give `chappe gate record scenarios/first-ads.toml --scale 0.02`",
            )),
        }
    }

    /// A scenario by its file, or by the name of its baseline.
    fn entry(&self, scenario: &Path, changes: &Changes) -> Result<Entry, Failure> {
        let is_file = scenario.exists() || scenario.extension().is_some_and(|ending| ending == "toml");
        if !is_file {
            return self.known(&scenario.display().to_string(), None, changes);
        }
        let name = scenario.file_stem().unwrap_or_default().to_string_lossy();
        if self.file(&name).exists() {
            return self.known(&name, Some(scenario), changes);
        }
        let case = changes.case(scenario);
        check(&case)?;
        Ok(Entry {
            name: name.into_owned(),
            case,
            baseline: None,
        })
    }

    /// A scenario that has a baseline, played as that was but for `changes`, of the file that was given.
    fn known(&self, name: &str, file: Option<&Path>, changes: &Changes) -> Result<Entry, Failure> {
        let baseline = self.read(name)?;
        let mut case = changed(baseline.case.clone(), changes);
        if let Some(file) = file {
            case.file = file.display().to_string();
        }
        check(&case)?;
        Ok(Entry {
            name: name.to_string(),
            case,
            baseline: Some(baseline),
        })
    }

    fn read(&self, name: &str) -> Result<Baseline, Failure> {
        let path = self.file(name);
        let text = fs::read_to_string(&path).map_err(|error| Failure::Read {
            path: path.clone(),
            error,
        })?;
        let refused = |why: String| {
            let problem = format!("{} is no baseline to rely on: {why}", path.display());
            Failure::usage_with(problem, RECORD_ANEW)
        };
        let value: Value =
            serde_json::from_str(&text).map_err(|error| refused(format!("it is damaged: {error}")))?;
        match value.get("schema").and_then(Value::as_str) {
            Some(BASELINE_SCHEMA) => {}
            Some(other) => {
                return Err(refused(format!(
                    "its format is {other}, and not {BASELINE_SCHEMA}"
                )));
            }
            None => return Err(refused("it is something else".to_string())),
        }
        let baseline: Baseline =
            serde_json::from_value(value).map_err(|error| refused(format!("it is damaged: {error}")))?;
        if baseline.checksum != checksum(&baseline) {
            let why = "its checksum does not fit, so it was damaged or edited by hand";
            return Err(refused(why.to_string()));
        }
        Ok(baseline)
    }

    /// Writes what a case came to as its baseline, whole or not at all.
    pub(crate) fn write(
        &self,
        entry: &Entry,
        played: Played,
        commit: Option<&String>,
        accepted: Vec<Acceptance>,
    ) -> Result<PathBuf, Failure> {
        let mut baseline = Baseline {
            schema: BASELINE_SCHEMA.to_string(),
            checksum: String::new(),
            case: entry.case.clone(),
            commit: commit.cloned(),
            recorded: now(),
            played,
            accepted,
        };
        baseline.checksum = checksum(&baseline);
        let path = self.file(&entry.name);
        let failure = |error| Failure::Write {
            path: path.clone(),
            error,
        };
        fs::create_dir_all(&self.path).map_err(failure)?;
        let text = serde_json::to_string_pretty(&baseline).map_err(|error| failure(error.into()))?;
        Aside::prepare(&path)?.finish(|file| writeln!(file, "{text}"))?;
        Ok(path)
    }
}

/// The time, in RFC 3339.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn changed(mut case: GateCase, changes: &Changes) -> GateCase {
    case.set.extend(changes.set.iter().cloned());
    case.scale = changes.scale.or(case.scale);
    case.seed = changes.seed.or(case.seed);
    case.rate = changes.rate.or(case.rate);
    case
}

/// Makes sure, before anything is played or built, that the scenario can be.
fn check(case: &GateCase) -> Result<(), Failure> {
    load(&source(case)).map(drop)
}

fn checksum(baseline: &Baseline) -> String {
    let blank = Baseline {
        checksum: String::new(),
        ..baseline.clone()
    };
    let mut chain = Digest::default();
    chain.push(&serde_json::to_string(&blank).unwrap_or_default());
    format!("{:016x}", chain.value())
}

/// The fields in which a baseline differs from what was played, each with both values: one of these, and
/// the two are not of the same thing.
pub(crate) fn mismatches(before: &Played, now: &Played) -> Vec<(&'static str, String)> {
    let fields = [
        ("scenario hash", &before.scenario.hash, &now.scenario.hash),
        ("seed", &before.seed.to_string(), &now.seed.to_string()),
        ("tool version", &before.version, &now.version),
    ];
    fields
        .into_iter()
        .filter(|(_, before, now)| before != now)
        .map(|(field, before, now)| (field, format!("{before} in the baseline, {now} now")))
        .collect()
}
