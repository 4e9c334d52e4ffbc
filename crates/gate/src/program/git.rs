//! Commands of git, unaffected by hooks and by the variables that hooks set.

use crate::context::Environment;
use std::io;
use std::path::Path;
use std::process::Command;

/// What git says on one line, or why it fails.
pub(super) fn git(environment: &Environment, folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut git = Command::new("git");
    // A hook of the repository could change what is measured.
    git.current_dir(folder)
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(arguments);
    let output = without_git(environment, &mut git).output();
    let output = output.map_err(|error| match error.kind() == io::ErrorKind::NotFound {
        true => "git is not installed".to_string(),
        false => format!("git doesn't start: {error}"),
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_string();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = text(&output.stderr);
    let last = said.lines().last().unwrap_or("it said nothing");
    Err(last.trim_start_matches("fatal: ").to_string())
}

/// A hook of git names its repository and index in variables, which other commands of git would follow.
pub(super) fn without_git<'a>(environment: &Environment, command: &'a mut Command) -> &'a mut Command {
    for name in &environment.git_variables {
        command.env_remove(name);
    }
    command
}

/// The commit that the folder is at; none if its files differ from it, or outside of repositories.
pub(super) fn current_commit(environment: &Environment) -> Option<String> {
    let here = &environment.folder;
    let changes = git(
        environment,
        here,
        &["status", "--porcelain", "--untracked-files=no"],
    )
    .ok()?;
    changes
        .is_empty()
        .then(|| git(environment, here, &["rev-parse", "HEAD"]).ok())
        .flatten()
}
