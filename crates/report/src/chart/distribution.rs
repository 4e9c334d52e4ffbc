//! How values are distributed: the share of them up to each value.

use super::axis::{Measure, Scale, Tick};
use super::lines::{DrawnLine, Line, LineDrawing, range};
use serde::Serialize;

/// Distributions on a logarithmic scale, one line for each. The largest vertical distance between two lines is
/// their Kolmogorov–Smirnov distance.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DistributionChart {
    /// What was measured, in the plural.
    pub of: String,
    /// In what.
    pub measure: Measure,
    /// Values above zero, rising, each with the share of all that lies at or below it.
    pub lines: Vec<Line<(f64, f64)>>,
}

/// The least value up to which at least this share lies.
pub(crate) fn value_at(points: &[(f64, f64)], share: f64) -> Option<f64> {
    let reaching = points.iter().find(|point| point.1 >= share - 1e-9);
    reaching.or(points.last()).map(|point| point.0)
}

impl DistributionChart {
    /// What it is drawn from. There is at least one point.
    pub(crate) fn drawing(&self) -> LineDrawing<'_> {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let (least, most) = range(points.map(|point| point.0));
        let most = most.max(2.0);
        let across = match self.measure {
            Measure::Duration => Scale::log_durations(least.min(most), most),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                Scale::log_counts(most)
            }
        };
        let rows = [0.0, 0.25, 0.5, 0.75, 1.0].map(|value| Tick {
            value,
            label: Measure::Share.show(value),
        });
        let lines = self.lines.iter().map(|line| {
            // A share holds from its value to the next: steps, not slopes.
            let shares = std::iter::once(0.0).chain(line.points.iter().map(|point| point.1));
            let steps = line.points.iter().zip(shares);
            let path = steps.flat_map(|(&(value, share), before)| [(value, before), (value, share)]);
            DrawnLine {
                label: &line.label,
                tone: line.tone,
                path: path.collect(),
                dots: vec![],
                radius: 0.0,
            }
        });
        LineDrawing {
            across,
            tick_distance: 70.0,
            up: (Scale::Linear { low: 0.0, high: 1.0 }, rows.into()),
            below: format!("share of {} up to a value, on a logarithmic scale", self.of),
            lines: lines.collect(),
            marks: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_first_value_that_reaches_its_share() {
        let points = [(1.0, 0.25), (4.0, 0.5), (9.0, 1.0)];
        let values = [0.1, 0.5, 0.51, 1.0].map(|share| value_at(&points, share));
        assert_eq!(values, [Some(1.0), Some(4.0), Some(9.0), Some(9.0)]);
    }
}
