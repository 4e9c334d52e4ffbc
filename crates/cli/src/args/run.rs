//! The arguments of runs in virtual time, and their threads, which other commands share.

use super::{Show, Source, duration};
use chappe_study::Threads;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Threads of a simulation.
#[derive(Args, Clone, Debug)]
pub(crate) struct SimulationThreads {
    /// Threads in each process: a number, or `auto` for as many as make the run faster.
    #[arg(long, value_name = "N", default_value = "auto", env = "CHAPPE_WORKERS", value_parser = workers)]
    pub(crate) workers: Threads,
}

pub(super) fn workers(text: &str) -> Result<Threads, String> {
    match (text, text.parse()) {
        ("auto", _) => Ok(Threads::Auto),
        (_, Ok(count)) if (1..=1024).contains(&count) => Ok(Threads::Number(count)),
        _ => Err("give a number from 1 to 1024, or `auto`".to_string()),
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) threads: SimulationThreads,
    #[command(flatten)]
    pub(crate) show: Show,
    /// The folder for record and report [default: reports/out/<scenario>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Stop at this time of the run, e.g. 6h.
    #[arg(long, value_name = "TIME", value_parser = chappe_base::Duration::parse)]
    pub(crate) until: Option<chappe_base::Duration>,
    /// Show in the report how far the prediction in this record was off: the run.json of a load with --predict.
    #[arg(long, value_name = "FILE")]
    pub(crate) prediction: Option<PathBuf>,
    /// Write every fact to this file, one JSON object per line.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Write the messages between friends to this file, as lines `sender receiver seconds`.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Run in this many processes on this machine.
    #[arg(long, value_name = "N", conflicts_with = "hosts", value_parser = processes)]
    pub(crate) processes: Option<usize>,
    /// Run together with the processes in this file, one `host:port` per line.
    #[arg(long, value_name = "FILE", requires = "process")]
    pub(crate) hosts: Option<PathBuf>,
    /// The number of this process in the hosts file, from 0. Process 0 writes the record.
    #[arg(long, value_name = "K", requires = "hosts")]
    pub(crate) process: Option<usize>,
    /// Meet only processes that know the secret in this file. The variable CHAPPE_SECRET may hold the secret itself.
    #[arg(long, value_name = "FILE", requires = "hosts")]
    pub(crate) secret: Option<PathBuf>,
    /// How long to wait until all other processes are connected.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) connect_within: Duration,
}

fn processes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=64).contains(&count) => Ok(count),
        _ => Err("give a number from 1 to 64".to_string()),
    }
}
