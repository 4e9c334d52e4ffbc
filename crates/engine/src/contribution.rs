//! What each process found out, put together to what the run comes to.

use crate::simulate::Simulated;
use chappe_audit::{Audit, ShardSummary};
use chappe_base::{Chain, ShardId, SimTime};
use chappe_metrics::Collector;
use chappe_platform::Explanation;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// What one process found out about its shards. All of a run's, whoever made them, come to the same.
#[derive(Serialize, Deserialize)]
pub struct Contribution {
    pub(crate) shards: Vec<Ended>,
    pub(crate) collector: Collector,
    pub(crate) events_count: u64,
    /// Where the run ended.
    pub(crate) end: SimTime,
    /// The same, if that was before it was meant to.
    pub(crate) stopped_at: Option<SimTime>,
    pub(crate) workers_count: usize,
    pub(crate) bytes: Bytes,
    /// They stay in the process that watched.
    #[serde(skip)]
    pub(crate) explanations: Vec<Explanation>,
}

/// One shard at its end.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) shard: ShardId,
    /// Of all its facts.
    pub(crate) digest: u64,
    pub(crate) audit: ShardSummary,
}

/// Bytes held at the end, by part of the state.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Bytes(Vec<(String, usize)>);

impl Bytes {
    pub(crate) fn add(&mut self, part: &str, bytes: usize) {
        match self.0.iter_mut().find(|(name, _)| name == part) {
            Some((_, sum)) => *sum += bytes,
            None => self.0.push((part.to_string(), bytes)),
        }
    }

    fn largest_first(mut self) -> Vec<(String, usize)> {
        self.0.sort_by_key(|(_, held)| Reverse(*held));
        self.0
    }
}

impl Simulated {
    /// Puts together what the processes of a run found out; there is at least one.
    ///
    /// # Panics
    /// With contributions to different runs.
    #[must_use]
    pub fn of(first: Contribution, others: Vec<Contribution>) -> Simulated {
        let (end, stopped_at) = (first.end, first.stopped_at);
        let (mut shards, mut total, mut bytes) = (first.shards, first.collector, first.bytes);
        let (mut events_count, mut explanations) = (first.events_count, first.explanations);
        for other in others {
            assert_eq!(
                (end, stopped_at),
                (other.end, other.stopped_at),
                "all processes end at one time"
            );
            shards.extend(other.shards);
            total.merge(&other.collector);
            events_count += other.events_count;
            for (part, held) in &other.bytes.0 {
                bytes.add(part, *held);
            }
            explanations.extend(other.explanations);
        }
        shards.sort_by_key(|ended| ended.shard);
        let mut digest = Chain::default();
        for ended in &shards {
            digest.push(&ended.digest);
        }
        let verdict = Audit::merge(shards.into_iter().map(|ended| ended.audit).collect());
        Simulated {
            parts: total.finish(end, verdict.violation_count()),
            digest: digest.value(),
            verdict,
            events_count,
            stopped_at,
            workers_count: first.workers_count,
            bytes: bytes.largest_first(),
            explanations,
        }
    }
}
