//! How long things took, from the median to the worst in ten thousand.

use super::axis::{Scale, Tick};
use super::lines::{DrawnLine, Line, LineDrawing, range};
use serde::Serialize;

/// Lengths of time by quantile, one line for each series.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct QuantileChart {
    /// What was measured, in the plural.
    pub of: String,
    /// Quantiles in [0, 1] and their values [ns], rising: only quantiles that the number of observations
    /// supports.
    pub lines: Vec<Line<(f64, i64)>>,
}

/// Quantiles are spread by how many nines they have, as in a plot of HdrHistogram.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

/// Quantiles that the axis names.
const NAMED: [(f64, &str); 7] = [
    (0.0, "fastest"),
    (0.5, "50%"),
    (0.9, "90%"),
    (0.99, "99%"),
    (0.999, "99.9%"),
    (0.9999, "99.99%"),
    (0.99999, "99.999%"),
];

impl QuantileChart {
    /// What it is drawn from. There is at least one point.
    pub(crate) fn drawing(&self, is_narrow: bool) -> LineDrawing<'_> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let (least, most) = range(points().map(|point| point.1 as f64));
        let far = points().map(|point| nines(point.0)).fold(1.0, f64::max);
        let named = NAMED
            .iter()
            .filter(|(quantile, _)| nines(*quantile) <= far + 1e-6);
        let columns = named.map(|&(quantile, label)| {
            let value = nines(quantile);
            // On a narrow screen the ends would run into their neighbours.
            let is_crowded = is_narrow && (quantile == 0.0 || value > 4.5);
            let label = if is_crowded { "" } else { label };
            Tick {
                value,
                label: label.to_owned(),
            }
        });
        let lines = self.lines.iter().map(|line| {
            let place = |&(quantile, value): &(f64, i64)| (nines(quantile), value as f64);
            let path: Vec<(f64, f64)> = line.points.iter().map(place).collect();
            DrawnLine {
                label: &line.label,
                tone: line.tone,
                dots: path.last().map(|&end| (end, line.tone)).into_iter().collect(),
                path,
                radius: 3.0,
                band: vec![],
            }
        });
        LineDrawing {
            across: (Scale::Linear { low: 0.0, high: far }, columns.collect()),
            tick_distance: 0.0,
            up: Scale::log_durations(least.max(1.0), most.max(2.0)),
            below: format!("share of {} at least as fast", self.of),
            lines: lines.collect(),
            marks: &[],
        }
    }
}
