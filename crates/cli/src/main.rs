//! The `chappe` command: reads arguments and files, calls the other crates, prints what they say.

mod args;
mod aside;
mod commands;
mod comparison;
mod draw_error;
mod effort;
mod failure;
mod fitted;
mod log;
mod machine;
mod output;
mod pages;
mod recording;
mod rerun;
mod results;
mod session;
mod several;
mod sources;
mod story;
mod study;
mod terminal;

use crate::args::{Cli, Command};
use crate::failure::Failure;
use clap::Parser;
use std::panic::catch_unwind;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Unwinding lets half-written output clean up behind itself; the message is printed already.
    let Ok(done) = catch_unwind(|| carry_out(cli.command)) else {
        eprintln!("internal error: this is a mistake in chappe, not in what you gave it; please report it");
        return ExitCode::from(1);
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output may have seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(args) => {
            pages::use_large();
            commands::run::run(&args)
        }
        Command::Load(args) => {
            pages::use_large();
            commands::load::load(&args)
        }
        Command::Capacity(args) => {
            pages::use_large();
            commands::capacity::capacity(&args)
        }
        Command::Calibrate(args) => {
            pages::use_large();
            commands::calibrate::calibrate(&args)
        }
        Command::Whatif(args) => {
            pages::use_large();
            commands::whatif::whatif(&args)
        }
        Command::Sweep(args) => {
            pages::use_large();
            commands::sweep::sweep(&args)
        }
        Command::Gate(command) => commands::gate::gate(&command),
        Command::Validate(args) => commands::validate::validate(&args),
        Command::Explain(args) => commands::explain::explain(&args),
        Command::Why(args) => commands::why::why(&args),
        Command::Audit(args) => commands::audit::audit(&args),
        Command::Trace(args) => commands::trace::trace(&args),
        Command::Fit(args) => commands::fit::fit(&args),
        Command::Presets(args) => commands::presets::presets(&args),
        Command::Schema(args) => commands::schema::schema(&args),
    }
}
