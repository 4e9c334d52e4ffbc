//! Who watches and stops the gate, and what it uses of the process that it runs in.
//!
//! The gate reads no environment variable and asks nothing about its own process: whoever calls it says both, and so
//! decides which program is checked and which compiler builds another.

use chappe_study::{Error, Observer, StopFlag};
use std::ffi::OsString;
use std::path::PathBuf;

/// Who watches and stops the gate, and what it uses.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Ends the work early when it is raised.
    pub stop: &'a StopFlag,
    /// Who learns how far the work is.
    pub observer: &'a dyn Observer,
    /// What the gate uses of its surroundings.
    pub environment: &'a Environment,
}

impl Context<'_> {
    /// An error if the work is to end.
    pub(crate) fn check_stop(&self) -> Result<(), Error> {
        match self.stop.is_raised() {
            true => Err(Error::Interrupted("nothing was written".to_string())),
            false => Ok(()),
        }
    }
}

/// What the gate uses of its surroundings.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The chappe program that is checked if no other is named.
    pub program: PathBuf,
    /// The current folder, as an absolute path. All paths of options are relative to it, programs run in it, and
    /// revisions are those of its repository.
    pub folder: PathBuf,
    /// The profile that [`Environment::program`] was built with: revisions are built with the same, where they have it.
    pub profile: String,
    /// The Rust compiler that cargo will use.
    pub compiler: OsString,
    /// The values of the variables that make cargo and the compiler build otherwise than by default.
    pub build_flags: Vec<String>,
    /// Variables that commands of git must not see: hooks of git set them to their own repository and index.
    pub git_variables: Vec<OsString>,
}

impl Environment {
    /// The variables whose values [`Environment::build_flags`] holds.
    pub const BUILD_VARIABLES: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"];
}
