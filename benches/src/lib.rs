//! What the benches share: the workloads that they time, apart from the engines that run them.

pub mod audience;
pub mod phold;
pub mod town;
