//! `chappe completions` and `chappe man`, both made from the declarations of the arguments.

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::Failure;
use chappe_study::Error;
use clap::CommandFactory;
use std::fs;
use std::io::stdout;

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    clap_complete::generate(args.shell, &mut Cli::command(), "chappe", &mut stdout());
    Ok(())
}

/// Prints the manual page of the command, or writes those of all commands into a folder.
pub(crate) fn man(args: &ManArgs) -> Result<(), Failure> {
    let command = Cli::command();
    let Some(folder) = &args.out else {
        let page = clap_mangen::Man::new(command);
        return page.render(&mut stdout()).map_err(Failure::Output);
    };
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)
    };
    Ok(write().map_err(|error| Error::write(folder, error))?)
}
