//! The users of a shard: presence, inbox, blocks, ads seen. Their conversations with pages are in
//! `conversations`.
//!
//! A user fills one cache line with what most events need; lists are in pools.

use crate::conversation::{Conversation, NOT_YET};
use crate::policy::OptIn;
use crate::pool::{NIL, Pool};
use chappe_base::{MessageClass, MessageId, PageId, Party, Seconds, Set, SimTime, UserId, prefetch};

/// What every event of a user needs, and their latest conversation with a page: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct User {
    online_until: SimTime,
    /// The newest kept message; see [`Pool::append`].
    inbox: u32,
    /// List of the ads that count towards caps.
    pub(crate) ads: u32,
    /// List of the conversations opened before `latest`.
    pub(crate) earlier: u32,
    pub(crate) time_zone_minutes: i16,
    /// Whether this user has ever blocked a person; most have not, and then no look-up is needed.
    blocks_people: bool,
    /// The conversation opened last. It is here because most users have one or two.
    pub(crate) latest: Option<Conversation>,
}

/// An ad that counts towards a cap.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
struct AdSeen {
    page: PageId,
    at: SimTime,
}

/// A message kept for a user who is off line.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct Kept {
    pub(crate) message: MessageId,
    pub(crate) from: Party,
    pub(crate) intended: SimTime,
    pub(crate) since: Seconds,
    pub(crate) class: MessageClass,
}

/// The users of one shard.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) users: Vec<User>,
    pub(crate) inbox: Pool<Kept>,
    /// Each user's conversations except the latest.
    pub(crate) conversations: Pool<Conversation>,
    /// Each conversation's opt-ins except the latest.
    pub(crate) opt_ins: Pool<OptIn>,
    ads: Pool<AdSeen>,
    blocks: Set<(u32, UserId)>,
}

impl People {
    pub(crate) fn new(time_zones: impl Iterator<Item = i16>) -> People {
        let user = |time_zone_minutes| User {
            online_until: NOT_YET,
            inbox: NIL,
            ads: NIL,
            earlier: NIL,
            time_zone_minutes,
            blocks_people: false,
            latest: None,
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

    /// Prefetches the lists that a decision on the user's slot reads.
    #[inline]
    pub(crate) fn touch_lists(&self, user: usize) {
        let User { earlier, ads, .. } = self.users[user];
        self.conversations.touch(earlier);
        self.ads.touch(ads);
    }

    #[inline]
    pub(crate) fn touch_inbox(&self, user: usize) {
        self.inbox.touch(self.users[user].inbox);
    }

    pub(crate) fn is_online(&self, user: usize, now: SimTime) -> bool {
        now < self.users[user].online_until
    }

    /// Sets the device on line until `until`, or longer if it already is. Returns whether it was off line.
    pub(crate) fn connect(&mut self, user: usize, now: SimTime, until: SimTime) -> bool {
        let online_until = &mut self.users[user].online_until;
        let was_offline = *online_until <= now;
        *online_until = until.max(*online_until);
        was_offline
    }

    pub(crate) fn keep(&mut self, user: usize, kept: Kept) {
        self.inbox.append(&mut self.users[user].inbox, kept);
    }

    /// Whether the message is in the user's inbox.
    pub(crate) fn keeps(&self, user: usize, message: MessageId) -> bool {
        self.inbox
            .any_queued(self.users[user].inbox, |kept| { kept.message } == message)
    }

    pub(crate) fn take_kept(&mut self, user: usize) -> Option<Kept> {
        self.inbox.take_first(&mut self.users[user].inbox)
    }

    /// Empties all inboxes, user by user, oldest message first.
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

    /// Blocks another person. Returns `false` if they already were.
    pub(crate) fn block_person(&mut self, user: usize, other: UserId) -> bool {
        self.users[user].blocks_people = true;
        self.blocks.insert((user as u32, other))
    }

    /// Lifts a block. Returns `false` if there was none.
    pub(crate) fn unblock_person(&mut self, user: usize, other: UserId) -> bool {
        self.blocks.remove(&(user as u32, other))
    }

    /// Counts an ad from `page` at `at` towards the caps, and forgets those at or before `oldest`.
    pub(crate) fn count_ad(&mut self, user: usize, page: PageId, at: SimTime, oldest: SimTime) {
        let list = &mut self.users[user].ads;
        // Here and not in the counts, so that a list never grows beyond the longest cap.
        while self.ads.remove(list, |seen| { seen.at } <= oldest).is_some() {}
        self.ads.push(list, AdSeen { page, at });
    }

    /// Removes the ad from `page` that was counted at `at`.
    pub(crate) fn uncount_ad(&mut self, user: usize, page: PageId, at: SimTime) {
        self.ads.remove(&mut self.users[user].ads, |seen| {
            seen.page == page && { seen.at } == at
        });
    }

    /// Number of ads counted after `since`, from `page` or from all pages.
    #[inline]
    pub(crate) fn ads_count(&self, user: usize, page: Option<PageId>, since: SimTime) -> u16 {
        let seen = self.ads.iter(self.users[user].ads);
        seen.filter(|(_, ad)| { ad.at } > since && page.is_none_or(|page| page == ad.page))
            .count() as u16
    }

    /// Number of ads counted after `since` to which the user has not responded by an act towards the page.
    pub(crate) fn unanswered_count(&self, user: usize, since: SimTime) -> u16 {
        let seen = self.ads.iter(self.users[user].ads);
        let is_answered = |ad: &AdSeen| {
            let place = self.find(user, ad.page);
            place.is_some_and(|place| self.conversation(place).has_acted_after(ad.at))
        };
        seen.filter(|(_, ad)| { ad.at } > since && !is_answered(ad))
            .count() as u16
    }

    /// Memory by part [bytes].
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_takes_little_room() {
        assert_eq!(size_of::<User>(), 64);
        assert_eq!(size_of::<Conversation>(), 40);
        assert_eq!(size_of::<OptIn>(), 14);
        assert_eq!(size_of::<AdSeen>(), 12);
        assert_eq!(size_of::<Kept>(), 32);
    }
}
