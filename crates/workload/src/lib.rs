//! Population, friendships and agents: how people and pages behave.
//!
//! Everything here is computed from keyed draws: a person's traits, friends and days cost no
//! memory, and no draw depends on another.

pub mod config;

mod agents;
mod alias;
mod chain;
mod contact;
mod friends;
mod history;
mod kinds;
mod normal;
mod offered;
mod permutation;
mod poisson;
mod population;
mod schedule;
mod tape;
mod trace;

pub use agents::{Acts, Agents, Laws, Wake, World};
pub use alias::Alias;
pub use chain::{Chain, Successor};
pub use contact::{Contacts, Pages};
pub use friends::Friends;
pub use kinds::{Begin, Kinds};
pub use offered::offered_load;
pub use population::Population;
pub use schedule::Schedule;
pub use tape::{Request, Tape};
pub use trace::{
    Distance, Estimate, Figure, FigureUnit, Recorder, Sample, Trace, TraceError, TraceMessage,
    TraceStatistics, misfit,
};
