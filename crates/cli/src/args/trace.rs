//! The arguments of the commands that read a recorded trace.

use super::Output;
use chappe_workload::{Column, TimeUnit, TraceOptions};
use clap::Args;
use std::path::PathBuf;

/// How a trace is read, where its file doesn't say it.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// The column of the senders, by name or number [default: sender, from, source or author].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sender: Option<Column>,
    /// The column of the receivers [default: receiver, recipient, to or target].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) receiver: Option<Column>,
    /// The column of the times [default: time, timestamp, date or created_at].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<Column>,
    /// The unit of times that are numbers: s, ms, us or ns [default: by their size].
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<TimeUnit>,
    /// Offset of local time from UTC, also of times that name none [minutes].
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i16).range(-720..=840))]
    pub(crate) zone: i16,
}

impl Reading {
    pub(crate) fn options(&self) -> TraceOptions {
        TraceOptions {
            sender: self.sender.clone(),
            receiver: self.receiver.clone(),
            time: self.time.clone(),
            unit: self.unit,
            zone_minutes: self.zone,
            keeps_duplicates: false,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct TraceArgs {
    /// The trace: CSV, TSV, JSON Lines, or lines `sender receiver time`; `-` for standard input.
    pub(crate) trace: PathBuf,
    /// A trace to compare with.
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// The folder for the table and the plots of the comparison.
    #[arg(long, value_name = "DIR", requires = "against")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct FitArgs {
    /// The trace: CSV, TSV, JSON Lines, or lines `sender receiver time`; `-` for standard input.
    pub(crate) trace: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// The largest number of populations to try.
    #[arg(long, value_name = "N", default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tries: u32,
    /// Make the fit from this share of the days, and judge it by the rest.
    #[arg(long, value_name = "SHARE", value_parser = share_of_days)]
    pub(crate) holdout: Option<f64>,
    /// Seed of the search and of the populations that it tries.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The folder for the workload, its comparison with the trace, and the plots [default: reports/out/fit-<trace>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Show no progress and no table.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

fn share_of_days(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.1..=0.9).contains(&share) => Ok(share),
        Ok(_) | Err(_) => Err("a share of the days lies between 0.1 and 0.9, as in 0.5".to_string()),
    }
}
