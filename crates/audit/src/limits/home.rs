//! A page's state at its home, as the audit recomputes it: tier, rating, throughput, and what was paid for
//! months.

use crate::findings::FactContext;
use crate::promises::{Promise, Rating};
use chappe_base::{AdFeedback, PageId, Quality, SimTime, Span};
use std::collections::VecDeque;

/// The length of a quota's month.
const MONTH: Span = Span(30 * Span::DAY.0);

/// A page's state at its home.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) tier: u8,
    /// The tier that it must have after its latest rating.
    pub(super) due: u8,
    pub(super) quality: Quality,
    /// Feedback by day.
    pub(super) days: VecDeque<(i32, AdFeedback)>,
    /// Ads leased out and not yet sent if they are sent at the page's rate [ads × ns], as of `at`.
    pub(super) level: i128,
    pub(super) at: SimTime,
    /// The current month.
    pub(super) month: i64,
    /// Paid for it and for the month before [micro-units].
    pub(super) paid: [i64; 2],
}

impl Home {
    /// What was paid for the month `of`, if that is the current one or the one before.
    pub(super) fn paid_for(&mut self, of: i64, this: i64) -> Option<&mut i64> {
        let previous = std::mem::replace(&mut self.month, this);
        if previous != this {
            // Leases of the month before may still return and be refunded; older ones are back.
            self.paid = [0, if previous + 1 == this { self.paid[0] } else { 0 }];
        }
        self.paid.get_mut(usize::try_from(this - of).ok()?)
    }

    /// Adds today's feedback. Returns the sum of seven days.
    pub(super) fn week(&mut self, today: i32, heard: AdFeedback) -> AdFeedback {
        match self.days.back_mut() {
            Some((day, sum)) if *day == today => *sum += heard,
            Some(_) | None => self.days.push_back((today, heard)),
        }
        while self.days.pop_front_if(|(day, _)| *day <= today - 7).is_some() {}
        let mut week = AdFeedback::default();
        self.days.iter().for_each(|(_, heard)| week += *heard);
        week
    }

    pub(super) fn expect_tier(&mut self, page: PageId, context: &mut FactContext<'_>) {
        if std::mem::replace(&mut self.due, self.tier) != self.tier {
            let what = format!("page {} is in tier {}, but another one is due", page.0, self.tier);
            context.violation(Promise::LimitsKept, what);
        }
    }
}

pub(super) fn month(at: SimTime) -> i64 {
    at.0.div_euclid(MONTH.0)
}

/// The rating for seven days of feedback.
pub(super) fn rate(rating: Rating, week: AdFeedback) -> Quality {
    let at_least =
        |part: u32, ppm: u32| u64::from(part) * 1_000_000 >= u64::from(ppm) * u64::from(week.delivered);
    if week.delivered < rating.ads_count {
        Quality::Green
    } else if at_least(week.complaints, rating.red_ppm) {
        Quality::Red
    } else if at_least(week.complaints, rating.yellow_ppm) || !at_least(week.opened, rating.read_ppm) {
        Quality::Yellow
    } else {
        Quality::Green
    }
}
