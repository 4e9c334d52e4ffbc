//! `chappe trace`: prints the figures of a trace, or compares two.

use crate::args::{Reading, TraceArgs};
use crate::commands::print;
use crate::failure::Failure;
use crate::terminal::TerminalObserver;
use chappe_report::grid;
use chappe_study::files::{Output, check_outputs};
use chappe_study::{
    COMPARED, Error, Observer, Opened, Side, TraceRead, compare, figures, read_trace, rows, write_comparison,
};
use std::io::stdin;
use std::path::Path;

/// Prints the figures of a trace, or of two side by side, below what was read, left out and assumed.
pub(crate) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let (one, mut head) = side(&args.trace, args)?;
    let mut foot = String::new();
    let cells = match &args.against {
        None => figures(&one.statistics),
        Some(against) => {
            let (other, other_head) = side(against, args)?;
            head += &other_head;
            let comparison = compare(&one, &other);
            if let Some(folder) = &args.out {
                let file = folder.join(COMPARED);
                let inputs = [args.trace.clone(), against.clone()];
                check_outputs(&inputs, &[Output::File("--out", &file)])?;
                write_comparison(folder, &comparison)?;
            }
            foot = format!("{}.\n", comparison.near_words());
            rows(&comparison)
        }
    };
    print(&args.output, &cells, || format!("{head}\n{}{foot}", grid(&cells)))
}

/// A trace with its statistics, and how it was read. JSON has no place for the latter, so that standard error says what
/// is remarkable.
fn side(path: &Path, args: &TraceArgs) -> Result<(Side, String), Error> {
    let read = read(path, &args.reading)?;
    let observer = TerminalObserver::new(!args.output.json || read.reading.is_plain());
    read.notes().into_iter().for_each(|note| observer.note(note));
    let side = Side::of(&stem(path), &read.trace, args.reading.zone);
    Ok((side, read.sentences()))
}

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

/// Reads the trace in a file, or that of standard input.
pub(super) fn read(path: &Path, reading: &Reading) -> Result<TraceRead, Error> {
    let options = reading.options();
    match path.as_os_str() == STANDARD_INPUT {
        true => TraceRead::of("standard input", stdin().lock(), &options),
        false => read_trace(path, &options),
    }
}

/// The name of a file without its endings.
pub(super) fn stem(path: &Path) -> String {
    if path.as_os_str() == STANDARD_INPUT {
        return "input".to_string();
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = Path::new(name).file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// A study of a trace plays no scenario of its own.
pub(super) fn opened_for(path: &Path) -> Opened {
    Opened::text(&stem(path), String::new())
}
