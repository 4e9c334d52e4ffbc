//! How something grows with size, on logarithmic scales both ways: what grows in proportion is a
//! straight line with the slope of the reference.

use super::axis::{Measure, Scale};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL};
use super::frame::{Frame, Key};
use super::palette::Tone;
use serde::Serialize;

/// Lines of growth.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GrowthChart {
    /// What the sizes count, in the plural.
    pub sizes: String,
    /// What grows.
    pub of: Measure,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<GrowthLine>,
}

/// One line.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GrowthLine {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Sizes, rising, each with its value; all above zero.
    pub points: Vec<(f64, f64)>,
}

impl GrowthLine {
    /// What would grow in proportion to size up to the last point of `line`.
    #[must_use]
    pub fn in_proportion(line: &GrowthLine) -> GrowthLine {
        let last = line.points.last();
        let proportional = |&(size, _): &(f64, f64)| {
            let (most, value) = last.copied().unwrap_or((1.0, 1.0));
            (size, value / most * size)
        };
        GrowthLine {
            label: "In proportion".to_owned(),
            tone: Tone::Soft,
            points: line.points.iter().map(proportional).collect(),
        }
    }
}

impl GrowthChart {
    /// Draws it. There is at least one point.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = || points().map(of);
            (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max))
        };
        let (across, columns) = Scale::log_decades(range(|point| point.0), Measure::Count);
        let (least, most) = range(|point| point.1);
        let (up, rows) = match self.of {
            Measure::Duration => Scale::log_durations(least, most),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                Scale::log_decades((least, most), self.of)
            }
        };
        let labels = self.lines.iter().map(|line| line.label.as_str());
        let mut frame = Frame::new(extent, labels, &rows);
        frame.bottom -= 18.0;
        frame.rows(canvas, up, &rows);
        frame.columns(canvas, across, &columns, true);
        canvas.text(
            &format!("{}; both scales are logarithmic", self.sizes),
            ((frame.left + frame.right) / 2.0, frame.bottom + 32.0),
            Align::Middle,
            SMALL,
            Tone::Soft,
        );
        let mut keys = vec![];
        for line in &self.lines {
            let place = |&(size, value): &(f64, f64)| (frame.x(across, size), frame.y(up, value));
            let path: Vec<(f64, f64)> = line.points.iter().map(place).collect();
            canvas.line(&path, line.tone, 2.25);
            if line.tone != Tone::Soft {
                path.iter().for_each(|&at| canvas.dot(at, 3.0, line.tone, 1.0));
            }
            if let Some(&end) = path.last() {
                keys.push(Key::new(&line.label, line.tone, end.1));
            }
        }
        frame.keys(canvas, keys, LABEL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_the_last_points_ratio() {
        let line = GrowthLine {
            label: "Time".to_owned(),
            tone: Tone::Platform,
            points: vec![(10.0, 4.0), (100.0, 50.0)],
        };
        assert_eq!(
            GrowthLine::in_proportion(&line).points,
            [(10.0, 5.0), (100.0, 50.0)]
        );
    }
}
