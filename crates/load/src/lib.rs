//! The wall clock: the platform's shards as tokio tasks, under load.
//!
//! Injectors play a tape, which holds the clients' commands of a run in virtual time, at a rate of their own.
//! Each shard is a task with a mailbox. It applies commands at the logical time of the tape, and what they
//! cause goes through the mailboxes of other shards. Latency counts on the wall clock from the *intended*
//! send, which an open model computes by arithmetic, so that no send waits for another.
//!
//! The send times of an open model are known before the load begins:
//!
//! ```
//! use chappe_load::{Schedule, Shape};
//!
//! // A warm-up of one second, then four seconds at a rate that doubles.
//! let mut schedule = Schedule::new(Shape::Ramp { from: 100.0, to: 200.0 }, 1.0, 4.0);
//! assert_eq!(schedule.count(), 100 + 600);
//! assert_eq!(schedule.intended_ns(0), Some(0));
//! assert_eq!(schedule.intended_ns(50), Some(500_000_000));
//! assert_eq!(schedule.intended_ns(700), None);
//! ```
//!
//! A load of a tenth of a second on a small scenario:
//!
//! ```no_run
//! use chappe_base::SimTime;
//! use chappe_engine::{RecordOptions, StopFlag, record_tape};
//! use chappe_load::{LoadOptions, Plan, Shape, load};
//! use std::time::Duration;
//!
//! # fn offer(scenario: &chappe_scenario::Scenario) -> Result<(), chappe_load::LoadError> {
//! let stop = StopFlag::new();
//! let tape = record_tape(
//!     scenario,
//!     RecordOptions {
//!         from: SimTime::ZERO,
//!         requests_count: 1_000,
//!         trace: None,
//!         stop: &stop,
//!         progress: &mut |_| {},
//!     },
//! );
//! let options = LoadOptions {
//!     plan: Plan::Open(Shape::Constant { rate: 10_000.0 }),
//!     warm_up: Duration::ZERO,
//!     duration: Duration::from_millis(100),
//!     threads: 1,
//!     injectors: 1,
//!     from: SimTime::ZERO,
//!     stop: &stop,
//!     progress: &mut |_| {},
//!     thresholds: &[],
//!     stall: None,
//!     keep_applied: false,
//! };
//! let run = load(scenario, &tape, None, options)?;
//! println!("{} commands handled", run.served_count);
//! # Ok(())
//! # }
//! ```

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
