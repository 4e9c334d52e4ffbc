//! `chappe trace`.

use crate::args::TraceArgs;
use crate::comparison::{Side, compare, rows, show, write_folder};
use crate::failure::Failure;
use crate::sources::read_trace;
use crate::terminal::grid;
use chappe_workload::TraceStatistics;
use std::io::{Write, stdout};
use std::path::Path;

/// Prints what a trace says, or what two say side by side.
pub(crate) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let one = side(&args.trace, args.zone)?;
    let Some(against) = &args.against else {
        let figures = one.statistics.figures();
        let rows = figures
            .iter()
            .map(|figure| vec![figure.name.clone(), show(figure)]);
        writeln!(stdout(), "{}", grid(rows.collect()))?;
        return Ok(());
    };
    let other = side(against, args.zone)?;
    let comparison = compare(&one, &other);
    if let Some(folder) = &args.out {
        write_folder(folder, &comparison)?;
    }
    writeln!(stdout(), "{}", grid(rows(&comparison)))?;
    Ok(())
}

fn side(path: &Path, zone: i16) -> Result<Side, Failure> {
    Ok(Side {
        name: path
            .file_stem()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned(),
        statistics: TraceStatistics::of(&read_trace(path)?, zone),
    })
}
