//! The section `[design]`: how the shards of a live platform receive commands, schedule them, and are
//! protected from overload.

use crate::scenario::Lanes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the platform is built when it runs in real time, under `chappe load`. A simulation uses only
/// `broadcast`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Design {
    /// The channel that carries commands to a shard.
    pub mailbox: Mailbox,
    /// Clients' commands that may wait at a shard.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "commands per shard"))]
    pub capacity: u32,
    /// Commands that are sent to a shard together, and that it serves before it receives more.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "commands"))]
    pub batch: u32,
    /// Which commands are served first.
    pub lanes: Lanes,
    /// What happens to a client's command if the shard's mailbox is full.
    pub overload: Overload,
    /// The threads that run the shards.
    pub runtime: Runtime,
    /// Number of shards of the live platform. If it is left out, four for each thread that runs them, or one where each has
    /// a thread of its own.
    #[schemars(range(min = 1), extend("x-unit" = "shards"))]
    pub shards: Option<u16>,
    /// How a page's campaign reaches its audience.
    pub broadcast: Broadcast,
}

impl Default for Design {
    fn default() -> Design {
        Design {
            mailbox: Mailbox::Tokio,
            capacity: 16_384,
            batch: 64,
            lanes: Lanes::Fifo,
            overload: Overload::BackPressure,
            runtime: Runtime::Shared,
            shards: None,
            broadcast: Broadcast::Pull,
        }
    }
}

/// Shards for each thread of a shared pool: enough that none idles while another has several at work.
const SHARDS_PER_THREAD: usize = 4;

impl Design {
    /// The number of shards of a live platform whose shards run on so many threads.
    #[must_use]
    pub fn shards_count(&self, threads: usize) -> u16 {
        let each = match self.runtime {
            Runtime::Shared => SHARDS_PER_THREAD,
            Runtime::ThreadPerShard => 1,
        };
        let by_threads = u16::try_from(threads.max(1) * each).unwrap_or(u16::MAX);
        self.shards.unwrap_or(by_threads)
    }
}

/// The channel that carries commands to a shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mailbox {
    /// Tokio's own channel.
    #[default]
    Tokio,
    /// The channel of the crate `async-channel`.
    AsyncChannel,
    /// The channel of the crate `flume`.
    Flume,
}

/// What happens to a client's command if the shard's mailbox is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Overload {
    /// The client waits.
    #[default]
    BackPressure,
    /// The command is dropped.
    Reject,
    /// The client waits. Commands about ads are dropped as soon as the mailbox is half full.
    ShedAds,
}

/// The threads that run the shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// One pool of threads for all shards.
    #[default]
    Shared,
    /// A thread for each shard.
    ThreadPerShard,
}

/// How a page's campaign reaches its audience.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Broadcast {
    /// Each user is judged when they next come online.
    #[default]
    Pull,
    /// The whole audience is judged when the campaign begins, and allowed ads go to the inboxes.
    Push,
}
