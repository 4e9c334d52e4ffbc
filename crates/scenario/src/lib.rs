//! Scenario files: from TOML to a checked [`Scenario`], with errors that point into the file.
//!
//! A file is read and checked once, with all its arms. Scenarios are then resolved from it as often as a
//! study needs: the base scenario or an arm, with values replaced.
//!
//! ```
//! use chappe_scenario::{Overrides, ScenarioFile};
//!
//! let text = r#"
//! title = "One ad a day"
//!
//! [population]
//! users = 2000
//!
//! [[arm]]
//! name = "strict"
//! policy.frequency_cap = { per_user = 1, every = "1 day" }
//! "#;
//! let file = ScenarioFile::parse("daily.toml", text)?;
//! assert_eq!(file.arms(), ["strict"]);
//!
//! let strict = file.resolve(&Overrides {
//!     arm: Some("strict".to_string()),
//!     set: vec![("population.pages".to_string(), "20".to_string())],
//!     seed: Some(7),
//!     ..Overrides::default()
//! })?;
//! assert_eq!((strict.name.as_str(), strict.population.users, strict.seed), ("daily", 2000, 7));
//!
//! // An error is data: what is wrong, what to change, and where.
//! let error = ScenarioFile::parse("daily.toml", "[population]\nuser = 5").unwrap_err();
//! assert_eq!(error.message, "unknown key `population.user`");
//! assert_eq!(error.key.as_deref(), Some("population.user"));
//! assert_eq!(error.place.map(|place| (place.line, place.column)), Some((2, 1)));
//! # Ok::<(), chappe_scenario::Error>(())
//! ```

mod argument;
mod assumed;
mod check;
mod design;
mod document;
mod error;
mod file;
mod hash;
mod key;
mod manual;
mod ordered;
mod page_policy;
mod policy;
pub mod presets;
mod resolve;
mod scenario;
mod scenario_file;
mod schema;
pub mod shipped;
mod study;
mod text;

pub use design::{Broadcast, Design, Mailbox, Overload, Runtime};
pub use error::{Error, Place};
pub use key::{Audience, Bounds, Grade, Key, Kind, keys, kind_of};
pub use manual::document;
pub use scenario::{Assumed, CLASS_COUNT, Catalogue, Category, Lanes, Link, Network, Scenario, Service};
pub use scenario_file::{Overrides, ScenarioFile, from_bytes};
pub use schema::schema;
pub use study::{Study, Varied, Written};
pub use text::check as check_name;
