//! How values are distributed: the share of them at or above each value, on logarithmic scales both ways.

use super::axis::{Measure, Scale};
use super::lines::{DrawnLine, LineDrawing, range};
use super::palette::Tone;
use serde::Serialize;

/// The least share that the scale upwards holds, whatever the data.
const SHARE_LEAST: f64 = 1e-6;

/// Complementary distributions, one line for each: a tail that a plain distribution presses against its top is as
/// long here as its bulk.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DistributionChart {
    /// What was measured, in the plural.
    pub of: String,
    /// In what.
    pub measure: Measure,
    /// One line for each distribution.
    pub lines: Vec<DistributionLine>,
}

/// One distribution.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DistributionLine {
    /// Its name.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Values above zero, rising, each with the share of all that lies at or above it.
    pub points: Vec<(f64, f64)>,
    /// Values, each with the lowest and the highest share that chance alone would give; empty if that is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub band: Vec<(f64, f64, f64)>,
}

/// The least value up to which at least this share lies.
pub(crate) fn value_at(points: &[(f64, f64)], share: f64) -> Option<f64> {
    let above = points.iter().skip(1).map(|point| point.1).chain([0.0]);
    let mut up_to = points
        .iter()
        .zip(above)
        .map(|(point, above)| (point.0, 1.0 - above));
    up_to
        .find(|&(_, up_to)| up_to >= share - 1e-9)
        .map(|(value, _)| value)
}

impl DistributionChart {
    /// What it is drawn from. There is at least one point.
    pub(crate) fn drawing(&self) -> LineDrawing<'_> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let (least, most) = range(points().map(|point| point.0));
        let most = most.max(2.0);
        let across = match self.measure {
            Measure::Duration => Scale::log_durations(least.min(most), most),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                Scale::log_counts(most)
            }
        };
        let rarest = points().map(|point| point.1).fold(1.0, f64::min).max(SHARE_LEAST);
        let lines = self.lines.iter().map(|line| DrawnLine {
            label: &line.label,
            tone: line.tone,
            path: steps(&line.points),
            dots: vec![],
            radius: 0.0,
            band: line.band.clone(),
        });
        LineDrawing {
            across,
            tick_distance: 70.0,
            up: Scale::log_decades((rarest, 1.0), Measure::Share),
            below: format!(
                "share of {} at or above a value; both scales are logarithmic",
                self.of
            ),
            lines: lines.collect(),
            marks: &[],
        }
    }
}

/// A share holds up to its value and falls there: steps, not slopes.
fn steps(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let below = points.iter().skip(1).map(|point| Some(point.1)).chain([None]);
    let corners = points.iter().zip(below);
    let corners = corners
        .flat_map(|(&(value, share), below)| [Some((value, share)), below.map(|below| (value, below))]);
    corners.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_first_value_that_reaches_its_share() {
        let points = [(1.0, 1.0), (4.0, 0.75), (9.0, 0.5)];
        let values = [0.1, 0.5, 0.51, 1.0].map(|share| value_at(&points, share));
        assert_eq!(values, [Some(1.0), Some(4.0), Some(9.0), Some(9.0)]);
        assert_eq!(value_at(&[], 0.5), None);
    }

    #[test]
    fn a_line_falls_at_its_values() {
        let points = [(1.0, 1.0), (4.0, 0.75)];
        assert_eq!(steps(&points), [(1.0, 1.0), (1.0, 0.75), (4.0, 0.75)]);
    }
}
