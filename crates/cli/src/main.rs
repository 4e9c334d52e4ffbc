//! The `chappe` command: arguments, terminal, exit codes. Everything else is in the crates that it calls.

// They panic where standard output or error is closed or full.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod command_line;
mod commands;
mod distributed;
mod draw_error;
mod ending;
mod failure;
mod huge_pages;
mod logging;
mod session;
mod signals;
mod source;
mod terminal;

use crate::args::Command;
use crate::failure::Failure;
use crate::terminal::{Style, say};
use std::panic::catch_unwind;
use std::process::ExitCode;

fn main() -> ExitCode {
    signals::survive_size_limit();
    let mut cli = command_line::read();
    let style = Style::new(cli.color);
    logging::set_up(cli.log_level, cli.verbose);
    cli.command.set_verbose(cli.verbose > 0);
    // Unwinding lets half-written output clean up behind itself; the message of the panic is printed already.
    let Ok(ended) = catch_unwind(|| carry_out(cli.command)) else {
        say("internal error: this is a bug in chappe, not in your input; please report it");
        return ExitCode::from(1);
    };
    ended.map_or_else(|failure| failure.report(style), |()| ExitCode::SUCCESS)
}

fn carry_out(command: Command) -> Result<(), Failure> {
    if command.plays_runs() {
        huge_pages::use_for_runs();
    }
    match command {
        Command::Run(args) => commands::run::run(&args),
        Command::Load(args) => commands::load::load(&args),
        Command::Capacity(args) => commands::capacity::capacity(&args),
        Command::Calibrate(args) => commands::calibrate::calibrate(&args),
        Command::Whatif(args) => commands::whatif::whatif(&args),
        Command::Sweep(args) => commands::sweep::sweep(&args),
        Command::Gate(command) => commands::gate::gate(&command),
        Command::Validate(args) => commands::validate::validate(&args),
        Command::Explain(args) => commands::explain::explain(&args),
        Command::Why(args) => commands::why::why(&args),
        Command::Audit(args) => commands::audit::audit(&args),
        Command::Trace(args) => commands::trace::trace(&args),
        Command::Fit(args) => commands::fit::fit(&args),
        Command::Presets(args) => commands::presets::presets(&args),
        Command::Scenarios(args) => commands::scenarios::scenarios(&args),
        Command::New(args) => commands::new::new(&args),
        Command::Completions(args) => commands::completions::completions(&args),
        Command::Man(args) => commands::completions::man(&args),
        Command::Schema(args) => commands::schema::schema(&args),
    }
}
