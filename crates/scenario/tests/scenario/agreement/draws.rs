//! Changes of a file: right ones, nearly right ones, and mistyped ones.

use super::{Change, KEYS};
use chappe_scenario::{Key, Kind};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use toml::{Table, Value};

/// Texts of which some are right for some kinds of keys.
const TEXTS: &[&str] = &[
    "",
    "a",
    "Grüße",
    "none",
    "many",
    "0",
    "5",
    "0.02",
    "999999999.999999",
    "1000000000",
    "1.0000001",
    "-1",
    "2,5",
    "1s",
    "90s",
    "2h 30m",
    "0.5d",
    "1 day, 3 hours",
    "0s",
    "00h",
    "0.00",
    "30 days",
    "1.5 days",
    "-1s",
    " 1s",
    "5 parsecs",
    "1s 1s",
    "30m 2h",
    "1 month",
    ".5s",
    "08:30",
    "24:00",
    "7:00",
    "leak-2016",
    "no-ads",
    "product",
    "prodcut",
    "fifo",
    "bell\u{7}",
    "two\nlines",
    "shoes/trail",
];

/// A value of the kind, or nearly one.
fn near(key: &Key) -> BoxedStrategy<Value> {
    let (least, most) = (key.bounds.least.unwrap_or(-10.0), key.bounds.most.unwrap_or(1e6));
    let numbers = vec![
        least,
        most,
        least - 1.0,
        most + 1.0,
        least + 0.5,
        (least + most) / 2.0,
        0.0,
        1.0,
        1e308,
    ];
    let number = select(numbers);
    let whole = number.clone().prop_map(|number| Value::Integer(number as i64));
    let text = select(TEXTS).prop_map(|text| Value::String(text.to_string()));
    match &key.kind {
        Kind::WholeNumber => prop_oneof![3 => whole, 1 => number.prop_map(Value::Float)].boxed(),
        Kind::Number | Kind::Probability => {
            prop_oneof![1 => whole, 3 => number.prop_map(Value::Float)].boxed()
        }
        Kind::Boolean | Kind::False => any::<bool>().prop_map(Value::Boolean).boxed(),
        Kind::Choice(words) => select(words.clone()).prop_map(Value::String).boxed(),
        Kind::OneOf(kinds) => {
            let of = |kind: &Kind| {
                near(&Key {
                    kind: kind.clone(),
                    ..key.clone()
                })
            };
            proptest::strategy::Union::new(kinds.iter().map(of)).boxed()
        }
        Kind::Law | Kind::Alternative(_) | Kind::Table => any_table().boxed(),
        Kind::Text | Kind::Duration | Kind::Money | Kind::TimeOfDay | Kind::List(_) | Kind::Names(_) => {
            text.boxed()
        }
    }
}

/// Laws, shapes and the like, some with mistakes.
fn any_table() -> impl Strategy<Value = Value> {
    const TABLES: &[&str] = &[
        "{ constant = \"1s\" }",
        "{ constant = \"1\" }",
        "{ constant = 1 }",
        "{ exponential = \"0.5h\" }",
        "{ uniform = [\"1s\", \"2s\"] }",
        "{ uniform = [\"2s\", \"1s\"] }",
        "{ uniform = [\"1s\"] }",
        "{ log-normal = { median = \"1s\", sigma = 1 } }",
        "{ log-normal = { median = \"1s\", sigma = 6 } }",
        "{ log-normal = { median = \"1s\" } }",
        "{ log-normal = {} }",
        "{ lognormal = {} }",
        "{ constant = \"1s\", exponential = \"1s\" }",
        "{ ramp = { from = 0, to = 2 } }",
        "{ ramp = { from = 0 } }",
        "{ spike = { at = \"1h\", lasting = \"1h\", times = 3 } }",
        "{ spike = { at = \"1h\", lasting = \"1h\", times = -3 } }",
        "{ rate = 5 }",
        "{}",
    ];
    select(TABLES).prop_map(|text| {
        let table: Table = toml::from_str(&format!("value = {text}")).unwrap();
        table["value"].clone()
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(TEXTS).prop_map(|text| Value::String(text.to_string())),
        (-3..2000_i64).prop_map(Value::Integer),
        (-1.0..2.0_f64).prop_map(Value::Float),
        any::<bool>().prop_map(Value::Boolean),
        Just(Value::Array(Vec::new())),
        any_table(),
        Just(Value::Datetime("2016-04-01".parse().unwrap())),
    ]
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let near = select(KEYS.as_slice()).prop_flat_map(|key| (Just(key.path.clone()), near(&key)));
    let wrong_type = (select(KEYS.as_slice()), any_value()).prop_map(|(key, value)| (key.path, value));
    let misspelt = (select(KEYS.as_slice()), any::<Index>()).prop_map(|(key, at)| {
        let mut path = key.path;
        path.insert(at.index(path.len()) + 1, 'x');
        (path, Value::Integer(1))
    });
    let path_and_value = prop_oneof![6 => near, 2 => wrong_type, 1 => misspelt];
    (path_and_value, any::<bool>()).prop_map(|((path, value), in_arm)| Change { path, value, in_arm })
}
