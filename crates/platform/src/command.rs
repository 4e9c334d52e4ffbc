//! Commands: everything that a shard can be asked to do, with its class and what it is about.

use chappe_base::{
    AdFeedback, CampaignId, CommandClass, Entry, Fact, MessageId, Money, OptInSource, OrderId, PageId, Party,
    ProductId, Reaction, RefusalReason, Seconds, ShardId, SimTime, Topic, TransferId, UserId,
};
use serde::{Deserialize, Serialize};

/// Positions of messages in a conversation with a page. They are part of the messages' ids.
pub mod position {
    /// The user's first act: a question, an order, a visit.
    pub const ACT: u32 = 0;
    /// The answer on the hot-line.
    pub const ANSWER: u32 = 1;
    /// The receipt of an order.
    pub const RECEIPT: u32 = 2;
    /// The notice that an order was shipped.
    pub const SHIPPED: u32 = 3;
    /// The notice that an order arrived.
    pub const ARRIVED: u32 = 4;
    /// The notice that an order was cancelled.
    pub const CANCELLED: u32 = 5;
    /// The transfer that pays a cancelled order back.
    pub const REFUND: u32 = 6;
}

/// One request to a shard: from a client, from another shard, or a timer of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Command {
    /// A device comes on line, or says that it still is. To the user's shard.
    Connect {
        /// The act that brings the user on line.
        occasion: MessageId,
        /// The user.
        user: UserId,
        /// Until when the device counts as on line.
        until: SimTime,
    },
    /// A message to a friend. To the recipient's shard.
    Send {
        /// The message.
        message: MessageId,
        /// The sender.
        from: UserId,
        /// The recipient.
        to: UserId,
        /// The intended send time.
        intended: SimTime,
    },
    /// A person read a friend's message. To the reader's shard.
    Read {
        /// The message.
        message: MessageId,
        /// The reader.
        reader: UserId,
        /// The sender.
        sender: UserId,
    },
    /// A user blocks a person or a page. To the user's shard.
    Block {
        /// The user who blocks.
        user: UserId,
        /// The blocked party.
        party: Party,
    },
    /// A user lifts a block. To the user's shard.
    Unblock {
        /// The user who blocked.
        user: UserId,
        /// The party that was blocked.
        party: Party,
    },
    /// A user mutes a page's ads. To the user's shard.
    Mute {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
    },
    /// A user follows a short link, or finds a page: opens or resumes the conversation. To the
    /// user's shard.
    Visit {
        /// The act.
        act: MessageId,
        /// The user.
        user: UserId,
        /// The handle's number. There may be no page with it.
        handle: PageId,
        /// The topic of the link's referral, or of what the user looked for.
        topic: Topic,
        /// How the user came.
        entry: Entry,
    },
    /// A user asks a page's hot-line. To the user's shard, then as [`Command::Question`].
    Ask {
        /// The question.
        question: MessageId,
        /// The customer.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic.
        topic: Topic,
        /// The intended send time.
        intended: SimTime,
    },
    /// A question on its way to the page's home.
    Question {
        /// The question.
        question: MessageId,
        /// The customer.
        user: UserId,
        /// The page.
        page: PageId,
        /// The intended send time.
        intended: SimTime,
    },
    /// A customer gives up waiting for an answer. To the page's home.
    GiveUp {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
    },
    /// The page's desk answers. To the page's home, then as [`Command::Notify`].
    Answer {
        /// The question.
        question: MessageId,
        /// The page.
        page: PageId,
        /// The intended send time.
        intended: SimTime,
    },
    /// A page's message on its way to the user's shard: an answer, or a notice about an order.
    Notify {
        /// The message.
        message: MessageId,
        /// The recipient.
        user: UserId,
        /// The sending page.
        page: PageId,
        /// The intended send time.
        intended: SimTime,
    },
    /// A user buys in the conversation. To the user's shard, which reserves the price, then as
    /// [`Command::PlaceOrder`].
    Checkout {
        /// The order, and the transfer that pays it.
        order: OrderId,
        /// The customer.
        user: UserId,
        /// The seller.
        page: PageId,
        /// The product.
        product: ProductId,
        /// The price that the user saw.
        price: Money,
    },
    /// An order with its price reserved, on its way to the page's home.
    PlaceOrder {
        /// The order, and the transfer that pays it.
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
    /// The customer cancels an order. To the page's home.
    CancelOrder {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// The page ships an order. To the page's home.
    Ship {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// The carrier hands an order over. To the page's home.
    Arrive {
        /// The order.
        order: OrderId,
        /// The page.
        page: PageId,
    },
    /// Adds units to the stock. To the page's home.
    Restock {
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
        /// Units added.
        units: u32,
    },
    /// A user gives consent to be contacted. To the user's shard.
    OptIn {
        /// The act.
        act: MessageId,
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic.
        topic: Topic,
        /// Where consent was given.
        source: OptInSource,
    },
    /// A user revokes consent. To the user's shard.
    OptOut {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The topic.
        topic: Topic,
    },
    /// A user pays a friend. To the payer's shard, then as [`Command::Credit`].
    Pay {
        /// The transfer and its idempotency key.
        transfer: TransferId,
        /// The payer.
        payer: UserId,
        /// The payee.
        payee: UserId,
        /// The amount.
        amount: Money,
        /// When the key was made.
        issued: SimTime,
    },
    /// Money reserved at the payer's shard, on its way to the payee's.
    Credit {
        /// The transfer.
        transfer: TransferId,
        /// The payer.
        payer: Party,
        /// The payee.
        payee: Party,
        /// The amount.
        amount: Money,
        /// When the transfer was begun.
        begun: Seconds,
        /// Whether it was requested before.
        repeated: bool,
    },
    /// The payee's shard has credited a transfer. To the payer's shard.
    Credited {
        /// The transfer.
        transfer: TransferId,
    },
    /// The payee's shard will never credit a transfer. To the payer's shard.
    CreditRefused {
        /// The transfer.
        transfer: TransferId,
        /// The reason.
        reason: RefusalReason,
    },
    /// Timer at the payer's shard: cancels the transfer if there is no answer yet.
    TransferTimeout {
        /// The transfer.
        transfer: TransferId,
    },
    /// The payer's shard asks the payee's to end a transfer without crediting it.
    CancelCredit {
        /// The transfer.
        transfer: TransferId,
        /// The payer, whose shard wants the answer.
        payer: Party,
        /// When the transfer was begun.
        begun: Seconds,
    },
    /// Timer at the page's home: a campaign begins.
    StartCampaign {
        /// The campaign.
        campaign: CampaignId,
    },
    /// Timer at the page's home: a campaign ends.
    EndCampaign {
        /// The campaign.
        campaign: CampaignId,
    },
    /// A shard requests a lease of a campaign's budget. To the page's home.
    RequestLease {
        /// The campaign.
        campaign: CampaignId,
        /// The shard.
        shard: ShardId,
    },
    /// A lease of budget to a shard.
    GrantLease {
        /// The campaign.
        campaign: CampaignId,
        /// The amount.
        amount: Money,
        /// Ads that may be sent on it.
        ads: u32,
        /// People who may get one although they had none from the page for 24 hours, if the policy has tiers.
        reach: u32,
        /// When the lease ends.
        until: SimTime,
    },
    /// The refusal of a lease, with the page-side rule that refuses.
    RefuseLease {
        /// The campaign.
        campaign: CampaignId,
        /// The rule.
        rule: chappe_base::RuleKind,
        /// When to ask again, if the page's home knows.
        again: Option<SimTime>,
    },
    /// Timer at the shard: a lease may have run out.
    LeaseTimeout {
        /// The campaign.
        campaign: CampaignId,
    },
    /// The unspent part of a lease, on its way back to the page's home.
    ReturnLease {
        /// The campaign.
        campaign: CampaignId,
        /// The amount.
        amount: Money,
        /// Ads that were not sent.
        ads: u32,
        /// Reach that is not used [people].
        reach: u32,
        /// When the lease ended.
        until: SimTime,
    },
    /// How a shard's users reacted to a page's ads, on its way to the page's home.
    ReportFeedback {
        /// A campaign of the page.
        campaign: CampaignId,
        /// Counts since the last report.
        feedback: AdFeedback,
    },
    /// Sends a campaign to a shard's part of the audience, one chunk at a time. From the page's home, then a
    /// timer.
    Broadcast {
        /// The campaign.
        campaign: CampaignId,
        /// The first local user of the chunk.
        from: u32,
    },
    /// Opens or closes ad slots: a platform under too much load may stop showing ads.
    SetAdSlots {
        /// Whether users who come on line are shown ads.
        open: bool,
    },
    /// Timer at the user's shard: delivers an ad that won a slot.
    DeliverAd {
        /// The ad's message.
        message: MessageId,
        /// The recipient.
        user: UserId,
    },
    /// A user reacts to an ad. To the user's shard.
    React {
        /// The ad's message.
        message: MessageId,
        /// The user.
        user: UserId,
        /// The campaign.
        campaign: CampaignId,
        /// The reaction.
        reaction: Reaction,
    },
    /// Does nothing. It only occupies the queue and a server.
    Probe,
}

impl Command {
    /// The class, which decides service time and lane.
    #[must_use]
    pub fn class(&self) -> CommandClass {
        match self {
            Command::Connect { .. } => CommandClass::Connect,
            Command::Send { .. } => CommandClass::Message,
            Command::Read { .. } => CommandClass::Read,
            Command::Visit { .. }
            | Command::Ask { .. }
            | Command::Question { .. }
            | Command::GiveUp { .. }
            | Command::Answer { .. }
            | Command::Notify { .. } => CommandClass::PageMessage,
            Command::Checkout { .. }
            | Command::PlaceOrder { .. }
            | Command::CancelOrder { .. }
            | Command::Ship { .. }
            | Command::Arrive { .. }
            | Command::Restock { .. } => CommandClass::Order,
            Command::Pay { .. }
            | Command::Credit { .. }
            | Command::Credited { .. }
            | Command::CreditRefused { .. }
            | Command::TransferTimeout { .. }
            | Command::CancelCredit { .. } => CommandClass::Payment,
            Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Mute { .. }
            | Command::OptIn { .. }
            | Command::OptOut { .. } => CommandClass::Consent,
            Command::DeliverAd { .. } | Command::React { .. } | Command::Broadcast { .. } => CommandClass::Ad,
            Command::StartCampaign { .. }
            | Command::EndCampaign { .. }
            | Command::RequestLease { .. }
            | Command::GrantLease { .. }
            | Command::RefuseLease { .. }
            | Command::LeaseTimeout { .. }
            | Command::ReturnLease { .. }
            | Command::ReportFeedback { .. }
            | Command::SetAdSlots { .. } => CommandClass::Control,
            Command::Probe => CommandClass::Probe,
        }
    }

    /// The id of the message, order, transfer or act that the command is about; 0 if none.
    #[must_use]
    pub fn message(&self) -> MessageId {
        match *self {
            Command::Connect { occasion, .. } => occasion,
            Command::Send { message, .. }
            | Command::Read { message, .. }
            | Command::Notify { message, .. }
            | Command::DeliverAd { message, .. }
            | Command::React { message, .. } => message,
            Command::Visit { act, .. } | Command::OptIn { act, .. } => act,
            Command::Ask { question, .. }
            | Command::Question { question, .. }
            | Command::GiveUp { question, .. }
            | Command::Answer { question, .. } => question,
            Command::Checkout { order, .. }
            | Command::PlaceOrder { order, .. }
            | Command::CancelOrder { order, .. }
            | Command::Ship { order, .. }
            | Command::Arrive { order, .. } => order,
            Command::Pay { transfer, .. }
            | Command::Credit { transfer, .. }
            | Command::Credited { transfer }
            | Command::CreditRefused { transfer, .. }
            | Command::TransferTimeout { transfer }
            | Command::CancelCredit { transfer, .. } => transfer,
            Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Mute { .. }
            | Command::OptOut { .. }
            | Command::Restock { .. }
            | Command::StartCampaign { .. }
            | Command::EndCampaign { .. }
            | Command::RequestLease { .. }
            | Command::GrantLease { .. }
            | Command::RefuseLease { .. }
            | Command::LeaseTimeout { .. }
            | Command::ReturnLease { .. }
            | Command::ReportFeedback { .. }
            | Command::Broadcast { .. }
            | Command::SetAdSlots { .. }
            | Command::Probe => MessageId(0),
        }
    }

    /// The driver's fact about the campaign's budget that the command carries from shard to shard, if it is
    /// still unserved when the run ends.
    #[must_use]
    pub fn unserved_budget(&self) -> Option<Fact> {
        let (campaign, amount, returned) = match *self {
            Command::GrantLease { campaign, amount, .. } => (campaign, amount, false),
            Command::ReturnLease { campaign, amount, .. } => (campaign, amount, true),
            Command::Connect { .. }
            | Command::Send { .. }
            | Command::Read { .. }
            | Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Mute { .. }
            | Command::Visit { .. }
            | Command::Ask { .. }
            | Command::Question { .. }
            | Command::GiveUp { .. }
            | Command::Answer { .. }
            | Command::Notify { .. }
            | Command::Checkout { .. }
            | Command::PlaceOrder { .. }
            | Command::CancelOrder { .. }
            | Command::Ship { .. }
            | Command::Arrive { .. }
            | Command::Restock { .. }
            | Command::OptIn { .. }
            | Command::OptOut { .. }
            | Command::Pay { .. }
            | Command::Credit { .. }
            | Command::Credited { .. }
            | Command::CreditRefused { .. }
            | Command::TransferTimeout { .. }
            | Command::CancelCredit { .. }
            | Command::StartCampaign { .. }
            | Command::EndCampaign { .. }
            | Command::RequestLease { .. }
            | Command::RefuseLease { .. }
            | Command::LeaseTimeout { .. }
            | Command::ReportFeedback { .. }
            | Command::Broadcast { .. }
            | Command::SetAdSlots { .. }
            | Command::DeliverAd { .. }
            | Command::React { .. }
            | Command::Probe => return None,
        };
        (amount > Money::ZERO).then_some(Fact::BudgetUnserved {
            campaign,
            amount,
            returned,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_leaves_room_for_its_key_in_a_cache_line() {
        assert!(size_of::<Command>() <= 40, "{}", size_of::<Command>());
    }
}
