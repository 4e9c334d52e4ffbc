//! Wall clock: the platform's shards as tokio tasks, under load.
//!
//! A tape, the clients' commands of a run in virtual time, is played by injectors at a rate of its own.
//! Each shard is a task with a mailbox; it applies what arrives at the logical time of the tape, and what
//! it causes goes through the mailboxes of others. Latency is measured on the wall clock from the
//! *intended* send, which an open model works out by arithmetic, so that no send waits for another.

mod clock;
mod crew;
mod drive;
mod injector;
mod lanes;
mod live;
mod mailbox;
mod observer;
mod pacing;
mod parcel;
mod plan;
mod predict;
mod replay;
mod shape;
mod shard;
mod town;
mod usage;
mod work;

pub use live::{BareHops, Live, LiveShard, bare_hops, live_scenario, load};
pub use observer::LoadProgress;
pub use plan::{LoadError, LoadOptions, MOST_CLIENTS, MOST_COMMANDS, MOST_RATE, Plan};
pub use predict::{Predicted, predict};
pub use replay::{Replayed, replay};
pub use shape::{Schedule, Shape};
pub use shard::Stall;
pub use work::{Applied, Step};
