//! Leases at the user's shard: part of a campaign's budget that the shard may spend alone, and the feedback
//! that it sends to the page's home.
//!
//! A lease has a limited life, so that unspent budget returns to the page's home and other shards can get it.
//! Money for ads under way stays reserved beyond the lease's end.

use super::{Ad, Grant, Lease, LeaseAnswer};
use crate::command::Command;
use crate::outbox::Outbox;
use crate::page_limits::lease_month;
use crate::shard::Shard;
use chappe_base::{
    Account, AdFeedback, CampaignId, Fact, Money, PageId, ReachStep, RuleKind, ShardId, SimTime, Span, UserId,
};

/// The transfer id of moves between budgets and leases, which belong to no transfer between parties.
pub(super) const NO_TRANSFER: chappe_base::TransferId = chappe_base::MessageId(0);

impl Shard {
    /// Takes in a granted lease.
    pub(crate) fn receive_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        grant: Grant,
        until: SimTime,
        out: &mut Outbox,
    ) {
        // An expired lease is returned first, so that its rest does not become part of the new one.
        self.return_lease(now, campaign, out);
        let (from, to) = (Account::Clearing, Account::Lease(campaign));
        self.ledger
            .shift(from, to, grant.amount, NO_TRANSFER, &mut out.facts);
        let lease = &mut self.ads.leases[campaign.index()];
        *lease = Lease {
            until,
            ads: lease.ads + grant.ads,
            refused: None,
            retry_at: now,
            is_asked: false,
            ..*lease
        };
        self.resume_broadcast(now, campaign, out);
        // A grant may arrive after its own end, and timers cannot be in the past.
        out.timer(until.max(now), Command::LeaseTimeout { campaign });
        if grant.reach > 0 {
            let page = self.config.campaigns[campaign.index()].page;
            self.ads
                .reach
                .add(self.ads.page_starts[page.index()], grant.reach);
            move_reach(campaign, ReachStep::Arrived, grant.reach, out);
            // A day after the lease's end, nobody whom it reached counts towards the tier any more.
            out.timer(until.max(now) + Span::DAY, Command::LeaseTimeout { campaign });
        }
        self.resume_slots(now, campaign, out);
    }

    /// Takes in a refusal of the page's home.
    pub(crate) fn receive_no_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        rule: RuleKind,
        again: Option<SimTime>,
        out: &mut Outbox,
    ) {
        let retry_at = again.map_or_else(|| self.lease_retry(now), |again| again.max(now));
        let lease = &mut self.ads.leases[campaign.index()];
        (lease.refused, lease.retry_at, lease.is_asked) = (Some(rule), retry_at, false);
        self.resume_broadcast(retry_at, campaign, out);
        self.resume_slots(now, campaign, out);
    }

    /// When to ask again after a refusal without a time, or without an answer.
    fn lease_retry(&self, now: SimTime) -> SimTime {
        now + Span(self.config.lease_life.0 / 8)
    }

    /// Sends feedback to the page's home. Returns the lease if it has expired, except for what ads under way
    /// have reserved.
    pub(crate) fn return_lease(&mut self, now: SimTime, campaign: CampaignId, out: &mut Outbox) {
        let Lease { until, ads, .. } = self.ads.leases[campaign.index()];
        self.send_feedback(campaign, out);
        if now < until {
            return;
        }
        let amount = self.ledger.lease(campaign);
        let reach = self.take_reach(now, campaign, out);
        if amount == Money::ZERO && reach == 0 {
            return;
        }
        self.ads.leases[campaign.index()].ads = 0;
        self.send_back(campaign, Grant { amount, ads, reach }, until, out);
    }

    /// Returns what second prices have left of a lease whose ads are all sent. A shard that asks again and again never lets
    /// its lease run out, so it would keep that for ever.
    fn return_savings(&mut self, campaign: CampaignId, out: &mut Outbox) {
        let Lease { until, ads, .. } = self.ads.leases[campaign.index()];
        let amount = self.ledger.lease(campaign);
        if ads == 0 && amount > Money::ZERO {
            let rest = Grant {
                amount,
                ads: 0,
                reach: 0,
            };
            self.send_back(campaign, rest, until, out);
        }
    }

    /// Puts an undelivered ad back into the current lease. An ad of another month goes back to the page's
    /// home, because each month has its own quota.
    pub(super) fn take_into_lease(&mut self, ad: Ad, out: &mut Outbox) {
        let lease = &mut self.ads.leases[ad.campaign.index()];
        if self.page_limits.quota().is_none() || lease_month(ad.until) == lease_month(lease.until) {
            lease.ads += 1;
            return;
        }
        let rest = Grant {
            amount: ad.price,
            ads: 1,
            reach: 0,
        };
        self.send_back(ad.campaign, rest, ad.until, out);
    }

    /// Returns the `rest` of a lease that ends at `until` to the page's home.
    fn send_back(&mut self, campaign: CampaignId, rest: Grant, until: SimTime, out: &mut Outbox) {
        let Grant { amount, ads, reach } = rest;
        if amount > Money::ZERO {
            let (from, to) = (Account::Lease(campaign), Account::Clearing);
            self.ledger.shift(from, to, amount, NO_TRANSFER, &mut out.facts);
            out.fact(Fact::LeaseReturned { campaign, amount });
        }
        let command = Command::ReturnLease {
            campaign,
            amount,
            ads,
            reach,
            until,
        };
        out.forward(self.advertiser(campaign), command);
    }

    /// Takes the reach that no recipient of the last day uses, to return it. Reach belongs to the page, so it
    /// stays while any of its campaigns has a lease.
    fn take_reach(&mut self, now: SimTime, campaign: CampaignId, out: &mut Outbox) -> u32 {
        let page = self.config.campaigns[campaign.index()].page;
        let siblings = &self.ads.campaigns_by_page[self.ads.range(page)];
        let is_live = |sibling: &CampaignId| now < self.ads.leases[sibling.index()].until;
        if !self.page_limits.counts_reach() || siblings.iter().any(is_live) {
            return 0;
        }
        let people = self.ads.reach.take(now, self.ads.page_starts[page.index()]);
        if people > 0 {
            move_reach(campaign, ReachStep::Returned, people, out);
        }
        people
    }

    /// The home shard of the campaign's page.
    fn advertiser(&self, campaign: CampaignId) -> ShardId {
        let page = self.config.campaigns[campaign.index()].page;
        self.config.homes.page(page)
    }

    /// Whether the shard's lease pays for one more ad to `user`. If not, requests a new lease, unless the page's home has
    /// just refused one.
    pub(super) fn ask_lease(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        user: UserId,
        out: &mut Outbox,
    ) -> LeaseAnswer {
        let lease = self.ads.leases[campaign.index()];
        let terms = &self.config.campaigns[campaign.index()];
        let reaches = !self.page_limits.counts_reach() || {
            let page = self.ads.page_starts[terms.page.index()];
            self.ads.reach.admits(now, page, user.0)
        };
        if reaches && now < lease.until && lease.ads > 0 && self.ledger.lease(campaign) >= terms.bid {
            return LeaseAnswer::Pays;
        }
        // One request at a time: every slot would ask again until the answer arrives.
        if now >= lease.retry_at {
            let retry_at = self.lease_retry(now);
            let lease = &mut self.ads.leases[campaign.index()];
            let is_unanswered = std::mem::replace(&mut lease.is_asked, true);
            lease.retry_at = retry_at;
            if is_unanswered {
                // The request or its answer was lost, and those who came on line then may be gone.
                self.ads.waiting_slots.retain(|slot| slot.campaign != campaign);
            }
            self.return_savings(campaign, out);
            let shard = self.id;
            out.forward(
                self.advertiser(campaign),
                Command::RequestLease { campaign, shard },
            );
        }
        if self.ads.leases[campaign.index()].is_asked {
            return LeaseAnswer::Waits;
        }
        let lacking = if reaches { RuleKind::Budget } else { RuleKind::Tier };
        LeaseAnswer::Refuses(lease.refused.unwrap_or(lacking))
    }

    /// Takes one ad to `user` from the lease.
    pub(super) fn use_lease(&mut self, now: SimTime, campaign: CampaignId, user: UserId, out: &mut Outbox) {
        self.ads.leases[campaign.index()].ads -= 1;
        if self.page_limits.counts_reach() {
            let page = self.config.campaigns[campaign.index()].page;
            let is_new = self
                .ads
                .reach
                .note(now, self.ads.page_starts[page.index()], user.0);
            if is_new {
                self.note_feedback(now, campaign, |feedback| feedback.reached += 1, out);
            }
        }
    }

    /// Adds to the feedback for the page's home, if a rule needs it. It is sent within one lease life,
    /// however often the lease is renewed.
    pub(crate) fn note_feedback(
        &mut self,
        now: SimTime,
        campaign: CampaignId,
        note: impl FnOnce(&mut AdFeedback),
        out: &mut Outbox,
    ) {
        if !self.page_limits.wants_feedback() {
            return;
        }
        let feedback = &mut self.ads.leases[campaign.index()].feedback;
        // The first reaction since the last report starts the timer of the next.
        if *feedback == AdFeedback::default() {
            out.timer(now + self.config.lease_life, Command::LeaseTimeout { campaign });
        }
        note(feedback);
    }

    /// Records a complaint about a page and sends all of the page's feedback at once, if a rule needs it: a
    /// complaint without the deliveries it belongs to would look like a higher rate of complaints.
    pub(crate) fn note_complaint(&mut self, page: PageId, out: &mut Outbox) {
        let range = self.ads.range(page);
        let first = self.ads.campaigns_by_page[range.clone()].first().copied();
        let Some(first) = first.filter(|_| self.page_limits.wants_feedback()) else {
            return;
        };
        self.ads.leases[first.index()].feedback.complaints += 1;
        for index in range {
            self.send_feedback(self.ads.campaigns_by_page[index], out);
        }
    }

    fn send_feedback(&mut self, campaign: CampaignId, out: &mut Outbox) {
        let feedback = std::mem::take(&mut self.ads.leases[campaign.index()].feedback);
        if feedback != AdFeedback::default() {
            out.forward(
                self.advertiser(campaign),
                Command::ReportFeedback { campaign, feedback },
            );
        }
    }
}

/// Records a move of reach between the page's home and a shard.
pub(super) fn move_reach(campaign: CampaignId, step: ReachStep, people: u32, out: &mut Outbox) {
    out.fact(Fact::ReachMoved {
        campaign,
        step,
        people,
    });
}
