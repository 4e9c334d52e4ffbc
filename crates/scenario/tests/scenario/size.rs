//! How a platform gets its size, and what a smaller world keeps.

use crate::resolve;
use crate::resolved::{read, read_with};
use chappe_base::{CommandClass, Money};
use chappe_metrics::{ServiceFrom, ShardsFrom};
use chappe_platform::policy::PageRule;
use chappe_scenario::{Overrides, Scenario};

fn shards(scenario: &Scenario) -> u16 {
    scenario.platform.homes.shards()
}

fn planned(scenario: &Scenario) -> f64 {
    f64::from(scenario.size.planned_peak_ppm) / 1e6
}

fn unit(scenario: &Scenario) -> i64 {
    scenario.service.laws[CommandClass::Message as usize].mean().0
}

/// A scenario with these values laid over by a study.
fn varied(text: &str, arm: Option<&str>, over: &[(&str, &str)]) -> Scenario {
    let pairs = over.iter();
    let overrides = Overrides {
        arm: arm.map(str::to_string),
        over: pairs
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect(),
        ..Overrides::default()
    };
    resolve("a", text, &overrides).unwrap()
}

#[test]
fn the_number_of_machines_follows_from_the_load() {
    let of = |users: u32| read(&format!("population.users = {users}"));
    let one = of(100_000);
    assert_eq!(shards(&one), 1);
    assert!((0.69..=0.7).contains(&planned(&one)), "{}", planned(&one));
    assert_eq!(one.size.shards_from, ShardsFrom::Load);
    for (users, expected) in [(1_000, 1), (10_000, 1), (200_000, 2), (1_000_000, 10)] {
        let scenario = of(users);
        assert_eq!(shards(&scenario), expected, "{users}");
        assert_eq!(unit(&scenario), unit(&one), "the machine stays as fast as it is");
    }
    let more = read("population.users = 200_000\nplatform.servers = 2");
    assert_eq!(shards(&more), 1);
}

#[test]
fn only_keys_that_name_the_machine_change_it() {
    let text = "population.users = 300_000
        [[arm]]
        name = \"writes more\"
        traffic.messages_per_day = 90.0
        [[arm]]
        name = \"fuller\"
        platform.peak_utilisation = 0.95
        [[arm]]
        name = \"slower\"
        platform.unit_cost = \"17.8ms\"";
    let (base, more) = (read(text), varied(text, Some("writes more"), &[]));
    assert_eq!((shards(&base), shards(&more)), (3, 3));
    assert_eq!(unit(&base), unit(&more));
    assert_eq!(planned(&base), planned(&more), "it is planned for the base");
    assert_eq!(
        shards(&varied(text, None, &[("traffic.messages_per_day", "90")])),
        3
    );
    assert_eq!(shards(&varied(text, Some("fuller"), &[])), 3);
    assert_eq!(
        shards(&varied(text, None, &[("platform.peak_utilisation", "0.3")])),
        7
    );
    let slower = varied(text, Some("slower"), &[]);
    assert_eq!(shards(&slower), 6, "twice the work for each command");
    // What is set for the whole study is part of the base.
    let set = read_with(text, None, &[("traffic.messages_per_day", "90")]);
    assert!(shards(&set) > 3);
}

#[test]
fn what_holds_for_an_arm_alone_is_no_part_of_the_base() {
    let text = "[[arm]]
        name = \"capped\"
        policy.frequency_cap = { per_user = 1, every = \"1 day\" }";
    let set = [("policy.frequency_cap.per_user", "2")];
    assert!(
        read_with(text, Some("capped"), &set)
            .platform
            .policy
            .longest_cap()
            .is_some()
    );
}

#[test]
fn service_times_are_stretched_only_by_name() {
    let text = "population.users = 3_000
        [platform]
        shards = 8
        stretch_to = 0.6
        [[arm]]
        name = \"more servers\"
        platform.servers = 2
        [[arm]]
        name = \"spare\"
        platform.stretch_to = 0.3";
    let base = read(text);
    assert_eq!(base.size.service_from, ServiceFrom::Stretched);
    assert!((planned(&base) - 0.6).abs() < 1e-3, "{}", planned(&base));
    assert!(base.size_note().unwrap().contains("60% of the busiest hour"));
    let more = varied(text, Some("more servers"), &[]);
    assert_eq!(unit(&more), unit(&base), "more servers do not make each slower");
    let spare = varied(text, Some("spare"), &[]);
    assert!((unit(&spare) * 2 - unit(&base)).abs() <= 2);
}

#[test]
fn what_belongs_to_people_follows_their_number() {
    let text = "scale = 1.0
        population = { users = 10_000, pages = 8 }
        platform.shards = 20
        catalogue.stock = 300
        [policy]
        preset = \"whatsapp-2024\"
        tiers = { limits = [250, 1000, 10000, 100000], start = 2 }
        quality = { yellow = 0.01, red = 0.02, read = 0.5, ads = 200, on_red = \"pause\" }
        quota = { messages = 500, fee = \"10.00\" }
        [[campaign]]
        format = \"new-product\"
        page = 0
        topic = \"shoes/trail\"
        bid = \"0.02\"
        budget = \"40.00\"";
    let tenth = read_with(text, None, &[("scale", "0.1")]);
    assert_eq!((tenth.population.users, shards(&tenth)), (1_000, 2));
    assert_eq!((tenth.platform.pages.len(), tenth.catalogue.stock_units), (8, 30));
    assert_eq!(tenth.platform.campaigns[0].budget, Money(4 * Money::UNIT.0));
    for rule in &tenth.platform.policy.page_rules {
        match rule {
            PageRule::Tiers(tiers) => assert_eq!(tiers.limits, [25, 100, 1_000, 10_000]),
            PageRule::Quality(rule) => assert_eq!(rule.ads_count, 20),
            PageRule::Quota(quota) => {
                assert_eq!((quota.messages_count, quota.fee), (50, Money(Money::UNIT.0)));
            }
            PageRule::Running
            | PageRule::InStock
            | PageRule::Budget
            | PageRule::Reserve(_)
            | PageRule::MessagePrices(_)
            | PageRule::Throughput { .. } => {}
        }
    }
    let least = read_with(text, None, &[("scale", "0.0001")]);
    assert_eq!((shards(&least), least.catalogue.stock_units), (1, 1));
    assert_eq!(
        least.platform.campaigns[0].budget,
        least.platform.campaigns[0].bid
    );
}

#[test]
fn pages_and_their_staff_follow_people() {
    let pages = |users: u32| read(&format!("population.users = {users}")).platform.pages.len();
    assert_eq!([10, 1_000, 100_000].map(pages), [1, 10, 1_000]);
    let staff = |visits: f64| -> u32 {
        let text = format!(
            "population = {{ users = 100_000, pages = 10 }}\nagents.page_visits_per_day = {visits}\nhotline.bot_share = 0"
        );
        let pages = read(&text).platform.pages;
        let people = pages.iter().map(|page| match page.desk {
            chappe_platform::Desk::Humans(count) => u32::from(count),
            chappe_platform::Desk::Bot => 0,
        });
        people.sum()
    };
    let (few, many) = (staff(0.3), staff(3.0));
    assert!(
        (9.0..11.0).contains(&(f64::from(many) / f64::from(few))),
        "{few}, {many}"
    );
}
