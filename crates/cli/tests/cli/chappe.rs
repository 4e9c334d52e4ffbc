//! Running the command, and a scenario to run it on.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A scenario small enough for a second, in which people write, pay, ask, buy and see ads.
pub(crate) const SCENARIO: &str = r#"# Does everything work?
title    = "A small town"
question = "Does everything work?"
seed     = 3
horizon  = "2h"

[population]
users = 400
pages = 4

[platform]
shards = 4

[agents]
page_visits_per_day = 4.0
payments_per_day = 1.0

[[campaign]]
format = "new-product"
page   = 1
topic  = "books/travel"
bid    = "0.01"
budget = "20.00"
pacing = "asap"

[[arm]]
name = "no ads"
policy.preset = "no-ads"
"#;

/// The real binary.
pub(crate) const CHAPPE: &str = env!("CARGO_BIN_EXE_chappe");

/// A folder for one test, with `town.toml` in it; removed at its end.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// How one command ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let bench = Bench {
            folder: tempfile::tempdir().unwrap(),
        };
        bench.write("town.toml", SCENARIO);
        bench
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(file), content).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.read(file)).unwrap()
    }

    /// All files and folders right below, sorted.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Runs `chappe` with these arguments, separated by blanks, in the folder.
    pub(crate) fn chappe(&self, arguments: &str) -> Ran {
        self.chappe_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `chappe` in the folder. Nothing it says is coloured: it doesn't talk to a terminal.
    pub(crate) fn chappe_with(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::of(&mut self.command(arguments));
        for said in [&ran.out, &ran.err] {
            assert!(!said.contains('\x1b'), "{arguments:?} colours a pipe: {said}");
        }
        ran
    }

    /// `chappe` with these arguments, to be run in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(CHAPPE);
        command
            .args(arguments)
            .current_dir(self.folder())
            .timeout(Duration::from_secs(120));
        command
    }

    /// Runs `chappe` with these variables, and arguments separated by blanks.
    pub(crate) fn chappe_in(&self, variables: &[(&str, &str)], arguments: &str) -> Ran {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        Ran::of(self.command(&arguments).envs(variables.iter().copied()))
    }

    /// Runs a command that must be refused with one message that contains `words`, and that must
    /// leave the folder as it was.
    pub(crate) fn refused(&self, arguments: &str, words: &str) {
        self.refused_with(&arguments.split_whitespace().collect::<Vec<_>>(), words);
    }

    pub(crate) fn refused_with(&self, arguments: &[&str], words: &str) {
        let before = self.list(".");
        let Ran { code, out, err } = self.chappe_with(arguments);
        assert_eq!(code, 2, "{arguments:?}: {out}{err}");
        assert_eq!(out, "", "{arguments:?}");
        assert_eq!(messages_count(&err), 1, "{arguments:?}: {err}");
        let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{arguments:?} doesn't say `{words}`: {err}");
        assert_eq!(self.list("."), before, "{arguments:?} wrote something");
    }
}

/// How many messages of errors a text has.
pub(crate) fn messages_count(err: &str) -> usize {
    err.lines()
        .filter(|line| line.trim_start().starts_with("error: "))
        .count()
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        for said in [&ran.out, &ran.err] {
            assert!(!said.contains("panicked"), "{command:?}: {said}");
        }
        ran
    }

    /// Asserts how it ended.
    pub(crate) fn code_is(&self, code: i32) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
    }

    /// Asserts that all went well, with nothing on standard error, and gives the standard output.
    pub(crate) fn out(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }
}
