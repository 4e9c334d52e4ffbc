//! A check in which one of everything happened.

use super::*;
use crate::answer::{answer, problems};
use crate::record::{
    CaseVerdict, Cost, CostVerdict, GATE_SCHEMA, MovedMetric, WallDifference, WallEvidence, WallVerdict,
};
use chappe_metrics::{Execution, Metric, ScenarioId, Unit, Verdict};

fn counter(value: i64) -> Option<Metric> {
    Some(Metric::Counter {
        unit: Unit::Count,
        value,
    })
}

fn moved_metric(metric: &str, before: i64, now: i64) -> MovedMetric {
    MovedMetric {
        metric: metric.to_owned(),
        before: counter(before),
        now: counter(now),
    }
}

fn cost_verdict(metric: Cost, now: u64, verdict: Verdict) -> CostVerdict {
    CostVerdict {
        metric,
        unit: Unit::Count,
        before: 2_000_000,
        now,
        tolerance_ppm: 5_000,
        verdict,
    }
}

fn timing(metric: &str, verdict: Verdict) -> WallVerdict {
    let first = WallDifference {
        difference: 0.1,
        low: 0.08,
        high: 0.12,
        noise_floor: 0.02,
        p_value: 0.001,
    };
    WallVerdict {
        name: "first-ads".to_owned(),
        metric: metric.to_owned(),
        before_ns: 400.0,
        now_ns: 440.0,
        first,
        again: Some(first),
        verdict,
        more_rounds_count: None,
        sentence: format!("first-ads, {metric}: 10% slower: {}", verdict.label()),
    }
}

fn record() -> GateRecord {
    let scenario = ScenarioId {
        name: "first-ads".to_owned(),
        title: String::new(),
        question: String::new(),
        hash: "1".to_owned(),
        arm: None,
    };
    let case = |name: &str, digest_now: &str, moved, costs| CaseVerdict {
        name: name.to_owned(),
        scenario: scenario.clone(),
        seed: 1,
        digest_before: "aa".to_owned(),
        digest_now: digest_now.to_owned(),
        moved,
        costs,
    };
    let moved = vec![
        moved_metric("blocks", 120, 98),
        moved_metric("reads", 5_000_001, 5_000_002),
    ];
    let costs = vec![
        cost_verdict(Cost::Events, 2_000_000, Verdict::Unchanged),
        cost_verdict(Cost::Instructions, 2_100_000, Verdict::Regressed),
    ];
    GateRecord {
        schema: GATE_SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        candidate: "this program".to_owned(),
        baseline: "revision main (0123456789ab)".to_owned(),
        passed: false,
        cases: vec![
            case("first-ads", "bb", moved, costs),
            case("hot-line", "aa", vec![], vec![]),
        ],
        wall: Some(WallEvidence {
            rounds_count: 24,
            smallest_effect: 0.03,
            repeated: true,
            metrics: vec![
                timing("time per event", Verdict::Regressed),
                timing("median delivery", Verdict::Inconclusive),
                timing("processor time per command", Verdict::Improved),
            ],
        }),
        notices: vec!["instructions are not counted: valgrind is not installed".to_owned()],
        execution: Execution::default(),
    }
}

#[test]
fn the_answer_begins_with_the_verdict_and_names_what_moved() {
    assert_eq!(
        answer(&record()),
        [
            "The gate is closed: behaviour changed in 1 scenario, 2 costs (1 regressed), 3 timings (1 regressed, 1 improved, 1 inconclusive), compared with revision main (0123456789ab).",
            "first-ads: behaviour changed: 2 metrics moved: blocks 120 → 98, reads 5,000,001 → 5,000,002.",
            "first-ads, instructions: 5.00% more (2,000,000 → 2,100,000, tolerance 0.5%): regressed.",
            "first-ads, time per event: 10% slower: regressed.",
            "first-ads, processor time per command: 10% slower: improved.",
            "first-ads, median delivery: 10% slower: inconclusive.",
            "Note: instructions are not counted: valgrind is not installed.",
        ]
    );
    assert_eq!(problems(&record()).len(), 3);
}

#[test]
fn only_what_closes_the_gate_fails_a_test() {
    let junit = junit(&record());
    assert!(junit.contains(r#"tests="7" skipped="0" failures="3""#), "{junit}");
    assert!(junit.contains("blocks 120 → 98"), "{junit}");
}

#[test]
fn marks_are_escaped_as_github_wants_it() {
    let marks = annotations(&record());
    assert_eq!(
        marks[2],
        "::error title=chappe gate%2C wall time::first-ads, time per event: 10%25 slower: regressed"
    );
    assert!(marks.iter().any(|mark| mark.starts_with("::warning ")));
}

#[test]
fn markdown_has_a_row_for_every_finding() {
    let markdown = markdown(&record());
    assert_eq!(
        markdown.lines().filter(|line| line.starts_with("| ")).count(),
        7 + 1
    );
    assert!(markdown.contains("> instructions are not counted"), "{markdown}");
}
