//! Scenario files as they are, as they should not be, and as nobody would write them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod contact;
mod files;
mod mutated;
mod resolved;
