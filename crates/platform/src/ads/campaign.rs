//! The page's home: a campaign's budget, and what of it is leased to which shard.

use crate::command::Command;
use crate::config::{CampaignConfig, Pacing};
use crate::outbox::Outbox;
use crate::policy::PageRule;
use crate::shard::Shard;
use chappe_base::{Account, CampaignId, Fact, Format, Money, RuleKind, ShardId, SimTime, TransferId};

/// Money that moves for a campaign belongs to no transfer between parties.
const NO_TRANSFER: TransferId = chappe_base::MessageId(0);

impl Shard {
    /// Sets the budget aside, as far as the page can pay it.
    pub(crate) fn start_campaign(&mut self, campaign: CampaignId, out: &mut Outbox) {
        let CampaignConfig {
            page,
            format,
            topic,
            budget,
            ..
        } = self.config.campaigns[campaign.index()];
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

    /// Ends a campaign; what shards still hold comes back as their leases run out.
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

    /// Leases part of the budget to a shard, or says which page-side rule refuses.
    pub(crate) fn grant_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        shard: ShardId,
        out: &mut Outbox,
    ) {
        let command = match self.judge_page_side(now, campaign) {
            Err(rule) => Command::RefuseLease { campaign, rule },
            Ok(amount) => {
                let until = (now + self.config.lease_life).min(self.config.campaigns[campaign.index()].end);
                let (from, to) = (Account::Campaign(campaign), Account::Clearing);
                self.ledger.shift(from, to, amount, NO_TRANSFER, &mut out.facts);
                out.fact(Fact::Leased {
                    campaign,
                    to: shard,
                    amount,
                    until,
                });
                Command::GrantLease {
                    campaign,
                    amount,
                    until,
                }
            }
        };
        out.forward(shard, command);
    }

    /// How much may be leased now, or the first page-side rule that refuses.
    fn judge_page_side(&mut self, now: SimTime, campaign: CampaignId) -> Result<Money, RuleKind> {
        let CampaignConfig {
            page,
            product,
            format,
            bid,
            ..
        } = self.config.campaigns[campaign.index()];
        let available = self.available(now, campaign);
        let (in_stock, is_back) = self.shop.in_stock(&self.config, page, product);
        let refusing = self.config.policy.page_rules.iter().find(|rule| match rule {
            PageRule::Running => self.ads.set_aside[campaign.index()].is_none(),
            PageRule::InStock => match format {
                Format::BackInStock => !(in_stock && is_back),
                Format::FlashSale | Format::NewProduct => !in_stock,
            },
            PageRule::Budget => available < bid,
        });
        match refusing {
            Some(rule) => Err(rule.kind()),
            // The budget bounds what there is to lease, with the rule or without.
            None if available < bid => Err(RuleKind::Budget),
            None => Ok(available),
        }
    }

    /// What pacing lets go of the budget at once: at most one lease, in whole ads.
    fn available(&mut self, now: SimTime, campaign: CampaignId) -> Money {
        let CampaignConfig {
            bid, start, pacing, ..
        } = self.config.campaigns[campaign.index()];
        let budget = self.ads.set_aside[campaign.index()].unwrap_or_default();
        let left = self.ledger.balance(Account::Campaign(campaign));
        let paced = match pacing {
            Pacing::Asap => left,
            Pacing::Even { until } => {
                let (gone, whole) = ((now - start).0 as i128, (until - start).0.max(1) as i128);
                let due = Money((budget.0 as i128 * gone.min(whole) / whole) as i64);
                due - (budget - left)
            }
        };
        let most = Money(bid.0.saturating_mul(i64::from(self.config.lease_ads_count)));
        let amount = paced.min(left).min(most);
        Money((amount.0 / bid.0.max(1) * bid.0).max(0))
    }

    /// A shard gives back what it has not spent.
    pub(crate) fn take_back_lease(&mut self, campaign: CampaignId, amount: Money, out: &mut Outbox) {
        let (from, to) = (Account::Clearing, Account::Campaign(campaign));
        self.ledger.shift(from, to, amount, NO_TRANSFER, &mut out.facts);
        if self.ads.set_aside[campaign.index()].is_none() {
            self.give_back_budget(campaign, out);
        }
    }
}
