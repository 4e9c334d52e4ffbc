//! Latency against offered load, both on logarithmic scales, with the places where it turns.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL};
use super::frame::{Frame, Key};
use super::palette::Tone;
use serde::Serialize;

/// Lines of latency over the offered load.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RateChart {
    /// The lines, in the order in which they are shown.
    pub lines: Vec<RateLine>,
    /// Loads that are marked.
    pub marks: Vec<RateMark>,
}

/// One line.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RateLine {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// What was seen, by rising load; a load may come several times.
    pub points: Vec<RatePoint>,
}

/// Latency at one load.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct RatePoint {
    /// Offered load, above zero [commands per second].
    pub rate: f64,
    /// Latency, above zero [ns].
    pub latency_ns: i64,
    /// Whether all was well at this load.
    pub kept: bool,
}

/// A load, or a range of loads, that is marked.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RateMark {
    /// What it is.
    pub label: String,
    /// From which load to which, above zero [commands per second]; a single one is a line.
    pub between: (f64, f64),
    /// Its colour.
    pub tone: Tone,
}

impl RateLine {
    /// One point for each load: the middle one of those seen there.
    fn middles(&self) -> Vec<(f64, f64)> {
        let same = self.points.chunk_by(|one, next| one.rate == next.rate);
        same.map(|points| {
            let mut latencies: Vec<i64> = points.iter().map(|point| point.latency_ns).collect();
            latencies.sort_unstable();
            (points[0].rate, latencies[latencies.len() / 2] as f64)
        })
        .collect()
    }
}

impl RateChart {
    /// Draws it. There is at least one point.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let marked = self
            .marks
            .iter()
            .flat_map(|mark| [mark.between.0, mark.between.1]);
        let rates = || points().map(|point| point.rate).chain(marked.clone());
        let latencies = || points().map(|point| point.latency_ns as f64);
        let (up, rows) = Scale::log_durations(
            latencies().fold(f64::MAX, f64::min),
            latencies().fold(2.0, f64::max),
        );
        let (least, most) = (rates().fold(f64::MAX, f64::min), rates().fold(0.0, f64::max));
        let (across, mut columns) = Scale::log_rates(least, most);
        let labels = self.lines.iter().map(|line| line.label.as_str());
        let mut frame = Frame::new(extent, labels, &rows);
        frame.bottom -= 18.0;
        frame.top += 18.0 * self.marks.len() as f64;
        if frame.narrow() {
            // Half of the last load's label stands beyond the frame.
            frame.right -= 10.0;
        }
        let room = ((frame.right - frame.left) / 52.0).max(2.0) as usize;
        let every = columns.len().div_ceil(room).max(1);
        columns = columns.into_iter().step_by(every).collect();
        frame.rows(canvas, up, &rows);
        frame.columns(canvas, across, &columns, true);
        let below = if frame.narrow() {
            "commands per second; logarithmic scales"
        } else {
            "commands offered per second; both scales are logarithmic"
        };
        canvas.text(
            below,
            ((frame.left + frame.right) / 2.0, frame.bottom + 32.0),
            Align::Middle,
            SMALL,
            Tone::Soft,
        );
        self.draw_marks(canvas, &frame, across);
        let mut keys = vec![];
        for line in &self.lines {
            let place = |(rate, latency): (f64, f64)| (frame.x(across, rate), frame.y(up, latency));
            let path: Vec<(f64, f64)> = line.middles().into_iter().map(place).collect();
            canvas.line(&path, line.tone, 2.25);
            for point in &line.points {
                let at = place((point.rate, point.latency_ns as f64));
                let tone = if point.kept { line.tone } else { Tone::Harm };
                canvas.dot(at, 4.0, tone, 1.0);
            }
            if let Some(&end) = path.last() {
                keys.push(Key::new(&line.label, line.tone, end.1));
            }
        }
        // The rows of names stand above those of the marks.
        frame.top -= 18.0 * self.marks.len() as f64;
        frame.keys(canvas, keys, LABEL);
    }

    /// Each mark as a line or a band, with its name in a row of its own above the lines.
    fn draw_marks(&self, canvas: &Canvas<'_>, frame: &Frame, across: Scale) {
        let middle = (frame.left + frame.right) / 2.0;
        for (index, mark) in self.marks.iter().enumerate() {
            let (left, right) = (frame.x(across, mark.between.0), frame.x(across, mark.between.1));
            let y = frame.top - 10.0 - 18.0 * (self.marks.len() - 1 - index) as f64;
            if right - left > 2.0 {
                canvas.bar((left, frame.top), (right, frame.bottom), mark.tone, 0.16);
            }
            for x in [left, right] {
                canvas.line(&[(x, y), (x, frame.bottom)], mark.tone, 1.0);
            }
            if left > middle {
                canvas.text(&mark.label, (left - 5.0, y), Align::End, SMALL, mark.tone);
            } else {
                canvas.text(&mark.label, (right + 5.0, y), Align::Start, SMALL, mark.tone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_the_middle_of_what_was_seen_at_a_load() {
        let point = |rate, latency_ns| RatePoint {
            rate,
            latency_ns,
            kept: true,
        };
        let line = RateLine {
            label: "99% within".to_owned(),
            tone: Tone::Friend,
            points: vec![point(1.0, 5), point(2.0, 9), point(2.0, 7), point(2.0, 30)],
        };
        assert_eq!(line.middles(), [(1.0, 5.0), (2.0, 9.0)]);
    }
}
