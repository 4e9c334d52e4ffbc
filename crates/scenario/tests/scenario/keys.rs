//! The keys of a scenario file as data, and the JSON Schema that editors check files with.

use crate::files;
use chappe_scenario::{Audience, Key, Kind, ScenarioFile, keys, schema};
use std::collections::BTreeSet;

fn key(path: &str) -> Key {
    let found = keys().into_iter().find(|key| key.path == path);
    found.unwrap_or_else(|| panic!("there is no key {path}"))
}

#[test]
fn every_key_says_what_it_means() {
    let keys = keys();
    assert!(keys.len() > 150, "{}", keys.len());
    let mut names = BTreeSet::new();
    for key in &keys {
        let path = &key.path;
        assert!(!key.group.is_empty() && !key.description.is_empty(), "{path}");
        let starts_large = key.title.chars().next().is_some_and(char::is_uppercase);
        assert!(starts_large && key.title.len() <= 60, "{path}: {}", key.title);
        assert!(
            names.insert((&key.group, &key.title)),
            "two keys of the group {} are called {}",
            key.group,
            key.title
        );
        let bounds = &key.bounds;
        let is_bounded = bounds.least.is_some() && bounds.most.is_some();
        assert_eq!(
            key.kind.is_number(),
            is_bounded || bounds.unbounded.is_some(),
            "{path} needs a least and a greatest value, or x-unbounded and the reason"
        );
        assert!(
            key.source.is_none() || key.grade.is_some(),
            "{path} has a source without a grade"
        );
    }
    described("", &schema());
    bounded("", &schema());
    // Each section says for whom its keys are, so none is classified by a default.
    for (name, section) in schema()["properties"].as_object().unwrap() {
        assert!(section["x-audience"].is_string(), "{name}");
    }
}

/// Checks that every number in `schema` has both bounds, also one within a list, a law or the like.
fn bounded(path: &str, schema: &serde_json::Value) {
    let is_number = ["number", "integer"].iter().any(|kind| {
        let types = &schema["type"];
        types == kind
            || types
                .as_array()
                .is_some_and(|types| types.iter().any(|one| one == kind))
    });
    let is_bounded = schema["minimum"].is_number() && schema["maximum"].is_number();
    assert!(
        !is_number || is_bounded || schema["x-unbounded"].is_string(),
        "{path}: {schema}"
    );
    match schema {
        serde_json::Value::Array(items) => items.iter().for_each(|item| bounded(path, item)),
        serde_json::Value::Object(keywords) => {
            let inner = keywords.iter().filter(|(keyword, _)| *keyword != "default");
            inner.for_each(|(keyword, value)| bounded(&format!("{path}/{keyword}"), value));
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

/// Checks that all properties in `schema` have descriptions; of alternatives their inner properties have.
fn described(path: &str, schema: &serde_json::Value) {
    let entries = schema.as_object().into_iter().flatten();
    for (keyword, value) in entries {
        let path = format!("{path}/{keyword}");
        match (keyword.as_str(), value) {
            ("default" | "contains", _) => {}
            ("properties", serde_json::Value::Object(properties)) => {
                let is_alternative = properties.len() == 1 && schema.get("required").is_some();
                for (key, property) in properties {
                    assert!(
                        is_alternative || property["description"].is_string(),
                        "{path}/{key}"
                    );
                    described(&format!("{path}/{key}"), property);
                }
            }
            (_, serde_json::Value::Array(items)) => items.iter().for_each(|item| described(&path, item)),
            (_, value) => described(&path, value),
        }
    }
}

#[test]
fn product_staff_see_about_twenty_keys() {
    let keys = keys();
    let product = keys.iter().filter(|key| key.audience == Audience::Product);
    let paths: Vec<&str> = product.map(|key| key.path.as_str()).collect();
    assert!((15..=30).contains(&paths.len()), "{}: {paths:?}", paths.len());
    for path in [
        "population.users",
        "policy.preset",
        "campaign.N.bid",
        "campaign.N.budget",
    ] {
        assert!(paths.contains(&path), "{path}");
    }
}

#[test]
fn a_key_has_what_its_declaration_says() {
    let staff = key("hotline.staff");
    assert_eq!(
        (staff.title.as_str(), staff.group.as_str()),
        ("Staff of a hot-line", "Hot-line")
    );
    assert_eq!(
        (staff.bounds.least, staff.bounds.most),
        (Some(0.0), Some(65_535.0))
    );
    assert_eq!(staff.grade.map(|grade| grade.label()), Some("assumed"));
    assert_eq!(
        (staff.kind, staff.unit.as_deref()),
        (Kind::Number, Some("people"))
    );
    assert_eq!(staff.default, Some(serde_json::Value::Null), "it may be left out");
    assert_eq!(key("hotline.bot_share").default, Some(0.3.into()));
    let every = key("policy.frequency_cap.every");
    assert_eq!((every.kind, every.default), (Kind::Duration, None));
    assert_eq!(every.audience, Audience::Product);
    let click = key("agents.ads.click");
    assert_eq!(
        (click.group.as_str(), click.kind),
        ("Reactions to ads", Kind::Probability)
    );
    assert_eq!(key("traffic.reading").kind, Kind::Law);
    assert_eq!(key("seed").group, "Run");
    let words = ["any", "category", "product", "none"].map(str::to_string);
    let choice = Kind::OneOf(vec![Kind::Choice(words.to_vec()), Kind::False]);
    assert_eq!(key("policy.first_topic").kind, choice);
}

#[test]
fn a_file_has_the_keys_of_a_list_once_for_each_item() {
    let campaign = "[[campaign]]\nformat = \"new-product\"\npage = 0\ntopic = \"shoes/trail\"\n\
                    bid = \"0.01\"\nbudget = \"5.00\"\n";
    let text = format!("{}[[arm]]\nname = \"a\"\n", campaign.repeat(2));
    let file = ScenarioFile::parse("a.toml", &text).unwrap();
    let paths: Vec<String> = file.keys().into_iter().map(|key| key.path).collect();
    let has = |path: &str| paths.iter().any(|known| known == path);
    assert!(has("campaign.0.bid") && has("campaign.1.bid") && !has("campaign.2.bid"));
    assert!(has("arm.0.name") && has("population.time_zones.5.share") && has("seed"));
    assert!(paths.iter().all(|path| !path.contains(".N.")));
}

/// Whether an editor that knows the schema would accept `text`.
fn fits_schema(text: &str) -> bool {
    let values: serde_json::Value = toml::from_str(text).unwrap();
    jsonschema::validator_for(&schema()).unwrap().is_valid(&values)
}

#[test]
fn every_scenario_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (path, text) in files::scenarios() {
        let values: serde_json::Value = toml::from_str(&text).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&values)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{path:?}: {faults:?}");
    }
}

#[test]
fn schema_and_program_refuse_the_same_faults_in_arms() {
    let base = "[policy]\nfrequency_cap = { per_user = 1, every = \"1 day\" }\n\
                [[campaign]]\nformat = \"new-product\"\npage = 0\ntopic = \"shoes/trail\"\n\
                bid = \"0.01\"\nbudget = \"5.00\"\n[[arm]]\nname = \"a\"\n";
    for (line, is_right) in [
        ("policy.preset = \"no-ads\"", true),
        ("policy.preste = \"no-ads\"", false),
        ("policy.preset = \"no-add\"", false),
        ("policy.frequency_cap.per_user = 2", true),
        ("policy.frequency_cap.per_user = 0", false),
        ("policy.frequency_cap = \"none\"", true),
        ("population.users = 5", true),
        ("population.user = 5", false),
        ("population.users = \"many\"", false),
        ("campaign.0.bid = \"0.02\"", true),
        ("campaign.0.bit = \"0.02\"", false),
        ("campaign.0.bid = 2", false),
        ("campaign.first.bid = \"0.02\"", false),
        ("campaign = []", true),
        ("campaign = [{ page = 0 }]", false),
        ("traffic.quick_reply.log-normal.sigma = 0.5", true),
        ("traffic.quick_reply.log-normal.sgima = 0.5", false),
        ("traffic.hourly.5 = 2.0", true),
        ("network.server_to_server.floor = \"10ms\"", true),
        ("agents.ads.buy = 1.5", false),
        ("thresholds.\"delivery.friend\" = [\"p(99) < 1s\"]", true),
        ("seed = 2", false),
        ("study.pilot = 3", false),
        ("arm = []", false),
        ("anything = 1", false),
    ] {
        let text = format!("{base}{line}\n");
        let program = ScenarioFile::parse("a.toml", &text);
        assert_eq!(program.is_ok(), is_right, "the program on {line}: {program:?}");
        assert_eq!(fits_schema(&text), is_right, "the schema on {line}");
    }
    // What every file may change in part.
    assert!(fits_schema("[network]\nserver_to_server.floor = \"10ms\""));
    assert!(
        !fits_schema("[[arm]]\npolicy.preset = \"no-ads\""),
        "an arm needs a name"
    );
}
