//! What is counted for each user, so that arms can be compared user by user.
//!
//! Collectors know no users one by one. A study that compares the same people under two arms keeps these
//! counts beside the collector, by the one rule that is given here.

use crate::record::Unit;
use crate::registry::HARM;
use chappe_base::{Fact, MessageClass, Party, Record, SimTime, UserId, words};
use serde::{Deserialize, Serialize};

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
    /// The registered metric of how much of it there was for each user.
    #[must_use]
    pub fn metric(self) -> &'static str {
        match self {
            UserCount::AdsSeen => "users.ads",
            UserCount::TurnedAway => HARM,
            UserCount::MessagesToFriends => "users.messages",
            UserCount::Purchases => "users.purchases",
        }
    }

    /// What that metric is told in: harm is so rare that it is counted for each thousand.
    pub(crate) fn metric_unit(self) -> Unit {
        match self {
            UserCount::TurnedAway => Unit::PerThousand,
            UserCount::AdsSeen | UserCount::MessagesToFriends | UserCount::Purchases => Unit::Count,
        }
    }

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

/// Some of a platform's users: one bit for each, since every worker has a set of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct UserSet(Vec<u64>);

impl UserSet {
    /// Nobody, of so many users.
    pub(crate) fn new(users_count: u32) -> UserSet {
        UserSet(vec![0; users_count.div_ceil(u64::BITS) as usize])
    }

    /// Adds a user who may be in it already.
    pub(crate) fn insert(&mut self, user: UserId) {
        let index = user.index();
        self.0[index / u64::BITS as usize] |= 1 << (index % u64::BITS as usize);
    }

    /// Adds all that are in another set of the same platform.
    pub(crate) fn merge(&mut self, other: &UserSet) {
        for (into, from) in self.0.iter_mut().zip(&other.0) {
            *into |= from;
        }
    }

    /// How many are in it.
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}
