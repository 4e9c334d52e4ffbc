//! A program that is checked, or that another is compared with: this one, a binary, or one built of a revision.

mod benches;
mod git;
mod instructions;
mod revision;

pub use benches::Bench;
pub(crate) use instructions::count;

use crate::baselines::{Entry, VERSION};
use crate::context::Context;
use crate::options::Clocked;
use crate::record::Played;
use benches::Benches;
use chappe_study::Error;
use git::current_commit;
use revision::{Revision, Workspace};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program by its name, which may still have to be built.
pub(crate) enum Named {
    This,
    Binary(String, PathBuf),
    Revision(String, Revision),
}

/// The exit code of `chappe gate measure` if the generator of a load fell behind.
const FELL_BEHIND_CODE: i32 = 5;

/// What a program answers.
enum Answer {
    /// JSON on standard output.
    Printed(Vec<u8>),
    /// The generator of a load fell behind, so there is nothing to read off it.
    FellBehind,
}

/// One program.
pub(crate) struct Program {
    /// What to call it.
    pub(crate) words: String,
    pub(crate) path: PathBuf,
    /// What it was built of, where that is known.
    pub(crate) commit: Option<String>,
    benches: Benches,
}

impl Named {
    /// The binary at a path, or a git revision; this program without a name.
    pub(crate) fn find(name: Option<&str>, benches: &[Bench], context: &Context<'_>) -> Result<Named, Error> {
        let Some(name) = name else {
            return Ok(Named::This);
        };
        // A program without a folder in its path would be looked for elsewhere.
        let path = context.environment.folder.join(name);
        if !path.is_file() {
            let revision = Revision::find(name, context.environment)?;
            return Ok(Named::Revision(name.to_string(), revision));
        }
        if !benches.is_empty() {
            return Err(Error::usage_with(
                format!("`{name}` is a binary, and has no benches"),
                "give --baseline and --candidate a git revision, or leave out --bench",
            ));
        }
        Ok(Named::Binary(name.to_string(), path))
    }

    /// The program, built if need be.
    pub(crate) fn build(self, wanted: &[Bench], context: &Context<'_>) -> Result<Program, Error> {
        match self {
            Named::This => Program::this(wanted, context),
            Named::Binary(name, path) => Ok(Program {
                words: format!("the binary {name}"),
                path,
                commit: None,
                benches: Benches::default(),
            }),
            Named::Revision(name, revision) => {
                let built = revision.build(wanted, context)?;
                Ok(Program {
                    words: format!("revision {name} ({})", &built.commit[..12]),
                    path: built.program,
                    commit: Some(built.commit),
                    benches: built.benches,
                })
            }
        }
    }
}

impl Program {
    /// The program that is checked if no other is named, and the benches of the checkout around the folder.
    pub(crate) fn this(wanted: &[Bench], context: &Context<'_>) -> Result<Program, Error> {
        let environment = context.environment;
        let benches = match wanted {
            [] => Benches::default(),
            wanted => Workspace::here(environment)?.benches(wanted, context)?,
        };
        Ok(Program {
            words: format!("this program, version {VERSION}"),
            path: environment.program.clone(),
            commit: current_commit(environment),
            benches,
        })
    }

    /// What a case comes to, in a process of its own.
    pub(crate) fn play(&self, entry: &Entry, context: &Context<'_>) -> Result<Played, Error> {
        match self.ask(entry, &[], context)? {
            Answer::Printed(text) => self.read(entry, &text),
            Answer::FellBehind => Err(self.failed(entry, "the generator of a load fell behind")),
        }
    }

    /// Times a case once: nanoseconds by name; none if the generator of a load fell behind.
    pub(crate) fn time(
        &self,
        entry: &Entry,
        clocked: Clocked,
        context: &Context<'_>,
    ) -> Result<BTreeMap<String, f64>, Error> {
        let word = match clocked {
            Clocked::Simulation => "simulation",
            Clocked::Load => "load",
        };
        match self.ask(entry, &["--time", word], context)? {
            Answer::Printed(text) => self.read(entry, &text),
            Answer::FellBehind => Ok(BTreeMap::new()),
        }
    }

    /// Times a bench once: nanoseconds by benchmark.
    pub(crate) fn bench(&self, bench: &Bench, context: &Context<'_>) -> Result<BTreeMap<String, f64>, Error> {
        self.benches.time(bench, context)
    }

    /// Asks the program by `chappe gate measure`.
    fn ask(&self, entry: &Entry, more: &[&str], context: &Context<'_>) -> Result<Answer, Error> {
        let output = Command::new(&self.path)
            .args(COMMAND)
            .arg(&entry.file)
            .args(options(entry))
            .args(more)
            .current_dir(&context.environment.folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::usage(format!("{} doesn't start: {error}", self.words)))?;
        context.check_stop()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if errors.contains("unrecognized subcommand") {
            return Err(Error::usage_with(
                format!("{} has no gate", self.words),
                "give a revision or a binary that has `chappe gate`",
            ));
        }
        if output.status.code() == Some(FELL_BEHIND_CODE) {
            return Ok(Answer::FellBehind);
        }
        match output.status.success() {
            true => Ok(Answer::Printed(output.stdout)),
            false => Err(self.failed(entry, errors.trim().trim_start_matches("error: "))),
        }
    }

    fn failed(&self, entry: &Entry, problem: &str) -> Error {
        Error::usage(format!(
            "{} can't play {}: {problem}",
            self.words, entry.case.file
        ))
    }

    fn read<T: DeserializeOwned>(&self, entry: &Entry, text: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(text).map_err(|error| {
            let (words, file) = (&self.words, &entry.case.file);
            let problem = format!("{words} prints for {file} what this program can't read: {error}");
            Error::usage_with(problem, "compare programs whose gates are alike")
        })
    }
}

/// The words that have a program play a case, for whoever takes text alone.
pub(crate) fn words(entry: &Entry) -> Vec<String> {
    let mut words = COMMAND.map(str::to_string).to_vec();
    // A path within the folder stays short and the same for everyone: its length moves the count of instructions.
    words.push(entry.file.display().to_string());
    words.extend(options(entry));
    words
}

/// The command that plays a case, before the case's file.
const COMMAND: [&str; 2] = ["gate", "measure"];

/// What follows the file.
fn options(entry: &Entry) -> Vec<String> {
    let mut options = entry.case.spec.options();
    options.extend(entry.case.rate.map(|rate| format!("--rate={rate}")));
    options
}
