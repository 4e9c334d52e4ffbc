//! What the documents say of crates, tests and commands is so.

use crate::workspace::{Text, crates, fenced, folder, quoted, read, root, texts};
use std::collections::{BTreeMap, BTreeSet};

/// Direct dependencies of each package on crates of the workspace.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The graph as the manifests have it; what only tests depend on counts too.
fn graph_of_manifests() -> Graph {
    let dependencies = |name: &String| {
        let manifest = read(&format!("{}/Cargo.toml", folder(name)));
        let lines = manifest.lines().filter_map(|line| line.strip_prefix("chappe-"));
        lines
            .map(|line| line.split(['.', ' ', '=']).next().unwrap_or_default().to_string())
            .collect()
    };
    let packages = crates().into_iter().chain(["benches".to_string()]);
    packages
        .map(|name| {
            let dependencies = dependencies(&name);
            (name, dependencies)
        })
        .collect()
}

/// The graph as `ARCHITECTURE.md` draws it: lines `crate → dependency dependency`.
fn graph_of_document(document: &str) -> Graph {
    let lines = fenced(document, "crates");
    lines
        .iter()
        .map(|line| {
            let (name, dependencies) = line.split_once('→').unwrap_or((line, ""));
            let dependencies = dependencies.split_whitespace().map(str::to_string).collect();
            (name.trim().to_string(), dependencies)
        })
        .collect()
}

#[test]
fn crates_depend_on_each_other_as_drawn() {
    let drawn = graph_of_document(&read("ARCHITECTURE.md"));
    assert_eq!(
        drawn,
        graph_of_manifests(),
        "left: ARCHITECTURE.md, right: Cargo.toml"
    );
}

/// Crate and function of `crate::function`; other paths, such as a type's method, are no tests.
fn test_name(quoted: &str) -> Option<(&str, &str)> {
    let (name, test) = quoted.split_once("::")?;
    let is_lower = |word: &str| {
        word.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    (is_lower(name) && is_lower(test)).then_some((name, test))
}

/// Whether `name` is the function of a test in `source`.
fn has_test(source: &Text, name: &str) -> bool {
    let lines: Vec<&str> = source.text.lines().collect();
    let function = format!("fn {name}(");
    let is_there = |index: usize| {
        let attributes = &lines[index.saturating_sub(4)..index];
        attributes.iter().any(|line| line.trim() == "#[test]")
    };
    let mut places = (0..lines.len()).filter(|&index| lines[index].trim_start().starts_with(&function));
    places.any(is_there)
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let document = read("ARCHITECTURE.md");
    let (_, invariants) = document.split_once("## Invariants").expect("invariants");
    let (invariants, _) = invariants.split_once("\n## ").expect("something after them");
    let sources: BTreeMap<String, Vec<Text>> = crates()
        .into_iter()
        .map(|name| (name.clone(), texts(&format!("crates/{name}"), &[".rs"])))
        .collect();
    let mut invariants_count = 0;
    for invariant in invariants.split("\n### ").skip(1) {
        invariants_count += 1;
        let title = invariant.lines().next().unwrap_or_default();
        let mut tests = quoted(invariant).filter_map(test_name).peekable();
        assert!(tests.peek().is_some(), "no test holds `{title}`");
        for (name, test) in tests {
            let Some(sources) = sources.get(name) else {
                panic!("`{title}` names {name}::{test}, but there is no crate {name}");
            };
            let exists = sources.iter().any(|source| has_test(source, test));
            assert!(exists, "`{title}` is held by {name}::{test}, which isn't there");
        }
    }
    assert!(invariants_count > 10, "{invariants_count}");
}

/// Files of arguments, each with the command that its own commands belong to.
const ARGUMENTS: [(&str, &str); 6] = [
    ("args.rs", ""),
    ("args/load.rs", ""),
    ("args/run.rs", ""),
    ("args/study.rs", ""),
    ("args/trace.rs", ""),
    ("args/gate.rs", "gate "),
];

/// The options of each command, as its arguments declare them.
fn options() -> BTreeMap<String, BTreeSet<String>> {
    let lines = ARGUMENTS.map(|(file, command)| {
        let source = read(&format!("crates/cli/src/{file}"));
        let lines: Vec<String> = source.lines().map(|line| line.trim().to_string()).collect();
        lines.into_iter().map(move |line| (command, line))
    });
    let lines: Vec<(&str, String)> = lines.into_iter().flatten().collect();
    let mut commands: BTreeMap<String, String> = BTreeMap::new();
    let mut structs: BTreeMap<String, (BTreeSet<String>, Vec<String>)> = BTreeMap::new();
    let (mut current, mut attribute) = (String::new(), String::new());
    for (command, line) in lines.iter().map(|(command, line)| (command, line.as_str())) {
        if let Some((name, arguments)) = line.strip_suffix("),").and_then(|line| line.split_once('('))
            && arguments.ends_with("Args")
            && name.chars().all(char::is_alphanumeric)
        {
            commands.insert(format!("{command}{}", name.to_lowercase()), arguments.to_string());
        }
        if let Some(name) = line.strip_prefix("pub(crate) struct ") {
            current = name.trim_end_matches(" {").to_string();
            structs.insert(current.clone(), Default::default());
        } else if line.starts_with("#[") || !attribute.is_empty() && !line.starts_with("pub(crate)") {
            attribute.push_str(line);
        } else if let Some((name, kind)) = line
            .strip_prefix("pub(crate) ")
            .and_then(|field| field.split_once(": "))
            && let Some((options, flattened)) = structs.get_mut(&current)
        {
            let long = attribute
                .split_once("long = \"")
                .and_then(|(_, rest)| rest.split_once('"'));
            if attribute.contains("flatten") {
                flattened.push(kind.trim_end_matches(',').to_string());
            } else if let Some((long, _)) = long {
                options.insert(long.to_string());
            } else if attribute.contains("long") {
                options.insert(name.replace('_', "-"));
            }
            attribute.clear();
        } else {
            attribute.clear();
        }
    }
    commands
        .iter()
        .map(|(name, arguments)| (name.clone(), with_flattened(&structs, arguments)))
        .collect()
}

/// The options of a struct of arguments, with those of the structs flattened into it.
fn with_flattened(
    structs: &BTreeMap<String, (BTreeSet<String>, Vec<String>)>,
    arguments: &str,
) -> BTreeSet<String> {
    let (own, flattened) = &structs[arguments];
    let others = flattened.iter().flat_map(|name| with_flattened(structs, name));
    own.iter().cloned().chain(others).collect()
}

/// The arguments of every `chappe` command that a document shows, in a fence or in a line.
fn commands_shown(document: &str) -> Vec<String> {
    let fences = fenced(document, "sh");
    let lines = fences.into_iter().chain(quoted(document));
    let arguments = lines.filter_map(|line| {
        let direct = line.strip_prefix("chappe ");
        direct.or_else(|| {
            line.strip_prefix("cargo run ")
                .and_then(|rest| rest.split_once("-- "))
                .map(|(_, it)| it)
        })
    });
    arguments.map(str::to_string).collect()
}

#[test]
fn every_command_shown_exists() {
    let options = options();
    assert!(
        options["run"].contains("set") && options["run"].contains("log"),
        "{options:?}"
    );
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/cluster/README.md",
        "docs/ci/README.md",
        "docs/gate.md",
        "docs/load.md",
        "docs/log.md",
        "docs/record.md",
        "docs/scenario.md",
        "docs/what-if.md",
        "reports/README.md",
        "scenarios/README.md",
    ];
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for document in documents {
        for command in commands_shown(&read(document)) {
            let mut words = command.split_whitespace();
            let mut name = words.next().unwrap_or_default().to_string();
            if ARGUMENTS.iter().any(|(_, command)| command.trim_end() == name) {
                name = format!("{name} {}", words.next().unwrap_or_default());
            }
            let Some(known) = options.get(&name) else {
                panic!("{document}: `chappe {command}`: there is no command {name}");
            };
            shown.insert(name);
            for word in words {
                if let Some(option) = word.strip_prefix("--") {
                    let option = option.split('=').next().unwrap_or_default();
                    assert!(
                        known.contains(option),
                        "{document}: `chappe {command}`: no option --{option}"
                    );
                }
                if word.starts_with("scenarios/") && !word.contains("NAME") {
                    assert!(
                        root().join(word).exists(),
                        "{document}: `chappe {command}`: no {word}"
                    );
                }
            }
        }
    }
    let existing: BTreeSet<String> = options.into_keys().collect();
    assert_eq!(
        shown, existing,
        "left: commands shown, right: commands that there are"
    );
}

#[test]
fn the_check_runs_the_documented_test_command() {
    let (readme, check) = (read("README.md"), read(".ci/run"));
    for command in [
        "cargo test --workspace",
        "cargo run --release -- run scenarios/first-ads.toml",
    ] {
        assert!(readme.lines().any(|line| line == command), "README.md: {command}");
    }
    assert!(
        check.contains("cargo test --workspace\n"),
        ".ci/run: cargo test --workspace"
    );
}

#[test]
fn every_scenario_has_a_title_and_a_question_and_is_listed() {
    let (readme, index) = (read("README.md"), read("scenarios/README.md"));
    let mut in_readme_count = 0;
    for scenario in texts("scenarios", &[".toml"]) {
        let name = scenario
            .path
            .trim_start_matches("scenarios/")
            .trim_end_matches(".toml");
        let value = |key: &str| {
            let line = scenario
                .text
                .lines()
                .find(|line| line.split('=').next().is_some_and(|k| k.trim() == key));
            let value = line.and_then(|line| line.split('"').nth(1)).unwrap_or_default();
            assert!(!value.is_empty(), "{} has no {key}", scenario.path);
            value.to_string()
        };
        value("title");
        let question = value("question");
        assert!(question.ends_with('?'), "{}: {question}", scenario.path);
        let is_in = |text: &str| text.contains(&format!("[`{name}`]")) && text.contains(&question);
        assert!(
            is_in(&index),
            "scenarios/README.md does not list {name} with `{question}`"
        );
        in_readme_count += usize::from(is_in(&readme));
    }
    let rows_count = readme
        .lines()
        .filter(|line| line.contains("](scenarios/") && line.starts_with("| ["))
        .count();
    assert!(
        rows_count >= 5 && in_readme_count == rows_count,
        "README.md lists {rows_count} scenarios, {in_readme_count} of them with name and question"
    );
}

#[test]
fn the_run_record_is_explained() {
    let source = read("crates/metrics/src/record.rs") + &read("crates/metrics/src/record/execution.rs");
    let document = read("docs/record.md");
    for name in [
        "RunRecord",
        "ScenarioId",
        "RunResult",
        "Window",
        "Size",
        "Execution",
        "Memory",
    ] {
        let (_, fields) = source
            .split_once(&format!("pub struct {name} {{"))
            .expect("a part of the record");
        let (fields, _) = fields.split_once("\n}").expect("its end");
        let fields = fields.lines().filter_map(|line| line.trim().strip_prefix("pub "));
        for (field, _) in fields.filter_map(|line| line.split_once(':')) {
            assert!(
                document.contains(&format!("`{field}`")),
                "docs/record.md does not explain `{field}` of {name}"
            );
        }
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in texts("", &[".md"]) {
        let folder = root().join(&document.path);
        let folder = folder.parent().expect("a folder");
        for link in document.text.split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                assert!(
                    folder.join(target).exists(),
                    "{}: {target} isn't there",
                    document.path
                );
            }
        }
    }
}
