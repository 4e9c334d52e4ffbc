//! The user's shard: its lease of a campaign's budget.

use super::Lease;
use crate::command::Command;
use crate::outbox::Outbox;
use crate::shard::Shard;
use chappe_base::{Account, CampaignId, Fact, Money, RuleKind, SimTime, Span};

impl Shard {
    /// Budget arrives.
    pub(crate) fn receive_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        amount: Money,
        until: SimTime,
        out: &mut Outbox,
    ) {
        let (from, to) = (Account::Clearing, Account::Lease(campaign));
        self.ledger
            .shift(from, to, amount, chappe_base::MessageId(0), &mut out.facts);
        let lease = &mut self.ads.leases[campaign.index()];
        *lease = Lease {
            until,
            refused: None,
            retry_at: now,
            ..*lease
        };
        self.resume_broadcast(now, campaign, out);
        // A grant may arrive after its end.
        out.timer(until.max(now), Command::LeaseTimeout { campaign });
    }

    /// The page's home gives nothing, for now.
    pub(crate) fn receive_no_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        rule: RuleKind,
        out: &mut Outbox,
    ) {
        let retry_at = self.lease_retry(now);
        let lease = &mut self.ads.leases[campaign.index()];
        (lease.refused, lease.retry_at) = (Some(rule), retry_at);
        self.resume_broadcast(retry_at, campaign, out);
    }

    /// When to ask again after a refusal, or if no answer comes.
    fn lease_retry(&self, now: SimTime) -> SimTime {
        now + Span(self.config.lease_life.0 / 8)
    }

    /// A lease that has run out goes back, but for what ads on their way have reserved.
    pub(crate) fn return_lease(&mut self, now: SimTime, campaign: CampaignId, out: &mut Outbox) {
        let amount = self.ledger.lease(campaign);
        if now < self.ads.leases[campaign.index()].until || amount == Money::ZERO {
            return;
        }
        let (from, to) = (Account::Lease(campaign), Account::Clearing);
        self.ledger
            .shift(from, to, amount, chappe_base::MessageId(0), &mut out.facts);
        out.fact(Fact::LeaseReturned { campaign, amount });
        let home = self
            .config
            .homes
            .page(self.config.campaigns[campaign.index()].page);
        out.forward(home, Command::ReturnLease { campaign, amount });
    }

    /// Whether the shard's lease pays one more ad; if not, why, and the page's home is asked for more.
    pub(crate) fn lease_pays(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        price: Money,
        out: &mut Outbox,
    ) -> Result<(), RuleKind> {
        let lease = self.ads.leases[campaign.index()];
        if now < lease.until && self.ledger.lease(campaign) >= price {
            return Ok(());
        }
        if now >= lease.retry_at {
            self.ads.leases[campaign.index()].retry_at = self.lease_retry(now);
            let home = self
                .config
                .homes
                .page(self.config.campaigns[campaign.index()].page);
            out.forward(
                home,
                Command::RequestLease {
                    campaign,
                    shard: self.id,
                },
            );
        }
        Err(lease.refused.unwrap_or(RuleKind::Budget))
    }
}
