//! Figures over the day: panels above each other that share their axis of time.

use super::axis::{Measure, Scale};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, text_width};
use super::frame::{Frame, Key};
use super::palette::Tone;
use super::ticks::{elapsed_ticks, time_ticks};
use serde::Serialize;

/// More points than this make a drawing heavy and no clearer.
const POINTS_MOST: usize = 600;

/// Panels that share their axis of time.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TimeChart {
    /// Where the axis starts [ns since midnight UTC of day one].
    pub from_ns: i64,
    /// Where it ends.
    pub until_ns: i64,
    /// Where warm-up ends: before it what is measured, not counted, is shaded; `from_ns` if there
    /// is none.
    pub warm_up_ns: i64,
    /// Length of an interval [ns].
    pub interval_ns: i64,
    /// The panels from top to bottom.
    pub panels: Vec<Panel>,
}

/// Lines over time.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// What its lines count.
    pub measure: Measure,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<TimeLine>,
}

/// One value per interval.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TimeLine {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// The values, in the panel's measure; none where nothing was observed.
    pub values: Vec<Option<f64>>,
}

/// What the axis of time says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reckoning {
    /// The time of day.
    OfDay,
    /// How long it has been since the start. Then warm-up is shaded in every panel.
    SinceStart,
}

/// How the values of neighbouring intervals become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Merge {
    /// Rates and shares: their mean.
    Mean,
    /// Quantiles: the worst.
    Most,
    /// Sums so far: the last.
    Last,
}

impl TimeLine {
    /// A line of at most [`POINTS_MOST`] points: neighbours are merged evenly. `factor` intervals
    /// become one; see [`merge_factor`].
    pub(crate) fn merged(mut self, factor: usize, merge: Merge) -> TimeLine {
        if factor > 1 {
            self.values = self
                .values
                .chunks(factor)
                .map(|chunk| {
                    let seen = || chunk.iter().flatten().copied();
                    let count = seen().count();
                    match merge {
                        Merge::Mean if count > 0 => Some(seen().sum::<f64>() / count as f64),
                        Merge::Mean => None,
                        Merge::Most => seen().reduce(f64::max),
                        Merge::Last => seen().last(),
                    }
                })
                .collect();
        }
        self
    }
}

/// How many intervals are drawn as one: as few as can be, or over weeks a day's, lest days and nights
/// become a solid band.
pub(crate) fn merge_factor(intervals: usize, interval_ns: i64) -> usize {
    const DAY_NS: i64 = 86_400_000_000_000;
    let weeks = intervals as i64 * interval_ns > 14 * DAY_NS;
    let least = intervals.div_ceil(POINTS_MOST).max(1);
    if weeks && interval_ns < DAY_NS && DAY_NS % interval_ns == 0 {
        let day = (DAY_NS / interval_ns) as usize;
        least.div_ceil(day) * day
    } else {
        least
    }
}

impl Panel {
    /// The names of the lines, where the title alone doesn't tell what they are.
    fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let told = self.lines.len() == 1;
        let lines = self.lines.iter().filter(move |_| !told);
        lines.map(|line| line.label.as_str())
    }

    fn most(&self) -> f64 {
        let values = self.lines.iter().flat_map(|line| &line.values);
        values.flatten().copied().fold(0.0, f64::max)
    }
}

impl TimeChart {
    /// Draws it.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent, reckoning: Reckoning) {
        let scales: Vec<_> = self
            .panels
            .iter()
            .map(|panel| Scale::from_zero(panel.most(), panel.measure, 4))
            .collect();
        let ticks: Vec<_> = scales.iter().flat_map(|(_, ticks)| ticks.clone()).collect();
        let labels = self.panels.iter().flat_map(Panel::names);
        let whole = Frame::new(extent, labels, &ticks);
        let height = (extent.height - 24.0) / self.panels.len() as f64;
        let horizontal = Scale::Linear {
            low: self.from_ns as f64,
            high: self.until_ns as f64,
        };
        let room = ((whole.right - whole.left) / 64.0) as usize;
        let times = match reckoning {
            Reckoning::OfDay => time_ticks(self.from_ns, self.until_ns, room.max(3)),
            Reckoning::SinceStart => elapsed_ticks(self.from_ns, self.until_ns, room.max(3)),
        };
        for (index, (panel, (scale, ticks))) in self.panels.iter().zip(&scales).enumerate() {
            let start = index as f64 * height;
            let mut frame = Frame::new(extent, panel.names(), ticks);
            frame.left = whole.left;
            frame.right = whole.right;
            frame.top += start + 20.0;
            frame.bottom = start + height - 12.0;
            canvas.text(&panel.title, (4.0, start + 10.0), Align::Start, LABEL, Tone::Ink);
            let last = index + 1 == self.panels.len();
            frame.columns(canvas, horizontal, &times, last);
            frame.rows(canvas, *scale, ticks);
            let measured = matches!(panel.measure, Measure::Duration | Measure::Share);
            if measured || reckoning == Reckoning::SinceStart {
                self.draw_warm_up(canvas, &frame, horizontal);
            }
            draw_lines(
                canvas,
                &frame,
                panel,
                |index| {
                    let at = self.from_ns as f64 + (index as f64 + 0.5) * self.interval_ns as f64;
                    frame.x(horizontal, at)
                },
                *scale,
            );
        }
    }

    fn draw_warm_up(&self, canvas: &Canvas<'_>, frame: &Frame, horizontal: Scale) {
        if self.warm_up_ns <= self.from_ns {
            return;
        }
        let x = frame.x(horizontal, self.warm_up_ns as f64);
        canvas.bar((frame.left, frame.top), (x, frame.bottom), Tone::Soft, 0.12);
        if x - frame.left > text_width("warm-up", SMALL) + 8.0 {
            let place = (frame.left + 4.0, frame.top + 10.0);
            canvas.text("warm-up", place, Align::Start, SMALL, Tone::Soft);
        }
    }
}

/// The lines of a panel and their names; `across` places an interval from left to right.
fn draw_lines(
    canvas: &Canvas<'_>,
    frame: &Frame,
    panel: &Panel,
    across: impl Fn(usize) -> f64,
    vertical: Scale,
) {
    let mut keys = vec![];
    for line in &panel.lines {
        let seen = |index: &usize| line.values[*index].is_some();
        let indices: Vec<usize> = (0..line.values.len()).collect();
        for run in indices.chunk_by(|one, next| seen(one) == seen(next)) {
            let path: Vec<(f64, f64)> = run
                .iter()
                .filter_map(|&index| Some((across(index), frame.y(vertical, line.values[index]?))))
                .collect();
            match path.as_slice() {
                [] => {}
                [alone] => canvas.dot(*alone, 1.5, line.tone, 1.0),
                path => canvas.line(path, line.tone, 2.0),
            }
        }
        let end = line.values.iter().rev().flatten().next();
        let y = frame.y(vertical, end.copied().unwrap_or(0.0));
        keys.push(Key::new(&line.label, line.tone, y));
    }
    if panel.names().next().is_some() {
        frame.keys(canvas, keys, LABEL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_merged_each_in_its_own_way() {
        let line = TimeLine {
            label: String::new(),
            tone: Tone::Friend,
            values: vec![Some(1.0), Some(3.0), None, Some(5.0), None, None, Some(2.0)],
        };
        let merged = |merge| line.clone().merged(2, merge).values;
        assert_eq!(merged(Merge::Mean), [Some(2.0), Some(5.0), None, Some(2.0)]);
        assert_eq!(merged(Merge::Most), [Some(3.0), Some(5.0), None, Some(2.0)]);
        assert_eq!(merged(Merge::Last), [Some(3.0), Some(5.0), None, Some(2.0)]);
        assert_eq!(line.clone().merged(1, Merge::Mean), line);
        let five_minutes = 300_000_000_000;
        assert_eq!(merge_factor(288, five_minutes), 1);
        assert_eq!(merge_factor(601, five_minutes), 2);
        assert_eq!(merge_factor(194 * 288, five_minutes), 288);
    }
}
