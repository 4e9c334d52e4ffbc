//! Two traces of messages side by side: their figures in a table, plots of their distributions, and a page with both.
//!
//! The traces come as plain figures and points, so that this crate need not know how they are read.

mod page;
mod plots;

use crate::chart::{Measure, Table};
use crate::write::{ReportError, Sink, put, write_plots};

/// What [`TraceSide::distributions`] are about, in their order.
pub const DISTRIBUTIONS: [TraceQuantity; 6] = [
    TraceQuantity {
        plot: "replies",
        title: "Time until a message is answered",
        of: "replies",
        measure: Measure::Duration,
    },
    TraceQuantity {
        plot: "again",
        title: "Time until the same person writes again",
        of: "messages that follow one's own",
        measure: Measure::Duration,
    },
    TraceQuantity {
        plot: "conversations",
        title: "Messages in a conversation",
        of: "conversations",
        measure: Measure::Count,
    },
    TraceQuantity {
        plot: "contacts",
        title: "People whom one person writes to or hears from",
        of: "people",
        measure: Measure::Count,
    },
    TraceQuantity {
        plot: "pairs",
        title: "Messages between two people",
        of: "pairs",
        measure: Measure::Count,
    },
    TraceQuantity {
        plot: "senders",
        title: "Messages that one person sends",
        of: "senders",
        measure: Measure::Count,
    },
];

/// Figures that differ by at most this share of the second, and distributions at most this far apart, are near.
const TOLERANCE: f64 = 0.1;
/// What is shown of a figure that a trace has nothing to read off.
pub const NOT_SEEN: &str = "not seen";

/// Something that is distributed among messages, pairs or people.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TraceQuantity {
    /// Name of its plot.
    pub plot: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What has it, in the plural.
    pub of: &'static str,
    /// In what it is measured; durations in nanoseconds.
    pub measure: Measure,
}

/// One of the two traces.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceSide {
    /// What it is called.
    pub name: String,
    /// Its figures; both traces have the same ones in the same order.
    pub figures: Vec<TraceFigure>,
    /// Its distributions, in the order of [`DISTRIBUTIONS`].
    pub distributions: [TraceDistribution; 6],
    /// Messages in each hour of local time, relative to the mean.
    pub hourly: [f64; 24],
    /// The same for each day of a week, with its name; `None` for a day that the trace has not.
    pub week: Vec<(String, Option<[f64; 24]>)>,
}

/// One distribution of a trace.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TraceDistribution {
    /// Values above zero, rising, each with the share of all at or above it; none if nothing was seen.
    pub points: Vec<(f64, f64)>,
    /// Values, each with the lowest and the highest share that chance alone would give; empty if that is not known.
    pub band: Vec<(f64, f64, f64)>,
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
    /// What else the page says, in sentences.
    pub remarks: Vec<String>,
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

    /// How many rows of the table agree, in a clause.
    #[must_use]
    pub fn near_words(&self) -> String {
        let (near, of) = self.near();
        format!("{near} of {of} rows are within 10%")
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

    /// Hands `sink` the table as `figures.md`, every plot, and both as a page in words, `comparison.md`.
    ///
    /// # Errors
    /// The sink's error, or why a plot could not be rendered.
    pub fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        let plots = self.plots();
        put(sink, "figures.md", self.table().markdown().as_bytes())?;
        put(sink, "comparison.md", self.page(&plots).as_bytes())?;
        write_plots(&plots, sink)
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
            distributions: std::array::from_fn(|_| TraceDistribution {
                points: vec![(1.0, 1.0), (3.0, 0.5)],
                band: vec![(1.0, 1.0, 1.0), (3.0, 0.4, 0.6)],
            }),
            hourly: [1.0; 24],
            week: vec![
                ("Monday".to_owned(), Some([1.0; 24])),
                ("Tuesday".to_owned(), None),
            ],
        }
    }

    #[test]
    fn figures_stand_side_by_side_and_distances_below() {
        let comparison = TraceComparison {
            sides: [side("run", 3.0), side("real", 2.0)],
            distances: vec![("reply times".to_owned(), Some(0.05))],
            remarks: vec!["Nobody is perfect.".to_owned()],
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
        assert_eq!(svgs.count(), 8);
        assert_eq!(files[1].0, "comparison.md");
        let page = String::from_utf8(files[1].1.clone()).unwrap();
        for (name, _) in files.iter().filter(|(name, _)| name.ends_with(".svg")) {
            assert!(
                page.contains(&format!("({name})")),
                "{name} is on the page: {page}"
            );
        }
        for words in [
            "# Does run look like real?",
            "1 of 2 rows are within 10%: [the table](figures.md)",
            "| messages | 3 | 2 | +50.0% |",
            "Half of the replies: up to 1 ns in run, 1 ns in real. Nine in ten: up to 3 ns in run",
            "near each other: 0.050 apart",
            "\n\nNobody is perfect.\n\n",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }

    #[test]
    fn what_neither_has_is_not_drawn() {
        let mut sides = [side("run", 3.0), side("real", 2.0)];
        for side in &mut sides {
            side.distributions[0] = TraceDistribution::default();
        }
        sides[0].distributions[1] = TraceDistribution::default();
        let comparison = TraceComparison {
            sides,
            distances: vec![("reply times".to_owned(), None)],
            remarks: Vec::new(),
        };
        let plots = comparison.plots();
        assert!(plots.iter().all(|plot| plot.name != "replies"));
        assert!(
            plots
                .iter()
                .any(|plot| plot.name == "again" && plot.picture(None).contains("real"))
        );
        assert!(!comparison.page(&plots).contains("replies.svg"));
    }
}
