//! How much a platform carries: `capacity.json`.

use super::Violations;
use crate::load::Choice;
use crate::record::{Execution, ScenarioId};
use chappe_base::{RunSpec, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`CapacityRecord`] that this version writes.
pub const CAPACITY_SCHEMA: &str = "chappe/capacity/2";

/// A search for the highest rate that keeps within thresholds, as `capacity.json` holds it.
///
/// Rates are clients' commands per second of the wall clock.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CapacityRecord {
    /// Version of this format: [`CAPACITY_SCHEMA`].
    pub schema: String,
    /// What was run: all that it takes to play it again. Arms and variants change it further.
    pub spec: RunSpec,
    /// The scenario in brief.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// How each trial was paced and for how long, in words.
    pub plan: String,
    /// The choices of the live platform's design, by key, as the scenario would have them.
    pub design: Vec<Choice>,
    /// The thresholds that a trial had to keep, each as metric and condition.
    pub thresholds: Vec<String>,
    /// Why the search ended.
    pub ended: CapacityEnd,
    /// The highest rate that was kept, and not refuted when it was tried again [commands per second].
    pub kept_rate: Option<f64>,
    /// The lowest rate above it that failed, be it for the platform or for the generator [commands
    /// per second].
    pub failed_rate: Option<f64>,
    /// Every trial that came to its end, in order.
    pub trials: Vec<CapacityTrial>,
    /// The most trials that were allowed.
    pub trials_max: u32,
    /// If thresholds could not be judged, or are missed whatever the rate: each with what it lacks, or with what was
    /// observed at the highest and the lowest rate.
    #[serde(default)]
    pub unsettled: Vec<String>,
    /// Promises that were broken in its loads.
    #[serde(default)]
    pub violations: Violations,
    /// What it took.
    pub execution: Execution,
}

words! {
    /// Why a search for capacity ended.
    CapacityEnd {
        /// The capacity lies between the kept and the failed rate.
        Found = "found",
        /// The highest rate allowed was kept: the capacity is at least that.
        Cap = "cap",
        /// The generator was the limit: the capacity is at least the kept rate, if there is one.
        Generator = "generator",
        /// No trials were left. What the rates say is not confirmed.
        Trials = "trials",
        /// Not even the lowest rate was kept.
        Nothing = "nothing",
        /// A threshold could not be judged: too little was observed, or nothing at all.
        Unmeasured = "unmeasured",
        /// Thresholds were missed, and much lower rates brought them no nearer: they do not depend on the rate.
        NotByRate = "not_by_rate",
        /// The search was interrupted. What the rates say is not confirmed.
        Interrupted = "interrupted",
    }
}

words! {
    /// What a trial of a search is for.
    TrialPhase {
        /// To find a rate that keeps, and one that fails.
        Bracket = "bracket",
        /// To bring the two closer together.
        Bisect = "bisect",
        /// To see whether the rate found keeps again.
        Confirm = "confirm",
    }
}

/// One trial of a search.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CapacityTrial {
    /// Load that was to be offered [commands per second].
    pub rate: f64,
    /// What the trial was for.
    pub phase: TrialPhase,
    /// Whether every threshold was kept.
    pub kept: bool,
    /// Whether the generator fell behind, so that the trial says nothing about the platform.
    pub generator_limited: bool,
    /// Whether a threshold could not be judged, so that the trial is neither kept nor missed.
    #[serde(default)]
    pub unmeasured: bool,
    /// Load that was served [commands per second].
    pub achieved_rate: f64,
    /// Median delivery between friends, from the intended send, if any was measured [ns].
    pub p50_ns: Option<i64>,
    /// Its 0.99 quantile [ns].
    pub p99_ns: Option<i64>,
}
