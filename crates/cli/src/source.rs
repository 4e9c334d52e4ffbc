//! From the arguments to the `RunSpec`, which says what is run.

use crate::args::{Changes, Source};
use crate::failure::Failure;
use crate::terminal::say;
use chappe_study::files::ReportKind;
use chappe_study::{Error, Opened};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the arguments say is run.
pub(crate) fn open(source: &Source) -> Result<Opened, Failure> {
    let mut opened = open_changed(&source.scenario, &source.changes)?;
    let spec = &mut opened.spec;
    spec.arm = source.arm.clone().or(spec.arm.take());
    Ok(opened)
}

/// The scenario that is called `scenario`, with changes.
pub(crate) fn open_changed(scenario: &Path, changes: &Changes) -> Result<Opened, Failure> {
    let mut opened = open_scenario(scenario)?;
    let spec = &mut opened.spec;
    for text in &changes.set {
        spec.set.push(pair(text)?);
    }
    spec.seed = changes.seed.or(spec.seed);
    spec.scale = changes.scale.or(spec.scale);
    Ok(opened)
}

/// A bare name means a shipped scenario, `-` standard input, anything else a path.
fn open_scenario(path: &Path) -> Result<Opened, Failure> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Error::read(Path::new("standard input"), error))?;
        return Ok(Opened::text("stdin.toml", text));
    }
    let opened = Opened::named(path)?;
    if opened.is_shipped() && path.exists() {
        say(format_args!(
            "note: `{0}` means the shipped scenario; write ./{0} for the file or folder of that name",
            path.display()
        ));
    }
    Ok(opened)
}

/// Key and value of a `--set`.
pub(crate) fn pair(text: &String) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_string(), value.trim().to_string())),
        None => {
            let help = "write --set KEY=VALUE, for example --set population.users=1000";
            Err(Error::usage_with(format!("`--set {text}` has no `=`"), help).into())
        }
    }
}

/// Where a report goes if nobody says: into a folder below that of `CHAPPE_OUT`, or below `reports/out`.
pub(crate) fn default_folder(kind: ReportKind, opened: &Opened) -> PathBuf {
    let folder = std::env::var_os("CHAPPE_OUT").filter(|folder| !folder.is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("reports/out"), PathBuf::from);
    folder.join(kind.folder_name(opened.name()))
}
