//! Messages between people.

use crate::world::{ANN, BOB, CID, World, chat, config, s};
use chappe_base::{Fact, MessageClass, MessageId, Party, RefusalReason, RuleKind, SimTime, UserId};
use chappe_platform::{Command, Notice};

const FRIEND: MessageClass = MessageClass::Friend;

fn send(from: UserId, slot: u32, to: UserId) -> Command {
    Command::Send {
        message: chat(from, slot),
        from,
        to,
        intended: SimTime::ZERO,
    }
}

fn accepted(message: MessageId, from: UserId, to: UserId, kept: bool) -> Fact {
    let (from, to) = (Party::User(from), Party::User(to));
    Fact::Accepted {
        message,
        class: FRIEND,
        from,
        to,
        intended: SimTime::ZERO,
        kept,
    }
}

fn delivered(message: MessageId, from: UserId, to: UserId) -> Fact {
    Fact::Delivered {
        message,
        class: FRIEND,
        from: Party::User(from),
        to: Party::User(to),
    }
}

fn arrives(message: MessageId, from: UserId, to: UserId, kept: bool) -> Notice {
    Notice::Message {
        message,
        class: FRIEND,
        from: Party::User(from),
        to,
        intended: SimTime::ZERO,
        kept,
    }
}

/// The messages delivered to anyone, in order.
fn deliveries(world: &World) -> Vec<MessageId> {
    let message = |fact: &Fact| match fact {
        Fact::Delivered { message, .. } => Some(*message),
        _ => None,
    };
    world
        .picked(message)
        .into_iter()
        .map(|(_, message)| message)
        .collect()
}

#[test]
fn reaches_a_device_on_line_at_once_and_is_acknowledged() {
    let mut world = World::new(config());
    world.online(s(0), BOB, 10);
    world.at(s(1), send(ANN, 1, BOB));
    world.run();
    let message = chat(ANN, 1);
    assert_eq!(
        world.facts()[1..],
        [accepted(message, ANN, BOB, false), delivered(message, ANN, BOB)]
    );
    assert_eq!(
        world.seen_by(Party::User(BOB)),
        [arrives(message, ANN, BOB, false)]
    );
    let acknowledged = Notice::Acknowledged {
        message,
        user: ANN,
        intended: SimTime::ZERO,
    };
    assert_eq!(world.seen_by(Party::User(ANN)), [acknowledged]);
    assert_eq!(world.finish(), []);
}

#[test]
fn is_kept_for_a_device_off_line_and_delivered_in_order_on_return() {
    let mut world = World::new(config());
    for (slot, from) in [(1, ANN), (2, CID), (3, ANN), (4, CID)] {
        world.at(s(i64::from(slot)), send(from, slot, BOB));
    }
    world.run();
    assert_eq!(deliveries(&world), []);
    assert_eq!(world.facts()[0], accepted(chat(ANN, 1), ANN, BOB, true));
    assert!(
        world
            .seen_by(Party::User(ANN))
            .iter()
            .all(|notice| matches!(notice, Notice::Acknowledged { .. })),
        "the sender learns that the message is accepted"
    );
    world.online(s(100), BOB, 10);
    world.run();
    let order = [chat(ANN, 1), chat(CID, 2), chat(ANN, 3), chat(CID, 4)];
    assert_eq!(deliveries(&world), order);
    let kept = |message: MessageId| arrives(message, message.initiator(), BOB, true);
    assert_eq!(world.seen_by(Party::User(BOB)), order.map(kept));
}

#[test]
fn a_device_is_on_line_until_the_moment_it_said() {
    let mut world = World::new(config());
    world.online(s(0), BOB, 10);
    world.online(s(5), BOB, 2); // A shorter word doesn't cut a longer one.
    world.at(SimTime(s(10).0 - 1), send(ANN, 1, BOB));
    world.at(s(10), send(ANN, 2, BOB));
    world.at(
        s(11),
        Command::Connect {
            occasion: chat(BOB, 9),
            user: BOB,
            until: s(11),
        },
    );
    world.run();
    assert_eq!(deliveries(&world), [chat(ANN, 1)]);
    assert_eq!(world.finish(), [chat(ANN, 2)]);
}

#[test]
fn a_device_that_stays_on_line_gets_no_second_welcome() {
    let mut world = World::new(config());
    world.online(s(0), BOB, 10);
    world.online(s(9), BOB, 10);
    world.at(s(15), send(ANN, 1, BOB));
    world.run();
    assert_eq!(deliveries(&world), [chat(ANN, 1)]);
}

#[test]
fn from_somebody_blocked_is_refused_until_unblocked() {
    let mut world = World::new(config());
    let party = Party::User(ANN);
    world.online(s(0), BOB, 100);
    world.at(s(1), Command::Block { user: BOB, party });
    world.at(s(1), Command::Block { user: BOB, party });
    world.at(s(2), send(ANN, 1, BOB));
    world.at(s(3), send(CID, 2, BOB));
    world.at(s(4), Command::Unblock { user: BOB, party });
    world.at(s(4), Command::Unblock { user: BOB, party });
    world.at(s(5), send(ANN, 3, BOB));
    world.run();
    assert_eq!(deliveries(&world), [chat(CID, 2), chat(ANN, 3)]);
    let reason = RefusalReason::Blocked;
    assert!(world.facts().contains(&Fact::Refused {
        message: chat(ANN, 1),
        by: party,
        to: Party::User(BOB),
        reason
    }));
    assert_eq!(
        world.seen_by(party)[0],
        Notice::Refused {
            message: chat(ANN, 1),
            user: ANN,
            reason
        }
    );
    assert_eq!(
        world.count(|fact| matches!(fact, Fact::Blocked { .. })),
        1,
        "said once"
    );
    assert_eq!(
        world.count(|fact| matches!(fact, Fact::Unblocked { .. })),
        1,
        "said once"
    );
}

#[test]
fn a_block_is_one_sided() {
    let mut world = World::new(config());
    world.online(s(0), ANN, 100);
    world.at(
        s(1),
        Command::Block {
            user: BOB,
            party: Party::User(ANN),
        },
    );
    world.at(s(2), send(BOB, 1, ANN));
    world.run();
    assert_eq!(deliveries(&world), [chat(BOB, 1)]);
}

#[test]
fn what_is_kept_is_withdrawn_if_its_sender_is_blocked_before_the_return() {
    let mut world = World::new(config());
    world.at(s(1), send(ANN, 1, BOB));
    world.at(s(2), send(CID, 2, BOB));
    world.at(
        s(3),
        Command::Block {
            user: BOB,
            party: Party::User(ANN),
        },
    );
    world.online(s(100), BOB, 10);
    world.run();
    assert_eq!(deliveries(&world), [chat(CID, 2)]);
    assert!(world.facts().contains(&Fact::Withdrawn {
        message: chat(ANN, 1),
        rule: RuleKind::Block
    }));
    assert_eq!(world.finish(), []);
}

#[test]
fn what_is_kept_too_long_expires() {
    let mut world = World::new(config());
    world.at(s(1), send(ANN, 1, BOB));
    let life = config().inbox_life;
    world.at(s(10), send(ANN, 2, BOB));
    world.online(s(3) + life, BOB, 10);
    world.run();
    assert!(world.facts().contains(&Fact::Expired {
        message: chat(ANN, 1)
    }));
    assert_eq!(deliveries(&world), [chat(ANN, 2)]);
}

#[test]
fn the_sender_learns_that_it_was_read() {
    let mut world = World::new(config());
    let message = chat(ANN, 1);
    world.online(s(0), BOB, 10);
    world.at(s(1), send(ANN, 1, BOB));
    world.at(
        s(2),
        Command::Read {
            message,
            reader: BOB,
            sender: ANN,
        },
    );
    world.run();
    assert!(world.facts().contains(&Fact::Read { message, user: BOB }));
    assert_eq!(
        world.seen_by(Party::User(ANN))[1],
        Notice::ReadBy { message, user: ANN }
    );
}

#[test]
fn what_is_still_kept_at_the_end_is_pending() {
    let mut world = World::new(config());
    for (slot, to) in [(1, BOB), (2, CID), (3, BOB)] {
        world.at(s(i64::from(slot)), send(ANN, slot, to));
    }
    world.run();
    let mut pending = world.finish();
    pending.sort_unstable();
    assert_eq!(pending, [chat(ANN, 1), chat(ANN, 2), chat(ANN, 3)]);
    assert_eq!(world.finish(), [], "each is reported once");
}

#[test]
fn nobody_waits_for_a_link_to_a_friend() {
    let mut world = World::new(config());
    world.online(s(0), BOB, 10);
    world.at(s(1), send(ANN, 1, BOB));
    world.run();
    let times: Vec<SimTime> = world.notices.iter().map(|(at, _)| *at).collect();
    assert_eq!(
        times,
        [s(1), s(1)],
        "the recipient's shard decides alone, without a hop"
    );
}

#[test]
fn what_is_still_kept_cannot_be_read() {
    let mut world = World::new(config());
    let message = chat(ANN, 1);
    let read = Command::Read {
        message,
        reader: BOB,
        sender: ANN,
    };
    world.at(s(10), send(ANN, 1, BOB));
    world.at(s(11), read);
    world.run();
    let refused = |fact: &Fact| {
        matches!(
            fact,
            Fact::Refused {
                reason: RefusalReason::NotDelivered,
                ..
            }
        )
        .then_some(())
    };
    assert_eq!(world.picked(refused).len(), 1);
    let was_read = |fact: &Fact| matches!(fact, Fact::Read { .. }).then_some(());
    assert!(world.picked(was_read).is_empty());
}
