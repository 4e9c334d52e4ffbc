//! The files that the project ships: every scenario reads, and the key reference is up to date.

use chappe_scenario::{Options, Scenario, document, parse};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8(bytes).unwrap()
}

fn scenarios() -> Vec<(PathBuf, String)> {
    let folder = std::fs::read_dir(root().join("scenarios")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), read(&path)))
        .collect()
}

fn scenario(name: &str) -> Scenario {
    let path = root().join("scenarios").join(name);
    parse(name, &read(&path), &Options::default()).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn every_scenario_reads_and_asks_its_question_first() {
    let shipped = scenarios();
    assert!(shipped.len() >= 9, "only {} scenarios", shipped.len());
    let index = read(&root().join("scenarios/README.md"));
    for (path, text) in shipped {
        let most_mib = if path.ends_with("messenger-day.toml") {
            6_000
        } else {
            600
        };
        let options = Options {
            memory_limit_bytes: Some(most_mib << 20),
            ..Options::default()
        };
        let scenario =
            parse(path.to_str().unwrap(), &text, &options).unwrap_or_else(|error| panic!("{error:?}"));
        let first = text.lines().next().unwrap();
        assert_eq!(first, format!("# {}", scenario.question), "{path:?}");
        assert!(scenario.question.ends_with('?'), "{path:?}");
        assert!(index.contains(&scenario.question), "{path:?} is not in README.md");
        assert!(
            !scenario.title.is_empty() && scenario.lookahead().0 > 0,
            "{path:?}"
        );
    }
}

#[test]
fn every_arm_differs_from_the_base_scenario() {
    for (path, text) in scenarios() {
        let name = path.to_str().unwrap();
        let base = parse(name, &text, &Options::default()).unwrap();
        for arm in &base.arms {
            let options = Options {
                arm: Some(arm.clone()),
                ..Options::default()
            };
            let played = parse(name, &text, &options).unwrap();
            assert_eq!(played.arm.as_deref(), Some(arm.as_str()));
            assert_ne!(played.hash, base.hash, "{name}, arm {arm}");
        }
    }
}

#[test]
fn first_ads_is_the_main_scenario() {
    let scenario = scenario("first-ads.toml");
    assert_eq!(
        (scenario.population.users, scenario.population.pages),
        (200_000, 400)
    );
    let mut formats: Vec<_> = scenario.platform.campaigns.iter().map(|c| c.format).collect();
    formats.sort();
    formats.dedup();
    assert_eq!(
        formats,
        chappe_base::Format::ALL,
        "campaigns of all three formats"
    );
}

#[test]
fn the_sample_trace_is_in_time_order_and_no_line_is_malformed() {
    let text = read(&root().join("scenarios/sample-trace.txt"));
    let lines: Vec<Vec<i64>> = text
        .lines()
        .map(|line| line.split(' ').map(|field| field.parse().unwrap()).collect())
        .collect();
    assert_eq!(lines.len(), 2_000);
    assert!(lines.iter().all(|line| line.len() == 3 && line[0] != line[1]));
    assert!(lines.is_sorted_by_key(|line| line[2]));
}

/// Run with `UPDATE_DOCS=1` to write the reference anew.
#[test]
fn the_reference_of_keys_is_up_to_date() {
    let path = root().join("docs/scenario.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    assert!(
        read(&path) == document(),
        "docs/scenario.md is out of date: UPDATE_DOCS=1 cargo test -p chappe-scenario"
    );
}
