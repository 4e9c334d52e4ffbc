//! Counts of one run for each user, so that arms can be compared user by user.

use chappe_engine::FactSink;
use chappe_metrics::UserCount;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The counts of each quantity, in the order of [`UserCount::ALL`], by user.
pub(crate) type Counts = [Vec<u32>; UserCount::ALL.len()];

/// Counts of a run that is being played, shared by its workers.
pub(crate) struct Counting(Arc<Vec<[AtomicU32; UserCount::ALL.len()]>>);

impl Counting {
    pub(crate) fn new(users_count: u32) -> Counting {
        Counting(Arc::new((0..users_count).map(|_| Default::default()).collect()))
    }

    /// A sink for the facts of one more worker.
    pub(crate) fn sink(&self) -> FactSink {
        let counts = Arc::clone(&self.0);
        Box::new(move |record| {
            if let Some((quantity, user)) = UserCount::of(record) {
                counts[user.index()][quantity as usize].fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// What was counted in all.
    pub(crate) fn finish(self) -> UserCounts {
        let of = |quantity: usize| {
            let counts = self.0.iter().map(|user| user[quantity].load(Ordering::Relaxed));
            counts.collect()
        };
        UserCounts(std::array::from_fn(of))
    }
}

/// The counts of all quantities, by user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct UserCounts(pub(crate) Counts);
