//! Recorded runs, one a line of the history, and the series that are made of them: `history.json`.

use chappe_base::words;
use chappe_metrics::{Better, Execution, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`RecordedRun`] that this version writes.
pub const RECORDED_RUN_SCHEMA: &str = "chappe/recorded-run/1";

/// What `schema` says in every [`HistoryRecord`] that this version writes.
pub const HISTORY_SCHEMA: &str = "chappe/history/1";

words! {
    /// What a figure depends on, and with it what may be compared.
    FigureKind {
        /// The scenario decides it: equal scenarios have equal figures on any machine.
        Behaviour = "behaviour",
        /// The program decides it: what a run takes, counted rather than timed.
        Cost = "cost",
        /// A time on the wall clock, which depends on the machine too.
        Wall = "wall",
    }
}

/// One run of a scenario: one line of the history.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordedRun {
    /// Version of this format: [`RECORDED_RUN_SCHEMA`].
    pub schema: String,
    /// When, in RFC 3339.
    pub at: String,
    /// The commit of the program, where it is known.
    pub commit: Option<String>,
    /// Version of the program.
    pub version: String,
    /// What it ran on.
    pub machine: String,
    /// The scenario's name.
    pub scenario: String,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub scenario_hash: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// Its figures.
    pub figures: Vec<RecordedFigure>,
}

/// One figure of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordedFigure {
    /// What it depends on.
    pub kind: FigureKind,
    /// Its name.
    pub metric: String,
    /// What its value is counted in.
    pub unit: Unit,
    /// Its value: a finite number.
    pub value: f64,
    /// Which way it ought to move.
    pub better: Better,
}

/// Every figure of the gate over all its recorded runs, as it stands in `history.json`.
///
/// All but `execution` follows from the recorded runs alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRecord {
    /// Version of this format: [`HISTORY_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// Recorded runs that the series are taken from.
    pub runs_count: u64,
    /// Every figure, by scenario and metric.
    pub series: Vec<HistorySeries>,
    /// What it took.
    pub execution: Execution,
}

/// One figure of one scenario, run after run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistorySeries {
    /// The scenario.
    pub scenario: String,
    /// The figure.
    pub metric: String,
    /// The machine that it was measured on, for times on the wall clock: those of two machines don't
    /// compare. Null for all others.
    pub machine: Option<String>,
    /// What its values depend on.
    pub kind: FigureKind,
    /// What its values are counted in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// Its value in each run, in the order in which they were recorded.
    pub points: Vec<HistoryPoint>,
    /// Where it changed, by E-divisive at a level of 1%, in order.
    pub changes: Vec<HistoryChange>,
}

/// A figure in one run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryPoint {
    /// When it was recorded, in RFC 3339.
    pub at: String,
    /// The commit that was run; null where it is not known.
    pub commit: Option<String>,
    /// The value, in the unit of its series.
    pub value: f64,
}

/// A change of a series.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryChange {
    /// Number of the first point after it, from 0.
    pub point: u64,
    /// Median since the change before it, in the unit of its series.
    pub before: f64,
    /// Median until the change after it, in the unit of its series.
    pub after: f64,
    /// Whether the scenario or its seed changed there as well.
    pub scenario_changed: bool,
}
