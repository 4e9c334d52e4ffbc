//! Transfers per second on the real ledger: reserved at the payer's shard, credited at the payee's,
//! posted at the payer's. 200,000 users on two shards, in random order, each pays one on the other
//! shard; the keys of all transfers are remembered.

use chappe_base::{
    Act, ActKind, Homes, Keyed, MessageId, Money, Party, Purpose, ShardId, SimTime, Span, UserId,
};
use chappe_platform::policy::Policy;
use chappe_platform::{Command, Config, HistoryEvent, Outbox, Shard};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::sync::Arc;
use std::time::Duration;

const USERS: u32 = 200_000;
const NOW: SimTime = SimTime(Span::HOUR.0);
const AMOUNT: Money = Money(1_000_000);

fn shards() -> [Shard; 2] {
    let (user_rules, page_rules) = (Vec::new(), Vec::new());
    let config = Arc::new(Config {
        homes: Homes::new(2),
        users_count: USERS,
        pages: Vec::new(),
        campaigns: Vec::new(),
        policy: Policy {
            name: "none".into(),
            user_rules,
            page_rules,
            ..Policy::default()
        },
        transfer_timeout: Span(10 * Span::SECOND.0),
        key_life: Span::DAY,
        inbox_life: Span(7 * Span::DAY.0),
        pushes_ads: false,
        lease_life: Span::HOUR,
        lease_ads_count: 1,
        payment_fee_ppm: 0,
    });
    let shard = |id| Shard::new(Arc::clone(&config), ShardId(id), (0..USERS / 2).map(|_| 0));
    let mut shards = [shard(0), shard(1)];
    for user in (0..USERS).map(UserId) {
        let (party, amount) = (Party::User(user), Money(10 * AMOUNT.0));
        shards[home(user)].apply_history(
            SimTime(-1),
            HistoryEvent::Balance { party, amount },
            &mut Outbox::default(),
        );
    }
    shards
}

fn home(user: UserId) -> usize {
    user.index() % 2
}

/// Who pays whom: everyone in random order, someone on the other shard.
fn pairs() -> Vec<(UserId, UserId)> {
    let draws = Keyed::new(2016, Purpose::Test);
    let mut payers: Vec<u32> = (0..USERS).collect();
    payers.sort_by_key(|payer| draws.word(u64::from(*payer), 0));
    let payee = |payer: u32| draws.word(u64::from(payer), 1) as u32 % (USERS / 2) * 2 + (payer + 1) % 2;
    payers
        .into_iter()
        .map(|payer| (UserId(payer), UserId(payee(payer))))
        .collect()
}

fn transfer(shards: &mut [Shard; 2], payer: UserId, payee: UserId, out: &mut Outbox) {
    let transfer = MessageId::new(payer, Act::new(0, 0, ActKind::Chat, 0));
    let (here, there) = (home(payer), home(payee));
    let (amount, from, to) = (AMOUNT, Party::User(payer), Party::User(payee));
    shards[here].apply(
        NOW,
        Command::Pay {
            transfer,
            payer,
            payee,
            amount,
            issued: NOW,
        },
        out,
    );
    shards[there].apply(
        NOW,
        Command::Credit {
            transfer,
            payer: from,
            payee: to,
            amount,
            begun: NOW.seconds(),
            repeated: false,
        },
        out,
    );
    shards[here].apply(NOW, Command::Credited { transfer }, out);
    out.clear();
}

fn transfers(criterion: &mut Criterion) {
    let pairs = pairs();
    let mut group = criterion.benchmark_group("ledger");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(u64::from(USERS)));
    group.bench_function("reserve, credit, post", |bencher| {
        let pay = |mut shards: [Shard; 2]| {
            let mut out = Outbox::default();
            for (payer, payee) in &pairs {
                transfer(&mut shards, *payer, *payee, &mut out);
            }
            shards
        };
        bencher.iter_batched(shards, pay, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, transfers);
criterion_main!(benches);
