//! `chappe trace`: prints the figures of a trace, or compares two.

use crate::args::{Reading, TraceArgs};
use crate::commands::print;
use crate::failure::Failure;
use crate::terminal::TerminalObserver;
use chappe_report::grid;
use chappe_study::files::{Output, check_outputs};
use chappe_study::{
    COMPARED, Error, Observer, Side, TraceRead, compare, figures, read_trace, rows, write_comparison,
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
                let files = COMPARED.map(|file| folder.join(file));
                let outputs = files.each_ref().map(|file| Output::File("--out", file));
                check_outputs(&[args.trace.clone(), against.clone()], &outputs)?;
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
    let side = Side::of(&read.stem(), &read.trace, args.reading.zone);
    Ok((side, read.sentences()))
}

/// Reads the trace in a file, or that of standard input if the path is `-`.
pub(super) fn read(path: &Path, reading: &Reading) -> Result<TraceRead, Error> {
    let options = reading.options();
    match path.as_os_str() == "-" {
        true => TraceRead::of("standard-input", stdin().lock(), &options),
        false => read_trace(path, &options),
    }
}
