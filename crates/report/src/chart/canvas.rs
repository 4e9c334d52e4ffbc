//! A thin layer over plotters' SVG backend: logical pixels with fractions, and text by family.
//!
//! The backend's coordinates are integers, so everything is drawn [`FINENESS`] times as large and
//! shrunk by the view box.

use super::names::cut;
use super::palette::Tone;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Write as _;

/// Units of the drawing per logical pixel.
const FINENESS: f64 = 4.0;

/// Size of a drawing [logical px].
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Extent {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Which end of a text its position names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// Size of text [logical px] and its weight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) bold: bool,
}

/// Axis labels.
pub(crate) const SMALL: Type = Type {
    size: 12.0,
    bold: false,
};
/// Labels of what is drawn.
pub(crate) const LABEL: Type = Type {
    size: 13.0,
    bold: true,
};

/// Titles of drawings that stand alone.
const TITLE: Type = Type {
    size: 17.0,
    bold: true,
};
/// Room for such a title [logical px].
const HEAD: f64 = 38.0;
/// Space around a drawing that stands alone [logical px].
const BORDER: f64 = 14.0;
/// Room for a warning below a drawing that stands alone [logical px].
const FOOT: f64 = 22.0;

/// Where a chart is drawn.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    /// Place of the chart's upper left corner [logical px].
    origin: (f64, f64),
}

/// Draws a chart of that size, to stand in a document; `alternative` is read aloud instead.
pub(crate) fn inline(extent: Extent, alternative: &str, draw: impl FnOnce(&Canvas<'_>)) -> String {
    svg(extent, alternative, |area| {
        draw(&Canvas {
            area,
            origin: (0.0, 0.0),
        });
    })
}

/// What stands around a chart that stands alone.
pub(crate) struct Around<'a> {
    /// Above it.
    pub(crate) title: &'a str,
    /// In its corner.
    pub(crate) note: &'a str,
    /// Below it, if there is something to beware of.
    pub(crate) warning: Option<&'a str>,
}

/// Draws a chart of that size below its title and a note, on paper, to stand alone.
pub(crate) fn picture(
    extent: Extent,
    alternative: &str,
    around: &Around<'_>,
    draw: impl FnOnce(&Canvas<'_>),
) -> String {
    let foot = if around.warning.is_some() { FOOT } else { 0.0 };
    let whole = Extent {
        width: extent.width + 2.0 * BORDER,
        height: extent.height + 2.0 * BORDER + HEAD + foot,
    };
    svg(whole, alternative, |area| {
        let canvas = Canvas {
            area,
            origin: (BORDER, BORDER + HEAD),
        };
        canvas
            .area
            .fill(&Tone::Paper.rgb())
            .expect("drawing into a string cannot fail");
        let middle = -HEAD + 12.0;
        canvas.text(around.title, (4.0, middle), Align::Start, TITLE, Tone::Ink);
        let corner = (extent.width - 4.0, middle);
        let room = extent.width - text_width(around.title, TITLE) - 24.0;
        canvas.text(
            &cut(around.note, room, SMALL),
            corner,
            Align::End,
            SMALL,
            Tone::Soft,
        );
        if let Some(warning) = around.warning {
            let below = (4.0, extent.height + 12.0);
            let warning = cut(warning, extent.width - 8.0, SMALL);
            canvas.text(&warning, below, Align::Start, SMALL, Tone::Harm);
        }
        draw(&canvas);
    })
}

fn svg(
    extent: Extent,
    alternative: &str,
    draw: impl FnOnce(DrawingArea<SVGBackend<'_>, plotters::coord::Shift>),
) -> String {
    let mut text = String::new();
    let fine = |pixels: f64| (pixels * FINENESS).round() as u32;
    let size = (fine(extent.width), fine(extent.height));
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(area);
    }
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let mut whole = String::with_capacity(body.len() + 400);
    let escaped = escape(alternative);
    write!(
        whole,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" \
         role=\"img\" aria-label=\"{escaped}\">\n{body}",
        extent.width, extent.height, size.0, size.1,
    )
    .expect("writing into a string cannot fail");
    whole
}

/// About how wide a text is [logical px], in a wide font: there is none to ask.
pub(crate) fn text_width(text: &str, kind: Type) -> f64 {
    let letters: f64 = text.chars().map(|letter| letter_width(letter, kind.bold)).sum();
    letters * kind.size
}

/// About how wide a letter is, as a share of the size of the text, in a wide font.
fn letter_width(letter: char, bold: bool) -> f64 {
    match (letter, bold) {
        ('W' | 'M' | 'm' | '@' | '%', _) => 1.0,
        ('\u{1100}'.., _) if !('\u{1e00}'..='\u{22ff}').contains(&letter) => 1.1,
        ('A'..='Z' | 'w' | '\u{2026}', true) => 0.8,
        ('A'..='Z' | 'w' | '\u{2026}', false) => 0.75,
        (_, true) => 0.68,
        (_, false) => 0.6,
    }
}

/// From one line of text to the next [logical px].
pub(crate) fn line_height(kind: Type) -> f64 {
    kind.size + 3.0
}

/// The parts of a line that are drawn where dashes and gaps of these lengths take turns.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut parts: Vec<Vec<(f64, f64)>> = vec![];
    let (mut place, mut left) = (0, pattern[0]);
    let mut part: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            length -= left;
            if place % 2 == 0 {
                part.push(from);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![from];
            }
            place = (place + 1) % pattern.len();
            left = pattern[place];
        }
        left -= length;
        if place % 2 == 0 {
            part.push(to);
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    parts
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

impl Canvas<'_> {
    fn draw<'e, E>(&self, element: &'e E)
    where
        &'e E: plotters::element::PointCollection<'e, (i32, i32)>,
        for<'b> E: plotters::element::Drawable<SVGBackend<'b>>,
    {
        self.area
            .draw(element)
            .expect("drawing into a string cannot fail");
    }

    /// A line through points.
    pub(crate) fn line(&self, points: &[(f64, f64)], tone: Tone, width: f64) {
        let style = tone.rgb().stroke_width((width * FINENESS).round() as u32);
        self.draw(&PathElement::new(self.fine_points(points), style));
    }

    /// A line through points, broken into dashes of these lengths with gaps between them [logical px].
    pub(crate) fn dashed_line(&self, points: &[(f64, f64)], pattern: &[f64], tone: Tone, width: f64) {
        if pattern.is_empty() {
            return self.line(points, tone, width);
        }
        for dash in dashes(points, pattern) {
            self.line(&dash, tone, width);
        }
    }

    /// Lines of text below one another, centred on `at` together.
    pub(crate) fn lines(&self, lines: &[String], at: (f64, f64), align: Align, kind: Type, tone: Tone) {
        let first = at.1 - (lines.len() as f64 - 1.0) / 2.0 * line_height(kind);
        for (index, line) in lines.iter().enumerate() {
            let y = first + index as f64 * line_height(kind);
            self.text(line, (at.0, y), align, kind, tone);
        }
    }

    /// A filled bar between two corners.
    pub(crate) fn bar(&self, from: (f64, f64), to: (f64, f64), tone: Tone, opacity: f64) {
        self.draw(&Rectangle::new(
            [self.fine(from), self.fine(to)],
            tone.rgb().mix(opacity).filled(),
        ));
    }

    /// The filled area within an outline; nothing if the outline has no corner.
    pub(crate) fn area(&self, outline: &[(f64, f64)], tone: Tone, opacity: f64) {
        if !outline.is_empty() {
            self.draw(&Polygon::new(
                self.fine_points(outline),
                tone.rgb().mix(opacity).filled(),
            ));
        }
    }

    /// A filled dot.
    pub(crate) fn dot(&self, centre: (f64, f64), radius: f64, tone: Tone, opacity: f64) {
        let radius = (radius * FINENESS).round() as i32;
        self.draw(&Circle::new(
            self.fine(centre),
            radius,
            tone.rgb().mix(opacity).filled(),
        ));
    }

    /// One line of text, vertically centred on `at`.
    pub(crate) fn text(&self, text: &str, at: (f64, f64), align: Align, kind: Type, tone: Tone) {
        let style = if kind.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        // The backend divides sizes by 1.24.
        let font: FontDesc<'_> = ("sans-serif", kind.size * FINENESS * 1.24, style).into();
        let horizontal = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let colour = tone.rgb();
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        self.draw(&Text::new(text.to_owned(), self.fine(at), style));
    }

    fn fine(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let (left, top) = self.origin;
        let place = |pixels: f64| (pixels * FINENESS).round() as i32;
        (place(left + x), place(top + y))
    }

    fn fine_points(&self, points: &[(f64, f64)]) -> Vec<(i32, i32)> {
        points.iter().map(|&point| self.fine(point)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_and_gaps_take_turns_around_corners() {
        let line = [(0.0, 0.0), (5.0, 0.0), (5.0, 6.0)];
        let parts = dashes(&line, &[4.0, 2.0]);
        assert_eq!(
            parts,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)],]
        );
        assert_eq!(dashes(&[], &[4.0, 2.0]), Vec::<Vec<(f64, f64)>>::new());
    }
}
