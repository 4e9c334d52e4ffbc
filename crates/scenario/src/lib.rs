//! Scenario files: from TOML to a validated scenario, with diagnostics.

mod error;
mod load;
mod scenario;

pub use error::Error;
pub use load::{Options, from_bytes, parse};
pub use scenario::{
    Assumed, CLASS_COUNT, Catalogue, Category, Lanes, Link, Network, Scenario, Service,
    ServiceTimes, Threshold,
};
