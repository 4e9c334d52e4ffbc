//! Ranges with marks, one row below the other: the median and the slow end of a step, a difference
//! with its interval, the same figure in several runs.

use super::axis::{Measure, Scale, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, Type, line_height, text_width};
use super::frame::{NARROW, column_labels};
use super::names::wrapped;
use super::palette::Tone;
use serde::Serialize;

/// Least height of a row [logical px].
const ROW: f64 = 30.0;
/// What a row has around its lines of text.
const ROW_AROUND: f64 = 12.0;
/// What a row has below the label and the remark, where they stand above the range.
const ROW_NARROW: f64 = 30.0;
/// Room for a panel's title of one line [logical px].
const TITLE: f64 = 30.0;
/// Lines of a title, a label or a remark, at most.
const LINES_MOST: usize = 4;
/// The largest share of the width that labels take, and that remarks do: a third at least is the axis'.
const LABELS_MOST: f64 = 0.32;
const REMARKS_MOST: f64 = 0.32;
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

    fn title_lines(&self, width: f64) -> Vec<String> {
        wrapped(&self.title, width - 8.0, LABEL, LINES_MOST)
    }

    fn title_height(&self, width: f64) -> f64 {
        match self.title_lines(width).len() {
            0 => 6.0,
            lines => TITLE + (lines - 1) as f64 * line_height(LABEL),
        }
    }

    fn height(&self, columns: &Columns) -> f64 {
        let rows = self.rows.iter().map(|row| columns.row_height(row));
        self.title_height(columns.width) + rows.sum::<f64>() + AXIS
    }
}

/// Where the parts of all rows stand in a drawing [logical px].
struct Columns {
    width: f64,
    narrow: bool,
    /// Room for labels and for remarks.
    labels: f64,
    remarks: f64,
    /// Where the axes begin and end.
    left: f64,
    right: f64,
}

impl Columns {
    fn of(chart: &RangeChart, width: f64) -> Columns {
        if width < NARROW {
            return Columns {
                width,
                narrow: true,
                labels: width - 8.0,
                remarks: width - 8.0,
                left: 30.0,
                right: width - 30.0,
            };
        }
        let widest = |of: fn(&RangeRow) -> (&str, Type), most: f64| {
            let rows = chart.panels.iter().flat_map(|panel| &panel.rows);
            let widths = rows.map(|row| text_width(of(row).0, of(row).1));
            widths.fold(0.0, f64::max).min(most * width)
        };
        let labels = widest(|row| (&row.label, LABEL), LABELS_MOST);
        let remarks = widest(|row| (&row.remark, SMALL), REMARKS_MOST);
        Columns {
            width,
            narrow: false,
            labels,
            remarks,
            left: labels + 16.0,
            right: width - remarks - 26.0,
        }
    }

    fn label_lines(&self, row: &RangeRow) -> Vec<String> {
        wrapped(&row.label, self.labels, LABEL, LINES_MOST)
    }

    fn remark_lines(&self, row: &RangeRow) -> Vec<String> {
        wrapped(&row.remark, self.remarks, SMALL, LINES_MOST)
    }

    fn row_height(&self, row: &RangeRow) -> f64 {
        let label = self.label_lines(row).len() as f64 * line_height(LABEL);
        let remark = self.remark_lines(row).len() as f64 * line_height(SMALL);
        if self.narrow {
            label + remark + ROW_NARROW
        } else {
            (label.max(remark) + ROW_AROUND).max(ROW)
        }
    }
}

impl RangeChart {
    /// How high a drawing of that width must be [logical px].
    pub(crate) fn height(&self, width: f64) -> f64 {
        let columns = Columns::of(self, width);
        self.panels.iter().map(|panel| panel.height(&columns)).sum()
    }

    /// Draws it.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let columns = Columns::of(self, extent.width);
        let mut top = 0.0;
        for panel in &self.panels {
            draw_panel(canvas, panel, top, &columns);
            top += panel.height(&columns);
        }
    }
}

fn draw_panel(canvas: &Canvas<'_>, panel: &RangePanel, top: f64, columns: &Columns) {
    let (left, right) = (columns.left, columns.right);
    let room = ((right - left) / 64.0).max(3.0) as usize;
    let (scale, ticks) = panel.scale(room);
    let place = |value: f64| left + scale.place(value) * (right - left);
    let first = top + panel.title_height(columns.width);
    let title = panel.title_lines(columns.width);
    let middle = (top + first) / 2.0 - 3.0;
    canvas.lines(&title, (4.0, middle), Align::Start, LABEL, Tone::Ink);
    let heights: Vec<f64> = panel.rows.iter().map(|row| columns.row_height(row)).collect();
    let ends = heights.iter().scan(first, |end, height| {
        *end += height;
        Some(*end)
    });
    let ends: Vec<f64> = ends.collect();
    let bottom = ends.last().copied().unwrap_or(first);
    // Where names stand above their ranges, grid lines leave them alone.
    let stretches: Vec<(f64, f64)> = if columns.narrow {
        ends.iter().map(|end| (end - 24.0, end - 6.0)).collect()
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
    }
    let places: Vec<f64> = ticks.iter().map(|tick| place(tick.value)).collect();
    column_labels(canvas, &ticks, &places, (bottom + 12.0, columns.width));
    if panel.places == Places::Logarithmic {
        let at = ((left + right) / 2.0, bottom + 30.0);
        canvas.text("logarithmic scale", at, Align::Middle, SMALL, Tone::Soft);
    }
    for ((row, height), end) in panel.rows.iter().zip(heights).zip(ends) {
        draw_row(canvas, row, (end - height, end), columns, place);
    }
}

/// The range of a row with its marks, its label and its remark.
fn draw_row(
    canvas: &Canvas<'_>,
    row: &RangeRow,
    (start, end): (f64, f64),
    columns: &Columns,
    place: impl Fn(f64) -> f64,
) {
    let y = if columns.narrow {
        end - 15.0
    } else {
        (start + end) / 2.0
    };
    canvas.line(&[(place(row.span.0), y), (place(row.span.1), y)], row.tone, 3.0);
    for &mark in &row.marks {
        canvas.dot((place(mark), y), 4.5, row.tone, 0.85);
    }
    let (label, remark) = (columns.label_lines(row), columns.remark_lines(row));
    let (label_at, remark_at, align) = if columns.narrow {
        let label_height = label.len() as f64 * line_height(LABEL);
        let remark_height = remark.len() as f64 * line_height(SMALL);
        (
            (4.0, start + 3.0 + label_height / 2.0),
            (4.0, start + 4.0 + label_height + remark_height / 2.0),
            Align::Start,
        )
    } else {
        ((columns.left - 14.0, y), (columns.width - 4.0, y), Align::End)
    };
    canvas.lines(&label, label_at, align, LABEL, Tone::Ink);
    canvas.lines(&remark, remark_at, align, SMALL, Tone::Soft);
}
