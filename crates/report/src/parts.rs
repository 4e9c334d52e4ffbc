//! Parts of reports, for crates that have records of their own and report on them in the same style.

pub use crate::document::sections::{line, texts};
pub use crate::document::{Cell, contents, said, tabled, warnings, whole, worded};
pub use crate::junit::case;
pub use crate::study::{measure, told, tone};
