//! Which facts belong to a message, to a user, or to what permits a page to send a user ads.

use chappe_base::{Fact, MessageId, PageId, Party, UserId};

/// The message, order or transfer that a fact is about.
pub(super) fn message(fact: &Fact) -> Option<MessageId> {
    match *fact {
        Fact::Served { message, .. }
        | Fact::Dropped { message, .. }
        | Fact::Unserved { message, .. }
        | Fact::HandedOut { message, .. }
        | Fact::Acknowledged { message, .. }
        | Fact::ReadReceipt { message, .. }
        | Fact::Accepted { message, .. }
        | Fact::Refused { message, .. }
        | Fact::Delivered { message, .. }
        | Fact::Withdrawn { message, .. }
        | Fact::Held { message, .. }
        | Fact::Expired { message }
        | Fact::Pending { message }
        | Fact::Read { message, .. }
        | Fact::AdDelivered { message, .. }
        | Fact::MessageCharged { message, .. }
        | Fact::Reacted { message, .. } => Some(message),
        Fact::Asked { question, .. } | Fact::Answered { question, .. } | Fact::Abandoned { question, .. } => {
            Some(question)
        }
        Fact::OrderPlaced { order, .. }
        | Fact::OrderPaid { order, .. }
        | Fact::OrderShipped { order, .. }
        | Fact::OrderDelivered { order, .. }
        | Fact::OrderCancelled { order, .. } => Some(order),
        Fact::Moved { transfer, .. }
        | Fact::TransferReserved { transfer, .. }
        | Fact::TransferCredited { transfer, .. }
        | Fact::TransferPosted { transfer, .. }
        | Fact::TransferReleased { transfer, .. } => Some(transfer),
        Fact::Reneged { .. }
        | Fact::Connected { .. }
        | Fact::Blocked { .. }
        | Fact::Unblocked { .. }
        | Fact::Muted { .. }
        | Fact::Opened { .. }
        | Fact::Acted { .. }
        | Fact::LinkRefused { .. }
        | Fact::OptedIn { .. }
        | Fact::OptedOut { .. }
        | Fact::Stocked { .. }
        | Fact::CampaignStarted { .. }
        | Fact::CampaignEnded { .. }
        | Fact::Leased { .. }
        | Fact::LeaseReturned { .. }
        | Fact::BudgetUnserved { .. }
        | Fact::ReachMoved { .. }
        | Fact::Rated { .. }
        | Fact::TierChanged { .. }
        | Fact::QuotaCharged { .. }
        | Fact::Decided { .. } => None,
    }
}

/// Whether a fact is one that `user` would tell of their day.
pub(super) fn concerns(fact: &Fact, user: UserId) -> bool {
    let me = Party::User(user);
    match *fact {
        Fact::HandedOut { to, .. } => to == me,
        Fact::Accepted { from, to, .. } => from == me || to == me,
        Fact::Refused { by, .. } => by == me,
        Fact::Connected { user: who, .. }
        | Fact::Read { user: who, .. }
        | Fact::Blocked { user: who, .. }
        | Fact::Unblocked { user: who, .. }
        | Fact::Muted { user: who, .. }
        | Fact::Opened { user: who, .. }
        | Fact::LinkRefused { user: who, .. }
        | Fact::OptedIn { user: who, .. }
        | Fact::OptedOut { user: who, .. }
        | Fact::OrderPlaced { user: who, .. }
        | Fact::Decided { user: who, .. }
        | Fact::Held { user: who, .. }
        | Fact::AdDelivered { user: who, .. }
        | Fact::Reacted { user: who, .. } => who == user,
        Fact::TransferPosted { payer, payee, .. } => payer == me || payee == me,
        Fact::Answered { question, .. } | Fact::Abandoned { question, .. } => question.initiator() == user,
        Fact::OrderShipped { order, .. }
        | Fact::OrderDelivered { order, .. }
        | Fact::OrderCancelled { order, .. } => order.initiator() == user,
        Fact::Served { .. }
        | Fact::Dropped { .. }
        | Fact::Unserved { .. }
        | Fact::BudgetUnserved { .. }
        | Fact::Reneged { .. }
        | Fact::Acknowledged { .. }
        | Fact::ReadReceipt { .. }
        | Fact::Delivered { .. }
        | Fact::Withdrawn { .. }
        | Fact::Expired { .. }
        | Fact::Pending { .. }
        | Fact::Acted { .. }
        | Fact::Asked { .. }
        | Fact::Stocked { .. }
        | Fact::OrderPaid { .. }
        | Fact::Moved { .. }
        | Fact::TransferReserved { .. }
        | Fact::TransferCredited { .. }
        | Fact::TransferReleased { .. }
        | Fact::CampaignStarted { .. }
        | Fact::CampaignEnded { .. }
        | Fact::Leased { .. }
        | Fact::LeaseReturned { .. }
        | Fact::MessageCharged { .. }
        | Fact::ReachMoved { .. }
        | Fact::Rated { .. }
        | Fact::TierChanged { .. }
        | Fact::QuotaCharged { .. } => false,
    }
}

/// Whether a fact bears on whether `page` may send `user` an ad.
pub(super) fn bears_on(fact: &Fact, user: UserId, page: PageId) -> bool {
    if let Fact::Blocked { user: who, party } | Fact::Unblocked { user: who, party } = *fact {
        return who == user && party == Party::Page(page);
    }
    if let Fact::Opened {
        user: who, page: of, ..
    }
    | Fact::Acted { user: who, page: of }
    | Fact::OptedIn {
        user: who, page: of, ..
    }
    | Fact::OptedOut {
        user: who, page: of, ..
    }
    | Fact::Muted { user: who, page: of }
    | Fact::Decided {
        user: who, page: of, ..
    } = *fact
    {
        return who == user && of == page;
    }
    false
}
