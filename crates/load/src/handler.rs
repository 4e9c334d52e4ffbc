//! What a shard does with an envelope: the platform's work, or almost nothing for comparison.

use crate::envelope::Payload;
use chappe_audit::ShardAudit;
use chappe_base::{Digest, Fact, ShardId, SimTime, Span};
use chappe_metrics::Collector;
use chappe_platform::{Command, Notice, Outbox, Shard};

/// Handles the envelopes of one shard.
pub(crate) trait Handler: Send + 'static {
    /// Commands that the shard runs by itself, with their times.
    fn first_timers(&self) -> Vec<(SimTime, Command)> {
        Vec::new()
    }

    /// Prefetches the state that `payload` needs first.
    fn prefetch(&self, _payload: &Payload) {}

    /// Prefetches the lists to which that state points. Call it when the state is in the cache.
    fn prefetch_lists(&self, _payload: &Payload) {}

    /// Does what `payload` asks at logical time `now`. Adds its effects to `out`.
    fn handle(&mut self, now: SimTime, payload: &Payload, out: &mut Outbox);

    /// Records the facts in `out`, which happened at `now`, and removes them.
    fn record_facts(&mut self, now: SimTime, out: &mut Outbox, collector: &mut Collector);
}

/// A shard of the platform with its audit.
pub(crate) struct Platform {
    pub(crate) id: ShardId,
    pub(crate) shard: Shard,
    pub(crate) audit: ShardAudit,
    pub(crate) digest: Digest,
    /// What was applied, if that is kept.
    pub(crate) applied: Option<Vec<Applied>>,
}

/// One step of a live shard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Applied {
    /// Its logical time.
    pub now: SimTime,
    /// What the shard did.
    pub step: Step,
}

/// What a live shard can do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    /// Carry out a command.
    Command(Command),
    /// Show a notice on a device.
    Notice(Notice),
}

impl Platform {
    pub(crate) fn new(id: ShardId, shard: Shard, audit: ShardAudit, keep_applied: bool) -> Platform {
        Platform {
            id,
            shard,
            audit,
            digest: Digest::default(),
            applied: keep_applied.then(Vec::new),
        }
    }

    /// Applies a recorded step.
    pub(crate) fn apply_again(&mut self, applied: &Applied, out: &mut Outbox) {
        match applied.step {
            Step::Command(command) => self.handle(applied.now, &Payload::Command(command), out),
            Step::Notice(notice) => self.handle(applied.now, &Payload::Notice(notice), out),
        }
    }
}

impl Handler for Platform {
    fn first_timers(&self) -> Vec<(SimTime, Command)> {
        self.shard.first_timers()
    }

    #[inline]
    fn prefetch(&self, payload: &Payload) {
        if let Payload::Command(
            Command::Send { to: user, .. }
            | Command::Read { reader: user, .. }
            | Command::Connect { user, .. },
        ) = payload
        {
            self.shard.touch(*user);
        }
    }

    #[inline]
    fn prefetch_lists(&self, payload: &Payload) {
        match payload {
            Payload::Command(Command::Send { to: user, .. } | Command::Read { reader: user, .. }) => {
                self.shard.touch_inbox(*user)
            }
            Payload::Command(Command::Connect { user, .. }) => self.shard.touch_lists(*user),
            Payload::Command(_) | Payload::Notice(_) | Payload::Advance | Payload::End => {}
        }
    }

    #[inline]
    fn handle(&mut self, now: SimTime, payload: &Payload, out: &mut Outbox) {
        let step = match payload {
            Payload::Command(command) => {
                // Facts carry logical time only; the meters measure the wall clock.
                out.facts.push(Fact::Served {
                    command: command.class(),
                    message: command.message(),
                    wait_ns: Span::ZERO,
                    service_ns: Span::ZERO,
                });
                self.shard.apply(now, *command, out);
                Step::Command(*command)
            }
            Payload::Notice(notice) => {
                out.facts.extend(notice.shown());
                Step::Notice(*notice)
            }
            Payload::Advance | Payload::End => return,
        };
        if let Some(applied) = &mut self.applied {
            applied.push(Applied { now, step });
        }
    }

    #[inline]
    fn record_facts(&mut self, now: SimTime, out: &mut Outbox, collector: &mut Collector) {
        // A copy stays in registers. Through `self`, each word of the hash would wait for a store.
        let mut digest = self.digest;
        for fact in &out.facts {
            digest.push(&now);
            digest.push(fact);
            collector.observe(self.id, now, fact);
            self.audit.observe(now, fact);
        }
        self.digest = digest;
        out.facts.clear();
    }
}

/// Does nothing but two hops for each message between friends: to the recipient's shard and back to the
/// sender's. What this costs is the harness's own cost.
pub(crate) struct BareHop;

impl Handler for BareHop {
    #[inline]
    fn handle(&mut self, _: SimTime, payload: &Payload, out: &mut Outbox) {
        if let Payload::Command(Command::Send {
            message,
            from,
            intended,
            ..
        }) = *payload
        {
            out.notices.push(Notice::Acknowledged {
                message,
                user: from,
                intended,
            });
        }
    }

    #[inline]
    fn record_facts(&mut self, _: SimTime, _: &mut Outbox, _: &mut Collector) {}
}
