//! The workflows of docs/ci: well-formed, and of what is in the repository.

use std::fs;
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

fn workflow(name: &str) -> Yaml {
    let documents = YamlLoader::load_from_str(&read(&format!("docs/ci/{name}"))).unwrap();
    assert_eq!(documents.len(), 1, "{name}");
    documents.into_iter().next().unwrap()
}

/// The steps of a job.
fn steps<'a>(workflow: &'a Yaml, job: &str) -> &'a [Yaml] {
    let steps = workflow["jobs"][job]["steps"].as_vec();
    steps.unwrap_or_else(|| panic!("no steps in {job}"))
}

/// What the steps of a job run.
fn commands<'a>(workflow: &'a Yaml, job: &str) -> Vec<&'a str> {
    let steps = steps(workflow, job).iter();
    steps.filter_map(|step| step["run"].as_str()).collect()
}

#[test]
fn every_job_has_a_limit_and_steps_that_do_something() {
    for name in ["github.yml", "dependencies.yml", "release.yml"] {
        let workflow = workflow(name);
        let jobs = workflow["jobs"].as_hash().unwrap();
        assert!(!jobs.is_empty() && workflow["name"].as_str().is_some(), "{name}");
        for (job, body) in jobs {
            let job = job.as_str().unwrap();
            assert!(body["timeout-minutes"].as_i64().is_some(), "{name}: {job}");
            for step in steps(&workflow, job) {
                let does = ["run", "uses"].map(|key| step[key].as_str().is_some());
                assert_ne!(does[0], does[1], "{name}: {job}: {step:?}");
            }
        }
        assert!(read("docs/ci/README.md").contains(&format!("({name})")), "{name}");
    }
}

#[test]
fn a_release_is_built_with_the_profile_for_it_on_the_compiler_that_the_workspace_asks_for() {
    let manifest = read("Cargo.toml");
    assert!(manifest.contains("\n[profile.dist]\n"));
    let workflow = workflow("release.yml");
    let builds = commands(&workflow, "build");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap()
        .trim_matches('"');
    let is_built = |command: &&str| command.contains(" build ") && command.contains("--profile dist");
    let build = builds.iter().find(|command| is_built(command)).unwrap();
    assert!(build.contains(&format!("cargo +{version} ")) && build.contains("--locked"));
    let scenario = builds
        .iter()
        .flat_map(|command| command.split_whitespace())
        .find(|word| word.ends_with(".toml"))
        .unwrap();
    assert!(!read(scenario).is_empty());
    let matrix = &workflow["jobs"]["build"]["strategy"]["matrix"]["include"];
    let targets: Vec<&str> = matrix
        .as_vec()
        .unwrap()
        .iter()
        .map(|row| row["target"].as_str().unwrap())
        .collect();
    let deny = read("deny.toml");
    for target in &targets {
        assert!(
            deny.contains(&format!("\"{target}\"")),
            "deny.toml leaves out {target}"
        );
    }
    let published = commands(&workflow, "publish").join("\n");
    assert!(published.contains("--check") && published.contains("gh release create"));
}
