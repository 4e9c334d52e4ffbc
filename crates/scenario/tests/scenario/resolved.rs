//! What a file's values come to.

use crate::resolve;
use chappe_base::{CommandClass, Duration, Format, Law, Money, PageId, Probability, RuleKind, SimTime, Span};
use chappe_platform::policy::{OnQuiet, OptInScope, PageRule, Quota, Tiers, UserRule};
use chappe_platform::{Desk, Pacing};
use chappe_scenario::{Lanes, Overrides, Scenario};

pub(crate) fn read(text: &str) -> Scenario {
    resolve("dir/a.toml", text, &Overrides::default()).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn read_with(text: &str, arm: Option<&str>, overrides: &[(&str, &str)]) -> Scenario {
    let set = overrides.iter();
    let set = set.map(|(key, value)| (key.to_string(), value.to_string()));
    let overrides = Overrides {
        set: set.collect(),
        arm: arm.map(str::to_string),
        ..Overrides::default()
    };
    resolve("dir/a.toml", text, &overrides).unwrap_or_else(|error| panic!("{error}"))
}

const CAMPAIGN: &str = r#"
[[campaign]]
format = "flash-sale"
page = 4
topic = "shoes/road"
bid = "0.02"
budget = "500.00"
start = "1h"
lasting = "3h"
"#;

#[test]
fn an_empty_file_is_the_default_scenario() {
    let scenario = read("");
    assert_eq!(scenario.name, "a");
    assert_eq!(
        (scenario.horizon, scenario.warm_up),
        (SimTime(Span::DAY.0), SimTime::ZERO)
    );
    assert_eq!(scenario.population.users, 10_000);
    assert_eq!(scenario.platform.users_count, 10_000);
    assert_eq!(scenario.platform.pages.len(), 100);
    assert_eq!(scenario.lookahead(), Span(50_000_000));
    assert_eq!(scenario.platform.policy.name, "leak-2016");
}

#[test]
fn the_hash_is_of_values_and_not_of_their_writing() {
    let hash = |text: &str| read(text).hash;
    let base = hash("");
    for same in [
        "# a comment\n\n",
        "seed = 7\ntitle = \"a\"\nquestion = \"b?\"",
        "[population]\nusers = 10000",
        "horizon = \"24h\"",
        "[[arm]]\nname = \"b\"\nscale = 2",
        "[thresholds]\nharm = [\"rate < 5\"]",
    ] {
        assert_eq!(hash(same), base, "{same}");
    }
    for other in [
        "scale = 2",
        "warm_up = \"1s\"",
        "[platform]\nshards = 63",
        CAMPAIGN,
    ] {
        assert_ne!(hash(other), base, "{other}");
    }
    assert!(base.len() == 16 && base.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn arguments_are_laid_over_arms_and_arms_over_the_file() {
    let text = "scale = 2\n[population]\nusers = 100\n[[arm]]\nname = \"b\"\n\
                scale = 3\nplatform.shards = 5\nplatform.lanes = \"priority\"";
    let shards = |scenario: &Scenario| scenario.platform.homes.shards();
    let base = read(text);
    assert_eq!((base.population.users, shards(&base), base.arm), (200, 1, None));
    let arm = read_with(text, Some("b"), &[]);
    assert_eq!((arm.population.users, shards(&arm)), (300, 15), "five for each");
    assert_eq!(
        (arm.service.lanes, arm.arms.as_slice()),
        (Lanes::PeopleFirst, &["b".to_string()][..])
    );
    let set = read_with(text, Some("b"), &[("scale", "4"), ("platform.shards", "6")]);
    assert_eq!((set.population.users, shards(&set)), (400, 24));
    assert_eq!(set.service.lanes, Lanes::PeopleFirst);
    let overrides = Overrides {
        scale: Some(0.5),
        ..Overrides::default()
    };
    assert_eq!(resolve("a", text, &overrides).unwrap().population.users, 50);
}

#[test]
fn only_what_is_played_must_fit_in_memory() {
    let text = "[[arm]]\nname = \"large\"\npopulation.users = 2_000_000";
    let fits = |arm: Option<&str>| {
        let overrides = Overrides {
            arm: arm.map(str::to_string),
            memory_limit_bytes: Some(512 << 20),
            ..Overrides::default()
        };
        resolve("a.toml", text, &overrides).is_ok()
    };
    assert!(fits(None) && !fits(Some("large")));
}

#[test]
fn arguments_take_texts_without_quotes_and_reach_into_lists_and_laws() {
    let set = |key, value| read_with(CAMPAIGN, None, &[(key, value)]);
    assert_eq!(
        set("campaign.0.budget", "700").platform.campaigns[0].budget,
        Money(700 * Money::UNIT.0)
    );
    assert_eq!(set("horizon", "5h").horizon, SimTime(5 * Span::HOUR.0));
    assert_eq!(set("horizon", "\"5h\"").horizon, SimTime(5 * Span::HOUR.0));
    assert_eq!(set("title", "12").title, "12");
    let law = |key, value| set(key, value).traffic.quick_reply;
    let second = Duration(Span::SECOND);
    assert_eq!(
        law("traffic.quick_reply", "{ constant = \"1s\" }"),
        Law::Constant(second)
    );
    assert_eq!(
        law("traffic.quick_reply.exponential", "1s"),
        Law::Exponential(second)
    );
    let sigma = law("traffic.quick_reply.log-normal.sigma", "0.5");
    let median = Duration(Span(185 * Span::SECOND.0));
    assert_eq!(sigma, Law::LogNormal { median, sigma: 0.5 });
    let metrics = set("thresholds.\"delivery.friend\"", "[\"count > 0\"]").thresholds;
    assert_eq!(metrics[0].metric(), "delivery.friend");
    assert_eq!(set("agents.ads.buy", "1").agents.ads.buy, Probability::of(1.0));
}

#[test]
fn a_file_changes_a_part_of_a_table_and_leaves_the_rest() {
    let network = read("[network]\nserver_to_server.floor = \"10ms\"").network;
    assert_eq!(network.server_to_server.floor, Span(10_000_000));
    assert_eq!(
        network.server_to_server.extra,
        Law::Exponential(Duration(Span(5_000_000)))
    );
    let catalogue = read("[catalogue.categories]\ntea = [\"green\"]\ncake = [\"plum\"]").catalogue;
    let names: Vec<&str> = catalogue.categories.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["tea", "cake"], "in the order of the file");
}

#[test]
fn rules_of_the_pages_side_stand_in_for_those_of_the_preset() {
    let rules = |text: &str| {
        let mut rules = read(&format!("[policy]\n{text}")).platform.policy.page_rules;
        rules.drain(..3);
        rules
    };
    assert_eq!(rules("reserve = \"none\""), []);
    assert_eq!(rules("reserve = \"0.01\""), [PageRule::Reserve(Money(10_000))]);
    let plan = Quota {
        messages_count: 200,
        fee: Money(5_000_000),
        overage: Some(Money(30_000)),
    };
    let text = "reserve = \"none\"\nquota = { messages = 200, fee = \"5\", overage = \"0.03\" }";
    assert_eq!(rules(text), [PageRule::Quota(plan)]);
    let tiers = Tiers {
        limits: [250, 2_000, 10_000, 100_000],
        start: 1,
    };
    let text = "throughput = { per_second = 80 }\ntiers = { limits = [250, 2000, 10000, 100000], start = 1 }";
    assert_eq!(
        rules(text)[1..],
        [PageRule::Tiers(tiers), PageRule::Throughput { per_second: 80 }]
    );
}

#[test]
fn rules_of_the_file_stand_in_for_those_of_the_preset() {
    let kinds = |text: &str| -> Vec<RuleKind> {
        let policy = read(&format!("[policy]\n{text}")).platform.policy;
        assert_eq!(
            policy.page_rules,
            [
                PageRule::Running,
                PageRule::InStock,
                PageRule::Budget,
                PageRule::Reserve(Money(5_000))
            ]
        );
        policy.user_rules.iter().map(UserRule::kind).collect()
    };
    use RuleKind::{Block, FirstTopic, Format, Mute, NoAds, OpenedBy, OptIn, QuietHours, UserCap};
    assert_eq!(kinds(""), [Block, Mute, OpenedBy, FirstTopic, Format]);
    assert_eq!(kinds("preset = \"no-ads\""), [NoAds, Block, Mute]);
    assert_eq!(kinds("preset = \"no-ads\"\nads = true"), [Block, Mute]);
    assert_eq!(
        kinds("ads = false\nformats = \"none\""),
        [NoAds, Block, Mute, OpenedBy, FirstTopic]
    );
    assert_eq!(
        kinds(
            "opened_by = false\nopt_in = \"page\"\n\
             frequency_cap = { per_user = 1, every = \"1 day\" }\n\
             quiet_hours = { from = \"22:00\", to = \"08:30\" }"
        ),
        [Block, Mute, FirstTopic, Format, OptIn, UserCap, QuietHours]
    );
    let rules = read("[policy]\nopt_in = \"page\"\nquiet_hours = { from = \"22:00\", to = \"08:30\" }")
        .platform
        .policy
        .user_rules;
    assert!(rules.contains(&UserRule::OptIn(OptInScope::Page)));
    let (from_minute, to_minute) = (22 * 60, 8 * 60 + 30);
    assert!(rules.contains(&UserRule::QuietHours {
        from_minute,
        to_minute,
        on_quiet: OnQuiet::Hold,
    }));
    let withdrawn =
        "[policy]\nquiet_hours = { from = \"22:00\", to = \"08:30\", at_delivery = \"withdraw\" }";
    let rules = read(withdrawn).platform.policy.user_rules;
    let on_quiet = OnQuiet::Withdraw;
    assert!(
        rules
            .iter()
            .any(|rule| matches!(rule, UserRule::QuietHours { on_quiet: read, .. } if *read == on_quiet))
    );
}

#[test]
fn a_campaign_knows_its_product_and_its_end() {
    let campaign = read(CAMPAIGN).platform.campaigns[0];
    assert_eq!((campaign.page, campaign.format), (PageId(4), Format::FlashSale));
    assert_eq!(
        (
            campaign.topic.category,
            campaign.topic.product,
            campaign.product.0
        ),
        (0, 1, 1)
    );
    let end = SimTime(4 * Span::HOUR.0);
    assert_eq!((campaign.start, campaign.end), (SimTime(Span::HOUR.0), end));
    assert_eq!(campaign.pacing, Pacing::Even { until: end });
    let endless = CAMPAIGN
        .replace("flash-sale", "new-product")
        .replace("lasting = \"3h\"", "");
    let campaign = read(&endless).platform.campaigns[0];
    assert_eq!(campaign.end, SimTime::NEVER);
    assert_eq!(
        campaign.pacing,
        Pacing::Even {
            until: SimTime(Span::DAY.0)
        }
    );
}

#[test]
fn prices_and_hot_lines_are_fixed_by_the_seed() {
    let pages = |text: &str| read(text).platform.pages;
    assert_eq!(pages(""), pages("# the same"));
    assert_ne!(pages(""), pages("seed = 2"));
    let all = pages("[population]\npages = 2000");
    assert_eq!(
        all[..100],
        pages("")[..]
            .iter()
            .enumerate()
            .map(|(at, page)| {
                // Staff follows from the number of pages; the draws do not.
                let desk = all[at].desk;
                chappe_platform::PageConfig { desk, ..page.clone() }
            })
            .collect::<Vec<_>>()[..]
    );
    let bots = all.iter().filter(|page| page.desk == Desk::Bot).count();
    assert!((500..700).contains(&bots), "{bots} of 2,000 at 30%");
    let mut prices: Vec<Money> = all.iter().flat_map(|p| &p.products).map(|p| p.price).collect();
    prices.sort();
    let median = prices[prices.len() / 2].units();
    assert!((28.0..32.0).contains(&median), "{median}");
    assert!(prices.iter().all(|price| price.0 % 10_000 == 0), "whole cents");
}

#[test]
fn staff_follows_the_visits() {
    let staff = |text: &str| -> Vec<u16> {
        let pages = read(&format!(
            "[population]\npages = 100\n[hotline]\nbot_share = 0\n{text}"
        ));
        let pages = pages.platform.pages.into_iter();
        pages
            .map(|page| match page.desk {
                Desk::Humans(count) => count,
                Desk::Bot => 0,
            })
            .collect()
    };
    assert!(
        staff("staff = 4\nstaff_exponent = 0")
            .iter()
            .all(|count| *count == 4)
    );
    let skewed = staff("staff = 4\nstaff_exponent = 1.0");
    // 4 · 100 people by Zipf's law over 100 pages: 400 / H(100) = 77 at the first.
    assert_eq!((skewed[0], skewed[1], skewed[99]), (77, 39, 1));
}

#[test]
fn service_times_are_the_machines_or_are_given() {
    let laws = read("[platform]\nunit_cost = \"1ms\"\ncost.payment = 4.0\nservice_sigma = 0.5")
        .service
        .laws;
    let mean = |class| laws[class as usize].mean().0;
    assert!((mean(CommandClass::Message) - 1_000_000).abs() <= 2);
    assert!((mean(CommandClass::Payment) - 4_000_000).abs() <= 8);
    let laws = read("[platform]\nservice.probe = { exponential = \"5ms\" }")
        .service
        .laws;
    assert_eq!(
        laws[CommandClass::Probe as usize],
        Law::Exponential(Duration(Span(5_000_000)))
    );
    assert_eq!(laws[CommandClass::Message as usize].mean(), Span::ZERO);
}

#[test]
fn lanes_put_people_before_ads() {
    assert!(
        CommandClass::ALL
            .iter()
            .all(|class| Lanes::Fifo.lane(*class) == 0)
    );
    let last = CommandClass::ALL
        .iter()
        .filter(|class| Lanes::PeopleFirst.lane(**class) == 1);
    assert!(last.eq(&[CommandClass::Ad, CommandClass::Control]));
}

#[test]
fn what_is_assumed_and_in_effect_is_listed() {
    let keys = |text: &str| -> Vec<String> {
        read(text)
            .assumed
            .into_iter()
            .map(|assumed| assumed.key)
            .collect()
    };
    let listed = keys(CAMPAIGN);
    for key in [
        "platform.peak_utilisation",
        "agents.ads.refusal_base",
        "policy.first_topic",
    ] {
        assert!(listed.iter().any(|known| known == key), "{key}");
    }
    assert!(
        !listed.iter().any(|key| key == "agents.payment_median"),
        "it has a source"
    );
    let chosen = keys(&format!("[policy]\nfirst_topic = \"product\"\n{CAMPAIGN}"));
    assert!(
        !chosen.iter().any(|key| key == "policy.first_topic"),
        "the file chose it"
    );
    let bare = keys("[platform]\nservice.probe = { exponential = \"5ms\" }");
    for key in [
        "platform.unit_cost",
        "platform.stretch_to",
        "platform.cost",
        "agents.ads.refusal_base",
    ] {
        assert!(!bare.iter().any(|known| known == key), "{key} is not in effect");
    }
    let assumed = read("[platform]\nshards = 8").assumed;
    let shards = assumed
        .iter()
        .find(|assumed| assumed.key == "platform.shards")
        .unwrap();
    assert_eq!(
        (shards.value.as_str(), shards.unit.as_deref()),
        ("8", Some("shards"))
    );
}
