//! Population, friendships and agents: how people and pages behave.
//!
//! Everything is computed from keyed draws: a person's traits, friends and days need no memory, and no draw
//! depends on another.

pub mod config;

mod act_rates;
mod agents;
mod alias;
mod contact;
mod conversation;
mod friends;
mod history;
mod normal;
mod offered;
mod permutation;
mod poisson;
mod population;
mod schedule;
mod tape;
mod trace;

pub use act_rates::{ActGoal, ActRates};
pub use agents::{Actions, Agents, Wake, World, WorldConfig};
pub use alias::AliasTable;
pub use contact::{FriendChoice, PageChoice};
pub use conversation::{ConversationModel, Successor};
pub use friends::Friends;
pub use offered::offered_load;
pub use population::Population;
pub use schedule::Schedule;
pub use tape::{Request, Tape};
pub use trace::{
    Distance, Estimate, Figure, FigureUnit, Recorder, Sample, Trace, TraceError, TraceMessage,
    TraceStatistics, misfit,
};
