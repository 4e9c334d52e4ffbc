//! `chappe gate`.

mod accept;
mod check;
mod measure;
mod record;

use crate::args::{Cases, GateCommand};
use crate::failure::Failure;
use crate::gate::baselines::Entry;
use crate::gate::side::Side;
use crate::pages;
use crate::terminal::Steps;
use chappe_metrics::Played;

pub(crate) fn gate(command: &GateCommand) -> Result<(), Failure> {
    match command {
        GateCommand::Record(args) => record::record(args),
        GateCommand::Check(args) => check::check(args),
        GateCommand::Accept(args) => accept::accept(args),
        GateCommand::Measure(args) => {
            pages::use_large();
            measure::measure(args)
        }
    }
}

/// What all cases come to, each in a process of its own.
fn play_all(side: &Side, entries: &[Entry], cases: &Cases) -> Result<Vec<Played>, Failure> {
    let gauge = Steps::new("playing", entries.len() as u64, cases.quiet);
    let mut all = Vec::new();
    for entry in entries {
        all.push(side.play(&entry.case)?);
        gauge.show(all.len());
    }
    gauge.finish();
    Ok(all)
}
