//! Who says when the next command is sent.

use crate::shape::Schedule;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// What a pacing says about the next send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// It is meant to happen then [ns], for this slot of a closed model.
    At(u64, Option<u32>),
    /// That depends on what is under way.
    Unknown,
    /// There is none.
    Over,
}

/// Says when the next command is sent.
pub(crate) trait Pacing {
    /// When the send `number`, from 0, is meant to happen. Asked again until it is known.
    fn next(&mut self, number: u64, now_ns: u64) -> Next;

    /// Waits a little for what the next send depends on.
    fn wait(&mut self) {}
}

/// An open model: arithmetic, whatever the platform does.
pub(crate) struct Open {
    pub(crate) schedule: Schedule,
    /// When its time zero is [ns].
    pub(crate) begins_ns: u64,
}

impl Pacing for Open {
    #[inline]
    fn next(&mut self, number: u64, _: u64) -> Next {
        match self.schedule.intended_ns(number) {
            Some(intended_ns) => Next::At(self.begins_ns + intended_ns, None),
            None => Next::Over,
        }
    }
}

/// As fast as the platform takes it.
pub(crate) struct AtOnce;

impl Pacing for AtOnce {
    #[inline]
    fn next(&mut self, _: u64, now_ns: u64) -> Next {
        Next::At(now_ns, None)
    }
}

/// A closed model: so many clients, each of which waits for its command and then thinks.
pub(crate) struct Closed {
    think_ns: u64,
    served: Receiver<u32>,
    /// Clients that know when they send next.
    ready: BinaryHeap<Reverse<(u64, u32)>>,
    clock: crate::clock::Clock,
}

impl Closed {
    pub(crate) fn new(
        slots: std::ops::Range<u32>,
        think: Duration,
        served: Receiver<u32>,
        clock: crate::clock::Clock,
    ) -> Closed {
        let think_ns = think.as_nanos() as u64;
        let now_ns = clock.now();
        // Spread over their first pause, so that they don't march in step.
        let count = u64::from(slots.end - slots.start).max(1);
        let first = |slot: u32| Reverse((now_ns + think_ns * u64::from(slot - slots.start) / count, slot));
        Closed {
            think_ns,
            served,
            ready: slots.clone().map(first).collect(),
            clock,
        }
    }

    fn thinks(&mut self, slot: u32, from_ns: u64) {
        self.ready.push(Reverse((from_ns + self.think_ns, slot)));
    }
}

impl Pacing for Closed {
    fn next(&mut self, _: u64, now_ns: u64) -> Next {
        while let Ok(slot) = self.served.try_recv() {
            self.thinks(slot, now_ns);
        }
        match self.ready.peek() {
            Some(&Reverse((at, slot))) => {
                if at <= now_ns {
                    self.ready.pop();
                }
                Next::At(at, Some(slot))
            }
            None => Next::Unknown,
        }
    }

    fn wait(&mut self) {
        if let Ok(slot) = self.served.recv_timeout(Duration::from_millis(1)) {
            let now_ns = self.clock.now();
            self.thinks(slot, now_ns);
        }
    }
}
