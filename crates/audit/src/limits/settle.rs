//! Compares the limits' sums of all shards at the end of a run.

use crate::findings::FactContext;
use crate::promises::Promise;
use chappe_base::{AdFeedback, PageId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One shard's sums for one page, to be added up over all shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PageSums {
    /// Reach [people] by step: leased, arrived, returned, regained.
    pub(super) reach: [i64; 4],
    /// Reactions to its ads on this shard, by the facts.
    pub(super) seen: AdFeedback,
    /// Reactions that shards reported to its home.
    pub(super) reported: AdFeedback,
}

/// One shard's sums for all pages.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LimitSums {
    pub(super) pages: BTreeMap<PageId, PageSums>,
    /// By page and month: ads sent, and ads leased out.
    pub(super) months: BTreeMap<(PageId, i64), (i64, i64)>,
}

/// Compares what the pages' homes leased and were reported with what happened on all shards.
pub(crate) fn settle<'a>(shards: impl Iterator<Item = &'a LimitSums>, context: &mut FactContext<'_>) {
    let mut pages: BTreeMap<PageId, PageSums> = BTreeMap::new();
    let mut months: BTreeMap<(PageId, i64), (i64, i64)> = BTreeMap::new();
    for shard in shards {
        for (page, sums) in &shard.pages {
            let total = pages.entry(*page).or_default();
            total
                .reach
                .iter_mut()
                .zip(sums.reach)
                .for_each(|(sum, people)| *sum += people);
            total.seen += sums.seen;
            total.reported += sums.reported;
        }
        for (month, (sent, leased)) in &shard.months {
            let total = months.entry(*month).or_default();
            *total = (total.0 + sent, total.1 + leased);
        }
    }
    for (
        page,
        PageSums {
            reach,
            seen,
            reported,
        },
    ) in pages
    {
        let [leased, arrived, returned, regained] = reach;
        if arrived > leased || regained > returned {
            let what = format!(
                "page {} has leave to reach people that nobody gave: {reach:?}",
                page.0
            );
            context.violation(Promise::LimitsKept, what);
        }
        if reported.delivered > seen.delivered
            || reported.opened > seen.opened
            || reported.complaints > seen.complaints
            || reported.reached > seen.reached
        {
            let what = format!(
                "page {} is rated by {reported:?}, where there was {seen:?}",
                page.0
            );
            context.violation(Promise::LimitsKept, what);
        }
    }
    for ((page, month), (sent, leased)) in months {
        if sent > leased {
            let what = format!(
                "page {} sent {sent} ads in month {month}, and leased out {leased}",
                page.0
            );
            context.violation(Promise::LimitsKept, what);
        }
    }
}
