//! Programs built of git revisions.

use super::benches::{Bench, Benches};
use crate::failure::Failure;
use crate::terminal::stop_on_interrupt;
use chappe_base::Digest;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What tells cargo and the compiler to build otherwise than they would.
const FLAGS: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"];

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
        let unknown = |why: String| {
            let problem = format!("`{name}` is no file, and git knows no such revision: {why}");
            let help =
                "give a git revision of the repository that you are in, such as main, or a chappe binary";
            Failure::usage_with(problem, help)
        };
        let repository = git(Path::new("."), &["rev-parse", "--show-toplevel"]).map_err(unknown)?;
        let repository = PathBuf::from(repository);
        let commit = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--end-of-options", &commit];
        let commit = git(&repository, &arguments).map_err(unknown)?;
        if !commit.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(unknown("it is no single commit".to_string()));
        }
        Ok(Revision {
            name: name.to_string(),
            commit,
            repository,
        })
    }

    /// Builds the program, and the benches that are wanted, in a worktree that goes again. What the same
    /// compiler built of a commit before is taken as it is.
    pub(crate) fn build(self, wanted: &[Bench]) -> Result<Built, Failure> {
        let store = self.repository.join("target/gate");
        let kept = store.join(format!("{}-{:016x}", self.commit, compiler()?));
        let program = kept.join(format!("chappe{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() || !Benches::are_in(&kept, wanted) {
            let worktree = Worktree::add(&self, &store)?;
            let workspace = Workspace {
                folder: worktree.folder.path().to_path_buf(),
                target: Some(store.join("build")),
            };
            let made = workspace.program(&self.name)?;
            let benches = workspace.benches(wanted)?;
            for (name, made) in benches.programs() {
                keep(made, &kept.join(Benches::file_name(name)))?;
            }
            keep(&made, &program)?;
        }
        Ok(Built {
            benches: Benches::kept_in(&kept, wanted),
            program,
            commit: self.commit,
        })
    }
}

/// Stands for the compiler, and how it is told to compile.
fn compiler() -> Result<u64, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.map_err(|error| {
        Failure::usage_with(
            format!("a revision can't be built: rustc doesn't start: {error}"),
            "install Rust, or give binaries",
        )
    })?;
    let flags = FLAGS.map(|name| std::env::var(name).unwrap_or_default());
    let mut chain = Digest::default();
    chain.push(&(String::from_utf8_lossy(&output.stdout), flags));
    Ok(chain.value())
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

    /// Builds the program of a revision.
    fn program(&self, revision: &str) -> Result<PathBuf, Failure> {
        let said = self.build(&["build", "--release", "--package=chappe-cli"], revision)?;
        Benches::built(&said, "chappe")
            .ok_or_else(|| Failure::usage(format!("`{revision}` has no program `chappe`")))
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
                "--features=bench",
                "--bench",
                name,
            ];
            programs.add(name, &self.build(&arguments, name)?)?;
        }
        Ok(programs)
    }

    /// Has cargo build, and gives its messages; what it says on standard error goes on.
    fn build(&self, arguments: &[&str], what: &str) -> Result<String, Failure> {
        let mut cargo = Command::new("cargo");
        cargo
            .args(arguments)
            .args(["--locked", "--message-format=json-render-diagnostics"])
            .current_dir(&self.folder);
        if let Some(target) = &self.target {
            cargo.arg("--target-dir").arg(target);
        }
        let output = without_git(&mut cargo).stderr(Stdio::inherit()).output();
        if stop_on_interrupt().is_raised() {
            return Err(Failure::Abandoned);
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
    folder: tempfile::TempDir,
    repository: PathBuf,
}

impl Worktree {
    fn add(revision: &Revision, store: &Path) -> Result<Worktree, Failure> {
        let failure = |error| Failure::Write {
            path: store.to_path_buf(),
            error,
        };
        fs::create_dir_all(store).map_err(failure)?;
        let folder = tempfile::Builder::new()
            .prefix("worktree-")
            .tempdir_in(store)
            .map_err(failure)?;
        let path = folder.path().display().to_string();
        let arguments = ["worktree", "add", "--detach", "--force", &path, &revision.commit];
        let worktree = Worktree {
            folder,
            repository: revision.repository.clone(),
        };
        match git(&revision.repository, &arguments) {
            Ok(_) => Ok(worktree),
            Err(_) if stop_on_interrupt().is_raised() => Err(Failure::Abandoned),
            Err(why) => Err(Failure::usage(format!(
                "git makes no worktree of {}: {why}",
                revision.name
            ))),
        }
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let path = self.folder.path().display().to_string();
        // Should that fail, it costs room in the target folder, and nothing else.
        let _ = git(&self.repository, &["worktree", "remove", "--force", &path]);
    }
}

/// Copies what was built to where it stays, whole or not at all.
fn keep(made: &Path, place: &Path) -> Result<(), Failure> {
    let aside = place.with_extension(format!("partial-{}", std::process::id()));
    let copy = || -> io::Result<()> {
        fs::create_dir_all(place.parent().unwrap_or(Path::new(".")))?;
        fs::copy(made, &aside)?;
        fs::rename(&aside, place)
    };
    copy().map_err(|error| Failure::Write {
        path: place.to_path_buf(),
        error,
    })
}

/// What git says on one line, or why it doesn't do as it is told.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut git = Command::new("git");
    // No hook of the repository has a say in what is measured.
    git.current_dir(folder)
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(arguments);
    let output = without_git(&mut git).output();
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

/// A hook of git names its repository and index in the environment; other commands of git would go by them.
fn without_git(command: &mut Command) -> &mut Command {
    let names = std::env::vars_os().map(|(name, _)| name);
    let of_git = |name: &OsString| name.as_encoded_bytes().starts_with(b"GIT_");
    for name in names.filter(of_git) {
        command.env_remove(name);
    }
    command
}

/// The commit that the current folder is at; none if its files differ from it, or outside of repositories.
pub(crate) fn current_commit() -> Option<String> {
    let here = Path::new(".");
    let changes = git(here, &["status", "--porcelain", "--untracked-files=no"]).ok()?;
    changes
        .is_empty()
        .then(|| git(here, &["rev-parse", "HEAD"]).ok())
        .flatten()
}
