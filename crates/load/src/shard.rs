//! One shard of the live platform: a task that takes parcels from its mailbox and serves them.

use crate::lanes::{Queue, Timers, Waiting};
use crate::mailbox::Receiver;
use crate::parcel::{Batch, Parcel, What};
use crate::town::{Desk, Town};
use crate::work::Work;
use chappe_base::{ActKind, CommandClass, Fact, ShardId, SimTime, Span};
use chappe_metrics::Meter;
use chappe_platform::{Command, Hop, Notice, Outbox};
use chappe_scenario::Overload;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

/// Parcels that a shard serves before others get their turn on its thread.
const TURN: usize = 256;
/// Parcels whose state is fetched ahead.
const TOUCHED_AHEAD: usize = 16;
/// Parcels before whose service what that state points to is fetched.
const LISTS_AHEAD: usize = 6;
/// How long it serves where only what goes last is waiting [ns].
const SHORT_TURN_NS: u64 = 50_000;

/// A shard that serves nothing for a while, to see what becomes of the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stall {
    /// Which shard.
    pub shard: ShardId,
    /// When, from the start of the load.
    pub after: Duration,
    /// For how long.
    pub lasting: Duration,
}

/// Told of each command of a closed model that is served: the injector, and its slot.
pub(crate) type Served = mpsc::Sender<u32>;

/// A shard's task.
pub(crate) struct Task<W> {
    id: ShardId,
    town: Arc<Town>,
    mailbox: Receiver,
    work: W,
    queue: Queue,
    timers: Timers,
    outbox: Outbox,
    /// What goes to each shard when this batch is done, and to which there is anything.
    outgoing: Vec<Vec<Parcel>>,
    touched: Vec<ShardId>,
    now: SimTime,
    stall: Option<Stall>,
    served: Option<Served>,
    slots_open: bool,
    has_ended: bool,
}

impl<W: Work> Task<W> {
    pub(crate) fn new(id: ShardId, town: Arc<Town>, mailbox: Receiver, work: W) -> Task<W> {
        let shards_count = usize::from(town.homes.shards());
        let mut timers = Timers::default();
        for (at, command) in work.first_timers() {
            timers.push(at, command);
        }
        Task {
            queue: Queue::new(town.design.lanes),
            id,
            mailbox,
            work,
            timers,
            outbox: Outbox::default(),
            outgoing: (0..shards_count).map(|_| Vec::new()).collect(),
            touched: Vec::new(),
            now: SimTime(i64::MIN),
            stall: None,
            served: None,
            slots_open: true,
            has_ended: false,
            town,
        }
    }

    /// Lets it stall.
    pub(crate) fn stall(&mut self, stall: Option<Stall>) {
        self.stall = stall.filter(|stall| stall.shard == self.id);
    }

    /// Tells `served` of every command that a slot of a closed model waits for.
    pub(crate) fn tell_served(&mut self, served: Option<Served>) {
        self.served = served;
    }

    /// Serves parcels until it is told to end; then gives back its work.
    pub(crate) async fn run(mut self) -> W {
        let batch = self.town.design.batch as usize;
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
                left = match self.queue.only_last() {
                    // The people of other shards on this thread go before the ads of this one.
                    true => {
                        self.serve(batch);
                        0
                    }
                    false => left.saturating_sub(self.serve(batch)),
                };
            }
            if left == 0 {
                tokio::task::yield_now().await;
            }
        }
        self.work
    }

    async fn stall_if_due(&mut self) {
        let due = |stall: &Stall| self.town.elapsed_ns() > stall.after.as_nanos() as u64;
        if self.stall.as_ref().is_some_and(due)
            && let Some(stall) = self.stall.take()
        {
            tokio::time::sleep(stall.lasting).await;
        }
    }

    /// Under a design that sheds ads first: no slots while the mailbox is more than half full.
    fn shed_if_due(&mut self) {
        if self.town.design.overload != Overload::ShedAds {
            return;
        }
        let open = !self.town.is_half_full(self.id);
        if open != self.slots_open {
            self.slots_open = open;
            let command = Command::SetAdSlots { open };
            let parcel = Parcel::from_harness(What::Command(command), self.now, self.town.clock.now());
            self.queue.push(parcel, parcel.intended_ns);
            self.town.took_on(1);
        }
    }

    fn take(&mut self, batch: Batch) {
        for parcel in batch.parcels {
            self.queue.push(parcel, batch.posted_ns);
        }
    }

    /// Serves up to `most` parcels and sends off what comes of them; how many there were.
    fn serve(&mut self, most: usize) -> usize {
        let town = Arc::clone(&self.town);
        let (mut clients, mut others) = (0, 0);
        let begun_ns = town.clock.now();
        let mut at_ns = begun_ns;
        {
            let desk = &mut *town.desk();
            while clients + others < most
                && !(self.queue.only_last() && at_ns - begun_ns > SHORT_TURN_NS)
                && let Some(waiting) = self.queue.pop()
            {
                if let Some(what) = self.queue.ahead(TOUCHED_AHEAD) {
                    self.work.touch(what);
                }
                if let Some(what) = self.queue.ahead(LISTS_AHEAD) {
                    self.work.touch_lists(what);
                }
                match waiting.parcel.is_clients() {
                    true => clients += 1,
                    false => others += 1,
                }
                at_ns = self.serve_one(&waiting, at_ns, desk);
            }
        }
        self.send_off(at_ns);
        town.served(self.id, clients, others);
        clients + others
    }

    /// Serves one parcel from `begun_ns` on; returns when that was done.
    #[inline]
    fn serve_one(&mut self, waiting: &Waiting, begun_ns: u64, desk: &mut Desk) -> u64 {
        let parcel = &waiting.parcel;
        if matches!(parcel.what, What::End) {
            self.has_ended = true;
            return begun_ns;
        }
        let now = self.now.max(parcel.at);
        self.now = now;
        self.work.carry_out(now, &parcel.what, &mut self.outbox);
        self.hand_on(parcel, now);
        let done_ns = self.town.clock.now();
        self.measure(waiting, begun_ns, done_ns, &mut desk.meter);
        self.work.tell(now, &mut self.outbox, &mut desk.collector);
        self.forward(parcel, now);
        self.run_timers(parcel, now, done_ns);
        if let (Some(slot), Some(served)) = (parcel.slot(), &self.served) {
            // The injector may have ended.
            let _ = served.send(slot);
        }
        done_ns
    }

    /// Hands on what devices are to show: those that are at home here see at once what is for them.
    #[inline]
    fn hand_on(&mut self, parcel: &Parcel, now: SimTime) {
        let mut notices = std::mem::take(&mut self.outbox.notices);
        for notice in notices.drain(..).filter(Notice::has_effect) {
            let home = notice.home(self.town.homes);
            let what = What::Notice(notice);
            if home == self.id {
                self.work.carry_out(now, &what, &mut self.outbox);
            } else {
                self.send(home, parcel.causes(what, now));
            }
        }
        self.outbox.notices = notices;
    }

    /// Sends the commands that the parcel has caused on their ways.
    #[inline]
    fn forward(&mut self, parcel: &Parcel, now: SimTime) {
        for index in 0..self.outbox.forwards.len() {
            let forward = self.outbox.forwards[index];
            match forward.hop {
                Hop::Timer(at) => self.timers.push(at, forward.command),
                Hop::Link(to) => self.send(to, parcel.causes(What::Command(forward.command), now)),
            }
        }
        self.outbox.forwards.clear();
    }

    #[inline]
    fn send(&mut self, to: ShardId, parcel: Parcel) {
        let outgoing = &mut self.outgoing[to.index()];
        if outgoing.is_empty() {
            self.touched.push(to);
        }
        outgoing.push(parcel);
    }

    fn send_off(&mut self, posted_ns: u64) {
        for to in self.touched.drain(..) {
            let outgoing = &mut self.outgoing[to.index()];
            let room = outgoing.len();
            let parcels = std::mem::replace(outgoing, Vec::with_capacity(room));
            self.town.post(to, Batch { posted_ns, parcels });
        }
    }

    /// Timers that are due wait for their turn like everybody else.
    #[inline]
    fn run_timers(&mut self, parcel: &Parcel, now: SimTime, at_ns: u64) {
        let mut count = 0;
        while let Some((at, command)) = self.timers.pop_due(now) {
            self.queue.push(parcel.causes(What::Command(command), at), at_ns);
            count += 1;
        }
        if count > 0 {
            self.town.took_on(count);
        }
    }

    /// Takes down how long everything took that ended with this parcel.
    #[inline]
    fn measure(&self, waiting: &Waiting, begun_ns: u64, done_ns: u64, meter: &mut Meter) {
        let parcel = &waiting.parcel;
        let span = |from: u64, to: u64| Span(to.saturating_sub(from) as i64);
        let measured = parcel.is_measured();
        match parcel.what {
            What::Command(command) => {
                meter.second.counts.served += 1;
                let class = command.class();
                if measured {
                    let (wait, service) = (span(waiting.posted_ns, begun_ns), span(begun_ns, done_ns));
                    let from_shard = !parcel.is_clients() && class != CommandClass::Ad;
                    meter.served(class, wait, service, from_shard);
                    if takes_consent_back(&command) {
                        meter.revoked(span(parcel.intended_ns, done_ns));
                    }
                }
            }
            What::Notice(_) if measured => meter.handed(span(waiting.posted_ns, done_ns)),
            What::Notice(_) | What::Advance | What::End => {}
        }
        for fact in &self.outbox.facts {
            observe(fact, parcel, done_ns, meter);
        }
    }
}

/// Whether no ad may pass any more once the command holds.
fn takes_consent_back(command: &Command) -> bool {
    matches!(
        command,
        Command::OptOut { .. } | Command::Mute { .. } | Command::Block { .. }
    )
}

/// Takes down what a fact says of the latency of messages and decisions.
#[inline]
fn observe(fact: &Fact, parcel: &Parcel, done_ns: u64, meter: &mut Meter) {
    let corrected = Span(done_ns.saturating_sub(parcel.intended_ns) as i64);
    let measured = parcel.is_measured();
    if let Fact::HandedOut {
        class, kept: false, ..
    } = fact
        && measured
    {
        let uncorrected = Span(done_ns.saturating_sub(parcel.sent_ns()) as i64);
        meter.delivered(*class, corrected, uncorrected);
    } else if let Fact::Acknowledged { message, .. } = fact {
        let between_people = message.of(ActKind::Chat) == *message;
        meter.second.counts.acknowledged += u64::from(between_people);
        if measured {
            meter.acknowledged(between_people, corrected);
        }
    } else if let Fact::Decided { decision, .. } = fact {
        meter.second.counts.decided += 1;
        if measured {
            meter.decided(decision, corrected);
        }
    }
}
