//! Wall clock: the platform's shards as tokio tasks, under load.
//!
//! A tape, the clients' commands of a run in virtual time, is played by injectors at a rate of its own.
//! Each shard is a task with a mailbox; it applies what arrives at the logical time of the tape, and what
//! it causes goes through the mailboxes of others. Latency is measured on the wall clock from the
//! *intended* send, which an open model handlers out by arithmetic, so that no send waits for another.

mod clock;
mod drive;
mod envelope;
mod handler;
mod injector;
mod lanes;
mod live;
mod mailbox;
mod monitor;
mod pacing;
mod plan;
mod predict;
mod replay;
mod shape;
mod shard;
mod shared;
mod threads;
mod usage;

pub use handler::{Applied, Step};
pub use live::{BareHops, LiveRun, LiveShard, bare_hops, live_scenario, load};
pub use monitor::LoadProgress;
pub use plan::{CLIENTS_MAX, COMMANDS_MAX, LoadError, LoadOptions, Plan, RATE_MAX};
pub use predict::{Predicted, predict};
pub use replay::{Replayed, replay};
pub use shape::{Schedule, Shape};
pub use shard::Stall;
