//! `chappe new`: writes a copy of a shipped scenario.

use crate::args::NewArgs;
use crate::failure::Failure;
use chappe_scenario::shipped;
use chappe_study::Error;
use chappe_study::files::AtomicFile;
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
    let written = AtomicFile::prepare_new(&args.file)
        .and_then(|file| file.finish(|writer| writer.write_all(text.as_bytes())));
    if let Err(Error::Write { path, error }) = &written
        && error.kind() == std::io::ErrorKind::AlreadyExists
    {
        let problem = format!("{} exists already", path.display());
        return Err(Error::usage_with(problem, "give the new scenario another name").into());
    }
    written?;
    let file = args.file.display();
    writeln!(
        stdout(),
        "Written: {file}, from {from}. Run it: chappe run {file}"
    )
    .map_err(Failure::Output)
}
