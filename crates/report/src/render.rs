//! SVG to PNG, with a font that travels along: no system font is looked for.

use crate::chart::Plot;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Group, Node, Options, Tree, fontdb};
use std::sync::Arc;

/// What stands in a picture that shows boxes in place of letters.
const LACKING: &str = "The font of this picture lacks some letters, shown as boxes: the drawing of the same name as SVG has them all.";

/// Pixels of the picture per logical pixel of the drawing, each way.
pub const DENSITY: f32 = 2.0;

/// Renders drawings; loads the font once.
pub struct Renderer {
    fonts: Arc<fontdb::Database>,
}

/// Why a drawing could not become a picture.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The text is no SVG.
    #[error("the drawing is no SVG: {0}")]
    Svg(#[from] resvg::usvg::Error),
    /// It is empty, or too large for memory.
    #[error("a drawing of {width} by {height} pixels cannot be a picture")]
    Size {
        /// Its width [px].
        width: f32,
        /// Its height [px].
        height: f32,
    },
    /// The picture could not be written as PNG.
    #[error("the picture could not be encoded: {0}")]
    Encoding(String),
}

impl Default for Renderer {
    fn default() -> Renderer {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
        fonts.load_font_data(notosans::BOLD_TTF.to_vec());
        fonts.set_sans_serif_family("Noto Sans");
        Renderer {
            fonts: Arc::new(fonts),
        }
    }
}

impl Renderer {
    /// The drawing of a plot, whose SVG is `svg`, as a PNG. Where the font lacks letters of it, the picture says so.
    ///
    /// # Errors
    /// If the drawing is no SVG, or has no size.
    pub fn plot(&self, plot: &Plot, svg: &str) -> Result<Vec<u8>, RenderError> {
        match self.lacks_letters(svg)? {
            true => self.png(&plot.picture(Some(LACKING))),
            false => self.png(svg),
        }
    }

    /// Whether the font lacks letters of the drawing.
    fn lacks_letters(&self, svg: &str) -> Result<bool, RenderError> {
        Ok(is_lacking(self.tree(svg)?.root()))
    }

    fn tree(&self, svg: &str) -> Result<Tree, RenderError> {
        let options = Options {
            fontdb: Arc::clone(&self.fonts),
            font_family: "Noto Sans".to_owned(),
            ..Options::default()
        };
        Ok(Tree::from_str(svg, &options)?)
    }

    /// The drawing as a PNG of [`DENSITY`] times its logical size.
    ///
    /// # Errors
    /// If the text is no SVG, or has no size.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, RenderError> {
        let tree = self.tree(svg)?;
        let size = tree.size();
        let (width, height) = (size.width() * DENSITY, size.height() * DENSITY);
        let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32)
            .ok_or(RenderError::Size { width, height })?;
        resvg::render(
            &tree,
            Transform::from_scale(DENSITY, DENSITY),
            &mut pixels.as_mut(),
        );
        pixels
            .encode_png()
            .map_err(|error| RenderError::Encoding(error.to_string()))
    }
}

/// Whether a text below has a letter for which there is just the font's sign for one that it lacks, its first glyph.
fn is_lacking(group: &Group) -> bool {
    group.children().iter().any(|node| match node {
        Node::Group(group) => is_lacking(group),
        Node::Text(text) => {
            let glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
            glyphs.into_iter().any(|glyph| glyph.id.0 == 0)
        }
        Node::Path(_) | Node::Image(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_drawn_with_the_font_that_travels_along() {
        let svg = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\">\
                 <text x=\"2\" y=\"15\" font-family=\"sans-serif\">{text}</text></svg>"
            )
        };
        let renderer = Renderer::default();
        let written = renderer.png(&svg("Chappe")).unwrap();
        let blank = renderer.png(&svg("")).unwrap();
        assert_ne!(written, blank);
        assert_eq!(&written[16..24], [0, 0, 0, 80, 0, 0, 0, 40]);
    }

    #[test]
    fn letters_that_the_font_lacks_are_noticed() {
        let svg = |text: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\">\
                 <g><text x=\"2\" y=\"15\" font-family=\"sans-serif\">{text}</text></g></svg>"
            )
        };
        let renderer = Renderer::default();
        for (text, is_lacking) in [
            ("Zürich, Ελλάδα, Москва", false),
            ("东京", true),
            ("\u{1f600}", true),
            ("", false),
        ] {
            assert_eq!(renderer.lacks_letters(&svg(text)).unwrap(), is_lacking, "{text}");
        }
    }

    #[test]
    fn what_is_no_drawing_is_an_error() {
        let error = Renderer::default().png("not svg").unwrap_err();
        assert!(matches!(error, RenderError::Svg(_)));
    }
}
