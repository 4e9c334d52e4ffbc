//! What a run brings each user, for comparing it user by user.

use chappe_base::{Fact, MessageClass, Party, Record, SimTime, UserId};
use chappe_engine::FactSink;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is counted for each user, in the order of [`Counts`].
pub(crate) const QUANTITIES: [&str; 4] = [
    "ads seen",
    "opt-outs, mutes and blocks",
    "messages to friends",
    "purchases",
];

/// The counts of one quantity, by user.
pub(crate) type Counts = [Vec<u32>; QUANTITIES.len()];

/// Counts in the making, shared by the workers of a run.
pub(crate) struct Tally(Arc<Vec<[AtomicU32; QUANTITIES.len()]>>);

impl Tally {
    pub(crate) fn new(users_count: u32) -> Tally {
        Tally(Arc::new((0..users_count).map(|_| Default::default()).collect()))
    }

    /// Takes the facts of one more worker.
    pub(crate) fn sink(&self) -> FactSink {
        let counts = Arc::clone(&self.0);
        Box::new(move |record| {
            if let Some((quantity, user)) = counted(record) {
                counts[user.index()][quantity].fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// What was counted.
    pub(crate) fn finish(self) -> Users {
        let of = |quantity: usize| {
            let counts = self.0.iter().map(|user| user[quantity].load(Ordering::Relaxed));
            counts.collect()
        };
        Users(std::array::from_fn(of))
    }
}

/// The counts of all quantities, by user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Users(pub(crate) Counts);

/// Which quantity of which user a fact adds to; history counts for nobody.
fn counted(record: &Record) -> Option<(usize, UserId)> {
    let fact = &record.fact;
    let (quantity, user) = if let Fact::AdDelivered { user, .. } = fact {
        (0, user)
    } else if let Fact::OptedOut { user, .. } | Fact::Muted { user, .. } = fact {
        (1, user)
    } else if let Fact::Blocked {
        user,
        party: Party::Page(_),
    } = fact
    {
        (1, user)
    } else if let Fact::Accepted {
        class: MessageClass::Friend,
        from: Party::User(user),
        ..
    } = fact
    {
        (2, user)
    } else if let Fact::OrderPlaced { user, .. } = fact {
        (3, user)
    } else {
        return None;
    };
    (record.at >= SimTime::ZERO).then_some((quantity, *user))
}
