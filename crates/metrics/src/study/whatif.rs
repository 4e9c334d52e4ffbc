//! What arms of a scenario would change: `whatif.json`.

use super::{Estimate, StudyArm, Violations};
use crate::record::{Assumed, Execution, Quantile, ScenarioId, Unit, Warning};
use crate::registry::Better;
use crate::user_count::UserCount;
use chappe_base::{RunSpec, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`WhatIfRecord`] that this version writes.
pub const WHATIF_SCHEMA: &str = "chappe/whatif/2";

/// Arms of a scenario compared with a baseline, replication by replication, as `whatif.json` holds it.
///
/// In a replication all arms share their seed, so that their draws are the same and differences are
/// those of the arms. All but `execution` is deterministic, unless a budget of wall time ended it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WhatIfRecord {
    /// Version of this format: [`WHATIF_SCHEMA`].
    pub schema: String,
    /// What was run: all that it takes to play it again. Arms and variants change it further.
    pub spec: RunSpec,
    /// The scenario in brief.
    pub scenario: ScenarioId,
    /// Version of the program.
    pub version: String,
    /// The answer in sentences, the answer to the scenario's question first.
    pub answer: Vec<String>,
    /// The arms that were run: the baseline first, then the others in the order in which they were given.
    pub arms: Vec<StudyArm>,
    /// The seed of each replication; the first is the scenario's own.
    pub seeds: Vec<u64>,
    /// The rule by which the replications ended, and why they did.
    pub stopping: Stopping,
    /// Every figure that any run had other than zero: headline metrics first, then by name.
    pub metrics: Vec<ArmsMetric>,
    /// Who gained and who lost, user by user, in the first replication: every arm but the baseline.
    pub users: Vec<UserEffects>,
    /// How differences grew over the run, for the series that a study follows.
    pub series: Vec<ArmsSeries>,
    /// How much the answer depends on assumed parameters, where that was asked for: the most important first.
    pub sensitivity: Vec<Sensitivity>,
    /// Parameters in effect that have no source, over all arms.
    pub assumed: Vec<Assumed>,
    /// Reasons to doubt the answer, each with its remedy.
    pub warnings: Vec<Warning>,
    /// Promises that were broken in any of the runs.
    #[serde(default)]
    pub violations: Violations,
    /// What it took.
    pub execution: Execution,
}

words! {
    /// Why the replications of a study ended.
    ReplicationsEnd {
        /// Every interval that was asked for is as narrow as asked.
        NarrowEnough = "narrow_enough",
        /// There were as many as were allowed.
        Replications = "replications",
        /// The wall time that was allowed was over.
        Budget = "budget",
        /// The study was interrupted.
        Interrupted = "interrupted",
        /// They have not ended: the record says what there is so far. No file holds such a record.
        Running = "running",
    }
}

/// When replications end: Stein's two-stage procedure, "A two-sample test for a linear hypothesis
/// whose power is independent of the variance" (Annals of Mathematical Statistics, 1945).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stopping {
    /// Replications of the pilot, from whose variance alone the number of all follows.
    pub pilot_count: u32,
    /// Replications that the pilot asked for; null if the pilot did not come to its end.
    pub wanted_count: Option<u32>,
    /// The most that were allowed.
    pub replications_max: u32,
    /// The wall time that was allowed [ns], if any.
    pub budget_ns: Option<u64>,
    /// The metrics whose intervals had to become narrow, and how narrow.
    pub headline: Vec<Headline>,
    /// Why it ended.
    pub ended: ReplicationsEnd,
}

/// One of the metrics whose intervals decide how many replications there are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// The figure, as in [`ArmsMetric`].
    pub metric: String,
    /// Half the width that the interval of its difference may have, as a share of the baseline's mean;
    /// of the arm's where that is zero.
    pub half_width: f64,
}

/// One figure of all arms in all replications.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ArmsMetric {
    /// A registered metric, with its measure where it is a distribution: `delivery.friend p(99)`.
    pub metric: String,
    /// What its values are counted in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// The figures of each arm, in the order of the arms.
    pub arms: Vec<ArmFigures>,
    /// Each arm but the first, compared with the first.
    pub against_baseline: Vec<ArmDifference>,
}

/// One arm's figures of a metric.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ArmFigures {
    /// The arm.
    pub arm: String,
    /// One figure for each replication, in the metric's unit, shares from 0 to 1; null where a run had
    /// none.
    pub figures: Vec<Option<f64>>,
    /// Their mean; null if no run had one.
    pub mean: Option<f64>,
}

words! {
    /// Whether a figure moved, by the interval of its difference.
    Movement {
        /// The interval lies above zero.
        More = "more",
        /// The interval lies below zero.
        Less = "less",
        /// The interval holds zero, and is as narrow as asked.
        Unchanged = "unchanged",
        /// The interval holds zero, and is wider than that.
        Unsure = "unsure",
    }
}

/// An arm compared with the baseline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ArmDifference {
    /// The arm.
    pub arm: String,
    /// The mean of the paired differences, arm less baseline, with its 95% interval, in the metric's
    /// unit.
    pub difference: Estimate,
    /// The same as shares of the baseline's mean: 0.12 is 12% more. Null where that is zero.
    pub share: Option<Estimate>,
    /// Whether it moved.
    pub verdict: Movement,
    /// If unsure: about how many more replications would decide it; null where no reasonable number would.
    pub more_replications: Option<u32>,
    /// The same in a sentence, without its full stop.
    pub sentence: String,
}

/// What one arm did to each user, in one replication.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UserEffects {
    /// The arm.
    pub arm: String,
    /// The seed of the replication.
    pub seed: u64,
    /// People.
    pub users_count: u32,
    /// What was counted for each of them.
    pub quantities: Vec<UserQuantity>,
}

/// How one quantity changed over users, arm less baseline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UserQuantity {
    /// Which.
    pub quantity: UserCount,
    /// All of the baseline.
    pub baseline_total: u64,
    /// All of the arm.
    pub arm_total: u64,
    /// People with less of it.
    pub less_count: u32,
    /// People with as much.
    pub same_count: u32,
    /// People with more.
    pub more_count: u32,
    /// Quantiles of the change over all users, rising: how much at most so large a share of them
    /// changed.
    pub quantiles: Vec<Quantile>,
    /// How many people changed by how much, without those who did not change; rising, empty ranges
    /// left out.
    pub changes: Vec<ChangeRange>,
}

/// People whose change lies in a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangeRange {
    /// The least change.
    pub from: i32,
    /// The largest, included.
    pub to: i32,
    /// People.
    pub users_count: u32,
}

/// One series of all arms: means over replications.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ArmsSeries {
    /// The registered series.
    pub series: String,
    /// What its values are counted in.
    pub unit: Unit,
    /// Start of the first interval [ns since midnight UTC of day one].
    pub start_ns: i64,
    /// Length of each interval [ns].
    pub interval_ns: i64,
    /// The baseline's mean in each interval; null where a run had no value.
    pub baseline: Vec<Option<f64>>,
    /// Each arm but the first, compared with the first.
    pub against_baseline: Vec<SeriesDifference>,
}

/// How an arm's series differs from the baseline's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeriesDifference {
    /// The arm.
    pub arm: String,
    /// The mean difference in each interval, with its 95% interval, in the series' unit; single
    /// intervals, not all at once. Without width where there was one replication; null where a run had no value.
    pub differences: Vec<Option<Estimate>>,
}

/// How much one difference depends on parameters without a source, each moved alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// The figure, as in [`ArmsMetric`].
    pub metric: String,
    /// What the differences are counted in.
    pub unit: Unit,
    /// The arm that is compared with the baseline.
    pub arm: String,
    /// The difference where nothing is moved.
    pub difference: Estimate,
    /// Each parameter moved alone: the one that moves the difference most comes first.
    pub parameters: Vec<MovedParameter>,
}

/// One parameter, at its low and its high value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MovedParameter {
    /// Its key in the scenario.
    pub key: String,
    /// Its value in the scenario.
    pub value: String,
    /// What it was lowered to, and the difference between arm and baseline there.
    pub low: MovedTo,
    /// What it was raised to, and the difference between arm and baseline there.
    pub high: MovedTo,
    /// How far the differences at the two lie apart, in the metric's unit; never negative.
    pub swing: f64,
}

/// One end of a moved parameter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MovedTo {
    /// The value.
    pub value: String,
    /// The difference between arm and baseline there.
    pub difference: Estimate,
}
