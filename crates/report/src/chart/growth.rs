//! How something grows with size, on logarithmic scales both ways: what grows in proportion is a
//! straight line with the slope of the reference.

use super::axis::{Measure, Scale};
use super::lines::{DrawnLine, Line, LineDrawing, range};
use super::palette::Tone;
use serde::Serialize;

/// Lines of growth.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GrowthChart {
    /// What the sizes count, in the plural.
    pub sizes: String,
    /// What grows.
    pub of: Measure,
    /// Sizes, rising, each with its value; all above zero.
    pub lines: Vec<Line<(f64, f64)>>,
}

impl Line<(f64, f64)> {
    /// What would grow in proportion to size up to the last point of `line`.
    #[must_use]
    pub fn in_proportion(line: &Line<(f64, f64)>) -> Line<(f64, f64)> {
        let last = line.points.last();
        let proportional = |&(size, _): &(f64, f64)| {
            let (most, value) = last.copied().unwrap_or((1.0, 1.0));
            (size, value / most * size)
        };
        Line {
            label: "In proportion".to_owned(),
            tone: Tone::Soft,
            points: line.points.iter().map(proportional).collect(),
        }
    }
}

impl GrowthChart {
    /// What it is drawn from. There is at least one point.
    pub(crate) fn drawing(&self) -> LineDrawing<'_> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let (least, most) = range(points().map(|point| point.1));
        let up = match self.of {
            Measure::Duration => Scale::log_durations(least, most),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                Scale::log_decades((least, most), self.of)
            }
        };
        let lines = self.lines.iter().map(|line| {
            let is_measured = line.tone != Tone::Soft;
            let dots = line.points.iter().filter(|_| is_measured);
            DrawnLine {
                label: &line.label,
                tone: line.tone,
                path: line.points.clone(),
                dots: dots.map(|&point| (point, line.tone)).collect(),
                radius: 3.0,
                band: vec![],
            }
        });
        LineDrawing {
            across: Scale::log_decades(range(points().map(|point| point.0)), Measure::Count),
            tick_distance: 0.0,
            up,
            below: format!("{}; both scales are logarithmic", self.sizes),
            lines: lines.collect(),
            marks: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_the_last_points_ratio() {
        let line = Line {
            label: "Time".to_owned(),
            tone: Tone::Platform,
            points: vec![(10.0, 4.0), (100.0, 50.0)],
        };
        assert_eq!(Line::in_proportion(&line).points, [(10.0, 5.0), (100.0, 50.0)]);
    }
}
