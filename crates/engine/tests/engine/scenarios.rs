//! Every shipped scenario: the same result for any number of workers, and no violation.

use crate::play::{Played, amount, first_ads, judge, play, record, scenario, shipped};
use chappe_base::{Record, SimTime, Span};
use chappe_metrics::{RunRecord, ShardsFrom, schema};
use chappe_scenario::Scenario;
use serde_json::Value;

/// A shipped scenario so small that it takes a second: fewer people, a few hours, campaigns from
/// the start.
fn small(name: &str, arm: Option<&str>) -> Scenario {
    let whole = scenario(name, arm, &[]);
    let mut set: Vec<(String, String)> = Vec::new();
    let mut replace = |key: &str, value: &str| set.push((key.to_string(), value.to_string()));
    if whole.population.users > 1_000 {
        replace("population.users", "1000");
        replace("scale", "1");
    }
    // So few people would have one shard, and nothing would go from one to another.
    if whole.size.shards_from == ShardsFrom::Load {
        replace("platform.shards", "6");
    }
    if whole.horizon > SimTime(2 * Span::HOUR.0) && whole.traffic.replay.is_none() {
        replace("horizon", "2h");
        replace("warm_up", "10m");
    }
    for campaign in 0..whole.platform.campaigns.len() {
        replace(&format!("campaign.{campaign}.start"), "10m");
    }
    for (key, value) in more(name) {
        replace(key, value);
    }
    let set: Vec<(&str, &str)> = set.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    scenario(name, arm, &set)
}

/// Values that make a scenario's subject occur in such a small run.
fn more(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "back-in-stock" => &[("catalogue.restock_after", "{ constant = \"20m\" }")],
        "order-to-opt-in" => &[("agents.page_visits_per_day", "8.0"), ("population.pages", "4")],
        "hot-line" => &[
            ("agents.patience", "{ constant = \"3m\" }"),
            ("population.pages", "4"),
        ],
        "queue" => &[("horizon", "40s"), ("warm_up", "5s")],
        _ => &[],
    }
}

/// Metrics of a scenario's subject. They must not be zero in its small run.
fn subject(name: &str) -> &'static [&'static str] {
    match name {
        "first-ads" => &["ads.delivered", "ads.opened", "payments.posted", "orders.placed"],
        "ad-blast" => &["ads.delivered", "delivery.friend"],
        "hot-line" => &["hotline.answered.human", "hotline.abandoned"],
        "order-to-opt-in" => &["orders.placed", "opt_ins.given", "ads.delivered"],
        "back-in-stock" => &["ads.delivered", "orders.placed"],
        "friends-pay" => &["payments.posted", "payments.refused", "delivery.friend"],
        "short-link-storm" => &["links.refused", "conversations.opened", "delivery.friend"],
        "queue" => &["queue.wait"],
        _ => &["delivery.friend"],
    }
}

/// The first fact in which two runs differ, in words.
fn first_difference(left: &[Record], right: &[Record]) -> Option<String> {
    let told = |record: Option<&Record>| match record {
        Some(Record { at, shard, fact }) => format!("at {} ns on shard {}: {fact:?}", at.0, shard.0),
        None => "no further fact".to_string(),
    };
    let index = (0..left.len().max(right.len())).find(|&at| left.get(at) != right.get(at))?;
    let (left, right) = (told(left.get(index)), told(right.get(index)));
    Some(format!("after {index} equal facts: {left} | {right}"))
}

fn result_of(record: &RunRecord) -> String {
    serde_json::to_string(&record.result).unwrap()
}

/// Runs a scenario with several numbers of workers and checks that the results are equal.
fn play_alike(scenario: &Scenario, workers: &[usize]) -> (RunRecord, Played) {
    let alone = play(scenario, 1);
    let expected = record(scenario, &alone.simulated);
    for &workers in workers {
        let played = play(scenario, workers);
        let name = format!("{} {:?} on {workers} workers", scenario.name, scenario.arm);
        if let Some(difference) = first_difference(&alone.facts, &played.facts) {
            panic!("{name} parts from one worker's run {difference}");
        }
        assert_eq!(alone.simulated.digest, played.simulated.digest, "{name}");
        assert_eq!(
            alone.simulated.events_count, played.simulated.events_count,
            "{name}"
        );
        let found = record(scenario, &played.simulated);
        assert_eq!(result_of(&expected), result_of(&found), "{name}");
    }
    (expected, alone)
}

fn validate(record: &RunRecord) {
    let validator = jsonschema::validator_for(&serde_json::to_value(schema()).unwrap()).unwrap();
    let mut text = Vec::new();
    record.write(&mut text).unwrap();
    let json: Value = serde_json::from_slice(&text).unwrap();
    if let Err(error) = validator.validate(&json) {
        panic!("{}: {error} at {}", record.scenario.name, error.instance_path());
    }
}

fn passes(record: &RunRecord) {
    let name = (&record.scenario.name, &record.scenario.arm);
    let audit = &record.result.audit;
    assert!(audit.passed, "{name:?}: {:#?}", audit.violations);
    assert!(audit.facts_count > 0, "{name:?}");
    validate(record);
}

#[test]
fn every_scenario_comes_to_the_same_on_any_number_of_workers_and_keeps_its_promises() {
    let names = shipped();
    assert!(names.iter().any(|name| name == "first-ads"), "{names:?}");
    for name in names {
        let scenario = small(&name, None);
        let (record, played) = play_alike(&scenario, &[2, 4]);
        passes(&record);
        for metric in subject(&name) {
            assert!(
                amount(&record, metric) > 0,
                "{name}: {metric} did not move in the small run"
            );
        }
        let verdict = judge(&scenario, &played.facts);
        assert_eq!(
            verdict, played.simulated.verdict,
            "{name}: a saved log is judged alike"
        );
    }
}

#[test]
fn every_arm_comes_to_the_same_on_two_workers_and_keeps_its_promises() {
    for name in shipped() {
        for arm in scenario(&name, None, &[]).arms {
            let (record, _) = play_alike(&small(&name, Some(&arm)), &[2]);
            assert_eq!(record.scenario.arm.as_deref(), Some(arm.as_str()));
            passes(&record);
        }
    }
}

#[test]
fn campaigns_that_bid_less_than_an_ad_costs_are_warned_of() {
    let warned = |reserve| {
        let scenario = first_ads(&[("policy.reserve", reserve), ("horizon", "30m")]);
        let warnings = record(&scenario, &play(&scenario, 1).simulated).result.warnings;
        warnings
            .into_iter()
            .find(|warning| warning.problem.contains("bid less"))
    };
    assert_eq!(warned("\"0.005\""), None);
    let said = warned("\"0.007\"").unwrap().problem;
    assert!(
        said.starts_with("2 of 7 campaigns bid less than an ad costs"),
        "{said}"
    );
}

#[test]
fn a_difference_is_named_by_its_first_fact() {
    let facts = play(&small("friends-pay", None), 1).facts;
    assert_eq!(first_difference(&facts, &facts), None);
    let mut other = facts.clone();
    other.remove(facts.len() / 2);
    let text = first_difference(&facts, &other).unwrap();
    let first = facts[facts.len() / 2];
    let place = format!(
        "after {} equal facts: at {} ns on shard {}",
        facts.len() / 2,
        first.at.0,
        first.shard.0
    );
    assert!(text.starts_with(&place), "{text}");
    other = facts[..7].to_vec();
    let text = first_difference(&other, &facts).unwrap();
    assert!(
        text.starts_with("after 7 equal facts: no further fact | at "),
        "{text}"
    );
}
