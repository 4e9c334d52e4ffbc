//! What a shard does with a parcel: the platform's work, or next to nothing for comparison.

use crate::parcel::What;
use chappe_audit::ShardAudit;
use chappe_base::{Chain, Fact, ShardId, SimTime, Span};
use chappe_metrics::Collector;
use chappe_platform::{Command, Notice, Outbox, Shard};

/// What is done with parcels.
pub(crate) trait Work: Send + 'static {
    /// What it is to do by itself, and when.
    fn first_timers(&self) -> Vec<(SimTime, Command)> {
        Vec::new()
    }

    /// Prefetches what `what` will need first.
    fn touch(&self, _what: &What) {}

    /// Prefetches what that points to.
    fn touch_lists(&self, _what: &What) {}

    /// Does `what` at logical time `now`; what it causes is added to `out`.
    fn carry_out(&mut self, now: SimTime, what: &What, out: &mut Outbox);

    /// Takes the facts out of `out`, which happened at `now`.
    fn tell(&mut self, now: SimTime, out: &mut Outbox, collector: &mut Collector);
}

/// The platform itself, with its judge.
pub(crate) struct Platform {
    pub(crate) id: ShardId,
    pub(crate) shard: Shard,
    pub(crate) audit: ShardAudit,
    pub(crate) digest: Chain,
    /// What was applied and when, if that is kept.
    pub(crate) applied: Option<Vec<Applied>>,
}

/// One step in the life of a live shard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Applied {
    /// The logical time it was given.
    pub now: SimTime,
    /// What was done.
    pub step: Step,
}

/// What a live shard can do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    /// Carry a command out.
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
            digest: Chain::default(),
            applied: keep_applied.then(Vec::new),
        }
    }

    /// Does one step again.
    pub(crate) fn repeat(&mut self, applied: &Applied, out: &mut Outbox) {
        match applied.step {
            Step::Command(command) => self.carry_out(applied.now, &What::Command(command), out),
            Step::Notice(notice) => self.carry_out(applied.now, &What::Notice(notice), out),
        }
    }
}

impl Work for Platform {
    #[inline]
    fn touch(&self, what: &What) {
        if let What::Command(
            Command::Send { to: user, .. }
            | Command::Read { reader: user, .. }
            | Command::Connect { user, .. },
        ) = what
        {
            self.shard.touch(*user);
        }
    }

    #[inline]
    fn touch_lists(&self, what: &What) {
        match what {
            What::Command(Command::Send { to: user, .. } | Command::Read { reader: user, .. }) => {
                self.shard.touch_inbox(*user)
            }
            What::Command(Command::Connect { user, .. }) => self.shard.touch_lists(*user),
            What::Command(_) | What::Notice(_) | What::Advance | What::End => {}
        }
    }

    fn first_timers(&self) -> Vec<(SimTime, Command)> {
        self.shard.first_timers()
    }

    #[inline]
    fn carry_out(&mut self, now: SimTime, what: &What, out: &mut Outbox) {
        let step = match what {
            What::Command(command) => {
                // Facts are about logical time; what took how long is for the meters.
                out.facts.push(Fact::Served {
                    command: command.class(),
                    message: command.message(),
                    wait_ns: Span::ZERO,
                    service_ns: Span::ZERO,
                });
                self.shard.apply(now, *command, out);
                Step::Command(*command)
            }
            What::Notice(notice) => {
                out.facts.extend(notice.shown());
                Step::Notice(*notice)
            }
            What::Advance | What::End => return,
        };
        if let Some(applied) = &mut self.applied {
            applied.push(Applied { now, step });
        }
    }

    #[inline]
    fn tell(&mut self, now: SimTime, out: &mut Outbox, collector: &mut Collector) {
        // In registers: every word of it waits for the one before.
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

/// Two bare hops for each message between friends: to the recipient's shard and back to the sender's.
pub(crate) struct Bare;

impl Work for Bare {
    #[inline]
    fn carry_out(&mut self, _: SimTime, what: &What, out: &mut Outbox) {
        if let What::Command(Command::Send {
            message,
            from,
            intended,
            ..
        }) = *what
        {
            out.notices.push(Notice::Acknowledged {
                message,
                user: from,
                intended,
            });
        }
    }

    #[inline]
    fn tell(&mut self, _: SimTime, _: &mut Outbox, _: &mut Collector) {}
}
