//! From the text of a scenario file to a [`Scenario`].

use crate::error::Error;
use crate::scenario::Scenario;

/// How a scenario file is to be read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    /// Values that replace the file's, as pairs of dotted key and value (`--set KEY=VALUE`). Applied
    /// last and in order.
    pub overrides: Vec<(String, String)>,
    /// The arm to apply; the base scenario where absent.
    pub arm: Option<String>,
    /// Replaces the file's `scale`.
    pub scale: Option<f64>,
    /// Memory that a run may take [bytes]; unlimited where absent.
    pub memory_limit_bytes: Option<u64>,
}

/// Reads the scenario in `text`, which stands in the file `path`. Nothing but `text` is read.
///
/// # Errors
/// The first thing that is wrong, also in arms that are not applied.
pub fn parse(path: &str, text: &str, options: &Options) -> Result<Scenario, Error> {
    let _ = (path, text, options);
    unimplemented!("the reader follows; its signature is settled")
}

/// Takes `bytes`, the content of the file `path`, as text.
///
/// # Errors
/// Says where the bytes stop being UTF-8.
pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<String, Error> {
    let _ = path;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
