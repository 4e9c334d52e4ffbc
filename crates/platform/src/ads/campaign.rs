//! Campaigns at the page's home: the budget, and its leases to shards.
//!
//! Users of all shards see a page's ads. If every ad asked the page's home for budget, each slot would take a
//! round trip and one shard would serve all of them. So the home leases parts of the budget to shards, which
//! spend them alone. Page-side rules are judged once per lease, not per ad.

use super::Grant;
use super::lease::{NO_TRANSFER, move_reach};
use crate::command::Command;
use crate::config::{CampaignConfig, Pacing};
use crate::outbox::Outbox;
use crate::page_limits::{LimitState, month, month_end};
use crate::policy::{OnRed, PageRule};
use crate::shard::Shard;
use chappe_base::{
    Account, AdFeedback, CampaignId, Fact, Format, Money, PageId, ReachStep, RuleKind, ShardId, SimTime, Span,
};
use std::sync::Arc;

impl Shard {
    /// Sets the budget aside, or as much of it as the page can pay.
    pub(crate) fn start_campaign(&mut self, campaign: CampaignId, out: &mut Outbox) {
        let CampaignConfig {
            page,
            format,
            topic,
            budget,
            ..
        } = self.config.campaigns[campaign.index()];
        // The page may have spent its money on an earlier campaign or a refund.
        let budget = budget.min(self.ledger.balance(Account::Page(page)));
        if budget > Money::ZERO {
            let (from, to) = (Account::Page(page), Account::Campaign(campaign));
            self.ledger.shift(from, to, budget, NO_TRANSFER, &mut out.facts);
        }
        self.ads.set_aside[campaign.index()] = Some(budget);
        out.fact(Fact::CampaignStarted {
            campaign,
            page,
            format,
            topic,
            budget,
        });
        if self.config.pushes_ads {
            self.begin_broadcast(campaign, out);
        }
    }

    /// Ends a campaign. What shards still hold comes back when their leases expire.
    pub(crate) fn end_campaign(&mut self, campaign: CampaignId, out: &mut Outbox) {
        self.ads.set_aside[campaign.index()] = None;
        out.fact(Fact::CampaignEnded { campaign });
        self.give_back_budget(campaign, out);
    }

    fn give_back_budget(&mut self, campaign: CampaignId, out: &mut Outbox) {
        let left = self.ledger.balance(Account::Campaign(campaign));
        if left > Money::ZERO {
            let page = self.config.campaigns[campaign.index()].page;
            let (from, to) = (Account::Campaign(campaign), Account::Page(page));
            self.ledger.shift(from, to, left, NO_TRANSFER, &mut out.facts);
        }
    }

    /// Answers a shard's request: leases part of the budget to it, or names the page-side rule that refuses.
    pub(crate) fn grant_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        shard: ShardId,
        out: &mut Outbox,
    ) {
        let page = self.config.campaigns[campaign.index()].page;
        let local = self.config.homes.local(page.0);
        // Days may have passed since the last feedback, and the rules need today's rating.
        self.page_limits.age(now, local, page, &mut out.facts);
        let command = match self.judge_page_side(now, campaign) {
            Err(rule) => Command::RefuseLease {
                campaign,
                rule,
                again: self.retry_time(now, campaign, rule),
            },
            Ok(grant) => {
                let Grant { amount, ads, reach } = grant;
                let until = self.lease_end(now, campaign);
                let (from, to) = (Account::Campaign(campaign), Account::Clearing);
                self.ledger.shift(from, to, amount, NO_TRANSFER, &mut out.facts);
                out.fact(Fact::Leased {
                    campaign,
                    to: shard,
                    amount,
                    until,
                });
                self.record_grant(now, campaign, grant, out);
                Command::GrantLease {
                    campaign,
                    amount,
                    ads,
                    reach,
                    until,
                }
            }
        };
        out.forward(shard, command);
    }

    /// When a lease granted now ends: not after the campaign, nor after the month if there is a quota, since
    /// each month is charged on its own.
    fn lease_end(&self, now: SimTime, campaign: CampaignId) -> SimTime {
        let until = (now + self.config.lease_life).min(self.config.campaigns[campaign.index()].end);
        match self.page_limits.quota() {
            Some(_) => until.min(month_end(now)),
            None => until,
        }
    }

    /// What can be leased now, or the first page-side rule that refuses.
    fn judge_page_side(&mut self, now: SimTime, campaign: CampaignId) -> Result<Grant, RuleKind> {
        let CampaignConfig {
            page,
            product,
            format,
            bid,
            ..
        } = self.config.campaigns[campaign.index()];
        let mut ads = self.available(now, campaign);
        let mut reach = 0;
        let (in_stock, is_back) = self.shop.in_stock(&self.config, page, product);
        let config = Arc::clone(&self.config);
        for rule in &config.policy.page_rules {
            let admits = match *rule {
                PageRule::Running => self.ads.set_aside[campaign.index()].is_some(),
                PageRule::InStock => match format {
                    Format::BackInStock => in_stock && is_back,
                    Format::FlashSale | Format::NewProduct => in_stock,
                },
                PageRule::Budget => ads > 0,
                PageRule::Reserve(least) => bid >= least,
                PageRule::MessagePrices(prices) => bid >= prices.marketing,
                PageRule::Tiers(tiers) => {
                    reach = self.limit_state(page).reach_left(tiers).min(ads);
                    reach > 0
                }
                PageRule::Quality(rule) => rule.on_red != OnRed::Pause || !self.limit_state(page).is_red(),
                PageRule::Throughput { per_second } => {
                    ads = ads.min(self.limit_state(page).throughput_left(now, per_second));
                    ads > 0
                }
                PageRule::Quota(quota) => {
                    ads = ads.min(self.limit_state(page).quota_left(now, quota));
                    let fee = self.limit_state(page).quota_fee(quota, ads);
                    ads > 0 && self.ledger.covers(Account::Page(page), fee)
                }
            };
            if !admits {
                return Err(rule.kind());
            }
        }
        // Without the budget rule the budget still limits what can be leased.
        if ads == 0 {
            return Err(RuleKind::Budget);
        }
        let amount = Money(bid.0 * i64::from(ads));
        Ok(Grant { amount, ads, reach })
    }

    /// The time from which the rule that refused will admit a lease again, if that depends on time alone.
    fn retry_time(&mut self, now: SimTime, campaign: CampaignId, refused_by: RuleKind) -> Option<SimTime> {
        let page = self.config.campaigns[campaign.index()].page;
        let config = Arc::clone(&self.config);
        let throttled = config.policy.page_rules.iter().find_map(|rule| match *rule {
            PageRule::Throughput { per_second } if rule.kind() == refused_by => {
                Some(self.limit_state(page).throughput_free_at(per_second))
            }
            PageRule::Throughput { .. }
            | PageRule::Running
            | PageRule::InStock
            | PageRule::Budget
            | PageRule::Reserve(_)
            | PageRule::MessagePrices(_)
            | PageRule::Tiers(_)
            | PageRule::Quality(_)
            | PageRule::Quota(_) => None,
        });
        let paced = (refused_by == RuleKind::Budget).then(|| self.next_ad_due(campaign));
        throttled.or(paced.flatten()).filter(|again| *again > now)
    }

    /// When pacing has released the budget of one more ad; `None` if nothing is left, or if nothing is paced.
    fn next_ad_due(&mut self, campaign: CampaignId) -> Option<SimTime> {
        let CampaignConfig {
            bid, start, pacing, ..
        } = self.config.campaigns[campaign.index()];
        let Pacing::Even { until } = pacing else {
            return None;
        };
        let budget = self.ads.set_aside[campaign.index()].unwrap_or_default();
        let left = self.ledger.balance(Account::Campaign(campaign));
        let wanted = i128::from((budget - left + bid).0);
        let (total, whole) = (i128::from((until - start).0.max(1)), i128::from(budget.0.max(1)));
        let elapsed = (wanted * total + whole - 1) / whole;
        (left >= bid).then(|| start + Span(elapsed as i64))
    }

    /// The limits' state of a page of this shard. Only for policies with a rule that needs it.
    fn limit_state(&mut self, page: PageId) -> &mut LimitState {
        let local = self.config.homes.local(page.0);
        self.page_limits
            .get(local)
            .expect("limits are kept where a rule asks")
    }

    /// Records a grant against the page's limits, and charges the monthly plan.
    fn record_grant(&mut self, now: SimTime, campaign: CampaignId, grant: Grant, out: &mut Outbox) {
        let page = self.config.campaigns[campaign.index()].page;
        let config = Arc::clone(&self.config);
        for rule in &config.policy.page_rules {
            match *rule {
                PageRule::Tiers(_) => {
                    self.limit_state(page).lease_reach(grant.reach);
                    move_reach(campaign, ReachStep::Leased, grant.reach, out);
                }
                PageRule::Throughput { per_second } => {
                    self.limit_state(page)
                        .lease_throughput(now, per_second, grant.ads);
                }
                PageRule::Quota(quota) => {
                    let amount = self.limit_state(page).quota_fee(quota, grant.ads);
                    let messages_count = self.limit_state(page).lease_quota(grant.ads);
                    self.charge_quota(page, amount, messages_count, month(now), out);
                }
                PageRule::Running
                | PageRule::InStock
                | PageRule::Budget
                | PageRule::Reserve(_)
                | PageRule::MessagePrices(_)
                | PageRule::Quality(_) => {}
            }
        }
    }

    /// Charges a page for its month of messages; refunds it if `amount` is below zero.
    fn charge_quota(
        &mut self,
        page: PageId,
        amount: Money,
        messages_count: u32,
        month: i64,
        out: &mut Outbox,
    ) {
        let (payer, earned) = (Account::Page(page), Account::MessageRevenue);
        if amount > Money::ZERO {
            self.ledger
                .shift(payer, earned, amount, NO_TRANSFER, &mut out.facts);
        } else if amount < Money::ZERO {
            self.ledger
                .shift(earned, payer, -amount, NO_TRANSFER, &mut out.facts);
        }
        out.fact(Fact::QuotaCharged {
            page,
            amount,
            messages_count,
            month: month as u32,
        });
    }

    /// How many ads at the campaign's bid a shard may lease now, by budget and pacing.
    fn available(&mut self, now: SimTime, campaign: CampaignId) -> u32 {
        let CampaignConfig {
            bid, start, pacing, ..
        } = self.config.campaigns[campaign.index()];
        let budget = self.ads.set_aside[campaign.index()].unwrap_or_default();
        let left = self.ledger.balance(Account::Campaign(campaign));
        let paced = match pacing {
            Pacing::Asap => left,
            Pacing::Even { until } => {
                let (elapsed, total) = ((now - start).0 as i128, (until - start).0.max(1) as i128);
                let due = Money((budget.0 as i128 * elapsed.min(total) / total) as i64);
                due - (budget - left)
            }
        };
        let ads = (paced.min(left).0 / bid.0.max(1)).max(0);
        // What one shard holds, the others can't send: a lease takes no more than its shard's share of what there is.
        let share = ads / i64::from(self.config.homes.shards());
        let most = share.clamp(1, i64::from(self.config.lease_ads_count));
        ads.min(most) as u32
    }

    /// Takes back what a shard has not spent.
    pub(crate) fn take_back_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        rest: Grant,
        until: SimTime,
        out: &mut Outbox,
    ) {
        let Grant { amount, ads, reach } = rest;
        let page = self.config.campaigns[campaign.index()].page;
        if amount > Money::ZERO {
            let (from, to) = (Account::Clearing, Account::Campaign(campaign));
            self.ledger.shift(from, to, amount, NO_TRANSFER, &mut out.facts);
        }
        if reach > 0 {
            self.limit_state(page).regain_reach(reach);
            move_reach(campaign, ReachStep::Regained, reach, out);
        }
        if let Some(quota) = self.page_limits.quota().filter(|_| ads > 0) {
            let regained = self.limit_state(page).regain_quota(now, quota, until, ads);
            if let Some((back, messages_count, month)) = regained {
                self.charge_quota(page, -back, messages_count, month, out);
            }
        }
        // The campaign has ended: what returns late goes straight back to the page.
        if self.ads.set_aside[campaign.index()].is_none() {
            self.give_back_budget(campaign, out);
        }
    }

    /// Takes in a shard's report of how users reacted to ads of a page of this shard.
    pub(crate) fn receive_feedback(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        feedback: AdFeedback,
        out: &mut Outbox,
    ) {
        let page = self.config.campaigns[campaign.index()].page;
        let local = self.config.homes.local(page.0);
        self.page_limits
            .receive_feedback(now, local, page, feedback, &mut out.facts);
    }
}
