//! What parameters of a scenario would change: `sweep.json`.

use super::{Estimate, StudyArm, Violations};
use crate::record::{Execution, ScenarioId, Unit, Warning};
use crate::registry::Better;
use chappe_base::{RunSpec, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`SweepRecord`] that this version writes.
pub const SWEEP_SCHEMA: &str = "chappe/sweep/3";

/// A scenario at many points of its parameters, as `sweep.json` holds it.
///
/// All points share the seeds of their replications. All but `execution` is deterministic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SweepRecord {
    /// Version of this format: [`SWEEP_SCHEMA`].
    pub schema: String,
    /// What was run: all that it takes to play it again. Arms and variants change it further.
    pub spec: RunSpec,
    /// The scenario in brief.
    pub scenario: ScenarioId,
    /// Version of the program.
    pub version: String,
    /// The answer in sentences.
    pub answer: Vec<String>,
    /// How points were chosen.
    pub design: SweepDesign,
    /// What was varied.
    pub keys: Vec<VariedKey>,
    /// The arms at every point, the base scenario or baseline first.
    pub arms: Vec<StudyArm>,
    /// The seed of each replication; the first is the scenario's own.
    pub seeds: Vec<u64>,
    /// What was taken from every run.
    pub metrics: Vec<SweptMetric>,
    /// Every arm at every point of which all runs came to their end: points in order, the arms of one together.
    pub points: Vec<SweepPoint>,
    /// Runs that were planned.
    pub planned_count: u64,
    /// Of them, those that did not come to their end before the sweep was stopped.
    pub missing_count: u64,
    /// How much of the variance over points each key explains; empty unless asked for.
    pub indices: Vec<VarianceShares>,
    /// Reasons to doubt the answer, each with its remedy.
    pub warnings: Vec<Warning>,
    /// Promises that were broken in any of the runs.
    #[serde(default)]
    pub violations: Violations,
    /// What it took.
    pub execution: Execution,
}

words! {
    /// How the points of a sweep were chosen.
    SweepDesign {
        /// Every combination of the values.
        Grid = "grid",
        /// Points that fill the ranges evenly.
        LatinHypercube = "latin_hypercube",
        /// Saltelli's design, from which shares of the variance are estimated.
        Saltelli = "saltelli",
    }
}

/// One key and what it was set to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VariedKey {
    /// The key in the scenario.
    pub key: String,
    /// Its values, where they were listed.
    pub values: Vec<String>,
    /// Its lowest and highest value as they were written, where a range was given.
    pub range: Option<[String; 2]>,
}

/// One metric of a sweep.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SweptMetric {
    /// A registered metric, with its measure where it is a distribution.
    pub metric: String,
    /// What its values are counted in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
}

/// One arm at one point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SweepPoint {
    /// Number of the point, from 0.
    pub point: u32,
    /// The values of the keys, in their order.
    pub values: Vec<String>,
    /// The arm.
    pub arm: String,
    /// The mean of each metric over replications with its 95% interval, in the order of the metrics;
    /// null where no run had one. Without width where there was one replication.
    pub figures: Vec<Option<Estimate>>,
    /// The metric `revenue.total` [currency units]; null where no run had it.
    pub revenue: Option<Estimate>,
    /// The metric `harm`; null where no run had it.
    pub harm: Option<Estimate>,
    /// Whether no other point earns as much with less harm, or more with as little, by the means; never where revenue or
    /// harm is missing.
    pub is_best: bool,
}

/// How much of a metric's variance over points one key explains: the estimators of Jansen, "Analysis
/// of variance designs for model output" (Computer Physics Communications, 1999), on the design of
/// Saltelli.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VarianceShares {
    /// The figure: as in [`SweptMetric`].
    pub metric: String,
    /// The arm.
    pub arm: String,
    /// The key.
    pub key: String,
    /// What it explains alone, with its 95% interval by bootstrap; sampling can make it less than zero.
    pub first: Estimate,
    /// What it explains alone and together with others, with its 95% interval by bootstrap.
    pub total: Estimate,
}
