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

/// What the policy says of one ad to one user.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may be shown; these records permit it.
    Allowed(Permit),
    /// This rule, the first in the policy's order, refuses.
    Refused(RuleKind),
}

/// One fact with its place in the run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// When it happened [ns since midnight UTC of day one]; negative in history.
    pub at: SimTime,
    /// On which shard.
    pub shard: ShardId,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// *Driver*: a command left the service queue and is now applied.
    Served {
        /// Its class.
        command: CommandClass,
        /// The message, order or transfer it is about; 0 if none.
        message: MessageId,
        /// Time from arrival at the shard to the start of service.
        wait_ns: Span,
        /// Time in service.
        service_ns: Span,
    },
    /// *Driver*: a command found the queue full and is lost.
    Dropped {
        /// Its class.
        command: CommandClass,
        /// The message, order or transfer it was about; 0 if none.
        message: MessageId,
    },
    /// *Driver*: a probe ran out of patience in the queue.
    Reneged {
        /// How long it had waited.
        wait_ns: Span,
    },
    /// *Driver*: a message reached the recipient's device.
    HandedOut {
        /// The message.
        message: MessageId,
        /// Its class.
        class: MessageClass,
        /// The recipient.
        to: Party,
        /// When its sender meant to send it.
        intended: SimTime,
        /// Whether the recipient was off line when it was accepted.
        kept: bool,
    },
    /// *Driver*: a message was accepted, and its sender's device learns of it.
    Acknowledged {
        /// The message.
        message: MessageId,
        /// When its sender meant to send it.
        intended: SimTime,
        /// How long it takes from here until the device knows.
        after_ns: Span,
    },

    /// A user's device came on line.
    Connected {
        /// The user.
        user: UserId,
        /// Until when the platform takes the device to be on line.
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
        /// When its sender meant to send it.
        intended: SimTime,
        /// Whether the recipient is off line, so that it is kept.
        kept: bool,
    },
    /// A command was refused.
    Refused {
        /// The message, order or transfer.
        message: MessageId,
        /// Who asked.
        by: Party,
        /// Of whom.
        to: Party,
        /// Why.
        reason: RefusalReason,
    },
    /// A message was handed to the recipient's device: its one happy end.
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
    /// An accepted ad was not delivered after all, because a rule no longer holds.
    Withdrawn {
        /// The message.
        message: MessageId,
        /// The rule.
        rule: RuleKind,
    },
    /// An accepted message outlived its time in the inbox.
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
        /// Who read it.
        user: UserId,
    },

    /// A user blocked a person or a page.
    Blocked {
        /// Who blocks.
        user: UserId,
        /// Whom.
        party: Party,
    },
    /// A user lifted a block.
    Unblocked {
        /// Who blocked.
        user: UserId,
        /// Whom.
        party: Party,
    },
    /// A user muted a page: its ads, not its answers.
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
        /// Whether the user opened it (else the page did).
        by_user: bool,
        /// The topic of first contact.
        topic: Topic,
        /// How the user came.
        entry: Entry,
    },
    /// A user acted towards a page they have a conversation with: writes, taps, buys.
    Acted {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
    },
    /// A short link led to no page and was refused.
    LinkRefused {
        /// Who followed it.
        user: UserId,
        /// Number of the handle that nobody has.
        handle: PageId,
    },
    /// Consent was given.
    OptedIn {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic it holds for.
        topic: Topic,
        /// Where it was given.
        source: OptInSource,
        /// The act that gave it.
        act: Act,
    },
    /// Consent was taken back.
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
        /// Who asks.
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
        /// By whom.
        by: Answerer,
        /// Time from entering the hot-line to somebody taking it up.
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

    /// Stock came in.
    Stocked {
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
        /// How many units.
        units: u32,
    },
    /// An order was placed and its unit taken out of stock.
    OrderPlaced {
        /// The order.
        order: OrderId,
        /// Who buys.
        user: UserId,
        /// From whom.
        page: PageId,
        /// What.
        product: ProductId,
        /// For how much.
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
        /// How much, above zero.
        amount: Money,
        /// The transfer it is part of; 0 for opening balances and campaign budgets.
        transfer: TransferId,
    },
    /// A transfer was begun: its amount is reserved at the payer's shard.
    TransferReserved {
        /// The transfer.
        transfer: TransferId,
        /// Who pays.
        payer: Party,
        /// Who is paid.
        payee: Party,
        /// How much.
        amount: Money,
    },
    /// The payee's shard credited the transfer.
    TransferCredited {
        /// The transfer.
        transfer: TransferId,
        /// How much.
        amount: Money,
    },
    /// A transfer ended well at the payer's shard.
    TransferPosted {
        /// The transfer.
        transfer: TransferId,
        /// Who pays.
        payer: Party,
        /// Who is paid.
        payee: Party,
        /// How much.
        amount: Money,
    },
    /// A transfer ended without money moving; what was reserved went back.
    TransferReleased {
        /// The transfer.
        transfer: TransferId,
        /// Why.
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
    /// A campaign ended; what is left of its budget goes back as leases return.
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
        /// How much.
        amount: Money,
        /// Until when.
        until: SimTime,
    },
    /// A shard gave back what it had not spent of a lease.
    LeaseReturned {
        /// The campaign.
        campaign: CampaignId,
        /// How much was left.
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
        /// The verdict.
        decision: Decision,
    },
    /// An ad was delivered and charged.
    AdDelivered {
        /// The message.
        message: MessageId,
        /// To whom.
        user: UserId,
        /// The campaign.
        campaign: CampaignId,
        /// Its price.
        price: Money,
        /// What permits it.
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
        /// How.
        reaction: Reaction,
    },

    /// A page paid for a message other than an ad: a notice about an order, more than a day after it.
    MessageCharged {
        /// The message.
        message: MessageId,
        /// The page.
        page: PageId,
        /// Its list price.
        price: Money,
    },
    /// Leave to send a page's ads to so many people a day went from its home to a shard, or back.
    ReachMoved {
        /// The campaign with whose lease it goes.
        campaign: CampaignId,
        /// Which step.
        step: ReachStep,
        /// How many people.
        people: u32,
    },
    /// A page's home heard how the page's ads were taken, and rated the page by seven days of it.
    Rated {
        /// The page.
        page: PageId,
        /// What is new since it last heard from that shard.
        heard: AdFeedback,
        /// The rating.
        quality: Quality,
    },
    /// A page may reach more people in a day than before, or fewer.
    TierChanged {
        /// The page.
        page: PageId,
        /// The tier, from 0.
        tier: u8,
    },
    /// A page's fees for a month of messages changed: paid where the amount is above zero, else paid back.
    QuotaCharged {
        /// The page.
        page: PageId,
        /// How much.
        amount: Money,
        /// Messages leased to shards in the month and not given back.
        messages_count: u32,
        /// The month, from 0: this one, or the one before for what came back late.
        month: u32,
    },
}

/// How people took a page's ads.
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
    /// People sent an ad who had had none for a day.
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
