//! What carries parcels to a shard: one of several channels, as the design chooses.
//!
//! The channels themselves are without bound. What bounds a mailbox is the room that clients must find
//! before they may post ([`crate::town::Outlet`]); what shards have promised each other always gets
//! through, else two full shards could wait for each other for ever.

use crate::parcel::Batch;
use chappe_scenario::Mailbox;
use tokio::sync::mpsc;

/// The end into which parcels are put.
#[derive(Clone, Debug)]
pub(crate) enum Sender {
    Tokio(mpsc::UnboundedSender<Batch>),
    AsyncChannel(async_channel::Sender<Batch>),
    Flume(flume::Sender<Batch>),
}

/// The end at which the shard takes them out.
#[derive(Debug)]
pub(crate) enum Receiver {
    Tokio(mpsc::UnboundedReceiver<Batch>),
    AsyncChannel(async_channel::Receiver<Batch>),
    Flume(flume::Receiver<Batch>),
}

/// A channel of that kind.
pub(crate) fn channel(kind: Mailbox) -> (Sender, Receiver) {
    match kind {
        Mailbox::Tokio => {
            let (sender, receiver) = mpsc::unbounded_channel();
            (Sender::Tokio(sender), Receiver::Tokio(receiver))
        }
        Mailbox::AsyncChannel => {
            let (sender, receiver) = async_channel::unbounded();
            (Sender::AsyncChannel(sender), Receiver::AsyncChannel(receiver))
        }
        Mailbox::Flume => {
            let (sender, receiver) = flume::unbounded();
            (Sender::Flume(sender), Receiver::Flume(receiver))
        }
    }
}

impl Sender {
    /// Puts a batch in. Whoever has ended takes nothing more: that is for the end of a load only.
    pub(crate) fn post(&self, batch: Batch) {
        let _closed = match self {
            Sender::Tokio(sender) => sender.send(batch).is_err(),
            Sender::AsyncChannel(sender) => sender.try_send(batch).is_err(),
            Sender::Flume(sender) => sender.send(batch).is_err(),
        };
    }
}

impl Receiver {
    /// The next batch, as soon as there is one; none if nobody can send any more.
    pub(crate) async fn recv(&mut self) -> Option<Batch> {
        match self {
            Receiver::Tokio(receiver) => receiver.recv().await,
            Receiver::AsyncChannel(receiver) => receiver.recv().await.ok(),
            Receiver::Flume(receiver) => receiver.recv_async().await.ok(),
        }
    }

    /// The next batch, if there is one.
    pub(crate) fn try_recv(&mut self) -> Option<Batch> {
        match self {
            Receiver::Tokio(receiver) => receiver.try_recv().ok(),
            Receiver::AsyncChannel(receiver) => receiver.try_recv().ok(),
            Receiver::Flume(receiver) => receiver.try_recv().ok(),
        }
    }
}
