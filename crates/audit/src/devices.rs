//! Judges the connections between the shard and devices: each is first in, first out, in both directions.
//!
//! What a shard sends to a device has a number: messages when they are delivered, acknowledgements and read receipts
//! when they are sent. Each is compared with what else is on its way to the same device. Messages from a device are
//! judged by when they were sent and when they reached the shard.

use crate::findings::{FactContext, name};
use crate::promises::{Promise, Promises};
use chappe_base::{Homes, MessageId, Party, ShardId, SimTime, Span, UserId};

/// The number of what a shard sent to devices, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Sent(u32);

/// The fold over the connections of one shard.
#[derive(Debug)]
pub(crate) struct Devices {
    homes: Homes,
    latest: Sent,
    /// By local index of the user, and of the page: the latest message that reached the device.
    users: Vec<Sent>,
    pages: Vec<Sent>,
    /// The last receipt to a device: its number, and when it arrives.
    receipts: Recent<(Sent, SimTime)>,
    /// The last message from a device: when it was sent, and when it arrived.
    senders: Recent<(SimTime, SimTime)>,
}

impl Devices {
    pub(crate) fn new(homes: Homes, shard: ShardId, promises: &Promises) -> Devices {
        Devices {
            homes,
            latest: Sent::default(),
            users: vec![Sent::default(); homes.count(shard, promises.users_count)],
            pages: vec![Sent::default(); homes.count(shard, promises.pages_count)],
            receipts: Recent::default(),
            senders: Recent::default(),
        }
    }

    /// The shard sends something to a device.
    #[inline]
    pub(crate) fn sent(&mut self) -> Sent {
        // Beyond four billion all have the last number, and are not told apart.
        self.latest.0 = self.latest.0.saturating_add(1);
        self.latest
    }

    /// A message that was sent with that number reached its device.
    #[inline]
    pub(crate) fn handed_out(
        &mut self,
        message: MessageId,
        to: Party,
        sent: Sent,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::OrderKept);
        let (device, receipt) = match to {
            Party::User(user) => (
                self.users.get_mut(self.homes.local(user.0)),
                self.receipts.get(user),
            ),
            Party::Page(page) => (self.pages.get_mut(self.homes.local(page.0)), None),
        };
        let Some(latest) = device else { return };
        let overtakes = |(number, arrival): (Sent, SimTime)| {
            number < sent && arrival > context.at || number > sent && arrival < context.at
        };
        if sent < *latest {
            context.violation(Promise::OrderKept, late(message, to));
        } else if receipt.is_some_and(overtakes) {
            context.violation(Promise::OrderKept, swapped(message, to));
        }
        *latest = sent.max(*latest);
    }

    /// An acknowledgement or a read receipt was sent to the sender of a message, and arrives after so long.
    #[inline]
    pub(crate) fn receipt(
        &mut self,
        message: MessageId,
        user: UserId,
        after: Span,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::OrderKept);
        let arrival = context.at + after;
        let sent = self.sent();
        let before = self.receipts.replace(user, (sent, arrival));
        if before.is_some_and(|(_, before)| arrival < before) {
            let what = format!(
                "a receipt for message {} reaches the device of user {} before one that was sent earlier",
                message.0, user.0
            );
            context.violation(Promise::OrderKept, what);
        }
    }

    /// A message that its sender's device sent at `sent` reached the shard at `arrival`.
    #[inline]
    pub(crate) fn received(
        &mut self,
        message: MessageId,
        from: Party,
        (sent, arrival): (SimTime, SimTime),
        context: &mut FactContext<'_>,
    ) {
        let Party::User(user) = from else { return };
        context.checked(Promise::OrderKept);
        let Some(before) = self.senders.replace(user, (sent, arrival)) else {
            return;
        };
        // Servers of one queue may be done in another order than that of arrival.
        let (earlier, later) = match before.0 <= sent {
            true => (before, (sent, arrival)),
            false => ((sent, arrival), before),
        };
        if earlier.0 < later.0 && earlier.1 > later.1 {
            let what = format!(
                "message {} of {} and the one before it reached the shard in another order than they were sent",
                message.0,
                name(from)
            );
            context.violation(Promise::OrderKept, what);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.users.capacity() + self.pages.capacity()) * size_of::<Sent>()
            + self.receipts.bytes()
            + self.senders.bytes()
    }
}

#[cold]
fn late(message: MessageId, to: Party) -> String {
    format!(
        "message {} reached the device of {} after one that was delivered later",
        message.0,
        name(to)
    )
}

#[cold]
fn swapped(message: MessageId, to: Party) -> String {
    format!(
        "message {} and a receipt reach the device of {} in another order than they were sent",
        message.0,
        name(to)
    )
}

/// The last of something that each user had, for as many users as have had it of late. Two users may share a place: then
/// the one before is forgotten, and one comparison is left out. A map that forgot nobody would cost more than all else
/// that the audit does with a receipt.
#[derive(Debug)]
struct Recent<T> {
    places: Vec<Option<(UserId, T)>>,
}

/// How many users are remembered, at most.
const PLACES: usize = 1 << 9;

impl<T: Copy> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent {
            places: vec![None; PLACES],
        }
    }
}

impl<T: Copy> Recent<T> {
    #[inline]
    fn get(&self, user: UserId) -> Option<T> {
        let (known, value) = self.places[user.index() % PLACES]?;
        (known == user).then_some(value)
    }

    /// Sets the user's, and returns the one before.
    #[inline]
    fn replace(&mut self, user: UserId, value: T) -> Option<T> {
        let place = &mut self.places[user.index() % PLACES];
        let (known, before) = place.replace((user, value))?;
        (known == user).then_some(before)
    }

    fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<Option<(UserId, T)>>()
    }
}
