//! One file per command.

pub(crate) mod audit;
pub(crate) mod calibrate;
pub(crate) mod capacity;
mod compare;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod gate;
pub(crate) mod load;
mod predict;
pub(crate) mod presets;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod sweep;
pub(crate) mod trace;
pub(crate) mod validate;
pub(crate) mod whatif;
pub(crate) mod why;
