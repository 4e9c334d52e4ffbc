//! The result of an audit: the summary of one shard, and the verdict on the whole run.

use crate::budgets::BudgetSums;
use crate::findings::{Check, Findings, Violation};
use crate::limits::LimitSums;
use crate::transfers::TransferSums;
use chappe_base::{MessageId, Seconds, SimTime, Span};
use serde::{Deserialize, Serialize};

/// The result of an audit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Facts judged.
    pub facts_count: u64,
    /// Every promise, in the order of [`Promise::ALL`](crate::Promise::ALL).
    pub checks: Vec<Check>,
    /// The first hundred violations, by time.
    pub violations: Vec<Violation>,
    /// Messages delivered but not yet on the device when the run ended.
    pub in_flight_count: u64,
    /// Estimated memory of all shards' audits at the end [bytes].
    pub bytes: u64,
}

impl Verdict {
    /// All violations, those without kept text included.
    #[must_use]
    pub fn violation_count(&self) -> u64 {
        self.checks.iter().map(|check| check.violation_count).sum()
    }
}

/// The result of one shard's audit, to be merged with the others'.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShardSummary {
    pub(crate) facts_count: u64,
    pub(crate) findings: Findings,
    /// Messages that were delivered and have not reached their device, with the time of delivery.
    pub(crate) in_flight: Vec<(MessageId, Seconds)>,
    pub(crate) under_way_at_most: Span,
    pub(crate) bytes: u64,
    /// The time of the latest fact.
    pub(crate) end: SimTime,
    /// The balance of the shard's clearing account [micro-units].
    pub(crate) clearing: i64,
    pub(crate) transfers: TransferSums,
    pub(crate) budgets: BudgetSums,
    pub(crate) limits: LimitSums,
}
