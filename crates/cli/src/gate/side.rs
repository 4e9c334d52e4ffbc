//! A program that is held against another: this one, a binary, or one built of a revision.

use super::benches::{Bench, Benches};
use super::revision::{Revision, Workspace, current_commit};
use crate::args::Clocked;
use crate::failure::Failure;
use crate::terminal::stop_on_interrupt;
use chappe_metrics::{GateCase, Played};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program by its name, which may have to be built yet.
pub(crate) enum Named {
    This,
    Binary(PathBuf),
    Revision(String, Revision),
}

/// One program.
pub(crate) struct Side {
    /// What to call it.
    pub(crate) words: String,
    pub(crate) program: PathBuf,
    /// What it was built of, where that is known.
    pub(crate) commit: Option<String>,
    benches: Benches,
}

impl Named {
    /// The binary at a path, or a git revision; this program without a name.
    pub(crate) fn find(name: Option<&str>, benches: &[Bench]) -> Result<Named, Failure> {
        let Some(name) = name else {
            return Ok(Named::This);
        };
        let path = Path::new(name);
        if !path.is_file() {
            return Ok(Named::Revision(name.to_string(), Revision::find(name)?));
        }
        if !benches.is_empty() {
            return Err(Failure::usage_with(
                format!("`{name}` is a binary, and has no benches"),
                "give --baseline and --candidate a git revision, or leave out --bench",
            ));
        }
        Ok(Named::Binary(path.to_path_buf()))
    }

    /// The program, built if need be.
    pub(crate) fn build(self, wanted: &[Bench]) -> Result<Side, Failure> {
        match self {
            Named::This => Side::this(wanted),
            Named::Binary(path) => Ok(Side {
                words: format!("the binary {}", path.display()),
                program: std::path::absolute(&path).unwrap_or(path),
                commit: None,
                benches: Benches::default(),
            }),
            Named::Revision(name, revision) => {
                let built = revision.build(wanted)?;
                Ok(Side {
                    words: format!("revision {name} ({})", &built.commit[..12]),
                    program: built.program,
                    commit: Some(built.commit),
                    benches: built.benches,
                })
            }
        }
    }
}

impl Side {
    /// This very program, and the benches of the checkout it is called in.
    pub(crate) fn this(wanted: &[Bench]) -> Result<Side, Failure> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::Internal(format!("this program can't be found: {error}")))?;
        let benches = match wanted {
            [] => Benches::default(),
            wanted => Workspace::here()?.benches(wanted)?,
        };
        Ok(Side {
            words: format!("this program, version {}", env!("CARGO_PKG_VERSION")),
            program,
            commit: current_commit(),
            benches,
        })
    }

    /// What a case comes to, in a process of its own.
    pub(crate) fn play(&self, case: &GateCase) -> Result<Played, Failure> {
        let said = self.ask(case, &[])?;
        self.read(case, &said)
    }

    /// Times a case once: nanoseconds by name. There are none of a load that the generator could not offer.
    pub(crate) fn time(&self, case: &GateCase, clocked: Clocked) -> Result<BTreeMap<String, f64>, Failure> {
        let word = match clocked {
            Clocked::Simulation => "simulation",
            Clocked::Load => "load",
        };
        match self.ask(case, &["--time", word]) {
            Err(Failure::Invalid { .. }) => Ok(BTreeMap::new()),
            said => self.read(case, &said?),
        }
    }

    /// Times a bench once: nanoseconds by benchmark.
    pub(crate) fn bench(&self, bench: &Bench) -> Result<BTreeMap<String, f64>, Failure> {
        self.benches.time(bench)
    }

    fn ask(&self, case: &GateCase, more: &[&str]) -> Result<Vec<u8>, Failure> {
        let output = Command::new(&self.program)
            .args(words(case))
            .args(more)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::usage(format!("{} doesn't start: {error}", self.words)))?;
        if stop_on_interrupt().is_raised() {
            return Err(Failure::Abandoned);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("unrecognized subcommand") {
            return Err(Failure::usage_with(
                format!("{} has no gate", self.words),
                "give a revision or a binary that has `chappe gate`",
            ));
        }
        let invalid = Failure::Invalid {
            late_percent: 0.0,
            rate: 0.0,
        };
        if output.status.code() == Some(i32::from(invalid.code())) {
            return Err(invalid);
        }
        if !output.status.success() {
            let problem = said.trim().trim_start_matches("error: ");
            return Err(Failure::usage(format!(
                "{} can't play {}: {problem}",
                self.words, case.file
            )));
        }
        Ok(output.stdout)
    }

    fn read<T: DeserializeOwned>(&self, case: &GateCase, said: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(said).map_err(|error| {
            let (words, file) = (&self.words, &case.file);
            let problem = format!("{words} says of {file} what this program can't read: {error}");
            Failure::usage_with(problem, "hold programs against each other whose gates are alike")
        })
    }
}

/// The words that have a program play a case.
pub(crate) fn words(case: &GateCase) -> Vec<String> {
    let mut words = ["gate", "measure"].map(str::to_string).to_vec();
    words.push(case.file.clone());
    let mut option = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("--{name}={value}")));
    };
    for set in &case.set {
        option("set", Some(set.clone()));
    }
    option("scale", case.scale.map(|scale| scale.to_string()));
    option("seed", case.seed.map(|seed| seed.to_string()));
    option("rate", case.rate.map(|rate| rate.to_string()));
    words
}
