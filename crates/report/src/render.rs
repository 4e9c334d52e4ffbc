//! SVG to PNG, with a font that travels along: no system font is looked for.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::Arc;

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
    /// The drawing as a PNG of [`DENSITY`] times its logical size.
    ///
    /// # Errors
    /// If the text is no SVG, or has no size.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, RenderError> {
        let options = Options {
            fontdb: Arc::clone(&self.fonts),
            font_family: "Noto Sans".to_owned(),
            ..Options::default()
        };
        let tree = Tree::from_str(svg, &options)?;
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
    fn what_is_no_drawing_is_an_error() {
        let error = Renderer::default().png("not svg").unwrap_err();
        assert!(matches!(error, RenderError::Svg(_)));
    }
}
