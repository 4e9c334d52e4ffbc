//! Scenario files: from TOML to a validated scenario, with diagnostics.

mod assumed;
mod check;
mod design;
mod document;
mod error;
mod file;
mod hash;
mod load;
mod manual;
mod ordered;
mod page_policy;
mod policy;
pub mod presets;
mod resolve;
mod scenario;
mod schema;
mod study;

pub use design::{Broadcast, Design, Mailbox, Overload, Runtime};
pub use error::Error;
pub use load::{Options, from_bytes, parse};
pub use manual::document;
pub use scenario::{
    Assumed, CLASS_COUNT, Catalogue, Category, Lanes, Link, Network, Scenario, Service, ServiceTimes,
    Threshold,
};
pub use schema::schema;
pub use study::{Study, Varied, Written};
