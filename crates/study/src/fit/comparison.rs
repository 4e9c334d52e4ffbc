//! Two traces side by side: their statistics as plain figures and points, and the folder of the comparison.

use crate::error::Error;
use crate::files::AtomicFile;
use chappe_base::Span;
use chappe_report::{
    DISTRIBUTIONS, Measure, NOT_SEEN, TraceComparison, TraceDistribution, TraceFigure, TraceSide,
};
use chappe_workload::{Figure, FigureUnit, Sample, Trace, TraceStatistics, Week};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The files of a comparison beside its plots: the table, and the page in words.
pub const COMPARED: [&str; 2] = ["figures.md", "comparison.md"];

/// A trace with its name.
pub struct Side {
    /// What it is called.
    pub name: String,
    /// Its figures and distributions.
    pub statistics: TraceStatistics,
    /// The same of traces as chance alone could have made them, from which bands are drawn; may be empty.
    pub resampled: Vec<TraceStatistics>,
}

impl Side {
    /// The trace that goes by `name`; local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(name: &str, trace: &Trace, zone_minutes: i16) -> Side {
        Side {
            name: name.to_string(),
            statistics: TraceStatistics::of(trace, zone_minutes),
            resampled: Vec::new(),
        }
    }
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
    let weeks = [one, other].map(|side| &side.statistics.week);
    let rows = week_rows(weeks);
    let [first, second] = rows;
    TraceComparison {
        distances: distances.collect(),
        remarks: Vec::new(),
        sides: [plain(one, first), plain(other, second)],
    }
}

fn plain(side: &Side, week: Vec<(String, Option<[f64; 24]>)>) -> TraceSide {
    let statistics = &side.statistics;
    let figure = |figure: Figure| TraceFigure {
        shown: show(&figure),
        value: figure.value,
        name: figure.name,
    };
    let samples = statistics.samples();
    TraceSide {
        name: side.name.clone(),
        figures: statistics.figures().into_iter().map(figure).collect(),
        distributions: std::array::from_fn(|index| {
            let unit = match DISTRIBUTIONS[index].measure {
                Measure::Duration => Span::SECOND.0 as f64,
                Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => 1.0,
            };
            let resampled: Vec<&Sample> = side
                .resampled
                .iter()
                .map(|drawn| drawn.samples()[index].1)
                .collect();
            distribution(samples[index].1, &resampled, unit)
        }),
        hourly: statistics.hourly,
        week,
    }
}

/// The days of both weeks with their names: from Monday on if both traces have dates, else from their first days on.
fn week_rows(weeks: [&Week; 2]) -> [Vec<(String, Option<[f64; 24]>)>; 2] {
    let firsts = weeks.map(|week| week.first);
    let are_dated = firsts.iter().all(Option::is_some);
    weeks.map(|week| {
        let names = Week::names(week.first.or(firsts[0]).or(firsts[1]));
        let monday = names.iter().position(|name| name == "Monday");
        let mut rows: Vec<_> = names.into_iter().zip(week.days).collect();
        rows.rotate_left(monday.filter(|_| are_dated).unwrap_or(0));
        rows
    })
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

/// A value is drawn if it is this much larger than the one before, or its share this much smaller: a picture shows no
/// more, and a trace of millions has as many values.
const STEP: f64 = 1.01;
/// Parts of the draws that lie below and above a band.
const OUTSIDE: f64 = 0.025;

/// Values above zero with the share at or above them, and their band from the `resampled`; `unit` is what one counts for.
fn distribution(sample: &Sample, resampled: &[&Sample], unit: f64) -> TraceDistribution {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut values = Vec::new();
    for same in sample.values().chunk_by(|a, b| a == b).filter(|same| same[0] > 0) {
        let (value, share) = (same[0], share_from(sample, same[0]));
        let is_last = sample.values().last() == Some(&value);
        let is_step = points
            .last()
            .is_none_or(|&(last, before)| f64::from(value) * unit > last * STEP || share * STEP < before);
        if is_step || is_last {
            points.push((f64::from(value) * unit, share));
            values.push(value);
        }
    }
    let band = values.iter().filter(|_| !resampled.is_empty()).map(|&value| {
        let mut shares: Vec<f64> = resampled.iter().map(|drawn| share_from(drawn, value)).collect();
        shares.sort_by(f64::total_cmp);
        let outside = (OUTSIDE * shares.len() as f64) as usize;
        (
            f64::from(value) * unit,
            shares[outside],
            shares[shares.len() - 1 - outside],
        )
    });
    let band = band.collect();
    TraceDistribution { points, band }
}

/// The share of a sample at or above a value above zero.
fn share_from(sample: &Sample, value: u32) -> f64 {
    match sample.values().is_empty() {
        true => 0.0,
        false => 1.0 - sample.share_up_to(value - 1),
    }
}

/// The table of a comparison as rows, the first being its head.
#[must_use]
pub fn rows(comparison: &TraceComparison) -> Vec<Vec<String>> {
    let table = comparison.table();
    std::iter::once(table.head).chain(table.rows).collect()
}

/// Writes a comparison as [`COMPARED`], and its plots; other files in the folder stay.
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

    fn side(name: &str, text: &str) -> Side {
        Side::of(name, &Trace::read(text.as_bytes()).unwrap(), 0)
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
    fn a_distribution_holds_each_value_once_and_the_band_of_its_draws() {
        let sample = Sample::new(vec![3, 0, 3, 7]);
        let drawn: Vec<Sample> = (0..40u32)
            .map(|draw| Sample::new(vec![1, 3, 3 + draw % 5]))
            .collect();
        let drawn: Vec<&Sample> = drawn.iter().collect();
        let distribution = distribution(&sample, &drawn, 2.0);
        assert_eq!(distribution.points, [(6.0, 0.75), (14.0, 0.25)]);
        let at_three = 1.0 - 1.0 / 3.0;
        assert_eq!(
            distribution.band,
            [(6.0, at_three, at_three), (14.0, 0.0, at_three / 2.0)]
        );
        // A million different values are drawn as some hundreds.
        let many = Sample::new((1..1_000_000).collect());
        let drawn = super::distribution(&many, &[], 1.0).points;
        assert!((300..3_000).contains(&drawn.len()), "{}", drawn.len());
        assert_eq!((drawn[0], drawn.last().unwrap().0), ((1.0, 1.0), 999_999.0));
    }

    #[test]
    fn weeks_stand_below_each_other_by_weekday_where_both_have_dates() {
        let friday = side("friday", "1 2 1362132000\n");
        let sunday = side("sunday", "1 2 1362304800\n");
        let bare = side("bare", "1 2 0\n");
        let seen = |one: &Side, other: &Side| {
            let comparison = compare(one, other);
            comparison.sides.map(|side| {
                let day = side.week.iter().position(|(_, hours)| hours.is_some()).unwrap();
                (day, side.week[day].0.clone())
            })
        };
        let named = |day: usize, name: &str| (day, name.to_string());
        assert_eq!(seen(&friday, &sunday), [named(4, "Friday"), named(6, "Sunday")]);
        assert_eq!(seen(&bare, &sunday), [named(0, "Sunday"), named(0, "Sunday")]);
        assert_eq!(seen(&bare, &bare), [named(0, "day 1"), named(0, "day 1")]);
    }
}
