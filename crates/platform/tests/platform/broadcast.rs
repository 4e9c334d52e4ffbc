//! Campaigns that are pushed to the whole audience, and slots that are closed.

use crate::world::{ANN, BOB, CID, SHOES, TRAIL, World, campaign, config, policy, s};
use chappe_base::{Act, ActKind, Fact, Money, RuleKind, Span, UserId};
use chappe_platform::policy::{BasisRule, OptInScope, OptInTerms, UserRule};
use chappe_platform::{CampaignConfig, Command, Config, HistoryEvent, Notice};

fn world(user_rules: Vec<UserRule>, budget: i64) -> World {
    let mut world = World::new(Config {
        policy: policy(user_rules, Vec::new()),
        campaigns: vec![CampaignConfig {
            budget: Money(budget),
            ..campaign(SHOES)
        }],
        pushes_ads: true,
        ..config()
    });
    for user in [ANN, BOB, CID] {
        world.acquainted(user, SHOES);
    }
    world
}

fn reached(world: &World) -> Vec<UserId> {
    let user = |fact: &Fact| match fact {
        Fact::AdDelivered { user, .. } => Some(*user),
        _ => None,
    };
    let mut users: Vec<UserId> = world.picked(user).into_iter().map(|(_, user)| user).collect();
    users.sort();
    users
}

#[test]
fn reaches_everyone_who_talks_to_the_page_and_those_off_line_on_their_return() {
    let mut world = world(Vec::new(), 20);
    world.online(s(0), ANN, 1_000);
    world.run_until(s(100));
    assert_eq!(reached(&world), [ANN]);
    world.online(s(200), BOB, 1_000);
    world.online(s(200), CID, 1_000);
    world.run_until(s(300));
    let mut all = [ANN, BOB, CID];
    all.sort();
    assert_eq!(reached(&world), all);
    assert_eq!(
        world.count(|fact| matches!(fact, Fact::Decided { .. })),
        3,
        "nobody is judged again on return"
    );
    world.finish();
    world.assert_settled();
}

#[test]
fn stops_where_the_budget_ends() {
    let mut world = world(Vec::new(), 4);
    for user in [ANN, BOB, CID] {
        world.online(s(0), user, 80_000);
    }
    world.run_until(s(80_000));
    assert_eq!(reached(&world).len(), 2, "an ad costs 2 of 4");
}

#[test]
fn obeys_the_rules() {
    let mut world = world(vec![UserRule::NoAds], 20);
    world.online(s(0), ANN, 1_000);
    world.run_until(s(1_000));
    assert_eq!(reached(&world), []);
    let refused = |fact: &Fact| matches!(fact, Fact::Decided { decision: chappe_base::Decision::Refused(rule), .. } if *rule == RuleKind::NoAds);
    assert_eq!(world.count(refused), 3);
}

/// An ad of yesterday and one of today lie in the inbox together.
#[test]
fn ads_kept_for_long_are_held_to_what_allows_one_a_day() {
    let every = Span::DAY;
    let terms = OptInTerms {
        scope: OptInScope::Page,
        every: Some(every),
        life_days: 30,
    };
    for rule in [
        UserRule::UserCap { count: 1, every },
        UserRule::PageCap { count: 1, every },
        UserRule::UnansweredCap { count: 1, every },
        UserRule::Basis(BasisRule {
            within: None,
            one_further: false,
            opt_in: Some(terms),
        }),
    ] {
        let hours = |hours: i64| s(3_600 * hours);
        let sale = |start| CampaignConfig {
            start,
            end: hours(72),
            ..campaign(SHOES)
        };
        let mut world = World::new(Config {
            policy: policy(vec![rule], Vec::new()),
            campaigns: vec![sale(hours(0)), sale(hours(25))],
            pushes_ads: true,
            ..config()
        });
        world.acquainted(ANN, SHOES);
        let (user, page, topic, act) = (ANN, SHOES, TRAIL, Act::new(-1, 9, ActKind::Page, 0));
        world.past(HistoryEvent::OptIn {
            user,
            page,
            topic,
            act,
        });
        world.online(hours(26), ANN, 100);
        world.run_until(hours(27));
        assert_eq!(reached(&world), [ANN], "{rule:?}");
        let withdrawn = |fact: &Fact| matches!(fact, Fact::Withdrawn { rule: r, .. } if *r == rule.kind());
        assert_eq!(world.count(withdrawn), 1, "{rule:?}");
    }
}

#[test]
fn closed_slots_show_no_ads() {
    let mut world = World::new(Config {
        policy: policy(Vec::new(), Vec::new()),
        campaigns: vec![campaign(SHOES)],
        ..config()
    });
    world.acquainted(ANN, SHOES);
    world.request_leases(s(0), ANN);
    world.run_until(s(1));
    for shard in 0..3 {
        world.push(
            s(2),
            chappe_base::ShardId(shard),
            Command::SetAdSlots { open: false },
        );
    }
    world.online(s(3), ANN, 10);
    world.run_until(s(20));
    assert_eq!(world.count(|fact| matches!(fact, Fact::Decided { .. })), 0);
    for shard in 0..3 {
        world.push(
            s(21),
            chappe_base::ShardId(shard),
            Command::SetAdSlots { open: true },
        );
    }
    world.online(s(22), ANN, 10);
    world.run_until(s(40));
    assert!(
        world
            .notices
            .iter()
            .any(|(_, notice)| matches!(notice, Notice::Ad { .. }))
    );
}
