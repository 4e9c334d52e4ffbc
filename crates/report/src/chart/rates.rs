//! Latency against offered load, both on logarithmic scales, with the rates at which it turns.

use super::axis::Scale;
use super::lines::{DrawnLine, Line, LineDrawing, Mark, range};
use super::palette::Tone;
use serde::Serialize;

/// Lines of latency over the offered load.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RateChart {
    /// What was seen, by rising load; a load may come several times.
    pub lines: Vec<Line<RatePoint>>,
    /// Rates that are marked, above zero [commands per second].
    pub marks: Vec<Mark>,
}

/// Latency at one load.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct RatePoint {
    /// Offered load, above zero [commands per second].
    pub rate: f64,
    /// Latency, above zero [ns].
    pub latency_ns: i64,
    /// Whether every threshold was kept at this load, and the generator kept up.
    pub kept: bool,
}

/// One point for each load: the middle one of those seen there.
fn middles(points: &[RatePoint]) -> Vec<(f64, f64)> {
    let same = points.chunk_by(|one, next| one.rate == next.rate);
    same.map(|points| {
        let mut latencies: Vec<i64> = points.iter().map(|point| point.latency_ns).collect();
        latencies.sort_unstable();
        (points[0].rate, latencies[latencies.len() / 2] as f64)
    })
    .collect()
}

impl RateChart {
    /// What it is drawn from. There is at least one point.
    pub(crate) fn drawing(&self, is_narrow: bool) -> LineDrawing<'_> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let marked = self
            .marks
            .iter()
            .flat_map(|mark| [mark.between.0, mark.between.1]);
        let (least, most) = range(points().map(|point| point.rate).chain(marked));
        let (fastest, slowest) = range(points().map(|point| point.latency_ns as f64));
        let below = if is_narrow {
            "commands per second; logarithmic scales"
        } else {
            "commands offered per second; both scales are logarithmic"
        };
        let lines = self.lines.iter().map(|line| {
            let dot = |point: &RatePoint| {
                let tone = if point.kept { line.tone } else { Tone::Harm };
                ((point.rate, point.latency_ns as f64), tone)
            };
            DrawnLine {
                label: &line.label,
                tone: line.tone,
                path: middles(&line.points),
                dots: line.points.iter().map(dot).collect(),
                radius: 4.0,
                band: vec![],
            }
        });
        LineDrawing {
            across: Scale::log_rates(least, most),
            tick_distance: 52.0,
            up: Scale::log_durations(fastest, slowest.max(2.0)),
            below: below.to_owned(),
            lines: lines.collect(),
            marks: &self.marks,
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
        let points = [point(1.0, 5), point(2.0, 9), point(2.0, 7), point(2.0, 30)];
        assert_eq!(middles(&points), [(1.0, 5.0), (2.0, 9.0)]);
    }
}
