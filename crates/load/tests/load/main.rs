//! Tests of the live platform under load.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod conformance;
mod fixture;
mod honesty;
mod order;
