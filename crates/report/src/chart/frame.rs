//! The parts that charts with axes share: margins, grid lines, and labels beside the ends of lines.

use super::axis::{Scale, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, Type, text_width};
use super::palette::Tone;

/// Below this width [logical px] there is no room for labels beside the lines.
pub(crate) const NARROW: f64 = 520.0;
/// From one line of text to the next [logical px].
const LINE: f64 = 18.0;

/// The rectangle that data is drawn in [logical px].
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    extent: Extent,
}

/// The name of a line, to be written at its end.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Key<'a> {
    label: &'a str,
    tone: Tone,
    end: f64,
}

impl<'a> Key<'a> {
    /// `end` is the height at which the line ends [logical px].
    pub(crate) fn new(label: &'a str, tone: Tone, end: f64) -> Key<'a> {
        Key { label, tone, end }
    }
}

impl Frame {
    /// A frame with room for the ticks' labels at its left, for one row below, and for the lines'
    /// names: at its right, or above it where the drawing is narrow.
    pub(crate) fn new<'a>(
        extent: Extent,
        labels: impl Iterator<Item = &'a str> + Clone,
        ticks: &[Tick],
    ) -> Frame {
        let widest = |labels: &mut dyn Iterator<Item = &str>, kind| {
            labels.map(|label| text_width(label, kind)).fold(0.0, f64::max)
        };
        let tick_width = widest(&mut ticks.iter().map(|tick| tick.label.as_str()), SMALL);
        let mut frame = Frame {
            left: tick_width + 12.0,
            right: extent.width - 20.0,
            top: 10.0,
            bottom: extent.height - 24.0,
            extent,
        };
        if frame.narrow() {
            let rows = key_rows(labels, extent.width - 8.0).len();
            frame.top += rows as f64 * LINE;
        } else {
            frame.right -= widest(&mut labels.clone(), LABEL);
        }
        frame
    }

    /// Whether the drawing is for a narrow screen.
    pub(crate) fn narrow(&self) -> bool {
        self.extent.width < NARROW
    }

    /// The place of a value from left to right [logical px].
    pub(crate) fn x(&self, scale: Scale, value: f64) -> f64 {
        self.left + scale.place(value) * (self.right - self.left)
    }

    /// The place of a value from bottom to top [logical px].
    pub(crate) fn y(&self, scale: Scale, value: f64) -> f64 {
        self.bottom - scale.place(value) * (self.bottom - self.top)
    }

    /// Grid lines from side to side with their labels at the left.
    pub(crate) fn rows(&self, canvas: &Canvas<'_>, scale: Scale, ticks: &[Tick]) {
        for tick in ticks {
            let y = self.y(scale, tick.value);
            canvas.line(&[(self.left, y), (self.right, y)], Tone::Grid, 1.0);
            canvas.text(&tick.label, (self.left - 8.0, y), Align::End, SMALL, Tone::Soft);
        }
    }

    /// Grid lines from top to bottom; with their labels below, if wanted.
    pub(crate) fn columns(&self, canvas: &Canvas<'_>, scale: Scale, ticks: &[Tick], labels: bool) {
        for tick in ticks {
            let x = self.x(scale, tick.value);
            canvas.line(&[(x, self.top), (x, self.bottom)], Tone::Grid, 1.0);
            if labels && !tick.label.is_empty() {
                canvas.text(
                    &tick.label,
                    (x, self.bottom + 14.0),
                    Align::Middle,
                    SMALL,
                    Tone::Soft,
                );
            }
        }
    }

    /// The lines' names: beside their ends without overlap, or in rows above.
    pub(crate) fn keys(&self, canvas: &Canvas<'_>, mut keys: Vec<Key<'_>>, kind: Type) {
        if self.narrow() {
            let rows = key_rows(keys.iter().map(|key| key.label), self.extent.width - 8.0);
            let top = self.top - 10.0 - (rows.len() as f64 - 0.5) * LINE;
            let mut remaining = keys.iter();
            for (index, row) in rows.iter().enumerate() {
                let y = top + index as f64 * LINE;
                for (x, key) in row.iter().zip(remaining.by_ref()) {
                    canvas.bar((*x, y - 2.0), (*x + 12.0, y + 2.0), key.tone, 1.0);
                    canvas.text(key.label, (*x + 17.0, y), Align::Start, kind, key.tone);
                }
            }
            return;
        }
        keys.sort_by(|one, other| one.end.total_cmp(&other.end));
        let wanted: Vec<f64> = keys.iter().map(|key| key.end).collect();
        let places = spread(&wanted, kind.size + 4.0, self.top, self.bottom);
        for (key, y) in keys.iter().zip(places) {
            canvas.text(key.label, (self.right + 9.0, y), Align::Start, kind, key.tone);
        }
    }
}

/// Where each name starts, row by row, if they must fit into `width` [logical px].
fn key_rows<'a>(labels: impl Iterator<Item = &'a str>, width: f64) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = vec![];
    let mut x = f64::INFINITY;
    for label in labels {
        let needed = 17.0 + text_width(label, LABEL);
        if x + needed > width {
            rows.push(vec![]);
            x = 4.0;
        }
        if let Some(row) = rows.last_mut() {
            row.push(x);
        }
        x += needed + 14.0;
    }
    rows
}

/// Moves rising places apart to at least `gap`, as little as it takes, within `top` and `bottom`.
fn spread(wanted: &[f64], gap: f64, top: f64, bottom: f64) -> Vec<f64> {
    // Neighbours that are too close form a block around the mean of what they want.
    struct Block {
        sum: f64,
        count: usize,
    }
    let start = |block: &Block| {
        let height = (block.count - 1) as f64 * gap;
        let centre = block.sum / block.count as f64;
        (centre - height / 2.0).min(bottom - height).max(top)
    };
    let mut blocks: Vec<Block> = vec![];
    for &place in wanted {
        let mut block = Block { sum: place, count: 1 };
        while let Some(last) = blocks.pop() {
            if start(&last) + last.count as f64 * gap <= start(&block) {
                blocks.push(last);
                break;
            }
            block.sum += last.sum;
            block.count += last.count;
        }
        blocks.push(block);
    }
    blocks
        .iter()
        .flat_map(|block| {
            let first = start(block);
            (0..block.count).map(move |index| first + index as f64 * gap)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_move_apart_and_stay_inside() {
        assert_eq!(spread(&[10.0, 50.0], 16.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread(&[50.0, 50.0], 16.0, 0.0, 100.0), [42.0, 58.0]);
        assert_eq!(spread(&[99.0, 100.0], 16.0, 0.0, 100.0), [84.0, 100.0]);
        let crowded = spread(&[3.0, 3.0, 4.0, 20.0, 90.0], 16.0, 0.0, 100.0);
        assert!(crowded.windows(2).all(|pair| pair[1] - pair[0] >= 16.0 - 1e-9));
        assert!(crowded[0] >= 0.0 && crowded[4] == 90.0);
    }

    #[test]
    fn names_wrap_where_they_do_not_fit() {
        let rows = key_rows(["Friends", "Hot-line", "Order notices", "Ads"].into_iter(), 350.0);
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
    }
}
