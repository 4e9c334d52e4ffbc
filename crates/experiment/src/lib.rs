//! Experiments on runs: what to run next, and what the figures say.
//!
//! [`statistics`] has estimates and their intervals.

mod draws;
pub mod statistics;
