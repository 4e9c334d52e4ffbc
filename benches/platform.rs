//! What each kind of command costs the platform: commands of one class, over 100,000 users in random
//! order who have conversations, consent and money. They go through one shard in the order in which
//! users, desks and other shards would send them; of what the shard answers, nothing is carried out.

use chappe_base::{
    Act, ActKind, CampaignId, CommandClass, Entry, MessageId, OptInSource, PageId, Party, ProductId,
    Reaction, ShardId, SimTime, Span, Topic, UserId,
};
use chappe_benches::audience::{Audience, NOW};
use chappe_benches::town::PRICE;
use chappe_platform::{Command, Outbox, Shard};
use chappe_scenario::presets::Preset;
use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::time::Duration;

const USERS: u32 = 100_000;
const TOPIC: Topic = Topic {
    category: 0,
    product: 0,
};
const PRODUCT: ProductId = ProductId(0);

/// What one user does, and what follows at their page, in commands of one class.
fn deed(class: CommandClass, user: UserId, page: PageId, until: SimTime) -> Vec<Command> {
    let (topic, product, price) = (TOPIC, PRODUCT, PRICE);
    let act = |kind| MessageId::new(user, Act::new(1, 0, kind, 0));
    let (message, occasion, deed) = (act(ActKind::Chat), act(ActKind::Chat), act(ActKind::Page));
    let friend = UserId((user.0 + USERS / 2) % USERS);
    let (transfer, order, question, intended) = (deed, deed, deed, NOW);
    let (payer, payee, amount) = (Party::User(user), Party::User(friend), price);
    let campaign = sale(page);
    match class {
        CommandClass::Connect => vec![Command::Connect {
            occasion,
            user,
            until,
        }],
        CommandClass::Message => vec![Command::Send {
            message,
            from: friend,
            to: user,
            intended,
        }],
        CommandClass::Read => vec![Command::Read {
            message,
            reader: user,
            sender: friend,
        }],
        CommandClass::PageMessage => vec![
            Command::Visit {
                act: deed,
                user,
                handle: page,
                topic,
                entry: Entry::Poster,
            },
            Command::Ask {
                question,
                user,
                page,
                topic,
                intended,
            },
            Command::Question {
                question,
                user,
                page,
                intended,
            },
            Command::Answer {
                question,
                page,
                intended,
            },
            Command::Notify {
                message: question.at(1),
                user,
                page,
                intended,
            },
        ],
        CommandClass::Order => vec![
            Command::Checkout {
                order,
                user,
                page,
                product,
                price,
            },
            Command::PlaceOrder {
                order,
                user,
                page,
                product,
                price,
            },
            Command::Ship { order, page },
            Command::Arrive { order, page },
        ],
        CommandClass::Payment => vec![
            Command::Pay {
                transfer,
                payer: user,
                payee: friend,
                amount,
                issued: NOW,
            },
            Command::Credit {
                transfer,
                payer,
                payee,
                amount,
                begun: NOW.seconds(),
                repeated: false,
            },
            Command::Credited { transfer },
        ],
        CommandClass::Consent => vec![
            Command::OptIn {
                act: deed,
                user,
                page,
                topic,
                source: OptInSource::WroteFirst,
            },
            Command::OptOut { user, page, topic },
            Command::Mute { user, page },
            Command::Block { user, party: payee },
            Command::Unblock { user, party: payee },
        ],
        CommandClass::Ad => {
            let message = occasion.of(ActKind::Ad);
            let reaction = Reaction::Open;
            vec![
                Command::DeliverAd { message, user },
                Command::React {
                    message,
                    user,
                    campaign,
                    reaction,
                },
            ]
        }
        CommandClass::Control => vec![
            Command::RequestLease {
                campaign,
                shard: ShardId(0),
            },
            Command::GrantLease {
                campaign,
                amount,
                ads: 1,
                reach: 0,
                until,
            },
            Command::LeaseTimeout { campaign },
        ],
        CommandClass::Probe => vec![Command::Probe],
    }
}

/// What has to have happened before a class can be timed.
fn beforehand(class: CommandClass, user: UserId, page: PageId) -> Option<Command> {
    let (occasion, campaign) = (MessageId::new(user, Act::new(1, 0, ActKind::Chat, 0)), sale(page));
    match class {
        // Half of the friends' messages find their recipients on line, half are kept.
        CommandClass::Message if user.0.is_multiple_of(2) => None,
        CommandClass::Message | CommandClass::Ad => Some(Command::Connect {
            occasion,
            user,
            until: SimTime::NEVER,
        }),
        CommandClass::Control => Some(Command::StartCampaign { campaign }),
        CommandClass::Connect
        | CommandClass::Read
        | CommandClass::PageMessage
        | CommandClass::Order
        | CommandClass::Payment
        | CommandClass::Consent
        | CommandClass::Probe => None,
    }
}

/// The flash sale of `page`.
fn sale(page: PageId) -> CampaignId {
    CampaignId(page.0 as u16)
}

/// A town, and everyone's commands of one class.
fn prepare(class: CommandClass) -> (Shard, Vec<Command>) {
    let leak_2016 = Preset::named("leak-2016").expect("a preset").policy();
    let audience = Audience::new(leak_2016, USERS);
    let known: Vec<(UserId, PageId)> = audience.acquaintances().collect();
    let mut shard = audience.shard;
    let mut out = Outbox::default();
    for (user, page) in &known {
        if let Some(command) = beforehand(class, *user, *page) {
            shard.apply(NOW, command, &mut out);
            out.clear();
        }
    }
    let until = NOW + Span::HOUR;
    (
        shard,
        known
            .into_iter()
            .flat_map(|(user, page)| deed(class, user, page, until))
            .collect(),
    )
}

fn commands(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("platform");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(100));
    for class in CommandClass::ALL {
        group.throughput(Throughput::Elements(prepare(*class).1.len() as u64));
        group.bench_function(class.label(), |bencher| {
            let apply = |(mut shard, commands): (Shard, Vec<Command>)| {
                let mut out = Outbox::default();
                for command in commands {
                    shard.apply(NOW, command, &mut out);
                    out.clear();
                }
                shard
            };
            bencher.iter_batched(|| prepare(*class), apply, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, commands);
criterion_main!(benches);
