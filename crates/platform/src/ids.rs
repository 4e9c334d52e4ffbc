//! Whether the ids in commands and notices exist. A shard trusts what other shards send it, and so must look at what comes
//! from a process that may be another than it says.

use crate::command::Command;
use crate::config::Config;
use crate::outbox::Notice;
use crate::shard::Shard;
use chappe_base::{CampaignId, MessageId, PageId, Party, ProductId, ShardId, UserId};

impl Config {
    fn has_user(&self, user: UserId) -> bool {
        user.0 < self.users_count
    }

    fn has_page(&self, page: PageId) -> bool {
        page.index() < self.pages.len()
    }

    fn has_party(&self, party: Party) -> bool {
        match party {
            Party::User(user) => self.has_user(user),
            Party::Page(page) => self.has_page(page),
        }
    }

    fn has_campaign(&self, campaign: CampaignId) -> bool {
        campaign.index() < self.campaigns.len()
    }

    fn has_product(&self, page: PageId, product: ProductId) -> bool {
        let page = self.pages.get(page.index());
        page.is_some_and(|page| product.index() < page.products.len())
    }

    fn has_shard(&self, shard: ShardId) -> bool {
        shard.0 < self.homes.shards()
    }

    /// Whether a message, order or transfer can have this number: 0 is none.
    fn has_message(&self, message: MessageId) -> bool {
        message == MessageId(0) || self.has_user(message.initiator())
    }
}

impl Shard {
    /// Whether another shard or a client can have sent `command` here: what is in it exists, and this is its place.
    #[must_use]
    pub fn can_receive(&self, command: &Command) -> bool {
        command.can_reach(self.id, &self.config)
    }

    /// Whether another shard can have sent `notice` to a device of this one.
    #[must_use]
    pub fn can_show(&self, notice: &Notice) -> bool {
        notice.can_reach(self.id, &self.config)
    }
}

impl Command {
    /// Whether another shard or a client can send it to `shard` on a platform with this configuration: all users, pages,
    /// products, campaigns and shards in it exist, and a client's command is at its home.
    fn can_reach(&self, shard: ShardId, config: &Config) -> bool {
        let is_home = self.home(config.homes).is_none_or(|home| home == shard);
        is_home && config.has_message(self.message()) && self.ids_exist(shard, config)
    }

    fn ids_exist(&self, shard: ShardId, config: &Config) -> bool {
        let home = |party| config.has_party(party) && config.homes.party(party) == shard;
        match *self {
            // A handle may lead to no page.
            Command::Connect { user, .. } | Command::Visit { user, .. } => config.has_user(user),
            Command::Send { from, to, .. } => config.has_user(from) && config.has_user(to),
            Command::Read { reader, sender, .. } => config.has_user(reader) && config.has_user(sender),
            Command::Block { user, party } | Command::Unblock { user, party } => {
                config.has_user(user) && config.has_party(party)
            }
            Command::Mute { user, page }
            | Command::Ask { user, page, .. }
            | Command::OptIn { user, page, .. }
            | Command::OptOut { user, page, .. } => config.has_user(user) && config.has_page(page),
            Command::Question { user, page, .. } => config.has_user(user) && home(Party::Page(page)),
            Command::Notify { user, page, .. } => home(Party::User(user)) && config.has_page(page),
            Command::GiveUp { page, .. }
            | Command::Answer { page, .. }
            | Command::CancelOrder { page, .. }
            | Command::Ship { page, .. }
            | Command::Arrive { page, .. } => config.has_page(page),
            Command::Restock { page, product, .. } => config.has_product(page, product),
            Command::Checkout {
                user, page, product, ..
            } => config.has_user(user) && config.has_product(page, product),
            Command::PlaceOrder {
                user, page, product, ..
            } => config.has_user(user) && home(Party::Page(page)) && config.has_product(page, product),
            Command::Pay { payer, payee, .. } => config.has_user(payer) && config.has_user(payee),
            Command::Credit { payer, payee, .. } => config.has_party(payer) && home(payee),
            Command::CancelCredit { payer, .. } => config.has_party(payer),
            Command::Credited { .. } | Command::CreditRefused { .. } => true,
            Command::RequestLease { campaign, shard } => {
                config.has_campaign(campaign) && config.has_shard(shard)
            }
            Command::GrantLease { campaign, .. }
            | Command::RefuseLease { campaign, .. }
            | Command::ReturnLease { campaign, .. }
            | Command::ReportFeedback { campaign, .. }
            | Command::Broadcast { campaign, .. } => config.has_campaign(campaign),
            Command::React { user, campaign, .. } => config.has_user(user) && config.has_campaign(campaign),
            // Timers, and what only the driver of a shard asks for.
            Command::TransferTimeout { .. }
            | Command::StartCampaign { .. }
            | Command::EndCampaign { .. }
            | Command::LeaseTimeout { .. }
            | Command::SetAdSlots { .. }
            | Command::DeliverAd { .. }
            | Command::Probe => false,
        }
    }
}

impl Notice {
    /// Whether another shard can send it to a device on `shard`, on a platform with this configuration.
    fn can_reach(&self, shard: ShardId, config: &Config) -> bool {
        let ids_exist = match *self {
            Notice::Message { from, .. } => config.has_party(from),
            Notice::Ad { campaign, .. } => config.has_campaign(campaign),
            Notice::SoldOut { page, product } => config.has_product(page, product),
            Notice::Question { .. }
            | Notice::Assigned { .. }
            | Notice::Acknowledged { .. }
            | Notice::ReadBy { .. }
            | Notice::Refused { .. }
            | Notice::Paid { .. }
            | Notice::NewOrder { .. } => true,
        };
        let (to, message) = (self.to(), self.message());
        ids_exist && config.has_party(to) && config.homes.party(to) == shard && config.has_message(message)
    }
}
