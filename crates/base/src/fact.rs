//! Facts: what happened, with the record that justifies it.
//!
//! Metrics, audit and the event log are three folds over facts and see nothing else. A fact is plain data of
//! fixed size. The platform states most facts. Those marked *Driver* are what the engine or the load harness
//! observed itself, so that the audit can compare the two.
//!
//! The doc comments here are the text of `docs/log.md`.

use crate::id::{
    Act, CampaignId, MessageId, OrderId, PageId, Party, ProductId, ShardId, Topic, TransferId, UserId,
};
use crate::labels::{
    Answerer, CommandClass, Entry, Format, MessageClass, OptInSource, Quality, ReachStep, Reaction,
    RefusalReason, RuleKind,
};
use crate::money::{Account, Money};
use crate::time::{SimTime, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// The records that permit an ad to one user from one page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Permit {
    /// The act that opened the conversation.
    pub conversation: Act,
    /// The act that gave the opt-in, where one is on record.
    pub opt_in: Option<Act>,
}

/// The policy's decision on one ad to one user.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The ad may be shown; these records permit it.
    Allowed(Permit),
    /// The first rule, in the policy's order, that refuses.
    Refused(RuleKind),
}

/// One fact with its place in the run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// When it happened [ns since midnight UTC of day one]; negative in history.
    pub at: SimTime,
    /// The shard on which it happened.
    pub shard: ShardId,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// *Driver*: a command was served and is now applied.
    Served {
        /// The command's class.
        command: CommandClass,
        /// The message, order or transfer it is about; 0 if none.
        message: MessageId,
        /// Time from arrival at the shard to the start of service.
        wait_ns: Span,
        /// Time in service.
        service_ns: Span,
    },
    /// *Driver*: a command was dropped because the queue was full.
    Dropped {
        /// The command's class.
        command: CommandClass,
        /// The message, order or transfer it was about; 0 if none.
        message: MessageId,
    },
    /// *Driver*: a probe left the queue because its patience had run out.
    Reneged {
        /// Its time in the queue.
        wait_ns: Span,
    },
    /// *Driver*: at the end of the run a command still waited in the service queue, or was in service.
    Unserved {
        /// The command's class.
        command: CommandClass,
        /// The message, order or transfer it is about; 0 if none.
        message: MessageId,
        /// Its time in the queue so far.
        wait_ns: Span,
        /// Its time in service so far; 0 if it still waits.
        service_ns: Span,
    },
    /// *Driver*: the command of the `unserved` before carries budget between shards.
    BudgetUnserved {
        /// The campaign.
        campaign: CampaignId,
        /// The amount.
        amount: Money,
        /// Whether it goes back to the page's home; otherwise it is a lease on its way to a shard.
        returned: bool,
    },
    /// *Driver*: a message reached the recipient's device.
    HandedOut {
        /// The message.
        message: MessageId,
        /// Its class.
        class: MessageClass,
        /// The recipient.
        to: Party,
        /// The intended send time.
        intended: SimTime,
        /// Whether the recipient was off line when it was accepted, or it was held over quiet hours.
        kept: bool,
    },
    /// *Driver*: the acknowledgement of an accepted message was sent to its sender's device.
    Acknowledged {
        /// The message.
        message: MessageId,
        /// Its sender.
        user: UserId,
        /// The intended send time.
        intended: SimTime,
        /// Time from now until it reaches the device.
        after_ns: Span,
    },
    /// *Driver*: the receipt that a friend has read a message was sent to its sender's device.
    ReadReceipt {
        /// The message.
        message: MessageId,
        /// Its sender.
        user: UserId,
        /// Time from now until it reaches the device.
        after_ns: Span,
    },

    /// A user's device came on line.
    Connected {
        /// The user.
        user: UserId,
        /// Until when the platform considers the device on line.
        until: SimTime,
    },
    /// A message was accepted for its recipient.
    Accepted {
        /// The message.
        message: MessageId,
        /// Its class.
        class: MessageClass,
        /// The sender.
        from: Party,
        /// The recipient.
        to: Party,
        /// The intended send time.
        intended: SimTime,
        /// Whether the recipient is off line, so that it is kept.
        kept: bool,
    },
    /// A command was refused.
    Refused {
        /// The message, order or transfer.
        message: MessageId,
        /// The party that sent the command.
        by: Party,
        /// The party that it concerns.
        to: Party,
        /// The reason.
        reason: RefusalReason,
    },
    /// A message was delivered to the recipient's device.
    Delivered {
        /// The message.
        message: MessageId,
        /// Its class.
        class: MessageClass,
        /// The sender.
        from: Party,
        /// The recipient.
        to: Party,
    },
    /// An accepted message was not delivered, because a rule no longer admits it.
    Withdrawn {
        /// The message.
        message: MessageId,
        /// The rule.
        rule: RuleKind,
    },
    /// An ad was about to be delivered in the user's quiet hours. It is held until they end, and then judged again.
    Held {
        /// The ad's message.
        message: MessageId,
        /// The recipient.
        user: UserId,
        /// When the quiet hours end.
        until: SimTime,
    },
    /// An accepted message was kept longer than the inbox keeps messages, and was discarded.
    Expired {
        /// The message.
        message: MessageId,
    },
    /// An accepted message is still kept for its recipient at the end of the run.
    Pending {
        /// The message.
        message: MessageId,
    },
    /// A person read a message.
    Read {
        /// The message.
        message: MessageId,
        /// The reader.
        user: UserId,
    },

    /// A user blocked a person or a page.
    Blocked {
        /// The user who blocks.
        user: UserId,
        /// The blocked party.
        party: Party,
    },
    /// A user lifted a block.
    Unblocked {
        /// The user who blocked.
        user: UserId,
        /// The party that was blocked.
        party: Party,
    },
    /// A user muted a page's ads. Its answers still arrive.
    Muted {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
    },

    /// A conversation between a user and a page was opened.
    Opened {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The act that opened it.
        act: Act,
        /// Whether the user opened it; otherwise the page did.
        by_user: bool,
        /// The topic of first contact.
        topic: Topic,
        /// How the user came.
        entry: Entry,
    },
    /// A user acted towards a page with which they have a conversation: wrote, tapped or bought.
    Acted {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
    },
    /// A short link was refused because no page has its handle.
    LinkRefused {
        /// The user who followed it.
        user: UserId,
        /// The number of the unknown handle.
        handle: PageId,
    },
    /// Consent was given.
    OptedIn {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic of the consent.
        topic: Topic,
        /// Where it was given.
        source: OptInSource,
        /// The act that gave it.
        act: Act,
    },
    /// Consent was revoked.
    OptedOut {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic.
        topic: Topic,
    },

    /// A question entered a page's hot-line.
    Asked {
        /// The question.
        question: MessageId,
        /// The customer.
        user: UserId,
        /// The page.
        page: PageId,
    },
    /// A question was answered.
    Answered {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
        /// Who answered.
        by: Answerer,
        /// Time from entering the hot-line to being assigned.
        wait_ns: Span,
        /// Time from entering the hot-line to the answer.
        sojourn_ns: Span,
    },
    /// A customer gave up waiting.
    Abandoned {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
        /// Time from entering the hot-line to giving up.
        wait_ns: Span,
    },

    /// Units were added to the stock.
    Stocked {
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
        /// Units added.
        units: u32,
    },
    /// An order was placed and its unit taken out of stock.
    OrderPlaced {
        /// The order.
        order: OrderId,
        /// The customer.
        user: UserId,
        /// The seller.
        page: PageId,
        /// The product.
        product: ProductId,
        /// The price.
        price: Money,
    },
    /// An order was paid.
    OrderPaid {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// An order was shipped.
    OrderShipped {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// An order reached the customer.
    OrderDelivered {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// An order was cancelled and its unit put back into stock.
    OrderCancelled {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
    },

    /// Money moved from one account of the shard to another: one double entry.
    Moved {
        /// The account debited.
        from: Account,
        /// The account credited.
        to: Account,
        /// The amount, above zero.
        amount: Money,
        /// The transfer it is part of; 0 for opening balances and campaign budgets.
        transfer: TransferId,
    },
    /// A transfer was begun: its amount is reserved at the payer's shard.
    TransferReserved {
        /// The transfer.
        transfer: TransferId,
        /// The payer.
        payer: Party,
        /// The payee.
        payee: Party,
        /// The amount.
        amount: Money,
    },
    /// The payee's shard credited the transfer.
    TransferCredited {
        /// The transfer.
        transfer: TransferId,
        /// The amount.
        amount: Money,
    },
    /// A transfer was completed at the payer's shard.
    TransferPosted {
        /// The transfer.
        transfer: TransferId,
        /// The payer.
        payer: Party,
        /// The payee.
        payee: Party,
        /// The amount.
        amount: Money,
    },
    /// A transfer ended without payment; the reserved amount was released.
    TransferReleased {
        /// The transfer.
        transfer: TransferId,
        /// The reason.
        reason: RefusalReason,
    },

    /// A campaign began; its budget is set aside at its page's home.
    CampaignStarted {
        /// The campaign.
        campaign: CampaignId,
        /// Its page.
        page: PageId,
        /// Its format.
        format: Format,
        /// Its topic.
        topic: Topic,
        /// Its budget.
        budget: Money,
    },
    /// A campaign ended; its unspent budget goes back to the page as leases return.
    CampaignEnded {
        /// The campaign.
        campaign: CampaignId,
    },
    /// Part of a campaign's budget was leased to a shard.
    Leased {
        /// The campaign.
        campaign: CampaignId,
        /// The shard that may spend it.
        to: ShardId,
        /// The amount.
        amount: Money,
        /// When the lease ends.
        until: SimTime,
    },
    /// A shard gave back what it had not spent of a lease.
    LeaseReturned {
        /// The campaign.
        campaign: CampaignId,
        /// The amount returned.
        amount: Money,
    },
    /// The policy judged one campaign for one user's ad slot.
    Decided {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The campaign.
        campaign: CampaignId,
        /// The decision.
        decision: Decision,
    },
    /// An ad was delivered and charged.
    AdDelivered {
        /// The message.
        message: MessageId,
        /// The recipient.
        user: UserId,
        /// The campaign.
        campaign: CampaignId,
        /// Its price.
        price: Money,
        /// The records that permit it.
        permit: Permit,
    },
    /// A user reacted to an ad.
    Reacted {
        /// The ad's message.
        message: MessageId,
        /// The user.
        user: UserId,
        /// The campaign.
        campaign: CampaignId,
        /// The reaction.
        reaction: Reaction,
    },

    /// A page paid for a message other than an ad: a notice that was sent more than a day after its order.
    MessageCharged {
        /// The message.
        message: MessageId,
        /// The page.
        page: PageId,
        /// Its list price.
        price: Money,
    },
    /// Reach, which is permission to send a page's ads to a number of people in 24 hours, moved between the
    /// page's home and a shard.
    ReachMoved {
        /// The campaign with whose lease it moves.
        campaign: CampaignId,
        /// The step of the move.
        step: ReachStep,
        /// The number of people.
        people: u32,
    },
    /// A page's home got feedback on the page's ads, and rated the page by the last seven days.
    Rated {
        /// The page.
        page: PageId,
        /// The feedback since the shard's last report.
        heard: AdFeedback,
        /// The rating.
        quality: Quality,
    },
    /// A page's tier changed: it may reach more people in 24 hours than before, or fewer.
    TierChanged {
        /// The page.
        page: PageId,
        /// The new tier, from 0.
        tier: u8,
    },
    /// A page was charged for its month of messages, or refunded if the amount is below zero.
    QuotaCharged {
        /// The page.
        page: PageId,
        /// The amount.
        amount: Money,
        /// Messages leased to shards in the month and not given back.
        messages_count: u32,
        /// The month, from 0: the current one, or the one before for a late return.
        month: u32,
    },
}

/// How users reacted to a page's ads.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct AdFeedback {
    /// Ads delivered.
    pub delivered: u32,
    /// Ads opened.
    pub opened: u32,
    /// Blocks, mutes and opt-outs.
    pub complaints: u32,
    /// People who were sent an ad and had had none for 24 hours.
    pub reached: u32,
}

impl AddAssign for AdFeedback {
    fn add_assign(&mut self, other: AdFeedback) {
        self.delivered += other.delivered;
        self.opened += other.opened;
        self.complaints += other.complaints;
        self.reached += other.reached;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_cache_line_at_most() {
        assert!(size_of::<Record>() <= 64, "{}", size_of::<Record>());
    }
}
