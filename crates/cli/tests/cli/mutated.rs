//! Traces and scenarios that nobody would write: each is read, or refused with one message.

use crate::chappe::{Bench, Ran, SCENARIO, messages_count};
use chappe_workload::Trace;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::cell::Cell;
use std::path::Path;

/// One way to spoil a text.
#[derive(Clone, Debug)]
enum Mutation {
    /// Another byte at a place.
    Byte(Index, u8),
    /// Another word in place of one.
    Word(Index, Index, &'static str),
    /// A line less.
    Delete(Index),
    /// Two lines in each other's place.
    Swap(Index, Index),
    /// The end cut off.
    Cut(Index),
}

const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1 2",
    "0.5",
    "1e9",
    "soon",
    "+7",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "9223372036854775807",
    "\u{663}",
    "\u{feff}1",
];

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let index = any::<Index>;
    let mutation = prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        (index(), index(), proptest::sample::select(WORDS))
            .prop_map(|(l, w, word)| Mutation::Word(l, w, word)),
        index().prop_map(Mutation::Delete),
        (index(), index()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        index().prop_map(Mutation::Cut),
    ];
    proptest::collection::vec(mutation, 1..4)
}

fn spoil(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let count = lines.len();
    match mutation {
        Mutation::Byte(_, _) | Mutation::Cut(_) if bytes.is_empty() => return,
        Mutation::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
            return;
        }
        Mutation::Cut(at) => return bytes.truncate(at.index(bytes.len())),
        Mutation::Word(line, word, other) => {
            let line = &mut lines[line.index(count)];
            let mut words: Vec<Vec<u8>> = line.split(|byte| *byte == b' ').map(<[u8]>::to_vec).collect();
            let word = word.index(words.len());
            words[word] = other.as_bytes().to_vec();
            *line = words.join(&b' ');
        }
        Mutation::Delete(at) => drop(lines.remove(at.index(count))),
        Mutation::Swap(a, b) => lines.swap(a.index(count), b.index(count)),
    }
    *bytes = lines.join(&b'\n');
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(2016),
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn a_thousand_mutated_traces_are_read_or_refused_with_one_message() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/sample-trace.txt");
    let text = std::fs::read(path).unwrap();
    let end = text
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(60)
        .unwrap()
        .0;
    let (read, refused) = (Cell::new(0), Cell::new(0));
    runner(1_000)
        .run(&mutations(), |mutations| {
            let mut bytes = text[..=end].to_vec();
            mutations.iter().for_each(|mutation| spoil(&mut bytes, mutation));
            match Trace::read(bytes.as_slice()) {
                Ok(trace) => {
                    prop_assert!(!trace.messages.is_empty());
                    prop_assert!(trace.messages.is_sorted_by_key(|message| message.at_s));
                    prop_assert!(trace.messages.iter().all(|m| m.sender != m.receiver));
                    read.set(read.get() + 1);
                }
                Err(error) => {
                    let message = error.to_string();
                    prop_assert!(!message.is_empty() && !message.contains('\n'), "{message}");
                    let names_line = message.starts_with("line ") || message.contains("is empty");
                    prop_assert!(names_line, "{message}");
                    refused.set(refused.get() + 1);
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(read.get() >= 100 && refused.get() >= 300, "{read:?} {refused:?}");
}

#[test]
fn mutated_scenarios_and_traces_at_the_command() {
    let bench = Bench::new();
    let trace = "1 2 10\n2 1 70\n3 1 90\n1 3 95\n";
    let replay = "[population]\nusers = 3\npages = 0\n[traffic]\nreplay = \"trace.txt\"\n";
    bench.write("replay.toml", replay);
    let refused = Cell::new(0);
    runner(20)
        .run(&(any::<bool>(), mutations()), |(of_trace, mutations)| {
            let (file, scenario, text) = match of_trace {
                true => ("trace.txt", "replay.toml", trace),
                false => ("town.toml", "town.toml", SCENARIO),
            };
            let mut bytes = text.as_bytes().to_vec();
            mutations.iter().for_each(|mutation| spoil(&mut bytes, mutation));
            bench.write(file, &bytes);
            let before = bench.list(".");
            let Ran { code, err, .. } = bench.chappe(&format!("validate {scenario}"));
            prop_assert!(code == 0 || code == 2, "{code}: {err}");
            prop_assert_eq!(messages_count(&err), usize::from(code == 2), "{}", err);
            if code == 2 {
                let ran = bench.chappe(&format!("run {scenario}"));
                prop_assert_eq!((ran.code, ran.out, ran.err), (2, String::new(), err));
                prop_assert_eq!(bench.list("."), before);
                refused.set(refused.get() + 1);
            }
            Ok(())
        })
        .unwrap();
    assert!(refused.get() >= 8, "{refused:?}");
}
