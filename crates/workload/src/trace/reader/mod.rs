//! Reads traces as people have them: lines of the SNAP and KONECT collections, CSV and TSV with a header, JSON Lines,
//! each as it is or compressed by gzip.
//!
//! Traces are user input of any size. Reading is line by line, a line takes a mebibyte at most, and every error names
//! its line. While it is read, a message takes 24 bytes, afterwards 16, and a person about 100; 10 million messages take
//! less than a gibibyte.

mod columns;
mod error;
mod gather;
mod input;
mod json;
mod layout;
mod options;
mod reading;
mod records;
#[cfg(test)]
mod tests;
mod times;

pub use error::TraceError;
pub use options::{Column, Role, TimeUnit, TraceOptions};
pub use reading::Reading;

use super::messages::Trace;
use gather::Gather;
use layout::Layout;
use reading::{Assumed, Described};
use records::{Line, Records};
use std::io::Read;
use times::Times;

/// Reads a trace to its end. What its file doesn't say, `options` may.
///
/// The form is found from the first lines: blanks, commas, tabs or semicolons between the fields, or a JSON object in
/// each line. A header names the columns; without one they are `sender receiver time`, or `sender receiver weight time`.
/// Lines that begin with `#` or `%` are comments. Messages to oneself and exact duplicates are left out, and lines in any
/// order are sorted.
///
/// # Errors
/// See [`TraceError`]; each names the line.
pub fn read_trace(input: impl Read, options: &TraceOptions) -> Result<(Trace, Reading), TraceError> {
    let mut text = input::open(input).map_err(|error| TraceError::input(1, error))?;
    let is_compressed = text.is_compressed;
    let Some(layout) = Layout::find(&mut text, options)? else {
        return Err(TraceError::Empty { left_out_count: 0 });
    };
    let described = describe(&layout, is_compressed);
    let mut times = Times::new(options.unit, options.zone_minutes);
    let mut records = Records::new(text, layout);
    let mut gather = Gather::default();
    let mut is_cut = false;
    loop {
        match records
            .next()
            .and_then(|line| take(line, &mut times, &mut gather))
        {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if error.may_be_half() && !gather.is_empty() && records.is_at_broken_end() => {
                is_cut = true;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    is_cut = is_cut || records.is_at_broken_end() && gather.leave_out_cut_line();
    let (trace, counts) = gather.finish(options.keeps_duplicates)?;
    let reading = Reading {
        messages_count: trace.messages.len(),
        people_count: trace.people_count,
        span_s: trace.messages.last().map_or(0, |last| last.at_s),
        origin_s: trace.origin_s,
        layout: described,
        counts,
        is_cut,
        assumed: Assumed::of(&times, options.zone_minutes),
    };
    Ok((trace, reading))
}

/// Takes in a line; false at the end.
fn take(line: Option<Line<'_>>, times: &mut Times, gather: &mut Gather) -> Result<bool, TraceError> {
    let Some(line) = line else {
        return Ok(false);
    };
    let Some(at_us) = times.read(line.time) else {
        return Err(TraceError::Time {
            line: line.number,
            text: error::shortened(line.time),
        });
    };
    gather.push(&line, at_us);
    Ok(true)
}

fn describe(layout: &Layout, is_compressed: bool) -> Described {
    let columns = layout.columns;
    let name = |index: usize| match layout.names.get(index) {
        Some(name) => name.clone(),
        None => (index + 1).to_string(),
    };
    Described {
        form: layout.form,
        is_compressed,
        columns: [columns.sender, columns.receiver, columns.time].map(name),
        has_names: !layout.names.is_empty(),
    }
}
