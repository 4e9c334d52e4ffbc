//! `docs/code-map.md`: every module with the first sentence of its header.
//!
//! A table kept by hand falls behind the code. Headers are beside the code that they describe, and this page
//! is made of them.

use crate::sources::is_of_tests;
use crate::workspace::{Text, crates, folder, read, root, texts};
use std::fmt::Write;

const HEAD: &str = "# Code map

*Generated from the headers of the modules; `UPDATE_DOCS=1 cargo test -p chappe-base` writes it anew.*

[ARCHITECTURE.md](../ARCHITECTURE.md) says how the crates depend on each other and where to start reading.
";

/// The header of a module: the comment `//!` that it begins with.
fn header(source: &Text) -> String {
    let lines = source.text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(str::trim).collect::<Vec<_>>().join("\n")
}

/// The first sentence of a header.
fn first_sentence(header: &str) -> String {
    let paragraph = header.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let is_end = |index: &usize| {
        let (before, after) = (&paragraph[..*index], &paragraph[index + 1..]);
        (after.is_empty() || after.starts_with(' ')) && !before.ends_with("e.g") && !before.ends_with("i.e")
    };
    let dots = paragraph.match_indices('.').map(|(index, _)| index);
    let end = dots
        .into_iter()
        .find(is_end)
        .map_or(paragraph.len(), |index| index + 1);
    // Links inside the crate lead nowhere from a page.
    paragraph[..end]
        .replace("[`", "`")
        .replace("`]", "`")
        .replace('|', "\\|")
}

fn code_map() -> String {
    let mut page = HEAD.to_string();
    for package in crates().into_iter().chain(["benches".to_string()]) {
        let folder = folder(&package);
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let description = manifest
            .lines()
            .find_map(|line| line.strip_prefix("description = \""));
        let description = description.unwrap_or_default().trim_end_matches('"');
        write!(
            page,
            "\n## `{folder}`\n\n{description}\n\n| module | what it is for |\n|---|---|\n"
        )
        .unwrap();
        for source in texts(&folder, &[".rs"]) {
            if is_of_tests(&source.path) {
                continue;
            }
            let header = header(&source);
            assert!(
                !header.is_empty(),
                "{} has no header: begin it with `//!`",
                source.path
            );
            let path = source.path.trim_start_matches(&format!("{folder}/"));
            writeln!(page, "| `{path}` | {} |", first_sentence(&header)).unwrap();
        }
    }
    page
}

#[test]
fn the_code_map_is_made_of_the_headers() {
    let path = root().join("docs/code-map.md");
    let page = code_map();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/code-map.md is out of date: UPDATE_DOCS=1 cargo test -p chappe-base"
    );
}

#[test]
fn a_sentence_ends_at_its_dot() {
    let header = "Reads `a.toml`, e.g. from\na file. Then more.\n\nAnd more.";
    assert_eq!(first_sentence(header), "Reads `a.toml`, e.g. from a file.");
    assert_eq!(first_sentence("No dot"), "No dot");
}
