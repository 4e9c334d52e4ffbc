//! The arguments of studies that play many runs of one scenario.

use super::run::workers;
use super::{Changes, Show, duration};
use crate::failure::Failure;
use crate::source::{default_folder, open_changed};
use chappe_study::files::ReportKind;
use chappe_study::{Opened, Part, Threads, Vary};
use clap::Args;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What is studied, and how much it may take.
#[derive(Args, Clone, Debug)]
pub(crate) struct StudyArgs {
    /// A scenario file, the name of a shipped scenario, the folder of an earlier run, or `-` for standard input.
    pub(crate) scenario: PathBuf,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Add an arm: its name, and the keys that it changes; may be repeated.
    #[arg(long, num_args = 2.., value_names = ["NAME", "KEY=VALUE"])]
    pub(crate) arm: Vec<String>,
    /// Play only these arms beside the baseline.
    #[arg(long, num_args = 1.., value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Runs at the same time: a number, or `auto` for one per core.
    #[arg(long, value_name = "N", default_value = "auto", env = "CHAPPE_WORKERS", value_parser = workers)]
    pub(crate) workers: Threads,
    /// The longest wall time, e.g. 5m [default: the scenario's].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) budget: Option<Duration>,
    /// The folder for record, report and cells [default: reports/out/<scenario>-<command>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) show: Show,
}

impl StudyArgs {
    /// The scenario with what all arms share.
    pub(crate) fn open(&self) -> Result<Opened, Failure> {
        open_changed(&self.scenario, &self.changes)
    }

    /// With how many threads, and whether silently.
    pub(crate) fn how(&self) -> (Threads, bool) {
        (self.workers, self.show.is_silent())
    }

    /// Where a report of that kind goes.
    pub(crate) fn target(&self, kind: ReportKind, opened: &Opened) -> PathBuf {
        let usual = || default_folder(kind, opened);
        self.out.clone().unwrap_or_else(usual)
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct WhatifArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The largest number of replications [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) replications: Option<u32>,
    /// Change assumed parameters of ads one at a time, to half and to double, and say how far the answer depends on
    /// each; or change the keys given here between two values.
    #[arg(long, num_args = 0.., value_name = "KEY=LOW..HIGH", value_parser = Vary::from_str)]
    pub(crate) sensitivity: Option<Vec<Vary>>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Vary a key over values, or over a range; may be repeated.
    #[arg(long, value_name = "KEY=V1,V2,...|LOW..HIGH", value_parser = Vary::from_str)]
    pub(crate) vary: Vec<Vary>,
    /// The number of points over ranges, spread evenly [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub(crate) points: Option<u32>,
    /// Replications of each point [default: 3, for an interval; 1 with --indices].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) replications: Option<u32>,
    /// Say how much of the variance each key with a range explains. It takes --points times (keys + 2) points.
    #[arg(long)]
    pub(crate) indices: bool,
    /// Play only this part of the runs, e.g. 2/8. `from-array` takes the part from the array job of Slurm, SGE or AWS
    /// Batch that this process belongs to.
    #[arg(long, value_name = "I/N", value_parser = part)]
    pub(crate) part: Option<Part>,
    /// Play all runs, even if that takes longer than the budget.
    #[arg(long)]
    pub(crate) yes: bool,
}

fn part(text: &str) -> Result<Part, String> {
    match text {
        "from-array" => Part::of_array(&|name| std::env::var(name).ok()).map_err(|error| error.to_string()),
        text => text.parse(),
    }
}
