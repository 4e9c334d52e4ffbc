//! Which verdict a script acts on, where several things could be said.

use chappe_base::RunSpec;
use chappe_metrics::{
    CAPACITY_SCHEMA, COMPARISON_SCHEMA, CapacityEnd, CapacityRecord, ComparisonRecord, Execution, ScenarioId,
    Violations,
};
use chappe_study::verdict::{of_capacity, of_comparison};

fn scenario() -> ScenarioId {
    ScenarioId {
        name: "town".to_string(),
        title: "A town".to_string(),
        question: String::new(),
        hash: "00".to_string(),
        arm: None,
    }
}

fn broken() -> Violations {
    let mut violations = Violations::default();
    violations.add(2, "a load");
    violations
}

#[test]
fn a_comparison_whose_generator_fell_behind_says_nothing_of_the_platform() {
    let calm = ComparisonRecord {
        schema: COMPARISON_SCHEMA.to_string(),
        spec: RunSpec::new("0.1.0", "town.toml", String::new()),
        scenario: scenario(),
        seed: 1,
        version: "0.1.0".to_string(),
        plan: "open, 2000 per second, 2s each".to_string(),
        key: "design.lanes".to_string(),
        variants: vec!["fifo".to_string(), "priority".to_string()],
        rounds_count: 1,
        order: vec!["fifo".to_string(), "priority".to_string()],
        interrupted: false,
        generator_limited_count: 0,
        violations: Violations::default(),
        metrics: Vec::new(),
        execution: Execution::default(),
    };
    assert_eq!(of_comparison(&calm).code(), 0);
    let behind = ComparisonRecord {
        generator_limited_count: 1,
        ..calm.clone()
    };
    let verdict = of_comparison(&behind);
    assert_eq!(verdict.code(), 5);
    assert!(
        verdict.to_string().contains("it fell behind in 1 of 2 runs"),
        "{verdict}"
    );
    let violated = ComparisonRecord {
        violations: broken(),
        ..behind
    };
    assert_eq!(of_comparison(&violated).code(), 3);
}

#[test]
fn a_search_that_kept_no_rate_or_broke_a_promise_is_no_success() {
    let found = CapacityRecord {
        schema: CAPACITY_SCHEMA.to_string(),
        spec: RunSpec::new("0.1.0", "town.toml", String::new()),
        scenario: scenario(),
        seed: 1,
        version: "0.1.0".to_string(),
        plan: "open, each rate held for 1s".to_string(),
        design: Vec::new(),
        thresholds: vec!["delivery.friend p(99) < 1s".to_string()],
        ended: CapacityEnd::Trials,
        kept_rate: Some(500.0),
        failed_rate: None,
        trials: Vec::new(),
        trials_max: 4,
        unsettled: Vec::new(),
        violations: Violations::default(),
        execution: Execution::default(),
    };
    assert_eq!(of_capacity(&found).code(), 0);
    let nothing = CapacityRecord {
        kept_rate: None,
        ..found.clone()
    };
    assert_eq!(of_capacity(&nothing).code(), 99);
    let violated = CapacityRecord {
        violations: broken(),
        ..found
    };
    assert_eq!(of_capacity(&violated).code(), 3);
}
