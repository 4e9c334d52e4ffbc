//! The report on one run, simulated or under real load.

use crate::answer::{answer, cautions, incomplete};
use crate::chart::plots;
use crate::document::document;
use crate::junit;
use crate::report::{Report, put_record};
use crate::summary::markdown;
use crate::write::{ReportError, Sink, put, write_plots};
use chappe_metrics::{ResultParts, RunRecord, write_csv, write_hlog};
use std::io;

impl Report for RunRecord {
    fn record_file(&self) -> &'static str {
        "run.json"
    }

    fn answer(&self) -> Vec<String> {
        answer(self)
    }

    fn cautions(&self) -> Vec<String> {
        cautions(self)
    }

    fn incomplete(&self) -> Option<String> {
        incomplete(self)
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        let mut json = Vec::new();
        self.write(&mut json)?;
        Ok(json)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        let mut csv = Vec::new();
        write_csv(&self.result.series, &mut csv).expect("writing into memory cannot fail");
        put(sink, "series.csv", &csv)?;
        put(sink, "junit.xml", junit::of_run(self).as_bytes())?;
        let doubts = match self.doubts_markdown() {
            doubts if doubts.is_empty() => doubts,
            // A blank line parts the list from the table.
            doubts => doubts + "\n",
        };
        put(sink, "summary.md", (doubts + &markdown(self)).as_bytes())?;
        let plots = plots(self);
        write_plots(&plots, sink)?;
        put(sink, "index.html", document(self, &plots).as_bytes())
    }
}

/// A run that has just ended: its record, and the whole distributions, which a record only summarises.
#[derive(Clone, Copy)]
pub struct RunReport<'a> {
    /// The record.
    pub record: &'a RunRecord,
    /// What the record was made from.
    pub parts: &'a ResultParts,
}

impl Report for RunReport<'_> {
    fn record_file(&self) -> &'static str {
        self.record.record_file()
    }

    fn answer(&self) -> Vec<String> {
        self.record.answer()
    }

    fn cautions(&self) -> Vec<String> {
        self.record.cautions()
    }

    fn incomplete(&self) -> Option<String> {
        self.record.incomplete()
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        self.record.json()
    }

    /// The files of the record, and every distribution in `latency.hlog`.
    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        let mut hlog = Vec::new();
        write_hlog(self.parts, &mut hlog).map_err(|error| ReportError::Write {
            file: "latency.hlog".to_owned(),
            error,
        })?;
        put(sink, "latency.hlog", &hlog)?;
        self.record.write_files(sink)
    }
}
