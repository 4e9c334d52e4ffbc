//! Ids of users, pages, messages and the like.
//!
//! Ids are dense indices, so that per-user state is an array and not a map. A message's id is computed from
//! the user and the act that cause it, so that another arm or another campaign does not renumber any message.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

macro_rules! index_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The index of this id's entry in an array by id.
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
    /// A shard: it owns the users and pages whose home it is, and is one logical process.
    ShardId(u16)
);
index_id!(
    /// A campaign, numbered in the order of the scenario.
    CampaignId(u16)
);
index_id!(
    /// A product in its page's catalogue, 0 to products − 1.
    ProductId(u16)
);

/// A message: the user who caused it in the upper 32 bits, that user's act in the lower 32 bits.
///
/// The order, the transfer and the question that begin with an act share its number. In JSON it is a text, since many
/// readers of JSON round numbers of more than 53 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct MessageId(pub u64);

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(&self.0),
            false => serializer.serialize_u64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MessageId, D::Error> {
        if !deserializer.is_human_readable() {
            return u64::deserialize(deserializer).map(MessageId);
        }
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map(MessageId).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for MessageId {
    fn schema_name() -> Cow<'static, str> {
        "MessageId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{1,20}$" })
    }
}

/// An order in a page's shop. It has the number of the act that placed it.
pub type OrderId = MessageId;
/// A transfer of money, and its idempotency key. It has the number of the act that requested it.
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

    /// The initiator's act.
    #[must_use]
    pub fn act(self) -> Act {
        Act(self.0 as u32)
    }

    /// The message at `position` of the same conversation.
    #[must_use]
    pub fn at(self, position: u32) -> MessageId {
        MessageId::new(self.initiator(), self.act().at(position))
    }

    /// The message of another `kind` that this one causes, at the same position.
    #[must_use]
    pub fn of(self, kind: ActKind) -> MessageId {
        MessageId::new(self.initiator(), self.act().of(kind))
    }

    /// The occasion of reading this message. Sending it is another occasion, with draws of its own.
    #[must_use]
    pub fn reading(self) -> MessageId {
        MessageId::new(self.initiator(), self.act().reading())
    }
}

/// What an act is about. It is part of the act's number, so that one slot can cause an ad and a chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ActKind {
    /// Between two people: a chat, or a payment.
    Chat = 0,
    /// With a page: a link, a question, an order, an opt-in, and the page's notices about it.
    Page = 1,
    /// An ad in the slot that the act opened.
    Ad = 2,
    /// A user's response to an ad.
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
    /// Days of history that act numbers cover.
    pub const HISTORY_DAYS: i32 = 8;
    /// Days that act numbers cover, history included.
    pub const DAYS: i32 = 1 << 10;
    /// Acts a user can begin in a day.
    pub const SLOTS: u32 = 1 << 9;
    /// Messages a conversation can have.
    pub const POSITIONS: u32 = 1 << 10;

    /// The act in `slot` of `day` (from −[`Act::HISTORY_DAYS`]), at `position`. The caller guarantees that
    /// all parts are in range; debug builds check it.
    #[must_use]
    pub fn new(day: i32, slot: u32, kind: ActKind, position: u32) -> Act {
        let day = day + Self::HISTORY_DAYS;
        debug_assert!((0..Self::DAYS).contains(&day), "day {day} has no act numbers");
        debug_assert!(slot < Self::SLOTS && position < Self::POSITIONS);
        Act((day as u32) << 22 | slot << 13 | (kind as u32) << 10 | position)
    }

    /// The day on which the act began: 0 for day one, negative in history.
    #[must_use]
    pub fn day(self) -> i32 {
        (self.0 >> 22) as i32 - Self::HISTORY_DAYS
    }

    /// Position in the conversation, 0 for its first message.
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

    /// The campaign to whose ad the act responds. Responses use the campaign's number as their slot.
    #[must_use]
    pub fn answers(self) -> Option<CampaignId> {
        let slot = (self.0 >> 13 & (Self::SLOTS - 1)) as u16;
        (self.of(ActKind::Response) == self).then_some(CampaignId(slot))
    }

    /// The number of the act of reading this act's message.
    #[must_use]
    pub fn reading(self) -> Act {
        Act(self.0 | 1 << 12)
    }
}

/// A party of a message, an account or a block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A person.
    User(UserId),
    /// A business page.
    Page(PageId),
}

/// The topic of a conversation or an ad, in two levels.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
pub struct Topic {
    /// Category, e.g. shoes.
    pub category: u16,
    /// Product within the category, e.g. trail shoes.
    pub product: u16,
}

/// The home shard of each user and page. The k-th user of a shard has local index k there, so a shard's state
/// is an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Homes {
    shards: u32,
}

impl Homes {
    /// Users and pages spread over `shards` shards.
    ///
    /// # Panics
    /// If there are no shards.
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
        // By remainder: neighbours in number are on different shards, which evens out the load.
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

    /// Index at its home of the user or page with this `number`.
    #[must_use]
    pub fn local(self, number: u32) -> usize {
        (number / self.shards) as usize
    }

    /// Number of the user or page with index `local` at `shard`.
    #[must_use]
    pub fn number(self, shard: ShardId, local: usize) -> u32 {
        local as u32 * self.shards + shard.0 as u32
    }

    /// How many of `count` users or pages have `shard` as their home.
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
