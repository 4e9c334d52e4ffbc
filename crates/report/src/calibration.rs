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

    /// What was never observed: a prediction has nothing to draw it from.
    fn cautions(&self) -> Vec<String> {
        let measured = [
            ("the generator\u{2019}s lag", &self.lag),
            ("waiting in the mailbox", &self.wait),
            ("hops between shards", &self.hop),
            ("handing out to devices", &self.handing),
        ];
        let missing = measured.iter().filter(|(_, summary)| summary.count == 0);
        let mut missing: Vec<&str> = missing.map(|(what, _)| *what).collect();
        if self.service.is_empty() {
            missing.push("service");
        }
        let caution = (!missing.is_empty()).then(|| {
            format!(
                "The time of {} is missing, as it was never observed: predictions leave it out. Measure for longer, or at \
                 a higher --rate.",
                missing.join(", ")
            )
        });
        caution.into_iter().collect()
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
