//! Measures what chappe promises of its speed, and writes `reports/performance/` from it.
//!
//! What was measured is kept in `data.json`, part by part as it comes, so that a long measurement
//! can go on another time and each part can be taken anew. Without arguments nothing is measured,
//! and the page is written from the data that there is.

mod data;
mod page;
mod plots;
mod promises;
mod rates;
mod runs;

use clap::Parser;
use data::Data;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is to be measured.
#[derive(Parser)]
#[command(about = "Measures what chappe promises of its speed, and writes the page about it")]
struct Arguments {
    /// Take over what `cargo bench -p chappe-benches --features peers` measured last
    #[arg(long)]
    rates: bool,
    /// Run a day of first-ads alone with so many users, one size after the other
    #[arg(long, value_name = "COUNT", value_delimiter = ',')]
    users: Vec<u32>,
    /// Run it with so many users on two workers, and as two runs of half of them side by side
    #[arg(long, value_name = "COUNT")]
    pair: Option<u32>,
    /// Folder of criterion's results [default: beside the folder of this program]
    #[arg(long, value_name = "DIR")]
    criterion: Option<PathBuf>,
    /// The program to measure [default: `chappe` in the folder of this one]
    #[arg(long, value_name = "FILE")]
    chappe: Option<PathBuf>,
    /// The scenario to run
    #[arg(long, value_name = "FILE", default_value = "scenarios/first-ads.toml")]
    scenario: PathBuf,
    /// Folder of the page and its data
    #[arg(long, value_name = "DIR", default_value = "reports/performance")]
    out: PathBuf,
}

/// Why there is no page, or not all of it.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("can't read or write {}: {error}", path.display())]
    File { path: PathBuf, error: std::io::Error },
    #[error("{} is not what it should be: {error}; remove it and measure again", path.display())]
    Format { path: PathBuf, error: serde_json::Error },
    #[error("can't start {}: {error}; build it with `cargo build --profile dist`", path.display())]
    Start { path: PathBuf, error: std::io::Error },
    #[error("`{command}` ended with {status}: {message}")]
    Run {
        command: String,
        status: std::process::ExitStatus,
        message: String,
    },
    #[error("`{command}` wrote no record: {error}")]
    Record {
        command: String,
        error: chappe_metrics::RecordError,
    },
    #[error("a plot can't be drawn: {0}")]
    Plot(#[from] chappe_report::ReportError),
}

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.out.join("data.json");
    let mut data = Data::read(&path)?;
    let here = std::env::current_exe().unwrap_or_default();
    let beside = |name: &str| here.with_file_name(name);
    if arguments.rates {
        let folder = arguments.criterion.clone();
        data.rates = rates::read(&folder.unwrap_or_else(|| beside("../criterion")))?;
        data.write(&path)?;
    }
    let program = runs::Program {
        chappe: arguments.chappe.clone().unwrap_or_else(|| beside("chappe")),
        scenario: arguments.scenario.clone(),
    };
    for &users in &arguments.users {
        let run = program.alone(users, &mut data.machine)?;
        data.alone.insert(users, run);
        data.write(&path)?;
    }
    if let Some(users) = arguments.pair {
        data.two_workers = Some(program.two_workers(users, &mut data.machine)?);
        data.write(&path)?;
        data.two_halves = Some(program.two_halves(users, &mut data.machine)?);
        data.write(&path)?;
    }
    write(&arguments.out.join("README.md"), page::of(&data).as_bytes())?;
    chappe_report::write_plots(&plots::of(&data), &mut |file, bytes| {
        let path = arguments.out.join(file);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, bytes)
    })?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| Failure::File {
        path: path.to_path_buf(),
        error,
    })
}
