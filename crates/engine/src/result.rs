//! The result of a run: the partial result of each process, and what they merge to.

use chappe_audit::{Audit, ShardSummary, Verdict};
use chappe_base::{Digest, ShardId, SimTime};
use chappe_metrics::{Collector, ResultParts};
use chappe_platform::Explanation;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The result of a simulated run.
pub struct Simulated {
    /// The figures.
    pub parts: ResultParts,
    /// Hash, in shard order, of each shard's chained hash of facts.
    pub digest: u64,
    /// The audit's verdict on all facts.
    pub verdict: Verdict,
    /// Events that were popped from the calendars of all processes.
    pub events_count: u64,
    /// When the run was stopped, if that was early. It equals a run with this time as its horizon.
    pub stopped_at: Option<SimTime>,
    /// Threads that ran, in each process.
    pub workers_count: usize,
    /// Bytes held at the end, by part of the state, the largest first.
    pub bytes: Vec<(String, usize)>,
    /// Decisions on the watched user's ad slots.
    pub explanations: Vec<Explanation>,
}

/// What one process found out about its own shards. [`Simulated::merge`] takes those of all processes.
#[derive(Serialize, Deserialize)]
pub struct PartialResult {
    pub(crate) shards: Vec<ShardResult>,
    pub(crate) collector: Collector,
    pub(crate) events_count: u64,
    /// When the run ended.
    pub(crate) end: SimTime,
    /// The same time, if the run was stopped before its horizon.
    pub(crate) stopped_at: Option<SimTime>,
    pub(crate) workers_count: usize,
    pub(crate) bytes: Bytes,
    /// Not sent: a user is watched only where the run has one process.
    #[serde(skip)]
    pub(crate) explanations: Vec<Explanation>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ShardResult {
    pub(crate) shard: ShardId,
    /// Chained hash of all facts of the shard.
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
    /// Merges the partial results of all processes of a run. Their order does not change the result.
    ///
    /// # Panics
    /// If the partial results belong to different runs.
    #[must_use]
    pub fn merge(first: PartialResult, others: Vec<PartialResult>) -> Simulated {
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
        // The digest and the audit take the shards in one order, whichever process had them.
        shards.sort_by_key(|result| result.shard);
        let mut digest = Digest::default();
        for result in &shards {
            digest.push(&result.digest);
        }
        let verdict = Audit::merge(shards.into_iter().map(|result| result.audit).collect());
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
