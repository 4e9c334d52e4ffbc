//! How many instructions commands take, counted by valgrind. Unlike a time, the count hardly depends on what else the
//! machine does.

use crate::context::Context;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// The bench that counts, from the root of the workspace.
const BENCH: &str = "benches/instructions/instructions.rs";
/// Where the bench leaves its summaries, from its home; each command has a folder there.
const SUMMARIES: &str = "chappe-instructions/instructions/instructions";

/// Why nothing was counted, in one sentence for the user.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Skipped(String);

impl Skipped {
    fn because(what: &str, why: impl Display) -> Skipped {
        Skipped(format!("can't {what}: {why}"))
    }
}

/// Instructions that each command takes, by name, or why they can't be counted here. Commands are the words after
/// `chappe`, called in the folder in which the gate runs.
///
/// Counts vary by some 0.002%, since parsing a scenario hashes with random keys. The environment and the path of the
/// program would move them too, so both are the same for any program.
pub(crate) fn count(
    binary: &Path,
    commands: &[(String, Vec<String>)],
    context: &Context<'_>,
) -> Result<BTreeMap<String, u64>, Skipped> {
    let here = &context.environment.folder;
    let workspace = workspace(here)?;
    for program in ["valgrind", "cargo"] {
        make_sure_of(program)?;
    }
    let home = tempfile::tempdir().map_err(|error| Skipped::because("make a folder", error))?;
    // The length of its path moves all memory of a process; here it is the same for any program.
    let program = home.path().join("chappe");
    fs::copy(binary, &program)
        .map_err(|error| Skipped::because(&format!("copy {}", binary.display()), error))?;
    let words: Vec<_> = commands.iter().map(|(_, words)| words).collect();
    let words = serde_json::to_string(&words).expect("words are text");
    let mut bench = bench(workspace, home.path());
    bench
        .env("CHAPPE_GATE_BINARY", program)
        .env("CHAPPE_GATE_FOLDER", here)
        .env("CHAPPE_GATE_COMMANDS", words);
    carry_out(bench, context)?;
    let counts = commands.iter().enumerate().map(|(index, (name, _))| {
        let summary = home
            .path()
            .join(SUMMARIES)
            .join(format!("chappe.command_{index}/summary.json"));
        Ok((name.clone(), read(&summary)?))
    });
    counts.collect()
}

/// The checkout of chappe that `here` lies in.
fn workspace(here: &Path) -> Result<&Path, Skipped> {
    let mut folders = here.ancestors();
    folders
        .find(|folder| folder.join(BENCH).is_file())
        .ok_or_else(|| Skipped(format!("this is no checkout of chappe: there is no {BENCH}")))
}

fn make_sure_of(program: &str) -> Result<(), Skipped> {
    let mut asked = Command::new(program);
    asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    match asked.status() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Skipped(format!("{program} is not installed")))
        }
        Err(error) => Err(Skipped::because(&format!("start {program}"), error)),
    }
}

/// The command that builds the bench and lets it count.
fn bench(workspace: &Path, home: &Path) -> Command {
    let mut bench = Command::new("cargo");
    bench
        // What counts need not be fast, and in this profile most of it may be built already.
        .args([
            "bench",
            "--quiet",
            "--profile=dev",
            "--package=chappe-instructions",
        ])
        .args(["--features=valgrind", "--bench=instructions", "--"])
        .args(["--save-summary=json", "--home"])
        .arg(home)
        // An interrupted gungraun leaves there what it began with.
        .env("TMPDIR", home)
        .current_dir(workspace);
    bench
}

/// An interrupt reaches the bench and everything that it started too, so they end by themselves.
fn carry_out(mut bench: Command, context: &Context<'_>) -> Result<(), Skipped> {
    let done = bench
        .output()
        .map_err(|error| Skipped::because("start cargo", error))?;
    if done.status.success() {
        return Ok(());
    }
    if context.stop.is_raised() {
        return Err(Skipped("interrupted".to_string()));
    }
    let said = String::from_utf8_lossy(&done.stderr);
    // The lines that follow are cargo's, and only say that something failed.
    let lines = said
        .lines()
        .take_while(|line| !line.starts_with("error: bench failed"));
    let last = lines.filter(|line| !line.trim().is_empty()).last();
    Err(Skipped::because(
        "count",
        last.unwrap_or("gungraun failed and said nothing"),
    ))
}

/// The count in a summary of gungraun's.
fn read(summary: &Path) -> Result<u64, Skipped> {
    let what = "read the summary of gungraun";
    let text = fs::read(summary).map_err(|error| Skipped::because(what, error))?;
    let summary: Value = serde_json::from_slice(&text).map_err(|error| Skipped::because(what, error))?;
    let count = summary.pointer("/profiles/0/data/total/metrics/Ir/values/new");
    count
        .and_then(Value::as_u64)
        .ok_or_else(|| Skipped::because(what, "there is no `Ir`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What gungraun 0.20 writes, without what is of no interest here.
    const SUMMARY: &str = r#"{
        "function_name": "chappe",
        "id": "command_0",
        "profiles": [{
            "tool": "Callgrind",
            "data": {
                "parts": [
                    {"metrics": {"Ir": {"values": {"new": 376019551}}}},
                    {"metrics": {"Ir": {"values": {"new": 4026}}}}
                ],
                "total": {"metrics": {"Ir": {"values": {"new": 376023577}}}, "regressions": []}
            }
        }],
        "version": "7"
    }"#;

    fn read_text(text: &str) -> Result<u64, Skipped> {
        let folder = tempfile::tempdir().unwrap();
        let summary = folder.path().join("summary.json");
        fs::write(&summary, text).unwrap();
        read(&summary)
    }

    #[test]
    fn the_count_is_that_of_all_threads() {
        assert_eq!(read_text(SUMMARY).unwrap(), 376_023_577);
    }

    #[test]
    fn a_summary_without_a_count_is_no_count() {
        let other = SUMMARY.replace("\"Ir\"", "\"Dr\"");
        let skipped = read_text(&other).unwrap_err();
        assert_eq!(
            skipped.to_string(),
            "can't read the summary of gungraun: there is no `Ir`"
        );
        assert!(read_text("").is_err());
    }

    #[test]
    fn only_a_checkout_has_the_bench() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(workspace(here).unwrap().join(BENCH).is_file());
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(workspace(elsewhere.path()).is_err());
    }
}
