//! Scenario files: those of the project, wrong ones, and random ones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
mod bad_input;
mod contact;
mod files;
mod keys;
mod mutated;
mod resolved;
mod size;

use chappe_scenario::{Error, Overrides, Scenario, ScenarioFile};

/// Reads a file, and resolves one scenario of it.
fn resolve(name: &str, text: &str, overrides: &Overrides) -> Result<Scenario, Error> {
    ScenarioFile::parse(name, text)?.resolve(overrides)
}
