//! Programs built of git revisions.

use super::benches::{Bench, Benches};
use super::side::interrupted;
use crate::failure::Failure;
use crate::terminal::stop_on_interrupt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const HELP: &str = "give a git revision of the repository that you are in, such as main, or a chappe binary";

/// A commit of the repository around the current folder.
pub(crate) struct Revision {
    name: String,
    commit: String,
    repository: PathBuf,
}

/// What was built of a revision.
pub(crate) struct Built {
    pub(crate) commit: String,
    pub(crate) program: PathBuf,
    pub(crate) benches: Benches,
}

/// Sources that can be built.
pub(crate) struct Workspace {
    folder: PathBuf,
    /// Where cargo builds; its own choice if none.
    target: Option<PathBuf>,
}

impl Revision {
    /// The commit that a name stands for.
    pub(crate) fn find(name: &str) -> Result<Revision, Failure> {
        let unknown = || Failure::usage_with(format!("`{name}` is neither a binary nor a revision"), HELP);
        let repository = git(Path::new("."), &["rev-parse", "--show-toplevel"]).ok_or_else(unknown)?;
        let repository = PathBuf::from(repository);
        let commit = format!("{name}^{{commit}}");
        let commit = git(
            &repository,
            &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit],
        );
        Ok(Revision {
            name: name.to_string(),
            commit: commit.ok_or_else(unknown)?,
            repository,
        })
    }

    /// Builds the program, and the benches that are wanted, in a worktree that goes again. What was built
    /// of a commit before is taken as it is.
    pub(crate) fn build(self, wanted: &[Bench]) -> Result<Built, Failure> {
        let store = self.repository.join("target/gate");
        let kept = store.join(&self.commit);
        let program = kept.join(format!("chappe{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() || !Benches::are_in(&kept, wanted) {
            let worktree = Worktree::add(&self, &store)?;
            let workspace = Workspace {
                folder: worktree.folder.clone(),
                target: Some(store.join("build")),
            };
            workspace.build(&["build", "--release", "--package=chappe-cli"], &self.name)?;
            let made = store
                .join("build/release")
                .join(program.file_name().unwrap_or_default());
            keep(&made, &program)?;
            for bench in workspace.benches(wanted)?.programs() {
                keep(bench.1, &kept.join(Benches::file_name(bench.0)))?;
            }
        }
        Ok(Built {
            benches: Benches::kept_in(&kept, wanted),
            program,
            commit: self.commit,
        })
    }
}

impl Workspace {
    /// The sources of chappe around the current folder.
    pub(crate) fn here() -> Result<Workspace, Failure> {
        let here = std::env::current_dir().unwrap_or_default();
        let folder = here
            .ancestors()
            .find(|folder| folder.join("benches/ledger.rs").is_file());
        match folder {
            Some(folder) => Ok(Workspace {
                folder: folder.to_path_buf(),
                target: None,
            }),
            None => Err(Failure::usage_with(
                "benches are built of chappe's sources, and they are not here",
                "go to a checkout of chappe, or leave out --bench",
            )),
        }
    }

    /// Builds benches.
    pub(crate) fn benches(&self, wanted: &[Bench]) -> Result<Benches, Failure> {
        let mut programs = Benches::default();
        for bench in wanted {
            let name = &bench.name;
            let arguments = [
                "bench",
                "--no-run",
                "--package=chappe-benches",
                "--message-format=json",
                "--bench",
                name,
            ];
            let said = self.build(&arguments, name)?;
            programs.add(name, said.lines())?;
        }
        Ok(programs)
    }

    /// Has cargo build, and gives what it said on standard output; what it says on standard error goes on.
    fn build(&self, arguments: &[&str], what: &str) -> Result<String, Failure> {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).arg("--locked").current_dir(&self.folder);
        if let Some(target) = &self.target {
            cargo.arg("--target-dir").arg(target);
        }
        let output = cargo.stderr(Stdio::inherit()).output();
        if stop_on_interrupt().is_raised() {
            return Err(interrupted());
        }
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(_) => Err(Failure::usage(format!("`{what}` doesn't build; cargo said why"))),
            Err(error) => Err(Failure::usage_with(
                format!("`{what}` can't be built: cargo doesn't start: {error}"),
                "install Rust, or give binaries",
            )),
        }
    }
}

/// A worktree of one commit, for as long as it is needed.
struct Worktree {
    folder: PathBuf,
    repository: PathBuf,
}

impl Worktree {
    fn add(revision: &Revision, store: &Path) -> Result<Worktree, Failure> {
        let folder = store.join(format!("worktree-{}", std::process::id()));
        let path = folder.display().to_string();
        let arguments = ["worktree", "add", "--detach", "--force", &path, &revision.commit];
        match git(&revision.repository, &arguments) {
            Some(_) => Ok(Worktree {
                folder,
                repository: revision.repository.clone(),
            }),
            None => Err(Failure::usage(format!(
                "git makes no worktree of {} in {}",
                revision.name,
                store.display()
            ))),
        }
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        // Should that fail, it costs room in the target folder, and nothing else.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = git(&self.repository, &["worktree", "prune"]);
    }
}

/// Copies what was built to where it stays, whole or not at all.
fn keep(made: &Path, place: &Path) -> Result<(), Failure> {
    let aside = place.with_extension(format!("partial-{}", std::process::id()));
    let copy = || -> std::io::Result<()> {
        fs::create_dir_all(place.parent().unwrap_or(Path::new(".")))?;
        fs::copy(made, &aside)?;
        fs::rename(&aside, place)
    };
    copy().map_err(|error| Failure::Write {
        path: place.to_path_buf(),
        error,
    })
}

/// What git says, on one line, if it does as it is told.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(said)
}

/// The commit that the current folder is at, if it is in a git repository.
pub(crate) fn current_commit() -> Option<String> {
    git(Path::new("."), &["rev-parse", "HEAD"])
}
