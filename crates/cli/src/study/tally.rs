//! What a run brings each user, for comparing it user by user.

use chappe_engine::FactSink;
use chappe_metrics::UserCount;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The counts of each quantity, in the order of [`UserCount::ALL`], by user.
pub(crate) type Counts = [Vec<u32>; UserCount::ALL.len()];

/// Counts in the making, shared by the workers of a run.
pub(crate) struct Tally(Arc<Vec<[AtomicU32; UserCount::ALL.len()]>>);

impl Tally {
    pub(crate) fn new(users_count: u32) -> Tally {
        Tally(Arc::new((0..users_count).map(|_| Default::default()).collect()))
    }

    /// Takes the facts of one more worker.
    pub(crate) fn sink(&self) -> FactSink {
        let counts = Arc::clone(&self.0);
        Box::new(move |record| {
            if let Some((quantity, user)) = UserCount::of(record) {
                counts[user.index()][quantity as usize].fetch_add(1, Ordering::Relaxed);
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
