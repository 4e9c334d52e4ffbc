//! The files of a report, handed out one by one: where they go is the caller's business.

use crate::chart::Plot;
#[cfg(feature = "png")]
use crate::render::{RenderError, Renderer};
use std::io;

/// What takes the files of a report: each file's name within the report's folder, and its bytes.
pub type Sink<'a> = dyn FnMut(&str, &[u8]) -> io::Result<()> + 'a;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A plot could not be rendered as PNG.
    #[cfg(feature = "png")]
    #[error("plot `{plot}`: {error}")]
    Render {
        /// Which plot.
        plot: &'static str,
        /// What went wrong.
        error: RenderError,
    },
    /// A file could not be written.
    #[error("`{file}` could not be written: {error}")]
    Write {
        /// Its name within the report's folder.
        file: String,
        /// What went wrong.
        error: io::Error,
    },
}

impl From<ReportError> for io::Error {
    /// Of the same kind, so that a full disk is told from a mistake.
    fn from(error: ReportError) -> io::Error {
        let kind = match &error {
            #[cfg(feature = "png")]
            ReportError::Render { .. } => io::ErrorKind::Other,
            ReportError::Write { error, .. } => error.kind(),
        };
        io::Error::new(kind, error)
    }
}

/// Hands `sink` one file.
pub fn put(sink: &mut Sink<'_>, file: &str, bytes: &[u8]) -> Result<(), ReportError> {
    sink(file, bytes).map_err(|error| ReportError::Write {
        file: file.to_owned(),
        error,
    })
}

/// Hands `sink` the file `plots/NAME.svg` for each of the plots, and with the feature `png` also
/// `plots/NAME.png`.
///
/// # Errors
/// The sink's error, or why a plot could not be rendered.
pub fn write_plots(plots: &[Plot], sink: &mut Sink<'_>) -> Result<(), ReportError> {
    #[cfg(feature = "png")]
    let renderer = Renderer::default();
    for plot in plots {
        let svg = plot.picture(None);
        put(sink, &format!("plots/{}.svg", plot.name), svg.as_bytes())?;
        #[cfg(feature = "png")]
        {
            let png = renderer.plot(plot, &svg);
            let plot = plot.name;
            let png = png.map_err(|error| ReportError::Render { plot, error })?;
            put(sink, &format!("plots/{plot}.png"), &png)?;
        }
    }
    Ok(())
}
