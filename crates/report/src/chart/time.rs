//! Figures over the day: panels above each other that share their axis of time.

use super::axis::{Measure, Scale};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, text_width};
use super::frame::{Frame, Key, NARROW, Names};
use super::names::cut;
use super::palette::{Dash, Tone};
use super::ticks::{elapsed_ticks, time_ticks};
use serde::Serialize;

/// More points than this make a drawing heavy and no clearer.
const POINTS_MOST: usize = 600;
/// Height of a panel, but for names above its lines [logical px].
const PANEL: f64 = 210.0;
/// The same for a narrow screen.
const PANEL_NARROW: f64 = 197.0;
/// What a panel has above its lines: its title [logical px].
const ABOVE: f64 = 30.0;
/// What it has below them.
const BELOW: f64 = 12.0;
/// Room for the labels of the axis of time [logical px].
const AXIS: f64 = 24.0;

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
    /// How it is broken, where there are more lines than colours.
    #[serde(skip_serializing_if = "Dash::is_solid")]
    pub dash: Dash,
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
    fn keys(&self) -> Vec<Key<'_>> {
        let lines = self.lines.iter().filter(|_| self.lines.len() > 1);
        lines
            .map(|line| Key::new(&line.label, line.tone, line.dash))
            .collect()
    }

    fn most(&self) -> f64 {
        let values = self.lines.iter().flat_map(|line| &line.values);
        values.flatten().copied().fold(0.0, f64::max)
    }
}

/// Where everything stands in a drawing of one width.
struct Layout<'a> {
    /// Names that all panels share, above the first.
    shared: (Vec<Key<'a>>, Names),
    /// The names of each panel.
    panels: Vec<(Vec<Key<'a>>, Names)>,
    /// Height of a panel, but for its names [logical px].
    panel: f64,
}

impl Layout<'_> {
    fn height_of(&self, panel: usize) -> f64 {
        self.panel + self.panels[panel].1.height()
    }
}

impl TimeChart {
    fn layout(&self, width: f64) -> Layout<'_> {
        let panel = if width < NARROW { PANEL_NARROW } else { PANEL };
        let of = |keys: Vec<Key<'_>>| -> Names { Names::of(&keys, width, panel - ABOVE - BELOW) };
        let keys: Vec<Vec<Key<'_>>> = self.panels.iter().map(Panel::keys).collect();
        let names: Vec<Names> = keys.iter().map(|keys| of(keys.clone())).collect();
        let mut named = keys.iter().filter(|keys| !keys.is_empty());
        let first = named.next();
        let is_shared =
            first.is_some_and(|first| named.clone().count() > 0 && named.all(|keys| keys == first));
        let above = names.iter().find(|names| matches!(names, Names::Above(_)));
        match (first, above) {
            (Some(first), Some(above)) if is_shared => Layout {
                shared: (first.clone(), above.clone()),
                panels: keys.into_iter().map(|keys| (keys, Names::Nowhere)).collect(),
                panel,
            },
            (Some(_) | None, _) => Layout {
                shared: (vec![], Names::Nowhere),
                panels: keys.into_iter().zip(names).collect(),
                panel,
            },
        }
    }

    /// How high a drawing of that width must be [logical px].
    pub(crate) fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        let panels = (0..self.panels.len()).map(|panel| layout.height_of(panel));
        layout.shared.1.height() + panels.sum::<f64>() + AXIS
    }

    /// Draws it.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent, reckoning: Reckoning) {
        let layout = self.layout(extent.width);
        let scales: Vec<_> = self
            .panels
            .iter()
            .map(|panel| Scale::from_zero(panel.most(), panel.measure, 4))
            .collect();
        let frames = layout.panels.iter().zip(&scales);
        let frames: Vec<Frame> = frames
            .map(|((_, names), (_, ticks))| Frame::new(extent, names, ticks))
            .collect();
        // All panels share their axis of time.
        let left = frames.iter().map(|frame| frame.left).fold(0.0, f64::max);
        let right = frames
            .iter()
            .map(|frame| frame.right)
            .fold(extent.width, f64::min);
        let horizontal = Scale::Linear {
            low: self.from_ns as f64,
            high: self.until_ns as f64,
        };
        let room = ((right - left) / 64.0).max(3.0) as usize;
        let times = match reckoning {
            Reckoning::OfDay => time_ticks(self.from_ns, self.until_ns, room),
            Reckoning::SinceStart => elapsed_ticks(self.from_ns, self.until_ns, room),
        };
        let (keys, names) = &layout.shared;
        names.draw_above(canvas, keys, (0.0, extent.width));
        let mut start = names.height();
        for (index, (panel, (scale, ticks))) in self.panels.iter().zip(&scales).enumerate() {
            let (keys, names) = &layout.panels[index];
            let end = start + layout.height_of(index);
            let frame = Frame {
                left,
                right,
                top: start + ABOVE + names.height(),
                bottom: end - BELOW,
                ..frames[index]
            };
            let title = cut(&panel.title, extent.width - 8.0, LABEL);
            canvas.text(&title, (4.0, start + 10.0), Align::Start, LABEL, Tone::Ink);
            let last = index + 1 == self.panels.len();
            frame.columns(canvas, horizontal, &times, last);
            frame.rows(canvas, *scale, ticks);
            let measured = matches!(panel.measure, Measure::Duration | Measure::Share);
            if measured || reckoning == Reckoning::SinceStart {
                self.draw_warm_up(canvas, &frame, horizontal);
            }
            let across = |index: usize| {
                let at = self.from_ns as f64 + (index as f64 + 0.5) * self.interval_ns as f64;
                frame.x(horizontal, at)
            };
            let ends = draw_lines(canvas, &frame, panel, across, *scale);
            frame.keys(canvas, names, keys, &ends);
            start = end;
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

/// Draws the lines of a panel, and says at which height each ends; `across` places an interval from left to right.
fn draw_lines(
    canvas: &Canvas<'_>,
    frame: &Frame,
    panel: &Panel,
    across: impl Fn(usize) -> f64,
    vertical: Scale,
) -> Vec<f64> {
    let mut ends = vec![];
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
                path => canvas.dashed_line(path, line.dash.pattern(), line.tone, 2.0),
            }
        }
        let end = line.values.iter().rev().flatten().next();
        ends.push(end.map_or(frame.bottom, |&end| frame.y(vertical, end)));
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_merged_each_in_its_own_way() {
        let line = TimeLine {
            label: String::new(),
            tone: Tone::Friend,
            dash: Dash::Solid,
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
