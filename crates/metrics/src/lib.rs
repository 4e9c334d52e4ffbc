//! Every figure of a run or a study: metrics, time series, and the records that hold them.
//!
//! A [`Collector`] folds the facts of a run into figures, without looking into the platform. They become the
//! deterministic half of a [`RunRecord`]. Reports, comparisons and the web page read records and nothing
//! else, so that whatever they show is in a file. Each metric is registered once, in [`definitions`]:
//! thresholds, studies and the gate know no other names. Each closed set of words in a record is one enum.
//!
//! ```
//! use chappe_base::{Fact, PageId, ShardId, SimTime, Span, UserId};
//! use chappe_metrics::{Collector, CollectorConfig, HARM, PlatformSize, Threshold};
//!
//! let mut collector = Collector::new(CollectorConfig {
//!     shards: 1,
//!     platform: PlatformSize::default(),
//!     users: 1_000,
//!     pages: 1,
//!     campaigns: vec![],
//!     warm_up: SimTime::ZERO,
//!     horizon: SimTime::ZERO + Span::HOUR,
//! });
//! for user in [7, 7, 8].map(UserId) {
//!     let fact = Fact::Muted { user, page: PageId(0) };
//!     collector.observe(ShardId(0), SimTime::ZERO + Span::MINUTE, &fact);
//! }
//! let parts = collector.finish(SimTime::ZERO + Span::HOUR, 0);
//! assert_eq!(parts.metrics[HARM].value(), Some(3.0), "for each thousand users");
//! assert_eq!(parts.metrics["users.turned_away"].value(), Some(0.002));
//! assert!(Threshold::parse(HARM, "rate < 5")?.evaluate(&parts).passed);
//! # Ok::<(), chappe_metrics::ThresholdError>(())
//! ```

mod buckets;
mod calibration;
mod collector;
mod csv;
mod distribution;
mod finish;
mod full_size;
mod histogram_serde;
mod hlog;
mod interval;
mod live;
mod load;
mod meter;
mod observe;
mod overload;
mod platform_size;
mod record;
mod registry;
#[cfg(test)]
mod sample;
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
pub use interval::{LoadInterval, Timed};
pub use live::{Row, Rows};
pub use load::{Choice, LoadEnd, LoadOutcome, LoadPlan, LoadRecord, PredictedPoint, Prediction};
pub use meter::{LoadCounts, Meter};
pub use overload::Overload;
pub use platform_size::{PlatformSize, ServiceFrom, ShardsFrom};
pub use record::{
    AccountKind, Assumed, AuditSummary, Balance, Clock, Column, Execution, Funnel, Machine, Memory,
    MemoryPart, Metric, Observed, PromiseSummary, Quantile, RecordError, Refusals, RunRecord, RunResult,
    SCHEMA, ScenarioId, SeriesTable, Size, Summary, Tally, ThresholdOutcome, ThresholdVerdict, Unit,
    ViolationSummary, Warning, Window, schema,
};
pub use registry::{
    Better, Definition, HARM, Kind, REVENUE, UnknownFigure, UnknownMetric, definitions, figures, find,
    find_figure,
};
pub use study::{
    ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, CAPACITY_SCHEMA, COMPARISON_SCHEMA, CapacityEnd,
    CapacityRecord, CapacityTrial, ChangeRange, ComparedMetric, ComparisonRecord, Estimate, Headline,
    MovedParameter, MovedTo, Movement, ReplicationsEnd, SWEEP_SCHEMA, Sensitivity, SeriesDifference,
    Stopping, StudyArm, SweepDesign, SweepPoint, SweepRecord, SweptMetric, TrialPhase, UserEffects,
    UserQuantity, VarianceShares, VariantFigures, VariantVerdict, VariedKey, Verdict, Violations,
    WHATIF_SCHEMA, WhatIfRecord,
};
pub use threshold::{Threshold, ThresholdError, condition_patterns};
pub use user_count::UserCount;
