//! Population, friendships and agents: how people and pages behave.

pub mod config;
