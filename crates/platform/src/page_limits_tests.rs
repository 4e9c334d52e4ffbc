//! Page-side cases as the platforms have published them.

use super::*;

const TIERS: Tiers = Tiers {
    limits: [250, 1_000, 10_000, 100_000],
    start: 0,
};
const RATING: QualityRule = QualityRule {
    yellow_ppm: 20_000,
    red_ppm: 50_000,
    read_ppm: 300_000,
    ads_count: 100,
    on_red: OnRed::Downgrade,
};
const PAGE: PageId = PageId(0);

fn page_limits(rules: &[PageRule]) -> PageLimits {
    let mut page_limits = PageLimits {
        tiers: None,
        quality: None,
        quota: None,
        page_limits: vec![LimitState::new(0)],
    };
    for rule in rules {
        page_limits.add(*rule);
    }
    page_limits
}

fn feedback(delivered: u32, opened: u32, complaints: u32, reached: u32) -> AdFeedback {
    AdFeedback {
        delivered,
        opened,
        complaints,
        reached,
    }
}

fn day(day: i64) -> SimTime {
    SimTime(day * Span::DAY.0)
}

#[test]
fn a_rating_goes_by_complaints_and_by_what_is_opened() {
    for (delivered, opened, complaints, rating) in [
        (99, 0, 99, Quality::Green),
        (100, 30, 1, Quality::Green),
        (100, 29, 1, Quality::Yellow),
        (100, 30, 2, Quality::Yellow),
        (100, 30, 4, Quality::Yellow),
        (100, 30, 5, Quality::Red),
        (100, 0, 5, Quality::Red),
    ] {
        let week = feedback(delivered, opened, complaints, 0);
        assert_eq!(rate(RATING, week), rating, "{week:?}");
    }
}

/// At least half of the limit within seven days, by a page that is not red.
#[test]
fn a_tier_rises_after_half_of_its_limit_and_falls_on_red() {
    for (days, tier, quality) in [
        (vec![(0, feedback(124, 60, 0, 124))], 0, Quality::Green),
        (vec![(0, feedback(125, 60, 0, 125))], 1, Quality::Green),
        (vec![(0, feedback(125, 60, 3, 125))], 1, Quality::Yellow),
        (vec![(0, feedback(125, 60, 10, 125))], 0, Quality::Red),
        (
            vec![(0, feedback(60, 30, 0, 60)), (6, feedback(65, 30, 0, 65))],
            1,
            Quality::Green,
        ),
        (
            vec![(0, feedback(60, 30, 0, 60)), (7, feedback(65, 30, 0, 65))],
            0,
            Quality::Green,
        ),
        (
            vec![(0, feedback(125, 60, 0, 125)), (1, feedback(400, 200, 40, 380))],
            0,
            Quality::Red,
        ),
        (
            vec![(0, feedback(125, 60, 0, 125)), (1, feedback(375, 200, 0, 375))],
            2,
            Quality::Green,
        ),
    ] {
        let mut page_limits = page_limits(&[PageRule::Tiers(TIERS), PageRule::Quality(RATING)]);
        for (at, feedback) in &days {
            page_limits.receive_feedback(day(*at), 0, PAGE, *feedback, &mut Vec::new());
        }
        let state = &page_limits.page_limits[0];
        assert_eq!((state.tier, state.quality), (tier, quality), "{days:?}");
    }
}

#[test]
fn the_last_tier_has_no_limit() {
    assert_eq!([0, 3, 4].map(|tier| TIERS.limit(tier)), [250, 100_000, u32::MAX]);
    let mut state = LimitState::new(0);
    state.lease_reach(249);
    assert_eq!(state.reach_left(TIERS), 1);
    state.lease_reach(1);
    assert_eq!(state.reach_left(TIERS), 0);
    state.regain_reach(20);
    assert_eq!(state.reach_left(TIERS), 20);
}

#[test]
fn a_second_lets_go_of_a_second_of_ads() {
    let mut state = LimitState::new(0);
    let now = day(1);
    assert_eq!(state.throughput_left(now, 80), 80);
    state.lease_throughput(now, 80, 80);
    assert_eq!(state.throughput_left(now, 80), 0);
    assert_eq!(state.throughput_free_at(80), now + Span::SECOND);
    assert_eq!(state.throughput_left(now + Span(Span::SECOND.0 / 8), 80), 10);
    assert_eq!(state.throughput_left(now + Span::HOUR, 80), 80);
}

#[test]
fn a_plan_covers_its_messages_and_no_more() {
    let plan = |overage| Quota {
        messages_count: 200,
        fee: Money(50),
        overage,
    };
    let mut state = LimitState::new(0);
    assert_eq!(state.quota_left(day(0), plan(None)), 200);
    assert_eq!(state.quota_fee(plan(None), 200), Money(50));
    assert_eq!(state.lease_quota(200), 200);
    assert_eq!(state.quota_left(day(29), plan(None)), 0);
    assert_eq!(
        state.regain_quota(day(29), plan(None), day(29), 5),
        Some((Money::ZERO, 195, 0))
    );
    assert_eq!(state.quota_left(day(29), plan(None)), 5);
    assert_eq!(state.quota_fee(plan(None), 5), Money::ZERO, "the plan is paid");
    let costly = plan(Some(Money(3)));
    assert_eq!(state.quota_fee(costly, 15), Money(30), "ten are beyond it");
    assert_eq!(state.lease_quota(15), 210);
    assert_eq!(
        state.regain_quota(day(29), costly, day(29), 12),
        Some((Money(30), 198, 0))
    );
    assert_eq!(state.lease_quota(3), 201);
    assert_eq!(state.quota_left(day(30), plan(None)), 200, "a new month");
    assert_eq!(
        state.regain_quota(day(30), costly, day(30), 9),
        Some((Money(3), 192, 0)),
        "that was the last month's"
    );
    assert_eq!(state.quota_fee(costly, 1), Money(50));
    assert_eq!(state.regain_quota(day(60), costly, day(30), 1), None);
}
