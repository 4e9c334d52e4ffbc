//! Horizontal bars with their figures written out: the ad funnel, and refusals by rule.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, Type, text_width};
use super::palette::Tone;
use crate::words;
use serde::Serialize;

/// Where the largest bar is this many times the smallest, lengths are logarithmic.
const LOG_FROM: f64 = 200.0;
/// Height of one bar with its gap [logical px].
const ROW: f64 = 34.0;
/// The same where the label stands above the bar.
const ROW_NARROW: f64 = 48.0;
/// Room for the axis [logical px].
const AXIS: f64 = 46.0;

/// Bars, one below the other.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BarChart {
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
        let axis = if self.logarithmic() { AXIS } else { 8.0 };
        self.bars.len() as f64 * row + axis
    }

    fn logarithmic(&self) -> bool {
        let counts = || self.bars.iter().map(|bar| bar.count);
        let least = counts().filter(|&count| count > 0).min().unwrap_or(1);
        counts().max().unwrap_or(1) as f64 > LOG_FROM * least as f64
    }

    /// Draws it. There is at least one bar.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, extent: Extent, narrow: bool) {
        let widest = |texts: &mut dyn Iterator<Item = String>, kind: Type| {
            texts
                .map(|text| text_width(&text, kind))
                .fold(0.0, f64::max)
        };
        let remarks = |bar: &Bar| bar.remark.clone().unwrap_or_default();
        let counts = widest(&mut self.bars.iter().map(|bar| words::count(bar.count as i64)), LABEL);
        let left = if narrow {
            4.0
        } else {
            widest(&mut self.bars.iter().map(|bar| bar.label.clone()), LABEL) + 12.0
        };
        let right = extent.width
            - if narrow {
                counts + 14.0
            } else {
                counts + 22.0 + widest(&mut self.bars.iter().map(remarks), SMALL)
            };
        let most = self.bars.iter().map(|bar| bar.count).max().unwrap_or(1) as f64;
        let logarithmic = self.logarithmic();
        let (scale, ticks) = if logarithmic {
            Scale::log_counts(most)
        } else {
            let high = most.max(1.0);
            (Scale::Linear { low: 0.0, high }, vec![])
        };
        let place = |value: f64| left + scale.place(value) * (right - left);
        let row = if narrow { ROW_NARROW } else { ROW };
        let bottom = self.bars.len() as f64 * row + 2.0;
        let wanted = ((right - left) / 46.0).max(2.0) as usize;
        let every = ticks.len().div_ceil(wanted).max(1);
        for tick in ticks.iter().step_by(every) {
            let x = place(tick.value);
            canvas.line(&[(x, 0.0), (x, bottom)], Tone::Grid, 1.0);
            let at = (x, bottom + 12.0);
            canvas.text(&tick.label, at, Align::Middle, SMALL, Tone::Soft);
        }
        if logarithmic {
            let at = ((left + right) / 2.0, bottom + 30.0);
            let note = "logarithmic: each line is ten times the one before";
            canvas.text(note, at, Align::Middle, SMALL, Tone::Soft);
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
            let count = words::count(bar.count as i64);
            let after = end + 8.0;
            canvas.text(&count, (after, middle), Align::Start, LABEL, Tone::Ink);
            let remark = remarks(bar);
            if narrow {
                let at = (left, top + 11.0);
                canvas.text(&bar.label, at, Align::Start, LABEL, Tone::Ink);
                let at = (extent.width - 4.0, top + 11.0);
                canvas.text(&remark, at, Align::End, SMALL, Tone::Soft);
            } else {
                let at = (left - 10.0, middle);
                canvas.text(&bar.label, at, Align::End, LABEL, Tone::Ink);
                let at = (after + text_width(&count, LABEL) + 8.0, middle);
                canvas.text(&remark, at, Align::Start, SMALL, Tone::Soft);
            }
        }
    }
}
