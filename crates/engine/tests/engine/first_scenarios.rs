//! Small scenarios as a new user writes them: the audit raises no false alarm, and an overloaded platform says so.

use crate::play::{play, record};
use chappe_base::{Fact, Span};
use chappe_scenario::{Overrides, Scenario, ScenarioFile};
use proptest::prelude::*;

/// What the pages of the default catalogue deal in, by page.
const TOPICS: [&str; 4] = ["shoes/trail", "books/novels", "flowers/roses", "phones/handsets"];

/// The scenario in `text`, with values replaced as by `--set`.
pub(crate) fn read(text: &str, set: &[(&str, &str)]) -> Scenario {
    let overrides = Overrides {
        set: set
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect(),
        ..Overrides::default()
    };
    let scenario = ScenarioFile::parse("first.toml", text).and_then(|file| file.resolve(&overrides));
    scenario.unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

fn campaign((page, budget): &(usize, u32)) -> String {
    format!(
        "[[campaign]]\nformat = \"new-product\"\npage = {page}\ntopic = \"{}\"\nbid = \"0.01\"\nbudget = \"{budget}.00\"\n",
        TOPICS[page % TOPICS.len()]
    )
}

/// A scenario that says how many people, pages and campaigns there are, and perhaps how many shards.
fn scenarios() -> impl Strategy<Value = String> {
    let pages = 1usize..=50;
    let campaigns = |pages: usize| prop::collection::vec((0..pages, 1u32..500), 1..=5);
    let market = pages.prop_flat_map(move |pages| (Just(pages), campaigns(pages)));
    let shards = prop::option::of(1u16..=64);
    (any::<u32>(), 1u32..=10_000, market, shards).prop_map(|(seed, users, (pages, campaigns), shards)| {
        let shards = shards.map(|count| format!("[platform]\nshards = {count}\n"));
        let campaigns: String = campaigns.iter().map(campaign).collect();
        format!(
            "seed = {seed}\n[population]\nusers = {users}\npages = {pages}\n{}{campaigns}",
            shards.unwrap_or_default()
        )
    })
}

/// Plays a scenario and checks what holds of every one. Returns the longest time that a command waited.
fn check(scenario: &Scenario) -> Result<Span, String> {
    let played = play(scenario, 1);
    let waits = played.facts.iter().filter_map(|record| match record.fact {
        Fact::Served { wait_ns, .. } | Fact::Unserved { wait_ns, .. } | Fact::Reneged { wait_ns } => {
            Some(wait_ns)
        }
        _ => None,
    });
    let longest = waits.max().unwrap_or(Span::ZERO);
    let violations = &played.simulated.verdict.violations;
    if !violations.is_empty() {
        return Err(format!("{violations:#?}"));
    }
    let result = record(scenario, &played.simulated).result;
    let is_told = result
        .warnings
        .iter()
        .any(|warning| warning.problem.contains(" is overloaded"));
    match longest > Span::HOUR && !is_told {
        true => Err(format!(
            "a command waits for {longest:?}, and no warning says so: {:?}",
            result.warnings
        )),
        false => Ok(longest),
    }
}

/// `PROPTEST_CASES` plays more of them.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { ProptestConfig::default().cases } else { 8 };
    ProptestConfig {
        cases,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_first_scenario_raises_no_false_alarm_and_tells_of_long_waits(text in scenarios()) {
        if let Err(problem) = check(&read(&text, &[])) {
            prop_assert!(false, "{text}\n{problem}");
        }
    }
}

/// One campaign, whose control traffic alone overloads the shard of its page where service times are stretched over many.
const HOT: &str = r#"
    horizon = "1 day"
    [population]
    users = 5000
    pages = 8
    [platform]
    shards = 64
    stretch_to = 0.7
    [[campaign]]
    format = "new-product"
    page = 0
    topic = "shoes/trail"
    bid = "0.01"
    budget = "2.00"
"#;

#[test]
fn money_that_waits_for_hours_is_not_lost() {
    let waits = [
        ("agents.page_visits_per_day", "1"),
        ("agents.page_visits_per_day", "2"),
        ("population.pages", "1"),
        ("population.users", "10000"),
    ]
    .map(|set| check(&read(HOT, &[set])).unwrap());
    assert!(waits.iter().any(|longest| *longest > Span::HOUR), "{waits:?}");
    let calm = read(HOT, &[("platform.shards", "2")]);
    assert!(
        check(&calm).unwrap() < Span::MINUTE,
        "the remedy of the warning helps"
    );
}
