//! Campaigns that are pushed: the whole audience is judged when they begin, and what is allowed goes to
//! the inbox.

use super::{Ad, is_running};
use crate::command::Command;
use crate::conversations::Place;
use crate::outbox::Outbox;
use crate::shard::Shard;
use chappe_base::{Act, ActKind, CampaignId, Decision, Fact, MessageId, ShardId, SimTime, UserId};
use std::sync::Arc;

/// Users who are gone through before others get their turn at the shard.
const CHUNK: usize = 512;

impl Shard {
    /// The page's home: every shard is to go through its part of the audience.
    pub(crate) fn begin_broadcast(&self, campaign: CampaignId, out: &mut Outbox) {
        for shard in 0..self.config.homes.shards() {
            out.forward(ShardId(shard), Command::Broadcast { campaign, from: 0 });
        }
    }

    /// Goes through this shard's audience from its user number `from` on, as far as the lease pays.
    pub(crate) fn broadcast(&mut self, now: SimTime, campaign: CampaignId, from: u32, out: &mut Outbox) {
        let config = Arc::clone(&self.config);
        let terms = &config.campaigns[campaign.index()];
        if !is_running(terms, now) {
            return;
        }
        let users_count = config.homes.count(self.id, config.users_count);
        let until = (from as usize + CHUNK).min(users_count);
        for local in from as usize..until {
            let place = self.people.find(local, terms.page);
            let is_in_audience = |place: &Place| self.people.conversation(*place).is_in(terms.audience);
            let Some(place) = place.filter(is_in_audience) else {
                continue;
            };
            let user = UserId(config.homes.number(self.id, local));
            if self.lease_pays(now, campaign, user, out).is_err() {
                // It goes on here when the page's home has answered.
                self.ads.leases[campaign.index()].broadcast = Some(local as u32);
                return;
            }
            let verdict = self.judge(now, user, place, campaign, out);
            out.fact(Fact::Decided {
                user,
                page: terms.page,
                campaign,
                decision: verdict.map_or_else(Decision::Refused, Decision::Allowed),
            });
            let message = broadcast_message(now, user, campaign);
            if verdict.is_ok() && !self.ads.under_way.contains_key(&message) {
                let ad = Ad {
                    user,
                    campaign,
                    price: self.ads.reserve,
                    reserved: now,
                    until: self.ads.leases[campaign.index()].until,
                    basis: self.take_basis(now, user, campaign),
                };
                self.reserve_ad(now, message, ad, out);
            }
        }
        if until < users_count {
            let from = until as u32;
            out.timer(now, Command::Broadcast { campaign, from });
        }
    }

    /// The page's home has answered: a broadcast that waited goes on at `at`.
    pub(crate) fn resume_broadcast(&mut self, at: SimTime, campaign: CampaignId, out: &mut Outbox) {
        if let Some(from) = self.ads.leases[campaign.index()].broadcast.take() {
            out.timer(at, Command::Broadcast { campaign, from });
        }
    }
}

/// The message of a pushed ad. No act of the user gave the slot, so it is numbered by the campaign, at
/// a position that no conversation reaches.
fn broadcast_message(now: SimTime, user: UserId, campaign: CampaignId) -> MessageId {
    let act = Act::new(now.day(), u32::from(campaign.0), ActKind::Ad, Act::POSITIONS - 1);
    MessageId::new(user, act)
}
