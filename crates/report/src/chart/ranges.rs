//! Ranges with marks, one row below the other: the median and the slow end of a step, a difference
//! with its interval, the same figure in several runs.

use super::axis::{Measure, Scale, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, text_width};
use super::frame::NARROW;
use super::palette::Tone;
use serde::Serialize;

/// Height of a row [logical px].
const ROW: f64 = 30.0;
/// The same where the label and then the remark stand above the range.
const ROW_NARROW: f64 = 62.0;
/// Room for a panel's title [logical px].
const TITLE: f64 = 30.0;
/// Room for a panel's axis [logical px].
const AXIS: f64 = 46.0;

/// Panels of ranges, each with an axis of its own.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RangeChart {
    /// The panels from top to bottom.
    pub panels: Vec<RangePanel>,
}

/// Ranges on one axis.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RangePanel {
    /// What it shows; may be empty.
    pub title: String,
    /// What its values are.
    pub measure: Measure,
    /// How values become places.
    pub places: Places,
    /// The rows from top to bottom.
    pub rows: Vec<RangeRow>,
}

/// How values become places.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Places {
    /// Evenly, around the values.
    Even,
    /// Evenly, with zero in sight: values say how much more or less.
    Differences,
    /// Evenly in the logarithm: for lengths of time above zero.
    Logarithmic,
}

/// One range.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RangeRow {
    /// What it is.
    pub label: String,
    /// From where to where.
    pub span: (f64, f64),
    /// What is marked in it.
    pub marks: Vec<f64>,
    /// What it says, in words.
    pub remark: String,
    /// Its colour.
    pub tone: Tone,
}

impl RangePanel {
    /// Its scale with at most about `wanted` ticks, 2 or more.
    fn scale(&self, wanted: usize) -> (Scale, Vec<Tick>) {
        let values = || self.rows.iter().flat_map(|row| [row.span.0, row.span.1]);
        let least = values().fold(f64::MAX, f64::min);
        let most = values().fold(f64::MIN, f64::max);
        match self.places {
            Places::Even => Scale::around(least, most, self.measure, wanted - 1),
            Places::Differences => {
                let (scale, mut ticks) =
                    Scale::around(least.min(0.0), most.max(0.0), self.measure, wanted - 1);
                for tick in ticks.iter_mut().filter(|tick| tick.value > 0.0) {
                    tick.label.insert(0, '+');
                }
                (scale, ticks)
            }
            Places::Logarithmic => {
                let (scale, ticks) = Scale::log_durations(least.max(1.0), most.max(2.0));
                let every = ticks.len().div_ceil(wanted).max(1);
                (scale, ticks.into_iter().step_by(every).collect())
            }
        }
    }

    fn title_height(&self) -> f64 {
        if self.title.is_empty() { 6.0 } else { TITLE }
    }

    fn height(&self, narrow: bool) -> f64 {
        let row = if narrow { ROW_NARROW } else { ROW };
        self.title_height() + self.rows.len() as f64 * row + AXIS
    }
}

impl RangeChart {
    /// How high a drawing must be [logical px].
    pub(crate) fn height(&self, narrow: bool) -> f64 {
        self.panels.iter().map(|panel| panel.height(narrow)).sum()
    }

    /// Draws it.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let narrow = extent.width < NARROW;
        let sides = self.sides(extent, narrow);
        let mut top = 0.0;
        for panel in &self.panels {
            draw_panel(canvas, panel, (top, extent.width), sides, narrow);
            top += panel.height(narrow);
        }
    }

    /// Where the axes begin and end [logical px].
    fn sides(&self, extent: Extent, narrow: bool) -> (f64, f64) {
        if narrow {
            return (30.0, extent.width - 30.0);
        }
        let widest = |of: fn(&RangeRow) -> f64| {
            let rows = self.panels.iter().flat_map(|panel| &panel.rows);
            rows.map(of).fold(0.0, f64::max)
        };
        let labels = widest(|row| text_width(&row.label, LABEL));
        let remarks = widest(|row| text_width(&row.remark, SMALL));
        (labels + 16.0, extent.width - remarks - 26.0)
    }
}

fn draw_panel(
    canvas: &Canvas<'_>,
    panel: &RangePanel,
    (top, width): (f64, f64),
    (left, right): (f64, f64),
    narrow: bool,
) {
    let room = ((right - left) / 64.0).max(3.0) as usize;
    let (scale, ticks) = panel.scale(room);
    let place = |value: f64| left + scale.place(value) * (right - left);
    let row_height = if narrow { ROW_NARROW } else { ROW };
    canvas.text(&panel.title, (4.0, top + 12.0), Align::Start, LABEL, Tone::Ink);
    let first = top + panel.title_height();
    let bottom = first + panel.rows.len() as f64 * row_height;
    // Where names stand above their ranges, grid lines leave them alone.
    let stretches: Vec<(f64, f64)> = if narrow {
        let rows = 1..=panel.rows.len();
        rows.map(|row| first + row as f64 * row_height)
            .map(|end| (end - 24.0, end - 6.0))
            .collect()
    } else {
        vec![(first, bottom)]
    };
    for tick in &ticks {
        let x = place(tick.value);
        let zero = panel.places == Places::Differences && tick.value == 0.0;
        let tone = if zero { Tone::Soft } else { Tone::Grid };
        for &(from, until) in &stretches {
            canvas.line(&[(x, from), (x, until)], tone, 1.0);
        }
        canvas.text(&tick.label, (x, bottom + 12.0), Align::Middle, SMALL, Tone::Soft);
    }
    if panel.places == Places::Logarithmic {
        let at = ((left + right) / 2.0, bottom + 30.0);
        canvas.text("logarithmic scale", at, Align::Middle, SMALL, Tone::Soft);
    }
    for (index, row) in panel.rows.iter().enumerate() {
        let start = first + index as f64 * row_height;
        let y = start + row_height - 15.0;
        canvas.line(&[(place(row.span.0), y), (place(row.span.1), y)], row.tone, 3.0);
        for &mark in &row.marks {
            canvas.dot((place(mark), y), 4.5, row.tone, 0.85);
        }
        let (label, remark, align) = if narrow {
            ((4.0, start + 11.0), (4.0, start + 28.0), Align::Start)
        } else {
            ((left - 14.0, y), (width - 4.0, y), Align::End)
        };
        canvas.text(&row.label, label, align, LABEL, Tone::Ink);
        canvas.text(&row.remark, remark, align, SMALL, Tone::Soft);
    }
}
