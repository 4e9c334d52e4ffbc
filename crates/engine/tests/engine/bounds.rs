//! Every bound of a key keeps the model true: a small town is played with each number at its least and its greatest.

use chappe_engine::{SimulateOptions, StopFlag, doubts, simulate};
use chappe_scenario::{Key, Overrides, ScenarioFile};

const TOWN: &str = r#"
horizon = "2h"
[population]
users = 40
pages = 3
[platform]
shards = 2
[agents]
page_visits_per_day = 20.0
payments_per_day = 5.0
[policy]
frequency_cap = { per_user = 5, every = "1 day" }
page_cap = { per_page = 5, every = "1 day" }
unanswered_cap = { per_user = 5, every = "1 day" }
tiers = { limits = [1, 2, 3, 4] }
quality = { yellow = 0.1, red = 0.2, read = 0.3, ads = 5, on_red = "pause" }
throughput = { per_second = 5 }
quota = { messages = 100, fee = "10" }
[[campaign]]
format = "new-product"
page = 0
topic = "shoes/trail"
bid = "0.01"
budget = "5.00"
pacing = "asap"
"#;

/// Keys that say how much there is of something: their bounds are bounds of memory and time.
const SIZES: &[&str] = &[
    "scale",
    "population.users",
    "population.pages",
    "platform.shards",
    "design.shards",
    "traffic.probe.rate",
];

/// Plays the town with one key set; false if the scenario refuses it for its other keys.
fn plays(file: &ScenarioFile, key: &str, value: f64) -> bool {
    let overrides = Overrides {
        set: vec![(key.to_string(), value.to_string())],
        ..Overrides::default()
    };
    let Ok(scenario) = file.resolve(&overrides) else {
        return false;
    };
    let simulated = simulate(&scenario, SimulateOptions::new(&StopFlag::new()));
    assert_eq!(
        simulated.verdict.violation_count(),
        0,
        "{key} = {value}: {:?}",
        simulated.verdict
    );
    true
}

#[test]
fn a_number_at_either_bound_keeps_every_promise() {
    let file = ScenarioFile::parse("town.toml", TOWN).unwrap();
    let is_in_effect = |key: &Key| !SIZES.contains(&key.path.as_str()) && !key.path.starts_with("study.");
    let (mut bounds_count, mut played_count) = (0, 0);
    for key in file
        .keys()
        .iter()
        .filter(|key| key.kind.is_number() && is_in_effect(key))
    {
        let (least, most) = (key.bounds.least.unwrap(), key.bounds.most.unwrap());
        for value in [least, most] {
            bounds_count += 1;
            played_count += usize::from(plays(&file, &key.path, value));
        }
    }
    assert!(
        bounds_count > 120 && played_count * 10 > bounds_count * 9,
        "{played_count} of {bounds_count}"
    );
}

#[test]
fn money_that_the_platform_cannot_count_is_refused() {
    let refuses = |set: &[(&str, &str)]| {
        let set = set
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()));
        let overrides = Overrides {
            set: set.collect(),
            ..Overrides::default()
        };
        let file = ScenarioFile::parse("town.toml", TOWN).unwrap();
        file.resolve(&overrides).unwrap_err()
    };
    let error = refuses(&[
        ("history.balance_median", "999999999"),
        ("population.users", "1000"),
    ]);
    assert_eq!(error.key.as_deref(), Some("history.balance_median"));
    assert!(
        error
            .message
            .contains("more than the 5.8e11 that the platform can count"),
        "{}",
        error.message
    );
    let error = refuses(&[
        ("history.balance_sigma", "5"),
        ("history.balance_median", "100000"),
    ]);
    assert_eq!(error.key.as_deref(), Some("history.balance_sigma"));
    let error = refuses(&[
        ("history.page_balance", "999999999"),
        ("population.pages", "1000"),
    ]);
    assert_eq!(error.key.as_deref(), Some("history.page_balance"));
}

#[test]
fn what_a_run_leaves_out_is_told_before_it_is_played() {
    let told = |text: &str, trace: Option<&str>| {
        let file = ScenarioFile::parse("town.toml", text).unwrap();
        let scenario = file.resolve(&Overrides::default()).unwrap();
        let trace = trace.map(|text| chappe_workload::Trace::read(text.as_bytes()).unwrap());
        let told = doubts(&scenario, trace.as_ref()).into_iter();
        told.map(|doubt| format!("{}; {}", doubt.problem, doubt.remedy))
            .collect::<Vec<String>>()
    };
    assert_eq!(told(TOWN, Some("1 2 1000\n2 1 5000\n")), [""; 0]);
    let busy = TOWN.replace("page_visits_per_day = 20.0", "page_visits_per_day = 200.0");
    let acts = told(
        &format!("{busy}[traffic]\nshape = {{ spike = {{ at = \"0s\", lasting = \"2h\", times = 100 }} }}"),
        None,
    );
    assert!(
        acts[0].starts_with("people begin at most 512 acts a day"),
        "{acts:?}"
    );

    let late = told(TOWN, Some("1 2 1000\n2 1 5000\n1 2 9000\n2 1 9001\n"));
    assert!(
        late[0].starts_with("2 of 4 messages of the trace lie outside the run"),
        "{late:?}"
    );
    assert!(
        late[0].ends_with("; raise horizon or traffic.replay_speed"),
        "{late:?}"
    );
    // Milliseconds since 1970 can be told from seconds, those since another time can not.
    let read = told(TOWN, Some("1 2 1082040961000\n2 1 1082041961000\n"));
    assert!(
        read.iter().all(|told| !told.contains("outside the run")),
        "{read:?}"
    );
    let asked = told(TOWN, Some("1 2 0\n2 1 4000000\n1 2 6000000\n"));
    assert!(asked[0].contains("are these milliseconds?"), "{asked:?}");
}
