//! The parts that charts with axes share: margins, grid lines, and labels beside the ends of lines.

use super::axis::{Scale, Tick};
use super::canvas::{Align, Canvas, Extent, LABEL, SMALL, line_height, text_width};
use super::names::{cut, wrapped};
use super::palette::{Dash, Tone};

/// Below this width [logical px] there is no room for labels beside the lines.
pub(crate) const NARROW: f64 = 520.0;
/// From one row of names to the next [logical px].
const LINE: f64 = 18.0;
/// Space below names that stand above lines [logical px].
const BELOW_NAMES: f64 = 4.0;
/// The largest share of the width that names beside lines, or labels of ticks, take.
const NAMES_MOST: f64 = 0.3;
/// Lines of a name beside the end of its line, at most.
const NAME_LINES: usize = 3;
/// Room for the piece of a line before its name [logical px].
const SAMPLE: f64 = 24.0;

/// The rectangle that data is drawn in [logical px].
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// Size of the whole drawing.
    pub(crate) extent: Extent,
}

/// The name of a line.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) label: &'a str,
    pub(crate) tone: Tone,
    pub(crate) dash: Dash,
}

impl<'a> Key<'a> {
    pub(crate) fn new(label: &'a str, tone: Tone, dash: Dash) -> Key<'a> {
        Key { label, tone, dash }
    }
}

/// Where the names of lines stand.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Names {
    /// There are none.
    Nowhere,
    /// Beside the ends of the lines, within this width [logical px].
    Beside(f64),
    /// In rows above them: where each name starts.
    Above(Vec<Vec<f64>>),
}

impl Names {
    /// Beside the lines if a drawing of that width has room for them all within `height`, else above [logical px].
    pub(crate) fn of(keys: &[Key<'_>], width: f64, height: f64) -> Names {
        if keys.is_empty() {
            return Names::Nowhere;
        }
        let widest = keys
            .iter()
            .map(|key| text_width(key.label, LABEL))
            .fold(0.0, f64::max);
        let beside = (widest + sample(keys)).min(NAMES_MOST * width);
        let heights = keys.iter().map(|key| beside_height(key, beside, keys));
        if width >= NARROW && heights.sum::<f64>() <= height {
            return Names::Beside(beside);
        }
        Names::Above(key_rows(keys, width - 8.0))
    }

    /// The width that is left beside the lines for them [logical px].
    fn width(&self) -> f64 {
        match self {
            Names::Beside(width) => *width,
            Names::Nowhere | Names::Above(_) => 0.0,
        }
    }

    /// The height that they take above the lines [logical px].
    pub(crate) fn height(&self) -> f64 {
        match self {
            Names::Above(rows) => rows.len() as f64 * LINE + BELOW_NAMES,
            Names::Nowhere | Names::Beside(_) => 0.0,
        }
    }

    /// Draws those that stand above, from `top` on.
    pub(crate) fn draw_above(&self, canvas: &Canvas<'_>, keys: &[Key<'_>], (top, width): (f64, f64)) {
        let Names::Above(rows) = self else {
            return;
        };
        let mut keys = keys.iter();
        for (index, row) in rows.iter().enumerate() {
            let y = top + (index as f64 + 0.5) * LINE;
            for (&x, key) in row.iter().zip(keys.by_ref()) {
                let label = cut(key.label, width - x - SAMPLE - 4.0, LABEL);
                canvas.dashed_line(
                    &[(x, y), (x + SAMPLE - 6.0, y)],
                    key.dash.pattern(),
                    key.tone,
                    3.0,
                );
                canvas.text(&label, (x + SAMPLE, y), Align::Start, LABEL, key.tone);
            }
        }
    }
}

/// Room for pieces of the lines before their names: where colours alone do not tell them apart.
fn sample(keys: &[Key<'_>]) -> f64 {
    match keys.iter().any(|key| key.dash != Dash::Solid) {
        true => SAMPLE,
        false => 0.0,
    }
}

fn beside_lines(key: &Key<'_>, width: f64, keys: &[Key<'_>]) -> Vec<String> {
    wrapped(key.label, width - sample(keys), LABEL, NAME_LINES)
}

fn beside_height(key: &Key<'_>, width: f64, keys: &[Key<'_>]) -> f64 {
    beside_lines(key, width, keys).len() as f64 * line_height(LABEL) + 1.0
}

impl Frame {
    /// A frame with room for the ticks' labels at its left, for one row below, and for the lines' names.
    pub(crate) fn new(extent: Extent, names: &Names, ticks: &[Tick]) -> Frame {
        let labels = ticks.iter().map(|tick| text_width(&tick.label, SMALL));
        let tick_width = labels.fold(0.0, f64::max).min(NAMES_MOST * extent.width);
        Frame {
            left: tick_width + 12.0,
            right: extent.width - 20.0 - names.width(),
            top: 10.0 + names.height(),
            bottom: extent.height - 24.0,
            extent,
        }
    }

    /// The place of a value from left to right [logical px].
    pub(crate) fn x(&self, scale: Scale, value: f64) -> f64 {
        self.left + scale.place(value) * (self.right - self.left)
    }

    /// The place of a value from bottom to top [logical px].
    pub(crate) fn y(&self, scale: Scale, value: f64) -> f64 {
        self.bottom - scale.place(value) * (self.bottom - self.top)
    }

    /// Grid lines from side to side with their labels at the left, but for those that would meet the one before.
    pub(crate) fn rows(&self, canvas: &Canvas<'_>, scale: Scale, ticks: &[Tick]) {
        let mut free = f64::INFINITY;
        for tick in ticks {
            let y = self.y(scale, tick.value);
            canvas.line(&[(self.left, y), (self.right, y)], Tone::Grid, 1.0);
            if y <= free {
                let label = cut(&tick.label, self.left - 12.0, SMALL);
                canvas.text(&label, (self.left - 8.0, y), Align::End, SMALL, Tone::Soft);
                free = y - line_height(SMALL);
            }
        }
    }

    /// Grid lines from top to bottom; with their labels below, if wanted.
    pub(crate) fn columns(&self, canvas: &Canvas<'_>, scale: Scale, ticks: &[Tick], labels: bool) {
        let places: Vec<f64> = ticks.iter().map(|tick| self.x(scale, tick.value)).collect();
        for &x in &places {
            canvas.line(&[(x, self.top), (x, self.bottom)], Tone::Grid, 1.0);
        }
        if labels {
            column_labels(canvas, ticks, &places, (self.bottom + 14.0, self.extent.width));
        }
    }

    /// The lines' names: beside their ends, which `ends` has, without overlap; or in rows above.
    pub(crate) fn keys(&self, canvas: &Canvas<'_>, names: &Names, keys: &[Key<'_>], ends: &[f64]) {
        names.draw_above(
            canvas,
            keys,
            (self.top - 10.0 - names.height(), self.extent.width),
        );
        let Names::Beside(width) = *names else {
            return;
        };
        let mut sorted: Vec<(&Key<'_>, f64)> = keys.iter().zip(ends.iter().copied()).collect();
        sorted.sort_by(|one, other| one.1.total_cmp(&other.1));
        let lines: Vec<Vec<String>> = sorted
            .iter()
            .map(|(key, _)| beside_lines(key, width, keys))
            .collect();
        let wanted: Vec<(f64, f64)> = sorted
            .iter()
            .map(|(key, end)| (*end, beside_height(key, width, keys)))
            .collect();
        let half = line_height(LABEL) / 2.0;
        let places = spread(&wanted, self.top - half, self.bottom + half);
        for (((key, _), lines), y) in sorted.iter().zip(&lines).zip(places) {
            let (x, sample) = (self.right + 9.0, sample(keys));
            if sample > 0.0 {
                canvas.dashed_line(
                    &[(x, y), (x + sample - 6.0, y)],
                    key.dash.pattern(),
                    key.tone,
                    2.0,
                );
            }
            canvas.lines(lines, (x + sample, y), Align::Start, LABEL, key.tone);
        }
    }
}

/// The labels of ticks at these places from left to right, but for those that would meet the one before; those at the
/// ends move inside a drawing of that width.
pub(crate) fn column_labels(canvas: &Canvas<'_>, ticks: &[Tick], places: &[f64], (y, width): (f64, f64)) {
    let mut free = 0.0;
    for (tick, &x) in ticks
        .iter()
        .zip(places)
        .filter(|(tick, _)| !tick.label.is_empty())
    {
        let half = text_width(&tick.label, SMALL) / 2.0;
        let x = x.max(half).min(width - half);
        if x - half >= free {
            canvas.text(&tick.label, (x, y), Align::Middle, SMALL, Tone::Soft);
            free = x + half + 4.0;
        }
    }
}

/// Where each name starts, row by row, if they must fit into `width` [logical px].
fn key_rows(keys: &[Key<'_>], width: f64) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = vec![];
    let mut x = f64::INFINITY;
    for key in keys {
        let needed = SAMPLE + text_width(key.label, LABEL);
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

/// Moves rising places apart, each the centre of something so high, as little as it takes, within `top` and `bottom`.
fn spread(wanted: &[(f64, f64)], top: f64, bottom: f64) -> Vec<f64> {
    // Neighbours that are too close form a block, which begins where its members want it to in the mean.
    struct Block {
        /// Sum over the members of where the block would begin for each alone.
        sum: f64,
        heights: Vec<f64>,
        height: f64,
    }
    let start = |block: &Block| {
        let begin = block.sum / block.heights.len() as f64;
        begin.min(bottom - block.height).max(top)
    };
    let mut blocks: Vec<Block> = vec![];
    for &(centre, height) in wanted {
        let mut block = Block {
            sum: centre - height / 2.0,
            heights: vec![height],
            height,
        };
        while let Some(last) = blocks.pop() {
            if start(&last) + last.height <= start(&block) {
                blocks.push(last);
                break;
            }
            // Those of the later block stand lower by the height of the earlier one.
            block = Block {
                sum: last.sum + block.sum - last.height * block.heights.len() as f64,
                height: last.height + block.height,
                heights: [last.heights, block.heights].concat(),
            };
        }
        blocks.push(block);
    }
    let centres = blocks.iter().flat_map(|block| {
        let mut begin = start(block);
        block.heights.iter().map(move |height| {
            let centre = begin + height / 2.0;
            begin += height;
            centre
        })
    });
    centres.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_move_apart_and_stay_inside() {
        let spread = |wanted: &[f64]| {
            let wanted: Vec<(f64, f64)> = wanted.iter().map(|&place| (place, 16.0)).collect();
            super::spread(&wanted, -8.0, 108.0)
        };
        assert_eq!(spread(&[10.0, 50.0]), [10.0, 50.0]);
        assert_eq!(spread(&[50.0, 50.0]), [42.0, 58.0]);
        assert_eq!(spread(&[99.0, 100.0]), [84.0, 100.0]);
        let crowded = spread(&[3.0, 3.0, 4.0, 20.0, 90.0]);
        assert!(crowded.windows(2).all(|pair| pair[1] - pair[0] >= 16.0 - 1e-9));
        assert!(crowded[0] >= 0.0 && crowded[4] == 90.0);
        let uneven = super::spread(&[(50.0, 10.0), (50.0, 40.0)], 0.0, 100.0);
        assert_eq!(uneven[1] - uneven[0], 25.0);
    }

    #[test]
    fn names_wrap_where_they_do_not_fit_and_stand_above_where_they_are_many() {
        let keys = |labels: &[&'static str]| -> Vec<Key<'static>> {
            let key = |&label| Key::new(label, Tone::Ink, Dash::Solid);
            labels.iter().map(key).collect()
        };
        let classes = keys(&["Friends", "Hot-line", "Order notices", "Ads"]);
        let Names::Above(rows) = Names::of(&classes, 358.0, 300.0) else {
            panic!("a narrow drawing has no room beside");
        };
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert!(matches!(Names::of(&classes, 920.0, 300.0), Names::Beside(width) if width < 276.0));
        let many = keys(&["arm"; 20]);
        assert!(matches!(Names::of(&many, 920.0, 170.0), Names::Above(_)));
        assert_eq!(Names::of(&[], 920.0, 170.0), Names::Nowhere);
    }
}
