//! What a page may send, and ask, when: grounds that are taken up, reasons for messages, requests.

use crate::random::{deeds, play_in, random_config};
use crate::world::{ANN, BOOKS, SHOES, TRAIL, World, act, campaign, config, policy, s};
use chappe_base::{
    Act, ActKind, Decision, Fact, MessageId, OptInSource, PageId, Party, RefusalReason, RuleKind, ShardId,
    Span, UserId,
};
use chappe_platform::policy::{BasisRule, MessageRule, OptInRequest, OptInScope, OptInTerms, UserRule};
use chappe_platform::{Command, Config, position};
use proptest::prelude::*;
use std::collections::BTreeMap;

const TOKEN: BasisRule = BasisRule {
    within: None,
    one_further: false,
    opt_in: Some(OptInTerms {
        scope: OptInScope::Product,
        every: None,
        life_days: 30,
    }),
};
const BLOCK: Command = Command::Block {
    user: ANN,
    party: Party::Page(SHOES),
};
const UNBLOCK: Command = Command::Unblock {
    user: ANN,
    party: Party::Page(SHOES),
};

/// Ann knows the shop, and her shard has a lease of its campaign.
fn world(rules: Vec<UserRule>) -> World {
    let mut world = World::new(Config {
        policy: policy(rules, Vec::new()),
        campaigns: vec![campaign(SHOES)],
        lease_ads_count: 10,
        ..config()
    });
    world.acquainted(ANN, SHOES);
    world.request_leases(s(0), ANN);
    world.run_until(s(1));
    world
}

fn opt_in(slot: u32) -> Command {
    Command::OptIn {
        act: act(ANN, slot),
        user: ANN,
        page: SHOES,
        topic: TRAIL,
        source: OptInSource::CheckoutButton,
    }
}

fn ask(slot: u32, page: PageId) -> Command {
    Command::Ask {
        question: act(ANN, slot),
        user: ANN,
        page,
        topic: TRAIL,
        intended: s(0),
    }
}

/// What was decided for Ann's slots: whether an ad was allowed.
fn allowed(world: &World) -> Vec<bool> {
    let decided = world.picked(|fact| match fact {
        Fact::Decided { decision, .. } => Some(*decision),
        _ => None,
    });
    let decisions = decided.into_iter().map(|(_, decision)| match decision {
        Decision::Allowed(_) => true,
        Decision::Refused(rule) => {
            assert_eq!(rule, RuleKind::Basis);
            false
        }
    });
    decisions.collect()
}

fn withdrawn(world: &World) -> Vec<RuleKind> {
    let rules = world.picked(|fact| match fact {
        Fact::Withdrawn { rule, .. } => Some(*rule),
        _ => None,
    });
    rules.into_iter().map(|(_, rule)| rule).collect()
}

/// The messages of a page that were refused, and why.
fn refused(world: &World) -> Vec<(MessageId, RefusalReason)> {
    let refused = world.picked(|fact| match fact {
        Fact::Refused { message, reason, .. } => Some((*message, *reason)),
        _ => None,
    });
    refused.into_iter().map(|(_, refused)| refused).collect()
}

#[test]
fn a_token_is_good_for_one_ad_and_given_back_if_it_comes_to_nothing() {
    let mut world = world(vec![UserRule::Basis(TOKEN)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.online(s(10), ANN, 5);
    world.at(s(50), opt_in(1));
    world.online(s(60), ANN, 10);
    world.at(s(61), BLOCK);
    world.at(s(90), UNBLOCK);
    world.online(s(100), ANN, 10);
    world.online(s(200), ANN, 10);
    world.at(s(250), opt_in(2));
    world.online(s(300), ANN, 10);
    world.run_until(s(400));
    assert_eq!(allowed(&world), [false, true, true, false, true]);
    assert_eq!(withdrawn(&world), [RuleKind::Block]);
}

#[test]
fn an_opt_in_taken_back_stops_the_ad_that_leans_on_it() {
    let mut world = world(vec![UserRule::Basis(TOKEN)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.at(s(50), opt_in(1));
    world.online(s(60), ANN, 20);
    let opt_out = Command::OptOut {
        user: ANN,
        page: SHOES,
        topic: TRAIL,
    };
    world.at(s(62), opt_out);
    world.run_until(s(100));
    assert_eq!(withdrawn(&world), [RuleKind::Basis]);
}

/// Otherwise the new token would let the ad under way through, and then pay for another.
#[test]
fn a_new_token_is_none_of_an_ad_under_way() {
    let mut world = world(vec![UserRule::Basis(TOKEN)]);
    world.ad_wait = Span(5 * Span::SECOND.0);
    world.at(s(50), opt_in(1));
    world.online(s(60), ANN, 20);
    world.at(s(62), opt_in(2));
    world.online(s(100), ANN, 20);
    world.online(s(200), ANN, 20);
    world.run_until(s(300));
    assert_eq!(withdrawn(&world), [RuleKind::Basis]);
    assert_eq!(allowed(&world), [true, true, false]);
}

/// What answers an ad is numbered eight days back.
#[test]
fn an_opt_in_is_as_old_as_the_day_it_was_given() {
    let for_a_day = BasisRule {
        opt_in: Some(OptInTerms {
            scope: OptInScope::Product,
            every: None,
            life_days: 1,
        }),
        ..TOKEN
    };
    let mut world = world(vec![UserRule::Basis(for_a_day)]);
    let (user, page, topic, source) = (ANN, SHOES, TRAIL, OptInSource::CheckoutButton);
    let act = MessageId::new(ANN, Act::new(-8, 0, ActKind::Page, 0));
    world.at(
        s(50),
        Command::OptIn {
            act,
            user,
            page,
            topic,
            source,
        },
    );
    world.online(s(60), ANN, 20);
    world.run_until(s(100));
    assert_eq!(allowed(&world), [true]);
}

#[test]
fn one_further_ad_after_the_window_until_the_user_acts() {
    let mut world = world(vec![UserRule::Basis(BasisRule {
        within: Some(Span::MINUTE),
        one_further: true,
        opt_in: None,
    })]);
    world.online(s(100), ANN, 5);
    world.online(s(200), ANN, 5);
    world.at(s(300), ask(1, SHOES));
    world.online(s(310), ANN, 5);
    world.online(s(320), ANN, 5);
    world.online(s(400), ANN, 5);
    world.online(s(500), ANN, 5);
    world.run_until(s(600));
    assert_eq!(allowed(&world), [true, false, true, true, true, false]);
}

/// A bot's answer and a shop's notice an hour after the user's last act.
#[test]
fn late_messages_need_a_reason() {
    let minute = MessageRule::Within(Span::MINUTE);
    let (answer, notice) = (
        act(ANN, 1).at(position::ANSWER),
        act(ANN, 2).at(position::SHIPPED),
    );
    let tag = RefusalReason::Tag;
    let cases = [
        (vec![], vec![]),
        (vec![minute], vec![(answer, tag), (notice, tag)]),
        (vec![minute, MessageRule::OrderNotices], vec![(answer, tag)]),
        (vec![minute, MessageRule::OneFurther], vec![(notice, tag)]),
        (
            vec![MessageRule::HumanAnswers(Span::DAY)],
            vec![(answer, tag), (notice, tag)],
        ),
        (vec![MessageRule::Within(Span::DAY)], vec![]),
    ];
    for (message_rules, expected) in cases {
        let mut config = config();
        config.policy.message_rules = message_rules;
        let mut world = World::new(config);
        world.acquainted(ANN, BOOKS);
        for (seconds, message) in [(3_600, answer), (3_601, notice)] {
            let command = Command::Notify {
                message,
                user: ANN,
                page: BOOKS,
                intended: s(seconds),
            };
            world.push(s(seconds), ShardId(0), command);
        }
        world.run_until(s(4_000));
        assert_eq!(refused(&world), expected);
    }
}

#[test]
fn an_opt_in_answers_a_request_in_the_window_and_not_too_soon_again() {
    let mut config = config();
    config.policy.opt_in_request = Some(OptInRequest {
        within: Span::MINUTE,
        again_after_days: 7,
    });
    let mut world = World::new(config);
    world.acquainted(ANN, SHOES);
    world.at(s(50), opt_in(1));
    world.at(s(60), ask(2, SHOES));
    world.at(s(70), opt_in(3));
    world.at(s(80), opt_in(4));
    world.run_until(s(100));
    let reason = RefusalReason::OptInRequest;
    assert_eq!(refused(&world), [(act(ANN, 1), reason), (act(ANN, 4), reason)]);
    assert_eq!(act(ANN, 3).act(), Act::new(0, 3, ActKind::Page, 0));
    let given = world.picked(|fact| match fact {
        Fact::OptedIn { act, .. } => Some(*act),
        _ => None,
    });
    assert_eq!(given, [(s(70), act(ANN, 3).act())]);
}

proptest! {
    /// Of each opt-in, one ad comes and no more, whatever is withdrawn in between.
    #[test]
    fn an_opt_in_for_one_ad_never_pays_twice(
        deeds in deeds(1..300),
        delays in prop::collection::vec(0i64..3_000, 1..20),
    ) {
        let mut config = random_config();
        config.policy.user_rules = vec![UserRule::Basis(TOKEN)];
        let mut world = play_in(config, &deeds, &delays);
        world.run();
        let mut given: BTreeMap<(UserId, Act), u32> = BTreeMap::new();
        for fact in world.facts() {
            match fact {
                Fact::OptedIn { user, act, .. } => *given.entry((user, act)).or_default() += 1,
                Fact::AdDelivered { user, permit, .. } => {
                    let act = permit.opt_in.expect("the only basis");
                    let left = given.get_mut(&(user, act)).expect("an opt-in that was given");
                    prop_assert!(*left > 0, "{user:?} gets a second ad on {act:?}");
                    *left -= 1;
                }
                _ => {}
            }
        }
    }
}
