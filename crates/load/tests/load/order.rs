//! A connection is first in, first out, in both directions.

use crate::fixture::{constant, offer, scenario, tape};
use chappe_base::{Map, MessageId, UserId};
use chappe_load::{LiveRun, LoadOptions, Step};
use chappe_platform::{Command, Notice};
use chappe_scenario::Scenario;
use chappe_workload::Tape;

/// A load with two injectors on eight shards, with what every shard did.
fn load(scenario: &Scenario, tape: &Tape) -> LiveRun {
    let live = offer(
        scenario,
        tape,
        constant(200_000.0, 300),
        |options: &mut LoadOptions<'_>| {
            options.keep_applied = true;
            options.injectors = 2;
        },
    );
    assert_eq!(live.verdict.violations, []);
    live
}

fn first_ads() -> Scenario {
    let changes = [
        "population.users=2000",
        "design.shards=8",
        "design.lanes=\"fifo\"",
    ];
    scenario("first-ads.toml", &changes)
}

#[test]
fn what_devices_send_reaches_every_shard_in_the_order_of_the_tape() {
    let scenario = first_ads();
    let tape = tape(&scenario, 60_000);
    let live = load(&scenario, &tape);
    let homes = live.setup.homes();
    for (number, shard) in live.shards.iter().enumerate() {
        let is_here = |command: &Command| command.home(homes).is_some_and(|home| home.index() == number);
        let handled = shard.applied.iter().filter_map(|applied| match applied.step {
            Step::Command(command) => is_here(&command).then_some(command),
            Step::Notice(_) => None,
        });
        let handled: Vec<Command> = handled.collect();
        let sent = tape.requests().iter().map(|request| request.command);
        let sent: Vec<Command> = sent.filter(is_here).take(handled.len()).collect();
        assert!(handled.len() > 1_000 && handled == sent, "shard {number}");
    }
}

/// What a receipt is about: a message, and whether it was read.
type Receipt = (MessageId, bool);

#[test]
fn receipts_reach_a_device_in_the_order_in_which_a_shard_sent_them() {
    let scenario = first_ads();
    let live = load(&scenario, &tape(&scenario, 60_000));
    // Where each was sent, and as which step of that shard.
    let mut sent: Map<Receipt, (usize, usize)> = Map::default();
    for (shard, done) in live.shards.iter().enumerate() {
        for (number, applied) in done.applied.iter().enumerate() {
            match applied.step {
                Step::Command(Command::Send { message, .. }) => {
                    sent.insert((message, false), (shard, number))
                }
                Step::Command(Command::Read { message, .. }) => sent.insert((message, true), (shard, number)),
                _ => None,
            };
        }
    }
    let (mut compared_count, mut from_elsewhere_count) = (0, 0);
    for (shard, done) in live.shards.iter().enumerate() {
        let mut last: Map<(usize, UserId), usize> = Map::default();
        for applied in &done.applied {
            let (receipt, user) = match applied.step {
                Step::Notice(Notice::Acknowledged { message, user, .. }) => ((message, false), user),
                Step::Notice(Notice::ReadBy { message, user }) => ((message, true), user),
                _ => continue,
            };
            let (from, number) = sent[&receipt];
            from_elsewhere_count += usize::from(from != shard);
            if let Some(before) = last.insert((from, user), number) {
                assert!(before < number, "{receipt:?} to {user:?} from shard {from}");
                compared_count += 1;
            }
        }
    }
    assert!(
        compared_count > 1_000 && from_elsewhere_count > 1_000,
        "{compared_count}, {from_elsewhere_count}"
    );
}
