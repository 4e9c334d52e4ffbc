//! Limits of a page, at its home: tier (people reached in 24 hours), quality rating, throughput, monthly
//! quota.
//!
//! The limits are per page, but its ads are sent by all shards. So they are enforced where budget is leased:
//! the home counts what it has leased out and what came back, and a lease never exceeds what is left. Ratings
//! need feedback from shards, which arrives with a delay of up to one lease life.

use crate::config::Config;
use crate::policy::{OnRed, PageRule, QualityRule, Quota, Tiers};
use chappe_base::{AdFeedback, Fact, Money, PageId, Quality, SimTime, Span};

/// Days in a rating, today included.
const RATED_DAYS: usize = 7;
/// The length of a quota's month.
pub(crate) const MONTH: Span = Span(30 * Span::DAY.0);

/// One page's state under the limits.
#[derive(Clone, Debug)]
pub(crate) struct LimitState {
    quality: Quality,
    tier: u8,
    /// Reach leased out and not returned [people].
    reach_out: u32,
    /// Feedback by day, at the day's number modulo [`RATED_DAYS`].
    days: [AdFeedback; RATED_DAYS],
    /// The latest day in `days`.
    day: i32,
    /// When all ads leased out so far would have been sent at the page's rate [ns × ads per second]. In this
    /// unit it is a whole number for any rate.
    busy_until: i128,
    month: i64,
    /// Ads leased out this month and not given back.
    month_count: u32,
    /// The same for the month before: its last leases are returned after its end.
    last_count: u32,
    /// Whether this month's fee is paid.
    has_paid: bool,
}

/// The limits of the pages of a shard. There is no state per page if no rule needs it.
#[derive(Debug)]
pub(crate) struct PageLimits {
    tiers: Option<Tiers>,
    quality: Option<QualityRule>,
    quota: Option<Quota>,
    /// By local page.
    page_limits: Vec<LimitState>,
}

impl PageLimits {
    pub(crate) fn new(config: &Config, pages_count: usize) -> PageLimits {
        let mut page_limits = PageLimits {
            tiers: None,
            quality: None,
            quota: None,
            page_limits: Vec::new(),
        };
        let asks = config
            .policy
            .page_rules
            .iter()
            .filter(|rule| page_limits.add(**rule));
        if asks.count() > 0 {
            let start = page_limits.tiers.map_or(0, |tiers| tiers.start);
            page_limits.page_limits = vec![LimitState::new(start); pages_count];
        }
        page_limits
    }

    /// Adds a rule of the policy. Returns whether it needs state per page.
    fn add(&mut self, rule: PageRule) -> bool {
        match rule {
            PageRule::Tiers(rule) => self.tiers = Some(rule),
            PageRule::Quality(rule) => self.quality = Some(rule),
            PageRule::Quota(rule) => self.quota = Some(rule),
            PageRule::Throughput { .. } => {}
            PageRule::Running
            | PageRule::InStock
            | PageRule::Budget
            | PageRule::Reserve(_)
            | PageRule::MessagePrices(_) => return false,
        }
        true
    }

    /// Whether shards report how users react to ads.
    pub(crate) fn wants_feedback(&self) -> bool {
        self.tiers.is_some() || self.quality.is_some()
    }

    /// Whether reach is counted.
    pub(crate) fn counts_reach(&self) -> bool {
        self.tiers.is_some()
    }

    pub(crate) fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// The state of the page with this local index, if there is state per page.
    pub(crate) fn get(&mut self, local: usize) -> Option<&mut LimitState> {
        self.page_limits.get_mut(local)
    }

    /// Takes in feedback, rates the page again and changes its tier if that is due.
    pub(crate) fn receive_feedback(
        &mut self,
        now: SimTime,
        local: usize,
        page: PageId,
        feedback: AdFeedback,
        facts: &mut Vec<Fact>,
    ) {
        self.page_limits[local].note(now.day(), feedback);
        self.rate(local, page, feedback, facts);
    }

    /// Rates the page again if the passing of days has changed its rating.
    pub(crate) fn age(&mut self, now: SimTime, local: usize, page: PageId, facts: &mut Vec<Fact>) {
        let Some(rule) = self.quality else { return };
        let state = &mut self.page_limits[local];
        state.note(now.day(), AdFeedback::default());
        if rate(rule, state.week()) != state.quality {
            self.rate(local, page, AdFeedback::default(), facts);
        }
    }

    fn rate(&mut self, local: usize, page: PageId, feedback: AdFeedback, facts: &mut Vec<Fact>) {
        let state = &mut self.page_limits[local];
        let week = state.week();
        let before = state.quality;
        if let Some(rule) = self.quality {
            state.quality = rate(rule, week);
        }
        let quality = state.quality;
        facts.push(Fact::Rated {
            page,
            heard: feedback,
            quality,
        });
        let Some(tiers) = self.tiers else { return };
        let falls = self.quality.is_some_and(|rule| rule.on_red == OnRed::Downgrade)
            && quality == Quality::Red
            && before != Quality::Red;
        let half = tiers.limit(state.tier).div_ceil(2);
        let tier = match quality {
            Quality::Red if falls => state.tier.saturating_sub(1),
            Quality::Green | Quality::Yellow if week.reached >= half => state.tier + 1,
            Quality::Green | Quality::Yellow | Quality::Red => state.tier,
        };
        if std::mem::replace(&mut state.tier, tier) != tier {
            facts.push(Fact::TierChanged { page, tier });
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.page_limits.capacity() * size_of::<LimitState>()
    }
}

impl LimitState {
    fn new(tier: u8) -> LimitState {
        LimitState {
            quality: Quality::Green,
            tier,
            reach_out: 0,
            days: [AdFeedback::default(); RATED_DAYS],
            day: 0,
            busy_until: 0,
            month: 0,
            month_count: 0,
            last_count: 0,
            has_paid: false,
        }
    }

    fn note(&mut self, day: i32, feedback: AdFeedback) {
        // The days since the last feedback had none, and overwrite those of the week before.
        for past_day in (self.day + 1..=day).rev().take(RATED_DAYS) {
            self.days[past_day as usize % RATED_DAYS] = AdFeedback::default();
        }
        self.day = day;
        self.days[day as usize % RATED_DAYS] += feedback;
    }

    fn week(&self) -> AdFeedback {
        let mut week = AdFeedback::default();
        self.days.iter().for_each(|day| week += *day);
        week
    }

    pub(crate) fn is_red(&self) -> bool {
        self.quality == Quality::Red
    }

    /// Reach that can still be leased [people].
    pub(crate) fn reach_left(&self, tiers: Tiers) -> u32 {
        tiers.limit(self.tier).saturating_sub(self.reach_out)
    }

    /// Records reach that is leased out [people].
    pub(crate) fn lease_reach(&mut self, people: u32) {
        self.reach_out += people;
    }

    /// Records reach that is returned [people].
    pub(crate) fn regain_reach(&mut self, people: u32) {
        self.reach_out -= people;
    }

    /// Ads that may be leased now at `per_second`: at most one second's worth.
    pub(crate) fn throughput_left(&self, now: SimTime, per_second: u32) -> u32 {
        let second = i128::from(Span::SECOND.0);
        let free = (i128::from(now.0) + second) * i128::from(per_second) - self.busy_until;
        (free / second).clamp(0, i128::from(per_second)) as u32
    }

    /// When a full second's worth may be leased again.
    pub(crate) fn throughput_free_at(&self, per_second: u32) -> SimTime {
        let per_second = i128::from(per_second);
        SimTime(((self.busy_until + per_second - 1).div_euclid(per_second)) as i64)
    }

    /// Records ads leased out at `per_second`.
    pub(crate) fn lease_throughput(&mut self, now: SimTime, per_second: u32, ads: u32) {
        let rested = i128::from(now.0) * i128::from(per_second);
        self.busy_until = self.busy_until.max(rested) + i128::from(ads) * i128::from(Span::SECOND.0);
    }

    /// Ads that may still be leased this month, those beyond the plan included.
    pub(crate) fn quota_left(&mut self, now: SimTime, quota: Quota) -> u32 {
        self.turn(month(now));
        match quota.overage {
            Some(_) => u32::MAX,
            None => quota.messages_count.saturating_sub(self.month_count),
        }
    }

    /// What leasing `ads` more costs the page, the monthly fee included if it is not paid yet.
    pub(crate) fn quota_fee(&self, quota: Quota, ads: u32) -> Money {
        let fee = if self.has_paid { Money::ZERO } else { quota.fee };
        fee + beyond(quota, self.month_count + ads) - beyond(quota, self.month_count)
    }

    /// Records ads leased out this month. Returns the month's count.
    pub(crate) fn lease_quota(&mut self, ads: u32) -> u32 {
        self.has_paid = true;
        self.month_count += ads;
        self.month_count
    }

    /// Records ads that a lease returns unsent. Returns the refund, the month's count and the month; `None`
    /// if the month ended more than a month ago.
    pub(crate) fn regain_quota(
        &mut self,
        now: SimTime,
        quota: Quota,
        until: SimTime,
        ads: u32,
    ) -> Option<(Money, u32, i64)> {
        self.turn(month(now));
        let month = lease_month(until);
        let count = match self.month - month {
            0 => &mut self.month_count,
            1 => &mut self.last_count,
            _ => return None,
        };
        let before = beyond(quota, *count);
        *count -= ads;
        Some((before - beyond(quota, *count), *count, month))
    }

    fn turn(&mut self, month: i64) {
        let before = std::mem::replace(&mut self.month, month);
        if before != month {
            // More than a month without a lease: all leases of the month before are back already.
            self.last_count = if before + 1 == month { self.month_count } else { 0 };
            (self.month_count, self.has_paid) = (0, false);
        }
    }
}

/// The month that contains `at`, from 0.
pub(crate) fn month(at: SimTime) -> i64 {
    at.0.div_euclid(MONTH.0)
}

/// The month whose quota a lease that ends at `until` uses: a lease never crosses months.
pub(crate) fn lease_month(until: SimTime) -> i64 {
    month(SimTime(until.0 - 1))
}

/// The end of the month that contains `at`.
pub(crate) fn month_end(at: SimTime) -> SimTime {
    SimTime((month(at) + 1) * MONTH.0)
}

/// The cost of a month's messages beyond the plan.
fn beyond(quota: Quota, messages: u32) -> Money {
    let over = messages.saturating_sub(quota.messages_count);
    Money(quota.overage.unwrap_or_default().0 * i64::from(over))
}

/// The rating for seven days of feedback.
fn rate(rule: QualityRule, week: AdFeedback) -> Quality {
    let share = |part: u32, ppm: u32| {
        (
            u64::from(part) * 1_000_000,
            u64::from(ppm) * u64::from(week.delivered),
        )
    };
    let (complaints, red) = share(week.complaints, rule.red_ppm);
    let (_, yellow) = share(0, rule.yellow_ppm);
    let (opened, read) = share(week.opened, rule.read_ppm);
    if week.delivered < rule.ads_count {
        Quality::Green
    } else if complaints >= red {
        Quality::Red
    } else if complaints >= yellow || opened < read {
        Quality::Yellow
    } else {
        Quality::Green
    }
}

#[cfg(test)]
#[path = "page_limits_tests.rs"]
mod tests;
