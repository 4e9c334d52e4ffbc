//! What every face does with a record in the same way, whatever its kind: write its files, and say its answer.

use crate::chart::markdown_line;
use crate::write::{ReportError, Sink, put};
use serde::Serialize;
use std::io;

/// A record that becomes files and sentences.
///
/// A face needs one function that writes a `&dyn Report` into a folder, and one that says it on a terminal.
pub trait Report {
    /// Name of the file that holds the record, such as `run.json`.
    fn record_file(&self) -> &'static str;

    /// Name of the file that a reader opens first.
    fn front_page(&self) -> &'static str {
        "index.html"
    }

    /// The question that the answer is to, where the answer does not repeat it.
    fn question(&self) -> Option<&str> {
        None
    }

    /// The answer in sentences, the most important one first.
    fn answer(&self) -> Vec<String>;

    /// What a reader must know before using the figures, in sentences: first that the record is not complete, then
    /// its [`Report::cautions`].
    fn doubts(&self) -> Vec<String> {
        self.incomplete().into_iter().chain(self.cautions()).collect()
    }

    /// The doubts as a list in Markdown; empty without any.
    fn doubts_markdown(&self) -> String {
        let doubts = self.doubts();
        let line = |doubt: &String| format!("- **Warning:** {}\n", markdown_line(doubt));
        doubts.iter().map(line).collect()
    }

    /// What puts in doubt the figures that the record has, in sentences.
    fn cautions(&self) -> Vec<String>;

    /// If the record is not complete: what it has, what is missing, and what it does not conclude.
    fn incomplete(&self) -> Option<String>;

    /// The record as it stands in its file.
    ///
    /// # Errors
    /// If the record cannot be written as JSON.
    fn json(&self) -> io::Result<Vec<u8>>;

    /// Hands `sink` every file of the report: the record, tables as CSV, the document, each plot, and what a CI
    /// shows. The scenario's own text, which the record does not hold, is the caller's.
    ///
    /// # Errors
    /// The sink's error, or why a plot could not be rendered.
    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError>;
}

/// A record of a study as JSON.
pub fn pretty(record: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec_pretty(record)?)
}

/// Hands `sink` the record itself.
pub(crate) fn put_record(report: &impl Report, sink: &mut Sink<'_>) -> Result<(), ReportError> {
    let file = report.record_file();
    let json = report.json().map_err(|error| ReportError::Write {
        file: file.to_owned(),
        error,
    })?;
    put(sink, file, &json)
}
