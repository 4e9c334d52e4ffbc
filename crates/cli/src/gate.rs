//! Programs held against each other: what they do, what that costs, how long it takes.

pub(crate) mod baselines;
pub(crate) mod benches;
pub(crate) mod exact;
pub(crate) mod figures;
pub(crate) mod history;
pub(crate) mod instructions;
pub(crate) mod measure;
pub(crate) mod revision;
pub(crate) mod series;
pub(crate) mod side;
pub(crate) mod wall;

use crate::args::Source;
use chappe_metrics::GateCase;
use std::path::PathBuf;

/// What to read for a case.
pub(crate) fn source(case: &GateCase) -> Source {
    Source {
        scenario: PathBuf::from(&case.file),
        set: case.set.clone(),
        arm: None,
        seed: case.seed,
        scale: case.scale,
    }
}
