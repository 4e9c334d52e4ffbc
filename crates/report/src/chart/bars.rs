//! Horizontal bars with their figures written out: the ad funnel, and refusals by rule.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, text_width};
use super::frame::{NARROW, column_labels};
use super::names::cut;
use super::palette::Tone;
use crate::words;
use serde::Serialize;

/// Height of one bar with its gap [logical px].
const ROW: f64 = 34.0;
/// The same where the label stands above the bar.
const ROW_NARROW: f64 = 48.0;
/// Room for the axis [logical px].
const AXIS: f64 = 46.0;
/// The largest share of the width that labels take, and that remarks do.
const LABELS_MOST: f64 = 0.3;
const REMARKS_MOST: f64 = 0.25;

/// How counts become lengths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lengths {
    /// Twice the count, twice the length.
    Even,
    /// Ten times the count, one step longer: where counts differ by orders of magnitude.
    Logarithmic,
}

/// Bars, one below the other.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BarChart {
    /// How counts become lengths.
    pub lengths: Lengths,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u64,
    /// What the count means, in words: its share of the step before, or of all.
    pub remark: Option<String>,
    /// Its colour.
    pub tone: Tone,
}

impl BarChart {
    /// How high a drawing of that width [logical px] must be.
    pub(crate) fn height(&self, narrow: bool) -> f64 {
        let row = if narrow { ROW_NARROW } else { ROW };
        let axis = match self.lengths {
            Lengths::Even => 8.0,
            Lengths::Logarithmic => AXIS,
        };
        self.bars.len() as f64 * row + axis
    }

    /// Draws it. There is at least one bar.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent) {
        let narrow = extent.width < NARROW;
        let (left, right) = self.sides(extent, narrow);
        let most = self.bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1) as f64;
        let (scale, ticks) = match self.lengths {
            Lengths::Even => (Scale::Linear { low: 0.0, high: most }, vec![]),
            Lengths::Logarithmic => Scale::log_counts(most),
        };
        let place = |value: f64| left + scale.place(value) * (right - left);
        let row = if narrow { ROW_NARROW } else { ROW };
        let bottom = self.bars.len() as f64 * row + 2.0;
        let places: Vec<f64> = ticks.iter().map(|tick| place(tick.value)).collect();
        for &x in &places {
            canvas.line(&[(x, 0.0), (x, bottom)], Tone::Grid, 1.0);
        }
        column_labels(canvas, &ticks, &places, (bottom + 12.0, extent.width));
        if self.lengths == Lengths::Logarithmic {
            let at = ((left + right) / 2.0, bottom + 30.0);
            canvas.text("logarithmic scale", at, Align::Middle, SMALL, Tone::Soft);
        }
        for (index, bar) in self.bars.iter().enumerate() {
            let top = index as f64 * row;
            let (bar_top, bar_bottom) = if narrow {
                (top + 22.0, top + 42.0)
            } else {
                (top + 5.0, top + row - 5.0)
            };
            let middle = (bar_top + bar_bottom) / 2.0;
            let end = match bar.count {
                0 => left,
                count => place(count as f64).max(left + 2.0),
            };
            canvas.bar((left, bar_top), (end, bar_bottom), bar.tone, 1.0);
            let count = count_words(bar);
            let after = end + 8.0;
            canvas.text(&count, (after, middle), Align::Start, LABEL, Tone::Ink);
            let remark = bar.remark.as_deref().unwrap_or("");
            if narrow {
                let at = (left, top + 11.0);
                let half = (extent.width - left - 4.0) / 2.0 - 8.0;
                let remark = cut(remark, half, SMALL);
                let label = cut(&bar.label, 2.0 * half - text_width(&remark, SMALL), LABEL);
                canvas.text(&label, at, Align::Start, LABEL, Tone::Ink);
                let at = (extent.width - 4.0, top + 11.0);
                canvas.text(&remark, at, Align::End, SMALL, Tone::Soft);
            } else {
                let at = (left - 10.0, middle);
                let label = cut(&bar.label, LABELS_MOST * extent.width, LABEL);
                canvas.text(&label, at, Align::End, LABEL, Tone::Ink);
                let at = (after + text_width(&count, LABEL) + 8.0, middle);
                let remark = cut(remark, REMARKS_MOST * extent.width, SMALL);
                canvas.text(&remark, at, Align::Start, SMALL, Tone::Soft);
            }
        }
    }

    /// Where the shortest and the longest bar end [logical px]: there is room for labels before
    /// and for counts and remarks after them.
    fn sides(&self, extent: Extent, narrow: bool) -> (f64, f64) {
        let widest = |width: &dyn Fn(&Bar) -> f64| self.bars.iter().map(width).fold(0.0, f64::max);
        let counts = widest(&|bar| text_width(&count_words(bar), LABEL));
        if narrow {
            return (8.0, extent.width - counts - 14.0);
        }
        let labels = widest(&|bar| text_width(&bar.label, LABEL));
        let remarks = widest(&|bar| text_width(bar.remark.as_deref().unwrap_or(""), SMALL));
        let (labels, remarks) = (
            labels.min(LABELS_MOST * extent.width),
            remarks.min(REMARKS_MOST * extent.width),
        );
        (labels + 12.0, extent.width - counts - remarks - 22.0)
    }
}

fn count_words(bar: &Bar) -> String {
    words::count(i64::try_from(bar.count).unwrap_or(i64::MAX))
}
