//! One shard of the platform with its agents and its service queue, as a logical process of the kernel.
//!
//! This is the only place where time passes between the parts: links and service take the times that
//! [`Delays`] draws, while platform and agents act at once.

use crate::delays::Delays;
use crate::kernel::{Emitter, LogicalProcess};
use crate::observers::Observers;
use crate::station::{Arrival, Discipline, Started, Station, Ticket};
use chappe_base::{CommandClass, Fact, Homes, ShardId, SimTime};
use chappe_platform::{Command, Hop, Notice, Shard};
use chappe_scenario::Lanes;
use chappe_workload::config::Probe;
use chappe_workload::{Agents, Tape, Wake, World};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An event of a shard.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Event {
    /// A command reaches the shard's service queue.
    Arrive(Command),
    /// A server of the queue has finished with a command, which takes effect now.
    Done(u32),
    /// A notice reaches the device of a user or page of this shard.
    Notice(Notice),
    /// A time that an agent has chosen.
    Wake(Wake),
    /// A probe arrives: a request that only uses the service queue.
    Probe(u32),
    /// The patience of a waiting probe ends.
    Renege(Ticket),
}

impl Default for Event {
    fn default() -> Event {
        Event::Probe(0)
    }
}

/// One shard with everything that lives on it.
pub(crate) struct Process {
    shard: Shard,
    agents: Agents,
    station: Station<Command>,
    id: ShardId,
    homes: Homes,
    delays: Arc<Delays>,
    world: Arc<World>,
    probe: Option<Probe>,
    /// The clients' commands, if they come from a tape instead of from the agents.
    tape: Option<Arc<Tape>>,
}

impl Process {
    /// Shard `id` before its first event. If there is a `tape`, the clients' commands come from it, and the
    /// agents send none.
    #[must_use]
    pub(crate) fn new(
        shard: Shard,
        id: ShardId,
        world: Arc<World>,
        delays: Arc<Delays>,
        tape: Option<Arc<Tape>>,
    ) -> Process {
        let service = &delays.service;
        let discipline = match service.lanes {
            Lanes::Fifo => Discipline::Fifo,
            Lanes::PeopleFirst => Discipline::Priority { lanes_count: 2 },
        };
        Process {
            agents: Agents::new(Arc::clone(&world), id),
            station: Station::new(u32::from(service.servers), service.queue_capacity, discipline),
            probe: delays.probe,
            tape,
            homes: world.homes(),
            shard,
            id,
            delays,
            world,
        }
    }

    /// Sends the forwards and notices in the outbox.
    fn flush_outbox(&mut self, observers: &mut Observers, now: SimTime, out: &mut Emitter<'_, Event>) {
        let outbox = &mut observers.outbox;
        for forward in &outbox.forwards {
            let arrival = Event::Arrive(forward.command);
            match forward.hop {
                Hop::Timer(at) => out.schedule(at, arrival),
                Hop::Link(to) => {
                    let latency = self.delays.between_shards(now, &forward.command);
                    out.send(to, now + latency, arrival);
                }
            }
        }
        for notice in outbox.notices.iter().filter(|notice| notice.has_effect()) {
            let arrival = self.delays.to_client(now, notice);
            match notice.timed(arrival - now) {
                Some(fact) => outbox.facts.push(fact),
                None => out.send(notice.home(self.homes), arrival, Event::Notice(*notice)),
            }
        }
        outbox.forwards.clear();
        outbox.notices.clear();
    }

    /// Sends the agents' commands and schedules their wake-ups.
    fn flush_acts(&self, observers: &mut Observers, out: &mut Emitter<'_, Event>) {
        let acts = &mut observers.acts;
        for (at, command) in &acts.commands {
            let home = command
                .home(self.homes)
                .expect("agents send what clients may send");
            let arrival = self.delays.to_platform(*at, command);
            out.send(home, arrival, Event::Arrive(*command));
        }
        for (at, wake) in &acts.wakes {
            out.schedule(*at, Event::Wake(*wake));
        }
        acts.clear();
    }

    fn arrive(
        &mut self,
        observers: &mut Observers,
        now: SimTime,
        command: &Command,
        out: &mut Emitter<'_, Event>,
    ) {
        let class = command.class();
        let service = self.delays.service_time(self.id, now, command);
        // Commands between shards are never dropped: the sending shard relies on their effect.
        let is_client_command = command.home(self.homes).is_some();
        let can_be_dropped = is_client_command || class == CommandClass::Probe;
        if let Some(sink) = observers.commands.as_mut().filter(|_| is_client_command) {
            sink(now, command);
        }
        let lane = self.delays.service.lanes.lane(class) as u8;
        match self.station.arrive(now, *command, lane, service, !can_be_dropped) {
            // Service without duration ends within this event. That saves an event.
            Arrival::Started(started) if started.done_at == now => {
                self.complete(observers, now, started.server, out);
            }
            Arrival::Started(started) => schedule_completion(started, out),
            Arrival::Queued(ticket) => {
                if let (CommandClass::Probe, Some(patience)) =
                    (class, self.probe.and_then(|probe| probe.patience))
                {
                    let word = self.delays.patience.word(u64::from(self.id.0), now.0 as u64);
                    out.schedule(now + patience.sample(word), Event::Renege(ticket));
                }
            }
            Arrival::Dropped => {
                observers.outbox.facts.push(Fact::Dropped {
                    command: class,
                    message: command.message(),
                });
            }
        }
    }

    fn complete(
        &mut self,
        observers: &mut Observers,
        now: SimTime,
        server: u32,
        out: &mut Emitter<'_, Event>,
    ) {
        let completion = self.station.complete(now, server);
        let command = self.station.job(server);
        observers.outbox.facts.push(Fact::Served {
            command: command.class(),
            message: command.message(),
            wait_ns: completion.wait,
            service_ns: completion.service,
        });
        self.shard.apply(now, *command, &mut observers.outbox);
        if let Some(started) = self.station.serve_next(now, server) {
            schedule_completion(started, out);
        }
        self.flush_outbox(observers, now, out);
    }

    /// A device shows a notice. The fact comes before what the agent does in response.
    fn show_notice(
        &mut self,
        observers: &mut Observers,
        now: SimTime,
        notice: &Notice,
        out: &mut Emitter<'_, Event>,
    ) {
        observers.outbox.facts.extend(notice.shown());
        if self.tape.is_none() {
            self.agents.notice(now, notice, &mut observers.acts);
            self.flush_acts(observers, out);
        }
    }

    fn probe(&mut self, observers: &mut Observers, now: SimTime, number: u32, out: &mut Emitter<'_, Event>) {
        self.schedule_probe(now, number + 1, out);
        self.arrive(observers, now, &Command::Probe, out);
    }

    fn schedule_probe(&self, now: SimTime, number: u32, out: &mut Emitter<'_, Event>) {
        if let Some(probe) = self.probe {
            let word = self.delays.arrival.word(u64::from(self.id.0), u64::from(number));
            let gap = self.delays.probe_gap(probe, word);
            out.schedule(now + gap, Event::Probe(number));
        }
    }

    /// Applies what happened before day one.
    fn apply_history(&mut self, observers: &mut Observers) {
        for (at, past) in self.world.history_events(self.id) {
            self.shard.apply_history(at, past, &mut observers.outbox);
            observers.observe_facts(self.id, at);
        }
    }

    /// Ends the run at `end`: records what still waits or is pending as facts. Returns the shard.
    pub(crate) fn finish(mut self, observers: &mut Observers, end: SimTime) -> Shard {
        for (command, so_far) in self.station.unfinished(end) {
            observers.outbox.facts.push(Fact::Unserved {
                command: command.class(),
                message: command.message(),
                wait_ns: so_far.wait,
                service_ns: so_far.service,
            });
            observers.outbox.facts.extend(command.unserved_budget());
        }
        self.shard.finish(&mut observers.outbox);
        observers.observe_facts(self.id, end);
        self.shard
    }

    /// Bytes held by this shard, by part.
    pub(crate) fn bytes(&self) -> Vec<(&'static str, usize)> {
        let mut parts = self.shard.bytes();
        parts.push(("agents", self.agents.bytes()));
        parts.push(("service queue", self.station.bytes()));
        parts
    }
}

fn schedule_completion(started: Started, out: &mut Emitter<'_, Event>) {
    out.schedule(started.done_at, Event::Done(started.server));
}

impl LogicalProcess for Process {
    type Event = Event;
    type Shared = Observers;

    fn start(&mut self, observers: &mut Observers, out: &mut Emitter<'_, Event>) {
        self.apply_history(observers);
        for (at, command) in self.shard.first_timers() {
            out.schedule(at, Event::Arrive(command));
        }
        match &self.tape {
            Some(tape) => {
                let requests = tape.requests().iter();
                let here = requests.filter(|request| request.command.home(self.homes) == Some(self.id));
                for request in here {
                    out.schedule(request.at, Event::Arrive(request.command));
                }
            }
            None => {
                self.agents.start(&mut observers.acts);
                self.flush_acts(observers, out);
            }
        }
        self.schedule_probe(SimTime::ZERO, 0, out);
    }

    #[inline]
    fn handle(
        &mut self,
        observers: &mut Observers,
        now: SimTime,
        event: &Event,
        out: &mut Emitter<'_, Event>,
    ) {
        match event {
            Event::Arrive(command) => self.arrive(observers, now, command, out),
            Event::Done(server) => self.complete(observers, now, *server, out),
            Event::Notice(notice) => self.show_notice(observers, now, notice, out),
            Event::Wake(wake) => {
                self.agents.wake(now, *wake, &mut observers.acts);
                self.flush_acts(observers, out);
            }
            Event::Probe(number) => self.probe(observers, now, *number, out),
            Event::Renege(ticket) => {
                if let Some((_, wait_ns)) = self.station.renege(now, *ticket) {
                    observers.outbox.facts.push(Fact::Reneged { wait_ns });
                }
            }
        }
        observers.observe_facts(self.id, now);
    }

    fn can_receive(&self, event: &Event) -> bool {
        match event {
            Event::Arrive(command) => self.shard.can_receive(command),
            Event::Notice(notice) => self.shard.can_show(notice),
            // These stay on their shard.
            Event::Done(_) | Event::Wake(_) | Event::Probe(_) | Event::Renege(_) => false,
        }
    }

    #[inline]
    fn prefetch(&self, event: &Event) {
        match event {
            Event::Arrive(Command::Send { to: user, .. } | Command::Read { reader: user, .. })
            | Event::Arrive(Command::Connect { user, .. }) => self.shard.touch(*user),
            Event::Notice(Notice::Message { to: user, .. }) | Event::Wake(Wake::Begin { user, .. }) => {
                self.agents.touch(*user)
            }
            Event::Wake(Wake::Write { from: user, .. } | Wake::Read { reader: user, .. }) => {
                self.agents.touch(*user)
            }
            Event::Done(server) => self.station.prefetch(*server),
            Event::Arrive(_)
            | Event::Notice(_)
            | Event::Wake(Wake::Hour | Wake::Replay)
            | Event::Probe(_)
            | Event::Renege(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduled::Scheduled;

    #[test]
    fn a_scheduled_event_is_one_cache_line_at_most() {
        assert!(size_of::<Scheduled<Event>>() <= 64);
    }
}
