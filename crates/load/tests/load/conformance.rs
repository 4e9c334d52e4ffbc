//! Both clocks run the same platform.

use crate::fixture::{constant, offer, scenario, tape};
use chappe_base::{Account, Fact, Money, ShardId};
use chappe_engine::{FactSink, SimulateOptions, StopFlag, simulate};
use chappe_load::{live_scenario, replay};
use chappe_metrics::{Metric, ResultParts};
use chappe_platform::{Outbox, Shard};
use chappe_scenario::Scenario;
use chappe_workload::Tape;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Whatever order the threads happened to run in, the same steps give the same facts and state.
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
        let base = scenario("first-ads.toml", &changes);
        let tape = tape(&base, 60_000);
        let live = offer(&base, &tape, constant(200_000.0, 300), |options| {
            options.keep_applied = true;
        });
        assert_eq!(live.verdict.violation_count(), 0, "{:?}", live.verdict.violations);
        let mut collector = live.setup.collector(&live_scenario(&base, &tape, 2));
        for (number, shard) in live.shards.iter().enumerate() {
            let mut again = replay(
                &live.setup,
                &mut collector,
                ShardId(number as u16),
                &shard.applied,
            );
            assert_eq!(again.digest, shard.digest, "shard {number}");
            again.shard.finish(&mut Outbox::default());
            let state = |shard: &Shard| format!("{shard:?}");
            assert!(
                state(&again.shard) == state(&shard.shard),
                "the state of shard {number} differs"
            );
        }
    }
}

/// Plays the tape in virtual time. Returns the figures and the balance of each account.
fn play_in_virtual_time(base: &Scenario, tape: &Arc<Tape>) -> (ResultParts, BTreeMap<Account, Money>) {
    let balances = Arc::new(Mutex::new(BTreeMap::new()));
    let mut sink = |_: usize| -> FactSink {
        let balances = Arc::clone(&balances);
        Box::new(move |record| {
            if let Fact::Moved { from, to, amount, .. } = record.fact {
                let mut balances = balances.lock().unwrap();
                *balances.entry(from).or_insert(Money::ZERO) -= amount;
                *balances.entry(to).or_insert(Money::ZERO) += amount;
            }
        })
    };
    let stop = StopFlag::new();
    let options = SimulateOptions::new(&stop).log(&mut sink).tape(Arc::clone(tape));
    let simulated = simulate(base, options);
    assert_eq!(simulated.verdict.violation_count(), 0);
    let balances = balances.lock().unwrap().clone();
    (simulated.parts, balances)
}

fn count(parts: &ResultParts, name: &str) -> i64 {
    match parts.metrics[name] {
        Metric::Counter { value, .. } | Metric::Gauge { value, .. } => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

/// Counts that don't depend on the order of commands.
const INDEPENDENT_OF_ORDER: [&str; 14] = [
    "messages.accepted.friend",
    "messages.accepted.hot_line",
    "messages.accepted.order_notice",
    "opt_ins.given",
    "opt_ins.revoked",
    "orders.placed",
    "orders.paid",
    "orders.shipped",
    "orders.delivered",
    "payments.begun",
    "payments.posted",
    "payments.volume",
    "conversations.opened",
    "blocks",
];

/// Balances, consents, orders and inboxes are the same in both clocks.
#[test]
fn both_clocks_come_to_the_same_where_order_does_not_matter() {
    // No campaign competes for anything, and the shops don't run out.
    let changes = [
        "population.users=2000",
        "platform.shards=8",
        "history.opted_in=0.2",
        "hotline.bot_share=1.0",
        "agents.bot_answer={ constant = \"2h\" }",
        "agents.patience={ constant = \"9h\" }",
        "catalogue.stock=1000000",
        "catalogue.out_of_stock_share=0.0",
        "campaign=[]",
    ];
    let base = scenario("order-to-opt-in.toml", &changes);
    let tape = Arc::new(tape(&base, 60_000));
    let (parts, balances) = play_in_virtual_time(&base, &tape);
    let live = offer(&base, &tape, constant(30_000.0, 2_000), |_| {});
    assert_eq!(
        live.verdict.violation_count(),
        0,
        "{:#?}",
        live.verdict.violations
    );
    for name in INDEPENDENT_OF_ORDER {
        assert_eq!(count(&live.parts, name), count(&parts, name), "{name}");
    }
    // Who was on line when depends on the order. The sum does not: no message may be lost.
    let inboxes = |parts: &ResultParts| {
        let delivered = ["friend", "hot_line", "order_notice"]
            .map(|class| count(parts, &format!("messages.delivered.{class}")));
        delivered.iter().sum::<i64>() + count(parts, "messages.pending") + count(parts, "messages.expired")
    };
    assert_eq!(inboxes(&live.parts), inboxes(&parts));
    for name in ["opt_ins.given", "orders.placed", "payments.posted"] {
        assert!(count(&parts, name) > 10, "the tape has too few {name} to tell");
    }
    assert_eq!(live.parts.ledger, parts.ledger);
    let homes = live.setup.homes();
    let mut shards = live.shards;
    let mut compared_count = 0;
    for (account, balance) in balances {
        let home = match account {
            Account::User(user) => homes.user(user),
            Account::Page(page) => homes.page(page),
            _ => continue,
        };
        assert_eq!(
            shards[home.index()].shard.balance(account),
            balance,
            "{account:?}"
        );
        compared_count += 1;
    }
    assert!(compared_count > 1_000, "{compared_count} accounts compared");
}
