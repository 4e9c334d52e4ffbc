//! Time, ids, money, keyed random streams, the total order of events, and facts.
//!
//! Everything above this crate speaks in its words. Nothing here reads a clock, draws from a
//! shared generator, or allocates on a hot path.

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
pub use random::{Keyed, Purpose, Stream, philox2x64, unit};
pub use run_spec::{RUN_SPEC_SCHEMA, RunSpec, RunSpecMismatch, ScenarioText, TraceId};
pub use text::{Amount, Duration, Probability};
pub use time::{Seconds, SimTime, Span};
