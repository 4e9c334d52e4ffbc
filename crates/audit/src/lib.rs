//! An independent judge of the platform: a fold over facts.
//!
//! The audit knows what was promised ([`Promises`]) and the facts of a run, and recomputes from the facts
//! alone whether all promises were kept. It shares no code with the platform, so that an error in the
//! platform is not repeated in its judge.
//!
//! A [`ShardAudit`] folds one shard's facts in their order; [`Audit::merge`] compares the summaries of all
//! shards. Memory is bounded by accounts, conversations and open items, not by the length of the run. So
//! these are not judged:
//! - whether a message that was read had been delivered: only the counts are compared;
//! - whether a message was sent twice, if all its facts appear twice;
//! - whether a transfer is credited of which the post has waited for over a day;
//! - whether an opening balance is right.
//!
//! The audit relies on the order of facts: the driver's `served` comes before what it causes, and the two
//! facts of one step (a double entry and its reason) come before those of the next step.
//!
//! # Example
//!
//! A message that was accepted and never ended is lost:
//!
//! ```
//! use chappe_audit::{Audit, Promise, Promises};
//! use chappe_base::{
//!     CommandClass, Fact, Homes, MessageClass, MessageId, Party, Record, ShardId, SimTime, Span, UserId,
//! };
//!
//! let promises = Promises { users_count: 2, under_way_at_most: Span::MINUTE, ..Promises::default() };
//! let mut audit = Audit::new(Homes::new(1), &promises);
//! let (message, at) = (MessageId(9), SimTime::ZERO);
//! let served = Fact::Served {
//!     command: CommandClass::Message,
//!     message,
//!     wait_ns: Span::ZERO,
//!     service_ns: Span::SECOND,
//! };
//! let accepted = Fact::Accepted {
//!     message,
//!     class: MessageClass::Friend,
//!     from: Party::User(UserId(0)),
//!     to: Party::User(UserId(1)),
//!     intended: at,
//!     kept: false,
//! };
//! for fact in [served, accepted] {
//!     audit.observe(&Record { at, shard: ShardId(0), fact })?;
//! }
//! let verdict = audit.finish();
//! assert_eq!(verdict.violation_count(), 1);
//! assert_eq!(verdict.violations[0].promise, Promise::DeliveredOnce);
//! # Ok::<(), chappe_audit::UnknownShard>(())
//! ```

mod ads;
mod budgets;
mod caps;
mod consent;
mod devices;
mod findings;
mod limits;
mod messages;
mod money;
mod pair;
mod prices;
mod promises;
mod reasons;
mod shard;
mod stock;
mod transfers;
mod verdict;

#[cfg(test)]
mod tests;

pub use findings::{Check, Violation};
pub use promises::{
    BasisRule, Campaign, Cap, MessageReasons, OptInRequests, OptInTerms, PageLimits, Prices, Promise,
    Promises, QuietHours, Quota, Rating, Tiers, TopicMatch,
};
pub use shard::ShardAudit;
pub use verdict::{ShardSummary, Verdict};

use chappe_base::{Homes, Record, ShardId, SimTime};
use findings::{FactContext, Findings};
use std::fmt;

/// The audit of a whole run. It needs the records of all shards, each shard's in their order.
#[derive(Debug)]
pub struct Audit {
    shards: Vec<ShardAudit>,
}

/// A record from a shard that the run does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownShard {
    /// The shard that the record names.
    pub shard: ShardId,
    /// How many shards the run has.
    pub shards_count: usize,
}

impl fmt::Display for UnknownShard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "a fact is of shard {}, but the scenario has shards 0 to {}: \
             audit the log with the scenario that made it",
            self.shard.0,
            self.shards_count - 1
        )
    }
}

impl std::error::Error for UnknownShard {}

impl Audit {
    /// The audit of a run on the shards of `homes`, before the first fact.
    #[must_use]
    pub fn new(homes: Homes, promises: &Promises) -> Audit {
        let shard = |shard| ShardAudit::new(ShardId(shard), homes, promises);
        Audit {
            shards: (0..homes.shards()).map(shard).collect(),
        }
    }

    /// Judges the next record.
    ///
    /// # Errors
    /// If there is no such shard. The record is not judged then.
    pub fn observe(&mut self, record: &Record) -> Result<(), UnknownShard> {
        let shards_count = self.shards.len();
        let shard = self.shards.get_mut(record.shard.index());
        let shard = shard.ok_or(UnknownShard {
            shard: record.shard,
            shards_count,
        })?;
        shard.observe(record.at, &record.fact);
        Ok(())
    }

    /// The verdict on the whole run.
    #[must_use]
    pub fn finish(self) -> Verdict {
        Audit::merge(self.shards.into_iter().map(ShardAudit::finish).collect())
    }

    /// Compares the summaries of all shards, in any order.
    ///
    /// The clearing accounts of all shards together must hold exactly the leases and returns under way, minus
    /// the transfers that are credited and not yet posted.
    #[must_use]
    pub fn merge(mut summaries: Vec<ShardSummary>) -> Verdict {
        // So that violations come in the same order, whichever worker was ready first.
        summaries.sort_by_key(|summary| summary.findings.shard);
        let mut findings = Findings::new(None);
        let end = summaries.iter().map(|summary| summary.end).max();
        let mut context = FactContext {
            at: end.unwrap_or(SimTime::ZERO),
            fact: None,
            findings: &mut findings,
        };
        let unposted = transfers::settle(summaries.iter().map(|summary| &summary.transfers), &mut context);
        let budgets: Vec<_> = summaries.iter().map(|summary| &summary.budgets).collect();
        let leased = budgets::settle(&budgets, &mut context);
        limits::settle(summaries.iter().map(|summary| &summary.limits), &mut context);
        let clearing: i128 = summaries.iter().map(|summary| i128::from(summary.clearing)).sum();
        context.checked(Promise::MoneyConserved);
        let credited = leased - clearing;
        if !(unposted.credited..=unposted.credited + unposted.uncertain).contains(&credited) {
            let what = format!(
                "the clearing accounts of all shards hold {clearing} micro-units, where {leased} of leases \
                 less {} of transfers are under way",
                unposted.credited
            );
            context.violation(Promise::MoneyConserved, what);
        }
        let mut in_flight_count = 0;
        for summary in &summaries {
            context.findings.shard = summary.findings.shard;
            in_flight_count += messages::settle(&summary.in_flight, summary.under_way_at_most, &mut context);
        }
        let facts_count = summaries.iter().map(|summary| summary.facts_count).sum();
        let bytes = summaries.iter().map(|summary| summary.bytes).sum();
        for summary in summaries {
            findings.absorb(summary.findings);
        }
        let (checks, violations) = findings.conclude();
        Verdict {
            facts_count,
            checks,
            violations,
            in_flight_count,
            bytes,
        }
    }
}
