//! The engine as its users see it.

#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/phold.rs"]
mod phold;
