//! Where what is run comes from: a scenario file, a shipped scenario, or the folder of an earlier run.

use crate::VERSION;
use crate::error::Error;
use crate::prepared::overrides;
use crate::traces::{NoTraces, TraceOfRun, TraceRead, Traces, TracesIn};
use chappe_base::RunSpec;
use chappe_scenario::{ScenarioFile, shipped};
use chappe_workload::TraceOptions;
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Records in which the folder of a run says what was run.
const RECORDS: [&str; 5] = [
    "run.json",
    "whatif.json",
    "sweep.json",
    "capacity.json",
    "comparison.json",
];

/// What is run, and where the trace that it replays is found.
pub struct Opened {
    /// What is run.
    pub spec: RunSpec,
    /// Where its trace is found.
    pub traces: Box<dyn Traces>,
    /// The path that errors about the scenario's text point to.
    pub path: PathBuf,
    /// The file that says what is run, if it was read from one.
    source: Option<PathBuf>,
}

impl Opened {
    /// The name of the scenario: that of its file without the ending.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.spec.scenario.name.as_str();
        name.strip_suffix(".toml").unwrap_or(name)
    }

    /// The files that a run of it reads: the one that says what is run, and the trace that it replays.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let scenario = &self.spec.scenario;
        // What is wrong with the scenario is said when it is played.
        let resolved = ScenarioFile::parse(&scenario.name, &scenario.text)
            .and_then(|file| file.resolve(&overrides(&self.spec, None)));
        let replayed = resolved.ok().and_then(|scenario| scenario.traffic.replay);
        let trace = replayed.and_then(|path| self.traces.file(&path));
        self.source.iter().cloned().chain(trace).collect()
    }

    /// What `path` means: the shipped scenario of that name if it is a bare name, and else a scenario file or the folder of
    /// an earlier run.
    ///
    /// # Errors
    /// There is nothing of that name, or it can't be read.
    pub fn named(path: &Path) -> Result<Opened, Error> {
        let is_bare = path.components().count() == 1 && path.extension().is_none();
        let shipped = path.to_str().filter(|_| is_bare).and_then(Opened::shipped);
        match shipped {
            Some(shipped) => Ok(shipped),
            None if path.is_dir() => Opened::folder(path),
            None if is_bare && !path.exists() => Err(Error::usage_with(
                format!(
                    "there is no shipped scenario, file or folder `{}`",
                    path.display()
                ),
                "`chappe scenarios` lists the shipped scenarios",
            )),
            None => Opened::file(path),
        }
    }

    /// Whether it is a scenario of this program's own.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.source.is_none() && shipped::named(self.name()).is_some()
    }

    /// A scenario file.
    ///
    /// # Errors
    /// The file can't be read, or isn't UTF-8.
    pub fn file(path: &Path) -> Result<Opened, Error> {
        let bytes = fs::read(path).map_err(|error| Error::read(path, error))?;
        let text = chappe_scenario::from_bytes(&path.display().to_string(), bytes)?;
        Ok(Opened {
            spec: RunSpec::new(VERSION, &path.to_string_lossy(), text),
            traces: Box::new(TracesIn(path.parent().unwrap_or(Path::new("")).to_path_buf())),
            path: path.to_path_buf(),
            source: Some(path.to_path_buf()),
        })
    }

    /// A scenario of this program's own, by its name without an ending; `None` if there is no such scenario.
    #[must_use]
    pub fn shipped(name: &str) -> Option<Opened> {
        let scenario = shipped::named(name)?;
        let file = format!("{name}.toml");
        Some(Opened {
            spec: RunSpec::new(VERSION, &file, scenario.text.to_string()),
            traces: Box::new(ShippedTraces),
            path: PathBuf::from(file),
            source: None,
        })
    }

    /// A scenario whose text is at hand, such as that of standard input. It can replay no trace.
    #[must_use]
    pub fn text(name: &str, text: String) -> Opened {
        Opened {
            spec: RunSpec::new(VERSION, name, text),
            traces: Box::new(NoTraces),
            path: PathBuf::from(name),
            source: None,
        }
    }

    /// What was run in the folder of an earlier run. Nothing but this folder is needed.
    ///
    /// # Errors
    /// The folder has no record of a run, or one that this version can't play again.
    pub fn folder(folder: &Path) -> Result<Opened, Error> {
        let record = RECORDS
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.is_file());
        let path = record.unwrap_or_else(|| folder.join(RECORDS[0]));
        let text = fs::read_to_string(&path).map_err(|error| Error::read(&path, error))?;
        let wrong = |problem: String| {
            Error::usage_with(
                format!("{}: {problem}", path.display()),
                "give the folder of a run of this version, or run its scenario.toml again",
            )
        };
        let record: Value = serde_json::from_str(&text)
            .map_err(|error| wrong(format!("this is no record of a run: {error}")))?;
        Ok(Opened {
            spec: read_spec(record, &wrong)?,
            traces: Box::new(TraceOfRun(folder.to_path_buf())),
            path: folder.join("scenario.toml"),
            source: Some(path),
        })
    }
}

/// What has to be right before the rest of a spec can be read.
#[derive(Deserialize)]
struct Versions {
    schema: String,
    program: String,
}

/// What was run, by the `spec` in the record of a run or in the first line of a log; `wrong` makes an error of what is
/// the matter with it.
///
/// # Errors
/// There is no `spec`, it belongs to another version, or it can't be read.
pub(crate) fn read_spec(mut record: Value, wrong: &dyn Fn(String) -> Error) -> Result<RunSpec, Error> {
    let Some(spec) = record.get_mut("spec").map(Value::take) else {
        return Err(wrong(
            "this is no record of a run that says what was run".to_string(),
        ));
    };
    let unreadable = |error: serde_json::Error| wrong(format!("its `spec` can't be read: {error}"));
    let versions = Versions::deserialize(&spec).map_err(unreadable)?;
    RunSpec::check_versions(&versions.schema, &versions.program, VERSION)?;
    serde_json::from_value(spec).map_err(unreadable)
}

/// The traces that shipped scenarios replay.
struct ShippedTraces;

impl Traces for ShippedTraces {
    fn find(&self, path: &str) -> Result<TraceRead, Error> {
        match shipped::trace(path) {
            Some(text) => TraceRead::of(path, text.as_bytes(), &TraceOptions::default()),
            None => NoTraces.find(path),
        }
    }
}
