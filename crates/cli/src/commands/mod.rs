//! One file per command: it turns arguments into one call of a study, and the result into what is shown.

pub(crate) mod audit;
pub(crate) mod calibrate;
pub(crate) mod capacity;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod gate;
pub(crate) mod load;
pub(crate) mod new;
pub(crate) mod presets;
pub(crate) mod run;
pub(crate) mod scenarios;
pub(crate) mod schema;
pub(crate) mod sweep;
pub(crate) mod trace;
pub(crate) mod validate;
pub(crate) mod whatif;
pub(crate) mod why;

use crate::args::Output;
use crate::failure::Failure;
use serde::Serialize;
use std::io::{Write, stdout};

/// Prints a value as JSON on standard output.
fn print_json(value: &(impl Serialize + ?Sized)) -> std::io::Result<()> {
    let mut out = stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

/// Prints an answer as JSON if that is asked for, and else as the lines of `text`.
fn print(
    output: &Output,
    value: &(impl Serialize + ?Sized),
    text: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let printed = match output.json {
        true => print_json(value),
        false => write!(stdout(), "{}", text()),
    };
    printed.map_err(Failure::Output)
}
