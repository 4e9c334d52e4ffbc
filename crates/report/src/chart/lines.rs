//! Lines over two scales: the one drawing of quantiles, distributions, growth and load curves, which differ in
//! their axes alone.

use super::axis::{Scale, Tick};
use super::canvas::{Align, Canvas, Extent, SMALL};
use super::frame::{Frame, Key, NARROW, Names};
use super::names::cut;
use super::palette::{Dash, Tone};
use serde::Serialize;

/// Height of a row for the name of a mark [logical px].
const MARK_ROW: f64 = 18.0;
/// Height of a drawing whose lines' names stand beside them and that has a mark or two [logical px].
const HEIGHT: f64 = 400.0;
/// The same for a narrow screen, but for the names.
const HEIGHT_NARROW: f64 = 310.0;
/// What such a drawing has above and below its frame [logical px].
const AROUND: f64 = 52.0;
/// Marks that the height allows for.
const MARKS_USUAL: usize = 2;

/// A line with its name; what a point holds depends on the chart.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Line<P> {
    /// What it shows.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Its points, from left to right.
    pub points: Vec<P>,
}

/// A place, or a range of places, on the axis from left to right that is marked.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Mark {
    /// What it is.
    pub label: String,
    /// From which value to which; a single one is drawn as a line.
    pub between: (f64, f64),
    /// Its colour.
    pub tone: Tone,
}

/// What the axes and lines of a chart are drawn from.
pub(crate) struct LineDrawing<'a> {
    /// Scale and ticks from left to right.
    pub(crate) across: (Scale, Vec<Tick>),
    /// Least distance between two ticks from left to right [logical px]; ticks in between are left out.
    pub(crate) tick_distance: f64,
    /// Scale and ticks from bottom to top.
    pub(crate) up: (Scale, Vec<Tick>),
    /// What stands below the axis from left to right.
    pub(crate) below: String,
    /// The lines, in the order in which they are drawn.
    pub(crate) lines: Vec<DrawnLine<'a>>,
    /// Values on the axis from left to right that are marked.
    pub(crate) marks: &'a [Mark],
}

/// A line in values, not yet in places.
pub(crate) struct DrawnLine<'a> {
    pub(crate) label: &'a str,
    pub(crate) tone: Tone,
    pub(crate) path: Vec<(f64, f64)>,
    /// What is drawn as a dot, and in which colour.
    pub(crate) dots: Vec<((f64, f64), Tone)>,
    /// Radius of the dots [logical px].
    pub(crate) radius: f64,
    /// A band around it: values from left to right, each with the band's lower and upper edge.
    pub(crate) band: Vec<(f64, f64, f64)>,
}

impl LineDrawing<'_> {
    fn keys(&self) -> Vec<Key<'_>> {
        let lines = self.lines.iter();
        lines
            .map(|line| Key::new(line.label, line.tone, Dash::Solid))
            .collect()
    }

    fn marks_height(&self) -> f64 {
        MARK_ROW * self.marks.len() as f64
    }

    /// Where the lines' names stand in a drawing of that width [logical px].
    fn names(&self, width: f64) -> Names {
        let usual = MARK_ROW * self.marks.len().min(MARKS_USUAL) as f64;
        Names::of(&self.keys(), width, HEIGHT - AROUND - usual)
    }

    /// How high a drawing of that width must be [logical px].
    pub(crate) fn height(&self, width: f64) -> f64 {
        let base = if width < NARROW { HEIGHT_NARROW } else { HEIGHT };
        let marks = MARK_ROW * self.marks.len().saturating_sub(MARKS_USUAL) as f64;
        base + self.names(width).height() + marks
    }

    /// Draws it. There is at least one point.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let (across, up) = (self.across.0, self.up.0);
        let (keys, names) = (self.keys(), self.names(extent.width));
        let mut frame = Frame::new(extent, &names, &self.up.1);
        frame.bottom -= 18.0;
        frame.top += self.marks_height();
        frame.rows(canvas, up, &self.up.1);
        frame.columns(canvas, across, &self.columns(&frame), true);
        let middle = (frame.left + frame.right) / 2.0;
        let room = 2.0 * middle.min(extent.width - middle);
        let below = (middle, frame.bottom + 32.0);
        canvas.text(
            &cut(&self.below, room, SMALL),
            below,
            Align::Middle,
            SMALL,
            Tone::Soft,
        );
        draw_marks(canvas, self.marks, &frame, across);
        let mut ends = vec![];
        for line in &self.lines {
            let edge = |high: bool| {
                let points = line.band.iter();
                points.map(move |&(x, low, top)| {
                    (frame.x(across, x), frame.y(up, if high { top } else { low }))
                })
            };
            let outline: Vec<(f64, f64)> = edge(true).chain(edge(false).rev()).collect();
            canvas.area(&outline, line.tone, 0.18);
            let place = |&(x, y): &(f64, f64)| (frame.x(across, x), frame.y(up, y));
            let path: Vec<(f64, f64)> = line.path.iter().map(place).collect();
            canvas.line(&path, line.tone, 2.25);
            for (at, tone) in &line.dots {
                canvas.dot(place(at), line.radius, *tone, 1.0);
            }
            ends.push(path.last().map_or(frame.bottom, |end| end.1));
        }
        // The lines' names stand above those of the marks.
        frame.top -= self.marks_height();
        frame.keys(canvas, &names, &keys, &ends);
    }

    /// The ticks from left to right that there is room for.
    fn columns(&self, frame: &Frame) -> Vec<Tick> {
        let ticks = &self.across.1;
        let room = ((frame.right - frame.left) / self.tick_distance).max(2.0) as usize;
        let every = ticks.len().div_ceil(room).max(1);
        ticks.iter().step_by(every).cloned().collect()
    }
}

/// Each mark as a line or a band, with its name in a row of its own above the lines.
fn draw_marks(canvas: &Canvas<'_>, marks: &[Mark], frame: &Frame, across: Scale) {
    for (index, mark) in marks.iter().enumerate() {
        let (left, right) = (frame.x(across, mark.between.0), frame.x(across, mark.between.1));
        let y = frame.top - 10.0 - MARK_ROW * (marks.len() - 1 - index) as f64;
        if right - left > 2.0 {
            canvas.bar((left, frame.top), (right, frame.bottom), mark.tone, 0.16);
        }
        for x in [left, right] {
            canvas.line(&[(x, y), (x, frame.bottom)], mark.tone, 1.0);
        }
        let (before, after) = (left - 9.0, frame.right - right - 9.0);
        let label = cut(&mark.label, before.max(after), SMALL);
        if before > after {
            canvas.text(&label, (left - 5.0, y), Align::End, SMALL, mark.tone);
        } else {
            canvas.text(&label, (right + 5.0, y), Align::Start, SMALL, mark.tone);
        }
    }
}

/// The least and the largest of some values above zero.
pub(crate) fn range(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    (
        values.clone().fold(f64::MAX, f64::min),
        values.fold(0.0, f64::max),
    )
}
