//! The order on connections between shards and devices, in both directions.

use super::story::*;
use crate::Promise::OrderKept;
use chappe_base::*;

const FRIEND: MessageClass = MessageClass::Friend;

/// Two messages to Bob, of which one reaches his device first.
fn handed_out(first: u64, second: u64, second_to: UserId) -> Story {
    let mut story = Story::empty();
    for (number, to) in [(50, BOB), (51, second_to)] {
        story.served(ShardId(1), message(number));
        story.accepted(message(number), FRIEND, Party::User(ANN), to);
        story.delivered(message(number), FRIEND, Party::User(ANN), to);
    }
    let to = |number| if number == 50 { BOB } else { second_to };
    story.handed_out(message(first), FRIEND, to(first));
    story.handed_out(message(second), FRIEND, to(second));
    story
}

impl Story {
    /// The shard of Bob tells `user` that a message was read, which arrives after so many seconds.
    fn receipt(&mut self, user: UserId, seconds: i64) {
        let (message, after_ns) = (message(10), Span(seconds * Span::SECOND.0));
        self.tell(
            ShardId(1),
            Fact::ReadReceipt {
                message,
                user,
                after_ns,
            },
        );
    }
}

/// Two receipts to Ann's device, a second apart, which arrive after so many seconds.
fn receipts(first: i64, second: i64) -> Story {
    let mut story = Story::legal();
    story.receipt(ANN, first);
    story.wait();
    story.receipt(ANN, second);
    story
}

/// A message to Bob that reaches his device after three seconds, and a receipt that arrives at his device after so many;
/// it is sent a second before the message, or after it.
fn message_and_receipt(receipt_first: bool, seconds: i64) -> Story {
    let mut story = Story::empty();
    if receipt_first {
        story.receipt(BOB, seconds);
        story.wait();
    }
    story.served(ShardId(1), message(50));
    story.accepted(message(50), FRIEND, Party::User(ANN), BOB);
    story.delivered(message(50), FRIEND, Party::User(ANN), BOB);
    if !receipt_first {
        story.wait();
        story.receipt(BOB, seconds);
    }
    for _ in 0..3 - i64::from(!receipt_first) {
        story.wait();
    }
    story.handed_out(message(50), FRIEND, BOB);
    story
}

/// Two messages that Ann sends at these seconds to Bob and Dan, who have one shard. They are served in this order, after
/// they have waited for so long.
fn sent(first: (i64, i64), second: (i64, i64)) -> Story {
    let mut story = Story::empty();
    story.now += Span::MINUTE;
    let shard = ShardId(1);
    for (number, to, (sent, waited)) in [(50, BOB, first), (51, DAN, second)] {
        let (command, message) = (CommandClass::Message, message(number));
        let seconds = |count: i64| Span(count * Span::SECOND.0);
        let (wait_ns, service_ns) = (seconds(waited), Span::ZERO);
        story.tell(
            shard,
            Fact::Served {
                command,
                message,
                wait_ns,
                service_ns,
            },
        );
        story.tell(
            shard,
            Fact::Accepted {
                message,
                class: FRIEND,
                from: Party::User(ANN),
                to: Party::User(to),
                intended: SimTime::ZERO + seconds(sent),
                kept: false,
            },
        );
        story.delivered(message, FRIEND, Party::User(ANN), to);
        story.handed_out(message, FRIEND, to);
    }
    story
}

#[test]
fn no_message_overtakes_another_on_its_way_to_a_device() {
    assert_eq!(handed_out(50, 51, BOB).verdict().violations, []);
    handed_out(51, 50, BOB).breaks(OrderKept, "message 50 reached the device of user 1 after one");
    assert_eq!(handed_out(51, 50, DAN).verdict().violations, [], "to two devices");
}

#[test]
fn no_receipt_overtakes_a_receipt_or_a_message() {
    assert_eq!(receipts(5, 4).verdict().violations, []);
    receipts(5, 3).breaks(
        OrderKept,
        "a receipt for message 10 reaches the device of user 0 before",
    );
    let words = "message 50 and a receipt reach the device of user 1 in another order";
    assert_eq!(message_and_receipt(true, 4).verdict().violations, []);
    message_and_receipt(true, 5).breaks(OrderKept, words);
    assert_eq!(message_and_receipt(false, 2).verdict().violations, []);
    message_and_receipt(false, 1).breaks(OrderKept, words);
}

#[test]
fn no_message_overtakes_another_on_its_way_from_a_device() {
    let words = "of user 0 and the one before it reached the shard in another order";
    assert_eq!(sent((10, 5), (11, 5)).verdict().violations, []);
    sent((11, 5), (10, 4)).breaks(OrderKept, words);
    // Servers that are done in another order are no fault of the connection.
    assert_eq!(sent((11, 4), (10, 5)).verdict().violations, []);
    sent((11, 5), (12, 6)).breaks(OrderKept, words);
}
