//! The folder of baselines: a file for each scenario.

use crate::files;
use crate::options::{CaseOptions, Changes};
use crate::record::{Acceptance, BASELINE_SCHEMA, Baseline, GateCase, Played};
use chappe_base::{Digest, RunSpec};
use chappe_scenario::{Overrides, ScenarioFile};
use chappe_study::Error;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
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
    /// The file that programs are given.
    pub(crate) file: PathBuf,
    /// Where that file lies if the scenario's own is gone; it is removed with the entry.
    _folder: Option<tempfile::TempDir>,
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Folder {
        Folder {
            path: path.to_path_buf(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.json"))
    }

    /// What the options ask for: the scenarios they name, or else all that have a baseline.
    pub(crate) fn entries(&self, options: &CaseOptions) -> Result<Vec<Entry>, Error> {
        let entries: Vec<Entry> = if options.scenarios.is_empty() {
            let names = self.names()?;
            names
                .iter()
                .map(|name| self.known(name, None, &options.changes))
                .collect::<Result<_, _>>()?
        } else {
            options
                .scenarios
                .iter()
                .map(|scenario| self.entry(scenario, &options.changes))
                .collect::<Result<_, _>>()?
        };
        let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::usage(format!("`{}` is given twice", twice[0])));
        }
        Ok(entries)
    }

    fn names(&self) -> Result<Vec<String>, Error> {
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
            true => Err(Error::usage_with(
                format!("there is no baseline in {}", self.path.display()),
                "name scenarios, or first give `chappe gate record scenarios/first-ads.toml --scale 0.02`",
            )),
        }
    }

    /// A scenario by its file, or by the name of its baseline.
    fn entry(&self, scenario: &Path, changes: &Changes) -> Result<Entry, Error> {
        let is_file = scenario.exists() || scenario.extension().is_some_and(|ending| ending == "toml");
        if !is_file {
            return self.known(&scenario.display().to_string(), None, changes);
        }
        let name = scenario.file_stem().unwrap_or_default().to_string_lossy();
        if self.file(&name).exists() {
            return self.known(&name, Some(scenario), changes);
        }
        Entry::new(&name, scenario, read(scenario)?, changes)
    }

    /// A scenario that has a baseline, played as that was but for `changes`. `named` is its file, if one was given.
    fn known(&self, name: &str, named: Option<&Path>, changes: &Changes) -> Result<Entry, Error> {
        let baseline = self.read(name)?;
        let GateCase { file, spec, rate } = baseline.case.clone();
        let file = named.map_or_else(|| PathBuf::from(file), Path::to_path_buf);
        // A file that is named must be there; one that is only remembered need not.
        let text = match named.is_none() && !file.exists() {
            true => None,
            false => Some(read(&file)?),
        };
        let changes = Changes {
            set: spec.set.into_iter().chain(changes.set.iter().cloned()).collect(),
            scale: changes.scale.or(spec.scale),
            seed: changes.seed.or(spec.seed),
            rate: changes.rate.or(rate),
        };
        let remembered = spec.scenario.text;
        let mut entry = match text {
            Some(text) => Entry::new(name, &file, text, &changes)?,
            None => Entry::remembered(name, &file, remembered, &changes)?,
        };
        entry.baseline = Some(baseline);
        Ok(entry)
    }

    fn read(&self, name: &str) -> Result<Baseline, Error> {
        let path = self.file(name);
        let text = fs::read_to_string(&path).map_err(|error| Error::read(&path, error))?;
        let refused = |why: String| {
            let problem = format!("{} can't be used as a baseline: {why}", path.display());
            Error::usage_with(problem, RECORD_ANEW)
        };
        let value: Value =
            serde_json::from_str(&text).map_err(|error| refused(format!("it is damaged: {error}")))?;
        match value.get("schema").and_then(Value::as_str) {
            Some(BASELINE_SCHEMA) => {}
            Some(other) => {
                return Err(refused(format!(
                    "its format is {other}, and this version reads {BASELINE_SCHEMA}"
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

    /// Writes what a case came to as its baseline, and gives the file.
    pub(crate) fn write(
        &self,
        entry: &Entry,
        played: Played,
        commit: Option<&String>,
        accepted: Vec<Acceptance>,
    ) -> Result<PathBuf, Error> {
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
        let mut text =
            serde_json::to_string_pretty(&baseline).map_err(|error| Error::write(&path, error.into()))?;
        text.push('\n');
        files::write(&path, text.as_bytes())?;
        Ok(path)
    }
}

impl Entry {
    /// A scenario whose file is there. It is parsed, so that what is wrong with it is said before anything is played or
    /// built.
    fn new(name: &str, file: &Path, text: String, changes: &Changes) -> Result<Entry, Error> {
        let shown = file.display().to_string();
        let spec = RunSpec {
            set: changes.set.clone(),
            scale: changes.scale,
            seed: changes.seed,
            ..RunSpec::new(VERSION, &shown, text)
        };
        let overrides = Overrides {
            set: spec.set.clone(),
            seed: spec.seed,
            scale: spec.scale,
            ..Overrides::default()
        };
        ScenarioFile::parse(&shown, &spec.scenario.text)?.resolve(&overrides)?;
        Ok(Entry {
            name: name.to_string(),
            file: file.to_path_buf(),
            case: GateCase {
                file: shown,
                spec,
                rate: changes.rate,
            },
            baseline: None,
            _folder: None,
        })
    }

    /// A scenario whose file is gone: programs get the text that the baseline remembers.
    fn remembered(name: &str, file: &Path, text: String, changes: &Changes) -> Result<Entry, Error> {
        let mut entry = Entry::new(name, file, text, changes)?;
        let scenario = &entry.case.spec.scenario;
        let failure = |error| Error::write(Path::new(&scenario.name), error);
        let folder = tempfile::tempdir().map_err(failure)?;
        entry.file = folder.path().join(&scenario.name);
        fs::write(&entry.file, &scenario.text).map_err(failure)?;
        entry._folder = Some(folder);
        Ok(entry)
    }
}

/// The text of a scenario file.
fn read(file: &Path) -> Result<String, Error> {
    let bytes = fs::read(file).map_err(|error| Error::read(file, error))?;
    Ok(chappe_scenario::from_bytes(&file.display().to_string(), bytes)?)
}

/// The time, in RFC 3339.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
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

/// The fields in which a baseline differs from what was played, each with both values: if there is one, the two are not
/// of the same thing.
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
