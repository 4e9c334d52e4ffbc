//! The scenarios of the project, and the files that are generated from the schema.

use chappe_scenario::{Overrides, Scenario, ScenarioFile, document, schema, shipped};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn scenarios() -> Vec<(PathBuf, String)> {
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
    let file = ScenarioFile::parse(name, &read(&path));
    let scenario = file.and_then(|file| file.resolve(&Overrides::default()));
    scenario.unwrap_or_else(|error| panic!("{error:?}"))
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
        let overrides = Overrides {
            memory_limit_bytes: Some(most_mib << 20),
            ..Overrides::default()
        };
        let scenario = crate::resolve(path.to_str().unwrap(), &text, &overrides)
            .unwrap_or_else(|error| panic!("{error:?}"));
        let question = format!("# {}", scenario.question);
        let first: Vec<&str> = text.lines().take(2).collect();
        assert_eq!(first, ["#:schema scenario.schema.json", &question], "{path:?}");
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
        let file = ScenarioFile::parse(name, &text).unwrap();
        let base = file.resolve(&Overrides::default()).unwrap();
        for arm in file.arms() {
            let overrides = Overrides {
                arm: Some(arm.clone()),
                ..Overrides::default()
            };
            let played = file.resolve(&overrides).unwrap();
            assert_eq!(played.arm.as_deref(), Some(arm.as_str()));
            assert_ne!(played.hash, base.hash, "{name}, arm {arm}");
        }
    }
}

#[test]
fn first_ads_is_the_main_scenario() {
    let scenario = scenario("first-ads.toml");
    assert_eq!(
        (scenario.population.users, scenario.platform.pages.len()),
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

/// Every scenario is part of the program, with the trace that it replays.
#[test]
fn the_program_carries_every_scenario() {
    let files: Vec<(String, String)> = scenarios()
        .into_iter()
        .map(|(path, text)| (path.file_stem().unwrap().to_str().unwrap().to_string(), text))
        .collect();
    let carried = shipped::all().iter();
    let carried: Vec<(String, String)> = carried
        .map(|shipped| (shipped.name.to_string(), shipped.text.to_string()))
        .collect();
    assert!(
        carried == files,
        "the list in src/shipped.rs differs from the folder scenarios"
    );
    for shipped in shipped::all() {
        assert_eq!(shipped::named(shipped.name), Some(*shipped));
        let scenario = scenario(&format!("{}.toml", shipped.name));
        if let Some(trace) = scenario.traffic.replay {
            let file = read(&root().join("scenarios").join(&trace));
            assert!(shipped::trace(&trace) == Some(file.as_str()), "{trace}");
        }
    }
    assert_eq!(shipped::named("none"), None);
}

/// Run with `UPDATE_DOCS=1` to write the generated files.
fn is_up_to_date(file: &str, text: &str) {
    let path = root().join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert!(
        read(&path) == text,
        "{file} is out of date: UPDATE_DOCS=1 cargo test -p chappe-scenario"
    );
}

#[test]
fn the_reference_of_keys_is_up_to_date() {
    is_up_to_date("docs/scenario.md", &document());
}

#[test]
fn the_schema_is_up_to_date() {
    let text = serde_json::to_string_pretty(&schema()).unwrap();
    is_up_to_date("scenarios/scenario.schema.json", &format!("{text}\n"));
}
