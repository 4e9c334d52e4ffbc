//! The mailbox of a shard: one of several channels, as the design chooses.
//!
//! The channels are unbounded. Clients must take one of a limited number of places before they send
//! ([`crate::shared::LoadShared::try_take_places`]), and that bounds the mailbox. Envelopes between
//! shards need no place: with one, two full shards could wait for each other for ever.

use crate::envelope::Batch;
use chappe_scenario::Mailbox;
use tokio::sync::mpsc;

/// The end that injectors and other shards hold.
#[derive(Clone, Debug)]
pub(crate) enum Sender {
    Tokio(mpsc::UnboundedSender<Batch>),
    AsyncChannel(async_channel::Sender<Batch>),
    Flume(flume::Sender<Batch>),
}

/// The end that the shard's task holds.
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
    /// Puts a batch in. Does nothing if the shard's task has ended, which happens only at the end of a
    /// load.
    pub(crate) fn send(&self, batch: Batch) {
        let _closed = match self {
            Sender::Tokio(sender) => sender.send(batch).is_err(),
            Sender::AsyncChannel(sender) => sender.try_send(batch).is_err(),
            Sender::Flume(sender) => sender.send(batch).is_err(),
        };
    }
}

impl Receiver {
    /// Waits for the next batch. `None` if all senders are gone.
    pub(crate) async fn recv(&mut self) -> Option<Batch> {
        match self {
            Receiver::Tokio(receiver) => receiver.recv().await,
            Receiver::AsyncChannel(receiver) => receiver.recv().await.ok(),
            Receiver::Flume(receiver) => receiver.recv_async().await.ok(),
        }
    }

    /// The next batch, if one is there already.
    pub(crate) fn try_recv(&mut self) -> Option<Batch> {
        match self {
            Receiver::Tokio(receiver) => receiver.try_recv().ok(),
            Receiver::AsyncChannel(receiver) => receiver.try_recv().ok(),
            Receiver::Flume(receiver) => receiver.try_recv().ok(),
        }
    }
}
