//! The arguments of the commands that read a recorded trace.

use super::Output;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(crate) struct TraceArgs {
    /// The trace: lines `sender receiver unix_seconds`, in time order.
    pub(crate) trace: PathBuf,
    /// A trace to compare with.
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Offset of local time from UTC [minutes].
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i16).range(-720..=840))]
    pub(crate) zone: i16,
    /// The folder for the table and the plots of the comparison.
    #[arg(long, value_name = "DIR", requires = "against")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct FitArgs {
    /// The trace: lines `sender receiver unix_seconds`, in time order.
    pub(crate) trace: PathBuf,
    /// Offset of local time from UTC [minutes].
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i16).range(-720..=840))]
    pub(crate) zone: i16,
    /// The largest number of populations to try.
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) tries: usize,
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
