//! Studies of many runs of one scenario: arms compared with each other, and sweeps over parameters. Each run is kept,
//! so that none is played twice.

mod answer;
mod base;
mod cached_run;
mod effects;
mod figures;
mod part;
mod plan;
mod points;
mod pool;
mod replicate;
mod sensitivity;
mod sweep;
mod sweep_answer;
mod user_counts;
mod vary;
mod whatif;

pub use base::{Changes, NewArm};
pub(crate) use cached_run::CELLS;
pub use cached_run::{CachedRun, CachedRuns, RunKey, RunsInFolder, RunsInMemory};
pub use part::Part;
pub use sweep::{FinishedSweep, Sweep, sweep};
pub use vary::{Over, Vary};
pub use whatif::{WhatIf, whatif};
