//! `chappe gate`.

mod accept;
mod check;
mod history;
mod measure;
mod record;

use crate::args::{Cases, GateCommand};
use crate::failure::Failure;
use crate::gate::baselines::Entry;
use crate::gate::instructions::count;
use crate::gate::side::{Side, words};
use crate::pages;
use crate::terminal::{Steps, stop_on_interrupt};
use chappe_metrics::{Cost, Played};

pub(crate) fn gate(command: &GateCommand) -> Result<(), Failure> {
    // From here on Ctrl-C lets everything clean up behind itself.
    stop_on_interrupt();
    match command {
        GateCommand::Record(args) => record::record(args),
        GateCommand::Check(args) => check::check(args),
        GateCommand::Accept(args) => accept::accept(args),
        GateCommand::History(args) => history::history(args),
        GateCommand::Measure(args) => {
            pages::use_large();
            measure::measure(args)
        }
    }
}

/// What all cases come to, each in a process of its own; instructions are left out with a notice where they
/// can't be counted.
fn play_all(
    side: &Side,
    entries: &[Entry],
    cases: &Cases,
    notices: &mut Vec<String>,
) -> Result<Vec<Played>, Failure> {
    let gauge = Steps::new("playing", entries.len() as u64, cases.quiet);
    let mut all = Vec::new();
    for entry in entries {
        all.push(side.play(&entry.case)?);
        gauge.show(all.len());
    }
    gauge.finish();
    if !cases.no_instructions {
        let commands: Vec<(String, Vec<String>)> = entries
            .iter()
            .map(|entry| (entry.name.clone(), words(&entry.case)))
            .collect();
        match count(&side.program, &commands) {
            Ok(counts) => {
                for (entry, played) in entries.iter().zip(&mut all) {
                    let counted = counts.get(&entry.name).copied();
                    played
                        .cost
                        .extend(counted.map(|count| (Cost::Instructions, count)));
                }
            }
            Err(_) if stop_on_interrupt().is_raised() => return Err(Failure::Abandoned),
            Err(why) => {
                let notice = format!("instructions are not counted: {why}");
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
    }
    Ok(all)
}

fn say_notices(notices: &[String]) {
    for notice in notices {
        eprintln!("note: {notice}");
    }
}
