//! The user's side of everything: presence, what is kept, blocks, ads seen; what is known of pages is in
//! `conversations`.

use crate::conversations::Conversation;
use crate::policy::OptIn;
use crate::pool::{NIL, Pool};
use chappe_base::{MessageClass, MessageId, PageId, Party, Seconds, Set, SimTime, UserId, prefetch};

/// Earlier than anything that happens.
pub(crate) const NOT_YET: SimTime = SimTime(i64::MIN);

/// What is touched on every event of a user, and the page they turned to last: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct User {
    online_until: SimTime,
    /// Last of the kept messages.
    inbox: u32,
    /// Ads that count towards a cap.
    pub(crate) ads: u32,
    /// The conversations that were opened before `latest`.
    pub(crate) earlier: u32,
    pub(crate) time_zone_minutes: i16,
    /// Whether this user has ever blocked another: else no look-up is needed.
    blocks_people: bool,
    /// The conversation that was opened last.
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
    /// Of each user all but the latest.
    pub(crate) conversations: Pool<Conversation>,
    /// Of each conversation all but the latest.
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

    /// Fetches what a decision on one of the user's slots looks into beside the user.
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

    /// Whether the message is still kept for the user.
    pub(crate) fn keeps(&self, user: usize, message: MessageId) -> bool {
        self.inbox
            .any_queued(self.users[user].inbox, |kept| { kept.message } == message)
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

    /// Counts an ad from `page` towards the caps, and forgets those that `oldest` has outrun.
    pub(crate) fn count_ad(&mut self, user: usize, page: PageId, at: SimTime, oldest: SimTime) {
        let list = &mut self.users[user].ads;
        while self.ads.remove(list, |seen| { seen.at } <= oldest).is_some() {}
        self.ads.push(list, AdSeen { page, at });
    }

    /// Gives the place under the caps back that an ad took at `at` and did not use.
    pub(crate) fn uncount_ad(&mut self, user: usize, page: PageId, at: SimTime) {
        self.ads.remove(&mut self.users[user].ads, |seen| {
            seen.page == page && { seen.at } == at
        });
    }

    /// Ads counted after `since`, from `page` or from all pages.
    #[inline]
    pub(crate) fn ads_count(&self, user: usize, page: Option<PageId>, since: SimTime) -> u16 {
        let seen = self.ads.iter(self.users[user].ads);
        seen.filter(|(_, ad)| { ad.at } > since && page.is_none_or(|page| page == ad.page))
            .count() as u16
    }

    /// Ads counted after `since`, after which the user has not acted towards their page.
    pub(crate) fn unanswered_count(&self, user: usize, since: SimTime) -> u16 {
        let seen = self.ads.iter(self.users[user].ads);
        let is_answered = |ad: &AdSeen| {
            let place = self.find(user, ad.page);
            place.is_some_and(|place| self.conversation(place).has_acted_after(ad.at))
        };
        seen.filter(|(_, ad)| { ad.at } > since && !is_answered(ad))
            .count() as u16
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
