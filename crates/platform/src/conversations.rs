//! A user's conversations with pages: finding and opening them, and the consent given in them.
//!
//! Most users have one or two conversations, so the latest is in the user's cache line and the others are a
//! list in a pool. The same holds for a conversation's opt-ins.

use crate::conversation::{Conversation, Flag, NOT_YET};
use crate::people::People;
use crate::policy::{Basis, OptIn};
use crate::pool::NIL;
use chappe_base::{Act, PageId, Seconds, SimTime, Topic};
use std::hint::select_unpredictable;

/// The position of a conversation. It is valid until the user opens the next one, which moves the latest into
/// the pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) user: u32,
    /// Index among the earlier conversations; [`NIL`] for the user's latest.
    earlier: u32,
}

impl People {
    /// The user's conversation with `page`.
    #[inline]
    pub(crate) fn find(&self, user: usize, page: PageId) -> Option<Place> {
        let owner = &self.users[user];
        let latest = owner.latest.as_ref()?;
        // The latest and the one before are equally likely, so a branch would be mispredicted half of the
        // time.
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

    /// The user's latest conversation.
    #[inline]
    pub(crate) fn latest_conversation(&self, user: usize) -> Option<Place> {
        let place = Place {
            user: user as u32,
            earlier: NIL,
        };
        self.users[user].latest.is_some().then_some(place)
    }

    /// The conversation opened before the one at `place`.
    #[inline]
    pub(crate) fn conversation_before(&self, place: Place) -> Option<Place> {
        let earlier = if place.earlier == NIL {
            self.users[place.user as usize].earlier
        } else {
            self.conversations.next(place.earlier)
        };
        (earlier != NIL).then_some(Place { earlier, ..place })
    }

    /// Prefetches the conversation at `place`, if any.
    #[inline]
    pub(crate) fn touch_conversation(&self, place: Option<Place>) {
        if let Some(place) = place {
            self.conversations.touch(place.earlier);
        }
    }

    /// Opens a conversation at `at`. If the user opens it, that is their first act.
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

    /// Records an act of the user in a conversation.
    pub(crate) fn act(&mut self, place: Place, at: SimTime) {
        let conversation = self.conversation_mut(place);
        conversation.last_act = at;
        conversation.set(Flag::FurtherSent, false);
    }

    /// Records an opt-in. It replaces one on the same topic.
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

    /// Removes the opt-in on `topic` and opts out of the page's ads. Returns whether that changed anything.
    pub(crate) fn opt_out(&mut self, place: Place, topic: Topic) -> bool {
        let had_opted_in = self.drop_opt_in(place, topic);
        self.conversation_mut(place).set(Flag::OptedOut, true) || had_opted_in
    }

    /// Removes the opt-in on `topic`. Returns whether there was one.
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
    pub(crate) fn live_opt_ins(&self, conversation: &Conversation) -> impl Iterator<Item = OptIn> {
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

    /// Uses the basis of an ad at `at`. Returns when it was used before.
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

    /// Releases the basis that an undelivered ad used at `at`, unless it has been used or renewed since. An
    /// opt-in gets back its use `before`.
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
}
