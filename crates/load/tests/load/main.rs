//! The live platform against what is promised of it.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod conformance;
mod fixture;
mod honesty;
