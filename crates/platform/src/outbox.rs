//! What a shard hands back: forwards, notices and facts, and no other kind of thing.

use crate::command::Command;
use chappe_base::{
    CampaignId, Fact, Homes, MessageClass, MessageId, OrderId, PageId, Party, ProductId, RefusalReason,
    ShardId, SimTime, Span, TransferId, UserId,
};
use serde::{Deserialize, Serialize};

/// Collects what one command causes. Reused from command to command, so nothing is allocated.
#[derive(Default, Debug)]
pub struct Outbox {
    /// Commands for other shards, and timers.
    pub forwards: Vec<Forward>,
    /// What agents get to see.
    pub notices: Vec<Notice>,
    /// What happened.
    pub facts: Vec<Fact>,
}

impl Outbox {
    pub(crate) fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub(crate) fn notify(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    pub(crate) fn forward(&mut self, to: ShardId, command: Command) {
        self.forwards.push(Forward {
            hop: Hop::Link(to),
            command,
        });
    }

    pub(crate) fn timer(&mut self, at: SimTime, command: Command) {
        self.forwards.push(Forward {
            hop: Hop::Timer(at),
            command,
        });
    }

    /// Forgets everything, keeps the room.
    pub fn clear(&mut self) {
        self.forwards.clear();
        self.notices.clear();
        self.facts.clear();
    }
}

/// A command that a shard sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    /// Where to, and when.
    pub hop: Hop,
    /// What.
    pub command: Command,
}

/// The way of a forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hop {
    /// Over the link between servers to a shard, be it the sender itself.
    Link(ShardId),
    /// To the sender itself, at this time and without a link.
    Timer(SimTime),
}

/// What an agent gets to see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// A message arrives on a user's device.
    Message {
        /// The message.
        message: MessageId,
        /// What it is.
        class: MessageClass,
        /// From whom.
        from: Party,
        /// To whom.
        to: UserId,
        /// When its sender meant to send it.
        intended: SimTime,
        /// Whether it was kept while the user was off line.
        kept: bool,
    },
    /// An ad arrives on a user's device.
    Ad {
        /// The message.
        message: MessageId,
        /// To whom.
        user: UserId,
        /// Of which campaign.
        campaign: CampaignId,
        /// When its slot came up.
        intended: SimTime,
        /// Whether it was kept while the user was off line.
        kept: bool,
    },
    /// A question arrives on the screen of a page's desk.
    Question {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
        /// When the user meant to send it.
        intended: SimTime,
    },
    /// The desk takes a question up.
    Assigned {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
    },
    /// The platform has accepted a user's message.
    Acknowledged {
        /// The message.
        message: MessageId,
        /// Its sender.
        user: UserId,
        /// When they meant to send it.
        intended: SimTime,
    },
    /// A friend has read a user's message.
    ReadBy {
        /// The message.
        message: MessageId,
        /// Its sender.
        user: UserId,
    },
    /// The platform refused what a user asked for.
    Refused {
        /// The message, order or transfer.
        message: MessageId,
        /// Who asked.
        user: UserId,
        /// Why.
        reason: RefusalReason,
    },
    /// A payment came through.
    Paid {
        /// The transfer.
        transfer: TransferId,
        /// Who paid.
        user: UserId,
    },
    /// A page has an order to ship.
    NewOrder {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// A page has sold the last unit of a product.
    SoldOut {
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
    },
}

impl Notice {
    /// Whose agent sees it.
    #[must_use]
    pub fn to(&self) -> Party {
        match *self {
            Notice::Message { to: user, .. }
            | Notice::Ad { user, .. }
            | Notice::Acknowledged { user, .. }
            | Notice::ReadBy { user, .. }
            | Notice::Refused { user, .. }
            | Notice::Paid { user, .. } => Party::User(user),
            Notice::Question { page, .. }
            | Notice::Assigned { page, .. }
            | Notice::NewOrder { page, .. }
            | Notice::SoldOut { page, .. } => Party::Page(page),
        }
    }

    /// The shard on which that agent lives.
    #[must_use]
    pub fn home(&self, homes: Homes) -> ShardId {
        homes.party(self.to())
    }

    /// The message, order or transfer it is about; 0 if none.
    #[must_use]
    pub fn message(&self) -> MessageId {
        match *self {
            Notice::Message { message, .. }
            | Notice::Ad { message, .. }
            | Notice::Acknowledged { message, .. }
            | Notice::ReadBy { message, .. }
            | Notice::Refused { message, .. } => message,
            Notice::Question { question, .. } | Notice::Assigned { question, .. } => question,
            Notice::Paid { transfer, .. } => transfer,
            Notice::NewOrder { order, .. } => order,
            Notice::SoldOut { .. } => MessageId(0),
        }
    }
}

impl Notice {
    /// Whether anything comes of it. Receipts and refusals end on the screen: the driver does not time
    /// them, and no agent acts on them, so they need no event.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        !matches!(
            self,
            Notice::ReadBy { .. } | Notice::Refused { .. } | Notice::Paid { .. }
        )
    }

    /// What the driver sees of a notice on which no agent acts, when it sets out on a way that takes
    /// `latency`: it needs no event to arrive.
    #[must_use]
    pub fn timed(&self, latency: Span) -> Option<Fact> {
        let Notice::Acknowledged {
            message, intended, ..
        } = *self
        else {
            return None;
        };
        Some(Fact::Acknowledged {
            message,
            intended,
            after_ns: latency,
        })
    }

    /// What the driver sees for itself when a device shows the notice.
    #[must_use]
    pub fn shown(&self) -> Option<Fact> {
        match *self {
            Notice::Message {
                message,
                class,
                to,
                intended,
                kept,
                ..
            } => Some(Fact::HandedOut {
                message,
                class,
                to: Party::User(to),
                intended,
                kept,
            }),
            Notice::Ad {
                message,
                user,
                intended,
                kept,
                ..
            } => Some(Fact::HandedOut {
                message,
                class: MessageClass::Ad,
                to: Party::User(user),
                intended,
                kept,
            }),
            Notice::Question {
                question,
                page,
                intended,
            } => Some(Fact::HandedOut {
                message: question,
                class: MessageClass::HotLine,
                to: Party::Page(page),
                intended,
                kept: false,
            }),
            Notice::Acknowledged { .. } => self.timed(Span::ZERO),
            Notice::Assigned { .. }
            | Notice::ReadBy { .. }
            | Notice::Refused { .. }
            | Notice::Paid { .. }
            | Notice::NewOrder { .. }
            | Notice::SoldOut { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_no_larger_than_a_command() {
        assert!(size_of::<Notice>() <= 40, "{}", size_of::<Notice>());
    }
}
