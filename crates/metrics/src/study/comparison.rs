//! What a choice of the live design changes: `comparison.json`.

use super::Violations;
use crate::record::{Execution, ScenarioId, Unit};
use crate::registry::Better;
use chappe_base::{RunSpec, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`ComparisonRecord`] that this version writes.
pub const COMPARISON_SCHEMA: &str = "chappe/comparison/2";

/// Variants of a design compared round by round, as `comparison.json` holds it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonRecord {
    /// Version of this format: [`COMPARISON_SCHEMA`].
    pub schema: String,
    /// What was run: all that it takes to play it again. Arms and variants change it further.
    pub spec: RunSpec,
    /// The scenario in brief.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// How each run was paced and for how long, in words.
    pub plan: String,
    /// The key that the variants differ in, such as `design.lanes`.
    pub key: String,
    /// Its values, one for each variant; the others are compared with the first.
    pub variants: Vec<String>,
    /// Rounds that were planned, in each of which every variant runs once.
    pub rounds_count: u32,
    /// The variants in the order in which they ran: fewer than planned if it was interrupted.
    pub order: Vec<String>,
    /// Whether it was stopped before its last round came to its end.
    pub interrupted: bool,
    /// Runs in which the generator fell behind, so that their figures say little about the platform.
    #[serde(default)]
    pub generator_limited_count: u32,
    /// Promises that were broken in its loads.
    #[serde(default)]
    pub violations: Violations,
    /// What was compared.
    pub metrics: Vec<ComparedMetric>,
    /// What it took.
    pub execution: Execution,
}

/// One metric over all rounds and variants.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ComparedMetric {
    /// The figure: a registered metric, with its measure where it is a distribution.
    pub metric: String,
    /// What its values are counted in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// The figures of each variant, in the order of the variants.
    pub variants: Vec<VariantFigures>,
    /// Each further variant compared with the first.
    pub against_first: Vec<VariantVerdict>,
}

/// One variant's figures of a metric.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VariantFigures {
    /// The variant.
    pub variant: String,
    /// One figure for each round, in the metric's unit, shares from 0 to 1; null where a run had none.
    pub figures: Vec<Option<f64>>,
}

words! {
    /// What a comparison of two comes to.
    Verdict {
        /// It moved in the better direction: the interval excludes zero, and the estimate reaches the smallest
        /// effect.
        Improved = "improved",
        /// The whole interval lies within the smallest effect.
        Unchanged = "unchanged",
        /// It moved in the worse direction, judged in the same way.
        Regressed = "regressed",
        /// It moved, and neither way is better.
        Changed = "changed",
        /// The figures do not tell.
        Inconclusive = "inconclusive",
    }
}

/// A variant compared with the first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VariantVerdict {
    /// The variant.
    pub variant: String,
    /// The variant less the first: as a share of the first if `relative`, else in the metric's unit.
    pub difference: f64,
    /// Where the 95% interval of the difference begins, counted like it.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Whether the three are shares of the first: -0.38 is 38% lower.
    pub relative: bool,
    /// What it comes to.
    pub verdict: Verdict,
    /// The same in a sentence, without its full stop.
    pub sentence: String,
}
