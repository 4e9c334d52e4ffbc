//! The engine as its users see it.

#[path = "engine/broken.rs"]
mod broken;
#[path = "engine/common_numbers.rs"]
mod common_numbers;
#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/interruption.rs"]
mod interruption;
#[path = "engine/phold.rs"]
mod phold;
#[path = "engine/play.rs"]
mod play;
#[path = "engine/queue_theory.rs"]
mod queue_theory;
#[path = "engine/scenarios.rs"]
mod scenarios;
#[path = "engine/statistics.rs"]
mod statistics;
#[path = "engine/traffic.rs"]
mod traffic;
#[path = "engine/workload_fit.rs"]
mod workload_fit;
