//! Judges page limits: tiers (people reached in 24 hours), ratings, throughput and quotas.
//!
//! No shard sees all people whom a page reaches. So two things are judged: the page's home leases out no more
//! reach than the tier allows, and each shard reaches no more people than it has reach for.

mod home;
mod settle;

use crate::findings::FactContext;
use crate::promises::{Campaign, PageLimits, Promise, Promises};
use chappe_base::{AdFeedback, CampaignId, Map, Money, PageId, Quality, ReachStep, SimTime, Span, UserId};
use home::{Home, month, rate};
use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) use settle::{LimitSums, settle};

/// The people reached by a page on this shard.
#[derive(Debug, Default)]
struct Sender {
    /// By user, until when the user counts as reached.
    reached: Map<UserId, SimTime>,
    order: VecDeque<(SimTime, UserId)>,
}

/// The fold over one shard's pages and the ads to its users.
#[derive(Debug)]
pub(crate) struct Limits {
    limits: PageLimits,
    campaigns: Arc<[Campaign]>,
    homes: Map<PageId, Home>,
    senders: Map<PageId, Sender>,
    /// A charge for a month whose fact is still to come.
    fee: Option<(PageId, i64)>,
    sums: LimitSums,
}

impl Limits {
    pub(crate) fn new(promises: &Promises) -> Limits {
        Limits {
            limits: promises.page_limits,
            campaigns: promises.campaigns.clone(),
            homes: Map::default(),
            senders: Map::default(),
            fee: None,
            sums: LimitSums::default(),
        }
    }

    fn page(&self, campaign: CampaignId) -> Option<PageId> {
        self.campaigns.get(campaign.index()).map(|terms| terms.page)
    }

    fn home(&mut self, page: PageId) -> &mut Home {
        let tier = self.limits.tiers.map_or(0, |tiers| tiers.start);
        self.homes.entry(page).or_insert_with(|| Home {
            tier,
            due: tier,
            quality: Quality::Green,
            days: VecDeque::new(),
            level: 0,
            at: SimTime::ZERO,
            month: 0,
            paid: [0; 2],
        })
    }

    /// Reach was moved between the page's home and a shard.
    pub(crate) fn reach_moved(
        &mut self,
        campaign: CampaignId,
        step: ReachStep,
        people: u32,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::LimitsKept);
        let Some(page) = self.page(campaign) else { return };
        let sums = self.sums.pages.entry(page).or_default();
        sums.reach[step as usize] += i64::from(people);
        let [leased, arrived, returned, regained] = sums.reach;
        let limit = self.limits.tiers.map_or(u32::MAX, |tiers| {
            let tier = self.homes.get(&page).map_or(tiers.start, |home| home.tier);
            tiers.limits.get(usize::from(tier)).copied().unwrap_or(u32::MAX)
        });
        if step == ReachStep::Leased && leased - regained > i64::from(limit) {
            let what = format!(
                "page {} leased out leave to reach {} people a day, where its tier allows {limit}",
                page.0,
                leased - regained
            );
            context.violation(Promise::LimitsKept, what);
        }
        if step == ReachStep::Returned {
            self.judge_reach(page, arrived - returned, context);
        }
    }

    /// An ad was sent.
    pub(crate) fn sent(&mut self, user: UserId, page: PageId, context: &mut FactContext<'_>) {
        if self.limits.quota.is_some() {
            self.sums.months.entry((page, month(context.at))).or_default().0 += 1;
        }
        if self.limits.tiers.is_none() {
            return;
        }
        context.checked(Promise::LimitsKept);
        let until = context.at + Span::DAY;
        let sender = self.senders.entry(page).or_default();
        sender.order.push_back((until, user));
        let sums = self.sums.pages.entry(page).or_default();
        let is_new = sender
            .reached
            .insert(user, until)
            .is_none_or(|until| until <= context.at);
        sums.seen.reached += u32::from(is_new);
        let [_, arrived, returned, _] = sums.reach;
        self.judge_reach(page, arrived - returned, context);
    }

    /// Judges the people reached in the last 24 hours against the shard's reach.
    fn judge_reach(&mut self, page: PageId, leave: i64, context: &mut FactContext<'_>) {
        let sender = self.senders.entry(page).or_default();
        while let Some((until, user)) = sender.order.pop_front_if(|(until, _)| *until <= context.at) {
            if sender.reached.get(&user) == Some(&until) {
                sender.reached.remove(&user);
            }
        }
        let reached = sender.reached.len() as i64;
        if reached > leave {
            let what = format!(
                "page {} reached {reached} people in a day, with leave for {leave}",
                page.0
            );
            context.violation(Promise::LimitsKept, what);
        }
    }

    /// An ad that was sent at `at` was not delivered: it does not count towards its month.
    pub(crate) fn unsent(&mut self, page: PageId, at: SimTime) {
        if self.limits.quota.is_some() {
            self.sums.months.entry((page, month(at))).or_default().0 -= 1;
        }
    }

    /// Counts a user's reaction to an ad or complaint about the page, if the page is rated.
    pub(crate) fn note_feedback(&mut self, page: Option<PageId>, note: impl FnOnce(&mut AdFeedback)) {
        if let Some(page) = page
            && self.limits.rates()
        {
            note(&mut self.sums.pages.entry(page).or_default().seen);
        }
    }

    /// The page of a campaign's ad.
    pub(crate) fn page_of(&self, campaign: CampaignId) -> Option<PageId> {
        self.page(campaign)
    }

    /// A page's home took in feedback and rated the page.
    pub(crate) fn rated(
        &mut self,
        page: PageId,
        heard: AdFeedback,
        quality: Quality,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::LimitsKept);
        self.sums.pages.entry(page).or_default().reported += heard;
        let PageLimits { tiers, rating, .. } = self.limits;
        let home = self.home(page);
        home.expect_tier(page, context);
        let week = home.week(context.at.day(), heard);
        let expected = rating.map_or(Quality::Green, |rating| rate(rating, week));
        if quality != expected {
            let what = format!(
                "page {} was rated {}, where {week:?} is {}",
                page.0,
                quality.label(),
                expected.label()
            );
            context.violation(Promise::LimitsKept, what);
        }
        let was_red = std::mem::replace(&mut home.quality, quality) == Quality::Red;
        let Some(tiers) = tiers else { return };
        let limit = tiers
            .limits
            .get(usize::from(home.tier))
            .copied()
            .unwrap_or(u32::MAX);
        if quality == Quality::Red {
            let falls = !was_red && rating.is_some_and(|rating| !rating.pauses);
            home.due = home.tier.saturating_sub(u8::from(falls));
        } else if u64::from(week.reached) * 2 >= u64::from(limit) {
            home.due = home.tier + 1;
        }
    }

    /// A page's tier changed.
    pub(crate) fn tier_changed(&mut self, page: PageId, tier: u8, context: &mut FactContext<'_>) {
        context.checked(Promise::LimitsKept);
        let home = self.home(page);
        home.tier = tier;
        home.expect_tier(page, context);
    }

    /// Budget was leased at a page's home.
    pub(crate) fn leased(&mut self, campaign: CampaignId, amount: Money, context: &mut FactContext<'_>) {
        let PageLimits {
            rating, per_second, ..
        } = self.limits;
        let Some(Campaign { page, bid, .. }) = self.campaigns.get(campaign.index()).copied() else {
            return;
        };
        if rating.is_none() && per_second.is_none() {
            return;
        }
        context.checked(Promise::LimitsKept);
        let home = self.home(page);
        home.expect_tier(page, context);
        if let Some(rating) = rating {
            let week = home.week(context.at.day(), AdFeedback::default());
            let due = rate(rating, week);
            if home.quality != due {
                let what = format!(
                    "page {} leased out budget while rated {}, where {week:?} is {}",
                    page.0,
                    home.quality.label(),
                    due.label()
                );
                context.violation(Promise::LimitsKept, what);
            }
        }
        if rating.is_some_and(|rating| rating.pauses) && home.quality == Quality::Red {
            let what = format!("page {} is rated red, and leased out budget", page.0);
            context.violation(Promise::LimitsKept, what);
        }
        let Some(per_second) = per_second else { return };
        let per_second = i128::from(per_second);
        let drained = i128::from((context.at - home.at).0) * per_second;
        let ads = i128::from(amount.0 / bid.0.max(1));
        home.level = (home.level - drained).max(0) + ads * i128::from(Span::SECOND.0);
        home.at = context.at;
        if home.level > per_second * i128::from(Span::SECOND.0) {
            let what = format!("page {} leased out more than {per_second} ads a second", page.0);
            context.violation(Promise::LimitsKept, what);
        }
    }

    /// The double entry of a charge for a month of messages, or of a refund.
    pub(crate) fn quota_moved(&mut self, page: PageId, amount: i64, context: &mut FactContext<'_>) {
        self.expect_charge_reported(context);
        self.fee = Some((page, amount));
    }

    /// A page was charged for month `of`, in which `count` messages are leased out.
    pub(crate) fn quota_charged(
        &mut self,
        page: PageId,
        amount: Money,
        (count, of): (u32, u32),
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::LimitsKept);
        let moved = self.fee.take();
        let (this, of) = (month(context.at), i64::from(of));
        let paid = self.home(page).paid_for(of, this).map(|paid| {
            *paid += amount.0;
            *paid
        });
        let (Some(quota), Some(paid)) = (self.limits.quota, paid) else {
            let what = format!("page {} paid for a month of messages, which cost nothing", page.0);
            return context.violation(Promise::PricesKept, what);
        };
        let over = i64::from(count.saturating_sub(quota.messages_count));
        let fee = if count == 0 && paid == 0 { 0 } else { quota.fee.0 };
        let due = fee + over * quota.overage.map_or(0, |price| price.0);
        if paid != due || moved.unwrap_or((page, 0)) != (page, amount.0) {
            let what = format!(
                "page {} has paid {paid} micro-units for a month with {count} messages, where {due} are due",
                page.0
            );
            context.violation(Promise::PricesKept, what);
        }
        if over > 0 && quota.overage.is_none() {
            let what = format!(
                "page {} leased out {count} messages of a month, where its plan has {}",
                page.0, quota.messages_count
            );
            context.violation(Promise::LimitsKept, what);
        }
        self.sums.months.entry((page, of)).or_default().1 = i64::from(count);
    }

    fn expect_charge_reported(&mut self, context: &mut FactContext<'_>) {
        if let Some((page, amount)) = self.fee.take() {
            let what = format!("page {} paid {amount} micro-units for no message", page.0);
            context.violation(Promise::PricesKept, what);
        }
    }

    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) -> LimitSums {
        self.expect_charge_reported(context);
        std::mem::take(&mut self.sums)
    }

    pub(crate) fn bytes(&self) -> usize {
        let reached = |sender: &Sender| {
            sender.reached.allocation_size() + sender.order.capacity() * size_of::<(SimTime, UserId)>()
        };
        self.homes.allocation_size() + self.senders.values().map(reached).sum::<usize>()
    }
}
