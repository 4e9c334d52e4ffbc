//! Finds the first event in which two runs differ. A digest says only that they do.

use crate::kernel::{Emitter, LogicalProcess};
use chappe_base::{EventKey, SimTime};
use std::fmt;

/// A logical process that keeps every event it handles.
#[derive(Clone, Debug)]
pub struct Traced<L: LogicalProcess> {
    /// The process itself.
    pub process: L,
    /// Its events so far, in order.
    pub handled: Vec<(EventKey, L::Event)>,
}

impl<L: LogicalProcess> Traced<L> {
    /// Wraps `process`.
    pub fn new(process: L) -> Traced<L> {
        Traced {
            process,
            handled: Vec::new(),
        }
    }
}

impl<L: LogicalProcess> LogicalProcess for Traced<L> {
    type Event = L::Event;
    type Shared = L::Shared;

    fn start(&mut self, shared: &mut L::Shared, out: &mut Emitter<'_, L::Event>) {
        self.process.start(shared, out);
    }

    fn handle(
        &mut self,
        shared: &mut L::Shared,
        now: SimTime,
        event: &L::Event,
        out: &mut Emitter<'_, L::Event>,
    ) {
        self.handled.push((out.key(), *event));
        self.process.handle(shared, now, event, out);
    }
}

/// The first event in which two runs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence<E> {
    /// How many events of its shard were before it, equal in both runs.
    pub index: usize,
    /// The left run's event, if it has one there.
    pub left: Option<(EventKey, E)>,
    /// The right run's event, if it has one there.
    pub right: Option<(EventKey, E)>,
}

impl<E> Divergence<E> {
    fn key(&self) -> Option<EventKey> {
        let key = |side: &Option<(EventKey, E)>| side.as_ref().map(|(key, _)| *key);
        key(&self.left).into_iter().chain(key(&self.right)).min()
    }
}

impl<E: fmt::Debug> fmt::Display for Divergence<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |f: &mut fmt::Formatter<'_>, side: &Option<(EventKey, E)>| match side {
            Some((key, event)) => write!(
                f,
                "at {} ns on shard {} from shard {}, its number {}: {event:?}",
                key.time().0,
                key.target().0,
                key.source().0,
                key.sequence(),
            ),
            None => write!(f, "no further event"),
        };
        write!(f, "after {} equal events of its shard: ", self.index)?;
        side(f, &self.left)?;
        write!(f, " | ")?;
        side(f, &self.right)
    }
}

/// Compares two runs over the same shards. Returns the first event, in the total order, that only one of
/// them handled.
#[must_use]
pub fn first_divergence<L, M>(left: &[Traced<L>], right: &[Traced<M>]) -> Option<Divergence<L::Event>>
where
    L: LogicalProcess<Event: PartialEq>,
    M: LogicalProcess<Event = L::Event>,
{
    assert_eq!(left.len(), right.len(), "the runs have different shards");
    left.iter()
        .zip(right)
        .filter_map(|(left, right)| {
            let (left, right) = (&left.handled, &right.handled);
            let differs = |&index: &usize| left.get(index) != right.get(index);
            let index = (0..left.len().max(right.len())).find(differs)?;
            Some(Divergence {
                index,
                left: left.get(index).copied(),
                right: right.get(index).copied(),
            })
        })
        .min_by_key(Divergence::key)
}
