//! A small made-up run with facts of every kind, for tests.

use crate::{Collector, CollectorConfig, PlatformSize, ResultParts};
use chappe_base::{
    Account, Act, ActKind, AdFeedback, Answerer, CampaignId, CommandClass, Decision, Entry, Fact, Format,
    Keyed, MessageClass, MessageId, Money, OptInSource, PageId, Party, Permit, ProductId, Purpose, Quality,
    ReachStep, Reaction, Record, RefusalReason, RuleKind, ShardId, SimTime, Span, Topic, UserId,
};

pub(crate) const SHARDS: u16 = 4;
pub(crate) const UNTIL: SimTime = SimTime(6 * Span::HOUR.0);
pub(crate) const WARM_UP: SimTime = SimTime(30 * Span::MINUTE.0);

pub(crate) fn config() -> CollectorConfig {
    CollectorConfig {
        shards: SHARDS,
        platform: PlatformSize {
            servers_per_shard: 2,
            ..PlatformSize::default()
        },
        users: 100,
        pages: 5,
        campaigns: vec![PageId(0), PageId(3)],
        warm_up: WARM_UP,
        horizon: UNTIL,
    }
}

/// Some two thousand facts, in rising time from before time zero to the end.
pub(crate) fn records() -> Vec<Record> {
    let draw = Keyed::new(2016, Purpose::Test);
    (0..48u64)
        .flat_map(|round| {
            let at = |k: u64| {
                let step = UNTIL.0 / 46;
                SimTime((round as i64 - 2) * step + (draw.unit(round, k) * step as f64) as i64)
            };
            let span = |k: u64, seconds: f64| Span::from_secs_f64(seconds * draw.unit(round, 1000 + k));
            let mut facts = facts(round, at(0), span);
            facts
                .drain(..)
                .enumerate()
                .map(|(k, fact)| Record {
                    at: at(0),
                    shard: ShardId((draw.word(round, k as u64) % SHARDS as u64) as u16),
                    fact,
                })
                .collect::<Vec<_>>()
        })
        .filter(|record| record.at <= UNTIL)
        .collect()
}

fn facts(round: u64, at: SimTime, span: impl Fn(u64, f64) -> Span) -> Vec<Fact> {
    let user = UserId(round as u32);
    let page = PageId((round % 5) as u32);
    let campaign = CampaignId((round % 2) as u16);
    let act = Act::new(0, round as u32, ActKind::Chat, 0);
    let message = MessageId::new(user, act);
    let (from, to) = (Party::User(user), Party::Page(page));
    let amount = Money(1_000 + round as i64);
    let permit = Permit {
        conversation: act,
        opt_in: None,
    };
    let topic = Topic::default();
    let reason = RefusalReason::ALL[round as usize % RefusalReason::ALL.len()];
    let rule = RuleKind::ALL[round as usize % RuleKind::ALL.len()];
    let mut facts = messages(round, at, &span);
    facts.extend([
        Fact::Connected { user, until: at },
        Fact::Refused {
            message,
            by: from,
            to,
            reason,
        },
        Fact::Withdrawn { message, rule },
        Fact::Held {
            message,
            user,
            until: at,
        },
        Fact::Expired { message },
        Fact::Pending { message },
        Fact::Read { message, user },
        Fact::Blocked { user, party: to },
        Fact::Blocked { user, party: from },
        Fact::Unblocked { user, party: to },
        Fact::Muted { user, page },
        Fact::Opened {
            user,
            page,
            act,
            by_user: true,
            topic,
            entry: Entry::Poster,
        },
        Fact::Acted { user, page },
        Fact::LinkRefused {
            user,
            handle: PageId(u32::MAX),
        },
        Fact::OptedIn {
            user,
            page,
            topic,
            source: OptInSource::ShortLink,
            act,
        },
        Fact::OptedOut { user, page, topic },
        Fact::Asked {
            question: message,
            user,
            page,
        },
        Fact::Answered {
            question: message,
            page,
            by: Answerer::ALL[round as usize % 2],
            wait_ns: span(1, 60.0),
            sojourn_ns: span(1, 90.0),
        },
        Fact::Abandoned {
            question: message,
            page,
            wait_ns: span(2, 600.0),
        },
        Fact::Reneged {
            wait_ns: span(3, 5.0),
        },
    ]);
    facts.extend(trade(round, message, user, page, amount, reason));
    facts.extend([
        Fact::CampaignStarted {
            campaign,
            page: PageId(3 * (round % 2) as u32),
            format: Format::FlashSale,
            topic,
            budget: Money::UNIT,
        },
        Fact::CampaignEnded { campaign },
        Fact::Leased {
            campaign,
            to: ShardId(0),
            amount,
            until: at,
        },
        Fact::LeaseReturned { campaign, amount },
        Fact::BudgetUnserved {
            campaign,
            amount,
            returned: true,
        },
        Fact::Decided {
            user,
            page,
            campaign,
            decision: Decision::Allowed(permit),
        },
        Fact::Decided {
            user,
            page,
            campaign,
            decision: Decision::Refused(rule),
        },
        Fact::AdDelivered {
            message,
            user,
            campaign,
            price: amount,
            permit,
        },
        Fact::Reacted {
            message,
            user,
            campaign,
            reaction: Reaction::ALL[round as usize % 3],
        },
    ]);
    facts
}

/// What driver and platform say of one message of each class and one command of each.
fn messages(round: u64, at: SimTime, span: impl Fn(u64, f64) -> Span) -> Vec<Fact> {
    let (from, to) = (Party::User(UserId(0)), Party::User(UserId(1)));
    let mut facts = Vec::new();
    for (&class, kind) in
        MessageClass::ALL
            .iter()
            .zip([ActKind::Chat, ActKind::Page, ActKind::Page, ActKind::Ad])
    {
        let key = 10 + class as u64;
        let act = Act::new(0, round as u32, kind, 0);
        let message = MessageId::new(UserId(0), act);
        let intended = SimTime(at.0 - span(key, 0.2).0);
        facts.extend([
            Fact::Accepted {
                message,
                class,
                from,
                to,
                intended,
                kept: false,
            },
            Fact::Delivered {
                message,
                class,
                from,
                to,
            },
            Fact::HandedOut {
                message,
                class,
                to,
                intended,
                kept: false,
            },
            Fact::HandedOut {
                message,
                class,
                to,
                intended: SimTime(at.0 - span(key, 9_000.0).0),
                kept: true,
            },
            Fact::Acknowledged {
                message,
                user: UserId(0),
                intended,
                after_ns: Span::ZERO,
            },
            Fact::ReadReceipt {
                message,
                user: UserId(0),
                after_ns: Span::ZERO,
            },
        ]);
    }
    for &command in CommandClass::ALL {
        let key = 30 + command as u64;
        facts.push(Fact::Served {
            command,
            message: MessageId(0),
            wait_ns: span(key, 0.01),
            service_ns: span(key + 20, 100.0),
        });
        facts.push(Fact::Dropped {
            command,
            message: MessageId(0),
        });
        facts.push(Fact::Unserved {
            command,
            message: MessageId(0),
            wait_ns: span(key, 0.01),
            service_ns: span(key + 40, 1.0),
        });
    }
    facts
}

fn trade(
    round: u64,
    order: MessageId,
    user: UserId,
    page: PageId,
    amount: Money,
    reason: RefusalReason,
) -> Vec<Fact> {
    let (payer, payee) = (Party::User(user), Party::Page(page));
    let product = ProductId(0);
    let accounts = [
        Account::World,
        Account::Clearing,
        Account::Revenue,
        Account::User(user),
        Account::UserHeld(user),
        Account::Page(page),
        Account::PageHeld(page),
        Account::Campaign(CampaignId(0)),
        Account::Lease(CampaignId(0)),
        Account::LeaseHeld(CampaignId(0)),
        Account::MessageRevenue,
        Account::PaymentRevenue,
    ];
    vec![
        Fact::Stocked {
            page,
            product,
            units: 3,
        },
        Fact::OrderPlaced {
            order,
            user,
            page,
            product,
            price: amount,
        },
        Fact::OrderPaid { order, page },
        Fact::OrderShipped { order, page },
        Fact::OrderDelivered { order, page },
        Fact::OrderCancelled { order, page, product },
        Fact::Moved {
            from: accounts[round as usize % accounts.len()],
            to: accounts[(round as usize + 3) % accounts.len()],
            amount,
            transfer: order,
        },
        Fact::TransferReserved {
            transfer: order,
            payer,
            payee,
            amount,
        },
        // Half of what an ad sold is paid back.
        Fact::TransferReserved {
            transfer: MessageId::new(user, Act::new(0, 0, ActKind::Response, 0)),
            payer: payee,
            payee: payer,
            amount: Money(amount.0 / 2),
        },
        Fact::TransferCredited {
            transfer: order,
            amount,
        },
        Fact::TransferPosted {
            transfer: order,
            payer,
            payee,
            amount,
        },
        Fact::TransferReleased {
            transfer: order,
            reason,
        },
        Fact::OrderPlaced {
            order: MessageId::new(user, Act::new(0, 0, ActKind::Response, 0)),
            user,
            page,
            product,
            price: amount,
        },
        Fact::Moved {
            from: Account::LeaseHeld(CampaignId(0)),
            to: Account::MessageRevenue,
            amount,
            transfer: order,
        },
        Fact::Moved {
            from: Account::Page(page),
            to: Account::MessageRevenue,
            amount,
            transfer: order,
        },
        Fact::MessageCharged {
            message: order,
            page,
            price: amount,
        },
        Fact::ReachMoved {
            campaign: CampaignId(0),
            step: ReachStep::Leased,
            people: 3,
        },
        Fact::Rated {
            page,
            heard: AdFeedback::default(),
            quality: Quality::ALL[round as usize % Quality::ALL.len()],
        },
        Fact::TierChanged { page, tier: 1 },
        Fact::QuotaCharged {
            page,
            amount,
            messages_count: 7,
            month: 0,
        },
    ]
}

/// One collector that saw it all.
pub(crate) fn collector() -> Collector {
    let mut collector = Collector::new(config());
    for record in records() {
        collector.observe(record.shard, record.at, &record.fact);
    }
    collector
}

/// Its figures.
pub(crate) fn parts() -> ResultParts {
    collector().finish(UNTIL, 0)
}
