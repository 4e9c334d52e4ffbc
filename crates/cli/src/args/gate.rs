//! The arguments of the gate.

use super::{Changes, duration};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Subcommand, Debug)]
pub(crate) enum GateCommand {
    /// Play scenarios, write a baseline for each that has none, and add all figures to the history.
    #[command(after_help = "\
Examples:
  chappe gate record scenarios/first-ads.toml --scale 0.02
  chappe gate record scenarios/ad-blast.toml --rate 50000
  chappe gate record                    all scenarios that have a baseline, for the history")]
    Record(RecordArgs),
    /// Check a change for regressions in behaviour, cost and run time.
    ///
    /// Behaviour and cost are compared with recorded baselines or, with --baseline, with another program. Wall time is
    /// compared with another program only. A slowdown is reported only if it exceeds the machine's noise, is
    /// statistically significant, is larger than 3% (--smallest-effect), and repeats.
    #[command(after_help = "\
Examples:
  chappe gate check                             behaviour and cost against reports/baselines
  chappe gate check --baseline main             wall time too, against the program of that revision
  chappe gate check --baseline main --only wall --rounds 24 --bench ledger
  chappe gate check --baseline ./chappe-old scenarios/first-ads.toml --scale 0.02

Exit code 4 means that something regressed or that behaviour changed.")]
    Check(CheckArgs),
    /// Accept an intended change: the current results of scenarios become their baselines.
    #[command(after_help = "\
Examples:
  chappe gate accept first-ads --reason 'ads expire after a day'
  chappe gate accept --reason 'our compiler'")]
    Accept(AcceptArgs),
    /// Show every recorded figure over commits, and since which commit it changed.
    #[command(after_help = "\
Examples:
  chappe gate history
  chappe gate history --scenario first-ads --metric instructions
  chappe gate history --json | jq '.series[] | select(.changes != [])'")]
    History(HistoryArgs),
    /// Play or time one scenario, and print its figures as JSON.
    #[command(hide = true)]
    Measure(MeasureArgs),
}

/// What is played.
#[derive(Args, Clone, Debug)]
pub(crate) struct Cases {
    /// Scenario files, or names of baselines [default: all that have a baseline].
    pub(crate) scenarios: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Time short live loads as well, at this many commands per second. A check that names no scenarios times those
    /// whose baselines were recorded with --rate.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// The folder of baselines.
    #[arg(long, value_name = "DIR", default_value = "reports/baselines")]
    pub(crate) baselines: PathBuf,
    /// Don't count instructions: counting needs valgrind and takes most of the time.
    #[arg(long)]
    pub(crate) no_instructions: bool,
    /// Show no progress and no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) cases: Cases,
    /// The history file that the figures are added to.
    #[arg(long, value_name = "FILE", default_value = "reports/history.jsonl")]
    pub(crate) history: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) cases: Cases,
    /// Compare with another program instead of recorded baselines: a git revision, which is built in a worktree, or
    /// a chappe binary.
    #[arg(long, value_name = "REF|BINARY")]
    pub(crate) baseline: Option<String>,
    /// The program to check: a git revision or a binary [default: this program].
    #[arg(long, value_name = "REF|BINARY")]
    pub(crate) candidate: Option<String>,
    /// A criterion bench to time, or those of its benchmarks whose names contain the filter; may be repeated. The
    /// baseline must be a revision.
    #[arg(long, value_name = "NAME[=FILTER]", requires = "baseline")]
    pub(crate) bench: Vec<String>,
    /// Rounds of timings. In each the baseline runs twice and the candidate once. Many timings need more rounds.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(6..=1000))]
    pub(crate) rounds: u32,
    /// The smallest slowdown that matters, as a share: 0.03 is 3%.
    #[arg(long, value_name = "SHARE", default_value_t = 0.03, value_parser = share)]
    pub(crate) smallest_effect: f64,
    /// Check one kind of evidence only.
    #[arg(long, value_enum)]
    pub(crate) only: Option<Evidence>,
    /// Check even if the baseline belongs to another scenario, seed or version.
    #[arg(long)]
    pub(crate) force: bool,
    /// Add the candidate's figures to this history file when the check is done.
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The folder for record and report [default: reports/out/gate].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the record on standard output instead of a summary.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct AcceptArgs {
    #[command(flatten)]
    pub(crate) cases: Cases,
    /// Why the change is intended; the baseline keeps the reason.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct HistoryArgs {
    /// The history file with the recorded runs.
    #[arg(long, value_name = "FILE", default_value = "reports/history.jsonl")]
    pub(crate) file: PathBuf,
    /// The folder for record and report.
    #[arg(long, value_name = "DIR", default_value = "reports/out/history")]
    pub(crate) out: PathBuf,
    /// Show only this metric.
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<String>,
    /// Show only this scenario.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// Print the record on standard output instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no table.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct MeasureArgs {
    /// The scenario file.
    pub(crate) scenario: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// The rate of a live load [commands per second].
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// Time it once, instead of playing it for figures.
    #[arg(long, value_enum)]
    pub(crate) time: Option<Clocked>,
    /// How long a live load is measured.
    #[arg(long, value_name = "TIME", default_value = "150ms", value_parser = duration)]
    pub(crate) duration: Duration,
}

/// Kinds of evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Evidence {
    /// Behaviour and deterministic cost.
    Exact,
    /// Wall time; it needs --baseline.
    Wall,
}

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub(crate) enum Clocked {
    /// An event of a simulation.
    Simulation,
    /// A live load.
    Load,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (1.0..=1e9).contains(&rate) => Ok(rate),
        _ => Err("give commands per second, such as 50000".to_string()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.001..=1.0).contains(&share) => Ok(share),
        _ => Err("give a share from 0.001 to 1, such as 0.03 for 3%".to_string()),
    }
}
