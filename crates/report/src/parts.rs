//! Parts of reports, for crates that have records of their own and report on them in the same style.

pub use crate::document::repeat::line;
pub use crate::document::sections::texts;
pub use crate::document::{Cell, contents, said, tabled, warnings, whole, worded};
pub use crate::junit::{Case, Outcome, Suite, xml};
pub use crate::report::pretty;
pub use crate::study::{measure, told, tone};
pub use crate::write::put;
