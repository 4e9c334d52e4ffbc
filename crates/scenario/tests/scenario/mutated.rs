//! A thousand scenarios that nobody would write: each is read, or refused with one message.

use chappe_scenario::{Overrides, ScenarioFile, from_bytes, schema};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// One way to spoil a text.
#[derive(Clone, Debug)]
enum Mutation {
    /// Another byte at a place.
    Byte(Index, u8),
    /// A line less.
    Delete(Index),
    /// A line twice.
    Repeat(Index),
    /// Two lines in each other's place.
    Swap(Index, Index),
    /// Two lines' values in each other's place.
    SwapValues(Index, Index),
    /// Another value on a line.
    Value(Index, &'static str),
    /// The end cut off.
    Cut(Index),
}

const VALUES: &[&str] = &[
    "0",
    "-1",
    "1e308",
    "-1e308",
    "nan",
    "inf",
    "4294967296",
    "9223372036854775807",
    "0.5",
    "true",
    "false",
    "\"\"",
    "\"none\"",
    "\"99999 days\"",
    "\"292 years\"",
    "\"0s\"",
    "\"9999999999\"",
    "\"-1\"",
    "[]",
    "{}",
    "[[1]]",
    "{ a = 1 }",
    "{ constant = \"1s\" }",
    "2016-04-01",
    "99999999999999999999999",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        (index(), 32..127u8).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        index().prop_map(Mutation::Delete),
        index().prop_map(Mutation::Repeat),
        (index(), index()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        (index(), index()).prop_map(|(a, b)| Mutation::SwapValues(a, b)),
        (index(), proptest::sample::select(VALUES)).prop_map(|(at, v)| Mutation::Value(at, v)),
        (index(), proptest::sample::select(VALUES)).prop_map(|(at, v)| Mutation::Value(at, v)),
        index().prop_map(Mutation::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let count = lines.len();
    let with_value: Vec<usize> = (0..count).filter(|at| lines[*at].contains(&b'=')).collect();
    let value_line = |index: &Index| match with_value.as_slice() {
        [] => None,
        lines => Some(lines[index.index(lines.len())]),
    };
    let equals = |line: &[u8]| line.iter().position(|byte| *byte == b'=').unwrap();
    match mutation {
        Mutation::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
            return;
        }
        Mutation::Cut(at) => {
            bytes.truncate(at.index(bytes.len()));
            return;
        }
        Mutation::Delete(at) => drop(lines.remove(at.index(count))),
        Mutation::Repeat(at) => {
            let at = at.index(count);
            lines.insert(at, lines[at].clone());
        }
        Mutation::Swap(a, b) => lines.swap(a.index(count), b.index(count)),
        Mutation::SwapValues(a, b) => {
            if let (Some(a), Some(b)) = (value_line(a), value_line(b)) {
                let (of_a, of_b) = (equals(&lines[a]), equals(&lines[b]));
                let (old_a, old_b) = (lines[a].split_off(of_a), lines[b].clone());
                // The same line twice has no value left to swap.
                if a == b {
                    lines[a].extend(old_a);
                } else {
                    lines[b] = [&old_b[..of_b], &old_a].concat();
                    lines[a].extend(&old_b[of_b..]);
                }
            }
        }
        Mutation::Value(at, value) => {
            if let Some(at) = value_line(at) {
                let equals = equals(&lines[at]);
                lines[at].truncate(equals);
                lines[at].extend(format!("= {value}").bytes());
            }
        }
    }
    *bytes = lines.join(&b'\n');
}

#[test]
fn a_thousand_mutated_scenarios_are_read_or_refused_with_one_message() {
    let texts: Vec<Vec<u8>> = ["first-ads", "short-link-storm", "queue", "order-to-opt-in"]
        .iter()
        .map(|name| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
            std::fs::read(format!("{folder}/{name}.toml")).unwrap()
        })
        .collect();
    let config = Config {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(2016),
        failure_persistence: None,
        ..Config::default()
    };
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let (read, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let cases = (0..texts.len(), proptest::collection::vec(mutation(), 1..4));
    TestRunner::new(config)
        .run(&cases, |(text, mutations)| {
            let mut bytes = texts[text].clone();
            mutations.iter().for_each(|m| apply(&mut bytes, m));
            let overrides = Overrides {
                memory_limit_bytes: Some(2 << 30),
                ..Overrides::default()
            };
            let text = from_bytes("m.toml", bytes);
            let file = text.and_then(|text| Ok((ScenarioFile::parse("m.toml", &text)?, text)));
            let result = file.and_then(|(file, text)| Ok((file.resolve(&overrides)?, text)));
            match result {
                Ok((scenario, text)) => {
                    // Editors must not complain about what the program accepts.
                    let values: serde_json::Value = toml::from_str(&text).unwrap();
                    let complaint = schema.validate(&values).err().map(|error| error.to_string());
                    prop_assert_eq!(complaint, None, "{}", text);
                    prop_assert!(scenario.warm_up < scenario.horizon);
                    prop_assert!(scenario.lookahead().0 > 0);
                    prop_assert!(scenario.population.users > 0);
                    read.set(read.get() + 1);
                }
                Err(error) => {
                    let message = error.to_string();
                    prop_assert!(!message.is_empty() && !message.contains('\n'), "{message}");
                    let fits = |place: &chappe_scenario::Place| place.text.get(place.span.clone()).is_some();
                    prop_assert!(error.place.as_deref().is_none_or(fits), "{error:?}");
                    refused.set(refused.get() + 1);
                }
            }
            Ok(())
        })
        .unwrap();
    // Both ends are worth testing only if both are reached.
    assert!(read.get() >= 100 && refused.get() >= 300, "{read:?} {refused:?}");
}
