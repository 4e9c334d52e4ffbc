//! Payments between people, on one shard and across two.

use crate::world::{ANN, BOB, CID, LINK, PURSE, USERS, World, chat, config, s};
use chappe_base::{Fact, Money, Party, RefusalReason, SimTime, Span, TransferId, UserId};
use chappe_platform::{Command, Config, Notice};

fn pay(slot: u32, payee: UserId, amount: i64) -> Command {
    let transfer = chat(ANN, slot);
    Command::Pay {
        transfer,
        payer: ANN,
        payee,
        amount: Money(amount),
        issued: SimTime::ZERO,
    }
}

fn balances(world: &mut World, users: [UserId; 2]) -> [i64; 2] {
    users.map(|user| (world.free(Party::User(user)) - PURSE).0)
}

fn refused(world: &World) -> Vec<(TransferId, RefusalReason)> {
    let refused = |fact: &Fact| match fact {
        Fact::Refused { message, reason, .. } => Some((*message, *reason)),
        _ => None,
    };
    world
        .picked(refused)
        .into_iter()
        .map(|(_, refused)| refused)
        .collect()
}

fn released(world: &World) -> Vec<(TransferId, RefusalReason)> {
    let released = |fact: &Fact| match fact {
        Fact::TransferReleased { transfer, reason } => Some((*transfer, *reason)),
        _ => None,
    };
    world
        .picked(released)
        .into_iter()
        .map(|(_, released)| released)
        .collect()
}

fn credits_count(world: &World) -> usize {
    world.count(|fact| matches!(fact, Fact::TransferCredited { .. }))
}

#[test]
fn are_reserved_credited_and_posted_on_one_shard_as_across_two() {
    for payee in [BOB, CID] {
        let mut world = World::new(config());
        world.at(s(1), pay(1, payee, 30));
        world.run_until(SimTime(s(1).0 + 1));
        assert_eq!(
            (world.held(ANN), balances(&mut world, [ANN, payee])),
            (Money(30), [-30, 0])
        );
        world.run();
        assert_eq!(balances(&mut world, [ANN, payee]), [-30, 30]);
        let (transfer, amount) = (chat(ANN, 1), Money(30));
        let (payer, to) = (Party::User(ANN), Party::User(payee));
        let steps = |fact: &Fact| match fact {
            Fact::TransferReserved { .. } | Fact::TransferCredited { .. } | Fact::TransferPosted { .. } => {
                Some(*fact)
            }
            _ => None,
        };
        assert_eq!(
            world.picked(steps),
            [
                (
                    s(1),
                    Fact::TransferReserved {
                        transfer,
                        payer,
                        payee: to,
                        amount
                    }
                ),
                (s(1) + LINK, Fact::TransferCredited { transfer, amount }),
                (
                    s(1) + LINK + LINK,
                    Fact::TransferPosted {
                        transfer,
                        payer,
                        payee: to,
                        amount
                    }
                ),
            ]
        );
        assert_eq!(world.seen_by(payer), [Notice::Paid { transfer, user: ANN }]);
        world.assert_settled();
    }
}

#[test]
fn never_overdraw() {
    let mut world = World::new(config());
    world.at(s(1), pay(1, BOB, 60));
    world.at(s(2), pay(2, BOB, 41));
    world.at(s(3), pay(3, BOB, 40));
    world.run();
    assert_eq!(
        refused(&world),
        [(chat(ANN, 2), RefusalReason::InsufficientFunds)]
    );
    assert_eq!(balances(&mut world, [ANN, BOB]), [-100, 100]);
}

#[test]
fn to_oneself_to_nobody_or_of_nothing_are_refused() {
    let mut world = World::new(config());
    world.at(s(1), pay(1, ANN, 5));
    world.at(s(2), pay(2, BOB, 0));
    world.at(s(3), pay(3, BOB, -5));
    world.at(s(4), pay(4, UserId(USERS), 5));
    world.run();
    let reason = RefusalReason::InvalidTransfer;
    assert_eq!(
        refused(&world),
        [1, 2, 3, 4].map(|slot| (chat(ANN, slot), reason))
    );
    assert_eq!(balances(&mut world, [ANN, BOB]), [0, 0]);
}

#[test]
fn a_key_is_answered_with_its_first_outcome() {
    let mut world = World::new(config());
    world.at(s(1), pay(1, BOB, 60));
    world.at(s(1), pay(1, BOB, 60)); // Under way: no second answer yet.
    world.at(s(2), pay(2, BOB, 60));
    world.at(s(10), pay(1, BOB, 60));
    world.at(s(10), pay(2, BOB, 60));
    world.run();
    assert_eq!(balances(&mut world, [ANN, BOB]), [-60, 60]);
    let paid = Notice::Paid {
        transfer: chat(ANN, 1),
        user: ANN,
    };
    let reason = RefusalReason::InsufficientFunds;
    let refused = Notice::Refused {
        message: chat(ANN, 2),
        user: ANN,
        reason,
    };
    assert_eq!(world.seen_by(Party::User(ANN)), [paid, refused, paid, refused]);
    assert_eq!(credits_count(&world), 1);
}

#[test]
fn a_key_with_other_parameters_is_an_error() {
    let mut world = World::new(config());
    world.at(s(1), pay(1, BOB, 60));
    world.at(s(2), pay(1, BOB, 61));
    world.at(s(3), pay(1, CID, 60));
    world.run();
    assert_eq!(refused(&world), vec![(chat(ANN, 1), RefusalReason::KeyReused); 2]);
    assert_eq!(balances(&mut world, [ANN, BOB]), [-60, 60]);
}

#[test]
fn an_old_key_is_refused_and_never_executed_again() {
    let mut world = World::new(config());
    let life = config().key_life;
    world.at(s(1), pay(1, BOB, 10));
    world.at(SimTime::ZERO + life, pay(1, BOB, 10)); // Just remembered.
    world.at(SimTime(life.0 + 1), pay(1, BOB, 10));
    world.at(s(2) + life, pay(1, BOB, 10));
    world.at(s(2) + life + life, pay(1, BOB, 10));
    world.run();
    assert_eq!(
        refused(&world),
        vec![(chat(ANN, 1), RefusalReason::KeyExpired); 3]
    );
    assert_eq!(balances(&mut world, [ANN, BOB]), [-10, 10]);
}

/// A key from the future would outlive the platform's memory of it.
#[test]
fn a_key_from_the_future_is_refused() {
    let mut world = World::new(config());
    let issued = s(200_000);
    let pay = Command::Pay {
        transfer: chat(ANN, 1),
        payer: ANN,
        payee: BOB,
        amount: Money(10),
        issued,
    };
    world.at(s(1), pay);
    world.at(s(100_000), pay);
    world.run();
    assert_eq!(
        refused(&world),
        vec![(chat(ANN, 1), RefusalReason::InvalidTransfer); 2]
    );
    assert_eq!(balances(&mut world, [ANN, BOB]), [0, 0]);
}

#[test]
fn to_somebody_who_blocked_the_payer_come_back() {
    let mut world = World::new(config());
    world.at(
        s(1),
        Command::Block {
            user: BOB,
            party: Party::User(ANN),
        },
    );
    world.at(s(2), pay(1, BOB, 10));
    world.run();
    assert_eq!(released(&world), [(chat(ANN, 1), RefusalReason::Blocked)]);
    let reason = RefusalReason::Blocked;
    assert_eq!(
        world.seen_by(Party::User(ANN)),
        [Notice::Refused {
            message: chat(ANN, 1),
            user: ANN,
            reason
        }]
    );
    assert_eq!(balances(&mut world, [ANN, BOB]), [0, 0]);
    world.assert_settled();
}

/// A world in which the credit takes so long, the cancellation so long, and answers no longer than
/// other links.
fn race(credit: Span, cancel: Span) -> World {
    World::new(config()).link(move |command| match command {
        Command::Credit { .. } => Some(credit),
        Command::CancelCredit { .. } => Some(cancel),
        _ => Some(LINK),
    })
}

#[test]
fn a_cancellation_that_comes_after_the_credit_is_answered_credited() {
    // The credit arrives after 10.1 s, the cancellation, sent after 10 s, at 10.2 s.
    let mut world = race(Span(10_100_000_000), Span(200_000_000));
    world.at(s(0), pay(1, BOB, 30));
    world.run();
    assert_eq!((released(&world), credits_count(&world)), (vec![], 1));
    assert_eq!(balances(&mut world, [ANN, BOB]), [-30, 30]);
    assert_eq!(
        world.seen_by(Party::User(ANN)).len(),
        1,
        "the second answer changes nothing"
    );
    world.assert_settled();
}

#[test]
fn a_credit_that_comes_after_its_cancellation_is_refused() {
    let mut world = race(Span(10_100_000_000), Span(LINK.0));
    world.at(s(0), pay(1, BOB, 30));
    world.run();
    assert_eq!(released(&world), [(chat(ANN, 1), RefusalReason::TimedOut)]);
    assert_eq!(
        (balances(&mut world, [ANN, BOB]), credits_count(&world)),
        ([0, 0], 0)
    );
    world.assert_settled();
}

#[test]
fn a_credit_that_is_lost_is_cancelled_and_so_is_one_whose_answers_are_lost_kept() {
    let mut world = World::new(config()).link(|command| match command {
        Command::Credit { .. } => None,
        _ => Some(LINK),
    });
    world.at(s(0), pay(1, BOB, 30));
    world.run();
    assert_eq!(released(&world), [(chat(ANN, 1), RefusalReason::TimedOut)]);
    world.assert_settled();

    // Three answers are lost; the payer's shard asks until it hears one.
    let mut lost = 0;
    let mut world = World::new(config()).link(move |command| match command {
        Command::Credited { .. } if lost < 3 => {
            lost += 1;
            None
        }
        _ => Some(LINK),
    });
    world.at(s(0), pay(1, BOB, 30));
    world.run_until(s(29));
    assert_eq!(
        world.held(ANN),
        Money(30),
        "only the payee's shard ends a transfer"
    );
    world.run();
    assert_eq!(
        (balances(&mut world, [ANN, BOB]), credits_count(&world)),
        ([-30, 30], 1)
    );
    world.assert_settled();
}

/// An open transfer is remembered beyond the life of keys: its money is still held.
#[test]
fn a_transfer_that_is_open_is_not_forgotten() {
    let key_life = Span::MINUTE;
    let mut answers = 0;
    let mut world = World::new(Config { key_life, ..config() }).link(move |command| match command {
        Command::Credited { .. } => {
            answers += 1;
            (answers > 9).then_some(LINK)
        }
        _ => Some(LINK),
    });
    world.at(s(0), pay(1, BOB, 30));
    let transfer = chat(ANN, 2);
    world.at(
        s(80),
        Command::Pay {
            transfer,
            payer: ANN,
            payee: CID,
            amount: Money(1),
            issued: s(80),
        },
    );
    world.run();
    assert_eq!(
        (balances(&mut world, [ANN, BOB]), credits_count(&world)),
        ([-31, 30], 2)
    );
    world.assert_settled();
}

/// A shard that is far behind asks and hears late. When its next request comes, the payee's shard has forgotten
/// what it answered to the first one.
#[test]
fn a_request_that_is_repeated_after_the_answer_is_forgotten_changes_nothing() {
    let life = config().key_life;
    let behind = move |command: &Command| match command {
        Command::CancelCredit { .. } | Command::Credit { repeated: true, .. } => Some(Span(life.0 * 6 / 10)),
        Command::Credited { .. } => Some(Span(life.0 * 9 / 10)),
        _ => Some(LINK),
    };
    let mut world = World::new(config()).link(behind);
    world.at(s(0), pay(1, BOB, 30));
    world.run();
    assert_eq!((released(&world), credits_count(&world)), (vec![], 1));
    assert_eq!(balances(&mut world, [ANN, BOB]), [-30, 30]);
    world.assert_settled();
}

/// Whoever lies about a key's age may use it again once it is forgotten: a new transfer, to which no
/// old answer may be given.
#[test]
fn a_key_that_serves_again_finds_no_old_answer() {
    let life = config().key_life;
    for (blocked, delay) in [(false, LINK), (true, LINK), (true, Span(10_100_000_000))] {
        let mut credits = 0;
        let mut world = World::new(config()).link(move |command| match command {
            Command::Credit { .. } => {
                credits += 1;
                Some(if credits == 2 { delay } else { LINK })
            }
            _ => Some(LINK),
        });
        let party = Party::User(ANN);
        if blocked {
            world.at(s(0), Command::Block { user: BOB, party });
            world.at(s(10), Command::Unblock { user: BOB, party });
        }
        let pay = |issued| Command::Pay {
            transfer: chat(ANN, 1),
            payer: ANN,
            payee: BOB,
            amount: Money(30),
            issued,
        };
        world.at(s(1), pay(s(1)));
        let later = s(2) + life;
        world.at(later, pay(later));
        world.run();
        let paid = 30 * (i64::from(!blocked) + i64::from(delay == LINK));
        assert_eq!(balances(&mut world, [ANN, BOB]), [-paid, paid]);
        world.assert_settled();
    }
}

/// A number is its payer's: another's use of it may swallow nobody's money.
#[test]
fn one_number_used_by_two_payers_is_two_transfers() {
    let mut world = World::new(config());
    let (transfer, amount) = (chat(ANN, 1), Money(30));
    let dan = UserId(5);
    world.at(
        s(1),
        Command::Pay {
            transfer,
            payer: ANN,
            payee: BOB,
            amount,
            issued: s(1),
        },
    );
    world.at(
        s(2),
        Command::Pay {
            transfer,
            payer: dan,
            payee: BOB,
            amount,
            issued: s(2),
        },
    );
    world.run();
    assert_eq!(balances(&mut world, [ANN, BOB]), [-30, 60]);
    assert_eq!(world.free(Party::User(dan)), PURSE - amount);
    world.assert_settled();
}
