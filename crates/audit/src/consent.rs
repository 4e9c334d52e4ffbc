//! Judges consent: the audit's own record of conversations, opt-ins, mutes and blocks, made of facts alone.
//!
//! It is a second implementation of what the platform keeps in `conversations`, on purpose: an error in one
//! is not repeated in the other.

mod judge;

pub(crate) use judge::judge_quiet_hours;

use crate::promises::TopicMatch;
use chappe_base::{Act, AppendMap, Map, PageId, Party, Seconds, Set, SimTime, Span, Topic, UserId};

const OPENED: u8 = 1;
const BY_USER: u8 = 2;
const BLOCKED: u8 = 4;
const MUTED: u8 = 8;
const OPTED_IN: u8 = 16;
const OPTED_OUT: u8 = 32;
const BOUGHT: u8 = 64;

/// A user and a page.
pub(crate) type UserPage = (UserId, PageId);

/// A live opt-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OptIn {
    topic: Topic,
    pub(crate) act: Act,
    given: Seconds,
}

impl OptIn {
    /// Its age, up to a second more than the true one.
    pub(crate) fn age(&self, now: SimTime) -> Span {
        now - self.given.time()
    }
}

/// The record of one user and one page. It holds the opt-in on the topic of first contact; the few others are
/// apart, which saves memory for all conversations.
#[derive(Clone, Copy, Debug)]
struct Conversation {
    opened: Act,
    topic: Topic,
    last_act: Seconds,
    /// The act before the last.
    act_before: Seconds,
    opt_in: Act,
    opted_in: Seconds,
    flags: u8,
}

impl Default for Conversation {
    fn default() -> Conversation {
        Conversation {
            opened: Act::default(),
            topic: Topic::default(),
            last_act: Seconds::NEVER,
            act_before: Seconds::NEVER,
            opt_in: Act::default(),
            opted_in: Seconds::NEVER,
            flags: 0,
        }
    }
}

impl Conversation {
    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.flags = self.flags & !flag | if on { flag } else { 0 };
    }
}

/// The fold over one shard's users and what they agreed to.
#[derive(Default, Debug)]
pub(crate) struct Consents {
    conversations: AppendMap<UserPage, Conversation>,
    /// Opt-ins on topics other than that of first contact.
    other_opt_ins: Map<UserPage, Vec<OptIn>>,
    blocked_people: Set<(UserId, UserId)>,
}

impl Consents {
    pub(crate) fn opened(
        &mut self,
        user_page: UserPage,
        act: Act,
        by_user: bool,
        topic: Topic,
        now: Seconds,
    ) {
        let conversation = self.conversations.get_or_insert(user_page);
        if conversation.is(OPENED) {
            return;
        }
        conversation.opened = act;
        conversation.topic = topic;
        conversation.set(OPENED, true);
        conversation.set(BY_USER, by_user);
        if by_user {
            conversation.last_act = now;
        }
    }

    #[inline]
    pub(crate) fn acted(&mut self, user_page: UserPage, now: Seconds) {
        let conversation = self.conversations.get_or_insert(user_page);
        conversation.act_before = std::mem::replace(&mut conversation.last_act, now);
    }

    /// The time of the user's last act, rounded down to the second.
    pub(crate) fn last_act(&self, user_page: UserPage) -> Option<SimTime> {
        let conversation = self.conversations.get(&user_page)?;
        (conversation.last_act != Seconds::NEVER).then(|| conversation.last_act.time())
    }

    /// The time of the act before the user's last, rounded down to the second.
    pub(crate) fn act_before(&self, user_page: UserPage) -> Option<SimTime> {
        let conversation = self.conversations.get(&user_page)?;
        (conversation.act_before != Seconds::NEVER).then(|| conversation.act_before.time())
    }

    pub(crate) fn opted_in(&mut self, user_page: UserPage, topic: Topic, act: Act, given: Seconds) {
        self.drop_opt_in(user_page, topic);
        let conversation = self.conversations.get_or_insert(user_page);
        conversation.set(OPTED_OUT, false);
        if conversation.is(OPENED) && conversation.topic == topic {
            conversation.opt_in = act;
            conversation.opted_in = given;
            conversation.set(OPTED_IN, true);
        } else {
            let others = self.other_opt_ins.entry(user_page).or_default();
            others.push(OptIn { topic, act, given });
        }
    }

    /// The user revoked consent: the opt-in on `topic`, and all ads of the page.
    pub(crate) fn opted_out(&mut self, user_page: UserPage, topic: Topic) {
        self.drop_opt_in(user_page, topic);
        self.conversations.get_or_insert(user_page).set(OPTED_OUT, true);
    }

    fn drop_opt_in(&mut self, user_page: UserPage, topic: Topic) {
        if let Some(conversation) = self.conversations.get_mut(&user_page)
            && conversation.topic == topic
        {
            conversation.set(OPTED_IN, false);
        }
        if let Some(others) = self.other_opt_ins.get_mut(&user_page) {
            others.retain(|other| other.topic != topic);
            if others.is_empty() {
                self.other_opt_ins.remove(&user_page);
            }
        }
    }

    /// The user reserved money for an order with the page.
    pub(crate) fn bought(&mut self, user_page: UserPage) {
        self.conversations.get_or_insert(user_page).set(BOUGHT, true);
    }

    pub(crate) fn muted(&mut self, user_page: UserPage) {
        self.conversations.get_or_insert(user_page).set(MUTED, true);
    }

    pub(crate) fn blocked(&mut self, user: UserId, party: Party, on: bool) {
        match party {
            Party::Page(page) => self.conversations.get_or_insert((user, page)).set(BLOCKED, on),
            Party::User(person) => {
                if on {
                    self.blocked_people.insert((user, person));
                } else {
                    self.blocked_people.remove(&(user, person));
                }
            }
        }
    }

    /// The live opt-ins of a user for a page.
    fn opt_ins(&self, user_page: UserPage) -> impl Iterator<Item = OptIn> {
        let conversation = self
            .conversations
            .get(&user_page)
            .filter(|conversation| conversation.is(OPTED_IN));
        let first = conversation.map(|conversation| OptIn {
            topic: conversation.topic,
            act: conversation.opt_in,
            given: conversation.opted_in,
        });
        let others = self.other_opt_ins.get(&user_page).into_iter().flatten().copied();
        first.into_iter().chain(others)
    }

    /// Whether a live opt-in covers `topic`, and was given by `act` if that is named.
    pub(crate) fn has_opt_in(
        &self,
        user_page: UserPage,
        scope: TopicMatch,
        topic: Topic,
        act: Option<Act>,
    ) -> bool {
        self.opt_ins(user_page)
            .any(|opt_in| scope.holds(opt_in.topic, topic) && act.is_none_or(|act| act == opt_in.act))
    }

    /// The live opt-in on `topic`.
    pub(crate) fn opt_in_on(&self, user_page: UserPage, topic: Topic) -> Option<OptIn> {
        self.opt_ins(user_page).find(|opt_in| opt_in.topic == topic)
    }

    /// The live opt-in that `act` gave.
    pub(crate) fn opt_in_of(&self, user_page: UserPage, act: Act) -> Option<OptIn> {
        self.opt_ins(user_page).find(|opt_in| opt_in.act == act)
    }

    fn is(&self, user_page: UserPage, flag: u8) -> bool {
        let conversation = self.conversations.get(&user_page);
        conversation.is_some_and(|conversation| conversation.is(flag))
    }

    pub(crate) fn bytes(&self) -> usize {
        let others = self
            .other_opt_ins
            .values()
            .map(|others| others.capacity() * size_of::<OptIn>());
        self.conversations.bytes()
            + self.other_opt_ins.allocation_size()
            + others.sum::<usize>()
            + self.blocked_people.allocation_size()
    }
}
