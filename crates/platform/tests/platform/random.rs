//! Whatever users and pages do, in whatever order links deliver it.

use crate::world::{LINK, PAGES, PRICE, PURSE, TRAIL, USERS, World, act, campaign, chat, config, policy, s};
use chappe_base::{
    CampaignId, Entry, Fact, Format, MessageId, Money, OptInSource, PageId, Party, ProductId, Reaction,
    SimTime, Span, UserId,
};
use chappe_platform::policy::{PageRule, UserRule};
use chappe_platform::{CampaignConfig, Command, Config, Notice, Pacing};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;

const USER_CAP: (u16, Span) = (2, Span(30 * Span::MINUTE.0));
const PAGE_CAP: (u16, Span) = (1, Span(20 * Span::MINUTE.0));

/// One thing that somebody does: what, who, to whom, and two numbers that fill in the rest.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    at: SimTime,
    kind: u8,
    user: UserId,
    other: UserId,
    page: PageId,
    earlier: Index,
    number: u32,
}

fn deed() -> impl Strategy<Value = Deed> {
    // Some pages are out of range.
    let who = (0..USERS, 0..USERS, 0..PAGES + 4);
    (0..7_200_000i64, 0u8..24, who, any::<Index>(), 0u32..20).prop_map(
        |(ms, kind, (user, other, page), earlier, number)| Deed {
            at: SimTime(ms * 1_000_000),
            kind,
            user: UserId(user),
            other: UserId(other),
            page: PageId(page),
            earlier,
            number,
        },
    )
}

/// The command of the deed in this place, which may take up one that came before.
fn command(deeds: &[Deed], place: usize) -> Command {
    let &Deed {
        at,
        user,
        other,
        page,
        number,
        ..
    } = &deeds[place];
    let slot = place as u32;
    let before = |kinds: &[u8]| {
        let fitting = (0..place).filter(|place| kinds.contains(&deeds[*place].kind));
        let fitting: Vec<usize> = fitting.collect();
        (!fitting.is_empty()).then(|| fitting[deeds[place].earlier.index(fitting.len())])
    };
    // An order or question, and its page, but for now and then another's.
    let known = |kinds: &[u8]| {
        let before = before(kinds).unwrap_or(place);
        let theirs = if number == 19 { page } else { deeds[before].page };
        (act(deeds[before].user, before as u32), theirs)
    };
    let (mine, message, topic) = (act(user, slot), chat(user, slot), TRAIL);
    let product = ProductId(number as u16 % 3);
    match deeds[place].kind {
        0..=4 => Command::Connect {
            occasion: message,
            user,
            until: at + Span(i64::from(number * number) * Span::SECOND.0),
        },
        5 | 6 => Command::Send {
            message,
            from: user,
            to: other,
            intended: at,
        },
        7 => {
            let sent = before(&[5, 6]).unwrap_or(place);
            let (message, sender) = (chat(deeds[sent].user, sent as u32), deeds[sent].user);
            Command::Read {
                message,
                reader: user,
                sender,
            }
        }
        8 => Command::Block {
            user,
            party: Party::Page(page),
        },
        9 => Command::Unblock {
            user,
            party: Party::Page(page),
        },
        10 => Command::Block {
            user,
            party: Party::User(other),
        },
        11 => Command::Unblock {
            user,
            party: Party::User(other),
        },
        12 | 13 => Command::Visit {
            act: mine,
            user,
            handle: page,
            topic,
            entry: Entry::Poster,
        },
        14 => Command::Ask {
            question: mine,
            user,
            page,
            topic,
            intended: at,
        },
        15 => Command::OptIn {
            act: mine,
            user,
            page,
            topic,
            source: OptInSource::CheckoutButton,
        },
        16 => match number % 4 {
            0 => Command::Mute { user, page },
            _ => Command::OptOut { user, page, topic },
        },
        17 | 18 => Command::Checkout {
            order: mine,
            user,
            page,
            product,
            price: PRICE,
        },
        19 => {
            let (order, page) = known(&[17, 18]);
            match number % 3 {
                0 => Command::CancelOrder { order, page },
                1 => Command::Ship { order, page },
                _ => Command::Arrive { order, page },
            }
        }
        20 => {
            let (question, of) = known(&[14]);
            match number % 3 {
                0 => Command::GiveUp { question, page: of },
                1 => Command::Answer {
                    question,
                    page: of,
                    intended: at,
                },
                _ => Command::Restock {
                    page,
                    product,
                    units: if number > 17 { u32::MAX } else { number },
                },
            }
        }
        21 => {
            // The key may have been used before, with whatever parameters.
            let of = if number % 3 == 0 {
                before(&[21, 22]).unwrap_or(place)
            } else {
                place
            };
            let transfer = chat(deeds[of].user, of as u32);
            Command::Pay {
                transfer,
                payer: user,
                payee: other,
                amount: Money(i64::from(number) * 5 - 5),
                issued: at,
            }
        }
        22 => {
            let (issued, amount) = (at + Span(i64::from(number) - 10), Money(1));
            Command::Pay {
                transfer: message,
                payer: user,
                payee: other,
                amount,
                issued,
            }
        }
        _ => {
            let campaign = CampaignId(number as u16 % 5);
            Command::React {
                message: mine,
                user,
                campaign,
                reaction: Reaction::Click,
            }
        }
    }
}

pub(crate) fn random_config() -> Config {
    let user_rules = vec![
        UserRule::NotBlocked,
        UserRule::NotMuted,
        UserRule::PageCap {
            count: PAGE_CAP.0,
            every: PAGE_CAP.1,
        },
        UserRule::UserCap {
            count: USER_CAP.0,
            every: USER_CAP.1,
        },
    ];
    let page_rules = vec![PageRule::Running, PageRule::InStock, PageRule::Budget];
    let sale = |page| CampaignConfig {
        bid: Money(2 + i64::from(page)),
        end: s(5_400),
        ..campaign(PageId(page))
    };
    Config {
        policy: policy(user_rules, page_rules),
        campaigns: vec![
            sale(0),
            CampaignConfig {
                pacing: Pacing::Even { until: s(5_000) },
                format: Format::NewProduct,
                ..sale(1)
            },
            CampaignConfig {
                format: Format::BackInStock,
                start: s(60),
                ..sale(2)
            },
        ],
        transfer_timeout: Span::SECOND,
        key_life: Span(10 * Span::MINUTE.0),
        inbox_life: Span(15 * Span::MINUTE.0),
        ..config()
    }
}

/// So many deeds, in order of time.
pub(crate) fn deeds(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(deed(), count).prop_map(|mut deeds| {
        deeds.sort_by_key(|deed| deed.at);
        deeds
    })
}

/// The same pages push one campaign after another, and inboxes keep what comes for long.
fn pushing_config() -> Config {
    let config = random_config();
    let again = |round: i64| {
        config.campaigns.iter().map(move |sale| CampaignConfig {
            start: s(1_200 * round),
            ..*sale
        })
    };
    Config {
        campaigns: (0..4).flat_map(again).collect(),
        pushes_ads: true,
        inbox_life: Span::DAY,
        ..config
    }
}

/// Plays the deeds; links take from these times in turn.
fn play(deeds: &[Deed], delays: &[i64]) -> World {
    play_in(random_config(), deeds, delays)
}

pub(crate) fn play_in(config: Config, deeds: &[Deed], delays: &[i64]) -> World {
    let (own, mut next) = (delays.to_vec(), 0);
    let mut world = World::new(config).link(move |_| {
        next += 1;
        Some(LINK + Span(own[next % own.len()] * 1_000_000))
    });
    world.ad_wait = Span(delays[0] * 1_000_000);
    for (user, page) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (0, 1), (0, 2)] {
        world.acquainted(UserId(user), PageId(page));
    }
    for page in 0..PAGES {
        world.stocked(PageId(page), page);
    }
    for (place, deed) in deeds.iter().enumerate() {
        world.at(deed.at, command(deeds, place));
    }
    world
}

/// Every message that was accepted ended once, or is pending, and none other did.
fn assert_each_ends_once(world: &mut World) {
    let mut open: BTreeMap<MessageId, u32> = BTreeMap::new();
    for fact in world.facts() {
        let ended = match fact {
            Fact::Accepted { message, .. } => {
                assert_eq!(open.insert(message, 0), None, "{message:?} is accepted twice");
                continue;
            }
            Fact::Delivered { message, .. } | Fact::Withdrawn { message, .. } | Fact::Expired { message } => {
                message
            }
            _ => continue,
        };
        *open.get_mut(&ended).expect("only what was accepted ends") += 1;
    }
    for message in world.finish() {
        *open.get_mut(&message).expect("only what was accepted is pending") += 1;
    }
    for (message, ends) in open {
        assert_eq!(ends, 1, "{message:?}");
    }
}

/// In any stretch of time as long as a cap's, no more ads reach a user than it allows.
fn assert_caps_hold(world: &World, config: &Config) {
    let mut seen: BTreeMap<UserId, Vec<(SimTime, PageId)>> = BTreeMap::new();
    let ads = world.picked(|fact| match fact {
        Fact::AdDelivered { user, campaign, .. } => Some((*user, *campaign)),
        _ => None,
    });
    for (at, (user, campaign)) in ads {
        let page = config.campaigns[campaign.index()].page;
        let before = seen.entry(user).or_default();
        before.push((at, page));
        let within = |every: Span| before.iter().filter(move |(then, _)| at - *then < every);
        assert!(
            within(USER_CAP.1).count() <= usize::from(USER_CAP.0),
            "{user:?} gets too many ads: {before:?}"
        );
        let of_page = within(PAGE_CAP.1).filter(|(_, by)| *by == page).count();
        assert!(
            of_page <= usize::from(PAGE_CAP.0),
            "{user:?} gets too many ads of {page:?}: {before:?}"
        );
    }
}

/// Nobody gets a message from somebody they block at that moment.
fn assert_blocks_hold(world: &World) {
    let mut blocked = std::collections::BTreeSet::new();
    for fact in world.facts() {
        match fact {
            Fact::Blocked { user, party } => assert!(blocked.insert((user, party))),
            Fact::Unblocked { user, party } => assert!(blocked.remove(&(user, party))),
            Fact::Delivered {
                from,
                to: Party::User(user),
                ..
            } => assert!(!blocked.contains(&(user, from))),
            _ => {}
        }
    }
}

proptest! {
    /// What holds after every command is checked by the world itself.
    #[test]
    fn all_promises_hold(
        deeds in deeds(1..300),
        delays in prop::collection::vec(prop_oneof![4 => 0i64..100, 1 => 0i64..5_000], 1..40),
        pushes in any::<bool>(),
    ) {
        let config = if pushes { pushing_config() } else { random_config() };
        let mut world = play_in(config.clone(), &deeds, &delays);
        world.run();
        world.assert_settled();
        assert_caps_hold(&world, &config);
        assert_blocks_hold(&world);
        let balances: Money = (0..USERS).map(|user| world.free(Party::User(UserId(user)))).sum();
        let pages: Money = (0..PAGES).map(|page| world.free(Party::Page(PageId(page)))).sum();
        let rest: Money = (0..config.campaigns.len() as u16).map(|id| {
            let campaign = CampaignId(id);
            // The campaigns are over: only ads that are kept still hold money.
            assert_eq!(world.everywhere(chappe_base::Account::Campaign(campaign)), Money::ZERO);
            assert_eq!(world.everywhere(chappe_base::Account::Lease(campaign)), Money::ZERO);
            world.everywhere(chappe_base::Account::LeaseHeld(campaign))
        }).sum();
        let revenue = world.everywhere(chappe_base::Account::Revenue);
        prop_assert_eq!(balances + pages + revenue + rest, Money(PURSE.0 * i64::from(USERS + PAGES)));
        assert_each_ends_once(&mut world);
    }

    #[test]
    fn the_same_commands_do_the_same(
        deeds in deeds(1..150),
        delays in prop::collection::vec(0i64..3_000, 1..20),
    ) {
        let verdicts = || {
            let mut world = play(&deeds, &delays);
            world.run();
            (world.records, world.notices)
        };
        let (first, second) = (verdicts(), verdicts());
        prop_assert_eq!(first, second);
    }
}

/// The random deeds are worth their time only if they get somewhere.
#[test]
fn random_deeds_reach_every_kind_of_fact() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 14];
    for _ in 0..60 {
        let deeds = deeds(299..300)
            .new_tree(&mut runner)
            .expect("a strategy without a filter");
        let mut world = play(&deeds.current(), &[3_000, 20, 0, 7, 1_500]);
        world.run();
        for fact in world.facts() {
            let kind = match fact {
                Fact::AdDelivered { .. } => 0,
                Fact::Withdrawn { .. } => 1,
                Fact::Expired { .. } => 2,
                Fact::OrderPlaced { .. } => 3,
                Fact::OrderShipped { .. } => 4,
                Fact::OrderCancelled { .. } => 5,
                Fact::Answered { .. } => 6,
                Fact::Abandoned { .. } => 7,
                Fact::TransferPosted { .. } => 8,
                Fact::TransferReleased { .. } => 9,
                Fact::LeaseReturned { .. } => 10,
                Fact::OptedOut { .. } => 11,
                Fact::LinkRefused { .. } => 12,
                _ => continue,
            };
            counts[kind] += 1;
        }
        counts[13] += world
            .notices
            .iter()
            .filter(|(_, notice)| matches!(notice, Notice::Ad { kept: true, .. }))
            .count();
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}
