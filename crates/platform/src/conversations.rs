//! A user's conversations with pages, and the consent given in them.

use crate::config::Config;
use crate::people::{NOT_YET, People};
use crate::policy::{Case, Memory, OptInScope};
use crate::pool::NIL;
use chappe_base::{Act, CampaignId, PageId, SimTime, Span, Topic};

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
    /// The live opt-in that was given last.
    opt_in: Option<OptIn>,
    /// Those that were given before.
    earlier_opt_ins: u32,
    opened_by_user: bool,
    pub(crate) blocked: bool,
    pub(crate) muted: bool,
    /// Whether the page has lost the leave to send ads, until the next opt-in.
    opted_out: bool,
}

/// A live opt-in. History is in the log; the state holds what is in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OptIn {
    topic: Topic,
    act: Act,
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
        let mut place = self.latest_conversation(user);
        while let Some(here) = place
            && self.conversation(here).page != page
        {
            place = self.conversation_before(here);
        }
        place
    }

    #[inline]
    pub(crate) fn conversation(&self, place: Place) -> &Conversation {
        if place.earlier == NIL {
            let latest = self.users[place.user as usize].latest.as_ref();
            latest.expect("a place is that of a conversation")
        } else {
            self.conversations.get(place.earlier)
        }
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
            opt_in: None,
            earlier_opt_ins: NIL,
            opened_by_user: by_user,
            blocked: false,
            muted: false,
            opted_out: false,
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
        self.conversation_mut(place).last_act = at;
    }

    /// Puts an opt-in on record; a newer one on the same topic replaces the older.
    pub(crate) fn opt_in(&mut self, place: Place, topic: Topic, act: Act) {
        self.drop_opt_in(place, topic);
        let mut conversation = *self.conversation(place);
        conversation.opted_out = false;
        if let Some(before) = conversation.opt_in.replace(OptIn { topic, act }) {
            let mut earlier = conversation.earlier_opt_ins;
            self.opt_ins.push(&mut earlier, before);
            conversation.earlier_opt_ins = earlier;
        }
        *self.conversation_mut(place) = conversation;
    }

    /// Takes the opt-in on `topic` off the record, and the page's leave to send ads at all; whether
    /// that changed anything.
    pub(crate) fn opt_out(&mut self, place: Place, topic: Topic) -> bool {
        let had_opted_in = self.drop_opt_in(place, topic);
        let had_opted_out = std::mem::replace(&mut self.conversation_mut(place).opted_out, true);
        had_opted_in || !had_opted_out
    }

    /// Takes the opt-in on `topic` off the record; whether there was one.
    fn drop_opt_in(&mut self, place: Place, topic: Topic) -> bool {
        let mut conversation = *self.conversation(place);
        let mut earlier = conversation.earlier_opt_ins;
        let had = if conversation.opt_in.is_some_and(|latest| latest.topic == topic) {
            conversation.opt_in = self.opt_ins.remove(&mut earlier, |_| true);
            true
        } else {
            self.opt_ins
                .remove(&mut earlier, |opt_in| opt_in.topic == topic)
                .is_some()
        };
        conversation.earlier_opt_ins = earlier;
        *self.conversation_mut(place) = conversation;
        had
    }

    /// The case of one campaign for one user's slot, as the policy wants it put.
    #[inline]
    pub(crate) fn case(&self, config: &Config, place: Place, campaign: CampaignId, now: SimTime) -> Case {
        let conversation = self.conversation(place);
        let last_act = conversation.last_act;
        let campaign = &config.campaigns[campaign.index()];
        let local = now.0 / Span::MINUTE.0 + i64::from(self.users[place.user as usize].time_zone_minutes);
        Case {
            now,
            page: conversation.page,
            format: campaign.format,
            topic: campaign.topic,
            opened: conversation.opened,
            opened_by_user: conversation.opened_by_user,
            first_topic: conversation.first_topic,
            since_last_act: (last_act != NOT_YET).then(|| now - last_act),
            blocked: conversation.blocked,
            muted: conversation.muted || conversation.opted_out,
            local_minute: local.rem_euclid(24 * 60) as u16,
        }
    }

    /// What the policy may look up about the user and the conversation at `place`.
    pub(crate) fn memory(&self, place: Place) -> UserMemory<'_> {
        UserMemory { people: self, place }
    }
}

/// A user's memory, for the policy.
pub(crate) struct UserMemory<'a> {
    people: &'a People,
    place: Place,
}

impl Memory for UserMemory<'_> {
    fn opt_in(&self, scope: OptInScope, topic: Topic) -> Option<Act> {
        let conversation = self.people.conversation(self.place);
        let earlier = self.people.opt_ins.iter(conversation.earlier_opt_ins);
        let mut live = conversation
            .opt_in
            .into_iter()
            .chain(earlier.map(|(_, opt_in)| *opt_in));
        live.find(|opt_in| scope.covers(opt_in.topic, topic))
            .map(|opt_in| opt_in.act)
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        self.people.ads_count(self.place.user as usize, page, since)
    }
}
