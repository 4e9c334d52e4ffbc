//! Criterion benches, one process a timing.

use crate::context::Context;
use chappe_study::Error;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A criterion bench, and which of its benchmarks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bench {
    /// Name of the bench.
    pub name: String,
    /// Only benchmarks whose names contain this.
    pub filter: String,
}

impl Bench {
    /// The bench that `NAME` or `NAME=FILTER` means.
    #[must_use]
    pub fn new(text: &str) -> Bench {
        let (name, filter) = text.split_once('=').unwrap_or((text, ""));
        Bench {
            name: name.to_string(),
            filter: filter.to_string(),
        }
    }
}

/// Programs of benches, by name.
#[derive(Default)]
pub(crate) struct Benches(BTreeMap<String, PathBuf>);

/// What criterion writes of a benchmark, as far as it matters.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

impl Benches {
    /// Those of a folder, where `file` says what each is called.
    pub(crate) fn kept_in(wanted: &[Bench], file: impl Fn(&str) -> PathBuf) -> Benches {
        let program = |bench: &Bench| (bench.name.clone(), file(&bench.name));
        Benches(wanted.iter().map(program).collect())
    }

    /// Whether all of them are there.
    pub(crate) fn exist(&self) -> bool {
        self.0.values().all(|program| program.is_file())
    }

    pub(crate) fn programs(&self) -> impl Iterator<Item = (&String, &PathBuf)> {
        self.0.iter()
    }

    /// The program of a target, by what cargo says it built.
    pub(crate) fn built(said: &str, target: &str) -> Option<PathBuf> {
        said.lines()
            .rev()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == target)
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
    }

    /// Adds the program that cargo says it built.
    pub(crate) fn add(&mut self, name: &str, said: &str) -> Result<(), Error> {
        let program = Benches::built(said, name);
        let program = program.ok_or_else(|| Error::usage(format!("there is no bench `{name}`")))?;
        self.0.insert(name.to_string(), program);
        Ok(())
    }

    /// Times a bench once: nanoseconds of an iteration by benchmark.
    pub(crate) fn time(&self, bench: &Bench, context: &Context<'_>) -> Result<BTreeMap<String, f64>, Error> {
        let wrong = |problem: String| Error::usage(format!("the bench `{}` {problem}", bench.name));
        let program = self
            .0
            .get(&bench.name)
            .ok_or_else(|| wrong("was not built".to_string()))?;
        let folder = tempfile::tempdir().map_err(|error| wrong(format!("has no place to write: {error}")))?;
        let status = Command::new(program)
            .args(["--bench", "--noplot", "--quiet", "--sample-size=10"])
            .args(["--warm-up-time=0.1", "--measurement-time=0.2", &bench.filter])
            .env("CRITERION_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        context.check_stop()?;
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(wrong(format!("failed: {status}"))),
            Err(error) => return Err(wrong(format!("doesn't start: {error}"))),
        }
        let mut timings = BTreeMap::new();
        read(folder.path(), "", &mut timings);
        if timings.is_empty() {
            return Err(wrong(format!("has no benchmark `{}`", bench.filter)));
        }
        Ok(timings)
    }
}

/// The medians of all benchmarks below a folder of criterion's.
fn read(folder: &Path, name: &str, timings: &mut BTreeMap<String, f64>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, file) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let text = fs::read(path.join("new/estimates.json"));
        let inner = [name, &file].join("/");
        let inner = inner.trim_start_matches('/');
        if let Some(estimates) = text
            .ok()
            .and_then(|text| serde_json::from_slice::<Estimates>(&text).ok())
        {
            timings.insert(inner.to_string(), estimates.median.point_estimate);
        } else if path.is_dir() {
            read(&path, inner, timings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_read_by_benchmark() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("policy/leak-2016/new");
        fs::create_dir_all(&place).unwrap();
        let text = r#"{"mean":{"point_estimate":2.5},"median":{"point_estimate":36.5,"standard_error":0.1}}"#;
        fs::write(place.join("estimates.json"), text).unwrap();
        fs::create_dir_all(folder.path().join("report")).unwrap();
        let mut timings = BTreeMap::new();
        read(folder.path(), "", &mut timings);
        assert_eq!(timings, [("policy/leak-2016".to_string(), 36.5)].into());
    }

    #[test]
    fn the_program_is_the_one_that_cargo_built_last() {
        let said = r#"{"reason":"compiler-artifact","target":{"name":"chappe_base"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"ledger"},"executable":"target/release/deps/ledger-1"}
{"reason":"build-finished","success":true}"#;
        let mut benches = Benches::default();
        benches.add("ledger", said).unwrap();
        assert_eq!(
            benches.programs().collect::<Vec<_>>(),
            [(
                &"ledger".to_string(),
                &PathBuf::from("target/release/deps/ledger-1")
            )]
        );
        assert!(benches.add("policy", said).is_err());
    }
}
