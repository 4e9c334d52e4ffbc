//! Studies: many runs of one scenario, side by side, each kept so that none is played twice.

pub(crate) mod arms;
pub(crate) mod cells;
pub(crate) mod figures;
pub(crate) mod part;
pub(crate) mod points;
pub(crate) mod pool;
pub(crate) mod replicate;
pub(crate) mod sensitivity;
pub(crate) mod tally;
pub(crate) mod variant;
