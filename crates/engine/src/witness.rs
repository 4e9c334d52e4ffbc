//! What sees every fact of a worker's shards: their digests, the figures, the audit and the log.

use chappe_audit::ShardAudit;
use chappe_base::{Chain, Record, ShardId, SimTime};
use chappe_metrics::Collector;
use chappe_platform::{Command, Outbox};
use chappe_workload::Acts;

/// Takes every fact of one worker's shards, in the order in which they happen there.
pub type FactSink = Box<dyn FnMut(&Record) + Send>;

/// Takes every command with which a client reached one worker's shards, and when it did, in that order.
pub type CommandSink = Box<dyn FnMut(SimTime, &Command) + Send>;

/// What the shards of one worker keep together.
pub(crate) struct Witness {
    /// What commands cause: forwards and notices until they are carried on, facts until they are
    /// told.
    pub outbox: Outbox,
    /// What agents want done, until it is carried on.
    pub acts: Acts,
    /// Workers of the run: shard `s` is the `s / workers`-th of its own.
    workers: usize,
    shards: Vec<ShardFolds>,
    collector: Collector,
    /// Who else wants every fact.
    pub log: Option<FactSink>,
    /// Who wants every client's command.
    pub tape: Option<CommandSink>,
}

/// What is folded shard by shard.
pub(crate) struct ShardFolds {
    /// Digest of all facts of the shard.
    pub digest: Chain,
    /// Their judge.
    pub audit: ShardAudit,
}

impl Witness {
    /// The witness of one of `workers`, whose shards have these `audits`, in order.
    pub(crate) fn new(
        workers: usize,
        audits: impl Iterator<Item = ShardAudit>,
        collector: Collector,
    ) -> Witness {
        let folds = |audit| ShardFolds {
            digest: Chain::default(),
            audit,
        };
        Witness {
            outbox: Outbox::default(),
            acts: Acts::default(),
            workers,
            shards: audits.map(folds).collect(),
            collector,
            log: None,
            tape: None,
        }
    }

    /// Folds the facts in the outbox, which happened at `at` on `shard`.
    #[inline]
    pub(crate) fn tell(&mut self, shard: ShardId, at: SimTime) {
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

    /// What the folds of each shard, in order, and the figures of all have come to.
    pub(crate) fn finish(self) -> (Vec<ShardFolds>, Collector) {
        (self.shards, self.collector)
    }
}
