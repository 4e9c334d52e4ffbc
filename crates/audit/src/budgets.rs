//! Judges budgets: a campaign leases out no more than its budget, and a shard spends no more than its leases.
//!
//! Leases have no ids. So money between shards is judged by sums: at no time has more arrived than was sent,
//! and at the end everything has arrived except what waits in a queue and what was sent so shortly before that
//! it may still be on a link.

mod settle;

use crate::findings::FactContext;
use crate::pair::Pair;
use crate::promises::{Campaign, Promise, Promises};
use chappe_base::{CampaignId, Homes, Money, PageId, ProductId, ShardId, SimTime, Span};
use settle::{CampaignSums, Flow};
use std::sync::Arc;

pub(crate) use settle::{BudgetSums, settle};

/// For how long amounts are kept with their times, to judge whether money arrived before it was sent.
const RECENT: Span = Span::HOUR;

/// The fold over one shard's campaigns and leases.
#[derive(Debug)]
pub(crate) struct Budgets {
    homes: Homes,
    shard: ShardId,
    under_way_at_most: Span,
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
            under_way_at_most: promises.under_way_at_most,
            keep: promises.under_way_at_most.max(RECENT),
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

    /// At the end of the run, budget waits in this shard's queue: a lease, or what a shard `returned`.
    pub(crate) fn waits(
        &mut self,
        campaign: CampaignId,
        amount: Money,
        returned: bool,
        context: &mut FactContext<'_>,
    ) {
        if let Some((_, sums)) = self.campaign(campaign, returned, context) {
            let waiting = match returned {
                true => &mut sums.returns_waiting,
                false => &mut sums.leases_waiting,
            };
            *waiting += i128::from(amount.0);
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
            under_way_at_most: self.under_way_at_most,
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
