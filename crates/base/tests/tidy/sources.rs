//! What must be absent from the sources, and how long they may be.

use crate::workspace::{Text, root, texts};

/// Folders whose results must be the same on every machine.
const DETERMINISTIC: [&str; 8] = [
    "crates/base/src",
    "crates/platform/src",
    "crates/audit/src",
    "crates/workload/src",
    "crates/scenario/src",
    "crates/metrics/src",
    "crates/engine/src",
    "crates/study/src/stats",
];

/// A file is one idea, seldom over 400 lines; beyond this many it must stand in [`LONG`].
const LINES_WITHOUT_REASON: usize = 450;
/// No file is longer than this.
const LINES_MAX: usize = 600;

/// Files over [`LINES_WITHOUT_REASON`], each with the reason why it stays in one piece.
const LONG: [(&str, &str); 5] = [
    (
        "crates/audit/src/tests/story.rs",
        "one legal run, told fact by fact",
    ),
    (
        "crates/base/src/fact.rs",
        "one enum: every fact with the meaning of its fields",
    ),
    (
        "crates/study/src/story/narrator.rs",
        "one match: every fact in words",
    ),
    (
        "crates/platform/src/command.rs",
        "one enum: every command with its class and what it is about",
    ),
    (
        "crates/platform/tests/platform/world.rs",
        "the small world that all platform tests share",
    ),
];

fn sources() -> Vec<Text> {
    let mut sources = texts("crates", &[".rs"]);
    sources.extend(texts("benches", &[".rs"]));
    sources
}

/// Whether a file is part of tests alone.
pub(crate) fn is_of_tests(path: &str) -> bool {
    if path.ends_with("tests.rs") || path.contains("/tests/") {
        return true;
    }
    // A module of its own that its parent declares for tests.
    let Some((folder, name)) = path.trim_end_matches(".rs").rsplit_once('/') else {
        return false;
    };
    let parents = ["lib.rs", "main.rs", "mod.rs"].map(|parent| format!("{folder}/{parent}"));
    let declaration = format!("#[cfg(test)]\nmod {name};");
    parents
        .iter()
        .chain([&format!("{folder}.rs")])
        .filter_map(|parent| std::fs::read_to_string(root().join(parent)).ok())
        .any(|parent| parent.contains(&declaration))
}

/// Sources that run: without tests and comments.
pub(crate) fn running(folder: &str) -> Vec<Text> {
    let mut sources = texts(folder, &[".rs"]);
    sources.retain(|source| !is_of_tests(&source.path));
    for source in &mut sources {
        let code = source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        source.text = lines.collect::<Vec<_>>().join("\n");
    }
    sources
}

fn assert_absent(sources: &[Text], words: &[&str], why: &str) {
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            let found = words.iter().find(|word| line.contains(**word));
            assert!(
                found.is_none(),
                "{}: `{}` {why}, in: {line} (about line {})",
                source.path,
                found.unwrap_or(&""),
                number + 1
            );
        }
    }
}

#[test]
fn no_file_is_long_without_a_reason() {
    for source in sources() {
        let lines_count = source.text.lines().count();
        let is_listed = LONG.iter().any(|(path, _)| *path == source.path);
        assert!(
            lines_count <= LINES_MAX,
            "{} has {lines_count} lines, more than {LINES_MAX}: split it by what its parts are about",
            source.path
        );
        assert!(
            lines_count <= LINES_WITHOUT_REASON || is_listed,
            "{} has {lines_count} lines: split it, or say in LONG why it is one idea",
            source.path
        );
    }
    for (path, _) in LONG {
        assert!(root().join(path).exists(), "{path} is excused but isn't there");
    }
}

#[test]
fn no_test_is_ignored_and_nothing_is_left_to_do() {
    // Written apart, so that this file passes its own test.
    let words = [
        concat!("#[", "ignore"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    assert_absent(&sources(), &words, "has no place here");
}

#[test]
fn the_deterministic_crates_read_no_clock_and_no_file() {
    let words = [
        "Instant",
        "SystemTime",
        "std::fs",
        "std::env",
        "std::net",
        "tokio",
        "HashMap::new",
        "std::collections::HashMap",
        "std::collections::HashSet",
        "RandomState",
        "thread_rng",
    ];
    for folder in DETERMINISTIC {
        assert_absent(&running(folder), &words, "depends on the machine or the moment");
    }
}

#[test]
fn the_simulated_path_takes_its_functions_from_libm() {
    let words = [
        ".ln()",
        ".ln_1p()",
        ".log10()",
        ".log2()",
        ".exp()",
        ".exp2()",
        ".exp_m1()",
        ".powf(",
        ".powi(",
        ".sin()",
        ".cos()",
        ".tan()",
        ".cbrt()",
        ".hypot(",
    ];
    for folder in DETERMINISTIC {
        assert_absent(&running(folder), &words, "may differ between machines; use libm");
    }
}

#[test]
fn only_the_command_prints_or_looks_around() {
    let words = [
        "println!(",
        "print!(",
        "eprintln!(",
        "eprint!(",
        "std::env",
        "std::process::exit",
    ];
    for name in crate::workspace::crates() {
        if name != "cli" {
            let mut sources = running(&format!("crates/{name}/src"));
            for source in &mut sources {
                // What the program was compiled for is a constant, and no part of the environment.
                source.text = source.text.replace("std::env::consts", "");
            }
            assert_absent(&sources, &words, "belongs to the command");
        }
    }
}

#[test]
fn one_binary_of_integration_tests_a_crate() {
    for name in crate::workspace::crates() {
        let Ok(folder) = std::fs::read_dir(root().join(format!("crates/{name}/tests"))) else {
            continue;
        };
        let mut binaries = Vec::new();
        for entry in folder {
            let path = entry.unwrap().path();
            let is_binary =
                path.extension().is_some_and(|ending| ending == "rs") || path.join("main.rs").exists();
            if is_binary {
                binaries.push(path);
            }
        }
        assert!(binaries.len() <= 1, "each is linked anew: join {binaries:?}");
    }
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let endings = [
        ".rs",
        ".toml",
        ".md",
        ".json",
        ".html",
        ".csv",
        ".svg",
        ".txt",
        ".snap",
        "run",
        ".gitignore",
        ".lock",
    ];
    let here = root().display().to_string();
    // A root such as `/src` would be found in anything.
    let mut places: Vec<String> = (here.matches('/').count() > 1)
        .then_some(here)
        .into_iter()
        .collect();
    places.extend(["home", "root", "Users", "work"].map(|folder| format!("/{folder}/")));
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let mut files = texts("", &endings);
    files.retain(|file| file.path != "crates/base/tests/tidy/sources.rs");
    assert_absent(&files, &places, "is a place on one machine");
}
