//! Two traces side by side: their figures, and plots of their distributions.

use crate::aside::Aside;
use crate::failure::Failure;
use chappe_base::Span;
use chappe_report::chart::{
    Data, DistributionChart, Line, Measure, Panel, Plot, TimeChart, TimeLine, Tone,
};
use chappe_workload::{Figure, FigureUnit, Sample, TraceStatistics};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Figures this near to each other, as a share of the second, count as alike; and so do
/// distributions no further apart.
const TOLERANCE: f64 = 0.1;

/// One of the two.
pub(crate) struct Side {
    /// What to call it.
    pub(crate) name: String,
    /// What it says.
    pub(crate) statistics: TraceStatistics,
}

/// A table, its head first: the figures of both with their difference, and the distances between
/// their distributions; each with whether it is within the tolerance.
pub(crate) fn compare(one: &Side, other: &Side) -> Vec<Vec<String>> {
    let head = ["figure", &one.name, &other.name, "difference", "within 10%"].map(str::to_owned);
    let pairs = one
        .statistics
        .figures()
        .into_iter()
        .zip(other.statistics.figures());
    let figures = pairs.map(|(one, other)| {
        let is_near = (one.value - other.value).abs() <= TOLERANCE * other.value.abs();
        let difference = difference(one.value, other.value);
        vec![
            one.name.clone(),
            show(&one),
            show(&other),
            difference,
            yes_no(is_near),
        ]
    });
    let samples = one
        .statistics
        .samples()
        .into_iter()
        .zip(other.statistics.samples());
    let distances = samples.map(|((name, one), (_, other))| {
        let distance = one.distance(other);
        let name = format!("{name}: Kolmogorov–Smirnov distance");
        let is_near = yes_no(distance < TOLERANCE);
        vec![
            name,
            String::new(),
            String::new(),
            format!("{distance:.3}"),
            is_near,
        ]
    });
    std::iter::once(head.to_vec())
        .chain(figures)
        .chain(distances)
        .collect()
}

fn yes_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// How far `one` is from `other`, as a share of the latter.
fn difference(one: f64, other: f64) -> String {
    if one == other {
        "0%".to_owned()
    } else if other == 0.0 {
        "n/a".to_owned()
    } else {
        format!("{:+.1}%", (one / other - 1.0) * 100.0)
    }
}

/// A figure as people read it.
pub(crate) fn show(figure: &Figure) -> String {
    match figure.unit {
        FigureUnit::Count => format!("{:.0}", figure.value),
        FigureUnit::Seconds => format!("{:.0} s", figure.value),
        FigureUnit::Share => format!("{:.1}%", figure.value * 100.0),
        FigureUnit::Number => format!("{:.2}", figure.value),
    }
}

/// Plots of both: reply times, contacts, messages sent, and the hours of the day.
fn plots(one: &Side, other: &Side) -> [Plot; 4] {
    let second = Span::SECOND.0 as f64;
    let distribution = |of: &str, measure, unit, sample: fn(&TraceStatistics) -> &Sample| {
        let line = |side: &Side, tone| Line {
            label: side.name.clone(),
            tone,
            points: points(sample(&side.statistics), unit),
        };
        Data::Distribution(DistributionChart {
            of: of.to_owned(),
            measure,
            lines: vec![line(one, Tone::Friend), line(other, Tone::Ad)],
        })
    };
    let plot = |name, title, data| Plot {
        name,
        title,
        caption: String::new(),
        clock: format!("{} against {}", one.name, other.name),
        alternative: format!("{title}: {} against {}", one.name, other.name),
        data,
    };
    let replies = distribution("replies", Measure::Duration, second, |s| &s.replies_s);
    let contacts = distribution("people", Measure::Count, 1.0, |s| &s.contacts);
    let sent = distribution("senders", Measure::Count, 1.0, |s| &s.sent);
    [
        plot("replies", "Time until a message is answered", replies),
        plot("contacts", "People whom one talks to", contacts),
        plot("senders", "Messages that one sends", sent),
        plot("hours", "Messages over the day", hours(one, other)),
    ]
}

/// Each value above zero with the share at or below it; `unit` is what one counts for.
fn points(sample: &Sample, unit: f64) -> Vec<(f64, f64)> {
    let values = sample.values().chunk_by(|a, b| a == b);
    let values = values.map(|same| same[0]).filter(|&value| value > 0);
    values
        .map(|value| (f64::from(value) * unit, sample.share_up_to(value)))
        .collect()
}

fn hours(one: &Side, other: &Side) -> Data {
    let line = |side: &Side, tone| TimeLine {
        label: side.name.clone(),
        tone,
        values: side.statistics.hourly.map(Some).to_vec(),
    };
    Data::Time(TimeChart {
        from_ns: 0,
        until_ns: Span::DAY.0,
        warm_up_ns: 0,
        interval_ns: Span::HOUR.0,
        panels: vec![Panel {
            title: "Messages in an hour of local time, relative to the mean".to_owned(),
            measure: Measure::Count,
            lines: vec![line(one, Tone::Friend), line(other, Tone::Ad)],
        }],
    })
}

/// Writes the table as `figures.md` and the plots; other files in the folder stay.
pub(crate) fn write_folder(
    folder: &Path,
    rows: &[Vec<String>],
    one: &Side,
    other: &Side,
) -> Result<(), Failure> {
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
        let rows = compare(&one, &other);
        assert_eq!(rows[0], ["figure", "run", "real", "difference", "within 10%"]);
        assert_eq!(rows[1], ["messages", "3", "2", "+50.0%", "no"]);
        assert_eq!(rows[2], ["people", "2", "2", "0%", "yes"]);
        assert!(rows.iter().all(|row| row.len() == 5));
        let replies = rows.iter().find(|row| row[0].starts_with("reply times:"));
        assert_eq!(replies.map(|row| row[3].as_str()), Some("0.500"));
    }

    #[test]
    fn points_hold_each_value_once() {
        let sample = Sample::new(vec![3, 0, 3, 7]);
        assert_eq!(points(&sample, 2.0), [(6.0, 0.75), (14.0, 1.0)]);
    }
}
