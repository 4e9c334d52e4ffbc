//! The outbox: what a command causes, as forwards, notices and facts.
//!
//! A shard has no other output, so the driver (simulation or load harness) decides about clocks and links
//! alone.

use crate::command::Command;
use chappe_base::{
    CampaignId, Fact, Homes, MessageClass, MessageId, OrderId, PageId, Party, ProductId, RefusalReason,
    ShardId, SimTime, Span, TransferId, UserId,
};
use serde::{Deserialize, Serialize};

/// What one command causes. Reused for the next command, so that nothing is allocated.
#[derive(Default, Debug)]
pub struct Outbox {
    /// Commands for other shards, and timers.
    pub forwards: Vec<Forward>,
    /// What clients see.
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

    /// Empties the outbox and keeps its memory.
    pub fn clear(&mut self) {
        self.forwards.clear();
        self.notices.clear();
        self.facts.clear();
    }
}

/// A command that a shard sends to a shard, perhaps to itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    /// The way it takes.
    pub hop: Hop,
    /// The command.
    pub command: Command,
}

/// The way of a forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hop {
    /// Over the link between servers, also if the target is the sender: latency must not depend on homes.
    Link(ShardId),
    /// To the sender itself at this time, without a link.
    Timer(SimTime),
}

/// What a client's agent sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// A message arrives on a user's device.
    Message {
        /// The message.
        message: MessageId,
        /// Its class.
        class: MessageClass,
        /// The sender.
        from: Party,
        /// The recipient.
        to: UserId,
        /// The intended send time.
        intended: SimTime,
        /// Whether it was kept while the user was off line.
        kept: bool,
    },
    /// An ad arrives on a user's device.
    Ad {
        /// The message.
        message: MessageId,
        /// The recipient.
        user: UserId,
        /// The campaign.
        campaign: CampaignId,
        /// When its slot was opened.
        intended: SimTime,
        /// Whether it was kept while the user was off line.
        kept: bool,
    },
    /// A question arrives at a page.
    Question {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
        /// The intended send time.
        intended: SimTime,
    },
    /// A question was assigned to the page's staff or bot.
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
        /// The intended send time.
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
        /// The user who sent the command.
        user: UserId,
        /// The reason.
        reason: RefusalReason,
    },
    /// A payment was completed.
    Paid {
        /// The transfer.
        transfer: TransferId,
        /// The payer.
        user: UserId,
    },
    /// A page has a new order to ship.
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
    /// The party whose agent sees it.
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

    /// The shard of that agent.
    #[must_use]
    pub fn home(&self, homes: Homes) -> ShardId {
        homes.party(self.to())
    }

    /// The id of the message, order or transfer; 0 if none.
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
    /// Whether anything is told of its arrival. Nothing is told of refusals and of payments: no agent reacts to
    /// them.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        !matches!(self, Notice::Refused { .. } | Notice::Paid { .. })
    }

    /// The driver's fact about an acknowledgement or a read receipt that will arrive after `latency`. No agent
    /// reacts to it, so it is recorded when it is sent and needs no event.
    #[must_use]
    pub fn timed(&self, latency: Span) -> Option<Fact> {
        let after_ns = latency;
        match *self {
            Notice::Acknowledged {
                message,
                user,
                intended,
            } => Some(Fact::Acknowledged {
                message,
                user,
                intended,
                after_ns,
            }),
            Notice::ReadBy { message, user } => Some(Fact::ReadReceipt {
                message,
                user,
                after_ns,
            }),
            Notice::Message { .. }
            | Notice::Ad { .. }
            | Notice::Question { .. }
            | Notice::Assigned { .. }
            | Notice::Refused { .. }
            | Notice::Paid { .. }
            | Notice::NewOrder { .. }
            | Notice::SoldOut { .. } => None,
        }
    }

    /// The driver's fact for the moment in which a device shows the notice.
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
            Notice::Acknowledged { .. } | Notice::ReadBy { .. } => self.timed(Span::ZERO),
            Notice::Assigned { .. }
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
