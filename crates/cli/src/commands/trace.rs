//! `chappe trace`: prints the figures of a trace, or compares two.

use crate::args::TraceArgs;
use crate::commands::print;
use crate::failure::Failure;
use chappe_report::grid;
use chappe_study::files::{Output, check_outputs};
use chappe_study::{COMPARED, Error, Opened, Side, compare, figures, read_trace, rows, write_comparison};
use chappe_workload::TraceStatistics;
use std::path::Path;

/// Prints the figures of a trace, or of two side by side.
pub(crate) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let one = side(&args.trace, args.zone)?;
    let cells = match &args.against {
        None => figures(&one.statistics),
        Some(against) => {
            let other = side(against, args.zone)?;
            let comparison = compare(&one, &other);
            if let Some(folder) = &args.out {
                let file = folder.join(COMPARED);
                let inputs = [args.trace.clone(), against.clone()];
                check_outputs(&inputs, &[Output::File("--out", &file)])?;
                write_comparison(folder, &comparison)?;
            }
            rows(&comparison)
        }
    };
    print(&args.output, &cells, || grid(&cells))
}

fn side(path: &Path, zone: i16) -> Result<Side, Error> {
    Ok(Side {
        name: stem(path),
        statistics: TraceStatistics::of(&read_trace(path)?, zone),
    })
}

/// The name of a file without its ending.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// A study of a trace plays no scenario of its own.
pub(super) fn opened_for(path: &Path) -> Opened {
    Opened::text(&stem(path), String::new())
}
