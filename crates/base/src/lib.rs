//! Time, ids, money, keyed random streams, the total order of events, and facts.
//!
//! All other crates are built on these types. Nothing here reads a clock, draws from a shared generator, or
//! allocates on a hot path.
//!
//! # Example
//!
//! A draw depends on its key alone: the seed, the purpose, and for whom or what it is.
//!
//! ```
//! use chappe_base::{Duration, Keyed, Law, Purpose, Span};
//! use rand::RngExt;
//!
//! let law = Law::Exponential(Duration::parse("1m 30s")?);
//! assert_eq!(law.mean(), Span(90 * Span::SECOND.0));
//!
//! let delays = Keyed::new(2016, Purpose::ReplyDelay);
//! let (user, message) = (7, 3);
//! let delay = law.sample(delays.word(user, message));
//! assert_eq!(delay, law.sample(Keyed::new(2016, Purpose::ReplyDelay).word(user, message)));
//!
//! // An occurrence that needs several draws gets a generator of its own.
//! let mut draws = Keyed::new(2016, Purpose::Page).stream(user, 0);
//! assert!((1..=6).contains(&draws.random_range(1..=6)));
//! # Ok::<(), String>(())
//! ```

mod append_map;
mod digest;
mod fact;
mod id;
mod labels;
mod law;
mod map;
mod money;
mod order;
mod prefetch;
mod random;
mod run_spec;
mod text;
mod time;

pub use append_map::AppendMap;
pub use digest::Digest;
pub use fact::{AdFeedback, Decision, Fact, Permit, Record};
pub use id::{
    Act, ActKind, CampaignId, Homes, MessageId, OrderId, PageId, Party, ProductId, ShardId, Topic,
    TransferId, UserId,
};
pub use labels::{
    Answerer, CommandClass, Entry, Format, MessageClass, OptInSource, Quality, ReachStep, Reaction,
    RefusalReason, RuleKind,
};
pub use law::{Law, Sampler, standard_normal_quantile};
pub use map::{FixedHasher, Map, Set};
pub use money::{Account, Money};
pub use order::EventKey;
pub use prefetch::prefetch;
pub use random::{Keyed, Purpose, SEED_MAX, Stream, philox2x64, unit};
pub use run_spec::{RUN_SPEC_SCHEMA, RunSpec, RunSpecMismatch, ScenarioText, TraceId};
pub use text::{Amount, Duration, Probability};
pub use time::{Seconds, SimTime, Span};
