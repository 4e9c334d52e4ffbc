//! One shard of the live platform: a task that takes envelopes from its mailbox and handles them.
//!
//! A task handles a batch of envelopes, then sends what they caused, also in batches, and after at most
//! [`TURN`] envelopes lets other shards run on its thread. The next envelopes' state is prefetched while
//! one is handled, because at full load cache misses cost more than the work itself.

use crate::envelope::{Batch, Envelope, Payload};
use crate::handler::Handler;
use crate::lanes::{Queue, QueuedEnvelope, Timers};
use crate::mailbox::Receiver;
use crate::shared::{LoadShared, ThreadStats};
use chappe_base::{ActKind, CommandClass, Fact, ShardId, SimTime, Span};
use chappe_metrics::Meter;
use chappe_platform::{Command, Hop, Notice, Outbox};
use chappe_scenario::Overload;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

/// Envelopes that a shard handles before it yields its thread.
const TURN: usize = 256;
/// How many envelopes ahead their state is prefetched.
const PREFETCH_DISTANCE: usize = 16;
/// How many envelopes ahead the lists of that state are prefetched. Less, since the state must be there.
const LISTS_PREFETCH_DISTANCE: usize = 6;
/// How long a shard handles low-priority envelopes before it yields its thread [ns].
const SHORT_TURN_NS: u64 = 50_000;

/// A shard that handles nothing for a while. Tests use it to see what a stall does to the figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stall {
    /// Which shard.
    pub shard: ShardId,
    /// When it begins, from the start of the load.
    pub after: Duration,
    /// How long it lasts.
    pub lasting: Duration,
}

/// Reports the slot of each command of a closed model that was handled.
pub(crate) type CompletionSender = mpsc::Sender<u32>;

/// A shard's task.
pub(crate) struct ShardTask<H> {
    id: ShardId,
    shared: Arc<LoadShared>,
    mailbox: Receiver,
    handler: H,
    queue: Queue,
    timers: Timers,
    outbox: Outbox,
    /// Envelopes to each shard, to be sent at the end of this batch.
    outgoing: Vec<Vec<Envelope>>,
    /// Shards to which there are some.
    outgoing_shards: Vec<ShardId>,
    /// Logical time of the last envelope. It never goes back.
    now: SimTime,
    stall: Option<Stall>,
    completions: Option<CompletionSender>,
    /// Whether the shard shows ads.
    ad_slots_open: bool,
    has_ended: bool,
}

/// Gives the load up if the shard's task panics.
struct Alive(Arc<LoadShared>);

impl Drop for Alive {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}

impl<H: Handler> ShardTask<H> {
    pub(crate) fn new(id: ShardId, shared: Arc<LoadShared>, mailbox: Receiver, handler: H) -> ShardTask<H> {
        let shards_count = usize::from(shared.homes.shards());
        let mut timers = Timers::default();
        for (at, command) in handler.first_timers() {
            timers.push(at, command);
        }
        ShardTask {
            queue: Queue::new(shared.design.lanes),
            id,
            mailbox,
            handler,
            timers,
            outbox: Outbox::default(),
            outgoing: (0..shards_count).map(|_| Vec::new()).collect(),
            outgoing_shards: Vec::new(),
            now: SimTime(i64::MIN),
            stall: None,
            completions: None,
            ad_slots_open: true,
            has_ended: false,
            shared,
        }
    }

    /// Gives the load up: this task can't run.
    pub(crate) fn give_up(&self) {
        self.shared.give_up();
    }

    /// Lets the shard stall, if `stall` is meant for it.
    pub(crate) fn stall(&mut self, stall: Option<Stall>) {
        self.stall = stall.filter(|stall| stall.shard == self.id);
    }

    /// Reports to `completions` each handled command that a client of a closed model waits for.
    pub(crate) fn report_completions(&mut self, completions: Option<CompletionSender>) {
        self.completions = completions;
    }

    /// Handles envelopes until one says to end. Returns the handler.
    pub(crate) async fn run(mut self) -> H {
        let _alive = Alive(Arc::clone(&self.shared));
        let batch = self.shared.design.batch as usize;
        while !self.has_ended {
            if self.queue.is_empty() {
                match self.mailbox.recv().await {
                    Some(batch) => self.take(batch),
                    None => break,
                }
            }
            self.stall_if_due().await;
            self.shed_if_due();
            let mut left = TURN;
            while left > 0 && !self.queue.is_empty() {
                while let Some(batch) = self.mailbox.try_recv() {
                    self.take(batch);
                }
                left = match self.queue.has_only_low_priority() {
                    // Messages of other shards on this thread go before the ads of this one.
                    true => {
                        self.handle_batch(batch);
                        0
                    }
                    false => left.saturating_sub(self.handle_batch(batch)),
                };
            }
            if left == 0 {
                tokio::task::yield_now().await;
            }
        }
        self.handler
    }

    async fn stall_if_due(&mut self) {
        let is_due = |stall: &Stall| self.shared.elapsed_ns() > stall.after.as_nanos() as u64;
        if self.stall.as_ref().is_some_and(is_due)
            && let Some(stall) = self.stall.take()
        {
            tokio::time::sleep(stall.lasting).await;
        }
    }

    /// If the design sheds ads under overload: closes the ad slots while the mailbox is more than half
    /// full.
    fn shed_if_due(&mut self) {
        if self.shared.design.overload != Overload::ShedAds {
            return;
        }
        let open = !self.shared.is_half_full(self.id);
        if open != self.ad_slots_open {
            self.ad_slots_open = open;
            let command = Command::SetAdSlots { open };
            let now_ns = self.shared.clock.now();
            let envelope = Envelope::internal(Payload::Command(command), self.now, now_ns);
            self.queue.push(envelope, now_ns);
            self.shared.add_internal(1);
        }
    }

    fn take(&mut self, batch: Batch) {
        for envelope in batch.envelopes {
            self.queue.push(envelope, batch.posted_ns);
        }
    }

    /// Handles up to `count_max` envelopes and sends what they caused. Returns how many it handled.
    fn handle_batch(&mut self, count_max: usize) -> usize {
        let shared = Arc::clone(&self.shared);
        let (mut clients_count, mut internal_count) = (0, 0);
        let begun_ns = shared.clock.now();
        let mut now_ns = begun_ns;
        {
            let stats = &mut *shared.thread_stats();
            while clients_count + internal_count < count_max
                && !(self.queue.has_only_low_priority() && now_ns - begun_ns > SHORT_TURN_NS)
                && let Some(queued) = self.queue.pop()
            {
                if let Some(payload) = self.queue.peek(PREFETCH_DISTANCE) {
                    self.handler.prefetch(payload);
                }
                if let Some(payload) = self.queue.peek(LISTS_PREFETCH_DISTANCE) {
                    self.handler.prefetch_lists(payload);
                }
                match queued.envelope.is_from_client() {
                    true => clients_count += 1,
                    false => internal_count += 1,
                }
                now_ns = self.handle_one(&queued, now_ns, stats);
            }
        }
        self.send_outgoing(now_ns);
        shared.record_handled(self.id, clients_count, internal_count);
        clients_count + internal_count
    }

    /// Handles one envelope, beginning at `begun_ns`. Returns when it was done.
    ///
    /// Notices are delivered before the clock is read, so that service time includes them. Facts are
    /// recorded after it: audit, digest and figures are not the platform's work.
    #[inline]
    fn handle_one(&mut self, queued: &QueuedEnvelope, begun_ns: u64, stats: &mut ThreadStats) -> u64 {
        let envelope = &queued.envelope;
        if matches!(envelope.payload, Payload::End) {
            self.has_ended = true;
            return begun_ns;
        }
        let now = self.now.max(envelope.at);
        self.now = now;
        self.handler.handle(now, &envelope.payload, &mut self.outbox);
        self.deliver_notices(envelope, now);
        let done_ns = self.shared.clock.now();
        self.measure(queued, begun_ns, done_ns, &mut stats.meter);
        self.handler
            .record_facts(now, &mut self.outbox, &mut stats.collector);
        self.forward(envelope, now);
        self.queue_due_timers(envelope, now, done_ns);
        if let (Some(slot), Some(completions)) = (envelope.slot(), &self.completions) {
            // An injector that has ended needs no completions.
            let _ = completions.send(slot);
        }
        done_ns
    }

    /// Delivers notices to devices: at once to those whose owners live on this shard.
    #[inline]
    fn deliver_notices(&mut self, envelope: &Envelope, now: SimTime) {
        let mut notices = std::mem::take(&mut self.outbox.notices);
        for notice in notices.drain(..).filter(Notice::has_effect) {
            let home = notice.home(self.shared.homes);
            let payload = Payload::Notice(notice);
            if home == self.id {
                self.handler.handle(now, &payload, &mut self.outbox);
            } else {
                self.send(home, envelope.caused(payload, now));
            }
        }
        self.outbox.notices = notices;
    }

    /// Sends the commands that the envelope caused, or sets their timers.
    #[inline]
    fn forward(&mut self, envelope: &Envelope, now: SimTime) {
        for index in 0..self.outbox.forwards.len() {
            let forward = self.outbox.forwards[index];
            match forward.hop {
                Hop::Timer(at) => self.timers.push(at, forward.command),
                Hop::Link(to) => self.send(to, envelope.caused(Payload::Command(forward.command), now)),
            }
        }
        self.outbox.forwards.clear();
    }

    #[inline]
    fn send(&mut self, to: ShardId, envelope: Envelope) {
        let outgoing = &mut self.outgoing[to.index()];
        if outgoing.is_empty() {
            self.outgoing_shards.push(to);
        }
        outgoing.push(envelope);
    }

    fn send_outgoing(&mut self, posted_ns: u64) {
        for to in self.outgoing_shards.drain(..) {
            let outgoing = &mut self.outgoing[to.index()];
            let capacity = outgoing.len();
            let envelopes = std::mem::replace(outgoing, Vec::with_capacity(capacity));
            self.shared.send(to, Batch { posted_ns, envelopes });
        }
    }

    /// Puts the timers that are due into the queue, behind what waits there already.
    #[inline]
    fn queue_due_timers(&mut self, envelope: &Envelope, now: SimTime, posted_ns: u64) {
        let mut count = 0;
        while let Some((at, command)) = self.timers.pop_due(now) {
            let timer = envelope.caused(Payload::Command(command), at);
            self.queue.push(timer, posted_ns);
            count += 1;
        }
        if count > 0 {
            self.shared.add_internal(count);
        }
    }

    /// Records waiting and service time of an envelope, and the latencies that end with it.
    #[inline]
    fn measure(&self, queued: &QueuedEnvelope, begun_ns: u64, done_ns: u64, meter: &mut Meter) {
        let envelope = &queued.envelope;
        let span = |from: u64, to: u64| Span(to.saturating_sub(from) as i64);
        let measured = envelope.is_measured();
        match envelope.payload {
            Payload::Command(command) => {
                meter.interval.counts.served += 1;
                let class = command.class();
                if measured {
                    let (wait, service) = (span(queued.posted_ns, begun_ns), span(begun_ns, done_ns));
                    let from_shard = !envelope.is_from_client() && class != CommandClass::Ad;
                    meter.served(class, wait, service, from_shard);
                    if revokes_consent(&command) {
                        meter.revoked(span(envelope.intended_ns, done_ns));
                    }
                }
            }
            Payload::Notice(_) if measured => meter.handed(span(queued.posted_ns, done_ns)),
            Payload::Notice(_) | Payload::Advance | Payload::End => {}
        }
        for fact in &self.outbox.facts {
            observe(fact, envelope, done_ns, meter);
        }
    }
}

/// Whether the command forbids ads that were allowed before.
fn revokes_consent(command: &Command) -> bool {
    matches!(
        command,
        Command::OptOut { .. } | Command::Mute { .. } | Command::Block { .. }
    )
}

/// Measures the latency of messages and decisions that a fact reports.
#[inline]
fn observe(fact: &Fact, envelope: &Envelope, done_ns: u64, meter: &mut Meter) {
    let corrected = Span(done_ns.saturating_sub(envelope.intended_ns) as i64);
    let measured = envelope.is_measured();
    if let Fact::HandedOut {
        class, kept: false, ..
    } = fact
        && measured
    {
        let uncorrected = Span(done_ns.saturating_sub(envelope.sent_ns()) as i64);
        meter.delivered(*class, corrected, uncorrected);
    } else if let Fact::Acknowledged { message, .. } = fact {
        let between_people = message.of(ActKind::Chat) == *message;
        meter.interval.counts.acknowledged += u64::from(between_people);
        if measured {
            meter.acknowledged(between_people, corrected);
        }
    } else if let Fact::Decided { decision, .. } = fact {
        meter.interval.counts.decided += 1;
        if measured {
            meter.decided(decision, corrected);
        }
    }
}
