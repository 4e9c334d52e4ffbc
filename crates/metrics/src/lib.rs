//! Histograms, counters, time series, and the run record.
//!
//! A [`Collector`] folds the facts of a run into figures, without looking into the platform. What
//! it finds becomes the deterministic half of a [`RunRecord`]; reports, comparison and the web
//! page read records and nothing else.

mod record;

pub use record::{
    Assumed, AuditSummary, Balance, Clock, Column, Execution, Funnel, Machine, Memory, MemoryPart,
    Metric, Observed, PromiseSummary, Quantile, RecordError, Refusals, RunRecord, RunResult,
    SCHEMA, ScenarioId, SeriesTable, Size, Summary, Tally, ThresholdVerdict, Unit,
    ViolationSummary, Warning, Window, schema,
};
