//! The policy: typed rules, composed as data, split into those judged at the user's shard and
//! those judged at the page's home.

mod contact;
mod decide;
mod grounds;
mod page;
mod rule;

pub use contact::{Contact, MessageRule, OptInRequest};
pub use decide::{Case, Memory};
pub use grounds::{Agreement, Ground, Grounds, OptIn};
pub use page::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
pub use rule::{FormatSet, OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
