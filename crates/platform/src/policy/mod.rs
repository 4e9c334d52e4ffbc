//! The ad policy: typed rules, composed as data, split into those judged at the user's shard and
//! those judged at the page's home.

mod decide;
mod page;
mod rule;

pub use decide::{Case, Memory};
pub use page::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
pub use rule::{FormatSet, OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
