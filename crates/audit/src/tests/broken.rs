//! Messages, money and stock, each broken on purpose.

use super::story::*;
use crate::Promise::{AdPermitted, ConsentKept, DeliveredOnce, MoneyConserved, StockKept};
use chappe_base::*;

fn is_delivered(number: u64) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::Delivered { message, .. } if message.0 == number)
}

fn is_handed_out(number: u64) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::HandedOut { message, .. } if message.0 == number)
}

fn is_accepted(number: u64) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::Accepted { message, .. } if message.0 == number)
}

pub(super) fn is_move(from: Account, to: Account) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::Moved { from: f, to: t, .. } if (*f, *t) == (from, to))
}

pub(super) fn set_amount(value: i64) -> impl FnOnce(&mut Fact) {
    move |fact| *amount_of(fact).unwrap() = Money(value)
}

#[test]
fn a_legal_run_is_clean_and_everything_is_checked() {
    let verdict = Story::legal().verdict();
    assert_eq!(verdict.violations, []);
    assert_eq!(verdict.violation_count(), 0);
    assert!(
        verdict.checks.iter().all(|check| check.checked_count > 0),
        "{:?}",
        verdict.checks
    );
    assert_eq!(verdict.facts_count, Story::legal().records.len() as u64);
    assert!(verdict.bytes > 0);
}

#[test]
fn verdicts_and_summaries_survive_being_written_down() {
    let story = Story::legal().without(is_handed_out(10));
    let mut shards: Vec<_> = (0..SHARDS)
        .map(|shard| crate::ShardAudit::new(ShardId(shard), Story::homes(), &story.promises))
        .collect();
    for record in &story.records {
        shards[record.shard.index()].observe(record.at, &record.fact);
    }
    let written: Vec<_> = shards
        .into_iter()
        .map(|shard| serde_json::to_string(&shard.finish()).unwrap())
        .collect();
    let read = written
        .iter()
        .map(|summary| serde_json::from_str(summary).unwrap())
        .collect();
    assert_eq!(crate::Audit::merge(read), story.verdict());
}

#[test]
fn a_record_of_an_unknown_shard_is_refused() {
    let mut audit = crate::Audit::new(Story::homes(), &promises());
    let mut record = Story::legal().records[0];
    record.shard = ShardId(3);
    assert!(
        audit
            .observe(&record)
            .unwrap_err()
            .to_string()
            .contains("shards 0 to 2")
    );
}

#[test]
fn dropped_messages_are_lost() {
    let unserved = Story::legal()
        .without(is_accepted(11))
        .without(is_delivered(11))
        .without(is_handed_out(11));
    unserved.breaks(
        DeliveredOnce,
        "message 11 was served, but neither accepted nor refused",
    );
    let undelivered = Story::legal()
        .without(is_delivered(11))
        .without(is_handed_out(11));
    undelivered.breaks(DeliveredOnce, "message 11 was accepted and never ended");
    Story::legal()
        .without(is_handed_out(11))
        .breaks(DeliveredOnce, "message 11 was delivered and never reached");
}

#[test]
fn what_is_delivered_shortly_before_the_end_is_in_flight() {
    let mut story = Story::legal().without(is_handed_out(11));
    story.records.pop();
    let verdict = story.verdict();
    assert_eq!((verdict.violation_count(), verdict.in_flight_count), (0, 1));
}

#[test]
fn messages_are_delivered_once() {
    Story::legal()
        .doubled(is_delivered(11))
        .breaks(DeliveredOnce, "message 11 was delivered, but is not open");
    Story::legal()
        .doubled(is_handed_out(10))
        .breaks(DeliveredOnce, "message 10 reached a device");
    Story::legal()
        .doubled(is_accepted(11))
        .breaks(DeliveredOnce, "message 11 was accepted twice");
    Story::legal()
        .without(is_accepted(10))
        .breaks(DeliveredOnce, "message 10 was delivered, but");
    Story::legal()
        .without(is_delivered(10))
        .breaks(DeliveredOnce, "message 10 reached a device, but");
    let unserved = |fact: &Fact| matches!(fact, Fact::Served { message, .. } if message.0 == 10);
    Story::legal().without(unserved).breaks(
        DeliveredOnce,
        "message 10 was accepted without having been served",
    );
}

#[test]
fn no_more_is_read_than_was_delivered() {
    let mut story = Story::empty();
    story.tell(
        ShardId(1),
        Fact::Read {
            message: message(10),
            user: BOB,
        },
    );
    story.breaks(DeliveredOnce, "message 10 was read");
}

#[test]
fn transfers_resolve_once() {
    let post = |fact: &Fact| matches!(fact, Fact::TransferPosted { transfer, .. } if transfer.0 == 30);
    let credit = |fact: &Fact| matches!(fact, Fact::TransferCredited { transfer, .. } if transfer.0 == 30);
    let reserve = |fact: &Fact| matches!(fact, Fact::TransferReserved { transfer, .. } if transfer.0 == 30);
    Story::legal()
        .doubled(post)
        .breaks(MoneyConserved, "transfer 30 was posted twice");
    Story::legal()
        .doubled(credit)
        .breaks(MoneyConserved, "transfer 30 was credited twice");
    Story::legal()
        .without(reserve)
        .breaks(MoneyConserved, "transfer 30 was posted, but never reserved");
    Story::legal()
        .without(credit)
        .breaks(MoneyConserved, "transfer 30 was credited in money only");
    Story::legal().changed(credit, set_amount(99)).breaks(
        MoneyConserved,
        "transfer 30 is of 100 micro-units, but was credited with 99",
    );
    let mut late = Story::legal();
    late.post(message(31), Party::User(BOB), Party::User(CYD), Money(70));
    late.breaks(MoneyConserved, "transfer 31 was posted after it was released");
}

#[test]
fn a_credit_of_another_amount_unbalances_clearing() {
    let mut story = Story::legal();
    let (bob, cyd) = (Party::User(BOB), Party::User(CYD));
    story.reserve(message(32), bob, cyd, Money(10));
    story.credit(message(32), cyd, Money(11));
    story.post(message(32), bob, cyd, Money(10));
    story.breaks(
        MoneyConserved,
        "transfer 32 was reserved with 10 micro-units and credited with 11",
    );
    story.breaks(
        MoneyConserved,
        "the clearing accounts of all shards hold -1 micro-units",
    );
}

#[test]
fn sides_of_a_transfer_contradict_each_other() {
    let (bob, cyd) = (Party::User(BOB), Party::User(CYD));
    let mut unposted = Story::legal();
    unposted.reserve(message(32), bob, cyd, Money(10));
    unposted.credit(message(32), cyd, Money(10));
    assert_eq!(unposted.verdict().violations, [], "it is in flight");
    unposted.release(message(32), bob, Money(10));
    unposted.breaks(MoneyConserved, "transfer 32 was credited and yet released");
    let mut uncredited = Story::legal();
    uncredited.reserve(message(32), bob, cyd, Money(10));
    uncredited.post(message(32), bob, cyd, Money(10));
    uncredited.breaks(MoneyConserved, "transfer 32 was posted, but never credited");
    let mut unreserved = Story::legal();
    unreserved.credit(message(32), cyd, Money(10));
    unreserved.breaks(MoneyConserved, "transfer 32 was credited, but never reserved");
}

#[test]
fn forgotten_transfers_still_have_to_balance() {
    let (bob, cyd) = (Party::User(BOB), Party::User(CYD));
    let mut story = Story::legal();
    for day in 1..6 {
        story.now = SimTime(day * Span::DAY.0 - 2 * Span::SECOND.0);
        story.reserve(message(100 + day as u64), bob, cyd, Money(10));
        story.credit(message(100 + day as u64), cyd, Money(10));
        story.post(message(100 + day as u64), bob, cyd, Money(10));
        // Keeps Cyd's shard going, so that it forgets too.
        story.reserve(message(200 + day as u64), cyd, bob, Money(1));
        story.release(message(200 + day as u64), cyd, Money(1));
    }
    assert_eq!(story.verdict().violations, []);
    let is_credited = |fact: &Fact| matches!(fact, Fact::TransferCredited { transfer, .. } | Fact::Moved { from: Account::Clearing, transfer, .. } if transfer.0 == 101);
    story.records.retain(|record| !is_credited(&record.fact));
    story.breaks(MoneyConserved, "differ over all shards");
}

#[test]
fn money_comes_from_somewhere_and_goes_where_it_may() {
    let mut story = Story::legal();
    story.opening(Party::User(ANN), Money(5));
    story.breaks(MoneyConserved, "from the world to user 0, from nowhere");
    Story::legal()
        .doubled(|fact| {
            matches!(
                fact,
                Fact::Moved {
                    to: Account::User(ANN),
                    ..
                }
            )
        })
        .breaks(MoneyConserved, "opening balance before");
    let mut story = Story::legal();
    story.moved(
        ShardId(0),
        Account::User(ANN),
        Account::Revenue,
        Money(5),
        message(7),
    );
    story.breaks(
        MoneyConserved,
        "from user 0 to revenue, where money may not go directly",
    );
    let mut story = Story::legal();
    story.moved(
        ShardId(1),
        Account::World,
        Account::User(ANN),
        Money(5),
        message(7),
    );
    story.breaks(MoneyConserved, "user 0 is not on this shard");
    let mut story = Story::legal();
    story.moved(
        ShardId(0),
        Account::User(ANN),
        Account::UserHeld(ANN),
        Money(0),
        message(7),
    );
    story.breaks(MoneyConserved, "0 micro-units of transfer 7");
    let mut story = Story::legal();
    let (ann, cyd) = (Party::User(ANN), Party::User(CYD));
    story.reserve(message(33), ann, cyd, Money(501));
    story.release(message(33), ann, Money(501));
    story.breaks(MoneyConserved, "501 micro-units of transfer 33 overdrew user 0");
}

#[test]
fn a_post_may_wait_for_days() {
    let (bob, cyd) = (Party::User(BOB), Party::User(CYD));
    let mut story = Story::legal();
    story.reserve(message(100), bob, cyd, Money(10));
    story.credit(message(100), cyd, Money(10));
    story.now = SimTime(4 * Span::DAY.0);
    // Both shards go on, so that Cyd's forgets what is over.
    for (number, payer, payee) in [(101, bob, cyd), (102, cyd, bob)] {
        story.reserve(message(number), payer, payee, Money(1));
        story.release(message(number), payer, Money(1));
    }
    assert_eq!(story.verdict().violations, []);
    // More money than such transfers could account for is missing all the same.
    story.moved(
        ShardId(2),
        Account::Clearing,
        Account::User(CYD),
        Money(11),
        message(103),
    );
    story.tell(
        ShardId(2),
        Fact::TransferCredited {
            transfer: message(103),
            amount: Money(11),
        },
    );
    story.breaks(MoneyConserved, "the clearing accounts of all shards hold -21");
}

#[test]
fn stock_is_not_oversold() {
    let stock = |fact: &Fact| matches!(fact, Fact::Stocked { .. });
    Story::legal()
        .changed(stock, |fact| {
            if let Fact::Stocked { units, .. } = fact {
                *units = 0
            }
        })
        .breaks(
            StockKept,
            "order 40 of user 1 sold product 0 of page 0, of which none was in stock",
        );
    Story::legal().without(stock).breaks(
        StockKept,
        "leased budget to shard 1 for product 0 of page 0, which is not in stock",
    );
}

#[test]
fn orders_pass_through_their_states() {
    let (order, page, product) = (message(40), SHOP, SHOE);
    let cancel = Fact::OrderCancelled { order, page, product };
    let shipped = |fact: &Fact| matches!(fact, Fact::OrderShipped { .. });
    let arrived = |fact: &Fact| matches!(fact, Fact::OrderDelivered { .. });
    Story::legal()
        .before(arrived, ShardId(0), cancel)
        .breaks(StockKept, "order 40 with page 0 was cancelled while shipped");
    Story::legal()
        .without(|fact| matches!(fact, Fact::OrderPaid { .. }))
        .breaks(StockKept, "order 40 with page 0 was shipped while placed");
    Story::legal()
        .doubled(|fact| matches!(fact, Fact::OrderPlaced { .. }))
        .breaks(StockKept, "order 40 was placed twice");
    Story::legal().doubled(arrived).breaks(
        StockKept,
        "order 40 with page 0 was delivered, but there is no such open order",
    );
    let cancelled = Story::legal()
        .before(shipped, ShardId(0), cancel)
        .without(shipped)
        .without(arrived);
    assert_eq!(cancelled.verdict().violations, []);
}

#[test]
fn nothing_comes_through_a_block() {
    let (user, party) = (DAN, Party::User(ANN));
    let block = Fact::Blocked { user, party };
    let blocked = Story::legal().before(is_delivered(11), ShardId(1), block);
    blocked.breaks(
        ConsentKept,
        "message 11 of user 0 was delivered to user 4, who blocks them",
    );
    let lifted = blocked.before(is_delivered(11), ShardId(1), Fact::Unblocked { user, party });
    assert_eq!(lifted.verdict().violations, []);
    let page = Party::Page(SHOP);
    let mut answer = Story::legal();
    answer.accepted(message(50), MessageClass::HotLine, page, DAN);
    answer.tell(ShardId(1), Fact::Blocked { user, party: page });
    answer.delivered(message(50), MessageClass::HotLine, page, DAN);
    answer.handed_out(message(50), MessageClass::HotLine, DAN);
    answer.breaks(ConsentKept, "message 50 of page 0 was delivered to user 4");
}

#[test]
fn only_the_first_violations_are_kept_but_all_are_counted() {
    let mut story = Story::empty();
    for number in 0..250 {
        story.handed_out(message(number), MessageClass::Friend, BOB);
    }
    let verdict = story.verdict();
    assert_eq!((verdict.violations.len(), verdict.violation_count()), (100, 250));
}

#[test]
fn an_ad_is_told_as_message_and_with_its_permit() {
    Story::legal()
        .without(is_delivered(20))
        .without(is_handed_out(20))
        .breaks_some(
            AdPermitted,
            "ad 20 was delivered as a message or with its permit, but not both",
        );
}
