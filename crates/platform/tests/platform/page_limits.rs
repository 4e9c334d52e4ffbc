//! What pages may do and what they pay, over several shards.

use crate::world::{
    ANN, BOB, CID, LINK, PRICE, RESERVE, SHOES, USERS, World, act, campaign, config, policy, s,
};
use chappe_base::{
    Account, Decision, Fact, Money, Party, ProductId, Quality, ReachStep, RuleKind, Span, UserId,
};
use chappe_platform::policy::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
use chappe_platform::{CampaignConfig, Command, Config};

const DAY: i64 = 86_400;

/// Everybody knows the shoe shop, whose campaign lasts three days.
fn world(rule: PageRule) -> World {
    world_of(rule, 3)
}

fn world_of(rule: PageRule, days: i64) -> World {
    let sale = CampaignConfig {
        end: s(days * DAY),
        budget: Money(90),
        ..campaign(SHOES)
    };
    let mut world = World::new(Config {
        policy: policy(Vec::new(), vec![rule]),
        campaigns: vec![sale],
        ..config()
    });
    for user in (0..USERS).map(UserId) {
        world.acquainted(user, SHOES);
    }
    world
}

/// Everybody comes on line every ten minutes from then on, for so many hours.
fn come_and_go(world: &mut World, from: i64, hours: i64) {
    for round in 0..6 * hours {
        for user in (0..USERS).map(UserId) {
            world.online(s(from + 600 * round + i64::from(user.0)), user, 5);
        }
    }
}

fn recipients(world: &World) -> Vec<UserId> {
    let user = |fact: &Fact| match fact {
        Fact::AdDelivered { user, .. } => Some(*user),
        _ => None,
    };
    world.picked(user).into_iter().map(|(_, user)| user).collect()
}

fn refused(world: &World, rule: RuleKind) -> bool {
    let decision = Decision::Refused(rule);
    world.count(|fact| matches!(fact, Fact::Decided { decision: made, .. } if *made == decision)) > 0
}

#[test]
fn a_page_reaches_as_many_people_in_a_day_as_its_tier_allows() {
    let mut world = world(PageRule::Tiers(Tiers {
        limits: [4, 100, 1_000, 10_000],
        // Half of the limit is 2, which would raise the tier.
        start: 0,
    }));
    come_and_go(&mut world, 60, 1);
    world.run_until(s(3_600));
    let first = |tier| {
        let changed = |fact: &Fact| matches!(fact, Fact::TierChanged { tier: t, .. } if *t == tier);
        world.count(changed)
    };
    assert_eq!(first(1), 1, "it has reached half of its limit, and rises");
    let mut people = recipients(&world);
    let ads = people.len();
    people.sort();
    people.dedup();
    assert!(ads > people.len(), "who was reached may be sent more: {ads}");
    world.run();
    let moved = |step| {
        let people = |fact: &Fact| match fact {
            Fact::ReachMoved { step: s, people, .. } if *s == step => Some(*people),
            _ => None,
        };
        world
            .picked(people)
            .into_iter()
            .map(|(_, people)| people)
            .sum::<u32>()
    };
    assert_eq!(
        moved(ReachStep::Leased),
        moved(ReachStep::Regained),
        "all leave comes back"
    );
}

#[test]
fn a_tier_that_is_used_up_refuses() {
    let mut world = world(PageRule::Tiers(Tiers {
        limits: [1, 2, 3, 4],
        start: 0,
    }))
    .link(|command| (!matches!(command, Command::ReportFeedback { .. })).then_some(LINK));
    come_and_go(&mut world, 60, 2);
    world.run_until(s(7_200));
    let mut people = recipients(&world);
    people.dedup();
    assert_eq!(people.len(), 1);
    assert!(refused(&world, RuleKind::Tier));
    come_and_go(&mut world, DAY + 7_200, 2);
    world.run();
    assert!(
        recipients(&world).len() > people.len(),
        "a day later there is leave again"
    );
}

/// One campaign's lease runs out while the other's lasts.
#[test]
fn a_lapsed_lease_leaves_the_reach_to_its_sibling() {
    let rule = PageRule::Tiers(Tiers {
        limits: [4, 100, 1_000, 10_000],
        start: 0,
    });
    let sale = |minutes: i64| CampaignConfig {
        end: s(60 * minutes),
        ..campaign(SHOES)
    };
    let mut world = World::new(Config {
        policy: policy(Vec::new(), vec![rule]),
        campaigns: vec![sale(5), sale(60)],
        lease_life: Span::HOUR,
        ..config()
    });
    world.acquainted(ANN, SHOES);
    world.request_leases(s(0), ANN);
    world.online(s(360), ANN, 5);
    world.run_until(s(400));
    let moved = |fact: &Fact| match fact {
        Fact::ReachMoved { step, .. } => Some(*step),
        _ => None,
    };
    let steps: Vec<ReachStep> = world.picked(moved).into_iter().map(|(_, step)| step).collect();
    assert!(!steps.contains(&ReachStep::Returned), "{steps:?}");
    assert_eq!(recipients(&world), [ANN]);
    world.run();
    let regained = |fact: &Fact| moved(fact) == Some(ReachStep::Regained);
    assert!(world.count(regained) > 0, "with the last lease it goes back");
}

#[test]
fn a_page_that_many_complain_of_pauses_for_a_week() {
    let rule = PageRule::Quality(QualityRule {
        yellow_ppm: 5_000,
        red_ppm: 10_000,
        read_ppm: 0,
        ads_count: 1,
        on_red: OnRed::Pause,
    });
    let mut world = world_of(rule, 9);
    for user in [ANN, BOB] {
        world.online(s(60), user, 5);
    }
    world.at(
        s(3_600),
        Command::Mute {
            user: ANN,
            page: SHOES,
        },
    );
    come_and_go(&mut world, 3_700, 3);
    come_and_go(&mut world, 6 * DAY, 3);
    world.run_until(s(7 * DAY));
    let rated = |fact: &Fact| match fact {
        Fact::Rated { quality, .. } => Some(*quality),
        _ => None,
    };
    let last = |world: &World| world.picked(rated).last().map(|(_, quality)| *quality);
    assert_eq!(last(&world), Some(Quality::Red));
    assert!(refused(&world, RuleKind::Quality));
    let sent = recipients(&world).len();
    come_and_go(&mut world, 7 * DAY, 1);
    world.run();
    assert_eq!(last(&world), Some(Quality::Green));
    assert!(
        recipients(&world).len() > sent,
        "what was complained of is a week ago"
    );
}

/// One ad a second, which Ann's shard has just leased. Bob's has to ask again.
#[test]
fn a_page_that_was_too_fast_is_asked_again_in_a_second() {
    let mut world = world(PageRule::Throughput { per_second: 1 });
    world.online(s(60), ANN, 1);
    for second in [60, 63, 66] {
        world.online(s(second), BOB, 1);
    }
    world.run_until(s(70));
    assert!(refused(&world, RuleKind::Throughput));
    assert_eq!(recipients(&world), [ANN, BOB, BOB]);
}

#[test]
fn a_plan_sends_its_messages_and_no_more() {
    let plan = |overage| {
        let mut world = world(PageRule::Quota(Quota {
            messages_count: 6,
            fee: Money(5),
            overage,
        }));
        come_and_go(&mut world, 60, 5);
        world.run();
        let sent = recipients(&world).len() as i64;
        (
            sent,
            world.everywhere(Account::MessageRevenue),
            refused(&world, RuleKind::Quota),
        )
    };
    assert_eq!(plan(None), (6, Money(5), true));
    let (sent, earned, _) = plan(Some(Money(1)));
    assert!(sent > 6);
    assert_eq!(earned, Money(5 + sent - 6), "the plan, and each beyond it");
}

/// The last lease of a month comes back after its end.
#[test]
fn ads_beyond_a_plan_that_were_not_sent_are_paid_back_after_the_month() {
    let plan = PageRule::Quota(Quota {
        messages_count: 1,
        fee: Money(5),
        overage: Some(Money(1)),
    });
    let mut world = world_of(plan, 40);
    world.online(s(30 * DAY - 60), ANN, 5);
    world.run_until(s(30 * DAY));
    assert_eq!(
        world.everywhere(Account::MessageRevenue),
        Money(6),
        "two are leased"
    );
    world.run();
    assert_eq!(
        (recipients(&world), world.everywhere(Account::MessageRevenue)),
        (vec![ANN], Money(5))
    );
}

/// Ann's ad of last month is withdrawn while her shard sends another on a lease of this month.
#[test]
fn an_ad_that_comes_back_is_of_the_month_it_was_leased_in() {
    let plan = PageRule::Quota(Quota {
        messages_count: 2,
        fee: Money(5),
        overage: None,
    });
    let mut world = world_of(plan, 40);
    let month = 30 * DAY;
    world.ad_wait = Span(10 * Span::SECOND.0);
    world.online(s(month - 60), ANN, 5);
    world.run_until(s(month));
    world.ad_wait = Span::ZERO;
    world.online(s(month + 60), CID, 5);
    world.online(s(month + 120), CID, 5);
    let (user, page) = (ANN, SHOES);
    world.at(
        s(month + 130),
        Command::Block {
            user,
            party: Party::Page(page),
        },
    );
    world.online(s(month + 140), ANN, 5);
    for minute in 3..60 {
        world.online(s(month + 60 * minute), CID, 5);
    }
    world.run();
    let withdrawn = |fact: &Fact| matches!(fact, Fact::Withdrawn { .. });
    assert!(world.count(withdrawn) > 0);
    assert_eq!(recipients(&world), [CID; 2], "two messages a month");
    world.assert_settled();
}

#[test]
fn a_bid_below_the_reserve_is_refused() {
    for rule in [
        PageRule::Reserve(Money(3)),
        PageRule::MessagePrices(MessagePrices {
            marketing: Money(3),
            utility: Money(1),
        }),
    ] {
        let mut world = world(rule);
        come_and_go(&mut world, 60, 1);
        world.run();
        assert_eq!(recipients(&world), []);
        assert!(refused(&world, rule.kind()), "{rule:?}");
    }
}

/// The shop has two campaigns, whose leases are renewed before they run out.
#[test]
fn a_home_hears_of_ads_as_it_hears_of_complaints() {
    let rule = PageRule::Quality(QualityRule {
        yellow_ppm: 500_000,
        red_ppm: 900_000,
        read_ppm: 0,
        ads_count: 1,
        on_red: OnRed::Pause,
    });
    let sale = CampaignConfig {
        end: s(3 * DAY),
        budget: Money(50),
        ..campaign(SHOES)
    };
    let mut world = World::new(Config {
        policy: policy(Vec::new(), vec![rule]),
        campaigns: vec![
            sale,
            CampaignConfig {
                bid: Money(3),
                ..sale
            },
        ],
        lease_life: Span::HOUR,
        ..config()
    });
    world.acquainted(ANN, SHOES);
    for round in 0..14 {
        world.online(s(60 + 600 * round), ANN, 5);
    }
    let (user, page) = (ANN, SHOES);
    world.at(s(8_400), Command::Mute { user, page });
    let compare = |world: &mut World, until, shown_before| {
        world.run_until(s(until));
        let reports = world.picked(|fact| match fact {
            Fact::Rated { heard, .. } => Some(heard.delivered),
            _ => None,
        });
        let reports: u32 = reports.into_iter().map(|(_, delivered)| delivered).sum();
        let mut shown = world.picked(|fact| matches!(fact, Fact::AdDelivered { .. }).then_some(()));
        shown.retain(|(at, ())| *at < s(shown_before));
        assert!(
            shown.len() > 4 && reports as usize >= shown.len(),
            "{reports} {shown:?}"
        );
    };
    compare(&mut world, 8_400, 8_400 - 3_700);
    // The complaint is of the first campaign, the ads are of the second.
    compare(&mut world, 8_402, 8_400);
}

/// The user buys on the first day; the parcel leaves `after` so many seconds.
fn shipped(after: i64, purse: Money) -> World {
    let mut world = world(PageRule::MessagePrices(MessagePrices {
        marketing: RESERVE,
        utility: purse,
    }));
    world.stocked(SHOES, 3);
    let (order, user, page, product) = (act(ANN, 1), ANN, SHOES, ProductId(0));
    world.at(
        s(60),
        Command::Checkout {
            order,
            user,
            page,
            product,
            price: PRICE,
        },
    );
    world.at(s(60 + after), Command::Ship { order, page });
    world.run();
    world
}

#[test]
fn a_notice_costs_its_list_price_a_day_after_the_order() {
    for (after, price, earned, refused) in [
        (DAY - 10, 1, 0, 0),
        (DAY + 10, 1, 1, 0),
        (DAY + 10, 1_000, 0, 1),
        (DAY + 10, 0, 0, 0),
    ] {
        let mut world = shipped(after, Money(price));
        assert_eq!(
            world.everywhere(Account::MessageRevenue),
            Money(earned),
            "{after} {price}"
        );
        let by_page = |fact: &Fact| {
            matches!(
                fact,
                Fact::Refused {
                    by: Party::Page(_),
                    ..
                }
            )
        };
        assert_eq!(world.count(by_page), refused, "{after} {price}");
    }
}

#[test]
fn the_platform_keeps_its_share_of_a_payment_to_a_page() {
    let mut world = World::new(Config {
        payment_fee_ppm: 290_000,
        ..config()
    });
    world.acquainted(ANN, SHOES);
    world.stocked(SHOES, 1);
    let (order, user, page, product) = (act(ANN, 1), ANN, SHOES, ProductId(0));
    world.at(
        s(60),
        Command::Checkout {
            order,
            user,
            page,
            product,
            price: PRICE,
        },
    );
    world.run();
    assert_eq!(
        world.everywhere(Account::PaymentRevenue),
        Money(2),
        "0.29 of 10, rounded down"
    );
    assert_eq!(world.free(Party::Page(SHOES)), Money(108));
}
