//! Who and what: ids as dense indices, so that state is an array and never a map.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! index_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// This id as an array index.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index_id!(
    /// A person, 0 to population − 1.
    UserId(u32)
);
index_id!(
    /// A business page, 0 to pages − 1.
    PageId(u32)
);
index_id!(
    /// A shard: owner of the users and pages homed on it, and one logical process.
    ShardId(u16)
);
index_id!(
    /// A campaign, in the order of the scenario.
    CampaignId(u16)
);
index_id!(
    /// A product in its page's catalogue, 0 to products − 1.
    ProductId(u16)
);

/// A message: who caused it (the upper half) and that user's act (the lower half).
///
/// Derived, never counted, so that adding an arm or a campaign renames no other message. The
/// order, the transfer and the question that begin with an act share its number.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct MessageId(pub u64);

/// An order in a page's shop, numbered like the act that placed it.
pub type OrderId = MessageId;
/// A transfer of money and its idempotency key, numbered like the act that asked for it.
pub type TransferId = MessageId;

impl MessageId {
    /// The message that `user`'s `act` causes.
    #[must_use]
    pub fn new(user: UserId, act: Act) -> MessageId {
        MessageId((user.0 as u64) << 32 | act.0 as u64)
    }

    /// The user whose act began the conversation this message belongs to.
    #[must_use]
    pub fn initiator(self) -> UserId {
        UserId((self.0 >> 32) as u32)
    }

    /// The act within its initiator.
    #[must_use]
    pub fn act(self) -> Act {
        Act(self.0 as u32)
    }

    /// The same conversation's message at `position`.
    #[must_use]
    pub fn at(self, position: u32) -> MessageId {
        MessageId::new(self.initiator(), self.act().at(position))
    }

    /// The message of another kind that this one gives rise to, at the same position.
    #[must_use]
    pub fn of(self, kind: ActKind) -> MessageId {
        MessageId::new(self.initiator(), self.act().of(kind))
    }

    /// The occasion that reading this message gives, as against sending it.
    #[must_use]
    pub fn reading(self) -> MessageId {
        MessageId::new(self.initiator(), self.act().reading())
    }
}

/// What an act is about; part of its number, so that one slot can cause an ad as well as a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ActKind {
    /// Between two people: a chat, or a payment.
    Chat = 0,
    /// Towards a page: a link, a question, an order, an opt-in, and the page's notices about it.
    Page = 1,
    /// An ad for which the act gave the slot.
    Ad = 2,
    /// What a user does in answer to an ad.
    Response = 3,
}

/// One act of one user: day (10 bits, offset by [`Act::HISTORY_DAYS`]), slot within the day
/// (9 bits), whether it is about reading (1 bit), kind (2 bits), and position within the
/// conversation it began (10 bits).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Act(pub u32);

impl Act {
    /// Days before day one that an act can lie in.
    pub const HISTORY_DAYS: i32 = 8;
    /// Days that an act can lie in, history included.
    pub const DAYS: i32 = 1 << 10;
    /// Acts a user can begin in a day.
    pub const SLOTS: u32 = 1 << 9;
    /// Messages a conversation can have.
    pub const POSITIONS: u32 = 1 << 10;

    /// The act of `day` (from −[`Act::HISTORY_DAYS`]) and `slot`, at `position`. Out-of-range
    /// parts are a broken invariant of the caller.
    #[must_use]
    pub fn new(day: i32, slot: u32, kind: ActKind, position: u32) -> Act {
        let day = day + Self::HISTORY_DAYS;
        debug_assert!((0..Self::DAYS).contains(&day), "day {day} has no act numbers");
        debug_assert!(slot < Self::SLOTS && position < Self::POSITIONS);
        Act((day as u32) << 22 | slot << 13 | (kind as u32) << 10 | position)
    }

    /// The day it was begun on: 0 for day one, negative for history.
    #[must_use]
    pub fn day(self) -> i32 {
        (self.0 >> 22) as i32 - Self::HISTORY_DAYS
    }

    /// Position within the conversation, 0 for its first message.
    #[must_use]
    pub fn position(self) -> u32 {
        self.0 & (Self::POSITIONS - 1)
    }

    /// The same act at another position.
    #[must_use]
    pub fn at(self, position: u32) -> Act {
        debug_assert!(position < Self::POSITIONS);
        Act(self.0 & !(Self::POSITIONS - 1) | position)
    }

    /// The same act under another kind.
    #[must_use]
    pub fn of(self, kind: ActKind) -> Act {
        Act(self.0 & !(3 << 10) | (kind as u32) << 10)
    }

    /// The campaign whose ad the act answers, if it is such an answer: those are numbered by campaign.
    #[must_use]
    pub fn answers(self) -> Option<CampaignId> {
        let slot = (self.0 >> 13 & (Self::SLOTS - 1)) as u16;
        (self.of(ActKind::Response) == self).then_some(CampaignId(slot))
    }

    /// The act of whoever read this one's message, as against that of whoever sent it.
    #[must_use]
    pub fn reading(self) -> Act {
        Act(self.0 | 1 << 12)
    }
}

/// One side of a message, an account or a block: a person or a business.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A person.
    User(UserId),
    /// A business page.
    Page(PageId),
}

/// What a conversation or an ad is about, in two levels.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
pub struct Topic {
    /// Category, e.g. shoes.
    pub category: u16,
    /// Product within the category, e.g. trail shoes.
    pub product: u16,
}

/// Where each user and page lives. Dense: the k-th user of a shard has local index k.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Homes {
    shards: u32,
}

impl Homes {
    /// Homes over `shards` shards, at least one.
    #[must_use]
    pub fn new(shards: u16) -> Homes {
        assert!(shards > 0, "a platform has at least one shard");
        Homes {
            shards: shards as u32,
        }
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(self) -> u16 {
        self.shards as u16
    }

    /// The shard that owns `user`.
    #[must_use]
    pub fn user(self, user: UserId) -> ShardId {
        ShardId((user.0 % self.shards) as u16)
    }

    /// The shard that owns `page`.
    #[must_use]
    pub fn page(self, page: PageId) -> ShardId {
        ShardId((page.0 % self.shards) as u16)
    }

    /// The shard that owns `party`.
    #[must_use]
    pub fn party(self, party: Party) -> ShardId {
        match party {
            Party::User(user) => self.user(user),
            Party::Page(page) => self.page(page),
        }
    }

    /// Index of a user or page (by number) within its home.
    #[must_use]
    pub fn local(self, number: u32) -> usize {
        (number / self.shards) as usize
    }

    /// Number of the user or page at `local` of `shard`.
    #[must_use]
    pub fn number(self, shard: ShardId, local: usize) -> u32 {
        local as u32 * self.shards + shard.0 as u32
    }

    /// How many of `count` users or pages live on `shard`.
    #[must_use]
    pub fn count(self, shard: ShardId, count: u32) -> usize {
        ((count + self.shards - 1 - shard.0 as u32) / self.shards) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_number_everyone_once() {
        let homes = Homes::new(7);
        let total: usize = (0..7).map(|s| homes.count(ShardId(s), 100)).sum();
        assert_eq!(total, 100);
        for n in 0..100 {
            let shard = homes.user(UserId(n));
            assert_eq!(homes.number(shard, homes.local(n)), n);
            assert!(homes.local(n) < homes.count(shard, 100));
        }
    }

    #[test]
    fn acts_keep_their_parts_apart() {
        let act = Act::new(-8, 511, ActKind::Page, 1023);
        assert_eq!((act.day(), act.position()), (-8, 1023));
        assert_eq!(act.at(3).position(), 3);
        assert_ne!(act.reading().of(ActKind::Ad), act.of(ActKind::Ad));
        assert_ne!(act.of(ActKind::Ad), act);
        assert_eq!(act.of(ActKind::Ad).of(ActKind::Page), act);
        let message = MessageId::new(UserId(u32::MAX), act);
        assert_eq!((message.initiator(), message.act()), (UserId(u32::MAX), act));
        assert_eq!(message.at(0).act().position(), 0);
        assert_eq!(act.answers(), None);
        let answer = Act::new(3, 300, ActKind::Response, 6);
        assert_eq!(answer.answers(), Some(CampaignId(300)));
    }
}
