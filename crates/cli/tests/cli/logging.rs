//! What `-v` and `--log-level` show on standard error.

use crate::chappe::Bench;

#[test]
fn a_run_logs_its_start_and_end_only_if_asked() {
    let bench = Bench::new();
    let silent = bench.chappe("run town.toml --json");
    assert_eq!((silent.code, silent.err.as_str()), (0, ""));

    let logged = bench.chappe("run town.toml --json -v");
    assert_eq!(logged.code, 0, "{}", logged.err);
    for event in ["run started", "run ended"] {
        let line = logged.err.lines().find(|line| line.contains(event));
        let line = line.unwrap_or_else(|| panic!("no `{event}` in {}", logged.err));
        for word in ["INFO", "chappe_study", "scenario=", "seed=3"] {
            assert!(line.contains(word), "no `{word}` in {line}");
        }
    }
    assert!(logged.err.contains("wall_ms="), "{}", logged.err);
    // Figures stay apart from what is logged.
    assert!(!logged.out.contains("run started"));
    assert!(serde_json::from_str::<serde_json::Value>(&logged.out).is_ok());
}

#[test]
fn a_study_logs_its_runs_and_those_that_it_need_not_play() {
    let bench = Bench::new();
    let first = bench.chappe("whatif town.toml --replications 2 -v --quiet");
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.err.contains("what-if study started") && first.err.contains("what-if study ended"));
    assert_eq!(first.err.matches("run ended").count(), 4, "{}", first.err);
    assert!(first.err.contains("arm=\"no ads\""), "{}", first.err);
    assert!(!first.err.contains("cached run used"), "{}", first.err);

    let second = bench.chappe("whatif town.toml --replications 2 --log-level debug --quiet");
    assert_eq!(second.code, 0, "{}", second.err);
    assert_eq!(second.err.matches("run ended").count(), 0, "{}", second.err);
    assert_eq!(second.err.matches("cached run used").count(), 4, "{}", second.err);
}

#[test]
fn a_load_logs_its_parts() {
    let bench = Bench::new();
    let load = bench.chappe("load town.toml --rate 2000 --duration 1s --warm-up 100ms --quiet -v");
    // On a busy machine the generator may fall behind.
    assert!([0, 5].contains(&load.code), "{}", load.err);
    let events = ["tape recorded", "load started", "warm-up done", "load ended"];
    let places = events.map(|event| {
        load.err
            .find(event)
            .unwrap_or_else(|| panic!("{event}: {}", load.err))
    });
    assert!(places.is_sorted(), "{}", load.err);
}
