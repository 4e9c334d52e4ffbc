//! Population, friendships and agents: how people and pages behave.
//!
//! Everything here is computed from keyed draws: a person's traits, friends and days cost no
//! memory, and no draw depends on another.

pub mod config;

mod alias;
mod chain;
mod contact;
mod friends;
mod kinds;
mod normal;
mod permutation;
mod population;
mod schedule;
mod trace;

pub use alias::Alias;
pub use chain::{Chain, Successor};
pub use contact::{Contacts, Pages};
pub use friends::Friends;
pub use kinds::{Begin, Kinds};
pub use population::Population;
pub use schedule::Schedule;
pub use trace::{Sample, Trace, TraceError, TraceMessage, TraceStatistics};
