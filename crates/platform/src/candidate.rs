//! One ad that competes for one user's slot: the shard's implementation of a policy's [`AdContext`].

use crate::config::CampaignConfig;
use crate::conversation::{Conversation, Flag, NOT_YET};
use crate::conversations::Place;
use crate::people::People;
use crate::policy::{AdContext, OptIn, OptInScope, UserHistory};
use chappe_base::{Act, Format, PageId, SimTime, Span, Topic};

impl People {
    /// The campaign's ad in the conversation at `place`.
    #[inline]
    pub(crate) fn candidate<'a>(
        &'a self,
        now: SimTime,
        place: Place,
        campaign: &'a CampaignConfig,
    ) -> Candidate<'a> {
        Candidate {
            people: self,
            place,
            conversation: self.conversation(place),
            campaign,
            now,
            own: NOT_YET,
        }
    }
}

/// One ad that competes for one user's slot.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    people: &'a People,
    place: Place,
    conversation: &'a Conversation,
    campaign: &'a CampaignConfig,
    now: SimTime,
    /// When the ad was counted that is excluded from the counts; [`NOT_YET`] to exclude none.
    own: SimTime,
}

impl Candidate<'_> {
    /// The same, without the page's ad that was counted at `own`.
    pub(crate) fn without(self, own: SimTime) -> Self {
        Candidate { own, ..self }
    }
}

impl AdContext for Candidate<'_> {
    #[inline]
    fn now(&self) -> SimTime {
        self.now
    }

    #[inline]
    fn page(&self) -> PageId {
        self.campaign.page
    }

    #[inline]
    fn format(&self) -> Format {
        self.campaign.format
    }

    #[inline]
    fn topic(&self) -> Topic {
        self.campaign.topic
    }

    #[inline]
    fn opened(&self) -> Act {
        self.conversation.opened
    }

    #[inline]
    fn is_opened_by_user(&self) -> bool {
        self.conversation.opened_by_user
    }

    #[inline]
    fn first_topic(&self) -> Topic {
        self.conversation.first_topic
    }

    #[inline]
    fn since_last_act(&self) -> Option<Span> {
        self.conversation.since_last_act(self.now)
    }

    #[inline]
    fn is_blocked(&self) -> bool {
        self.conversation.is(Flag::Blocked)
    }

    #[inline]
    fn is_muted(&self) -> bool {
        self.conversation.is(Flag::Muted) | self.conversation.is(Flag::OptedOut)
    }

    #[inline]
    fn local_minute(&self) -> u16 {
        let zone = self.people.users[self.place.user as usize].time_zone_minutes;
        let local = self.now.0 / Span::MINUTE.0 + i64::from(zone);
        local.rem_euclid(24 * 60) as u16
    }
}

impl UserHistory for Candidate<'_> {
    #[inline]
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act> {
        let mut live = self.people.live_opt_ins(self.conversation);
        live.find(|opt_in| scope.covers(opt_in.topic, topic) && is_good(opt_in))
            .map(|opt_in| opt_in.act)
    }

    #[inline]
    fn further_sent(&self) -> bool {
        self.conversation.is(Flag::FurtherSent)
    }

    #[inline]
    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        let is_counted = self.own > since;
        self.people.ads_count(self.place.user as usize, page, since) - u16::from(is_counted)
    }

    #[inline]
    fn unanswered_count(&self, since: SimTime) -> u16 {
        let is_counted = self.own > since && !self.conversation.has_acted_after(self.own);
        self.people.unanswered_count(self.place.user as usize, since) - u16::from(is_counted)
    }
}
