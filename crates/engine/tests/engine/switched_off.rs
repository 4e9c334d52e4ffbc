//! Rules that are switched off in the platform's policy but kept in the promises. The audit must report what the
//! platform no longer checks.

use crate::broken::broken;
use crate::play::{first_ads, judge, play};
use chappe_audit::Promise;
use chappe_base::{Fact, Record, RuleKind};
use chappe_platform::policy::{OnRed, PageRule, UserRule};
use chappe_scenario::Scenario;
use chappe_scenario::presets::NAMES;

/// Values of a scenario replaced.
type Set = &'static [(&'static str, &'static str)];

/// User-side rules, each with values that make it matter and the promise that a run without it breaks.
const RULES: [(RuleKind, Set, Promise); 12] = [
    (
        RuleKind::Mute,
        &[
            ("agents.ads.refusal_base", "2.0"),
            ("agents.ads.opt_out_share", "1.0"),
            ("agents.ads.mute_share", "0.0"),
        ],
        Promise::AdPermitted,
    ),
    (
        RuleKind::Mute,
        &[
            ("agents.ads.refusal_base", "2.0"),
            ("agents.ads.opt_out_share", "0.0"),
            ("agents.ads.mute_share", "1.0"),
        ],
        Promise::AdPermitted,
    ),
    (RuleKind::OpenedBy, &[], Promise::AdPermitted),
    (
        RuleKind::FirstTopic,
        &[("policy.first_topic", "product")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::Format,
        &[("policy.formats", "[\"flash-sale\"]")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::OptIn,
        &[("policy.opt_in", "category")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::Window,
        &[("policy.window", "{ at_least = \"1h\", at_most = \"5 days\" }")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::UserCap,
        &[("policy.frequency_cap", "{ per_user = 1, every = \"2h\" }")],
        Promise::CapsKept,
    ),
    (
        RuleKind::PageCap,
        &[("policy.page_cap", "{ per_page = 1, every = \"2h\" }")],
        Promise::CapsKept,
    ),
    (
        RuleKind::QuietHours,
        &[("policy.quiet_hours", "{ from = \"22:00\", to = \"20:00\" }")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::Basis,
        &[("policy.grounds", "{ within = \"1h\", one_further = true }")],
        Promise::AdPermitted,
    ),
    (
        RuleKind::UnansweredCap,
        &[("policy.unanswered_cap", "{ per_user = 1, every = \"2h\" }")],
        Promise::CapsKept,
    ),
];

/// Runs without the rule that `promised` has, and audits by the promises with it.
fn judged_by(promised: &Scenario, played: &Scenario) -> Vec<Promise> {
    let facts = play(played, 1).facts;
    let own = judge(played, &facts);
    assert_eq!(own.violations, [], "the run keeps what its own policy promises");
    broken(&judge(promised, &facts))
}

#[test]
fn a_rule_of_the_users_side_switched_off() {
    for (kind, set, promise) in RULES {
        let promised = first_ads(set);
        let mut played = promised.clone();
        let rules = &mut played.platform.policy.user_rules;
        let rules_count = rules.len();
        rules.retain(|rule| rule.kind() != kind);
        assert_eq!(rules.len() + 1, rules_count, "the policy has the rule {kind:?}");
        let named = judged_by(&promised, &played);
        assert!(named.contains(&promise), "without {kind:?}: {named:?}");
    }
}

/// Opt-ins that are used up, and one further message after another.
#[test]
fn grounds_that_hold_once_taken_up_again() {
    let agreement = "{ opt_in = { scope = \"page\", life = \"30 days\" } }";
    let leaning = |grounds| {
        first_ads(&[
            ("policy.grounds", grounds),
            ("policy.opt_in", "none"),
            ("history.opted_in", "0.8"),
        ])
    };
    let promised = leaning(agreement);
    let lax = "{ opt_in = { scope = \"page\", every = \"1h\", life = \"30 days\" } }";
    let named = judged_by(&promised, &leaning(lax));
    assert!(named.contains(&Promise::AdPermitted), "{named:?}");
}

#[test]
fn pages_messages_and_requests_where_none_are_promised() {
    let messages = "{ human_answers = \"1s\" }";
    let requests = "{ within = \"1s\", again_after = \"7 days\" }";
    for set in [
        ("policy.messages", messages),
        ("policy.opt_in_requests", requests),
    ] {
        let named = judged_by(&first_ads(&[set]), &first_ads(&[]));
        assert_eq!(named, [Promise::MessagesPermitted], "{}", set.0);
        let facts = play(&first_ads(&[set]), 1).facts;
        let rule = |record: &Record| match record.fact {
            Fact::Refused { reason, .. } => reason.rule(),
            _ => None,
        };
        let expected = [Some(RuleKind::Tag), Some(RuleKind::OptInRequest)];
        assert!(facts.iter().any(|record| expected.contains(&rule(record))));
    }
}

/// Every preset keeps its promises.
#[test]
fn presets_keep_what_they_promise() {
    for preset in NAMES {
        let opt_in = if *preset == "whatsapp-2024" {
            "page"
        } else {
            "none"
        };
        let scenario = first_ads(&[
            ("policy.preset", preset),
            ("policy.opt_in", opt_in),
            ("history.opted_in", "0.5"),
        ]);
        let facts = play(&scenario, 1).facts;
        assert_eq!(judge(&scenario, &facts).violations, [], "{preset}");
    }
}

#[test]
fn ads_where_none_are_promised() {
    let promised = first_ads(&[("policy.preset", "no-ads")]);
    assert!(promised.platform.policy.user_rules.contains(&UserRule::NoAds));
    let named = judged_by(&promised, &first_ads(&[]));
    assert!(named.contains(&Promise::AdPermitted), "{named:?}");
}

#[test]
fn a_rule_of_the_pages_side_switched_off() {
    let promised = first_ads(&[("catalogue.out_of_stock_share", "1.0")]);
    let mut played = promised.clone();
    played
        .platform
        .policy
        .page_rules
        .retain(|rule| *rule != PageRule::InStock);
    let named = judged_by(&promised, &played);
    assert!(named.contains(&Promise::StockKept), "{named:?}");
}

/// Rules that limit what a page sends, each set so low that it matters.
#[test]
fn a_limit_of_a_page_switched_off() {
    const LIMITS: [(RuleKind, Set, Promise); 5] = [
        (
            RuleKind::Reserve,
            &[("policy.reserve", "\"0.008\"")],
            Promise::PricesKept,
        ),
        (
            RuleKind::Tier,
            &[("policy.tiers", "{ limits = [5, 2000, 3000, 4000] }")],
            Promise::LimitsKept,
        ),
        (
            RuleKind::Quality,
            &[
                ("agents.ads.refusal_base", "1.0"),
                (
                    "policy.quality",
                    "{ yellow = 0.01, red = 0.02, read = 0.0, ads = 5, on_red = \"pause\" }",
                ),
            ],
            Promise::LimitsKept,
        ),
        (
            RuleKind::Throughput,
            &[("policy.throughput", "{ per_second = 1 }")],
            Promise::LimitsKept,
        ),
        (
            RuleKind::Quota,
            &[("policy.quota", "{ messages = 10, fee = \"5.00\" }")],
            Promise::LimitsKept,
        ),
    ];
    for (kind, set, promise) in LIMITS {
        let promised = first_ads(set);
        let mut played = promised.clone();
        if kind == RuleKind::Quality {
            for rule in &mut played.platform.policy.page_rules {
                if let PageRule::Quality(rule) = rule {
                    rule.on_red = OnRed::Downgrade;
                }
            }
        } else {
            played
                .platform
                .policy
                .page_rules
                .retain(|rule| rule.kind() != kind);
        }
        assert_eq!(
            judge(&promised, &play(&promised, 1).facts).violations,
            [],
            "{kind:?}"
        );
        let named = judged_by(&promised, &played);
        assert!(named.contains(&promise), "without {kind:?}: {named:?}");
    }
}

#[test]
fn what_no_policy_can_switch_off() {
    let mut scenario = first_ads(&[
        ("agents.ads.refusal_base", "2.0"),
        ("agents.ads.opt_out_share", "0.0"),
        ("agents.ads.mute_share", "0.0"),
    ]);
    scenario
        .platform
        .policy
        .user_rules
        .retain(|rule| *rule != UserRule::NotBlocked);
    scenario
        .platform
        .policy
        .page_rules
        .retain(|rule| *rule == PageRule::InStock);
    let facts = play(&scenario, 1).facts;
    let withdrawn = facts.iter().filter(|record| {
        let rule = RuleKind::Block;
        matches!(record.fact, Fact::Withdrawn { rule: withdrawn, .. } if withdrawn == rule)
    });
    assert!(withdrawn.count() > 0, "blocks are held at delivery");
    assert_eq!(
        judge(&scenario, &facts).violations,
        [],
        "and budgets by what there is"
    );
}
