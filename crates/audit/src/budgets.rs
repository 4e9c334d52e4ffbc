//! Judges budgets: a campaign leases out no more than its budget, and a shard spends no more than its leases.
//!
//! Leases have no ids. So money between shards is judged by sums: at no time has more arrived than was sent,
//! and at the end everything has arrived except what was sent shortly before.

use crate::pair::Pair;
use crate::promises::{Campaign, Promise, Promises};
use crate::verdict::FactContext;
use chappe_base::{CampaignId, Homes, Money, PageId, ProductId, ShardId, SimTime, Span};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Money that passed one point: its total, and recent amounts with their times.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Flow {
    sum: i128,
    recent: VecDeque<(SimTime, i64)>,
}

impl Flow {
    fn push(&mut self, at: SimTime, amount: Money, keep: Span) {
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
    is_started: bool,
    is_ended: bool,
    charged: i128,
    leased_out: BTreeMap<ShardId, Flow>,
    leased_in: Flow,
    returned_out: Flow,
    returned_in: Flow,
}

/// One shard's summary of all campaigns at the end of the run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct BudgetSums {
    shard: ShardId,
    under_way_at_most: Span,
    budgets: Vec<Money>,
    campaigns: Vec<CampaignSums>,
}

/// The fold over one shard's campaigns and leases.
#[derive(Debug)]
pub(crate) struct Budgets {
    homes: Homes,
    shard: ShardId,
    keep: Span,
    promised: Arc<[Campaign]>,
    campaigns: Vec<CampaignSums>,
    start: Pair<(CampaignId, PageId, Money), (CampaignId, PageId, Money)>,
    lease: Pair<(CampaignId, Money), (CampaignId, Money)>,
    giving_back: Pair<(CampaignId, Money), (CampaignId, Money)>,
}

impl Budgets {
    pub(crate) fn new(homes: Homes, shard: ShardId, promises: &Promises) -> Budgets {
        Budgets {
            homes,
            shard,
            keep: promises.under_way_at_most,
            promised: promises.campaigns.clone(),
            campaigns: vec![CampaignSums::default(); promises.campaigns.len()],
            start: Pair::default(),
            lease: Pair::default(),
            giving_back: Pair::default(),
        }
    }

    /// The promises and sums of a campaign. If its budget is touched, this shard must be its home.
    fn campaign(
        &mut self,
        campaign: CampaignId,
        is_budget: bool,
        context: &mut FactContext<'_>,
    ) -> Option<(Campaign, &mut CampaignSums)> {
        context.checked(Promise::BudgetsKept);
        let Some(promised) = self.promised.get(campaign.index()).copied() else {
            context.violation(
                Promise::BudgetsKept,
                format!("there is no campaign {}", campaign.0),
            );
            return None;
        };
        if is_budget && self.homes.page(promised.page) != self.shard {
            let what = format!(
                "the budget of campaign {} was touched away from its home",
                campaign.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
        Some((promised, &mut self.campaigns[campaign.index()]))
    }

    /// A page set money aside for a campaign.
    pub(crate) fn set_aside(
        &mut self,
        page: PageId,
        campaign: CampaignId,
        amount: Money,
        context: &mut FactContext<'_>,
    ) {
        let halves = self
            .start
            .left((campaign, page, amount))
            .map_err(|(unmatched, ..)| unmatched);
        Self::matched(halves, "set budget aside", context);
    }

    /// A campaign began with as much of its budget as its page could pay, perhaps nothing.
    pub(crate) fn started(
        &mut self,
        campaign: CampaignId,
        page: PageId,
        budget: Money,
        context: &mut FactContext<'_>,
    ) {
        if budget != Money::ZERO {
            let halves = self.start.right((campaign, page, budget));
            Self::matched(
                halves.map_err(|(unmatched, ..)| unmatched),
                "set budget aside",
                context,
            );
        }
        let Some((promised, sums)) = self.campaign(campaign, true, context) else {
            return;
        };
        if std::mem::replace(&mut sums.is_started, true) {
            context.violation(
                Promise::BudgetsKept,
                format!("campaign {} began twice", campaign.0),
            );
        }
        if promised.page != page || budget > promised.budget {
            let what = format!(
                "campaign {} began with {} micro-units of page {}, where {} of page {} were planned",
                campaign.0, budget.0, page.0, promised.budget.0, promised.page.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
    }

    pub(crate) fn ended(&mut self, campaign: CampaignId, context: &mut FactContext<'_>) {
        if let Some((_, sums)) = self.campaign(campaign, true, context)
            && std::mem::replace(&mut sums.is_ended, true)
        {
            context.violation(
                Promise::BudgetsKept,
                format!("campaign {} ended twice", campaign.0),
            );
        }
    }

    /// The double entry of a granted lease.
    pub(crate) fn lease_moved(&mut self, campaign: CampaignId, amount: Money, context: &mut FactContext<'_>) {
        let halves = self
            .lease
            .left((campaign, amount))
            .map_err(|(unmatched, _)| unmatched);
        Self::matched(halves, "leased budget", context);
    }

    /// A lease was granted to shard `to`. `units` is the stock of a product at this shard.
    pub(crate) fn leased(
        &mut self,
        campaign: CampaignId,
        to: ShardId,
        amount: Money,
        units: impl Fn(PageId, ProductId) -> i64,
        context: &mut FactContext<'_>,
    ) {
        let halves = self
            .lease
            .right((campaign, amount))
            .map_err(|(unmatched, _)| unmatched);
        Self::matched(halves, "leased budget", context);
        let keep = self.keep;
        let at = context.at;
        let Some((promised, sums)) = self.campaign(campaign, true, context) else {
            return;
        };
        sums.leased_out.entry(to).or_default().push(at, amount, keep);
        let leased: i128 = sums.leased_out.values().map(|flow| flow.sum).sum();
        let outstanding = leased - sums.returned_in.sum;
        if outstanding > i128::from(promised.budget.0) {
            let what = format!(
                "campaign {} has leased out {outstanding} micro-units of a budget of {}",
                campaign.0, promised.budget.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
        if let Some(product) = promised.product
            && units(promised.page, product) <= 0
        {
            let what = format!(
                "campaign {} leased budget to shard {} for product {} of page {}, which is not in stock",
                campaign.0, to.0, product.0, promised.page.0
            );
            context.violation(Promise::StockKept, what);
        }
    }

    /// A lease arrived.
    pub(crate) fn lease_arrived(
        &mut self,
        campaign: CampaignId,
        amount: Money,
        context: &mut FactContext<'_>,
    ) {
        let (keep, at) = (self.keep, context.at);
        if let Some((_, sums)) = self.campaign(campaign, false, context) {
            sums.leased_in.push(at, amount, keep);
        }
    }

    /// The double entry of a returned lease.
    pub(crate) fn return_moved(
        &mut self,
        campaign: CampaignId,
        amount: Money,
        context: &mut FactContext<'_>,
    ) {
        let halves = self
            .giving_back
            .left((campaign, amount))
            .map_err(|(unmatched, _)| unmatched);
        Self::matched(halves, "returned a lease", context);
    }

    /// The shard returned a lease.
    pub(crate) fn returned(&mut self, campaign: CampaignId, amount: Money, context: &mut FactContext<'_>) {
        let halves = self
            .giving_back
            .right((campaign, amount))
            .map_err(|(unmatched, _)| unmatched);
        Self::matched(halves, "returned a lease", context);
        let (keep, at) = (self.keep, context.at);
        if let Some((_, sums)) = self.campaign(campaign, false, context) {
            sums.returned_out.push(at, amount, keep);
        }
    }

    /// A returned lease arrived at the page's home.
    pub(crate) fn return_arrived(
        &mut self,
        campaign: CampaignId,
        amount: Money,
        context: &mut FactContext<'_>,
    ) {
        let (keep, at) = (self.keep, context.at);
        if let Some((_, sums)) = self.campaign(campaign, true, context) {
            sums.returned_in.push(at, amount, keep);
        }
    }

    /// A campaign's unspent budget went back to `page`.
    pub(crate) fn given_back(&mut self, page: PageId, campaign: CampaignId, context: &mut FactContext<'_>) {
        if let Some((promised, _)) = self.campaign(campaign, true, context)
            && promised.page != page
        {
            let what = format!(
                "what campaign {} had left went to page {}, which is not its own",
                campaign.0, page.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
    }

    /// An ad was charged to a lease.
    pub(crate) fn charged(&mut self, campaign: CampaignId, amount: Money, context: &mut FactContext<'_>) {
        if let Some((_, sums)) = self.campaign(campaign, false, context) {
            sums.charged += i128::from(amount.0);
        }
    }

    /// Judges the two facts of one step: both must name the same campaign and amount.
    fn matched<T>(halves: Result<Option<(T, T)>, CampaignId>, step: &str, context: &mut FactContext<'_>)
    where
        T: PartialEq + Into<CampaignAmount>,
    {
        match halves {
            Ok(None) => {}
            Ok(Some((moved, reported))) => {
                if moved != reported {
                    let (moved, reported) = (moved.into(), reported.into());
                    let what = format!(
                        "campaign {} {step}: {} micro-units moved, {} were told of campaign {}",
                        moved.0.0, moved.1.0, reported.1.0, reported.0.0
                    );
                    context.violation(Promise::BudgetsKept, what);
                }
            }
            Err(campaign) => {
                let what = format!("campaign {} {step} in money only, or in word only", campaign.0);
                context.violation(Promise::BudgetsKept, what);
            }
        }
    }

    /// Judges what is open at the end. `left` is the balance of a campaign's budget account [micro-units].
    pub(crate) fn finish(
        &mut self,
        left: impl Fn(CampaignId) -> i64,
        context: &mut FactContext<'_>,
    ) -> BudgetSums {
        let (moved, reported) = self.start.leftover();
        let start = moved
            .or(reported)
            .map(|(campaign, ..)| (campaign, "set budget aside"));
        let (moved, reported) = self.lease.leftover();
        let lease = moved
            .or(reported)
            .map(|(campaign, _)| (campaign, "leased budget"));
        let (moved, reported) = self.giving_back.leftover();
        let back = moved
            .or(reported)
            .map(|(campaign, _)| (campaign, "returned a lease"));
        for (campaign, step) in [start, lease, back].into_iter().flatten() {
            let what = format!("campaign {} {step} in money only, or in word only", campaign.0);
            context.violation(Promise::BudgetsKept, what);
        }
        for (campaign, sums) in self.campaigns.iter().enumerate() {
            let left = left(CampaignId(campaign as u16));
            if sums.is_ended && left != 0 {
                let what = format!(
                    "campaign {campaign} ended, but {left} micro-units of its budget did not go back to its page"
                );
                context.violation(Promise::BudgetsKept, what);
            }
        }
        BudgetSums {
            shard: self.shard,
            under_way_at_most: self.keep,
            budgets: self.promised.iter().map(|campaign| campaign.budget).collect(),
            campaigns: self.campaigns.clone(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let flow = |flow: &Flow| flow.recent.capacity() * size_of::<(SimTime, i64)>();
        let campaign = |sums: &CampaignSums| {
            let leases = sums
                .leased_out
                .values()
                .map(|lease| flow(lease) + size_of::<(ShardId, Flow)>());
            size_of::<CampaignSums>()
                + leases.sum::<usize>()
                + flow(&sums.leased_in)
                + flow(&sums.returned_out)
                + flow(&sums.returned_in)
        };
        self.campaigns.iter().map(campaign).sum()
    }
}

/// A campaign and an amount, for violations.
struct CampaignAmount(CampaignId, Money);

impl From<(CampaignId, Money)> for CampaignAmount {
    fn from((campaign, amount): (CampaignId, Money)) -> CampaignAmount {
        CampaignAmount(campaign, amount)
    }
}

impl From<(CampaignId, PageId, Money)> for CampaignAmount {
    fn from((campaign, _, amount): (CampaignId, PageId, Money)) -> CampaignAmount {
        CampaignAmount(campaign, amount)
    }
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
            under_way += compare(&sent, &arrived, first.under_way_at_most, &what, context);
        }
        let sent: Vec<&Flow> = sums_by_shard.iter().map(|sums| &sums.returned_out).collect();
        let arrived: Vec<&Flow> = sums_by_shard.iter().map(|sums| &sums.returned_in).collect();
        let what = format!("of what shards returned to campaign {campaign}");
        under_way += compare(&sent, &arrived, first.under_way_at_most, &what, context);
    }
    under_way
}

/// Judges what was sent against what arrived. Returns the difference [micro-units].
fn compare(
    sent: &[&Flow],
    arrived: &[&Flow],
    at_most: Span,
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
    let due = context.at.0.saturating_sub(at_most.0);
    let recent = timeline(sent)
        .iter()
        .filter(|(at, _)| at.0 >= due)
        .map(|(_, amount)| i128::from(*amount))
        .sum::<i128>();
    let lost = sent_sum - recent - arrived_sum;
    if lost > 0 {
        context.violation(
            Promise::MoneyConserved,
            format!("{what}, {lost} micro-units never arrived"),
        );
    }
    sent_sum - arrived_sum
}
