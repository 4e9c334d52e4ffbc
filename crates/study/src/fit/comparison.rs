//! Two traces side by side: their statistics as plain figures and points, and the folder of the comparison.

use crate::error::Error;
use crate::files::AtomicFile;
use chappe_base::Span;
use chappe_report::{NOT_SEEN, TraceComparison, TraceFigure, TraceSide};
use chappe_workload::{Figure, FigureUnit, Sample, TraceStatistics};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The file with the table of a comparison.
pub const COMPARED: &str = "figures.md";

/// A trace with its name.
pub struct Side {
    /// What it is called.
    pub name: String,
    /// Its figures and distributions.
    pub statistics: TraceStatistics,
}

/// Both traces as the report takes them.
#[must_use]
pub fn compare(one: &Side, other: &Side) -> TraceComparison {
    let samples = one
        .statistics
        .samples()
        .into_iter()
        .zip(other.statistics.samples());
    let distances = samples.map(|((name, one), (_, other))| (name.to_string(), one.distance_if_seen(other)));
    TraceComparison {
        distances: distances.collect(),
        sides: [plain(one), plain(other)],
    }
}

fn plain(side: &Side) -> TraceSide {
    let statistics = &side.statistics;
    let figure = |figure: Figure| TraceFigure {
        shown: show(&figure),
        value: figure.value,
        name: figure.name,
    };
    TraceSide {
        name: side.name.clone(),
        figures: statistics.figures().into_iter().map(figure).collect(),
        replies: points(&statistics.replies_s, Span::SECOND.0 as f64),
        contacts: points(&statistics.contacts, 1.0),
        sent: points(&statistics.sent, 1.0),
        hourly: statistics.hourly,
    }
}

/// The figures of one trace, as rows of name and value.
#[must_use]
pub fn figures(statistics: &TraceStatistics) -> Vec<Vec<String>> {
    let figures = statistics.figures().into_iter();
    figures
        .map(|figure| vec![figure.name.clone(), show(&figure)])
        .collect()
}

/// A figure as people read it.
fn show(figure: &Figure) -> String {
    let Some(value) = figure.value else {
        return NOT_SEEN.to_string();
    };
    match figure.unit {
        FigureUnit::Count => format!("{value:.0}"),
        FigureUnit::Seconds => format!("{value:.0} s"),
        FigureUnit::Share => format!("{:.1}%", value * 100.0),
        FigureUnit::Number => format!("{value:.2}"),
    }
}

/// Each value above zero with the share at or below it; `unit` is what one counts for.
fn points(sample: &Sample, unit: f64) -> Vec<(f64, f64)> {
    let values = sample.values().chunk_by(|a, b| a == b);
    let values = values.map(|same| same[0]).filter(|&value| value > 0);
    values
        .map(|value| (f64::from(value) * unit, sample.share_up_to(value)))
        .collect()
}

/// The table of a comparison as rows, the first being its head.
#[must_use]
pub fn rows(comparison: &TraceComparison) -> Vec<Vec<String>> {
    let table = comparison.table();
    std::iter::once(table.head).chain(table.rows).collect()
}

/// Writes the table of a comparison as `figures.md` and its plots; other files in the folder stay.
///
/// # Errors
/// A file can't be written.
pub fn write_comparison(folder: &Path, comparison: &TraceComparison) -> Result<(), Error> {
    let failure = |error| Error::write(folder, error);
    fs::create_dir_all(folder.join("plots")).map_err(failure)?;
    let mut sink = |file: &str, bytes: &[u8]| {
        let file = AtomicFile::prepare(&folder.join(file)).map_err(Error::into_io)?;
        let written = file.finish(|writer| writer.write_all(bytes));
        written.map_err(Error::into_io)
    };
    let written = comparison.write_files(&mut sink);
    written.map_err(|error| failure(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_workload::Trace;

    fn side(name: &str, text: &str) -> Side {
        Side {
            name: name.to_owned(),
            statistics: TraceStatistics::of(&Trace::read(text.as_bytes()).unwrap(), 0),
        }
    }

    #[test]
    fn figures_stand_side_by_side_and_distances_below() {
        let one = side("run", "1 2 0\n2 1 100\n1 2 300\n");
        let other = side("real", "1 2 0\n2 1 200\n");
        let rows = rows(&compare(&one, &other));
        assert_eq!(rows[0], ["figure", "run", "real", "difference", "within 10%"]);
        assert_eq!(rows[1], ["messages", "3", "2", "+50.0%", "no"]);
        assert_eq!(rows[2], ["people", "2", "2", "0%", "yes"]);
        assert!(rows.iter().all(|row| row.len() == 5));
        let replies = rows.iter().find(|row| row[0].starts_with("reply times:"));
        assert_eq!(replies.map(|row| row[3].as_str()), Some("0.500"));
    }

    #[test]
    fn what_was_not_seen_agrees_with_nothing() {
        let (silent, answered) = (side("silent", "1 2 0\n"), side("answered", "1 2 0\n2 1 200\n"));
        assert!(figures(&silent.statistics).contains(&vec!["reply time, 50%".into(), "not seen".into()]));
        let row = |one: &Side, other: &Side, name: &str| {
            let rows = rows(&compare(one, other));
            rows.into_iter().find(|row| row[0].starts_with(name)).unwrap()
        };
        let median = "reply time, 50%";
        assert_eq!(
            row(&silent, &silent, median),
            [median, "not seen", "not seen", "", ""]
        );
        assert_eq!(
            row(&silent, &answered, median)[1..],
            ["not seen", "200 s", "", "no"]
        );
        assert_eq!(row(&silent, &silent, "reply times:")[3..], ["not seen", ""]);
        // Each row that says yes or no is counted, and no other.
        let comparison = compare(&silent, &answered);
        let said = |word: &str| rows(&comparison).iter().filter(|row| row[4] == word).count();
        assert_eq!(comparison.near(), (said("yes"), said("yes") + said("no")));
    }

    #[test]
    fn points_hold_each_value_once() {
        let sample = Sample::new(vec![3, 0, 3, 7]);
        assert_eq!(points(&sample, 2.0), [(6.0, 0.75), (14.0, 1.0)]);
    }
}
