//! `chappe trace`.

use crate::args::TraceArgs;
use crate::aside::Aside;
use crate::comparison::{Side, compare, plots, show};
use crate::failure::Failure;
use crate::sources::read_trace;
use crate::terminal::grid;
use chappe_workload::TraceStatistics;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write, stdout};
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
    let rows = compare(&one, &other);
    if let Some(folder) = &args.out {
        write_folder(folder, &rows, &one, &other)?;
    }
    writeln!(stdout(), "{}", grid(rows))?;
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

/// Writes the table as `figures.md` and the plots; other files in the folder stay.
fn write_folder(folder: &Path, rows: &[Vec<String>], one: &Side, other: &Side) -> Result<(), Failure> {
    let failure = |error| Failure::Write {
        path: folder.to_path_buf(),
        error,
    };
    fs::create_dir_all(folder.join("plots")).map_err(failure)?;
    let put = |file: &str, bytes: &[u8]| -> Result<(), Failure> {
        Aside::prepare(&folder.join(file))?.finish(|writer| writer.write_all(bytes))
    };
    put("figures.md", markdown(rows).as_bytes())?;
    let mut sink = |file: &str, bytes: &[u8]| put(file, bytes).map_err(io::Error::other);
    chappe_report::write_plots(&plots(one, other), &mut sink)
        .map_err(|error| failure(io::Error::other(error)))
}

/// The rows as a Markdown table; the first is its head.
fn markdown(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let _ = writeln!(text, "| {} |", row.join(" | "));
        if index == 0 {
            let _ = writeln!(text, "|---|{}", "---:|".repeat(row.len() - 1));
        }
    }
    text
}
