//! Everything a report consists of, handed out file by file.

use crate::chart::{Plot, plots};
use crate::document::document;
#[cfg(feature = "png")]
use crate::render::{RenderError, Renderer};
use chappe_metrics::RunRecord;
use std::io;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A plot could not become a picture.
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
        /// Its name within the report.
        file: String,
        /// What went wrong.
        error: io::Error,
    },
}

/// Hands `sink` each file of the report on a record: its name within the report and its bytes.
///
/// There are `index.html`, which needs none of the others, and for every plot `plots/NAME.svg`, and with the
/// feature `png` also `plots/NAME.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_report(
    record: &RunRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let plots = plots(record);
    write_plots(&plots, sink)?;
    let file = "index.html".to_owned();
    let written = sink(&file, document(record, &plots).as_bytes());
    written.map_err(|error| ReportError::Write { file, error })
}

/// Hands `sink` the file `plots/NAME.svg` for each of the plots, and with the feature `png` also
/// `plots/NAME.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_plots(
    plots: &[Plot],
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let mut write =
        |file: String, bytes: &[u8]| sink(&file, bytes).map_err(|error| ReportError::Write { file, error });
    #[cfg(feature = "png")]
    let renderer = Renderer::default();
    for plot in plots {
        let svg = plot.picture();
        write(format!("plots/{}.svg", plot.name), svg.as_bytes())?;
        #[cfg(feature = "png")]
        {
            let plot = plot.name;
            let png = renderer.png(&svg);
            let png = png.map_err(|error| ReportError::Render { plot, error })?;
            write(format!("plots/{plot}.png"), &png)?;
        }
    }
    Ok(())
}
