//! What the audit finds while it judges: counts of checks, and violations with the fact that they are about.

use crate::promises::Promise;
use chappe_base::{Fact, Party, ShardId, SimTime, Span};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many violations are kept with their text; the others are only counted.
pub(crate) const KEPT_COUNT: usize = 100;

/// One broken promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// When the audit found it [ns since midnight UTC of day one].
    pub at: SimTime,
    /// On which shard; `None` if only the comparison of all shards shows it.
    pub shard: Option<ShardId>,
    /// The broken promise.
    pub promise: Promise,
    /// The fact that breaks it; `None` if a fact is missing.
    pub fact: Option<Fact>,
    /// What happened, with all ids concerned.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = Span(self.at.0).as_secs_f64();
        write!(out, "{}: at {seconds:.3} s", self.promise)?;
        if let Some(shard) = self.shard {
            write!(out, " on shard {}", shard.0)?;
        }
        write!(out, ", {}", self.what)
    }
}

/// How often one promise was checked and how often it was broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// The promise.
    pub promise: Promise,
    /// Checks of it.
    pub checked_count: u64,
    /// Times it was broken.
    pub violation_count: u64,
}

/// Counts of checks and violations, and the first violations themselves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Findings {
    pub(crate) shard: Option<ShardId>,
    checked: [u64; Promise::ALL.len()],
    broken: [u64; Promise::ALL.len()],
    violations: Vec<Violation>,
}

impl Findings {
    pub(crate) fn new(shard: Option<ShardId>) -> Findings {
        Findings {
            shard,
            checked: [0; Promise::ALL.len()],
            broken: [0; Promise::ALL.len()],
            violations: Vec::new(),
        }
    }

    /// Adds another's findings.
    pub(crate) fn absorb(&mut self, other: Findings) {
        for promise in 0..Promise::ALL.len() {
            self.checked[promise] += other.checked[promise];
            self.broken[promise] += other.broken[promise];
        }
        self.violations.extend(other.violations);
    }

    /// The counts by promise, and the first violations in order of time.
    pub(crate) fn conclude(mut self) -> (Vec<Check>, Vec<Violation>) {
        self.violations.sort_by_key(|violation| violation.at);
        self.violations.truncate(KEPT_COUNT);
        let check = |&promise: &Promise| Check {
            promise,
            checked_count: self.checked[promise as usize],
            violation_count: self.broken[promise as usize],
        };
        (Promise::ALL.iter().map(check).collect(), self.violations)
    }
}

/// The fact that is being judged, with its time. Violations are recorded with it.
pub(crate) struct FactContext<'a> {
    pub(crate) at: SimTime,
    pub(crate) fact: Option<&'a Fact>,
    pub(crate) findings: &'a mut Findings,
}

impl FactContext<'_> {
    /// Counts a check.
    #[inline]
    pub(crate) fn checked(&mut self, promise: Promise) {
        self.findings.checked[promise as usize] += 1;
    }

    /// Records a violation. Cold, because a correct run has none.
    #[cold]
    pub(crate) fn violation(&mut self, promise: Promise, what: String) {
        self.findings.broken[promise as usize] += 1;
        if self.findings.violations.len() < KEPT_COUNT {
            self.findings.violations.push(Violation {
                at: self.at,
                shard: self.findings.shard,
                promise,
                fact: self.fact.copied(),
                what,
            });
        }
    }
}

/// The party's name, for violations.
pub(crate) fn name(party: Party) -> String {
    match party {
        Party::User(user) => format!("user {}", user.0),
        Party::Page(page) => format!("page {}", page.0),
    }
}
