//! An ad's life at the user's shard: slot, auction, reservation, delivery or withdrawal.
//!
//! The price is reserved from the lease when the ad wins its slot, charged at delivery and released
//! otherwise, so that a campaign cannot overspend.

use super::auction::Auction;
use super::{Ad, Judged, LeaseAnswer, WaitingSlot, is_running};
use crate::command::Command;
use crate::outbox::{Notice, Outbox};
use crate::people::Kept;
use crate::policy::{Case, UserRule, Verdict};
use crate::shard::Shard;
use chappe_base::{
    Account, ActKind, CampaignId, Decision, Fact, MessageClass, MessageId, PageId, Party, Permit, RuleKind,
    SimTime, UserId,
};

/// One decision on one user's slot with the result of every rule, for `explain`.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// When the slot was judged.
    pub at: SimTime,
    /// The advertiser.
    pub page: PageId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The state that was judged.
    pub case: Case,
    /// Every user-side rule, and whether it admits the ad.
    pub rules: Vec<(UserRule, bool)>,
    /// The verdict, page-side rules included.
    pub decision: Decision,
}

impl Shard {
    /// Opens an ad slot for a user who comes on line: the campaigns of all pages that they have a
    /// conversation with compete for one ad. If one of them has no lease and its page's home has been asked for one, the
    /// slot waits for the answer: it takes one round trip, and a campaign with budget left loses no slot by the number of
    /// shards.
    pub(crate) fn ad_slot(&mut self, now: SimTime, occasion: MessageId, user: UserId, out: &mut Outbox) {
        let local = self.config.homes.local(user.0);
        let mut judged = std::mem::take(&mut self.ads.judged);
        let mut awaited = None;
        let mut next = self.people.latest_conversation(local);
        while let Some(place) = next {
            next = self.people.conversation_before(place);
            // Prefetched while this one is judged.
            self.people.touch_conversation(next);
            let conversation = *self.people.conversation(place);
            for index in self.ads.range(conversation.page) {
                let campaign = self.ads.campaigns_by_page[index];
                let terms = &self.config.campaigns[campaign.index()];
                if !is_running(terms, now) || !conversation.is_in(terms.audience) {
                    continue;
                }
                // The user-side rules first, because only an allowed ad needs a lease.
                let mut verdict = self.judge_user_side(now, place, campaign);
                if verdict.is_ok() {
                    match self.ask_lease(now, campaign, user, out) {
                        LeaseAnswer::Pays => {}
                        LeaseAnswer::Waits => awaited = Some(campaign),
                        LeaseAnswer::Refuses(rule) => verdict = Err(rule),
                    }
                }
                judged.push(Judged {
                    campaign,
                    place,
                    verdict,
                });
            }
        }
        match awaited {
            Some(campaign) => self.ads.waiting_slots.push(WaitingSlot {
                campaign,
                occasion,
                user,
            }),
            None => self.fill_slot(now, occasion, user, &judged, out),
        }
        judged.clear();
        self.ads.judged = judged;
    }

    /// Opens the slots again that waited for the answer of the home of the campaign's page.
    pub(super) fn resume_slots(&mut self, now: SimTime, campaign: CampaignId, out: &mut Outbox) {
        let is_mine = |slot: &WaitingSlot| slot.campaign == campaign;
        if !self.ads.waiting_slots.iter().any(is_mine) {
            return;
        }
        let waiting = std::mem::take(&mut self.ads.waiting_slots);
        let (mine, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_mine);
        self.ads.waiting_slots = others;
        for WaitingSlot { occasion, user, .. } in mine {
            self.ad_slot(now, occasion, user, out);
        }
    }

    /// Decides on every campaign that was judged for a slot, and reserves an ad of the winner.
    fn fill_slot(
        &mut self,
        now: SimTime,
        occasion: MessageId,
        user: UserId,
        judged: &[Judged],
        out: &mut Outbox,
    ) {
        let mut auction = Auction::above(self.ads.reserve);
        for judged in judged {
            self.decide(now, user, *judged, out);
            if judged.verdict.is_ok() {
                let bid = self.config.campaigns[judged.campaign.index()].bid;
                auction.bid(bid, judged.campaign);
            }
        }
        let message = occasion.of(ActKind::Ad);
        // A client may repeat an occasion. It gets no second ad for it.
        if let Some((campaign, price)) = auction.winner()
            && !self.ads.under_way.contains_key(&message)
        {
            let ad = Ad {
                user,
                campaign,
                price,
                reserved: now,
                until: self.ads.leases[campaign.index()].until,
                basis: self.take_basis(now, user, campaign),
                held: false,
            };
            self.reserve_ad(now, message, ad, out);
        }
    }

    /// Records the decision on one campaign's ad for one user, and for a watched user what every rule says.
    pub(super) fn decide(&mut self, now: SimTime, user: UserId, judged: Judged, out: &mut Outbox) {
        let Judged {
            campaign,
            place,
            verdict,
        } = judged;
        let decision = verdict.map_or_else(Decision::Refused, Decision::Allowed);
        let page = self.config.campaigns[campaign.index()].page;
        out.fact(Fact::Decided {
            user,
            page,
            campaign,
            decision,
        });
        if self.watched == Some(user) {
            let candidate = self.candidate(now, place, campaign);
            let rules = self.config.policy.explain(&candidate);
            let case = Case::of(&candidate);
            self.explanations.push(Explanation {
                at: now,
                page,
                campaign,
                case,
                rules,
                decision,
            });
        }
    }

    /// Reserves the winner's price, counts the ad towards the caps, and schedules its delivery.
    pub(super) fn reserve_ad(&mut self, now: SimTime, message: MessageId, ad: Ad, out: &mut Outbox) {
        let Ad {
            user,
            campaign,
            price,
            ..
        } = ad;
        let page = self.config.campaigns[campaign.index()].page;
        let (from, to) = (Account::Lease(campaign), Account::LeaseHeld(campaign));
        self.ledger.shift(from, to, price, message, &mut out.facts);
        self.use_lease(now, campaign, user, out);
        self.count_ad(now, user, page);
        self.ads.under_way.insert(message, ad);
        out.fact(Fact::Accepted {
            message,
            class: MessageClass::Ad,
            from: Party::Page(page),
            to: Party::User(user),
            intended: now,
            kept: false,
        });
        // Delivery is a command of its own, so that it costs service time like any other.
        out.timer(now, Command::DeliverAd { message, user });
    }

    /// Counts an ad towards the caps, if the policy has caps.
    fn count_ad(&mut self, now: SimTime, user: UserId, page: PageId) {
        if let Some(longest) = self.config.policy.longest_cap() {
            let oldest = SimTime(now.0.saturating_sub(longest.0));
            let local = self.config.homes.local(user.0);
            self.people.count_ad(local, page, now, oldest);
        }
    }

    /// Delivers an ad, or keeps it for a user who is off line. Rules that may have changed are judged again
    /// first.
    pub(crate) fn deliver_ad(
        &mut self,
        now: SimTime,
        message: MessageId,
        user: UserId,
        kept: bool,
        out: &mut Outbox,
    ) {
        let Some(ad) = self.ads.under_way.get(&message).copied() else {
            return;
        };
        let local = self.config.homes.local(user.0);
        let page = self.config.campaigns[ad.campaign.index()].page;
        let permit = match self.judge_again(now, local, page, ad) {
            Ok(permit) => permit,
            Err(rule) => return self.hold_or_withdraw_ad(now, message, ad, rule, out),
        };
        if self.people.is_online(local, now) {
            self.hand_over_ad(now, message, ad, permit, kept, out);
        } else {
            let kept = Kept {
                message,
                from: Party::Page(page),
                intended: ad.reserved,
                since: now.seconds(),
                class: MessageClass::Ad,
            };
            self.people.keep(local, kept);
        }
    }

    /// Holds an ad that `rule` refuses at delivery, if the rule will admit it later and the policy says so, or
    /// withdraws it.
    fn hold_or_withdraw_ad(
        &mut self,
        now: SimTime,
        message: MessageId,
        ad: Ad,
        rule: RuleKind,
        out: &mut Outbox,
    ) {
        let Ad { user, campaign, .. } = ad;
        let place = self.place_of(user, campaign);
        let until = place.and_then(|place| {
            let candidate = self.candidate(now, place, campaign);
            self.config.policy.held_until(rule, &candidate)
        });
        let Some(until) = until else {
            out.fact(Fact::Withdrawn { message, rule });
            return self.withdraw_ad(now, message, ad, out);
        };
        self.ads.under_way.insert(message, Ad { held: true, ..ad });
        out.fact(Fact::Held { message, user, until });
        out.timer(until, Command::DeliverAd { message, user });
    }

    /// Hands an ad over to the user's device, and charges its price.
    fn hand_over_ad(
        &mut self,
        now: SimTime,
        message: MessageId,
        ad: Ad,
        permit: Permit,
        kept: bool,
        out: &mut Outbox,
    ) {
        let Ad {
            user,
            campaign,
            price,
            reserved,
            ..
        } = ad;
        let page = self.config.campaigns[campaign.index()].page;
        self.ads.under_way.remove(&message);
        if now > reserved {
            // Caps count what the user sees, so an ad that was kept counts from now.
            let local = self.config.homes.local(user.0);
            self.people.uncount_ad(local, page, reserved);
            self.count_ad(now, user, page);
            self.use_opt_in(now, ad);
        }
        let (held, earned) = (Account::LeaseHeld(campaign), self.ads.earned_as);
        self.ledger.shift(held, earned, price, message, &mut out.facts);
        self.note_feedback(now, campaign, |feedback| feedback.delivered += 1, out);
        out.fact(Fact::Delivered {
            message,
            class: MessageClass::Ad,
            from: Party::Page(page),
            to: Party::User(user),
        });
        out.fact(Fact::AdDelivered {
            message,
            user,
            campaign,
            price,
            permit,
        });
        out.notify(Notice::Ad {
            message,
            user,
            campaign,
            intended: reserved,
            kept: kept || ad.held,
        });
    }

    fn judge_again(&self, now: SimTime, local: usize, page: PageId, ad: Ad) -> Verdict {
        if !is_running(&self.config.campaigns[ad.campaign.index()], now) {
            return Err(RuleKind::Running);
        }
        self.judge_user_side_again(now, local, page, ad)
    }

    /// Releases what an undelivered ad has reserved: its price, its place under the caps, its basis.
    pub(crate) fn withdraw_ad(&mut self, now: SimTime, message: MessageId, ad: Ad, out: &mut Outbox) {
        self.ads.under_way.remove(&message);
        let page = self.config.campaigns[ad.campaign.index()].page;
        let (from, to) = (Account::LeaseHeld(ad.campaign), Account::Lease(ad.campaign));
        self.ledger.shift(from, to, ad.price, message, &mut out.facts);
        self.people
            .uncount_ad(self.config.homes.local(ad.user.0), page, ad.reserved);
        self.release_basis(ad);
        self.take_into_lease(ad, out);
        self.return_lease(now, ad.campaign, out);
    }

    /// Withdraws the ad whose message has expired in the inbox, if it was an ad.
    pub(crate) fn expire_ad(&mut self, now: SimTime, message: MessageId, out: &mut Outbox) {
        if let Some(ad) = self.ads.under_way.get(&message).copied() {
            self.withdraw_ad(now, message, ad, out);
        }
    }
}
