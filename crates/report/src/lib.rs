//! Records as documents, plots, tables and sentences.
//!
//! A record holds every figure of a run or of a study; this crate reads nothing else and computes no figure anew.
//! Each kind of record is a [`Report`], so that a face writes and says all of them in the same way:
//!
//! ```
//! use chappe_report::Report;
//!
//! # use chappe_base::RunSpec;
//! # use chappe_metrics::{COMPARISON_SCHEMA, ComparisonRecord, Execution, ScenarioId, Violations};
//! # let record = ComparisonRecord {
//! #     schema: COMPARISON_SCHEMA.to_string(),
//! #     spec: RunSpec::new("0.1.0", "ad-blast.toml", String::new()),
//! #     scenario: ScenarioId {
//! #         name: "ad-blast".to_string(),
//! #         title: "An ad blast".to_string(),
//! #         question: "Do friends wait while a campaign is sent?".to_string(),
//! #         hash: "00".to_string(),
//! #         arm: None,
//! #     },
//! #     seed: 1,
//! #     version: "0.1.0".to_string(),
//! #     plan: "open, 20000 per second, 2s each".to_string(),
//! #     key: "design.lanes".to_string(),
//! #     variants: vec!["fifo".to_string(), "priority".to_string()],
//! #     rounds_count: 10,
//! #     order: Vec::new(),
//! #     interrupted: false,
//! #     generator_limited_count: 0,
//! #     violations: Violations::default(),
//! #     metrics: Vec::new(),
//! #     execution: Execution::default(),
//! # };
//! // `record` is a `RunRecord`, a `WhatIfRecord` or another one that a study has given back.
//! let mut files: Vec<(String, Vec<u8>)> = Vec::new();
//! record.write_files(&mut |name, bytes| {
//!     files.push((name.to_owned(), bytes.to_vec()));
//!     Ok(())
//! })?;
//! assert!(files.iter().any(|(name, _)| name == record.front_page()));
//! for sentence in record.answer() {
//!     println!("{sentence}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The data of a chart ([`chart::Plot`]) is made from the record and can be compared as data; drawing reads that
//! data alone. The document holds its drawings inline, wide and narrow, light and dark, so that it is one file
//! without script, font or network.

mod answer;
mod calibration;
pub mod chart;
mod csv;
mod document;
mod grid;
mod junit;
pub mod parts;
mod reading;
#[cfg(feature = "png")]
pub mod render;
mod report;
mod run;
mod study;
mod summary;
mod traces;
pub mod words;
mod write;

pub use chart::Measure;
pub use document::document;
pub use grid::{grid, table};
pub use reading::observed;
pub use report::Report;
pub use run::RunReport;
pub use study::{capacity_plots, comparison_plots, sweep_plots, whatif_plots};
pub use summary::{Figure, key_figures, memory_by_part, summary};
pub use traces::{
    DISTRIBUTIONS, NOT_SEEN, TraceComparison, TraceDistribution, TraceFigure, TraceQuantity, TraceSide,
};
pub use write::{ReportError, Sink, write_plots};
