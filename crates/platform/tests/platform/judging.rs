//! Judging ads by the rules of the user's side: each rule alone, with all reasons, and many users at once.

use crate::ads::{BLOCK, MUTE, OPT_OUT, decisions, delivered, opt_in, world};
use crate::world::{ANN, BOB, BOOKS, CID, SHOES, TRAIL, World, campaign, config, policy, s};
use chappe_base::{Act, ActKind, CampaignId, Decision, Fact, Format, Party, RuleKind, Span, Topic, UserId};
use chappe_platform::policy::{FormatSet, OnQuiet, OpenedBy, OptInScope, TopicMatch, UserRule};
use chappe_platform::{Command, Config, HistoryEvent};

const ROAD: Topic = Topic {
    category: 0,
    product: 1,
};
/// Every rule of the user's side refuses alone: without it, the same ad is delivered.
#[test]
fn every_rule_of_the_users_side_refuses_alone() {
    let page = SHOES;
    let conversation = HistoryEvent::Conversation {
        user: UserId(3),
        page,
        act: Act::new(-1, 0, ActKind::Page, 0),
        by_user: false,
        topic: ROAD,
    };
    let cases: [(UserRule, Option<Command>); 12] = [
        (UserRule::NoAds, None),
        (UserRule::NotBlocked, Some(BLOCK)),
        (UserRule::NotMuted, Some(MUTE)),
        (UserRule::NotMuted, Some(OPT_OUT)),
        (UserRule::OpenedBy(OpenedBy::User), None),
        (UserRule::FirstTopic(TopicMatch::Product), None),
        (UserRule::Formats(FormatSet::new(&[Format::NewProduct])), None),
        (UserRule::OptIn(OptInScope::Category), None),
        (
            UserRule::Window {
                at_least: None,
                at_most: Some(Span::HOUR),
            },
            None,
        ),
        (
            UserRule::UserCap {
                count: 0,
                every: Span::DAY,
            },
            None,
        ),
        (
            UserRule::PageCap {
                count: 0,
                every: Span::DAY,
            },
            None,
        ),
        (
            UserRule::QuietHours {
                from_minute: 0,
                to_minute: 8 * 60,
                on_quiet: OnQuiet::Hold,
            },
            None,
        ),
    ];
    for (rule, command) in cases {
        for is_dropped in [false, true] {
            let rules = policy(if is_dropped { vec![] } else { vec![rule] }, Vec::new());
            let mut world = World::new(Config {
                policy: rules,
                campaigns: vec![campaign(page)],
                ..config()
            });
            world.past(conversation);
            world.request_leases(s(0), UserId(3));
            if let Some(command) = command {
                world.at(s(10), for_user(UserId(3), command));
            }
            world.online(s(60), UserId(3), 10);
            world.run_until(s(100));
            let refusal = Decision::Refused(rule.kind());
            assert_eq!(decisions(&world).contains(&refusal), !is_dropped, "{rule:?}");
            // A block is judged at delivery under any policy.
            let is_delivered = is_dropped && rule != UserRule::NotBlocked;
            assert_eq!(delivered(&world).len(), usize::from(is_delivered), "{rule:?}");
        }
    }
}

fn for_user(user: UserId, command: Command) -> Command {
    let page = SHOES;
    if command == BLOCK {
        Command::Block {
            user,
            party: Party::Page(page),
        }
    } else if command == MUTE {
        Command::Mute { user, page }
    } else {
        Command::OptOut {
            user,
            page,
            topic: TRAIL,
        }
    }
}

#[test]
fn a_watched_users_slots_are_explained_with_all_rules() {
    let rules = vec![
        UserRule::NotMuted,
        UserRule::OptIn(OptInScope::Product),
        UserRule::NotBlocked,
    ];
    let mut world = world(rules, vec![campaign(SHOES)]);
    world.shards[0].watch(ANN);
    world.acquainted(BOB, SHOES);
    world.at(s(10), MUTE);
    world.online(s(60), ANN, 10);
    world.online(s(60), BOB, 10);
    world.run_until(s(100));
    let explained = world.shards[0].take_explanations();
    assert_eq!(
        explained.len(),
        1,
        "one campaign at one slot of the one who is watched"
    );
    let one = &explained[0];
    assert_eq!((one.at, one.page, one.campaign), (s(60), SHOES, CampaignId(0)));
    let rules: Vec<_> = one
        .rules
        .iter()
        .map(|(rule, admits)| (rule.kind(), *admits))
        .collect();
    assert_eq!(
        rules,
        [
            (RuleKind::Mute, false),
            (RuleKind::OptIn, false),
            (RuleKind::Block, true)
        ]
    );
    assert_eq!(one.decision, Decision::Refused(RuleKind::Mute));
    assert!(one.case.muted && one.case.opened_by_user);
    assert!(world.shards[0].take_explanations().is_empty());
}

/// Whoever asks for many users at once hears of each what their slot would say.
#[test]
fn judging_many_at_once_agrees_with_their_slots() {
    let rules = vec![UserRule::NotBlocked, UserRule::OptIn(OptInScope::Page)];
    let mut world = world(rules, vec![campaign(SHOES), campaign(BOOKS)]);
    world.acquainted(CID, SHOES);
    let party = Party::Page(SHOES);
    world.at(s(2), Command::Block { user: CID, party });
    world.at(s(2), opt_in(1));
    world.run_until(s(3));
    let nobody_knows = UserId(6);
    let pairs = |user| [(user, CampaignId(0)), (user, CampaignId(1))];
    let mixed = [ANN, CID, nobody_knows].into_iter().cycle().take(50);
    let known = [(ANN, CampaignId(0)), (CID, CampaignId(0))];
    let mut asked: Vec<_> = mixed.flat_map(pairs).collect();
    // Enough that are known for whole batches of them.
    asked.extend(known.into_iter().cycle().take(100));
    let mut verdicts = Vec::new();
    world.shards[0].judge_all(s(3), &asked, &mut verdicts);
    for user in [ANN, CID, nobody_knows] {
        world.online(s(3), user, 60);
    }
    world.run_until(s(4));
    let decided = world.picked(|fact| match fact {
        Fact::Decided {
            user,
            campaign,
            decision,
            ..
        } => Some(((*user, *campaign), *decision)),
        _ => None,
    });
    assert_eq!((decided.len(), verdicts.len()), (3, 200));
    for (asked, verdict) in asked.into_iter().zip(verdicts) {
        let by_slot = decided.iter().find(|(_, (slot, _))| *slot == asked);
        let expected = by_slot.map_or(Decision::Refused(RuleKind::OpenedBy), |(_, (_, decision))| {
            *decision
        });
        assert_eq!(
            verdict.map_or_else(Decision::Refused, Decision::Allowed),
            expected,
            "{asked:?}"
        );
    }
}
