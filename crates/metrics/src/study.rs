//! Records of several runs together: how much a platform carries, what a choice changes, what arms
//! and parameters would change; and what a change of the program does to all that, now and
//! over commits.

mod gate;
mod history;
mod sweep;
mod whatif;

pub use gate::{
    Acceptance, BASELINE_SCHEMA, Baseline, Behaviour, COSTS, CaseVerdict, CostMetric, CostVerdict,
    GATE_SCHEMA, GateCase, GateRecord, MovedMetric, Played, WallDifference, WallEvidence, WallVerdict,
};
pub use history::{HISTORY_SCHEMA, HistoryChange, HistoryPoint, HistoryRecord, HistorySeries};
pub use sweep::{SWEEP_SCHEMA, SweepPoint, SweepRecord, SweptMetric, VarianceShares, VariedKey};
pub use whatif::{
    ArmDifference, ArmFigures, ArmsMetric, ArmsSeries, ChangeRange, Headline, MovedParameter, MovedTo,
    Sensitivity, SeriesDifference, Stopping, UserEffects, UserQuantity, WHATIF_SCHEMA, WhatIfRecord,
};

use crate::load::Choice;
use crate::record::{Execution, ScenarioId, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `schema` says in every [`CapacityRecord`] that this version writes.
pub const CAPACITY_SCHEMA: &str = "chappe/capacity/1";

/// What `schema` says in every [`ComparisonRecord`] that this version writes.
pub const COMPARISON_SCHEMA: &str = "chappe/comparison/1";

/// A search for the highest rate that keeps within thresholds, as it stands in `capacity.json`.
///
/// Rates are clients' commands per second of the wall clock.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CapacityRecord {
    /// Version of this format: [`CAPACITY_SCHEMA`].
    pub schema: String,
    /// What was run.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// How each trial was paced and for how long, in words.
    pub plan: String,
    /// The choices of the live platform's design, by key, as the scenario would have them.
    pub design: Vec<Choice>,
    /// What a trial had to keep, each as metric and condition.
    pub thresholds: Vec<String>,
    /// Why the search ended: `found`, `cap`, `generator`, `trials`, `nothing` or `interrupted`.
    pub ended: String,
    /// The highest rate that was kept, and not refuted when it was tried again [commands per second].
    pub kept_rate: Option<f64>,
    /// The lowest rate above it that failed, be it for the platform or for the generator [commands
    /// per second].
    pub failed_rate: Option<f64>,
    /// Every trial, in order.
    pub trials: Vec<CapacityTrial>,
    /// What it took.
    pub execution: Execution,
}

/// One trial of a search.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CapacityTrial {
    /// Load that was to be offered [commands per second].
    pub rate: f64,
    /// What the trial was for: `bracket`, `bisect` or `confirm`.
    pub phase: String,
    /// Whether every threshold was kept.
    pub kept: bool,
    /// Whether the generator fell behind, so that the trial says nothing about the platform.
    pub generator_limited: bool,
    /// Load that was served [commands per second].
    pub achieved_rate: f64,
    /// Median delivery between friends, from the intended send, if any was measured [ns].
    pub p50_ns: Option<i64>,
    /// Its 0.99 quantile [ns].
    pub p99_ns: Option<i64>,
}

/// Variants of a design set against each other, round by round, as it stands in `comparison.json`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonRecord {
    /// Version of this format: [`COMPARISON_SCHEMA`].
    pub schema: String,
    /// What was run.
    pub scenario: ScenarioId,
    /// Seed of all random draws.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// How each run was paced and for how long, in words.
    pub plan: String,
    /// The key that the variants differ in, such as `design.lanes`.
    pub key: String,
    /// Its values, one for each variant; the first is what the others are held against.
    pub variants: Vec<String>,
    /// Rounds, in each of which every variant ran once.
    pub rounds_count: u32,
    /// The variants in the order in which they ran.
    pub order: Vec<String>,
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
    /// Which way it ought to move: `higher`, `lower` or `none`.
    pub better: String,
    /// The figures of each variant, in the order of the variants.
    pub variants: Vec<VariantFigures>,
    /// Each further variant held against the first.
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

/// A variant held against the first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VariantVerdict {
    /// The variant.
    pub variant: String,
    /// It less the first: as a share of the first if `relative`, else in the metric's unit.
    pub difference: f64,
    /// Where the 95% interval of the difference begins, counted like it.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// Whether the three are shares of the first: -0.38 is 38% lower.
    pub relative: bool,
    /// What it comes to: `improved`, `unchanged`, `regressed`, `changed` or `inconclusive`.
    pub verdict: String,
    /// The same in a sentence, without its full stop.
    pub sentence: String,
}

/// One arm of a study.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StudyArm {
    /// Its name; `base` is the base scenario.
    pub name: String,
    /// Hash over everything in it that bears on the result, in hexadecimal.
    pub hash: String,
    /// What it changes, if that was said on the command line.
    pub changes: Vec<Choice>,
}

/// An estimate with its 95% interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    fn scenario() -> ScenarioId {
        ScenarioId {
            name: "flash-sale".to_owned(),
            title: "Flash sale".to_owned(),
            question: "How much?".to_owned(),
            hash: "5a1e".to_owned(),
            arm: None,
        }
    }

    /// What is written reads back as it was, and satisfies its schema.
    fn reads_back<T: Serialize + DeserializeOwned + JsonSchema + PartialEq + Debug>(study: &T) {
        let text = serde_json::to_string(study).unwrap();
        let schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
        assert!(jsonschema::is_valid(
            &schema,
            &serde_json::from_str(&text).unwrap()
        ));
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), study);
    }

    #[test]
    fn a_capacity_satisfies_its_schema_and_reads_back() {
        reads_back(&CapacityRecord {
            schema: CAPACITY_SCHEMA.to_owned(),
            scenario: scenario(),
            seed: 1,
            version: "0.1.0".to_owned(),
            plan: "constant, 5 s each".to_owned(),
            design: vec![],
            thresholds: vec!["delivery.friend p(99) < 5ms".to_owned()],
            ended: "cap".to_owned(),
            kept_rate: Some(0.1 + 0.2),
            failed_rate: None,
            trials: vec![CapacityTrial {
                rate: 0.1 + 0.2,
                phase: "bracket".to_owned(),
                kept: true,
                generator_limited: false,
                achieved_rate: 0.3,
                p50_ns: Some(1),
                p99_ns: None,
            }],
            execution: Execution::default(),
        });
    }

    #[test]
    fn a_comparison_satisfies_its_schema_and_reads_back() {
        reads_back(&ComparisonRecord {
            schema: COMPARISON_SCHEMA.to_owned(),
            scenario: scenario(),
            seed: 1,
            version: "0.1.0".to_owned(),
            plan: "constant, 5 s each".to_owned(),
            key: "design.lanes".to_owned(),
            variants: vec!["false".to_owned(), "true".to_owned()],
            rounds_count: 2,
            order: ["true", "false", "false", "true"].map(str::to_owned).to_vec(),
            metrics: vec![ComparedMetric {
                metric: "load.throughput".to_owned(),
                unit: Unit::Count,
                better: "higher".to_owned(),
                variants: vec![VariantFigures {
                    variant: "false".to_owned(),
                    figures: vec![Some(1.5), None],
                }],
                against_first: vec![],
            }],
            execution: Execution::default(),
        });
    }

    fn arm() -> StudyArm {
        StudyArm {
            name: "base".to_owned(),
            hash: "5a1e".to_owned(),
            changes: vec![],
        }
    }

    const HALF: Estimate = Estimate {
        value: 0.5,
        low: 0.1 + 0.2,
        high: 0.6,
    };

    #[test]
    fn a_whatif_satisfies_its_schema_and_reads_back() {
        reads_back(&WhatIfRecord {
            schema: WHATIF_SCHEMA.to_owned(),
            scenario: scenario(),
            version: "0.1.0".to_owned(),
            answer: vec![],
            arms: vec![arm()],
            seeds: vec![1],
            stopping: Stopping {
                pilot_count: 5,
                wanted_count: None,
                replications_max: 20,
                budget_ns: None,
                headline: vec![],
                ended: "budget".to_owned(),
            },
            metrics: vec![ArmsMetric {
                metric: "harm".to_owned(),
                unit: Unit::Count,
                better: "lower".to_owned(),
                arms: vec![],
                against_baseline: vec![ArmDifference {
                    arm: "other".to_owned(),
                    difference: HALF,
                    share: None,
                    verdict: "more".to_owned(),
                    more_replications: None,
                    sentence: "harm +0.50 ± 0.15 from nothing".to_owned(),
                }],
            }],
            users: vec![],
            series: vec![],
            sensitivity: vec![],
            assumed: vec![],
            warnings: vec![],
            execution: Execution::default(),
        });
    }

    #[test]
    fn a_sweep_satisfies_its_schema_and_reads_back() {
        reads_back(&SweepRecord {
            schema: SWEEP_SCHEMA.to_owned(),
            scenario: scenario(),
            version: "0.1.0".to_owned(),
            answer: vec![],
            design: "latin_hypercube".to_owned(),
            keys: vec![VariedKey {
                key: "agents.ads.buy".to_owned(),
                values: vec![],
                range: Some([0.1, 0.5]),
            }],
            arms: vec![arm()],
            seeds: vec![1],
            metrics: vec![],
            points: vec![SweepPoint {
                point: 0,
                values: vec!["0.3".to_owned()],
                arm: "base".to_owned(),
                figures: vec![None, Some(HALF)],
                revenue: HALF,
                harm: HALF,
                is_best: true,
            }],
            indices: vec![],
            warnings: vec![],
            execution: Execution::default(),
        });
    }

    #[test]
    fn a_history_satisfies_its_schema_and_reads_back() {
        reads_back(&HistoryRecord {
            schema: HISTORY_SCHEMA.to_owned(),
            version: "0.1.0".to_owned(),
            runs_count: 1,
            series: vec![HistorySeries {
                scenario: "first-ads".to_owned(),
                metric: "wall".to_owned(),
                machine: Some("eight cores".to_owned()),
                kind: "wall".to_owned(),
                unit: "ns".to_owned(),
                better: "lower".to_owned(),
                points: vec![HistoryPoint {
                    at: "2026-11-23T10:00:00Z".to_owned(),
                    commit: None,
                    value: 0.1 + 0.2,
                }],
                changes: vec![HistoryChange {
                    point: 0,
                    before: 0.1 + 0.2,
                    after: 0.3,
                    scenario_changed: true,
                }],
            }],
            execution: Execution::default(),
        });
    }
}
