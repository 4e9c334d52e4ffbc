//! Population, friendships and agents: how people and pages behave.
//!
//! Everything is computed from keyed draws: a person's traits, friends and days need no memory, and no draw
//! depends on another.
//!
//! # Example
//!
//! The statistics of a small trace, and the population that a scenario describes by default:
//!
//! ```
//! use chappe_base::UserId;
//! use chappe_workload::{Population, Trace, TraceStatistics, config};
//!
//! // Lines `sender receiver unix_seconds`.
//! let trace = Trace::read("1 2 0\n2 1 60\n1 2 90\n".as_bytes())?;
//! let statistics = TraceStatistics::of(&trace, 0);
//! assert_eq!(statistics.people_count, 2);
//! assert_eq!(statistics.replies_s.values(), [30, 60]);
//! assert_eq!(statistics.conversations.values(), [3]);
//!
//! let population = Population::new(&config::Population::default(), &config::Sessions::default(), 2016);
//! let friend = population.friends().friend(UserId(7), 0);
//! assert!(population.friends().are_friends(friend, UserId(7)));
//! # Ok::<(), chappe_workload::TraceError>(())
//! ```

pub mod config;

mod act_rates;
mod agents;
mod alias;
mod contact;
mod continuation;
mod conversation;
mod correspondence;
mod friends;
mod history;
mod hours;
mod normal;
mod offered;
mod permutation;
mod poisson;
mod population;
mod schedule;
mod tape;
mod trace;
mod unreached;

pub use agents::{Actions, Agents, Wake, World, WorldConfig};
pub use conversation::{ConversationModel, Successor};
pub use correspondence::Correspondence;
pub use friends::Friends;
pub use offered::{busiest_hour, offered_load};
pub use population::Population;
pub use schedule::Schedule;
pub use tape::{Request, Tape};
pub use trace::{
    Column, Distance, Estimate, Figure, FigureUnit, Noise, Part, Reading, Recorder, Role, Sample, TimeUnit,
    Trace, TraceError, TraceMessage, TraceOptions, TraceStatistics, Week, misfit, quick_and_slow, read_trace,
};
pub use unreached::{Unreached, unreached_rates};
