//! `chappe gate`: one file per command.

mod history;

use crate::args::GateCommand;
use crate::failure::Failure;

/// Carries a command of the gate out.
pub(crate) fn gate(command: &GateCommand) -> Result<(), Failure> {
    match command {
        GateCommand::History(args) => history::history(args),
    }
}
