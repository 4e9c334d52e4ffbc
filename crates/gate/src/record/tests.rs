//! Records satisfy their schemas and read back as they were.

use super::*;
use chappe_base::RunSpec;
use chappe_metrics::{Better, Execution, Machine, ScenarioId, Unit, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn reads_back<T: Serialize + DeserializeOwned + JsonSchema + PartialEq + Debug>(record: &T) {
    let text = serde_json::to_string(record).unwrap();
    let schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
    assert!(jsonschema::is_valid(
        &schema,
        &serde_json::from_str(&text).unwrap()
    ));
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), record);
}

fn scenario() -> ScenarioId {
    ScenarioId {
        name: "first-ads".to_owned(),
        title: String::new(),
        question: String::new(),
        hash: "5a1e".to_owned(),
        arm: None,
    }
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
            kind: FigureKind::Wall,
            unit: Unit::Nanoseconds,
            better: Better::Lower,
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

#[test]
fn a_check_satisfies_its_schema_and_reads_back() {
    let difference = WallDifference {
        difference: 0.1 + 0.2,
        low: 0.1,
        high: 0.5,
        noise_floor: 0.02,
        p_value: 1e-6,
    };
    reads_back(&GateRecord {
        schema: GATE_SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        candidate: "this program".to_owned(),
        baseline: "revision main".to_owned(),
        passed: false,
        cases: vec![CaseVerdict {
            name: "first-ads".to_owned(),
            scenario: scenario(),
            seed: u64::MAX,
            digest_before: "aa".to_owned(),
            digest_now: "bb".to_owned(),
            moved: vec![MovedMetric {
                metric: "blocks".to_owned(),
                before: None,
                now: None,
            }],
            costs: vec![CostVerdict {
                metric: Cost::PeakBytes,
                unit: Unit::Bytes,
                before: 1,
                now: 2,
                tolerance_ppm: 5_000,
                verdict: Verdict::Regressed,
            }],
        }],
        wall: Some(WallEvidence {
            rounds_count: 40,
            smallest_effect: 0.03,
            repeated: true,
            metrics: vec![WallVerdict {
                name: "first-ads".to_owned(),
                metric: "time per event".to_owned(),
                before_ns: 400.0,
                now_ns: 440.0,
                first: difference,
                again: Some(difference),
                verdict: Verdict::Inconclusive,
                more_rounds_count: Some(12),
                sentence: "first-ads".to_owned(),
            }],
        }),
        notices: vec![],
        execution: Execution::default(),
    });
}

#[test]
fn a_baseline_satisfies_its_schema_and_reads_back() {
    let baseline = Baseline {
        schema: BASELINE_SCHEMA.to_owned(),
        checksum: "5a1e".to_owned(),
        case: GateCase {
            file: "scenarios/first-ads.toml".to_owned(),
            spec: RunSpec::new("0.1.0", "scenarios/first-ads.toml", "seed = 1".to_owned()),
            rate: Some(5e4),
        },
        commit: None,
        recorded: "2026-11-23T10:00:00Z".to_owned(),
        played: Played {
            scenario: scenario(),
            seed: 1,
            version: "0.1.0".to_owned(),
            toolchain: "rustc".to_owned(),
            machine: Machine::default(),
            behaviour: Behaviour {
                digest: "aa".to_owned(),
                metrics: [].into(),
            },
            cost: Cost::SHOWN.map(|cost| (cost, 1)).into(),
            event_ns: 0.1 + 0.2,
        },
        accepted: vec![Acceptance {
            at: "2026-11-23T10:00:00Z".to_owned(),
            reason: "ads expire".to_owned(),
            moved: vec!["digest".to_owned()],
        }],
    };
    reads_back(&baseline);
    for cost in Cost::SHOWN {
        assert_eq!(serde_json::to_value(cost).unwrap(), cost.label());
    }
}
