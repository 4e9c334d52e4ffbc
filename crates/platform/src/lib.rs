//! The messaging platform as a pure state machine.
//!
//! A [`Shard`] owns the users and pages homed on it and carries [`Command`]s out, one at a time.
//! What a command causes is collected in an [`Outbox`]: forwards, notices and facts. There is no
//! clock in here, no randomness and no I/O, so the same commands at the same times always do the
//! same, in virtual time and under real load.

mod ads;
mod command;
mod config;
mod conversations;
mod history;
mod hotline;
mod ledger;
mod messages;
mod orders;
mod outbox;
mod page_limits;
mod people;
pub mod policy;
mod pool;
mod shard;
mod shop;
mod transfers;
mod visits;

pub use ads::Explanation;
pub use command::{Command, position};
pub use config::{Audience, CampaignConfig, Config, Desk, Pacing, PageConfig, ProductConfig};
pub use history::HistoryEvent;
pub use outbox::{Forward, Hop, Notice, Outbox};
pub use shard::Shard;
