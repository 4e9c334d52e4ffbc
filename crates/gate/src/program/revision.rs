//! Programs built of git revisions.

use super::benches::{Bench, Benches};
use super::git::{git, without_git};
use crate::context::{Context, Environment};
use crate::files;
use chappe_base::Digest;
use chappe_study::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
    pub(crate) fn find(name: &str, environment: &Environment) -> Result<Revision, Error> {
        let unknown = |why: String| {
            let problem = format!("`{name}` is no file, and git knows no such revision: {why}");
            let help =
                "give a git revision of the repository that you are in, such as main, or a chappe binary";
            Error::usage_with(problem, help)
        };
        let repository = git(
            environment,
            &environment.folder,
            &["rev-parse", "--show-toplevel"],
        )
        .map_err(unknown)?;
        let repository = PathBuf::from(repository);
        let commit = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--end-of-options", &commit];
        let commit = git(environment, &repository, &arguments).map_err(unknown)?;
        if !commit.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(unknown("it is no single commit".to_string()));
        }
        Ok(Revision {
            name: name.to_string(),
            commit,
            repository,
        })
    }

    /// Builds the program, and the benches that are wanted, in a worktree that is removed afterwards. If the same
    /// compiler has built the commit before, that program is used.
    pub(crate) fn build(self, wanted: &[Bench], context: &Context<'_>) -> Result<Built, Error> {
        let store = self.repository.join("target/gate");
        let kept = store.join(format!("{}-{:016x}", self.commit, compiler(context.environment)?));
        // Executables end alike on one system.
        let ending = context.environment.program.extension().unwrap_or_default();
        let file = |name: &str| kept.join(name).with_extension(ending);
        let program = file("chappe");
        let benches = Benches::kept_in(wanted, |name| file(&format!("bench-{name}")));
        if !program.is_file() || !benches.exist() {
            let worktree = Worktree::add(&self, &store, context)?;
            let workspace = Workspace {
                folder: worktree.folder.path().to_path_buf(),
                target: Some(store.join("build")),
            };
            let made = workspace.program(&self.name, context)?;
            for (name, made) in workspace.benches(wanted, context)?.programs() {
                files::copy(made, &file(&format!("bench-{name}")))?;
            }
            files::copy(&made, &program)?;
        }
        Ok(Built {
            benches,
            program,
            commit: self.commit,
        })
    }
}

/// Stands for the compiler, and how it is told to compile.
fn compiler(environment: &Environment) -> Result<u64, Error> {
    let output = Command::new(&environment.compiler).arg("-vV").output();
    let output = output.map_err(|error| {
        Error::usage_with(
            format!("a revision can't be built: rustc doesn't start: {error}"),
            "install Rust, or give binaries",
        )
    })?;
    let mut chain = Digest::default();
    chain.push(&(String::from_utf8_lossy(&output.stdout), &environment.build_flags));
    Ok(chain.value())
}

impl Workspace {
    /// The sources of chappe around the folder in which the gate runs.
    pub(crate) fn here(environment: &Environment) -> Result<Workspace, Error> {
        let folder = environment
            .folder
            .ancestors()
            .find(|folder| folder.join("benches/ledger.rs").is_file());
        match folder {
            Some(folder) => Ok(Workspace {
                folder: folder.to_path_buf(),
                target: None,
            }),
            None => Err(Error::usage_with(
                "benches are built of chappe's sources, and they are not here",
                "go to a checkout of chappe, or leave out --bench",
            )),
        }
    }

    /// Builds the program of a revision.
    fn program(&self, revision: &str, context: &Context<'_>) -> Result<PathBuf, Error> {
        let profile = format!("--profile={}", self.profile(context.environment));
        let said = self.build(&["build", &profile, "--package=chappe-cli"], revision, context)?;
        Benches::built(&said, "chappe")
            .ok_or_else(|| Error::usage(format!("`{revision}` has no program `chappe`")))
    }

    /// Builds benches.
    pub(crate) fn benches(&self, wanted: &[Bench], context: &Context<'_>) -> Result<Benches, Error> {
        let mut programs = Benches::default();
        for bench in wanted {
            let name = &bench.name;
            let mut arguments = vec!["bench", "--no-run", "--package=chappe-benches", "--bench", name];
            if self.manifest("benches/Cargo.toml").contains("\nbench = [") {
                arguments.push("--features=bench");
            }
            programs.add(name, &self.build(&arguments, name, context)?)?;
        }
        Ok(programs)
    }

    /// The profile to build with: that of this program, unless it is for debugging or the revision has none of that name.
    fn profile<'a>(&self, environment: &'a Environment) -> &'a str {
        let profile = environment.profile.as_str();
        let is_known = self
            .manifest("Cargo.toml")
            .contains(&format!("\n[profile.{profile}]"));
        if is_known && profile != "dev" {
            profile
        } else {
            "release"
        }
    }

    /// The text of a manifest of these sources; empty if there is none.
    fn manifest(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// Has cargo build, and gives its messages. What cargo writes to standard error is passed on.
    fn build(&self, arguments: &[&str], what: &str, context: &Context<'_>) -> Result<String, Error> {
        let mut cargo = Command::new("cargo");
        cargo
            .args(arguments)
            .args(["--locked", "--message-format=json-render-diagnostics"])
            .current_dir(&self.folder);
        if let Some(target) = &self.target {
            cargo.arg("--target-dir").arg(target);
        }
        let output = without_git(context.environment, &mut cargo)
            .stderr(Stdio::inherit())
            .output();
        context.check_stop()?;
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(_) => Err(Error::usage(format!("`{what}` doesn't build; cargo said why"))),
            Err(error) => Err(Error::usage_with(
                format!("`{what}` can't be built: cargo doesn't start: {error}"),
                "install Rust, or give binaries",
            )),
        }
    }
}

/// A worktree of one commit, for as long as it is needed.
struct Worktree<'a> {
    folder: tempfile::TempDir,
    repository: PathBuf,
    environment: &'a Environment,
}

impl<'a> Worktree<'a> {
    fn add(revision: &Revision, store: &Path, context: &Context<'a>) -> Result<Worktree<'a>, Error> {
        let failure = |error| Error::write(store, error);
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
            environment: context.environment,
        };
        match git(context.environment, &revision.repository, &arguments) {
            Ok(_) => Ok(worktree),
            Err(_) if context.stop.is_raised() => Err(Error::Interrupted("nothing was written".to_string())),
            Err(why) => Err(Error::usage(format!(
                "git makes no worktree of {}: {why}",
                revision.name
            ))),
        }
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        let path = self.folder.path().display().to_string();
        // If that fails, it only takes room in the target folder.
        let _ = git(
            self.environment,
            &self.repository,
            &["worktree", "remove", "--force", &path],
        );
    }
}
