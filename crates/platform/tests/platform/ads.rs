//! Ads: who gets which, when, and what becomes of them.

use crate::world::{ANN, BOOKS, SHOES, TRAIL, World, act, campaign, chat, config, policy, s};
use chappe_base::{
    Account, Act, ActKind, CampaignId, Decision, Fact, MessageId, Money, OptInSource, Party, Permit,
    RuleKind, SimTime, Span, UserId,
};
use chappe_platform::policy::{OptInScope, UserRule};
use chappe_platform::{CampaignConfig, Command, Config, Notice};

pub(crate) const ONE_A_DAY: UserRule = UserRule::UserCap {
    count: 1,
    every: Span::DAY,
};

/// Ann knows both shops; the campaigns run under these rules, and her shard has leases of them.
pub(crate) fn world(user_rules: Vec<UserRule>, campaigns: Vec<CampaignConfig>) -> World {
    let mut world = World::new(Config {
        policy: policy(user_rules, Vec::new()),
        campaigns,
        ..config()
    });
    world.acquainted(ANN, SHOES);
    world.acquainted(ANN, BOOKS);
    world.request_leases(s(0), ANN);
    world.run_until(s(1));
    world
}

/// The ads delivered: when, of which campaign, at what price.
pub(crate) fn delivered(world: &World) -> Vec<(SimTime, (CampaignId, Money))> {
    world.picked(|fact| match fact {
        Fact::AdDelivered { campaign, price, .. } => Some((*campaign, *price)),
        _ => None,
    })
}

pub(crate) fn withdrawn(world: &World) -> Vec<RuleKind> {
    let rule = |fact: &Fact| match fact {
        Fact::Withdrawn { rule, .. } => Some(*rule),
        _ => None,
    };
    world.picked(rule).into_iter().map(|(_, rule)| rule).collect()
}

pub(crate) fn decisions(world: &World) -> Vec<Decision> {
    let decision = |fact: &Fact| match fact {
        Fact::Decided { decision, .. } => Some(*decision),
        _ => None,
    };
    world
        .picked(decision)
        .into_iter()
        .map(|(_, decision)| decision)
        .collect()
}

pub(crate) fn opt_in(slot: u32) -> Command {
    let source = OptInSource::CheckoutButton;
    Command::OptIn {
        act: act(ANN, slot),
        user: ANN,
        page: SHOES,
        topic: TRAIL,
        source,
    }
}

pub(crate) const OPT_OUT: Command = Command::OptOut {
    user: ANN,
    page: SHOES,
    topic: TRAIL,
};
pub(crate) const BLOCK: Command = Command::Block {
    user: ANN,
    party: Party::Page(SHOES),
};
pub(crate) const MUTE: Command = Command::Mute {
    user: ANN,
    page: SHOES,
};

#[test]
fn a_user_who_comes_on_line_gets_an_ad_with_its_permit_at_its_price() {
    let mut world = world(vec![], vec![campaign(SHOES)]);
    world.online(s(60), ANN, 10);
    world.online(s(65), ANN, 10); // Still on line: no slot.
    world.run_until(s(100));
    let message = chat(ANN, 101).of(ActKind::Ad);
    let permit = Permit {
        conversation: Act::new(-1, 0, ActKind::Page, 0),
        opt_in: None,
    };
    let (user, campaign, price) = (ANN, CampaignId(0), Money(2));
    assert_eq!(decisions(&world), [Decision::Allowed(permit)]);
    assert!(world.facts().contains(&Fact::AdDelivered {
        message,
        user,
        campaign,
        price,
        permit
    }));
    let ad = Notice::Ad {
        message,
        user,
        campaign,
        intended: s(60),
        kept: false,
    };
    assert_eq!(world.seen_by(Party::User(ANN)), [ad]);
    assert_eq!(world.everywhere(Account::Revenue), price);
    assert_eq!(world.everywhere(Account::LeaseHeld(campaign)), Money::ZERO);
}

#[test]
fn only_pages_one_talks_to_advertise() {
    let mut world = world(vec![], vec![campaign(SHOES)]);
    world.online(s(60), UserId(3), 10);
    world.run_until(s(100));
    assert_eq!((decisions(&world), delivered(&world)), (vec![], vec![]));
}

#[test]
fn the_highest_bid_wins_the_slot_and_the_first_of_equal_ones() {
    let bid = |page, bid| CampaignConfig {
        bid: Money(bid),
        ..campaign(page)
    };
    for (bids, winner, price) in [([3, 4], 1, 3), ([9, 3], 0, 3), ([4, 4], 0, 4)] {
        let mut world = world(vec![], vec![bid(SHOES, bids[0]), bid(BOOKS, bids[1])]);
        world.online(s(60), ANN, 10);
        world.run_until(s(100));
        assert_eq!(delivered(&world), [(s(60), (CampaignId(winner), Money(price)))]);
        assert_eq!(decisions(&world).len(), 2, "both were judged");
        assert_eq!(world.everywhere(Account::Revenue), Money(price), "the second bid");
    }
}

#[test]
fn a_campaign_shows_nothing_before_its_start_or_after_its_end() {
    let sale = CampaignConfig {
        start: s(600),
        end: s(1200),
        ..campaign(SHOES)
    };
    let mut world = world(vec![], vec![sale]);
    for minute in (1..40).step_by(2) {
        world.online(s(60 * minute), ANN, 10);
    }
    world.run();
    let times: Vec<SimTime> = delivered(&world).into_iter().map(|(at, _)| at).collect();
    assert!(
        !times.is_empty() && times.iter().all(|at| (s(600)..s(1200)).contains(at)),
        "{times:?}"
    );
    assert_eq!(
        world.everywhere(Account::Revenue) + world.free(Party::Page(SHOES)),
        Money(100),
        "the rest is back"
    );
    world.assert_settled();
}

#[test]
fn an_ad_is_withdrawn_and_its_price_released_if_the_user_changes_their_mind() {
    let rules = || vec![UserRule::NotMuted, UserRule::OptIn(OptInScope::Product)];
    for (command, rule) in [
        (BLOCK, RuleKind::Block),
        (MUTE, RuleKind::Mute),
        (OPT_OUT, RuleKind::Mute),
    ] {
        let mut world = world(rules(), vec![campaign(SHOES)]);
        world.ad_wait = Span(5 * Span::SECOND.0);
        world.at(s(2), opt_in(1));
        world.online(s(60), ANN, 10);
        world.at(s(61), command);
        world.run_until(s(62));
        assert_eq!(world.everywhere(Account::LeaseHeld(CampaignId(0))), Money(2));
        world.run_until(s(100));
        assert_eq!((withdrawn(&world), delivered(&world)), (vec![rule], vec![]));
        assert_eq!(world.everywhere(Account::LeaseHeld(CampaignId(0))), Money::ZERO);
        assert_eq!(
            world.everywhere(Account::Revenue),
            Money::ZERO,
            "charged only when delivered"
        );
        assert_eq!(world.finish(), []);
    }
}

#[test]
fn the_opt_in_in_force_at_delivery_is_cited() {
    let mut world = world(vec![UserRule::OptIn(OptInScope::Product)], vec![campaign(SHOES)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.at(s(2), opt_in(1));
    world.online(s(60), ANN, 10);
    world.at(s(61), OPT_OUT);
    world.at(s(62), opt_in(2));
    world.run_until(s(100));
    let cited = |fact: &Fact| match fact {
        Fact::AdDelivered { permit, .. } => Some(permit.opt_in),
        _ => None,
    };
    assert_eq!(world.picked(cited), [(s(65), Some(act(ANN, 2).act()))]);
}

/// Opting out takes back the leave to send ads at all; opting in gives it again, but undoes no mute.
#[test]
fn opting_in_again_lifts_an_opt_out_and_no_mute() {
    for (commands, is_shown) in [
        (vec![OPT_OUT], false),
        (vec![OPT_OUT, opt_in(1)], true),
        (vec![OPT_OUT, MUTE, opt_in(1)], false),
    ] {
        let mut world = world(vec![UserRule::NotMuted], vec![campaign(SHOES)]);
        for (second, command) in (2..).zip(&commands) {
            world.at(s(second), *command);
        }
        world.online(s(60), ANN, 10);
        world.run_until(s(100));
        assert_eq!(!delivered(&world).is_empty(), is_shown, "{commands:?}");
    }
}

#[test]
fn an_ad_is_withdrawn_when_its_campaign_ends_before_delivery() {
    let mut world = world(
        vec![],
        vec![CampaignConfig {
            end: s(62),
            ..campaign(SHOES)
        }],
    );
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 10);
    world.run();
    assert_eq!(
        (withdrawn(&world), delivered(&world)),
        (vec![RuleKind::Running], vec![])
    );
    assert_eq!(
        world.free(Party::Page(SHOES)),
        Money(100),
        "all of the budget is back"
    );
    world.assert_settled();
}

#[test]
fn a_cap_holds_and_its_place_is_free_again_when_an_ad_is_withdrawn() {
    for (rule, is_free_for_other) in [
        (ONE_A_DAY, false),
        (
            UserRule::PageCap {
                count: 1,
                every: Span::DAY,
            },
            true,
        ),
    ] {
        let mut world = world(vec![rule], vec![campaign(SHOES), campaign(BOOKS)]);
        world.online(s(60), ANN, 10);
        world.online(s(180), ANN, 10);
        world.online(s(300), ANN, 10);
        world.run_until(s(400));
        assert_eq!(
            delivered(&world).len(),
            1 + usize::from(is_free_for_other),
            "{rule:?}"
        );
        assert!(decisions(&world).contains(&Decision::Refused(rule.kind())));
    }
    let mut world = world(vec![ONE_A_DAY], vec![campaign(SHOES)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(60), ANN, 10);
    world.at(s(61), BLOCK);
    world.at(
        s(100),
        Command::Unblock {
            user: ANN,
            party: Party::Page(SHOES),
        },
    );
    world.online(s(180), ANN, 10);
    world.run_until(s(400));
    assert_eq!(
        (withdrawn(&world), delivered(&world).len()),
        (vec![RuleKind::Block], 1)
    );
}

#[test]
fn a_reaction_is_an_act_towards_the_page() {
    let rules = vec![UserRule::Window {
        at_least: Some(Span::HOUR),
        at_most: None,
    }];
    let mut world = world(rules, vec![campaign(SHOES)]);
    let message = MessageId(7);
    let reaction = chappe_base::Reaction::Click;
    world.at(
        s(50),
        Command::React {
            message,
            user: ANN,
            campaign: CampaignId(0),
            reaction,
        },
    );
    world.at(
        s(51),
        Command::React {
            message,
            user: ANN,
            campaign: CampaignId(9),
            reaction,
        },
    );
    world.online(s(60), ANN, 10);
    world.run_until(s(100));
    assert!(world.facts().contains(&Fact::Reacted {
        message,
        user: ANN,
        campaign: CampaignId(0),
        reaction
    }));
    assert_eq!(decisions(&world), [Decision::Refused(RuleKind::Window)]);
}
