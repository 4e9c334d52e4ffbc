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

/// Where a chart is drawn.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
}

/// Draws on a canvas of that size; `alternative` is read aloud instead of the drawing.
pub(crate) fn svg(extent: Extent, alternative: &str, draw: impl FnOnce(&Canvas<'_>)) -> String {
    let mut text = String::new();
    let fine = |pixels: f64| (pixels * FINENESS).round() as u32;
    let size = (fine(extent.width), fine(extent.height));
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&Canvas { area });
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

/// About how wide a text is [logical px]: there is no font to ask.
pub(crate) fn text_width(text: &str, kind: Type) -> f64 {
    let per_letter = if kind.bold { 0.6 } else { 0.56 };
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

    /// The whole canvas in one colour.
    pub(crate) fn fill(&self, tone: Tone) {
        self.area
            .fill(&tone.rgb())
            .expect("drawing into a string cannot fail");
    }

    /// A line through points.
    pub(crate) fn line(&self, points: &[(f64, f64)], tone: Tone, width: f64) {
        let style = tone.rgb().stroke_width((width * FINENESS).round() as u32);
        self.draw(&PathElement::new(fine_points(points), style));
    }

    /// A filled bar between two corners.
    pub(crate) fn bar(&self, from: (f64, f64), to: (f64, f64), tone: Tone, opacity: f64) {
        self.draw(&Rectangle::new(
            [fine(from), fine(to)],
            tone.rgb().mix(opacity).filled(),
        ));
    }

    /// A filled dot.
    pub(crate) fn dot(&self, centre: (f64, f64), radius: f64, tone: Tone, opacity: f64) {
        let radius = (radius * FINENESS).round() as i32;
        self.draw(&Circle::new(
            fine(centre),
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
        self.draw(&Text::new(text.to_owned(), fine(at), style));
    }
}

fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINENESS).round() as i32, (y * FINENESS).round() as i32)
}

fn fine_points(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    points.iter().copied().map(fine).collect()
}
