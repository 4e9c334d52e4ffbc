//! Broadcast campaigns: each shard judges its part of the audience when the campaign begins, and sends every
//! allowed ad to the user's inbox.
//!
//! Some platforms do this instead of waiting until a user comes on line. A shard works in chunks, so that
//! other commands are served in between, and pauses when its lease is used up.

use super::{Ad, Judged, LeaseAnswer, is_running};
use crate::command::Command;
use crate::conversations::Place;
use crate::outbox::Outbox;
use crate::shard::Shard;
use chappe_base::{Act, ActKind, CampaignId, MessageId, ShardId, SimTime, UserId};
use std::sync::Arc;

/// Users per chunk.
const CHUNK: usize = 512;

impl Shard {
    /// At the page's home: starts the broadcast on every shard.
    pub(crate) fn begin_broadcast(&self, campaign: CampaignId, out: &mut Outbox) {
        for shard in 0..self.config.homes.shards() {
            out.forward(ShardId(shard), Command::Broadcast { campaign, from: 0 });
        }
    }

    /// Sends the campaign to this shard's audience from local user `from` on, until the lease is used up or
    /// the chunk is done.
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
            if self.ask_lease(now, campaign, user, out) != LeaseAnswer::Pays {
                // `resume_broadcast` continues here after the page's home has answered.
                self.ads.leases[campaign.index()].broadcast = Some(local as u32);
                return;
            }
            let verdict = self.judge_user_side(now, place, campaign);
            let judged = Judged {
                campaign,
                place,
                verdict,
            };
            self.decide(now, user, judged, out);
            let message = broadcast_message(now, user, campaign);
            if verdict.is_ok() && !self.ads.under_way.contains_key(&message) {
                let ad = Ad {
                    user,
                    campaign,
                    price: self.ads.reserve,
                    reserved: now,
                    until: self.ads.leases[campaign.index()].until,
                    basis: self.take_basis(now, user, campaign),
                    held: false,
                };
                self.reserve_ad(now, message, ad, out);
            }
        }
        if until < users_count {
            let from = until as u32;
            out.timer(now, Command::Broadcast { campaign, from });
        }
    }

    /// Continues a broadcast that waits for a lease, at time `at`.
    pub(crate) fn resume_broadcast(&mut self, at: SimTime, campaign: CampaignId, out: &mut Outbox) {
        if let Some(from) = self.ads.leases[campaign.index()].broadcast.take() {
            out.timer(at, Command::Broadcast { campaign, from });
        }
    }
}

/// The message of a broadcast ad. No act of the user opened a slot, so the number is made of the campaign, at
/// a position that no conversation reaches.
fn broadcast_message(now: SimTime, user: UserId, campaign: CampaignId) -> MessageId {
    let act = Act::new(now.day(), u32::from(campaign.0), ActKind::Ad, Act::POSITIONS - 1);
    MessageId::new(user, act)
}
