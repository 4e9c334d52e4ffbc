//! What stands in the folder of a report: its own files, and what it takes to play it again.

use super::output_folder::OutputFolder;
use crate::error::Error;
use crate::traces::{TRACE_FILE, Traces};
use chappe_base::RunSpec;
use chappe_report::Report;
use std::io;
use std::path::{Path, PathBuf};

/// Writes the folder of a report of `spec`, with the scenario, the trace that it replays, and `others`. Gives its path.
///
/// # Errors
/// The trace is not found, or the folder can't be written.
pub fn write_report(
    output: OutputFolder,
    report: &dyn Report,
    (spec, traces): (&RunSpec, &dyn Traces),
    others: &[(&str, Vec<u8>)],
) -> Result<PathBuf, Error> {
    let failure = |error: io::Error| output.failure(error);
    output
        .write("scenario.toml", spec.scenario.text.as_bytes())
        .map_err(failure)?;
    if let Some(trace) = &spec.trace {
        let mut text = Vec::new();
        let written = traces.find(&trace.path)?.trace.write(&mut text);
        written.map_err(|error| Error::write(Path::new(TRACE_FILE), error))?;
        output.write(TRACE_FILE, &text).map_err(failure)?;
    }
    for (name, bytes) in others {
        output.write(name, bytes).map_err(failure)?;
    }
    let mut sink = |file: &str, bytes: &[u8]| output.write(file, bytes);
    report
        .write_files(&mut sink)
        .map_err(|error| failure(error.into()))?;
    output.finish()
}
