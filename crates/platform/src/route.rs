//! The ways of clients' commands: from which device, and to which shard.

use crate::command::Command;
use chappe_base::{Homes, Party, ShardId};

impl Command {
    /// The device that sends a client's command; `None` for commands that only shards send.
    #[must_use]
    #[inline]
    pub fn device(&self) -> Option<Party> {
        self.route().map(|(device, _)| device)
    }

    /// The shard that decides a client's command; `None` for commands that only shards send.
    #[must_use]
    #[inline]
    pub fn home(&self, homes: Homes) -> Option<ShardId> {
        self.route().map(|(_, to)| homes.party(to))
    }

    /// The device that sends a client's command, and the party whose shard decides it.
    #[inline(always)]
    fn route(&self) -> Option<(Party, Party)> {
        let own = |user| (Party::User(user), Party::User(user));
        let at_home = |page| (Party::Page(page), Party::Page(page));
        match *self {
            Command::Send { from, to, .. } => Some((Party::User(from), Party::User(to))),
            Command::Connect { user, .. }
            | Command::Read { reader: user, .. }
            | Command::Block { user, .. }
            | Command::Unblock { user, .. }
            | Command::Mute { user, .. }
            | Command::Visit { user, .. }
            | Command::Ask { user, .. }
            | Command::Checkout { user, .. }
            | Command::OptIn { user, .. }
            | Command::OptOut { user, .. }
            | Command::Pay { payer: user, .. }
            | Command::React { user, .. } => Some(own(user)),
            Command::GiveUp {
                question: act, page, ..
            }
            | Command::CancelOrder { order: act, page } => {
                Some((Party::User(act.initiator()), Party::Page(page)))
            }
            Command::Answer { page, .. }
            | Command::Ship { page, .. }
            | Command::Arrive { page, .. }
            | Command::Restock { page, .. } => Some(at_home(page)),
            Command::Question { .. }
            | Command::Notify { .. }
            | Command::PlaceOrder { .. }
            | Command::Credit { .. }
            | Command::Credited { .. }
            | Command::CreditRefused { .. }
            | Command::TransferTimeout { .. }
            | Command::CancelCredit { .. }
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
            | Command::DeliverAd { .. }
            | Command::Probe => None,
        }
    }
}
