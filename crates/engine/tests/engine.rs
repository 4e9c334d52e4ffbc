//! Tests of the engine through its public interface.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the few facts that it asks about"
)]

#[path = "engine/bounds.rs"]
mod bounds;
#[path = "engine/broken.rs"]
mod broken;
#[path = "engine/common_numbers.rs"]
mod common_numbers;
#[path = "engine/delivery.rs"]
mod delivery;
#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/first_scenarios.rs"]
mod first_scenarios;
#[path = "engine/interruption.rs"]
mod interruption;
#[path = "engine/phold.rs"]
mod phold;
#[path = "engine/play.rs"]
mod play;
#[path = "engine/processes.rs"]
mod processes;
#[path = "engine/queue_theory.rs"]
mod queue_theory;
#[path = "engine/scenarios.rs"]
mod scenarios;
#[path = "engine/size.rs"]
mod size;
#[path = "engine/statistics.rs"]
mod statistics;
#[path = "engine/switched_off.rs"]
mod switched_off;
#[path = "engine/traffic.rs"]
mod traffic;
#[path = "engine/workload_fit.rs"]
mod workload_fit;
