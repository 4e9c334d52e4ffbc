//! The ad policy: typed rules, composed as data, split into those judged at the user's shard and
//! those judged at the page's home.

mod decide;
mod rule;

pub use decide::{Case, Memory};
pub use rule::{FormatSet, OpenedBy, OptInScope, PageRule, Policy, TopicMatch, UserRule};
