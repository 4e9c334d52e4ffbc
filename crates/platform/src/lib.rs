//! The messaging platform as a pure state machine.

mod config;
pub mod policy;

pub use config::{CampaignConfig, Config, Desk, Pacing, PageConfig, ProductConfig};
