//! Run records to plots and one self-contained document.
//!
//! The data of a chart is made from the record and can be compared as data; its drawing only looks
//! at that data. The document holds its drawings inline, wide and narrow, light and dark, so that it
//! is one file without script, font or network.

mod answer;
pub mod chart;
mod document;
mod gate;
mod junit;
mod reading;
#[cfg(feature = "png")]
pub mod render;
mod study;
mod summary;
pub mod words;
mod write;

pub use answer::{answer, doubts};
pub use document::document;
pub use gate::{gate_annotations, gate_answer, gate_junit, gate_markdown, gate_problems};
pub use junit::junit;
pub use study::{
    capacity_answer, capacity_plots, comparison_answer, comparison_plots, history_answer, history_charts,
    history_rows, sweep_plots, whatif_plots, write_capacity, write_comparison, write_history, write_sweep,
    write_whatif,
};
pub use summary::{Figure, key_figures, markdown, summary};
pub use write::{ReportError, write_plots, write_report};
