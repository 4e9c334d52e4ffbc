//! `chappe new`: writes a copy of a shipped scenario.

use crate::args::NewArgs;
use crate::failure::Failure;
use chappe_scenario::shipped;
use chappe_study::Error;
use std::fs::OpenOptions;
use std::io::{Write, stdout};

/// What a new scenario starts from if nobody says.
const USUAL: &str = "first-ads";

/// Writes a new scenario file, as a copy of a shipped one. A file that exists is never replaced.
pub(crate) fn new(args: &NewArgs) -> Result<(), Failure> {
    let from = args.from.as_deref().unwrap_or(USUAL);
    let Some(scenario) = shipped::named(from) else {
        let help = "`chappe scenarios` lists the shipped scenarios";
        return Err(Error::usage_with(format!("there is no shipped scenario `{from}`"), help).into());
    };
    // The schema lies beside the shipped file, and not beside the new one.
    let text = scenario.text.lines().filter(|line| !line.starts_with("#:schema"));
    let text: String = text.map(|line| format!("{line}\n")).collect();
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&args.file)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let problem = format!("{} exists already", args.file.display());
            return Error::usage_with(problem, "give the new scenario another name");
        }
        Error::write(&args.file, error)
    })?;
    let file = args.file.display();
    writeln!(
        stdout(),
        "Written: {file}, from {from}. Run it: chappe run {file}"
    )
    .map_err(Failure::Output)
}
