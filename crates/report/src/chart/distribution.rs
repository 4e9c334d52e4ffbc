//! How values are distributed: the share of them up to each value.

use super::axis::{Measure, Scale, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL};
use super::frame::{Frame, Key};
use super::palette::Tone;
use serde::Serialize;

/// Distributions on a logarithmic scale, one line for each. Where two lie furthest apart from
/// bottom to top, that is their Kolmogorov–Smirnov distance.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DistributionChart {
    /// What was measured, in the plural.
    pub of: String,
    /// In what.
    pub measure: Measure,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<DistributionLine>,
}

/// One distribution.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DistributionLine {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Values above zero, rising, each with the share of all that lies at or below it.
    pub points: Vec<(f64, f64)>,
}

impl DistributionLine {
    /// The least value up to which at least this share lies.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let found = self.points.iter().find(|point| point.1 >= share - 1e-9);
        found.or(self.points.last()).map(|point| point.0)
    }
}

impl DistributionChart {
    /// Draws it. There is at least one point.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let values = || {
            self.lines
                .iter()
                .flat_map(|line| &line.points)
                .map(|point| point.0)
        };
        let most = values().fold(2.0, f64::max);
        let (across, columns) = match self.measure {
            Measure::Duration => Scale::log_durations(values().fold(most, f64::min), most),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                Scale::log_counts(most)
            }
        };
        let up = Scale::Linear { low: 0.0, high: 1.0 };
        let rows: Vec<Tick> = [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|value| Tick {
                value,
                label: Measure::Share.show(value),
            })
            .into();
        let labels = self.lines.iter().map(|line| line.label.as_str());
        let mut frame = Frame::new(extent, labels, &rows);
        frame.bottom -= 18.0;
        frame.rows(canvas, up, &rows);
        let room = if frame.narrow() { 4 } else { 9 };
        let every = columns.len().div_ceil(room).max(1);
        let columns: Vec<Tick> = columns.into_iter().step_by(every).collect();
        frame.columns(canvas, across, &columns, true);
        canvas.text(
            &format!("share of {} up to a value, on a logarithmic scale", self.of),
            ((frame.left + frame.right) / 2.0, frame.bottom + 32.0),
            Align::Middle,
            SMALL,
            Tone::Soft,
        );
        let mut keys = vec![];
        for line in &self.lines {
            // A share holds from its value to the next: steps, not slopes.
            let mut path: Vec<(f64, f64)> = vec![];
            for &(value, share) in &line.points {
                let (x, y) = (frame.x(across, value), frame.y(up, share));
                let before = path.last().map_or(frame.bottom, |point| point.1);
                path.extend([(x, before), (x, y)]);
            }
            canvas.line(&path, line.tone, 2.25);
            if let Some(end) = path.last() {
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
    fn a_quantile_is_the_first_value_that_reaches_its_share() {
        let line = DistributionLine {
            label: "replies".to_owned(),
            tone: Tone::Friend,
            points: vec![(1.0, 0.25), (4.0, 0.5), (9.0, 1.0)],
        };
        let found = [0.1, 0.5, 0.51, 1.0].map(|share| line.quantile(share));
        assert_eq!(found, [Some(1.0), Some(4.0), Some(9.0), Some(9.0)]);
    }
}
