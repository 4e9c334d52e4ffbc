//! Two figures of each campaign, arm or point against each other, with their intervals where they have any.

use super::axis::{Measure, Scale, Tick};
use super::canvas::{Align, Canvas, Extent, SMALL, text_width};
use super::frame::{Frame, NARROW, Names};
use super::names::cut;
use super::palette::Tone;
use serde::Serialize;

/// Dots, each with its name.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ScatterChart {
    /// What the axis from left to right is.
    pub across: String,
    /// What it counts.
    pub across_measure: Measure,
    /// What the axis from bottom to top is.
    pub up: String,
    /// What it counts.
    pub up_measure: Measure,
    /// The dots.
    pub dots: Vec<Dot>,
}

/// The largest share of the width that a dot's name takes.
const NAME_MOST: f64 = 0.35;

/// Where a dot's name may stand: to its side, and how far down [logical px].
const AROUND: [(f64, f64); 12] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, -15.0),
    (0.0, 15.0),
    (1.0, -12.0),
    (-1.0, -12.0),
    (1.0, 12.0),
    (-1.0, 12.0),
    (1.0, -24.0),
    (-1.0, -24.0),
    (1.0, 24.0),
    (-1.0, 24.0),
];

/// One dot.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Dot {
    /// What it is.
    pub label: String,
    /// Its place from left to right.
    pub across: f64,
    /// Its place from bottom to top.
    pub up: f64,
    /// How far it may be off, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// Its colour.
    pub tone: Tone,
}

/// The intervals of a dot.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Spread {
    /// From left to right.
    pub across: (f64, f64),
    /// From bottom to top.
    pub up: (f64, f64),
}

impl Dot {
    fn across_ends(&self) -> (f64, f64) {
        self.spread
            .map_or((self.across, self.across), |spread| spread.across)
    }

    fn up_ends(&self) -> (f64, f64) {
        self.spread.map_or((self.up, self.up), |spread| spread.up)
    }
}

impl ScatterChart {
    /// The scale of one axis, with zero in sight.
    fn scale(&self, ends: fn(&Dot) -> (f64, f64), measure: Measure, wanted: usize) -> (Scale, Vec<Tick>) {
        let low = self.dots.iter().map(|dot| ends(dot).0).fold(0.0, f64::min);
        let high = self.dots.iter().map(|dot| ends(dot).1).fold(0.0, f64::max);
        if low < 0.0 {
            Scale::around(low, high, measure, wanted)
        } else {
            Scale::from_zero(high, measure, wanted)
        }
    }

    /// Draws it. There is at least one dot.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let wanted = if extent.width < NARROW { 3 } else { 6 };
        let (across, columns) = self.scale(Dot::across_ends, self.across_measure, wanted);
        let (up, rows) = self.scale(Dot::up_ends, self.up_measure, 4);
        let mut frame = Frame::new(extent, &Names::Nowhere, &rows);
        frame.top = 30.0;
        frame.bottom -= 18.0;
        frame.right = extent.width - 28.0;
        frame.columns(canvas, across, &columns, true);
        frame.rows(canvas, up, &rows);
        let up_title = cut(&self.up, extent.width - 8.0, SMALL);
        canvas.text(&up_title, (4.0, 9.0), Align::Start, SMALL, Tone::Soft);
        let below = (frame.right, frame.bottom + 32.0);
        let across_title = cut(&self.across, frame.right - 4.0, SMALL);
        canvas.text(&across_title, below, Align::End, SMALL, Tone::Soft);
        let mut taken: Vec<Area> = vec![];
        for dot in &self.dots {
            let centre = (frame.x(across, dot.across), frame.y(up, dot.up));
            if let Some(spread) = dot.spread {
                let [left, right] = [spread.across.0, spread.across.1].map(|value| frame.x(across, value));
                let [low, high] = [spread.up.0, spread.up.1].map(|value| frame.y(up, value));
                canvas.line(&[(left, centre.1), (right, centre.1)], dot.tone, 1.5);
                canvas.line(&[(centre.0, low), (centre.0, high)], dot.tone, 1.5);
                let (across, up) = ((right - left) / 2.0, (low - high) / 2.0);
                taken.push(Area::around(((left + right) / 2.0, centre.1), across, 1.0));
                taken.push(Area::around((centre.0, (low + high) / 2.0), 1.0, up));
            }
            canvas.dot(centre, 5.0, dot.tone, 0.75);
            taken.push(Area::around(centre, 5.0, 5.0));
        }
        for dot in &self.dots {
            let centre = (frame.x(across, dot.across), frame.y(up, dot.up));
            let label = cut(&dot.label, NAME_MOST * extent.width, SMALL);
            let width = text_width(&label, SMALL);
            let place = AROUND
                .into_iter()
                .map(|(side, down)| {
                    let middle = centre.0 + side * (width / 2.0 + 10.0);
                    (middle, centre.1 + down)
                })
                .find(|&middle| {
                    let area = Area::around(middle, width / 2.0, 6.0);
                    area.within(&frame) && !taken.iter().any(|other| other.meets(&area))
                });
            if let Some(middle) = place {
                taken.push(Area::around(middle, width / 2.0, 6.0));
                canvas.text(&label, middle, Align::Middle, SMALL, Tone::Ink);
            }
        }
    }
}

/// A rectangle that is taken [logical px].
#[derive(Clone, Copy, PartialEq, Debug)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn around((x, y): (f64, f64), half_width: f64, half_height: f64) -> Area {
        Area {
            left: x - half_width,
            right: x + half_width,
            top: y - half_height,
            bottom: y + half_height,
        }
    }

    fn meets(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn within(&self, frame: &Frame) -> bool {
        self.left >= frame.left
            && self.right <= frame.right + 20.0
            && self.top >= frame.top - 14.0
            && self.bottom <= frame.bottom
    }
}
