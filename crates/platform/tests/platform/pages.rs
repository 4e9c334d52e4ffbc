//! Conversations with pages: short links, the hot-line, consent.

use crate::world::{ANN, BOB, BOOKS, CID, LINK, SHOES, TRAIL, World, act, config, s};
use chappe_base::{
    Answerer, Entry, Fact, MessageClass, MessageId, OptInSource, PageId, Party, RefusalReason, SimTime, Span,
    Topic, UserId,
};
use chappe_platform::{Command, Notice, position};

const ROAD: Topic = Topic {
    category: 0,
    product: 1,
};
const NOBODY: PageId = PageId(77);

fn visit(user: UserId, slot: u32, handle: PageId, topic: Topic) -> Command {
    Command::Visit {
        act: act(user, slot),
        user,
        handle,
        topic,
        entry: Entry::Poster,
    }
}

fn ask(user: UserId, slot: u32, page: PageId) -> Command {
    Command::Ask {
        question: act(user, slot),
        user,
        page,
        topic: TRAIL,
        intended: SimTime::ZERO,
    }
}

fn opened(user: UserId, slot: u32, page: PageId, topic: Topic, entry: Entry) -> Fact {
    Fact::Opened {
        user,
        page,
        act: act(user, slot).act(),
        by_user: true,
        topic,
        entry,
    }
}

fn answer(question: MessageId, page: PageId) -> Command {
    Command::Answer {
        question,
        page,
        intended: SimTime::ZERO,
    }
}

fn assigned(world: &World, page: PageId) -> Vec<MessageId> {
    let question = |notice: Notice| match notice {
        Notice::Assigned { question, .. } => Some(question),
        _ => None,
    };
    world
        .seen_by(Party::Page(page))
        .into_iter()
        .filter_map(question)
        .collect()
}

#[test]
fn a_short_link_opens_once_and_then_resumes() {
    let mut world = World::new(config());
    world.at(s(1), visit(ANN, 1, BOOKS, TRAIL));
    world.at(s(2), visit(ANN, 2, BOOKS, ROAD));
    world.at(s(3), visit(BOB, 3, BOOKS, ROAD));
    world.run();
    assert_eq!(
        world.facts(),
        [
            opened(ANN, 1, BOOKS, TRAIL, Entry::Poster),
            Fact::Acted {
                user: ANN,
                page: BOOKS
            },
            opened(BOB, 3, BOOKS, ROAD, Entry::Poster),
        ],
        "the first topic is that of first contact"
    );
}

#[test]
fn a_link_to_no_page_is_refused() {
    let mut world = World::new(config());
    world.at(s(1), visit(ANN, 1, NOBODY, TRAIL));
    world.run();
    assert_eq!(
        world.facts(),
        [Fact::LinkRefused {
            user: ANN,
            handle: NOBODY
        }]
    );
    let reason = RefusalReason::UnknownPage;
    assert_eq!(
        world.seen_by(Party::User(ANN)),
        [Notice::Refused {
            message: act(ANN, 1),
            user: ANN,
            reason
        }]
    );
}

#[test]
fn a_question_to_no_page_is_refused() {
    let mut world = World::new(config());
    world.at(s(1), ask(ANN, 1, NOBODY));
    world.run();
    let reason = RefusalReason::UnknownPage;
    let (by, to) = (Party::User(ANN), Party::Page(NOBODY));
    assert_eq!(
        world.facts(),
        [Fact::Refused {
            message: act(ANN, 1),
            by,
            to,
            reason
        }]
    );
    assert_eq!(
        world.seen_by(Party::User(ANN)),
        [Notice::Refused {
            message: act(ANN, 1),
            user: ANN,
            reason
        }]
    );
}

#[test]
fn a_page_that_is_blocked_hears_nothing_and_says_nothing() {
    let mut world = World::new(config());
    let party = Party::Page(BOOKS);
    world.online(s(0), ANN, 100);
    world.at(s(1), ask(ANN, 1, BOOKS));
    world.at(s(2), Command::Block { user: ANN, party });
    world.at(s(3), answer(act(ANN, 1), BOOKS));
    world.at(s(4), ask(ANN, 2, BOOKS));
    world.at(s(5), visit(ANN, 3, BOOKS, TRAIL));
    world.at(s(6), Command::Unblock { user: ANN, party });
    world.at(s(7), ask(ANN, 4, BOOKS));
    world.at(s(8), answer(act(ANN, 4), BOOKS));
    world.run();
    let refused = |fact: &Fact| match fact {
        Fact::Refused {
            message,
            by,
            reason: RefusalReason::Blocked,
            ..
        } => Some((*message, *by)),
        _ => None,
    };
    let refused: Vec<_> = world
        .picked(refused)
        .into_iter()
        .map(|(_, refused)| refused)
        .collect();
    assert_eq!(
        refused,
        [
            (act(ANN, 1).at(position::ANSWER), party),
            (act(ANN, 2), Party::User(ANN)),
            (act(ANN, 3), Party::User(ANN))
        ]
    );
    let got = world.seen_by(Party::User(ANN));
    let messages = got
        .iter()
        .filter(|notice| matches!(notice, Notice::Message { .. }));
    assert_eq!(messages.count(), 1, "the answer after the unblocking");
}

#[test]
fn one_human_answers_one_question_at_a_time_first_come_first_served() {
    let mut world = World::new(config());
    for (slot, user) in [(1, ANN), (2, BOB), (3, CID)] {
        world.at(s(i64::from(slot)), ask(user, slot, SHOES));
    }
    world.run();
    assert_eq!(assigned(&world, SHOES), [act(ANN, 1)]);
    world.at(s(10), answer(act(BOB, 2), SHOES)); // Nobody has taken this one up.
    world.at(s(20), answer(act(ANN, 1), SHOES));
    world.run();
    assert_eq!(assigned(&world, SHOES), [act(ANN, 1), act(BOB, 2)]);
    world.at(s(30), answer(act(BOB, 2), SHOES));
    world.at(s(30), answer(act(BOB, 2), SHOES)); // Answered already.
    world.run();
    assert_eq!(assigned(&world, SHOES), [act(ANN, 1), act(BOB, 2), act(CID, 3)]);
    let answered = |fact: &Fact| match fact {
        Fact::Answered {
            question,
            by,
            wait_ns,
            sojourn_ns,
            ..
        } => Some((*question, *by, *wait_ns, *sojourn_ns)),
        _ => None,
    };
    let asked = s(2) + LINK;
    assert_eq!(
        world.picked(answered),
        [
            (
                s(20),
                (act(ANN, 1), Answerer::Human, Span::ZERO, s(20) - (s(1) + LINK))
            ),
            (
                s(30),
                (act(BOB, 2), Answerer::Human, s(20) - asked, s(30) - asked)
            ),
        ]
    );
}

#[test]
fn the_answer_reaches_the_one_who_asked() {
    let mut world = World::new(config());
    world.online(s(0), ANN, 100);
    world.at(s(1), ask(ANN, 1, BOOKS));
    world.at(s(5), answer(act(ANN, 1), BOOKS));
    world.run();
    let message = act(ANN, 1).at(position::ANSWER);
    let (class, from) = (MessageClass::HotLine, Party::Page(BOOKS));
    let expected = Notice::Message {
        message,
        class,
        from,
        to: ANN,
        intended: SimTime::ZERO,
        kept: false,
    };
    assert_eq!(world.seen_by(Party::User(ANN)), [expected]);
    assert_eq!(
        world.facts()[1],
        opened(ANN, 1, BOOKS, TRAIL, Entry::Search),
        "a question opens too"
    );
    assert_eq!(world.count(|fact| matches!(fact, Fact::Asked { .. })), 1);
}

#[test]
fn who_gives_up_while_waiting_is_skipped() {
    let mut world = World::new(config());
    for (slot, user) in [(1, ANN), (2, BOB), (3, CID)] {
        world.at(s(i64::from(slot)), ask(user, slot, SHOES));
    }
    let give_up = |slot, user| Command::GiveUp {
        question: act(user, slot),
        page: SHOES,
    };
    world.at(s(5), give_up(2, BOB));
    world.at(s(6), give_up(1, ANN)); // Too late: somebody is at it.
    world.at(s(7), give_up(9, BOB)); // Never asked.
    world.at(s(10), answer(act(ANN, 1), SHOES));
    world.run();
    let wait_ns = s(5) - (s(2) + LINK);
    let abandoned = |fact: &Fact| matches!(fact, Fact::Abandoned { .. });
    assert_eq!(world.count(abandoned), 1);
    assert!(world.facts().contains(&Fact::Abandoned {
        question: act(BOB, 2),
        page: SHOES,
        wait_ns
    }));
    assert_eq!(assigned(&world, SHOES), [act(ANN, 1), act(CID, 3)]);
}

#[test]
fn a_bot_answers_any_number_at_once() {
    let mut world = World::new(config());
    for (slot, user) in [(1, ANN), (2, BOB), (3, CID)] {
        world.at(s(1), ask(user, slot, BOOKS));
    }
    world.run();
    assert_eq!(assigned(&world, BOOKS).len(), 3);
    world.at(s(2), answer(act(CID, 3), BOOKS));
    world.run();
    let by_bot = |fact: &Fact| {
        matches!(
            fact,
            Fact::Answered {
                by: Answerer::Bot,
                wait_ns: Span::ZERO,
                ..
            }
        )
    };
    assert_eq!(world.count(by_bot), 1);
}

/// Page 3 would live where page 0 does, and page 6 too.
#[test]
fn another_page_cannot_answer_nor_end_a_question() {
    let mut world = World::new(config());
    world.at(s(1), ask(ANN, 1, SHOES));
    world.at(s(2), ask(BOB, 2, SHOES));
    for page in [PageId(3), NOBODY] {
        world.at(s(3), answer(act(ANN, 1), page));
        world.at(
            s(3),
            Command::GiveUp {
                question: act(BOB, 2),
                page,
            },
        );
    }
    world.run();
    assert_eq!(assigned(&world, SHOES), [act(ANN, 1)]);
    assert_eq!(
        world.count(|fact| matches!(fact, Fact::Answered { .. } | Fact::Abandoned { .. })),
        0
    );
}

#[test]
fn consent_is_given_taken_back_and_given_again() {
    let mut world = World::new(config());
    world.acquainted(ANN, BOOKS);
    let source = OptInSource::ShortLink;
    let opt_in = |slot| Command::OptIn {
        act: act(ANN, slot),
        user: ANN,
        page: BOOKS,
        topic: TRAIL,
        source,
    };
    let opt_out = Command::OptOut {
        user: ANN,
        page: BOOKS,
        topic: TRAIL,
    };
    world.at(s(1), opt_in(1));
    world.at(s(2), opt_out);
    world.at(s(3), opt_out);
    world.at(s(4), opt_in(2));
    world.run();
    let acted = Fact::Acted {
        user: ANN,
        page: BOOKS,
    };
    let opted_in = |slot| Fact::OptedIn {
        user: ANN,
        page: BOOKS,
        topic: TRAIL,
        source,
        act: act(ANN, slot).act(),
    };
    let opted_out = Fact::OptedOut {
        user: ANN,
        page: BOOKS,
        topic: TRAIL,
    };
    assert_eq!(world.facts(), [acted, opted_in(1), opted_out, acted, opted_in(2)]);
}

#[test]
fn there_is_no_consent_without_a_conversation() {
    let mut world = World::new(config());
    let source = OptInSource::SitePlugin;
    for page in [BOOKS, NOBODY] {
        world.at(
            s(1),
            Command::OptIn {
                act: act(ANN, 1),
                user: ANN,
                page,
                topic: TRAIL,
                source,
            },
        );
        world.at(
            s(2),
            Command::OptOut {
                user: ANN,
                page,
                topic: TRAIL,
            },
        );
        world.at(s(2), Command::Mute { user: ANN, page });
        world.at(
            s(2),
            Command::Block {
                user: ANN,
                party: Party::Page(page),
            },
        );
        world.at(
            s(2),
            Command::Unblock {
                user: ANN,
                party: Party::Page(page),
            },
        );
    }
    world.run();
    let refused = |fact: &Fact| {
        matches!(
            fact,
            Fact::Refused {
                reason: RefusalReason::NoConversation,
                ..
            }
        )
    };
    assert_eq!((world.count(refused), world.facts().len()), (2, 2));
}
