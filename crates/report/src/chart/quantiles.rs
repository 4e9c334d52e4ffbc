//! How long things took, from the median to the worst in ten thousand.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL};
use super::frame::{Frame, Key};
use super::palette::Tone;
use serde::Serialize;

/// Lengths of time by quantile, one line for each series.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct QuantileChart {
    /// What was measured, in the plural.
    pub of: String,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<QuantileLine>,
}

/// One series' quantiles.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct QuantileLine {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Quantile in [0, 1] and its value [ns], rising. Only quantiles that the number of
    /// observations can tell.
    pub points: Vec<(f64, i64)>,
}

/// Percentiles are spread by how many nines they have, as in a plot of HdrHistogram.
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
    /// Draws it. There is at least one point.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let least = points().map(|point| point.1).min().unwrap_or(1).max(1);
        let most = points().map(|point| point.1).max().unwrap_or(1).max(2);
        let far = points().map(|point| nines(point.0)).fold(1.0, f64::max);
        let (vertical, ticks) = Scale::log_durations(least as f64, most as f64);
        let horizontal = Scale::Linear { low: 0.0, high: far };
        let labels = self.lines.iter().map(|line| line.label.as_str());
        let mut frame = Frame::new(extent, labels, &ticks);
        frame.bottom -= 18.0;
        frame.rows(canvas, vertical, &ticks);
        for (quantile, label) in NAMED {
            let at = nines(quantile);
            if at > far + 1e-6 {
                continue;
            }
            let x = frame.x(horizontal, at);
            canvas.line(&[(x, frame.top), (x, frame.bottom)], Tone::Grid, 1.0);
            // On a narrow screen the ends would run into their neighbours.
            if frame.narrow() && (quantile == 0.0 || at > 4.5) {
                continue;
            }
            canvas.text(label, (x, frame.bottom + 14.0), Align::Middle, SMALL, Tone::Soft);
        }
        canvas.text(
            &format!("share of {} at least as fast", self.of),
            ((frame.left + frame.right) / 2.0, frame.bottom + 32.0),
            Align::Middle,
            SMALL,
            Tone::Soft,
        );
        let mut keys = vec![];
        for line in &self.lines {
            let path: Vec<(f64, f64)> = line
                .points
                .iter()
                .map(|&(quantile, value)| {
                    (
                        frame.x(horizontal, nines(quantile)),
                        frame.y(vertical, value as f64),
                    )
                })
                .collect();
            canvas.line(&path, line.tone, 2.25);
            if let Some(&end) = path.last() {
                canvas.dot(end, 3.0, line.tone, 1.0);
                keys.push(Key::new(&line.label, line.tone, end.1));
            }
        }
        frame.keys(canvas, keys, LABEL);
    }
}
