//! The figures of recorded runs, one run after another: `history.json`.

use crate::record::{Execution, Unit};
use crate::registry::Better;
use chappe_base::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`HistoryRecord`] that this version writes.
pub const HISTORY_SCHEMA: &str = "chappe/history/1";

/// Every figure of the gate over all its recorded runs, as `history.json` holds it.
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

words! {
    /// What decides a figure of a recorded run.
    FigureKind {
        /// The scenario: equal scenarios have equal figures.
        Behaviour = "behaviour",
        /// The program: what a run takes, counted rather than timed.
        Cost = "cost",
        /// The machine has a say: time on the wall clock.
        Wall = "wall",
    }
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
    /// What kind of figure it is.
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
