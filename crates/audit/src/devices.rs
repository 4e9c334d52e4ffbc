//! Judges the order at devices: the connection from a shard to a device is first in, first out.
//!
//! Messages are judged in the order in which the shard delivered and the device got them, acknowledgements and read
//! receipts by the time at which each reaches its device.

use crate::findings::{FactContext, name};
use crate::promises::{Promise, Promises};
use chappe_base::{Homes, Map, MessageId, Party, ShardId, SimTime, Span, UserId};

/// How many devices with receipts under way are remembered before those without are forgotten.
const FORGET_FROM: usize = 64;

/// The number of a message among those that a shard delivered, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Delivery(u32);

/// The fold over the connections of one shard.
#[derive(Debug)]
pub(crate) struct Devices {
    homes: Homes,
    latest: Delivery,
    /// By local index of the user, and of the page: the latest delivery that reached the device.
    users: Vec<Delivery>,
    pages: Vec<Delivery>,
    /// When the last receipt under way to a device arrives.
    receipts: Map<UserId, SimTime>,
    forget_at: usize,
}

impl Devices {
    pub(crate) fn new(homes: Homes, shard: ShardId, promises: &Promises) -> Devices {
        Devices {
            homes,
            latest: Delivery::default(),
            users: vec![Delivery::default(); homes.count(shard, promises.users_count)],
            pages: vec![Delivery::default(); homes.count(shard, promises.pages_count)],
            receipts: Map::default(),
            forget_at: FORGET_FROM,
        }
    }

    /// The shard delivers a message.
    #[inline]
    pub(crate) fn delivered(&mut self) -> Delivery {
        self.latest.0 += 1;
        self.latest
    }

    /// A message of that number reached its device.
    #[inline]
    pub(crate) fn handed_out(
        &mut self,
        message: MessageId,
        to: Party,
        delivery: Delivery,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::OrderKept);
        let device = match to {
            Party::User(user) => self.users.get_mut(self.homes.local(user.0)),
            Party::Page(page) => self.pages.get_mut(self.homes.local(page.0)),
        };
        let Some(latest) = device else { return };
        if delivery < *latest {
            let what = format!(
                "message {} reached the device of {} after one that was delivered later",
                message.0,
                name(to)
            );
            context.violation(Promise::OrderKept, what);
        }
        *latest = delivery.max(*latest);
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
        let (now, arrival) = (context.at, context.at + after);
        if self.receipts.len() >= self.forget_at {
            self.receipts.retain(|_, last| *last > now);
            self.forget_at = FORGET_FROM.max(2 * self.receipts.len());
        }
        let last = self.receipts.entry(user).or_insert(arrival);
        if arrival < *last {
            let what = format!(
                "a receipt for message {} reaches the device of user {} before one that was sent earlier",
                message.0, user.0
            );
            context.violation(Promise::OrderKept, what);
        }
        *last = arrival.max(*last);
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.users.capacity() + self.pages.capacity()) * size_of::<Delivery>()
            + self.receipts.allocation_size()
    }
}
