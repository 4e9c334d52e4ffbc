//! Decides when the next command is sent: open model, closed model, or as fast as possible.
//!
//! An open model's send times are pure arithmetic and do not depend on the platform, so a slow platform
//! can't slow the load down and hide its own latency (*coordinated omission*). A closed model's clients
//! wait for their responses on purpose. Both give intended send times, from which latency counts.

use crate::shape::Schedule;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// The next send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// Intended for this time [ns], for this slot of a closed model.
    At(u64, Option<u32>),
    /// Not known before some client gets a response.
    Unknown,
    /// There is none.
    Over,
}

/// Decides when the next command is sent.
pub(crate) trait Pacing {
    /// The intended time of send `number`, counted from 0. Call it again until it is due.
    fn next(&mut self, number: u64, now_ns: u64) -> Next;

    /// Waits a short time for what the next send depends on.
    fn wait(&mut self) {}
}

/// An open model: send times are arithmetic, whatever the platform does.
pub(crate) struct OpenModel {
    pub(crate) schedule: Schedule,
    /// The schedule's time zero [ns].
    pub(crate) begins_ns: u64,
}

impl Pacing for OpenModel {
    #[inline]
    fn next(&mut self, number: u64, _: u64) -> Next {
        match self.schedule.intended_ns(number) {
            Some(intended_ns) => Next::At(self.begins_ns + intended_ns, None),
            None => Next::Over,
        }
    }
}

/// No pacing: as fast as the platform takes commands.
pub(crate) struct Unpaced;

impl Pacing for Unpaced {
    #[inline]
    fn next(&mut self, _: u64, now_ns: u64) -> Next {
        Next::At(now_ns, None)
    }
}

/// A closed model: each of a fixed number of clients waits for its command to be handled, then pauses for
/// the think time.
pub(crate) struct ClosedModel {
    think_ns: u64,
    /// Slots whose command was handled.
    completions: Receiver<u32>,
    /// Clients that know when they send next, the earliest first.
    ready: BinaryHeap<Reverse<(u64, u32)>>,
    clock: crate::clock::Clock,
}

impl ClosedModel {
    /// The clients in `slots`.
    pub(crate) fn new(
        slots: std::ops::Range<u32>,
        think: Duration,
        completions: Receiver<u32>,
        clock: crate::clock::Clock,
    ) -> ClosedModel {
        let think_ns = think.as_nanos() as u64;
        let now_ns = clock.now();
        // First sends are spread over one think time. Otherwise all clients would send in step.
        let count = u64::from(slots.end - slots.start).max(1);
        let first = |slot: u32| Reverse((now_ns + think_ns * u64::from(slot - slots.start) / count, slot));
        ClosedModel {
            think_ns,
            completions,
            ready: slots.clone().map(first).collect(),
            clock,
        }
    }

    fn start_thinking(&mut self, slot: u32, from_ns: u64) {
        self.ready.push(Reverse((from_ns + self.think_ns, slot)));
    }
}

impl Pacing for ClosedModel {
    fn next(&mut self, _: u64, now_ns: u64) -> Next {
        while let Ok(slot) = self.completions.try_recv() {
            self.start_thinking(slot, now_ns);
        }
        match self.ready.peek() {
            Some(&Reverse((at_ns, slot))) => {
                if at_ns <= now_ns {
                    self.ready.pop();
                }
                Next::At(at_ns, Some(slot))
            }
            None => Next::Unknown,
        }
    }

    fn wait(&mut self) {
        if let Ok(slot) = self.completions.recv_timeout(Duration::from_millis(1)) {
            let now_ns = self.clock.now();
            self.start_thinking(slot, now_ns);
        }
    }
}
