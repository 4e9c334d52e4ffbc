//! A figure run after run, small, with the levels between its changes.

use super::axis::{Measure, Scale};
use super::canvas::{self, Align, Canvas, Extent, SMALL, text_width};
use super::frame::{Frame, Names};
use super::names::cut;
use super::palette::Tone;
use serde::Serialize;

/// Small enough for two of them side by side, and for a telephone [logical px].
const EXTENT: Extent = Extent {
    width: 400.0,
    height: 150.0,
};
/// More dots than this become a band: then a line is drawn through them.
const DOTS_MOST: usize = 120;
/// Room above the values for what changes are called [logical px].
const HEAD: f64 = 22.0;

/// Values run after run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LevelChart {
    /// What they are.
    pub measure: Measure,
    /// The values, in the measure.
    pub values: Vec<f64>,
    /// The levels on which they lie, in order; the first begins at 0.
    pub levels: Vec<Level>,
    /// What the first run and the last are called.
    pub ends: [String; 2],
}

/// A level between two changes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Level {
    /// Number of the first value on it, from 0.
    pub from: usize,
    /// Its height, in the measure.
    pub value: f64,
    /// What the change to it is called.
    pub label: String,
    /// The colour of that change.
    pub tone: Tone,
}

impl LevelChart {
    /// The drawing to stand in a document, as SVG with its text as text; `alternative` is read aloud
    /// instead. There is at least one value.
    #[must_use]
    pub fn inline(&self, alternative: &str) -> String {
        canvas::inline(EXTENT, alternative, |canvas| self.draw(canvas))
    }

    fn draw(&self, canvas: &Canvas<'_>) {
        let least = self.values.iter().copied().fold(f64::MAX, f64::min);
        let most = self.values.iter().copied().fold(f64::MIN, f64::max);
        // What hardly moves gets no scale of its own: its ticks would all read the same.
        let apart = if self.measure == Measure::Share { 1e-4 } else { 1.0 };
        let (up, rows) = Scale::around(least, most.max(least + apart), self.measure, 3);
        let across = Scale::Linear {
            low: -0.5,
            high: self.values.len() as f64 - 0.5,
        };
        let mut frame = Frame::new(EXTENT, &Names::Nowhere, &rows);
        frame.top += HEAD;
        frame.right = EXTENT.width - 4.0;
        frame.rows(canvas, up, &rows);
        let [first, last] = &self.ends;
        let below = frame.bottom + 14.0;
        let half = (frame.right - frame.left) / 2.0 - 4.0;
        canvas.text(
            &cut(first, half, SMALL),
            (frame.left, below),
            Align::Start,
            SMALL,
            Tone::Soft,
        );
        canvas.text(
            &cut(last, half, SMALL),
            (frame.right, below),
            Align::End,
            SMALL,
            Tone::Soft,
        );
        let place = |(index, &value): (usize, &f64)| (frame.x(across, index as f64), frame.y(up, value));
        let path: Vec<(f64, f64)> = self.values.iter().enumerate().map(place).collect();
        if path.len() > DOTS_MOST {
            canvas.line(&path, Tone::Soft, 0.75);
        } else {
            path.iter().for_each(|&at| canvas.dot(at, 2.0, Tone::Soft, 0.75));
        }
        self.draw_levels(canvas, &frame, (across, up));
    }

    /// Each level, and a mark where it begins; the newest changes have the choice of room for their names.
    fn draw_levels(&self, canvas: &Canvas<'_>, frame: &Frame, (across, up): (Scale, Scale)) {
        let mut end = self.values.len();
        let mut free = frame.right;
        for level in self.levels.iter().rev() {
            let (from, y) = (level.from as f64 - 0.5, frame.y(up, level.value));
            let (left, right) = (frame.x(across, from), frame.x(across, end as f64 - 0.5));
            end = level.from;
            canvas.line(&[(left, y), (right, y)], Tone::Ink, 2.0);
            if level.from == 0 {
                continue;
            }
            canvas.line(&[(left, frame.top - 6.0), (left, frame.bottom)], level.tone, 1.25);
            // Centred on its mark, or as near as there is room.
            let width = text_width(&level.label, SMALL);
            let begin = (left - width / 2.0).min(free - width);
            if begin >= 0.0 && begin + width > left - 4.0 {
                let at = (begin + width / 2.0, frame.top - HEAD / 2.0 - 3.0);
                canvas.text(&level.label, at, Align::Middle, SMALL, level.tone);
                free = begin - 8.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: Vec<f64>, starts: &[usize]) -> LevelChart {
        let level = |&from: &usize| Level {
            from,
            value: values[from],
            label: format!("change at {from}"),
            tone: Tone::Harm,
        };
        LevelChart {
            measure: Measure::Share,
            levels: starts.iter().map(level).collect(),
            values,
            ends: ["first".to_owned(), "last".to_owned()],
        }
    }

    #[test]
    fn changes_are_named_newest_first_where_there_is_room() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let text = chart(values, &[0, 10, 37, 38]).inline("");
        for (label, is_there) in [
            ("at 0", false),
            ("at 10", true),
            ("at 37", false),
            ("at 38", true),
        ] {
            assert_eq!(text.contains(&format!("change {label}")), is_there, "{label}");
        }
    }

    #[test]
    fn many_values_become_a_line_and_one_is_enough() {
        let dots = |count: usize| {
            chart(vec![0.5; count], &[0])
                .inline("")
                .matches("<circle")
                .count()
        };
        assert_eq!([dots(1), dots(120), dots(121)], [1, 120, 0]);
    }
}
