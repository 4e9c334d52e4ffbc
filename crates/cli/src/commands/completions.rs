//! `chappe completions` and `chappe man`, both made from the declarations of the arguments.

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::Failure;
use chappe_study::Error;
use chappe_study::files::AtomicFile;
use clap::CommandFactory;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write, stdout};

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "chappe", &mut text);
    stdout().write_all(&text).map_err(Failure::Output)
}

/// Prints the manual page of the command, or writes those of all commands into a folder.
pub(crate) fn man(args: &ManArgs) -> Result<(), Failure> {
    let command = Cli::command();
    let Some(folder) = &args.out else {
        let page = clap_mangen::Man::new(command);
        return page.render(&mut stdout()).map_err(Failure::Output);
    };
    let failure = |error| Error::write(folder, error);
    fs::create_dir_all(folder).map_err(failure)?;
    let pages = || -> io::Result<Vec<(OsString, Vec<u8>)>> {
        let made = tempfile::tempdir()?;
        clap_mangen::generate_to(command, made.path())?;
        let page = |entry: fs::DirEntry| Ok((entry.file_name(), fs::read(entry.path())?));
        fs::read_dir(made.path())?.map(|entry| page(entry?)).collect()
    };
    for (name, page) in pages().map_err(failure)? {
        AtomicFile::prepare(&folder.join(name))?.finish(|writer| writer.write_all(&page))?;
    }
    Ok(())
}
