//! The arguments of the regression gate.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(crate) enum GateCommand {
    /// Draw every recorded figure over commits, and say since when it changed.
    #[command(after_help = "\
Examples:
  chappe gate history
  chappe gate history --scenario first-ads --metric instructions
  chappe gate history --json | jq '.series[] | select(.changes != [])'")]
    History(HistoryArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct HistoryArgs {
    /// The recorded runs.
    #[arg(long, value_name = "FILE", default_value = "reports/history.sqlite")]
    pub(crate) file: PathBuf,
    /// Where to write record and report.
    #[arg(long, value_name = "DIR", default_value = "reports/out/history")]
    pub(crate) out: PathBuf,
    /// Only this metric.
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    /// Only this scenario.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// Print the record on standard output instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// No table.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
