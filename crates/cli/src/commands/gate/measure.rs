//! `chappe gate measure`: what the other commands of the gate ask a program.

use crate::args::MeasureArgs;
use crate::failure::Failure;
use crate::gate::measure::{play, time};
use serde::Serialize;
use std::io::{Write, stdout};

/// Plays or times a scenario, and prints what it came to as JSON.
pub(crate) fn measure(args: &MeasureArgs) -> Result<(), Failure> {
    let case = args.changes.case(&args.scenario);
    match args.time {
        None => print(&play(&case)?),
        Some(clocked) => print(&time(&case, clocked, args.duration)?),
    }
}

fn print(found: &impl Serialize) -> Result<(), Failure> {
    let mut out = stdout();
    serde_json::to_writer(&mut out, found).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}
