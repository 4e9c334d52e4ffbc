//! The gate's own records: baselines, verdicts of a check, and the history. Each names its format in `schema`.

mod baseline;
mod check;
mod history;

pub use baseline::{Acceptance, BASELINE_SCHEMA, Baseline, Behaviour, Cost, GateCase, Played};
pub use check::{
    CaseVerdict, CostVerdict, GATE_SCHEMA, GateRecord, MovedMetric, WallDifference, WallEvidence, WallVerdict,
};
pub use history::{
    FigureKind, HISTORY_SCHEMA, HistoryChange, HistoryPoint, HistoryRecord, HistorySeries,
    RECORDED_RUN_SCHEMA, RecordedFigure, RecordedRun,
};

#[cfg(test)]
mod tests;
