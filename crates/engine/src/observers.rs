//! Everything that sees the facts of one worker's shards: digests, figures, audit and event log.
//!
//! The facts of an event are observed right after the event, while they are in the cache. Keeping them
//! for later would cost memory that grows with the run.

use chappe_audit::ShardAudit;
use chappe_base::{Digest, Record, ShardId, SimTime};
use chappe_metrics::Collector;
use chappe_platform::{Command, Outbox};
use chappe_workload::Actions;

/// Takes every fact of one worker's shards, in the order in which the worker runs their events.
pub type FactSink = Box<dyn FnMut(&Record) + Send>;

/// Takes every command of a client that reaches one worker's shards, with its time of arrival, in the
/// order in which the worker runs its events.
pub type CommandSink = Box<dyn FnMut(SimTime, &Command) + Send>;

/// The state that the shards of one worker share.
pub(crate) struct Observers {
    /// Output of the platform. Shared, so that one list is allocated for all shards of the worker; empty
    /// between two events.
    pub outbox: Outbox,
    /// Output of the agents; empty between two events.
    pub acts: Actions,
    /// Workers of the whole run: a worker has shard `s` at index `s / workers`.
    workers: usize,
    shards: Vec<ShardFolds>,
    collector: Collector,
    pub log: Option<FactSink>,
    pub commands: Option<CommandSink>,
}

/// The folds over the facts of one shard.
pub(crate) struct ShardFolds {
    pub digest: Digest,
    pub audit: ShardAudit,
}

impl Observers {
    /// The observers of one of `workers` workers, whose shards have these `audits`, in shard order.
    pub(crate) fn new(
        workers: usize,
        audits: impl Iterator<Item = ShardAudit>,
        collector: Collector,
    ) -> Observers {
        let folds = |audit| ShardFolds {
            digest: Digest::default(),
            audit,
        };
        Observers {
            outbox: Outbox::default(),
            acts: Actions::default(),
            workers,
            shards: audits.map(folds).collect(),
            collector,
            log: None,
            commands: None,
        }
    }

    /// Observes the facts in the outbox, which happened at `at` on `shard`, and removes them.
    #[inline]
    pub(crate) fn observe_facts(&mut self, shard: ShardId, at: SimTime) {
        // Most runs have one worker, and a division costs more than the comparison.
        let local = match self.workers {
            1 => shard.index(),
            workers => shard.index() / workers,
        };
        let ShardFolds { digest, audit } = &mut self.shards[local];
        for fact in &self.outbox.facts {
            digest.push(&at);
            digest.push(fact);
            self.collector.observe(shard, at, fact);
            audit.observe(at, fact);
        }
        if let Some(log) = &mut self.log {
            for &fact in &self.outbox.facts {
                log(&Record { at, shard, fact });
            }
        }
        self.outbox.facts.clear();
    }

    /// Bytes held by the audit.
    pub(crate) fn audit_bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.audit.bytes()).sum()
    }

    /// The folds of each shard, in shard order, and the figures of all of them.
    pub(crate) fn finish(self) -> (Vec<ShardFolds>, Collector) {
        (self.shards, self.collector)
    }
}
