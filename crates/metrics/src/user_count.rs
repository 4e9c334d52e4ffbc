//! What is counted for each user, so that arms can be compared user by user.
//!
//! Collectors know no users one by one. A study that compares the same people under two arms keeps these
//! counts beside the collector, by the one rule that is given here.

use chappe_base::{Fact, MessageClass, Party, Record, SimTime, UserId, words};

words! {
    /// A quantity that is counted for each user.
    UserCount {
        /// Ads delivered to the user.
        AdsSeen = "ads seen",
        /// Consents that the user took back, and pages that the user muted or blocked.
        TurnedAway = "opt-outs, mutes and blocks",
        /// Messages of the user to friends that the platform accepted.
        MessagesToFriends = "messages to friends",
        /// Orders that the user placed.
        Purchases = "purchases",
    }
}

impl UserCount {
    /// The quantity to which a record adds one, and whose; none for most records. What happened before
    /// time zero counts for nobody.
    #[must_use]
    pub fn of(record: &Record) -> Option<(UserCount, UserId)> {
        let (quantity, user) = if let Fact::AdDelivered { user, .. } = record.fact {
            (UserCount::AdsSeen, user)
        } else if let Fact::OptedOut { user, .. }
        | Fact::Muted { user, .. }
        | Fact::Blocked {
            user,
            party: Party::Page(_),
        } = record.fact
        {
            (UserCount::TurnedAway, user)
        } else if let Fact::Accepted {
            class: MessageClass::Friend,
            from: Party::User(user),
            ..
        } = record.fact
        {
            (UserCount::MessagesToFriends, user)
        } else if let Fact::OrderPlaced { user, .. } = record.fact {
            (UserCount::Purchases, user)
        } else {
            return None;
        };
        (record.at >= SimTime::ZERO).then_some((quantity, user))
    }
}
