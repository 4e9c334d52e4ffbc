//! A program that is held against another: this one, a binary, or one built of a revision.

use super::benches::{Bench, Benches};
use super::revision::{Revision, Workspace};
use crate::args::Clocked;
use crate::failure::Failure;
use crate::terminal::stop_on_interrupt;
use chappe_metrics::{GateCase, Played};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One program.
pub(crate) struct Side {
    /// What to call it.
    pub(crate) words: String,
    pub(crate) program: PathBuf,
    benches: Benches,
}

impl Side {
    /// This very program, and the benches of the checkout it is called in.
    pub(crate) fn this(benches: &[Bench]) -> Result<Side, Failure> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::Internal(format!("this program can't be found: {error}")))?;
        let benches = match benches {
            [] => Benches::default(),
            wanted => Workspace::here()?.benches(wanted)?,
        };
        Ok(Side {
            words: format!("this program, version {}", env!("CARGO_PKG_VERSION")),
            program,
            benches,
        })
    }

    /// The binary at a path, or the program of a git revision.
    pub(crate) fn find(name: &str, wanted: &[Bench]) -> Result<Side, Failure> {
        let path = Path::new(name);
        if path.is_file() {
            if !wanted.is_empty() {
                return Err(Failure::usage_with(
                    format!("`{name}` is a binary, and has no benches"),
                    "give --baseline and --candidate a git revision, or leave out --bench",
                ));
            }
            let program = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            return Ok(Side {
                words: format!("the binary {name}"),
                program,
                benches: Benches::default(),
            });
        }
        let built = Revision::find(name)?.build(wanted)?;
        Ok(Side {
            words: format!("revision {name} ({})", &built.commit[..12]),
            program: built.program,
            benches: built.benches,
        })
    }

    /// What a case comes to, in a process of its own.
    pub(crate) fn play(&self, case: &GateCase) -> Result<Played, Failure> {
        self.ask(case, &[])
    }

    /// Times a case once: nanoseconds by name.
    pub(crate) fn time(&self, case: &GateCase, clocked: Clocked) -> Result<BTreeMap<String, f64>, Failure> {
        let word = match clocked {
            Clocked::Simulation => "simulation",
            Clocked::Load => "load",
        };
        self.ask(case, &["--time", word])
    }

    /// Times a bench once: nanoseconds by benchmark.
    pub(crate) fn bench(&self, bench: &Bench) -> Result<BTreeMap<String, f64>, Failure> {
        self.benches.time(bench)
    }

    fn ask<T: DeserializeOwned>(&self, case: &GateCase, more: &[&str]) -> Result<T, Failure> {
        let output = Command::new(&self.program)
            .args(words(case))
            .args(more)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::usage(format!("{} doesn't start: {error}", self.words)))?;
        if stop_on_interrupt().is_raised() {
            return Err(Failure::Interrupted(
                "nothing: a check needs all its runs".to_string(),
            ));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("unrecognized subcommand") {
            return Err(Failure::usage_with(
                format!("{} has no gate", self.words),
                "give a revision or a binary of version 0.1.0 or later that has `chappe gate`",
            ));
        }
        let file = &case.file;
        if !output.status.success() {
            let problem = said.trim().trim_start_matches("error: ");
            return Err(Failure::usage(format!(
                "{} can't play {file}: {problem}",
                self.words
            )));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| {
            let problem = format!(
                "{} says of {file} what this program can't read: {error}",
                self.words
            );
            Failure::usage_with(problem, "hold programs against each other whose gates are alike")
        })
    }
}

/// That a command of the gate was interrupted: it writes nothing.
pub(crate) fn interrupted() -> Failure {
    Failure::Interrupted("nothing: the gate needs all its runs".to_string())
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
