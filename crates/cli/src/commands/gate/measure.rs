//! `chappe gate measure`: plays or times one scenario in this process. A check starts it for each program it compares.

use crate::args::{Clocked, MeasureArgs};
use crate::failure::Failure;
use crate::session::carry_out;
use crate::source::open_changed;
use chappe_gate::{measure, options};
use chappe_study::verdict::Verdict;
use chappe_study::{Threads, machine};
use serde::Serialize;
use std::io::{Write, stdout};

/// Plays or times a scenario, and prints what it came to as JSON.
pub(super) fn measure(args: &MeasureArgs) -> Result<(), Failure> {
    let opened = open_changed(&args.scenario, &args.changes)?;
    // A load leaves its generator a core.
    let threads = Threads::Number(machine::cores().saturating_sub(1).max(1));
    carry_out(&opened, (threads, true), None, |context| {
        let Some(clocked) = args.time else {
            return print(&measure::play(&opened.spec, env!("CHAPPE_TOOLCHAIN"), context)?);
        };
        let clocked = match clocked {
            Clocked::Simulation => options::Clocked::Simulation,
            Clocked::Load => options::Clocked::Load,
        };
        let load = (args.rate, args.duration);
        match measure::time(&opened.spec, clocked, load, context)? {
            (_, verdict @ Verdict::GeneratorLimited(_)) => Err(Failure::Verdict(verdict)),
            (timings, _) => print(&timings),
        }
    })
}

/// One line, for another program to read.
fn print(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::internal(error.to_string()))?;
    writeln!(stdout(), "{text}").map_err(Failure::Output)
}
