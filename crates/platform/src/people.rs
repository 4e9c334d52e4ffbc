//! The user's side of everything: presence, blocks, conversations with pages, opt-ins, ads seen.

use crate::config::Config;
use crate::policy::{Case, Memory, OptInScope};
use crate::pool::{NIL, Pool};
use chappe_base::{Act, CampaignId, PageId, Party, Seconds, Set, SimTime, Span, Topic, UserId, prefetch};

/// What is touched on every event of a user.
#[derive(Clone, Copy, Debug)]
struct User {
    online_until: SimTime,
    /// Last of the kept messages.
    inbox: u32,
    conversations: u32,
    ads: u32,
    time_zone_minutes: i16,
    /// Whether this user has ever blocked another: else no look-up is needed.
    blocks_people: bool,
}

/// A user's conversation with a page, as the user's shard remembers it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversation {
    pub(crate) page: PageId,
    pub(crate) first_topic: Topic,
    pub(crate) opened: Act,
    last_act: Option<SimTime>,
    opt_ins: u32,
    pub(crate) opened_by_user: bool,
    pub(crate) blocked: bool,
    pub(crate) muted: bool,
    /// Whether the page has lost the leave to send ads, until the next opt-in.
    pub(crate) opted_out: bool,
}

/// A live opt-in. History is in the log; the state holds what is in force.
#[derive(Clone, Copy, Debug)]
struct OptIn {
    topic: Topic,
    act: Act,
}

/// An ad that counts towards a cap.
#[derive(Clone, Copy, Debug)]
struct AdSeen {
    page: PageId,
    at: SimTime,
}

/// A message kept for a user who is off line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) message: chappe_base::MessageId,
    pub(crate) from: Party,
    pub(crate) intended: SimTime,
    pub(crate) since: Seconds,
    pub(crate) class: chappe_base::MessageClass,
}

/// The users of one shard.
#[derive(Debug)]
pub(crate) struct People {
    users: Vec<User>,
    pub(crate) inbox: Pool<Kept>,
    conversations: Pool<Conversation>,
    opt_ins: Pool<OptIn>,
    ads: Pool<AdSeen>,
    blocks: Set<(u32, UserId)>,
}

impl People {
    pub(crate) fn new(time_zones: impl Iterator<Item = i16>) -> People {
        let user = |time_zone_minutes| User {
            online_until: SimTime(i64::MIN),
            inbox: NIL,
            conversations: NIL,
            ads: NIL,
            time_zone_minutes,
            blocks_people: false,
        };
        People {
            users: time_zones.map(user).collect(),
            inbox: Pool::default(),
            conversations: Pool::default(),
            opt_ins: Pool::default(),
            ads: Pool::default(),
            blocks: Set::default(),
        }
    }

    #[inline]
    pub(crate) fn touch(&self, user: usize) {
        prefetch(&self.users[user]);
    }

    pub(crate) fn is_online(&self, user: usize, now: SimTime) -> bool {
        now < self.users[user].online_until
    }

    /// Notes that the device is on line until then; whether it was off line before.
    pub(crate) fn connect(&mut self, user: usize, now: SimTime, until: SimTime) -> bool {
        let online_until = &mut self.users[user].online_until;
        let was_offline = *online_until <= now;
        *online_until = until.max(*online_until);
        was_offline
    }

    pub(crate) fn keep(&mut self, user: usize, kept: Kept) {
        self.inbox.append(&mut self.users[user].inbox, kept);
    }

    pub(crate) fn take_kept(&mut self, user: usize) -> Option<Kept> {
        self.inbox.take_first(&mut self.users[user].inbox)
    }

    /// Everything still kept, by user, each user's oldest first.
    pub(crate) fn drain_kept(&mut self) -> impl Iterator<Item = Kept> {
        let mut user = 0;
        std::iter::from_fn(move || {
            while user < self.users.len() {
                if let Some(kept) = self.take_kept(user) {
                    return Some(kept);
                }
                user += 1;
            }
            None
        })
    }

    /// Whether `user` blocked `other`.
    #[inline]
    pub(crate) fn has_blocked(&self, user: usize, other: UserId) -> bool {
        self.users[user].blocks_people && self.blocks.contains(&(user as u32, other))
    }

    /// Blocks another person; false if they already were.
    pub(crate) fn block_person(&mut self, user: usize, other: UserId) -> bool {
        self.users[user].blocks_people = true;
        self.blocks.insert((user as u32, other))
    }

    /// Lifts a block; false if there was none.
    pub(crate) fn unblock_person(&mut self, user: usize, other: UserId) -> bool {
        self.blocks.remove(&(user as u32, other))
    }

    /// The conversation with `page`, by its place.
    pub(crate) fn find(&self, user: usize, page: PageId) -> Option<u32> {
        let mut all = self.conversations.iter(self.users[user].conversations);
        all.find(|(_, conversation)| conversation.page == page)
            .map(|(place, _)| place)
    }

    pub(crate) fn conversation(&self, place: u32) -> &Conversation {
        self.conversations.get(place)
    }

    pub(crate) fn conversation_mut(&mut self, place: u32) -> &mut Conversation {
        self.conversations.get_mut(place)
    }

    /// The place of the user's latest conversation.
    pub(crate) fn first_conversation(&self, user: usize) -> Option<u32> {
        Some(self.users[user].conversations).filter(|place| *place != NIL)
    }

    /// The place of the conversation opened before the one at `place`.
    pub(crate) fn next_conversation(&self, place: u32) -> Option<u32> {
        self.conversations.next(place)
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
    ) -> u32 {
        let conversation = Conversation {
            page,
            first_topic: topic,
            opened,
            last_act: by_user.then_some(at),
            opt_ins: NIL,
            opened_by_user: by_user,
            blocked: false,
            muted: false,
            opted_out: false,
        };
        let list = &mut self.users[user].conversations;
        self.conversations.push(list, conversation);
        *list
    }

    /// Notes the user's act in a conversation.
    pub(crate) fn act(&mut self, place: u32, at: SimTime) {
        self.conversations.get_mut(place).last_act = Some(at);
    }

    /// Puts an opt-in on record; a newer one on the same topic replaces the older.
    pub(crate) fn opt_in(&mut self, place: u32, topic: Topic, act: Act) {
        self.drop_opt_in(place, topic);
        let conversation = self.conversations.get_mut(place);
        conversation.opted_out = false;
        self.opt_ins.push(&mut conversation.opt_ins, OptIn { topic, act });
    }

    /// Takes the opt-in on `topic` off the record, and the page's leave to send ads at all; whether
    /// that changed anything.
    pub(crate) fn opt_out(&mut self, place: u32, topic: Topic) -> bool {
        let had_opted_in = self.drop_opt_in(place, topic);
        let had_opted_out = std::mem::replace(&mut self.conversations.get_mut(place).opted_out, true);
        had_opted_in || !had_opted_out
    }

    /// Takes the opt-in on `topic` off the record; whether there was one.
    fn drop_opt_in(&mut self, place: u32, topic: Topic) -> bool {
        let list = &mut self.conversations.get_mut(place).opt_ins;
        self.opt_ins
            .remove(list, |opt_in| opt_in.topic == topic)
            .is_some()
    }

    /// Counts an ad from `page` towards the caps, and forgets those that `oldest` has outrun.
    pub(crate) fn count_ad(&mut self, user: usize, page: PageId, at: SimTime, oldest: SimTime) {
        let list = &mut self.users[user].ads;
        while self.ads.remove(list, |seen| seen.at <= oldest).is_some() {}
        self.ads.push(list, AdSeen { page, at });
    }

    /// Gives the place under the caps back that an ad took at `at` and did not use.
    pub(crate) fn uncount_ad(&mut self, user: usize, page: PageId, at: SimTime) {
        self.ads.remove(&mut self.users[user].ads, |seen| {
            seen.page == page && seen.at == at
        });
    }

    /// The case of one campaign for one user's slot, as the policy wants it put.
    pub(crate) fn case(
        &self,
        config: &Config,
        user: usize,
        place: u32,
        campaign: CampaignId,
        now: SimTime,
    ) -> Case {
        let conversation = self.conversation(place);
        let campaign = &config.campaigns[campaign.index()];
        let local = now.0 / Span::MINUTE.0 + i64::from(self.users[user].time_zone_minutes);
        Case {
            now,
            page: conversation.page,
            format: campaign.format,
            topic: campaign.topic,
            opened: conversation.opened,
            opened_by_user: conversation.opened_by_user,
            first_topic: conversation.first_topic,
            since_last_act: conversation.last_act.map(|at| now - at),
            blocked: conversation.blocked,
            muted: conversation.muted || conversation.opted_out,
            local_minute: local.rem_euclid(24 * 60) as u16,
        }
    }

    /// What the policy may look up about `user` in the conversation at `place`.
    pub(crate) fn memory(&self, user: usize, place: u32) -> UserMemory<'_> {
        UserMemory {
            people: self,
            user,
            place,
        }
    }

    /// Bytes held, by part.
    pub(crate) fn bytes(&self) -> [(&'static str, usize); 4] {
        [
            (
                "users",
                self.users.capacity() * size_of::<User>() + self.blocks.allocation_size(),
            ),
            ("inbox", self.inbox.bytes()),
            ("conversations", self.conversations.bytes()),
            ("opt-ins and ads seen", self.opt_ins.bytes() + self.ads.bytes()),
        ]
    }
}

/// A user's memory, for the policy.
pub(crate) struct UserMemory<'a> {
    people: &'a People,
    user: usize,
    place: u32,
}

impl Memory for UserMemory<'_> {
    fn opt_in(&self, scope: OptInScope, topic: Topic) -> Option<Act> {
        let mut live = self
            .people
            .opt_ins
            .iter(self.people.conversation(self.place).opt_ins);
        live.find(|(_, opt_in)| scope.covers(opt_in.topic, topic))
            .map(|(_, opt_in)| opt_in.act)
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        let seen = self.people.ads.iter(self.people.users[self.user].ads);
        seen.filter(|(_, ad)| ad.at > since && page.is_none_or(|page| page == ad.page))
            .count() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_takes_little_room() {
        assert!(size_of::<User>() <= 24, "{}", size_of::<User>());
        assert!(size_of::<(Kept, u32)>() <= 40, "{}", size_of::<(Kept, u32)>());
    }
}
