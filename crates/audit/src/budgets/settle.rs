//! Compares the leases of all shards at the end of a run.

use crate::findings::FactContext;
use crate::promises::Promise;
use chappe_base::{Money, ShardId, SimTime, Span};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Money that passed one point: its total, and recent amounts with their times.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(super) sum: i128,
    pub(super) recent: VecDeque<(SimTime, i64)>,
}

impl Flow {
    pub(super) fn push(&mut self, at: SimTime, amount: Money, keep: Span) {
        self.sum += i128::from(amount.0);
        self.recent.push_back((at, amount.0));
        let oldest = at.0.saturating_sub(keep.0);
        while self.recent.pop_front_if(|(at, _)| at.0 < oldest).is_some() {}
    }

    /// The total of the amounts that are no longer kept by time.
    fn past(&self) -> i128 {
        let recent = self.recent.iter().map(|(_, amount)| i128::from(*amount));
        self.sum - recent.sum::<i128>()
    }
}

/// One campaign's sums on one shard.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CampaignSums {
    pub(super) is_started: bool,
    pub(super) is_ended: bool,
    pub(super) charged: i128,
    pub(super) leased_out: BTreeMap<ShardId, Flow>,
    pub(super) leased_in: Flow,
    pub(super) returned_out: Flow,
    pub(super) returned_in: Flow,
    /// Leases to this shard, and returns to it, that wait in its queue at the end.
    pub(super) leases_waiting: i128,
    pub(super) returns_waiting: i128,
}

/// One shard's summary of all campaigns at the end of the run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct BudgetSums {
    pub(super) shard: ShardId,
    pub(super) under_way_at_most: Span,
    pub(super) budgets: Vec<Money>,
    pub(super) campaigns: Vec<CampaignSums>,
}

/// Compares the leases of all shards. Returns the money under way between shards [micro-units].
pub(crate) fn settle(shards: &[&BudgetSums], context: &mut FactContext<'_>) -> i128 {
    let Some(first) = shards.first() else { return 0 };
    let mut under_way = 0;
    for (campaign, budget) in first.budgets.iter().enumerate() {
        let of = |shard: &'_ &BudgetSums| -> CampaignSums { shard.campaigns[campaign].clone() };
        let charged: i128 = shards.iter().map(|shard| shard.campaigns[campaign].charged).sum();
        context.checked(Promise::BudgetsKept);
        if charged > i128::from(budget.0) {
            let what = format!(
                "campaign {campaign} was charged {charged} micro-units, its budget was {}",
                budget.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
        let sums_by_shard: Vec<CampaignSums> = shards.iter().map(of).collect();
        for shard in shards {
            let sent: Vec<&Flow> = sums_by_shard
                .iter()
                .filter_map(|sums| sums.leased_out.get(&shard.shard))
                .collect();
            let arrived = [&shard.campaigns[campaign].leased_in];
            let what = format!(
                "of the budget of campaign {campaign} leased to shard {}",
                shard.shard.0
            );
            let waiting = shard.campaigns[campaign].leases_waiting;
            under_way += compare(
                &sent,
                &arrived,
                (waiting, first.under_way_at_most),
                &what,
                context,
            );
        }
        let sent: Vec<&Flow> = sums_by_shard.iter().map(|sums| &sums.returned_out).collect();
        let arrived: Vec<&Flow> = sums_by_shard.iter().map(|sums| &sums.returned_in).collect();
        let what = format!("of what shards returned to campaign {campaign}");
        let waiting = sums_by_shard.iter().map(|sums| sums.returns_waiting).sum();
        under_way += compare(
            &sent,
            &arrived,
            (waiting, first.under_way_at_most),
            &what,
            context,
        );
    }
    under_way
}

/// Judges what was sent against what arrived and what waits in queues at the end, however long it has waited.
/// Anything else that was sent more than `at_most` before the end is lost. Returns what was sent and has not
/// arrived [micro-units].
fn compare(
    sent: &[&Flow],
    arrived: &[&Flow],
    (waiting, at_most): (i128, Span),
    what: &str,
    context: &mut FactContext<'_>,
) -> i128 {
    context.checked(Promise::MoneyConserved);
    let [sent_sum, arrived_sum] =
        [sent, arrived].map(|flows| flows.iter().map(|flow| flow.sum).sum::<i128>());
    let timeline = |flows: &[&Flow]| -> Vec<(SimTime, i64)> {
        let mut amounts: Vec<_> = flows
            .iter()
            .flat_map(|flow| flow.recent.iter().copied())
            .collect();
        amounts.sort_unstable();
        amounts
    };
    let past = |flows: &[&Flow]| flows.iter().map(|flow| flow.past()).sum::<i128>();
    let mut so_far = past(sent) - past(arrived);
    let mut departures = timeline(sent).into_iter().peekable();
    for (at, amount) in timeline(arrived) {
        while let Some((_, amount)) = departures.next_if(|(sent_at, _)| *sent_at <= at) {
            so_far += i128::from(amount);
        }
        so_far -= i128::from(amount);
        if so_far < 0 {
            let what = format!(
                "{what}, {} micro-units more had arrived than were sent by {} ns",
                -so_far, at.0
            );
            context.violation(Promise::MoneyConserved, what);
            return sent_sum - arrived_sum;
        }
    }
    // What was sent before this time is no longer on a link.
    let due = context.at.0.saturating_sub(at_most.0);
    let recent = timeline(sent)
        .iter()
        .filter(|(at, _)| at.0 >= due)
        .map(|(_, amount)| i128::from(*amount))
        .sum::<i128>();
    let lost = sent_sum - recent - arrived_sum - waiting;
    if lost > 0 {
        context.violation(
            Promise::MoneyConserved,
            format!("{what}, {lost} micro-units never arrived"),
        );
    }
    sent_sum - arrived_sum
}
