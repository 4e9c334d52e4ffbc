//! A user's conversations with pages, and the consent given in them.

use crate::config::{Audience, CampaignConfig};
use crate::people::{NOT_YET, People};
use crate::policy::{AdContext, Basis, OptIn, OptInScope, UserHistory};
use crate::pool::NIL;
use chappe_base::{Act, Format, PageId, Seconds, SimTime, Span, Topic};
use std::hint::select_unpredictable;

/// A user's conversation with a page, as the user's shard remembers it. Packed, so that a user fills
/// a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct Conversation {
    pub(crate) page: PageId,
    first_topic: Topic,
    opened: Act,
    /// [`NOT_YET`] if the user never acted.
    last_act: SimTime,
    /// The live opt-in that was given last, if [`Flag::HasOptIn`]. History is in the log; the state
    /// holds what is in force.
    opt_in: OptIn,
    /// Those that were given before.
    earlier_opt_ins: u32,
    opened_by_user: bool,
    flags: u8,
}

/// What may change in a conversation, a bit each.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Flag {
    /// The user blocked the page.
    Blocked = 1,
    /// The user muted the page.
    Muted = 2,
    /// The page has lost the leave to send ads, until the next opt-in.
    OptedOut = 4,
    /// There is a live opt-in.
    HasOptIn = 8,
    /// The page has sent its one further message since the user's last act.
    FurtherSent = 16,
    /// The user has begun to buy something of the page.
    Bought = 32,
}

impl Conversation {
    pub(crate) fn is(&self, flag: Flag) -> bool {
        self.flags & flag as u8 != 0
    }

    /// Raises or lowers a flag; whether that changed anything.
    pub(crate) fn set(&mut self, flag: Flag, on: bool) -> bool {
        let changes = self.is(flag) != on;
        self.flags ^= if changes { flag as u8 } else { 0 };
        changes
    }

    fn latest_opt_in(&self) -> Option<OptIn> {
        self.is(Flag::HasOptIn).then_some(self.opt_in)
    }

    fn set_latest_opt_in(&mut self, opt_in: Option<OptIn>) {
        self.set(Flag::HasOptIn, opt_in.is_some());
        self.opt_in = opt_in.unwrap_or(self.opt_in);
    }

    /// Whether a campaign for `audience` is meant for the user.
    #[inline]
    pub(crate) fn is_in(&self, audience: Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Shoppers => self.is(Flag::Bought),
        }
    }

    pub(crate) fn has_acted_after(&self, at: SimTime) -> bool {
        let last_act = self.last_act;
        last_act > at
    }

    /// Time from the user's last act to `now`; `None` if they never acted.
    pub(crate) fn since_last_act(&self, now: SimTime) -> Option<Span> {
        let last_act = self.last_act;
        (last_act != NOT_YET).then(|| now - last_act)
    }
}

/// Where a conversation is kept, until the next one is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    user: u32,
    /// Among the earlier conversations; [`NIL`] for the user's latest.
    earlier: u32,
}

impl People {
    /// The conversation with `page`, by its place.
    #[inline]
    pub(crate) fn find(&self, user: usize, page: PageId) -> Option<Place> {
        let owner = &self.users[user];
        let latest = owner.latest.as_ref()?;
        // It is as often the latest as the one before: no branch foretells which.
        let mut place = Place {
            user: user as u32,
            earlier: select_unpredictable(latest.page == page, NIL, owner.earlier),
        };
        while self.conversation(place).page != page {
            place = self.conversation_before(place)?;
        }
        Some(place)
    }

    #[inline]
    pub(crate) fn conversation(&self, place: Place) -> &Conversation {
        let latest = self.users[place.user as usize].latest.as_ref();
        let latest = latest.expect("a place is that of a conversation");
        self.conversations.get(place.earlier).unwrap_or(latest)
    }

    pub(crate) fn conversation_mut(&mut self, place: Place) -> &mut Conversation {
        if place.earlier == NIL {
            let latest = self.users[place.user as usize].latest.as_mut();
            latest.expect("a place is that of a conversation")
        } else {
            self.conversations.get_mut(place.earlier)
        }
    }

    /// The place of the user's latest conversation.
    #[inline]
    pub(crate) fn latest_conversation(&self, user: usize) -> Option<Place> {
        let place = Place {
            user: user as u32,
            earlier: NIL,
        };
        self.users[user].latest.is_some().then_some(place)
    }

    /// The place of the conversation opened before the one at `place`.
    #[inline]
    pub(crate) fn conversation_before(&self, place: Place) -> Option<Place> {
        let earlier = if place.earlier == NIL {
            self.users[place.user as usize].earlier
        } else {
            self.conversations.next(place.earlier)
        };
        (earlier != NIL).then_some(Place { earlier, ..place })
    }

    /// Prefetches a conversation that is looked into soon, if there is one.
    #[inline]
    pub(crate) fn touch_conversation(&self, place: Option<Place>) {
        if let Some(place) = place {
            self.conversations.touch(place.earlier);
        }
    }

    /// Opens a conversation; `at` is the user's act if they opened it. Its place.
    pub(crate) fn open(
        &mut self,
        user: usize,
        page: PageId,
        opened: Act,
        by_user: bool,
        topic: Topic,
        at: SimTime,
    ) -> Place {
        let conversation = Conversation {
            page,
            first_topic: topic,
            opened,
            last_act: if by_user { at } else { NOT_YET },
            opt_in: OptIn {
                topic,
                act: opened,
                given: at.hours_above(),
                used: Seconds::NEVER,
            },
            earlier_opt_ins: NIL,
            opened_by_user: by_user,
            flags: 0,
        };
        let owner = &mut self.users[user];
        if let Some(latest) = owner.latest.replace(conversation) {
            self.conversations.push(&mut owner.earlier, latest);
        }
        Place {
            user: user as u32,
            earlier: NIL,
        }
    }

    /// Notes the user's act in a conversation.
    pub(crate) fn act(&mut self, place: Place, at: SimTime) {
        let conversation = self.conversation_mut(place);
        conversation.last_act = at;
        conversation.set(Flag::FurtherSent, false);
    }

    /// Puts an opt-in on record; a newer one on the same topic replaces the older.
    pub(crate) fn opt_in(&mut self, place: Place, topic: Topic, act: Act, at: SimTime) {
        self.drop_opt_in(place, topic);
        let mut conversation = *self.conversation(place);
        conversation.set(Flag::OptedOut, false);
        if let Some(before) = conversation.latest_opt_in() {
            let mut earlier = conversation.earlier_opt_ins;
            self.opt_ins.push(&mut earlier, before);
            conversation.earlier_opt_ins = earlier;
        }
        conversation.set_latest_opt_in(Some(OptIn {
            topic,
            act,
            given: at.hours_above(),
            used: Seconds::NEVER,
        }));
        *self.conversation_mut(place) = conversation;
    }

    /// Takes the opt-in on `topic` off the record, and the page's leave to send ads at all; whether
    /// that changed anything.
    pub(crate) fn opt_out(&mut self, place: Place, topic: Topic) -> bool {
        let had_opted_in = self.drop_opt_in(place, topic);
        self.conversation_mut(place).set(Flag::OptedOut, true) || had_opted_in
    }

    /// Takes the opt-in on `topic` off the record; whether there was one.
    fn drop_opt_in(&mut self, place: Place, topic: Topic) -> bool {
        let mut conversation = *self.conversation(place);
        let mut earlier = conversation.earlier_opt_ins;
        let had = if conversation
            .latest_opt_in()
            .is_some_and(|latest| { latest.topic } == topic)
        {
            conversation.set_latest_opt_in(self.opt_ins.remove(&mut earlier, |_| true));
            true
        } else {
            self.opt_ins
                .remove(&mut earlier, |opt_in| { opt_in.topic } == topic)
                .is_some()
        };
        conversation.earlier_opt_ins = earlier;
        *self.conversation_mut(place) = conversation;
        had
    }

    /// The conversation's live opt-ins, the latest first.
    fn live_opt_ins(&self, conversation: &Conversation) -> impl Iterator<Item = OptIn> {
        let earlier = self.opt_ins.iter(conversation.earlier_opt_ins);
        conversation
            .latest_opt_in()
            .into_iter()
            .chain(earlier.map(|(_, opt_in)| *opt_in))
    }

    /// The live opt-in on `topic`.
    pub(crate) fn opt_in_on(&self, place: Place, topic: Topic) -> Option<OptIn> {
        let mut live = self.live_opt_ins(self.conversation(place));
        live.find(|opt_in| topic == { opt_in.topic })
    }

    /// The live opt-in that `act` gave.
    fn opt_in_of(&mut self, place: Place, act: Act) -> Option<&mut OptIn> {
        let conversation = *self.conversation(place);
        if conversation
            .latest_opt_in()
            .is_some_and(|latest| { latest.act } == act)
        {
            return Some(&mut self.conversation_mut(place).opt_in);
        }
        let mut earlier = self.opt_ins.iter(conversation.earlier_opt_ins);
        let place = earlier
            .find(|(_, opt_in)| { opt_in.act } == act)
            .map(|(place, _)| place);
        drop(earlier);
        Some(self.opt_ins.get_mut(place?))
    }

    /// Takes up the ground of an ad at `at`; what it was used for before.
    pub(crate) fn use_basis(&mut self, place: Place, basis: Basis, at: SimTime) -> Seconds {
        match basis {
            Basis::Window => {}
            Basis::Further => {
                self.conversation_mut(place).set(Flag::FurtherSent, true);
            }
            Basis::OptIn(act) => {
                if let Some(opt_in) = self.opt_in_of(place, act) {
                    let before = opt_in.used;
                    opt_in.used = at.seconds_above();
                    return before;
                }
            }
        }
        Seconds::NEVER
    }

    /// Gives back what an ad that came to nothing had taken up at `at`, unless it has changed since:
    /// an opt-in as it was used `before`.
    pub(crate) fn release_basis(&mut self, place: Place, basis: Basis, at: SimTime, before: Seconds) {
        match basis {
            Basis::Window => {}
            Basis::Further => {
                let conversation = self.conversation_mut(place);
                if !conversation.has_acted_after(at) {
                    conversation.set(Flag::FurtherSent, false);
                }
            }
            Basis::OptIn(act) => {
                if let Some(opt_in) = self.opt_in_of(place, act)
                    && { opt_in.used } == at.seconds_above()
                {
                    opt_in.used = before;
                }
            }
        }
    }

    /// One campaign that asks for one user's slot, in the conversation at `place`.
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

/// One ad that asks for one user's slot, as the user's shard knows it.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    people: &'a People,
    place: Place,
    conversation: &'a Conversation,
    campaign: &'a CampaignConfig,
    now: SimTime,
    /// When the ad was counted that is left out of the counts, if one is.
    own: SimTime,
}

impl Candidate<'_> {
    /// The same but for the page's ad that was counted at `own`.
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
