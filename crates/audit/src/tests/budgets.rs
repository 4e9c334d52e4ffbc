//! Budgets and their leases, each broken on purpose.

use super::broken::{is_move, set_amount};
use super::story::*;
use crate::Promise::{BudgetsKept, MoneyConserved};
use chappe_base::*;

#[test]
fn leases_are_not_overspent() {
    let mut story = Story::legal();
    story.moved(
        ShardId(1),
        Account::Lease(SALE),
        Account::LeaseHeld(SALE),
        Money(20),
        TransferId::default(),
    );
    story.moved(
        ShardId(1),
        Account::LeaseHeld(SALE),
        Account::Lease(SALE),
        Money(20),
        TransferId::default(),
    );
    story.breaks(BudgetsKept, "overdrew the lease of campaign 0");
    story.breaks(
        BudgetsKept,
        "20 micro-units of campaign 0 were reserved for no ad",
    );
    let charge = is_move(Account::LeaseHeld(SALE), Account::Revenue);
    Story::legal()
        .doubled(&charge)
        .breaks(BudgetsKept, "overdrew what is held of the lease of campaign 0");
    let is_ad = |fact: &Fact| matches!(fact, Fact::AdDelivered { .. });
    Story::legal()
        .changed(is_ad, set_amount(19))
        .breaks(BudgetsKept, "ad 20 of campaign 0 costs 19 micro-units, but 20");
    Story::legal()
        .without(charge)
        .breaks(BudgetsKept, "ad 20 was delivered without being charged");
    let release = is_move(Account::LeaseHeld(SALE), Account::Lease(SALE));
    Story::legal().without(release).breaks(
        BudgetsKept,
        "ad 21 was not delivered, but its price stayed reserved",
    );
}

#[test]
fn campaigns_lease_no_more_than_their_budget() {
    let mut story = Story::legal();
    let (campaign, to, amount, until) = (SALE, ShardId(2), Money(201), SimTime::NEVER);
    story.moved(
        ShardId(0),
        Account::Campaign(SALE),
        Account::Clearing,
        amount,
        TransferId::default(),
    );
    story.tell(
        ShardId(0),
        Fact::Leased {
            campaign,
            to,
            amount,
            until,
        },
    );
    story.breaks(
        BudgetsKept,
        "campaign 0 has leased out 221 micro-units of a budget of 200",
    );
    let is_lease = |fact: &Fact| matches!(fact, Fact::Leased { .. });
    Story::legal()
        .without(is_lease)
        .breaks_some(BudgetsKept, "campaign 0 leased budget in money only");
    let start = |fact: &Fact| matches!(fact, Fact::CampaignStarted { .. });
    Story::legal()
        .doubled(start)
        .breaks(BudgetsKept, "campaign 0 began twice");
    let poor = Story::legal().relaxed(|promises| {
        let mut campaign = promises.campaigns[0];
        campaign.budget = Money(199);
        promises.campaigns = vec![campaign].into();
    });
    poor.breaks(
        BudgetsKept,
        "campaign 0 began with 200 micro-units of page 0, where 199",
    );
    let end = |fact: &Fact| {
        matches!(
            fact,
            Fact::Moved {
                from: Account::Campaign(_),
                to: Account::Page(_),
                ..
            }
        )
    };
    Story::legal()
        .without(end)
        .breaks(BudgetsKept, "180 micro-units of its budget did not go back");
}

#[test]
fn leased_money_arrives_once() {
    let arrival = is_move(Account::Clearing, Account::Lease(SALE));
    Story::legal()
        .doubled(&arrival)
        .breaks(MoneyConserved, "60 micro-units more had arrived than were sent");
    Story::legal()
        .without(&arrival)
        .breaks_some(MoneyConserved, "60 micro-units never arrived");
    let home = is_move(Account::Clearing, Account::Campaign(SALE));
    Story::legal()
        .without(home)
        .breaks_some(MoneyConserved, "40 micro-units never arrived");
}

/// A campaign of which 60 micro-units were leased to shard 1 and have not arrived, and perhaps 40 of an earlier
/// lease were returned and have not arrived; nine hours later `amount` waits in the queue of `shard`.
fn waiting(shard: u16, amount: i64, returned: bool) -> Story {
    let mut story = Story::empty();
    story.history();
    story.campaign_begins();
    let none = TransferId::default();
    if returned {
        story.moved(
            ShardId(1),
            Account::Lease(SALE),
            Account::Clearing,
            Money(40),
            none,
        );
        let (campaign, amount) = (SALE, Money(40));
        story.tell(ShardId(1), Fact::LeaseReturned { campaign, amount });
    } else {
        story = story.without(is_move(Account::Clearing, Account::Lease(SALE)));
    }
    story.now += Span(9 * Span::HOUR.0);
    let (campaign, amount) = (SALE, Money(amount));
    let fact = Fact::BudgetUnserved {
        campaign,
        amount,
        returned,
    };
    story.tell(ShardId(shard), fact);
    story
}

#[test]
fn budget_that_waits_in_a_queue_is_under_way_however_long() {
    assert_eq!(waiting(1, 60, false).verdict().violations, []);
    waiting(1, 50, false).breaks(MoneyConserved, "10 micro-units never arrived");
    waiting(2, 60, false).breaks(MoneyConserved, "60 micro-units never arrived");
    assert_eq!(waiting(0, 40, true).verdict().violations, []);
    waiting(0, 30, true).breaks(MoneyConserved, "10 micro-units never arrived");
    waiting(1, 40, true).breaks(BudgetsKept, "touched away from its home");
}
