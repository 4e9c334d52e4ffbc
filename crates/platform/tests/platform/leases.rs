//! Budgets: set aside at the page's home, leased to shards, and spent no more than once.

use crate::world::{ANN, BOB, BOOKS, LINK, RESERVE, SHOES, World, act, campaign, config, policy, s};
use chappe_base::{
    Account, CampaignId, Decision, Fact, Format, Money, Party, ProductId, RuleKind, SimTime, UserId,
};
use chappe_platform::policy::PageRule;
use chappe_platform::{CampaignConfig, Command, Config, Pacing};

const SALE: CampaignId = CampaignId(0);
const ALL: [PageRule; 3] = [PageRule::Running, PageRule::InStock, PageRule::Budget];

/// Everybody knows the shoe shop, which runs one campaign.
fn world(page_rules: &[PageRule], campaign: CampaignConfig) -> World {
    let policy = policy(Vec::new(), page_rules.to_vec());
    let mut world = World::new(Config {
        policy,
        campaigns: vec![campaign],
        ..config()
    });
    for user in (0..crate::world::USERS).map(UserId) {
        world.acquainted(user, SHOES);
    }
    world
}

/// Everybody comes on line once in so many minutes, for so many hours.
fn come_and_go(world: &mut World, minutes: i64, hours: i64) {
    for minute in (1..60 * hours).step_by(minutes as usize) {
        for user in (0..crate::world::USERS).map(UserId) {
            world.online(s(60 * minute + i64::from(user.0)), user, 10);
        }
    }
}

fn leased(world: &World) -> Vec<(SimTime, Money)> {
    world.picked(|fact| match fact {
        Fact::Leased { amount, .. } => Some(*amount),
        _ => None,
    })
}

fn ads(world: &World) -> Vec<SimTime> {
    let at = |fact: &Fact| matches!(fact, Fact::AdDelivered { .. }).then_some(());
    world.picked(at).into_iter().map(|(at, ())| at).collect()
}

fn refused_by(world: &World) -> Vec<RuleKind> {
    let rule = |fact: &Fact| match fact {
        Fact::Decided {
            decision: Decision::Refused(rule),
            ..
        } => Some(*rule),
        _ => None,
    };
    world.picked(rule).into_iter().map(|(_, rule)| rule).collect()
}

#[test]
fn a_slot_waits_for_the_lease_that_it_asks_for() {
    let mut world = world(&[], campaign(SHOES));
    world.online(s(60), BOB, 10);
    world.online(s(60), UserId(4), 10); // The same shard asks once.
    world.online(s(120), BOB, 10);
    world.run_until(s(130));
    // Each lease is worth two ads, and no slot is lost.
    assert_eq!(
        leased(&world),
        [60, 120].map(|second| (s(second) + LINK, Money(4)))
    );
    assert_eq!(refused_by(&world), []);
    let answered = |second| s(second) + LINK + LINK;
    assert_eq!(ads(&world), [60, 60, 120].map(answered));
    assert_eq!(world.everywhere(Account::Campaign(SALE)), Money(12));
    assert_eq!(world.everywhere(Account::Lease(SALE)), Money(2));
}

#[test]
fn what_is_not_spent_comes_back_when_the_lease_runs_out() {
    let mut world = world(&[], campaign(SHOES));
    world.request_leases(s(1), BOB);
    world.online(s(60), BOB, 10);
    world.run_until(s(602));
    let returned = |fact: &Fact| match fact {
        Fact::LeaseReturned { amount, .. } => Some(*amount),
        _ => None,
    };
    assert_eq!(world.picked(returned), [(s(601), Money(2))]);
    assert_eq!(world.everywhere(Account::Campaign(SALE)), Money(18));
    world.assert_settled();
}

/// Bob's shard asks every two minutes, so its lease never runs out.
#[test]
fn what_second_prices_leave_of_a_lease_goes_back_with_the_next_request() {
    let mut world = world(
        &[],
        CampaignConfig {
            bid: Money(3),
            ..campaign(SHOES)
        },
    );
    for minute in 1..=6 {
        world.online(s(60 * minute), BOB, 10);
    }
    world.run_until(s(400));
    let returned = |fact: &Fact| match fact {
        Fact::LeaseReturned { amount, .. } => Some(*amount),
        _ => None,
    };
    let returned: Vec<Money> = world
        .picked(returned)
        .into_iter()
        .map(|(_, amount)| amount)
        .collect();
    // Each ad costs a unit less than was leased for it. The first lease pays two, and the shard's share of what is left one.
    assert_eq!(
        (ads(&world).len(), returned),
        (6, vec![Money(2), Money(1), Money(1), Money(1)])
    );
}

#[test]
fn a_lease_ends_with_its_campaign_and_the_rest_goes_back_to_the_page() {
    let mut world = world(
        &[],
        CampaignConfig {
            end: s(100),
            ..campaign(SHOES)
        },
    );
    world.request_leases(s(90), BOB);
    world.request_leases(SimTime(s(100).0 - LINK.0 / 2), BOB); // Is granted, and arrives too late.
    world.run();
    assert_eq!(leased(&world).len(), 2);
    assert_eq!(world.free(Party::Page(SHOES)), Money(100));
    world.assert_settled();
}

#[test]
fn a_new_lease_takes_over_what_is_left_of_the_old() {
    let mut world = world(&[], campaign(SHOES));
    world.request_leases(s(1), BOB);
    world.request_leases(s(400), BOB);
    world.run_until(s(700));
    assert_eq!(
        world.everywhere(Account::Lease(SALE)),
        Money(8),
        "the first one's end is not the second's"
    );
    world.run_until(s(1100));
    assert_eq!(world.everywhere(Account::Lease(SALE)), Money::ZERO);
}

#[test]
fn the_budget_is_never_exceeded() {
    let mut world = world(
        &[],
        CampaignConfig {
            budget: Money(7),
            ..campaign(SHOES)
        },
    );
    come_and_go(&mut world, 7, 3);
    world.run();
    assert_eq!(
        (ads(&world).len(), world.everywhere(Account::Revenue)),
        (3, Money(6))
    );
    assert_eq!(world.free(Party::Page(SHOES)), Money(94));
    world.assert_settled();
}

#[test]
fn no_more_is_set_aside_than_the_page_has() {
    let mut world = world(
        &[],
        CampaignConfig {
            budget: Money(1_000),
            bid: Money(30),
            ..campaign(SHOES)
        },
    );
    come_and_go(&mut world, 7, 3);
    world.run();
    assert!(world.facts().iter().any(|fact| matches!(
        fact,
        Fact::CampaignStarted {
            budget: Money(100),
            ..
        }
    )));
    let earned = RESERVE.0 * ads(&world).len() as i64;
    assert_eq!(world.everywhere(Account::Revenue), Money(earned));
    assert_eq!(
        world.free(Party::Page(SHOES)),
        Money(100 - earned),
        "the rest is back"
    );
    world.assert_settled();
}

/// Ads cost less than was bid: what is left over comes back, and is spent as the day goes on.
#[test]
fn what_second_prices_leave_over_is_spent_along_the_even_line() {
    let until = s(86_400);
    let sale = CampaignConfig {
        budget: Money(60),
        bid: Money(3),
        pacing: Pacing::Even { until },
        ..campaign(SHOES)
    };
    let mut world = world(&[], sale);
    come_and_go(&mut world, 5, 24);
    world.run();
    let ads = ads(&world);
    for (index, at) in ads.iter().enumerate() {
        let (spent, due) = (2 * (index as i64 + 1), 60 * at.0 / until.0);
        assert!(spent <= due, "{spent} of {due} at {at:?}");
        assert!(
            spent + 12 >= due,
            "a lease of 6 for each of two shards at most: {spent} of {due}"
        );
    }
    assert!(ads.len() >= 24, "{} of 30", ads.len());
    world.assert_settled();
}

#[test]
fn an_even_pace_lets_go_of_the_budget_bit_by_bit() {
    // With 1,000 the page can't pay it all, and what it can pay is spread just the same.
    for budget in [20, 1_000] {
        let until = s(86_400);
        let sale = CampaignConfig {
            budget: Money(budget),
            bid: Money(2),
            pacing: Pacing::Even { until },
            ..campaign(SHOES)
        };
        let mut world = world(&[], sale);
        come_and_go(&mut world, 5, 24);
        world.run();
        let ads = ads(&world);
        let whole = budget.min(100) as usize / 2;
        assert!(
            (whole - 2..=whole).contains(&ads.len()),
            "{} of {whole}",
            ads.len()
        );
        for (index, at) in ads.iter().enumerate() {
            let due = whole as f64 * at.0 as f64 / until.0 as f64;
            assert!(
                index as f64 + 1.0 <= due,
                "ad {index} of {whole} comes early, at {at:?}"
            );
            assert!(
                index as f64 + 4.0 >= due,
                "ad {index} of {whole} comes late, at {at:?}"
            );
        }
        world.assert_settled();
    }
}

#[test]
fn a_flash_sale_may_spend_as_fast_as_there_are_slots() {
    let mut world = world(&[], campaign(SHOES));
    come_and_go(&mut world, 10, 1);
    world.run();
    assert_eq!(ads(&world).len(), 10);
    assert!(ads(&world).iter().all(|at| *at < s(3_600)));
}

#[test]
fn no_lease_is_granted_unless_the_campaign_is_running() {
    for rules in [&ALL[..1], &ALL] {
        let mut world = world(
            rules,
            CampaignConfig {
                start: s(10),
                end: s(100),
                ..campaign(SHOES)
            },
        );
        world.stocked(SHOES, 1);
        world.request_leases(s(5), BOB);
        world.request_leases(s(20), BOB);
        world.request_leases(s(100) + LINK, BOB);
        world.run();
        assert_eq!(
            leased(&world).iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [s(20)]
        );
    }
}

/// The home learns of a start later than the user's shard, which goes by the clock.
#[test]
fn a_shard_hears_which_rule_refuses_and_asks_again_later() {
    let refusing = |rules: &[PageRule], sale: CampaignConfig, units: u32| {
        let mut world = world(rules, sale);
        if units > 0 {
            world.stocked(SHOES, units);
        }
        world.online(s(60), BOB, 10);
        world.online(s(120), BOB, 10); // Before it asks again.
        world.online(s(180), BOB, 10);
        world.online(s(240), BOB, 10);
        world.run_until(s(300));
        (refused_by(&world), ads(&world).len())
    };
    let budget = RuleKind::Budget;
    let late = CampaignConfig {
        pacing: Pacing::Even { until: s(86_400) },
        ..campaign(SHOES)
    };
    assert_eq!(
        refusing(&ALL, campaign(SHOES), 1),
        (vec![], 4),
        "every slot waits for its lease"
    );
    // Each rule alone refuses, and is named; without it the same lease is granted.
    assert_eq!(refusing(&ALL, campaign(SHOES), 0).0, [RuleKind::Stock; 4]);
    assert_eq!(
        refusing(&[PageRule::Running, PageRule::Budget], campaign(SHOES), 0).1,
        4
    );
    assert_eq!(refusing(&ALL, late, 1), (vec![budget; 4], 0));
    assert_eq!(
        refusing(&[PageRule::Running, PageRule::InStock], late, 1).1,
        0,
        "there is nothing to lease all the same"
    );
}

#[test]
fn a_reminder_needs_a_product_that_was_gone_and_is_back() {
    let reminder = CampaignConfig {
        format: Format::BackInStock,
        ..campaign(SHOES)
    };
    let ads_of = |setup: &dyn Fn(&mut World)| {
        let mut world = world(&[PageRule::InStock], reminder);
        setup(&mut world);
        come_and_go(&mut world, 20, 2);
        world.run();
        ads(&world).len()
    };
    let restock = |world: &mut World, at| {
        world.at(
            at,
            Command::Restock {
                page: SHOES,
                product: ProductId(0),
                units: 3,
            },
        );
    };
    let sell_one = |world: &mut World| {
        let (order, user) = (act(ANN, 1), ANN);
        world.at(
            s(1),
            Command::Checkout {
                order,
                user,
                page: SHOES,
                product: ProductId(0),
                price: crate::world::PRICE,
            },
        );
    };
    assert_eq!(ads_of(&|world| world.stocked(SHOES, 5)), 0, "never gone");
    assert_eq!(ads_of(&|world| world.stocked(SHOES, 0)), 0, "not back");
    assert_eq!(ads_of(&|world| restock(world, s(10))), 0, "new, not back");
    let sold_out = |world: &mut World| {
        world.stocked(SHOES, 0);
        restock(world, s(10));
    };
    assert_eq!(ads_of(&sold_out), 10, "gone before day one");
    let sells_out = |world: &mut World| {
        world.stocked(SHOES, 1);
        sell_one(world);
    };
    assert_eq!(ads_of(&sells_out), 0, "sold out");
    let comes_back = |world: &mut World| {
        sells_out(world);
        restock(world, s(10));
    };
    assert_eq!(ads_of(&comes_back), 10, "sold out and back");
}

#[test]
fn a_request_that_is_lost_does_not_silence_a_shard() {
    let policy = policy(Vec::new(), Vec::new());
    let mut lost = false;
    let config = Config {
        policy,
        campaigns: vec![campaign(BOOKS)],
        ..config()
    };
    let mut world = World::new(config).link(move |command| {
        let is_first = matches!(command, Command::RequestLease { .. }) && !std::mem::replace(&mut lost, true);
        (!is_first).then_some(LINK)
    });
    world.acquainted(ANN, BOOKS);
    for minute in [1, 20, 25] {
        world.online(s(60 * minute), ANN, 10);
    }
    world.run();
    // Whoever came on line in the first minute is gone when the shard asks again.
    assert_eq!(ads(&world), [s(1200) + LINK + LINK, s(1500)]);
}
