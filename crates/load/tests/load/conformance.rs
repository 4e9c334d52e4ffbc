//! The same truth in both clocks.

use crate::town::{constant, offer, scenario, tape};
use chappe_base::ShardId;
use chappe_load::{live_scenario, replay};

/// Whatever the order in which live shards happened to serve, doing the same again gives the same.
#[test]
fn doing_again_what_live_shards_did_gives_the_same_facts_and_state() {
    for choices in [
        [
            "design.lanes=\"fifo\"",
            "design.mailbox=\"tokio\"",
            "design.runtime=\"shared\"",
        ],
        [
            "design.lanes=\"priority\"",
            "design.mailbox=\"flume\"",
            "design.runtime=\"thread-per-shard\"",
        ],
        [
            "design.lanes=\"fifo\"",
            "design.mailbox=\"async-channel\"",
            "design.runtime=\"shared\"",
        ],
    ] {
        let mut changes = vec!["population.users=2000", "design.shards=8"];
        changes.extend(choices);
        let town = scenario("first-ads.toml", &changes);
        let tape = tape(&town, 60_000);
        let live = offer(&town, &tape, constant(200_000.0, 300), |options| {
            options.keep_applied = true;
        });
        assert_eq!(live.verdict.violation_count(), 0, "{:?}", live.verdict.violations);
        let mut collector = live.setting.collector(&live_scenario(&town, &tape));
        for (number, shard) in live.shards.iter().enumerate() {
            let again = replay(
                &live.setting,
                &mut collector,
                ShardId(number as u16),
                &shard.applied,
            );
            assert_eq!(again.digest, shard.digest, "shard {number}");
        }
    }
}
