//! Two traces of messages side by side: their figures in a table, and plots of their distributions.
//!
//! The traces come as plain figures and points, so that this crate need not know how they are read.

use crate::chart::{
    Dash, Data, DistributionChart, Line, Measure, Panel, Plot, Table, TimeChart, TimeLine, Tone,
};
use crate::write::{ReportError, Sink, put, write_plots};

/// Figures that differ by at most this share of the second, and distributions at most this far apart, are near.
const TOLERANCE: f64 = 0.1;
/// What is shown of a figure that a trace has nothing to read off.
pub const NOT_SEEN: &str = "not seen";
const HOUR_NS: i64 = 3_600_000_000_000;

/// One of the two traces.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceSide {
    /// What it is called.
    pub name: String,
    /// Its figures; both traces have the same ones in the same order.
    pub figures: Vec<TraceFigure>,
    /// Times until a message is answered [ns], above zero and rising, each with the share at or below it.
    pub replies: Vec<(f64, f64)>,
    /// Numbers of people whom one person writes to, likewise.
    pub contacts: Vec<(f64, f64)>,
    /// Numbers of messages that one person sends, likewise.
    pub sent: Vec<(f64, f64)>,
    /// Messages in each hour of local time, relative to the mean.
    pub hourly: [f64; 24],
}

/// One figure of a trace.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceFigure {
    /// What it is.
    pub name: String,
    /// Its value; `None` if it was not seen.
    pub value: Option<f64>,
    /// The value as people read it.
    pub shown: String,
}

/// Two traces, the second being what the first is compared with.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceComparison {
    /// The two.
    pub sides: [TraceSide; 2],
    /// The Kolmogorov–Smirnov distance between their distributions, each with what is distributed; `None` if neither
    /// trace has any.
    pub distances: Vec<(String, Option<f64>)>,
}

impl TraceComparison {
    /// How many rows of the table are within 10%, and how many say whether they are.
    #[must_use]
    pub fn near(&self) -> (usize, usize) {
        let [one, other] = &self.sides;
        let figures = one.figures.iter().zip(&other.figures);
        let figures = figures.filter_map(|(one, other)| is_near(one.value, other.value));
        let distances = self
            .distances
            .iter()
            .filter_map(|(_, distance)| distance.map(is_small));
        let judged: Vec<bool> = figures.chain(distances).collect();
        (judged.iter().filter(|is_near| **is_near).count(), judged.len())
    }

    /// The figures of both with their difference, then the distances; each with whether it is within 10%. What neither
    /// trace has is not judged.
    #[must_use]
    pub fn table(&self) -> Table {
        let [one, other] = &self.sides;
        let figures = one.figures.iter().zip(&other.figures).map(|(one, other)| {
            let difference = match (one.value, other.value) {
                (Some(one), Some(other)) => difference(one, other),
                (None, _) | (_, None) => String::new(),
            };
            let verdict = verdict(is_near(one.value, other.value));
            [one.name.as_str(), &one.shown, &other.shown, &difference, verdict].map(str::to_owned)
        });
        let distances = self.distances.iter().map(|(name, distance)| {
            let name = format!("{name}: Kolmogorov–Smirnov distance");
            let shown = distance.map_or_else(|| NOT_SEEN.to_owned(), |distance| format!("{distance:.3}"));
            [name.as_str(), "", "", &shown, verdict(distance.map(is_small))].map(str::to_owned)
        });
        let head = [
            "figure",
            one.name.as_str(),
            &other.name,
            "difference",
            "within 10%",
        ];
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: figures.chain(distances).map(|row| row.to_vec()).collect(),
        }
    }

    /// Reply times, contacts, messages sent, and the hours of the day.
    #[must_use]
    pub fn plots(&self) -> [Plot; 4] {
        let distribution = |of: &str, measure, points: fn(&TraceSide) -> &Vec<(f64, f64)>| {
            let lines = self.lines(|side, tone| Line {
                label: side.name.clone(),
                tone,
                points: points(side).clone(),
            });
            Data::Distribution(DistributionChart {
                of: of.to_owned(),
                measure,
                lines,
            })
        };
        let names = self.sides.each_ref().map(|side| side.name.as_str());
        let clock = names.join(" against ");
        let plot = |name, title, data| Plot {
            name,
            title,
            caption: String::new(),
            clock: clock.clone(),
            alternative: format!("{title}: {clock}"),
            data,
        };
        let replies = distribution("replies", Measure::Duration, |side| &side.replies);
        let contacts = distribution("people", Measure::Count, |side| &side.contacts);
        let sent = distribution("senders", Measure::Count, |side| &side.sent);
        [
            plot("replies", "Time until a message is answered", replies),
            plot("contacts", "People whom one person writes to", contacts),
            plot("senders", "Messages that one person sends", sent),
            plot("hours", "Messages over the day", self.hours()),
        ]
    }

    fn hours(&self) -> Data {
        let lines = self.lines(|side, tone| TimeLine {
            label: side.name.clone(),
            tone,
            dash: Dash::Solid,
            values: side.hourly.map(Some).to_vec(),
        });
        Data::Time(TimeChart {
            from_ns: 0,
            until_ns: 24 * HOUR_NS,
            warm_up_ns: 0,
            interval_ns: HOUR_NS,
            panels: vec![Panel {
                title: "Messages in an hour of local time, relative to the mean".to_owned(),
                measure: Measure::Count,
                lines,
            }],
        })
    }

    fn lines<T>(&self, line: impl Fn(&TraceSide, Tone) -> T) -> Vec<T> {
        let tones = [Tone::Friend, Tone::Ad];
        let sides = self.sides.iter().zip(tones);
        sides.map(|(side, tone)| line(side, tone)).collect()
    }

    /// Hands `sink` the table as `figures.md`, and every plot.
    ///
    /// # Errors
    /// The sink's error, or why a plot could not be rendered.
    pub fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put(sink, "figures.md", self.table().markdown().as_bytes())?;
        write_plots(&self.plots(), sink)
    }
}

/// Whether two figures agree; `None` if neither was seen.
fn is_near(one: Option<f64>, other: Option<f64>) -> Option<bool> {
    match (one, other) {
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => Some(false),
        (Some(one), Some(other)) => Some((one - other).abs() <= TOLERANCE * other.abs()),
    }
}

/// Whether two distributions agree.
fn is_small(distance: f64) -> bool {
    distance <= TOLERANCE
}

fn verdict(is_near: Option<bool>) -> &'static str {
    match is_near {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, messages: f64) -> TraceSide {
        TraceSide {
            name: name.to_owned(),
            figures: vec![TraceFigure {
                name: "messages".to_owned(),
                value: Some(messages),
                shown: messages.to_string(),
            }],
            replies: vec![(1e9, 0.5), (3e9, 1.0)],
            contacts: vec![(1.0, 1.0)],
            sent: vec![(1.0, 1.0)],
            hourly: [1.0; 24],
        }
    }

    #[test]
    fn figures_stand_side_by_side_and_distances_below() {
        let comparison = TraceComparison {
            sides: [side("run", 3.0), side("real", 2.0)],
            distances: vec![("reply times".to_owned(), Some(0.05))],
        };
        let table = comparison.table();
        assert_eq!(table.head, ["figure", "run", "real", "difference", "within 10%"]);
        assert_eq!(table.rows[0], ["messages", "3", "2", "+50.0%", "no"]);
        assert_eq!(
            table.rows[1],
            ["reply times: Kolmogorov–Smirnov distance", "", "", "0.050", "yes"]
        );
        let mut files = Vec::new();
        let written = comparison.write_files(&mut |name, bytes| {
            files.push((name.to_owned(), bytes.to_vec()));
            Ok(())
        });
        assert!(written.is_ok());
        assert_eq!(files[0].0, "figures.md");
        assert!(files[0].1.starts_with(b"| figure | run | real |"));
        let svgs = files.iter().filter(|(name, _)| name.ends_with(".svg"));
        assert_eq!(svgs.count(), 4);
    }
}
