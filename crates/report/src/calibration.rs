//! A calibration as files and sentences.

use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink};
use chappe_metrics::Calibration;
use std::io;

impl Report for Calibration {
    fn record_file(&self) -> &'static str {
        "calibration.json"
    }

    fn front_page(&self) -> &'static str {
        self.record_file()
    }

    fn answer(&self) -> Vec<String> {
        let most = format!(
            "On {} the platform takes in at most {} commands per second.",
            words::counted(i64::from(self.threads), "thread"),
            words::count(self.saturated_rate as i64),
        );
        let service = self.service.iter().map(|(class, summary)| {
            format!(
                "{class}: {} in service on average, half within {}, 99 in 100 within {}.",
                words::duration(summary.mean),
                words::duration(summary.p50),
                words::duration(summary.p99),
            )
        });
        let usage =
            "calibration.json is for `chappe load --predict`, and service.toml for a scenario.".to_owned();
        std::iter::once(most).chain(service).chain([usage]).collect()
    }

    fn cautions(&self) -> Vec<String> {
        Vec::new()
    }

    fn incomplete(&self) -> Option<String> {
        None
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)
    }
}
