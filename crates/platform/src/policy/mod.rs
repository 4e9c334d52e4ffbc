//! The policy: typed rules, composed as data, split into those judged at the user's shard and
//! those judged at the page's home.

mod ad_context;
mod basis;
mod candidate_batch;
mod decide;
mod page;
mod page_messages;
mod rule;

pub use ad_context::{AdContext, Case, UserHistory};
pub use basis::{Basis, BasisRule, OptIn, OptInTerms};
pub(crate) use candidate_batch::BATCH_SIZE;
pub use candidate_batch::Verdict;
pub use page::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};
pub use page_messages::{MessageContext, MessageRule, OptInRequest};
pub use rule::{FormatSet, OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
