//! The `chappe` command as people use it: the real binary, in folders of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/chappe.rs"]
mod chappe;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/ends.rs"]
mod ends;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/gate.rs"]
mod gate;
#[path = "cli/hidden_inputs.rs"]
mod hidden_inputs;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/interfaces.rs"]
mod interfaces;
#[path = "cli/interrupted.rs"]
mod interrupted;
#[path = "cli/limits.rs"]
mod limits;
#[path = "cli/load.rs"]
mod load;
#[path = "cli/logging.rs"]
mod logging;
#[path = "cli/mutated.rs"]
mod mutated;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/processes.rs"]
mod processes;
#[path = "cli/sensitivity.rs"]
mod sensitivity;
#[path = "cli/spec.rs"]
mod spec;
#[path = "cli/stops.rs"]
mod stops;
#[path = "cli/studies.rs"]
mod studies;
#[path = "cli/trace.rs"]
mod trace;
#[path = "cli/workflows.rs"]
mod workflows;
