//! No function is long: at most [`LINES_MAX`] lines of code.
//!
//! Counted are the lines from `fn` to the closing brace without comments, so that a comment never costs
//! anything. Tests are not counted: they are stories and tables of cases.

use crate::sources::running;
use crate::workspace::{Text, crates, folder};

/// The longest function, in lines.
const LINES_MAX: usize = 60;

/// Functions that are one flat `match` over an enum of the domain, each with what it matches: file, function,
/// reason.
const FLAT_MATCHES: [(&str, &str, &str); 7] = [
    ("benches/platform.rs", "deed", "every class with its commands"),
    (
        "crates/audit/src/money.rs",
        "of",
        "every account with those that its money may go to",
    ),
    (
        "crates/audit/src/shard.rs",
        "observe",
        "every fact with the modules that judge it",
    ),
    (
        "crates/metrics/src/observe.rs",
        "observe",
        "every fact with the metrics that count it",
    ),
    (
        "crates/platform/src/history.rs",
        "apply_history",
        "every event of history with its effect",
    ),
    (
        "crates/platform/src/shard.rs",
        "apply",
        "every command with the method that applies it",
    ),
    (
        "crates/study/src/story/narrator.rs",
        "tell",
        "every fact in words",
    ),
];

/// The name of the function whose signature begins in `line`, if one does.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if let Some(visible) = rest.strip_prefix("pub") {
        rest = match visible.strip_prefix('(') {
            Some(scope) => scope.split_once(')')?.1,
            None => visible,
        };
    }
    let mut words = rest.split_whitespace();
    let is_modifier = |word: &str| ["const", "async", "unsafe", "extern", "\"C\""].contains(&word);
    if words.find(|word| !is_modifier(word)) != Some("fn") {
        return None;
    }
    let name = words.next()?;
    name.split(['(', '<']).next()
}

/// Name and lines of code of every function in a formatted source: it ends at the first brace that is
/// indented like its beginning.
fn functions(source: &Text) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let length = |first: usize| {
        let indent = &lines[first][..lines[first].len() - lines[first].trim_start().len()];
        let body = lines[first..]
            .iter()
            .position(|line| line.ends_with(['{', ';', '}']))?;
        if !lines[first + body].ends_with('{') {
            return None;
        }
        let end = format!("{indent}}}");
        let after = lines[first..].iter().skip(1);
        Some(after.take_while(|line| !line.starts_with(&end)).count() + 2)
    };
    (0..lines.len())
        .filter_map(|first| Some((function_name(lines[first])?, length(first)?)))
        .collect()
}

#[test]
fn no_function_is_long() {
    let packages = crates().into_iter().map(|name| format!("{}/src", folder(&name)));
    let mut excused = Vec::new();
    let mut long = Vec::new();
    for folder in packages.chain(["benches".to_string()]) {
        for source in running(&folder) {
            for (name, lines_count) in functions(&source) {
                let is_flat =
                    |(path, function, _): &&(&str, &str, &str)| (*path, *function) == (&source.path, name);
                if lines_count <= LINES_MAX {
                } else if let Some(flat) = FLAT_MATCHES.iter().find(is_flat) {
                    excused.push((flat.0, flat.1));
                } else {
                    long.push(format!("{}: {name} has {lines_count} lines", source.path));
                }
            }
        }
    }
    assert!(
        long.is_empty(),
        "longer than {LINES_MAX}: split them, or name them in FLAT_MATCHES if they are one:\n{}",
        long.join("\n")
    );
    for (path, name, _) in FLAT_MATCHES {
        let is_needed = excused.contains(&(path, name));
        assert!(is_needed, "{path}: {name} needs no excuse in FLAT_MATCHES");
    }
}

#[test]
fn functions_are_found_with_their_lengths() {
    let code = "impl A {\n    pub(crate) const fn one(a: u8) -> u8 {\n        a\n    }\n\n    fn two(\n        a: u8,\n    ) {\n        if a > 0 {\n        }\n    }\n    fn declared(&self);\n}\nfn short() {}\n";
    let source = Text {
        path: String::new(),
        text: code.into(),
    };
    assert_eq!(functions(&source), [("one", 3), ("two", 6)]);
}
