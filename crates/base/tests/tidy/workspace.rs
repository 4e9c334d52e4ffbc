//! The files of the workspace, as these tests look at them.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of the project's own.
const NOT_OURS: [&str; 3] = ["target", ".git", "out"];

/// A text file: its path from the root, with `/` between folders, and its text.
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders deep")
        .to_path_buf()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files under `folder` that end in one of `endings`, in order of their paths.
pub(crate) fn texts(folder: &str, endings: &[&str]) -> Vec<Text> {
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} has no files to look at");
    found
}

/// The crates: the names of the folders in `crates/`.
pub(crate) fn crates() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The folder of a package: a crate's, or `benches`.
pub(crate) fn folder(package: &str) -> String {
    match package {
        "benches" => package.to_string(),
        name => format!("crates/{name}"),
    }
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<Text>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if !NOT_OURS.contains(&&*name) {
                walk(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let from_root = path.strip_prefix(root()).unwrap();
            found.push(Text {
                path: from_root.to_string_lossy().replace('\\', "/"),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

/// The lines of a fenced block that begins with ```` ```language ````; all such blocks together.
pub(crate) fn fenced<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}");
    let mut lines = Vec::new();
    let mut is_inside = false;
    for line in document.lines() {
        if is_inside && line == "```" {
            is_inside = false;
        } else if is_inside {
            lines.push(line);
        } else {
            is_inside = line == opening;
        }
    }
    lines
}

/// What stands in backticks in `text`.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
