//! The policy: typed rules as data, and how ads and messages are judged by them.
//!
//! Rules about the user are judged at the user's shard, per ad slot and campaign. Rules about the page are
//! judged at the page's home, per lease. Rules are data and not code, so that scenarios can compose and vary
//! them and `explain` can show each one.

mod ad_context;
mod basis;
mod candidate_batch;
mod decide;
mod opt_in;
mod page;
mod page_messages;
mod rule;

pub use ad_context::{AdContext, Case, UserHistory};
pub use basis::{Basis, BasisRule, OptInTerms};
pub(crate) use candidate_batch::BATCH_SIZE;
pub use candidate_batch::Verdict;
pub use opt_in::{OptIn, OptInScope};
pub use page::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
pub use page_messages::{MessageContext, MessageRule, OptInRequest};
pub use rule::{FormatSet, OnQuiet, OpenedBy, Policy, TopicMatch, UserRule};
