//! The schema, which editors check a file with, and the program agree: both accept a file, or both refuse it. A real
//! validator gives the schema's verdict. Only what depends on several values, or on the length of a duration, is for the
//! program alone to tell.

mod draws;

use chappe_scenario::{Error, Key, Kind, ScenarioFile, keys, schema};
use draws::change;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::sync::LazyLock;
use toml::{Table, Value};

/// Parts of messages about several values, or about how long or how much a text says.
const ONLY_THE_PROGRAM: &[&str] = &[
    "must be longer than the warm-up",
    "a run lasts at most",
    "must be at most a quarter",
    "leaves none of",
    "at most 2147483648 are allowed",
    "add up to more than 1",
    "goes from 0 to 0",
    "people and pages would own",
    "must end after it starts",
    "it starts after the horizon",
    "a flash sale needs",
    "give `end` or `lasting`",
    "does not pay for one bid",
    "does not sell",
    "there is no page",
    "must rise from tier to tier",
    "must not be above `red`",
    "`overage` must be at most",
    "whole days",
    "both ask for consent",
    "needs `at_least`",
    "must be shorter than `at_most`",
    "needs `within`",
    "needs at least one of its keys",
    "`from` and `to` must differ",
    "two arms are called",
    "an arm has that name",
    "there is no arm",
    "must be at most `study.replications`",
    "needs a `key`",
    "names the shorter one first",
    "is too long; at most 100 years",
];

/// A file with at least one item of each list, and an arm.
const TEXT: &str = r#"
title = "A town"
[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
[[study.vary]]
key = "agents.ads.buy"
values = [0.1, 0.2]
[policy]
grounds = { within = "1 day", opt_in = { scope = "page", life = "30 days" } }
opt_in = "none"
messages = { within = "1 day" }
opt_in_requests = { within = "1 day", again_after = "7 days" }
window = { at_least = "1h" }
frequency_cap = { per_user = 1, every = "1 day" }
page_cap = { per_page = 1, every = "1 day" }
unanswered_cap = { per_user = 1, every = "1 day" }
quiet_hours = { from = "22:00", to = "08:00" }
message_prices = { marketing = "0.01", utility = "0.01" }
tiers = { limits = [1, 2, 3, 4] }
quality = { yellow = 0.1, red = 0.2, read = 0.3, ads = 5, on_red = "pause" }
throughput = { per_second = 5 }
quota = { messages = 100, fee = "10" }
[thresholds]
"delivery.friend" = ["p(99) < 1s"]
[[arm]]
name = "an arm"
"#;

static SCHEMA: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());

/// The keys that have one value: those of tables and lists are keys of their own.
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let mut keys = keys();
    keys.retain(|key| !matches!(key.kind, Kind::Table | Kind::List(_) | Kind::Names(_)));
    keys
});

/// Sets the key at a dotted path, in which `N` is the first item of a list.
fn set(table: &mut Table, path: &str, value: Value) {
    let mut place = Value::Table(std::mem::take(table));
    let mut inner = &mut place;
    for key in path.split('.') {
        inner = match inner {
            Value::Array(items) => &mut items[0],
            Value::Table(table) => table.entry(key).or_insert_with(|| Value::Table(Table::new())),
            // A value that another change has put in the way of a table.
            other @ (Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)) => {
                *other = Value::Table(Table::new());
                other
                    .as_table_mut()
                    .unwrap()
                    .entry(key)
                    .or_insert(Value::Boolean(true))
            }
        };
    }
    *inner = value;
    *table = place.as_table().unwrap().clone();
}

/// One change of a file.
#[derive(Clone, Debug)]
struct Change {
    path: String,
    value: Value,
    /// Whether it stands in the arm.
    in_arm: bool,
}

fn changed(changes: &[Change]) -> String {
    let mut table: Table = toml::from_str(TEXT).unwrap();
    for Change { path, value, in_arm } in changes {
        let is_for_arms = !["arm.", "seed", "study."]
            .iter()
            .any(|start| path.starts_with(start));
        match *in_arm && is_for_arms {
            true => {
                let arms = table["arm"].as_array_mut().unwrap();
                set(
                    arms[0].as_table_mut().unwrap(),
                    &path.replace(".N.", ".0."),
                    value.clone(),
                );
            }
            false => set(&mut table, path, value.clone()),
        }
    }
    toml::to_string(&table).unwrap()
}

/// Whether a message is about what the schema can't express.
fn is_beyond_the_schema(error: &Error) -> bool {
    let is_in_arm = error.key.as_deref().is_some_and(|key| key.starts_with("arm."));
    // What an arm leaves out, or adds to a list, depends on what the scenario has there.
    let depends_on_base =
        is_in_arm && (error.message.contains("lacks the key") || error.message.contains("there is no `"));
    depends_on_base || ONLY_THE_PROGRAM.iter().any(|part| error.message.contains(part))
}

/// Both verdicts on `text`, which agree; None if only the program can tell.
fn verdict(text: &str) -> Result<Option<bool>, TestCaseError> {
    let values: serde_json::Value = toml::from_str(text).unwrap();
    let complaints: Vec<String> = SCHEMA
        .iter_errors(&values)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    match ScenarioFile::parse("a.toml", text) {
        Ok(_) => {
            prop_assert!(
                complaints.is_empty(),
                "only the schema refuses it: {complaints:?}\n{text}"
            );
            Ok(Some(true))
        }
        Err(error) if complaints.is_empty() => {
            prop_assert!(
                is_beyond_the_schema(&error),
                "only the program refuses it: {error:?}\n{text}"
            );
            Ok(None)
        }
        Err(_) => Ok(Some(false)),
    }
}

#[test]
fn schema_and_program_agree_on_random_files() {
    let config = Config {
        rng_seed: RngSeed::Fixed(2016),
        failure_persistence: None,
        ..Config::default()
    };
    let counts = [0, 0, 0].map(std::cell::Cell::new);
    TestRunner::new(config)
        .run(&proptest::collection::vec(change(), 1..4), |changes| {
            let place = match verdict(&changed(&changes))? {
                Some(true) => 0,
                Some(false) => 1,
                None => 2,
            };
            counts[place].set(counts[place].get() + 1);
            Ok(())
        })
        .unwrap();
    // Agreement is worth something only if files of both kinds were drawn.
    let [accepted, refused, untold] = counts.map(std::cell::Cell::into_inner);
    assert!(accepted >= 30 && refused >= 60, "{accepted} {refused} {untold}");
}

#[test]
fn schema_and_program_agree_on_each_key() {
    let mut accepted = std::collections::BTreeSet::new();
    let (mut accepted_count, mut refused_count) = (0, 0);
    for key in KEYS.iter() {
        let (least, most) = (key.bounds.least.unwrap_or(0.0), key.bounds.most.unwrap_or(1.0));
        let text = |text: &str| Value::String(text.to_string());
        let values = [
            Value::Float(least),
            Value::Float(most),
            Value::Float(most * 2.0 + 1.0),
            Value::Float(least - 1.0),
            Value::Integer(1),
            Value::Boolean(false),
            text("1h"),
            text("0s"),
            text("0.05"),
            text("a\u{7}"),
            text("soon"),
        ];
        for value in values {
            let path = key.path.clone();
            let text = changed(&[Change {
                path,
                value,
                in_arm: false,
            }]);
            match verdict(&text).unwrap() {
                Some(true) => {
                    accepted.insert(&key.path);
                    accepted_count += 1;
                }
                Some(false) => refused_count += 1,
                None => {}
            }
        }
    }
    assert!(
        accepted_count > 300 && refused_count > 900,
        "{accepted_count} {refused_count}"
    );
    assert!(
        accepted.len() * 10 > KEYS.len() * 7,
        "{} of {}",
        accepted.len(),
        KEYS.len()
    );
}

#[test]
fn schema_and_program_agree_on_lists_thresholds_and_names() {
    for (line, is_right) in [
        ("traffic.quick_reply = { log-normal = {} }", false),
        (
            "traffic.quick_reply = { log-normal = { median = \"1s\", sigma = 1.0 } }",
            true,
        ),
        ("population.time_zones = []", false),
        (
            "population.time_zones = [{ offset_minutes = 0, share = 0 }]",
            false,
        ),
        (
            "population.time_zones = [{ offset_minutes = 0, share = 0 }, { offset_minutes = 60, share = 1 }]",
            true,
        ),
        ("population.time_zones.0.share = 0.5", false),
        ("population.users = 1e6", true),
        ("population.users = 1.5", false),
        (
            "traffic.hourly = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
            false,
        ),
        (
            "traffic.hourly = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]",
            true,
        ),
        (
            "traffic.hourly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1]",
            false,
        ),
        (
            "traffic.hourly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e308]",
            false,
        ),
        ("thresholds.\"delivery.freind\" = [\"p(99) < 1s\"]", false),
        ("thresholds.\"delivery.friend\" = [\"p(99) < 1\"]", false),
        (
            "thresholds.\"delivery.friend\" = [\"p(99.9)<=1h 30m or abort after 10s\", \"count > 1_000\"]",
            true,
        ),
        ("thresholds.\"delivery.friend\" = [\"p(101) < 1s\"]", false),
        ("thresholds.\"delivery.friend\" = [\"rate < 1\"]", false),
        ("thresholds.\"delivery.friend\" = []", true),
        ("thresholds.\"revenue.ads\" = [\"amount >= 100.00\"]", true),
        ("thresholds.\"revenue.ads\" = [\"count >= 100\"]", false),
        (
            "thresholds.\"hotline.abandoned\" = [\"rate < 0.05\", \"rate == 0\", \"rate < 1 or abort\"]",
            true,
        ),
        ("thresholds.\"hotline.abandoned\" = [\"rate < 5\"]", false),
        ("thresholds.harm = [\"rate < 5\"]", true),
        ("thresholds.\"audit.violations\" = [\"count = 0\"]", false),
        ("thresholds.\"series.blocks\" = [\"count < 1\"]", false),
        ("study.headline = []", false),
        ("study.headline = [\"harm\", \"harm\"]", false),
        ("study.headline = [\"blocs\"]", false),
        ("study.headline = [\"delivery.friend\"]", false),
        (
            "study.headline = [\"delivery.friend p(99)\", \"revenue.ads\"]",
            true,
        ),
        ("study.headline = [\"delivery.friend p(98)\"]", false),
        ("study.headline = [\"load.throughput\"]", false),
        ("catalogue.categories = {}", false),
        ("catalogue.categories = { tea = [] }", false),
        ("catalogue.categories = { tea = [\"\"] }", false),
        ("catalogue.categories = { \"t\\u0007\" = [\"green\"] }", false),
        ("catalogue.categories = { tea = [\"green\"] }", true),
        ("seed = 9007199254740991", true),
        ("seed = 9007199254740992", false),
        ("policy.tiers.limits = [1, 2, 3, 4294967295]", false),
        ("platform.peak_utilisation = 1.0", false),
        ("[[arm]]\nname = \"\"", false),
        ("[[arm]]\nname = \"a\\u001bb\"", false),
        ("[[arm]]\nname = \"a\"\npopulation.time_zones.0.share = 0.5", true),
        ("[[arm]]\nname = \"a\"\npopulation.time_zones.0.shar = 0.5", false),
        (
            "[[arm]]\nname = \"a\"\nthresholds.\"delivery.friend\".0 = \"p(99) < 2 parsecs\"",
            false,
        ),
        (
            "[[arm]]\nname = \"a\"\nthresholds.\"delivery.freind\" = []",
            false,
        ),
        ("[[arm]]\nname = \"a\"\ntraffic.slow_reply = \"soon\"", false),
        ("[[arm]]\nname = \"a\"\nhorizon = \"soon\"", false),
    ] {
        assert_eq!(verdict(line).unwrap(), Some(is_right), "{line}");
    }
}
