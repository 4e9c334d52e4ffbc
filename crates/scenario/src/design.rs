//! The choices of a live platform's design: how its shards are fed, scheduled and protected.

use crate::scenario::Lanes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the platform is built where it runs in real time, under `chappe load`. What is simulated knows
/// only `broadcast`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Design {
    /// What carries commands to a shard.
    pub mailbox: Mailbox,
    /// Commands of clients that may wait at a shard.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "commands per shard"))]
    pub capacity: u32,
    /// Commands that are carried to a shard together, and that it serves before it looks for more.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "commands"))]
    pub batch: u32,
    /// Who is served first.
    pub lanes: Lanes,
    /// What happens to a client's command for which there is no room.
    pub overload: Overload,
    /// What runs the shards.
    pub runtime: Runtime,
    /// Shards of the live platform; those of the scenario's `platform` if left out.
    #[schemars(range(min = 1))]
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

/// What carries commands to a shard.
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

/// What happens to a client's command for which there is no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Overload {
    /// The client waits.
    #[default]
    BackPressure,
    /// The command is dropped.
    Reject,
    /// The client waits, but from a half full mailbox on, what has to do with ads is dropped.
    ShedAds,
}

/// What runs the shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// One pool of threads for all.
    #[default]
    Shared,
    /// A thread for each shard.
    ThreadPerShard,
}

/// How a page's campaign reaches its audience.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Broadcast {
    /// Each user is judged when they next come on line.
    #[default]
    Pull,
    /// The whole audience is judged when the campaign begins; what is allowed goes to the inbox.
    Push,
}
