//! The messaging platform as a pure state machine.
//!
//! A [`Shard`] owns the users and pages whose home it is, and applies [`Command`]s one at a time. What a
//! command causes is collected in an [`Outbox`]: forwards, notices and facts. The platform has no clock, no
//! randomness and no I/O, so the same commands at the same times always have the same effect, in virtual time
//! and under real load.
//!
//! # Example
//!
//! Two users on one shard: one writes to the other, who is off line and then comes on line.
//!
//! ```
//! use chappe_base::{Act, ActKind, Fact, Homes, MessageId, Money, ShardId, SimTime, Span, UserId};
//! use chappe_platform::policy::Policy;
//! use chappe_platform::{Command, Config, Desk, Outbox, PageConfig, ProductConfig, Shard};
//! use std::sync::Arc;
//!
//! let page = PageConfig {
//!     category: 0,
//!     desk: Desk::Bot,
//!     products: vec![ProductConfig { price: Money::UNIT }],
//! };
//! let config = Config {
//!     homes: Homes::new(1),
//!     users_count: 2,
//!     pages: vec![page],
//!     campaigns: Vec::new(),
//!     policy: Policy::default(),
//!     pushes_ads: false,
//!     transfer_timeout: Span::MINUTE,
//!     key_life: Span::HOUR,
//!     inbox_life: Span::DAY,
//!     lease_life: Span::HOUR,
//!     lease_ads_count: 100,
//!     payment_fee_ppm: 0,
//! };
//! let mut shard = Shard::new(Arc::new(config), ShardId(0), [0, 60].into_iter());
//! let mut outbox = Outbox::default();
//!
//! let (ann, bob, now) = (UserId(0), UserId(1), SimTime::ZERO);
//! let message = MessageId::new(ann, Act::new(0, 0, ActKind::Chat, 0));
//! shard.apply(now, Command::Send { message, from: ann, to: bob, intended: now }, &mut outbox);
//! assert!(matches!(outbox.facts[..], [Fact::Accepted { kept: true, .. }]));
//!
//! outbox.clear();
//! let later = now + Span::HOUR;
//! let occasion = MessageId::new(bob, Act::new(0, 0, ActKind::Chat, 0));
//! let until = later + Span::HOUR;
//! shard.apply(later, Command::Connect { occasion, user: bob, until }, &mut outbox);
//! assert!(matches!(outbox.facts[..], [Fact::Connected { .. }, Fact::Delivered { .. }]));
//! ```

mod ads;
mod candidate;
mod command;
mod config;
mod conversation;
mod conversations;
mod history;
mod hotline;
mod ids;
mod ledger;
mod messages;
mod orders;
mod outbox;
mod page_limits;
mod people;
pub mod policy;
mod pool;
mod route;
mod shard;
mod shop;
mod transfers;
mod visits;

pub use ads::Explanation;
pub use command::{Command, position};
pub use config::{Audience, CampaignConfig, Config, Desk, Pacing, PageConfig, ProductConfig};
pub use history::HistoryEvent;
pub use outbox::{Forward, Hop, Notice, Outbox};
pub use shard::Shard;
