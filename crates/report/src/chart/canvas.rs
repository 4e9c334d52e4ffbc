//! A thin layer over plotters' SVG backend: logical pixels with fractions, and text by family.
//!
//! The backend's coordinates are integers, so everything is drawn [`FINENESS`] times as large and
//! shrunk by the view box.

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

/// Draws a chart of that size below its title and a note, on paper, to stand alone.
pub(crate) fn picture(
    extent: Extent,
    alternative: &str,
    title: &str,
    note: &str,
    draw: impl FnOnce(&Canvas<'_>),
) -> String {
    let whole = Extent {
        width: extent.width + 2.0 * BORDER,
        height: extent.height + 2.0 * BORDER + HEAD,
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
        canvas.text(title, (4.0, middle), Align::Start, TITLE, Tone::Ink);
        let corner = (extent.width - 4.0, middle);
        canvas.text(note, corner, Align::End, SMALL, Tone::Soft);
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
    let per_letter = if kind.bold { 0.68 } else { 0.6 };
    text.chars().count() as f64 * kind.size * per_letter
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

    /// A filled bar between two corners.
    pub(crate) fn bar(&self, from: (f64, f64), to: (f64, f64), tone: Tone, opacity: f64) {
        self.draw(&Rectangle::new(
            [self.fine(from), self.fine(to)],
            tone.rgb().mix(opacity).filled(),
        ));
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
