//! Dependencies: each one is used.

use crate::workspace::{crates, folder, read, texts};

/// The names under `[section]` of a manifest.
fn named(manifest: &str, section: &str) -> Vec<String> {
    let lines = manifest
        .lines()
        .skip_while(|line| *line != format!("[{section}]"));
    let entries = lines.skip(1).take_while(|line| !line.starts_with('['));
    let names = entries.filter_map(|line| line.split(['.', ' ', '=']).next());
    let names = names.filter(|name| !name.is_empty() && !name.starts_with('#'));
    names.map(str::to_string).collect()
}

/// What is built in this workspace, with the folder of each.
fn packages() -> Vec<String> {
    let mut packages: Vec<String> = crates().iter().map(|name| folder(name)).collect();
    packages.extend(["benches", "benches/instructions"].map(str::to_string));
    packages
}

#[test]
fn the_workspace_names_no_dependency_that_no_crate_has() {
    let manifests = packages()
        .into_iter()
        .map(|folder| read(&format!("{folder}/Cargo.toml")));
    let manifests: Vec<String> = manifests.collect();
    let is_had = |name: &String| {
        let mut lines = manifests.iter().flat_map(|manifest| manifest.lines());
        lines.any(|line| line.split(['.', ' ', '=']).next() == Some(name))
    };
    let names = named(&read("Cargo.toml"), "workspace.dependencies");
    assert!(names.len() > 30, "{names:?}");
    let unused: Vec<&String> = names.iter().filter(|name| !is_had(name)).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn no_crate_has_a_dependency_that_it_does_not_use() {
    for folder in packages() {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let sources = texts(&folder, &[".rs"]);
        for (section, is_of_tests) in [("dependencies", false), ("dev-dependencies", true)] {
            for name in named(&manifest, section) {
                let word = name.replace('-', "_");
                let mut read = sources
                    .iter()
                    .filter(|source| is_of_tests || !source.path.contains("/tests/"));
                let is_used = read.any(|source| source.text.contains(&word));
                assert!(is_used, "{folder}: nothing uses {name} of [{section}]");
            }
        }
    }
}
