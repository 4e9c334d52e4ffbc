//! Orders: from checkout to delivery, and back.

use crate::world::{ANN, BOB, BOOKS, LINK, PRICE, PURSE, SHOES, World, act, campaign, config, s};
use chappe_base::{Fact, MessageId, Money, PageId, Party, ProductId, RefusalReason, Span, UserId};
use chappe_platform::{CampaignConfig, Command, Config, Notice, position};

const FIRST: ProductId = ProductId(0);

fn checkout(user: UserId, slot: u32, page: PageId) -> Command {
    Command::Checkout {
        order: act(user, slot),
        user,
        page,
        product: FIRST,
        price: PRICE,
    }
}

/// Ann and Bob know both pages; a page has so many units of its first product.
fn market(units: u32) -> World {
    let mut world = World::new(config());
    for (user, page) in [(ANN, SHOES), (ANN, BOOKS), (BOB, SHOES), (BOB, BOOKS)] {
        world.acquainted(user, page);
    }
    if units > 0 {
        world.stocked(BOOKS, units);
    }
    world
}

fn refusals(world: &World) -> Vec<(MessageId, RefusalReason)> {
    let refused = |fact: &Fact| match fact {
        Fact::Refused { message, reason, .. }
        | Fact::TransferReleased {
            transfer: message,
            reason,
        } => Some((*message, *reason)),
        _ => None,
    };
    world
        .picked(refused)
        .into_iter()
        .map(|(_, refused)| refused)
        .collect()
}

fn messages(world: &World, user: UserId) -> Vec<MessageId> {
    let message = |notice: Notice| match notice {
        Notice::Message { message, .. } => Some(message),
        _ => None,
    };
    world
        .seen_by(Party::User(user))
        .into_iter()
        .filter_map(message)
        .collect()
}

#[test]
fn an_order_lives_from_checkout_to_arrival() {
    let mut world = market(2);
    let order = act(ANN, 1);
    let page = BOOKS;
    world.online(s(0), ANN, 100);
    world.at(s(1), checkout(ANN, 1, page));
    world.at(s(2), Command::Arrive { order, page }); // Not shipped yet.
    world.at(s(3), Command::Ship { order, page });
    world.at(s(3), Command::Ship { order, page });
    world.at(s(4), Command::Arrive { order, page });
    world.at(s(5), Command::CancelOrder { order, page }); // Too late.
    world.run();
    let steps = |fact: &Fact| {
        matches!(
            fact,
            Fact::OrderPlaced { .. }
                | Fact::OrderPaid { .. }
                | Fact::OrderShipped { .. }
                | Fact::OrderDelivered { .. }
        )
        .then_some(*fact)
    };
    assert_eq!(
        world.picked(steps),
        [
            (
                s(1) + LINK,
                Fact::OrderPlaced {
                    order,
                    user: ANN,
                    page,
                    product: FIRST,
                    price: PRICE
                }
            ),
            (s(1) + LINK, Fact::OrderPaid { order, page }),
            (s(3), Fact::OrderShipped { order, page }),
            (s(4), Fact::OrderDelivered { order, page }),
        ]
    );
    assert_eq!(
        messages(&world, ANN),
        [position::RECEIPT, position::SHIPPED, position::ARRIVED].map(|place| order.at(place))
    );
    assert_eq!(refusals(&world), [(order, RefusalReason::WrongState)]);
    assert_eq!(
        world.seen_by(Party::Page(page)),
        [Notice::NewOrder { order, page }]
    );
    assert_eq!(world.free(Party::User(ANN)), PURSE - PRICE);
    assert_eq!(world.free(Party::Page(page)), PURSE + PRICE);
    world.assert_settled();
}

#[test]
fn the_last_unit_is_sold_once() {
    let mut world = market(1);
    world.at(s(1), checkout(ANN, 1, BOOKS));
    world.at(s(1), checkout(BOB, 2, BOOKS));
    world.run();
    assert_eq!(world.count(|fact| matches!(fact, Fact::OrderPlaced { .. })), 1);
    assert_eq!(refusals(&world), [(act(BOB, 2), RefusalReason::OutOfStock)]);
    assert_eq!(world.free(Party::User(ANN)), PURSE - PRICE);
    assert_eq!(
        world.free(Party::User(BOB)),
        PURSE,
        "the other's money is released"
    );
    assert!(world.seen_by(Party::Page(BOOKS)).contains(&Notice::SoldOut {
        page: BOOKS,
        product: FIRST
    }));
    world.assert_settled();
}

#[test]
fn nothing_is_sold_that_was_never_there_or_at_another_price() {
    let mut world = market(0);
    world.at(s(1), checkout(ANN, 1, BOOKS));
    world.at(
        s(2),
        Command::Restock {
            page: BOOKS,
            product: FIRST,
            units: 1,
        },
    );
    let order = act(ANN, 2);
    world.at(
        s(3),
        Command::Checkout {
            order,
            user: ANN,
            page: BOOKS,
            product: FIRST,
            price: Money(9),
        },
    );
    let order = act(ANN, 3);
    world.at(
        s(3),
        Command::Checkout {
            order,
            user: ANN,
            page: BOOKS,
            product: ProductId(9),
            price: PRICE,
        },
    );
    world.run();
    assert_eq!(
        refusals(&world),
        [
            (act(ANN, 1), RefusalReason::OutOfStock),
            (act(ANN, 2), RefusalReason::WrongPrice),
            (act(ANN, 3), RefusalReason::WrongPrice)
        ]
    );
    assert_eq!(world.free(Party::User(ANN)), PURSE);
    world.assert_settled();
}

#[test]
fn who_cannot_pay_or_has_no_conversation_buys_nothing() {
    let mut world = market(9);
    for slot in 0..11 {
        world.at(s(1), checkout(ANN, slot, BOOKS));
    }
    world.at(s(2), checkout(UserId(5), 1, BOOKS));
    world.at(s(2), checkout(UserId(5), 2, PageId(77)));
    world.run();
    assert_eq!(world.count(|fact| matches!(fact, Fact::OrderPlaced { .. })), 9);
    assert_eq!(
        refusals(&world)[..4],
        [
            (act(ANN, 10), RefusalReason::InsufficientFunds),
            (act(ANN, 9), RefusalReason::OutOfStock),
            (act(UserId(5), 1), RefusalReason::NoConversation),
            (act(UserId(5), 2), RefusalReason::NoConversation)
        ]
    );
}

#[test]
fn a_cancelled_order_is_paid_back_and_its_unit_sold_again() {
    let mut world = market(1);
    let order = act(ANN, 1);
    world.online(s(0), ANN, 100);
    world.at(s(1), checkout(ANN, 1, BOOKS));
    world.at(s(2), Command::CancelOrder { order, page: BOOKS });
    world.at(s(3), Command::CancelOrder { order, page: BOOKS });
    world.at(s(3), Command::Ship { order, page: BOOKS });
    world.at(s(4), checkout(BOB, 2, BOOKS));
    world.run();
    assert_eq!(
        messages(&world, ANN),
        [position::RECEIPT, position::CANCELLED].map(|place| order.at(place))
    );
    assert_eq!(world.free(Party::User(ANN)), PURSE);
    assert_eq!(world.free(Party::Page(BOOKS)), PURSE + PRICE);
    assert_eq!(refusals(&world), [(order, RefusalReason::WrongState)]);
    assert_eq!(world.count(|fact| matches!(fact, Fact::OrderPlaced { .. })), 2);
    assert_eq!(world.count(|fact| matches!(fact, Fact::OrderShipped { .. })), 0);
    world.assert_settled();
}

/// A campaign takes all the page has, so that it can't pay anything back.
#[test]
fn a_page_without_money_refuses_to_cancel() {
    let mut world = World::new(Config {
        campaigns: vec![CampaignConfig {
            budget: PURSE + PRICE,
            start: s(5),
            ..campaign(BOOKS)
        }],
        ..config()
    });
    world.acquainted(ANN, BOOKS);
    world.stocked(BOOKS, 1);
    let order = act(ANN, 1);
    world.at(s(1), checkout(ANN, 1, BOOKS));
    world.at(s(10), Command::CancelOrder { order, page: BOOKS });
    world.at(s(20), Command::Ship { order, page: BOOKS });
    world.run_until(s(100));
    assert_eq!(
        refusals(&world),
        [(order.at(position::REFUND), RefusalReason::InsufficientFunds)]
    );
    assert_eq!(world.count(|fact| matches!(fact, Fact::OrderCancelled { .. })), 0);
    assert_eq!(
        world.count(|fact| matches!(fact, Fact::OrderShipped { .. })),
        1,
        "the order stands"
    );
    assert_eq!(world.free(Party::User(ANN)), PURSE - PRICE);
}

/// The page's shard is far behind: its repeated requests and the answers to it come after half a day and more.
#[test]
fn a_refund_that_is_asked_for_again_after_its_answer_is_forgotten_is_paid_once() {
    let life = config().key_life;
    let mut world = market(1).link(move |command| match command {
        Command::Credit { repeated: true, .. } => Some(Span(life.0 * 6 / 10)),
        Command::Credited { .. } => Some(Span(life.0 * 9 / 10)),
        _ => Some(LINK),
    });
    let order = act(ANN, 1);
    world.at(s(1), checkout(ANN, 1, BOOKS));
    world.at(s(2), Command::CancelOrder { order, page: BOOKS });
    world.run();
    let credited = world.picked(|fact| matches!(fact, Fact::TransferCredited { .. }).then_some(()));
    assert_eq!(credited.len(), 2, "the price and its refund");
    assert_eq!(world.free(Party::User(ANN)), PURSE);
    world.assert_settled();
}

#[test]
fn a_refund_that_is_late_or_lost_is_paid_all_the_same_and_once() {
    for lost in [false, true] {
        let mut first = true;
        let mut world = market(1).link(move |command| {
            let is_first_refund = matches!(
                command,
                Command::Credit {
                    payer: Party::Page(_),
                    ..
                }
            ) && std::mem::take(&mut first);
            match (is_first_refund, lost) {
                (true, true) => None,
                (true, false) => Some(Span(25 * Span::SECOND.0)),
                (false, _) => Some(LINK),
            }
        });
        world.at(s(1), checkout(ANN, 1, BOOKS));
        world.at(
            s(2),
            Command::CancelOrder {
                order: act(ANN, 1),
                page: BOOKS,
            },
        );
        world.run();
        assert_eq!(world.free(Party::User(ANN)), PURSE, "lost: {lost}");
        assert_eq!(world.free(Party::Page(BOOKS)), PURSE);
        world.assert_settled();
    }
}

/// Pages 3 and 6 would live where page 0 does.
#[test]
fn an_order_belongs_to_its_page() {
    let mut world = market(0);
    world.stocked(SHOES, 1);
    let order = act(ANN, 1);
    world.at(s(1), checkout(ANN, 1, SHOES));
    for page in [PageId(3), PageId(6), PageId(77)] {
        world.at(s(2), Command::Ship { order, page });
        world.at(s(2), Command::Arrive { order, page });
        world.at(s(2), Command::CancelOrder { order, page });
        world.at(
            s(2),
            Command::Restock {
                page,
                product: FIRST,
                units: 1,
            },
        );
    }
    world.run();
    assert_eq!(refusals(&world), vec![(order, RefusalReason::WrongState); 3]);
    let touched = |fact: &Fact| {
        matches!(
            fact,
            Fact::OrderShipped { .. } | Fact::OrderCancelled { .. } | Fact::Stocked { .. }
        )
    };
    assert_eq!(world.count(touched), 0);
}
