//! What is written of a study reads back as it was, and satisfies its schema.

use super::*;
use crate::record::{Execution, ScenarioId, Unit};
use crate::registry::Better;
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
        spec: chappe_base::RunSpec::new("0.1.0", "flash-sale.toml", String::new()),
        scenario: scenario(),
        seed: 1,
        version: "0.1.0".to_owned(),
        plan: "constant, 5 s each".to_owned(),
        design: vec![],
        thresholds: vec!["delivery.friend p(99) < 5ms".to_owned()],
        ended: CapacityEnd::Cap,
        kept_rate: Some(0.1 + 0.2),
        failed_rate: None,
        trials: vec![CapacityTrial {
            rate: 0.1 + 0.2,
            phase: TrialPhase::Bracket,
            kept: true,
            generator_limited: false,
            unmeasured: false,
            achieved_rate: 0.3,
            p50_ns: Some(1),
            p99_ns: None,
        }],
        trials_max: 30,
        unsettled: vec![],
        violations: Violations::default(),
        execution: Execution::default(),
    });
}

#[test]
fn a_comparison_satisfies_its_schema_and_reads_back() {
    reads_back(&ComparisonRecord {
        schema: COMPARISON_SCHEMA.to_owned(),
        spec: chappe_base::RunSpec::new("0.1.0", "flash-sale.toml", String::new()),
        scenario: scenario(),
        seed: 1,
        version: "0.1.0".to_owned(),
        plan: "constant, 5 s each".to_owned(),
        key: "design.lanes".to_owned(),
        variants: vec!["false".to_owned(), "true".to_owned()],
        rounds_count: 2,
        order: ["true", "false", "false", "true"].map(str::to_owned).to_vec(),
        interrupted: false,
        generator_limited_count: 0,
        violations: Violations::default(),
        metrics: vec![ComparedMetric {
            metric: "load.throughput".to_owned(),
            unit: Unit::Count,
            better: Better::Higher,
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
        spec: chappe_base::RunSpec::new("0.1.0", "flash-sale.toml", String::new()),
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
            ended: ReplicationsEnd::Budget,
        },
        metrics: vec![ArmsMetric {
            metric: "harm".to_owned(),
            unit: Unit::Count,
            better: Better::Lower,
            arms: vec![],
            against_baseline: vec![ArmDifference {
                arm: "other".to_owned(),
                difference: HALF,
                share: None,
                verdict: Movement::More,
                more_replications: None,
                sentence: "harm +0.50 ± 0.15 from nothing".to_owned(),
            }],
        }],
        users: vec![],
        series: vec![],
        sensitivity: vec![],
        assumed: vec![],
        warnings: vec![],
        violations: Violations::default(),
        execution: Execution::default(),
    });
}

#[test]
fn a_sweep_satisfies_its_schema_and_reads_back() {
    reads_back(&SweepRecord {
        schema: SWEEP_SCHEMA.to_owned(),
        spec: chappe_base::RunSpec::new("0.1.0", "flash-sale.toml", String::new()),
        scenario: scenario(),
        version: "0.1.0".to_owned(),
        answer: vec![],
        design: SweepDesign::LatinHypercube,
        keys: vec![VariedKey {
            key: "agents.ads.buy".to_owned(),
            values: vec![],
            range: Some(["0.1", "0.5"].map(str::to_owned)),
        }],
        arms: vec![arm()],
        seeds: vec![1],
        metrics: vec![],
        points: vec![SweepPoint {
            point: 0,
            values: vec!["0.3".to_owned()],
            arm: "base".to_owned(),
            figures: vec![None, Some(HALF)],
            revenue: Some(HALF),
            harm: None,
            is_best: true,
        }],
        planned_count: 3,
        missing_count: 2,
        indices: vec![],
        warnings: vec![],
        violations: Violations::default(),
        execution: Execution::default(),
    });
}
