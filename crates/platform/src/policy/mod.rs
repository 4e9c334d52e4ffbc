//! The policy: typed rules, composed as data, split into those judged at the user's shard and
//! those judged at the page's home.

mod contact;
mod decide;
mod docket;
mod grounds;
mod matter;
mod page;
mod rule;

pub use contact::{Contact, MessageRule, OptInRequest};
pub(crate) use docket::DOCKET_SIZE;
pub use docket::Verdict;
pub use grounds::{Agreement, Ground, Grounds, OptIn};
pub use matter::{Case, Matter, Memory};
pub use page::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
pub use rule::{FormatSet, OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
