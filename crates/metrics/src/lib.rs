//! Histograms, counters, time series, and the run record.
//!
//! A [`Collector`] folds the facts of a run into figures, without looking into the platform. What
//! it finds becomes the deterministic half of a [`RunRecord`]; reports, comparison and the web
//! page read records and nothing else.

mod buckets;
mod calibration;
mod carried;
mod collector;
mod csv;
mod distribution;
mod finish;
mod full_size;
mod hlog;
mod live;
mod load;
mod meter;
mod observe;
mod record;
mod registry;
#[cfg(test)]
mod sample;
mod second;
mod study;
mod threshold;
mod user_count;

pub use calibration::{CALIBRATION_SCHEMA, Calibration, PredictionError};
pub use collector::{Collector, CollectorConfig};
pub use csv::write_csv;
pub use distribution::{Distribution, HIGHEST_NS};
pub use finish::ResultParts;
pub use full_size::FullSize;
pub use hlog::write_hlog;
pub use live::{Row, Rows};
pub use load::{Choice, LoadEnd, LoadOutcome, LoadPlan, LoadRecord, PredictedPoint, Prediction};
pub use meter::{LoadCounts, Meter};
pub use record::{
    AccountKind, Assumed, AuditSummary, Balance, Clock, Column, Execution, Funnel, Machine, Memory,
    MemoryPart, Metric, Observed, PromiseSummary, Quantile, RecordError, Refusals, RunRecord, RunResult,
    SCHEMA, ScenarioId, SeriesTable, Size, Summary, Tally, ThresholdVerdict, Unit, ViolationSummary, Warning,
    Window, schema,
};
pub use registry::{Better, Definition, Kind, UnknownMetric, definitions, find};
pub use second::{Second, Timed};
pub use study::{
    Acceptance, ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, BASELINE_SCHEMA, Baseline, Behaviour,
    CAPACITY_SCHEMA, COMPARISON_SCHEMA, CapacityEnd, CapacityRecord, CapacityTrial, CaseVerdict, ChangeRange,
    ComparedMetric, ComparisonRecord, Cost, CostVerdict, Estimate, FigureKind, GATE_SCHEMA, GateCase,
    GateRecord, HISTORY_SCHEMA, Headline, HistoryChange, HistoryPoint, HistoryRecord, HistorySeries,
    MovedMetric, MovedParameter, MovedTo, Movement, Played, ReplicationsEnd, SWEEP_SCHEMA, Sensitivity,
    SeriesDifference, Stopping, StudyArm, SweepDesign, SweepPoint, SweepRecord, SweptMetric, TrialPhase,
    UserEffects, UserQuantity, VarianceShares, VariantFigures, VariantVerdict, VariedKey, Verdict,
    WHATIF_SCHEMA, WallDifference, WallEvidence, WallVerdict, WhatIfRecord,
};
pub use threshold::{Threshold, ThresholdError};
pub use user_count::UserCount;
