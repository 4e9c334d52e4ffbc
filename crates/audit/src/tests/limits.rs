//! Prices and the limits of pages, each broken on purpose.

use super::story::*;
use crate::Promise::{LimitsKept, PricesKept};
use crate::{Prices, Quota, Rating, Tiers};
use chappe_base::*;

const TIERS: Tiers = Tiers {
    limits: [2, 10, 100, 1_000],
    start: 0,
};
const RATING: Rating = Rating {
    yellow_ppm: 10_000,
    red_ppm: 100_000,
    read_ppm: 0,
    ads_count: 10,
    pauses: false,
};
const HOME: ShardId = ShardId(0);

/// A story with nothing in it but what is told here.
fn pages(change: impl FnOnce(&mut crate::PageLimits)) -> Story {
    Story::empty().relaxed(|promises| {
        promises.page_limits = crate::PageLimits::default();
        change(&mut promises.page_limits);
    })
}

fn clean(story: &Story) {
    assert_eq!(story.verdict().violations, []);
}

#[test]
fn an_ad_costs_the_second_price() {
    let reserve = |reserve| {
        Story::legal().relaxed(|promises| {
            promises.prices = Prices {
                reserve: Money(reserve),
                ..Prices::default()
            };
        })
    };
    clean(&reserve(20));
    reserve(19).breaks(PricesKept, "and costs 20, where the second price is 19");
    reserve(21).breaks(PricesKept, "and costs 20, where the second price is 21");
    reserve(26).breaks(
        PricesKept,
        "though 26 micro-units were bid for it, and 25 by its own",
    );
}

#[test]
fn of_equal_bids_the_first_wins() {
    let terms = promises().campaigns[0];
    let judge = |winner| {
        let (reserve, both) = (Money(20), [CampaignId(0), CampaignId(1)]);
        let (campaigns, winner) = ([terms; 2], CampaignId(winner));
        crate::prices::judge_ad(reserve, &campaigns, both.into_iter(), winner, Money(25))
    };
    assert_eq!(judge(0), Ok(()));
    assert!(judge(1).is_err_and(|why| why.contains("a campaign before it bid 25")));
}

fn reach(story: &mut Story, shard: ShardId, step: ReachStep, people: u32) {
    let campaign = SALE;
    story.tell(
        shard,
        Fact::ReachMoved {
            campaign,
            step,
            people,
        },
    );
}

#[test]
fn no_more_people_are_reached_than_the_tier_allows() {
    let mut story = pages(|limits| limits.tiers = Some(TIERS));
    reach(&mut story, HOME, ReachStep::Leased, 2);
    clean(&story);
    reach(&mut story, HOME, ReachStep::Leased, 1);
    story.breaks(
        LimitsKept,
        "page 0 leased out leave to reach 3 people a day, where its tier allows 2",
    );
}

#[test]
fn no_shard_reaches_more_people_than_it_has_leave_for() {
    let ads = |leave| {
        let mut story = Story::legal().relaxed(|promises| promises.page_limits.tiers = Some(TIERS));
        let (campaign, step, people) = (SALE, ReachStep::Arrived, leave);
        let leased = |fact: &Fact| matches!(fact, Fact::Leased { .. });
        let step_home = ReachStep::Leased;
        story = story.before(
            leased,
            HOME,
            Fact::ReachMoved {
                campaign,
                step: step_home,
                people,
            },
        );
        let delivered = |fact: &Fact| {
            matches!(
                fact,
                Fact::Accepted {
                    message: MessageId(20),
                    ..
                }
            )
        };
        story.before(
            delivered,
            ShardId(1),
            Fact::ReachMoved {
                campaign,
                step,
                people,
            },
        )
    };
    clean(&ads(2));
    ads(1).breaks(LimitsKept, "page 0 reached 2 people in a day, with leave for 1");
    let mut early = ads(2);
    reach(&mut early, ShardId(1), ReachStep::Returned, 1);
    early.breaks(LimitsKept, "page 0 reached 2 people in a day, with leave for 1");
    let mut forged = Story::empty();
    reach(&mut forged, ShardId(1), ReachStep::Arrived, 1);
    forged.breaks(LimitsKept, "leave to reach people that nobody gave");
}

fn rated(story: &mut Story, delivered: u32, complaints: u32, reached: u32, quality: Quality) {
    let heard = AdFeedback {
        delivered,
        opened: delivered,
        complaints,
        reached,
    };
    let page = SHOP;
    story.tell(HOME, Fact::Rated { page, heard, quality });
}

#[test]
fn a_rating_follows_from_what_was_heard() {
    let story = |quality| {
        let mut story = pages(|limits| limits.rating = Some(RATING));
        rated(&mut story, 10, 1, 0, quality);
        story
    };
    story(Quality::Green).breaks_some(LimitsKept, "page 0 was rated green, where");
    let heard_of_nothing = story(Quality::Red);
    heard_of_nothing.breaks(LimitsKept, "page 0 is rated by AdFeedback { delivered: 10");
}

#[test]
fn a_tier_changes_when_it_is_due_and_not_otherwise() {
    let story = |reached, changes: bool| {
        let mut story = pages(|limits| limits.tiers = Some(TIERS));
        rated(&mut story, 0, 0, reached, Quality::Green);
        if changes {
            story.tell(HOME, Fact::TierChanged { page: SHOP, tier: 1 });
        }
        rated(&mut story, 0, 0, 0, Quality::Green);
        story
    };
    let due = "but another one is due";
    let says = |story: &Story| {
        let violations = story.verdict().violations;
        violations.iter().any(|violation| violation.what.contains(due))
    };
    assert!(says(&story(0, true)) && says(&story(1, false)));
    assert!(!says(&story(0, false)));
}

#[test]
fn a_page_that_is_paused_or_too_fast_leases_out_nothing() {
    let leased = |story: &mut Story, amount| {
        let (campaign, to, until) = (SALE, ShardId(1), SimTime::NEVER);
        let amount = Money(amount);
        story.tell(
            HOME,
            Fact::Leased {
                campaign,
                to,
                amount,
                until,
            },
        );
    };
    let mut paused = pages(|limits| {
        limits.rating = Some(Rating {
            pauses: true,
            ..RATING
        });
    });
    rated(&mut paused, 10, 1, 0, Quality::Red);
    leased(&mut paused, 25);
    paused.breaks_some(LimitsKept, "page 0 is rated red, and leased out budget");
    let mut recovered = pages(|limits| limits.rating = Some(RATING));
    rated(&mut recovered, 10, 1, 0, Quality::Red);
    recovered.now += Span(7 * Span::DAY.0);
    leased(&mut recovered, 25);
    recovered.breaks_some(LimitsKept, "page 0 leased out budget while rated red, where");
    let mut fast = pages(|limits| limits.per_second = Some(2));
    leased(&mut fast, 50);
    leased(&mut fast, 25);
    fast.breaks_some(LimitsKept, "page 0 leased out more than 2 ads a second");
}

#[test]
fn a_plan_is_paid_and_not_exceeded() {
    let plan = Quota {
        messages_count: 2,
        fee: Money(30),
        overage: None,
    };
    let story = |paid: i64, count: u32, overage: Option<Money>| {
        let month = 0;
        let mut story = pages(|limits| limits.quota = Some(Quota { overage, ..plan }));
        story.now = SimTime(-1);
        story.opening(Party::Page(SHOP), Money(100));
        story.now = SimTime::ZERO;
        let (page, messages_count) = (SHOP, count);
        let (from, to) = (Account::Page(SHOP), Account::MessageRevenue);
        story.moved(HOME, from, to, Money(paid), TransferId::default());
        let amount = Money(paid);
        story.tell(
            HOME,
            Fact::QuotaCharged {
                page,
                amount,
                messages_count,
                month,
            },
        );
        story
    };
    clean(&story(30, 2, None));
    let mut late = story(36, 4, Some(Money(3)));
    late.now = SimTime(30 * Span::DAY.0);
    let (page, amount, messages_count) = (SHOP, Money(-3), 3);
    let (from, to) = (Account::MessageRevenue, Account::Page(SHOP));
    late.moved(HOME, from, to, Money(3), TransferId::default());
    late.tell(
        HOME,
        Fact::QuotaCharged {
            page,
            amount,
            messages_count,
            month: 0,
        },
    );
    clean(&late);
    clean(&story(36, 4, Some(Money(3))));
    story(29, 2, None).breaks(
        PricesKept,
        "has paid 29 micro-units for a month with 2 messages, where 30",
    );
    story(33, 4, Some(Money(3))).breaks(PricesKept, "where 36 are due");
    story(30, 3, None).breaks(
        LimitsKept,
        "leased out 3 messages of a month, where its plan has 2",
    );
    let unleased = Story::legal().relaxed(|promises| promises.page_limits.quota = Some(plan));
    unleased.breaks(LimitsKept, "page 0 sent 1 ads in month 0, and leased out 0");
}

#[test]
fn late_notices_and_payments_cost_what_was_agreed() {
    let fee = |ppm| Story::legal().relaxed(|promises| promises.prices.payment_fee_ppm = ppm);
    fee(100_000).breaks(
        PricesKept,
        "the fee of order 40, 5 micro-units, is not what was due",
    );
    let (from, to, amount, transfer) = (
        Account::Page(SHOP),
        Account::PaymentRevenue,
        Money(5),
        message(40),
    );
    let paid = |fact: &Fact| matches!(fact, Fact::OrderShipped { .. });
    let charged = fee(100_000).before(
        paid,
        HOME,
        Fact::Moved {
            from,
            to,
            amount,
            transfer,
        },
    );
    clean(&charged);
    let mut late = Story::legal().relaxed(|promises| promises.prices.notice = Some(Money(7)));
    let shipped = late
        .records
        .iter()
        .position(|record| matches!(record.fact, Fact::OrderShipped { .. }));
    for record in &mut late.records[shipped.unwrap()..] {
        record.at += Span(2 * Span::DAY.0);
    }
    late.breaks(PricesKept, "a late notice about order 40 was not paid for");
}
