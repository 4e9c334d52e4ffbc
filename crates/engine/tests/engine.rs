//! The engine as its users see it.

#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/phold.rs"]
mod phold;
#[path = "engine/queue_theory.rs"]
mod queue_theory;
#[path = "engine/statistics.rs"]
mod statistics;
#[path = "engine/workload_fit.rs"]
mod workload_fit;
