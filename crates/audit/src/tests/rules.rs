//! Ads that no rule permits, or that come after consent was taken back.

use super::story::*;
use crate::Promise::{AdPermitted, CapsKept, ConsentKept};
use crate::{BasisRule, OptInTerms, Promises, TopicMatch};
use chappe_base::*;

fn is_ad(fact: &Fact) -> bool {
    matches!(fact, Fact::AdDelivered { .. })
}

fn is_decision(to: UserId) -> impl Fn(&Fact) -> bool {
    move |fact| matches!(fact, Fact::Decided { user, .. } if *user == to)
}

fn campaign(change: impl FnOnce(&mut crate::Campaign)) -> Story {
    let mut story = Story::legal();
    let mut campaign = story.promises.campaigns[0];
    change(&mut campaign);
    story.promises.campaigns = vec![campaign].into();
    story
}

fn promising(change: impl FnOnce(&mut Promises)) -> Story {
    let mut story = Story::legal();
    change(&mut story.promises);
    story
}

/// Changes both openings in history.
fn opened(change: impl Fn(&mut Fact)) -> Story {
    let mut story = Story::legal();
    let facts = story.records.iter_mut().map(|record| &mut record.fact);
    facts
        .filter(|fact| matches!(fact, Fact::Opened { .. }))
        .for_each(change);
    story
}

#[test]
fn an_ad_needs_a_decision() {
    Story::legal().without(is_decision(BOB)).breaks_some(
        AdPermitted,
        "ad 20 of page 0 was accepted for user 1 without a decision",
    );
    let mut refused = Story::legal();
    refused = refused.changed(is_decision(BOB), |fact| {
        if let Fact::Decided { decision, .. } = fact {
            *decision = Decision::Refused(RuleKind::UserCap);
        }
    });
    refused.breaks_some(
        AdPermitted,
        "ad 20 was delivered to user 1, but no decision had allowed it",
    );
    Story::legal()
        .doubled(is_ad)
        .breaks_some(AdPermitted, "ad 20 was delivered to user 1, but no decision");
}

#[test]
fn a_permit_cites_what_is_on_record() {
    let cite = |permit: Permit| {
        Story::legal().changed(is_decision(DAN), move |fact| {
            if let Fact::Decided { decision, .. } = fact {
                *decision = Decision::Allowed(permit);
            }
        })
    };
    let conversation = Act(99);
    cite(Permit {
        conversation,
        ..PERMIT
    })
    .breaks(AdPermitted, "citing act 99 for a conversation that act 5 opened");
    cite(Permit {
        opt_in: Some(Act(99)),
        ..PERMIT
    })
    .breaks(AdPermitted, "citing act 99 for an opt-in that is not in force");
    cite(Permit {
        opt_in: None,
        ..PERMIT
    })
    .breaks(AdPermitted, "without citing an opt-in");
    let mut stranger = Story::legal();
    stranger
        .records
        .retain(|record| !matches!(record.fact, Fact::Opened { user: DAN, .. }));
    stranger.breaks(AdPermitted, "there is no conversation between them");
}

/// Noon is at time zero for everybody, so quiet hours begin after ten hours and end after nineteen.
const NIGHT: SimTime = SimTime(10 * Span::HOUR.0);
const MORNING: SimTime = SimTime(19 * Span::HOUR.0);

/// An ad to Bob that was accepted in the last second of the day.
fn late_ad() -> Story {
    let mut story = Story::empty();
    story.history();
    story.campaign_begins();
    story.now = SimTime(NIGHT.0 - Span::SECOND.0);
    story.offer_ad(message(20), BOB);
    assert_eq!(story.now, NIGHT);
    story
}

fn held_until(until: SimTime, number: u64) -> Story {
    let mut story = late_ad();
    let (message, user) = (message(number), BOB);
    story.tell(ShardId(1), Fact::Held { message, user, until });
    story.now = MORNING;
    story.deliver_ad(MessageId(20), BOB);
    story
}

#[test]
fn no_ad_is_delivered_at_night() {
    let mut late = late_ad();
    late.deliver_ad(message(20), BOB);
    late.breaks(
        AdPermitted,
        "ad 20 was delivered to user 1 at minute 1320 of the user's day, in quiet hours",
    );
    assert_eq!(held_until(MORNING, 20).verdict().violations, []);
    for (until, number, words) in [
        (
            SimTime(MORNING.0 - 1),
            20,
            "ad 20 to user 1 was held, but not until they end",
        ),
        (MORNING + Span::MINUTE, 20, "but not until they end"),
        (MORNING + Span::DAY, 20, "but not until they end"),
        (
            MORNING,
            21,
            "ad 21 to user 1 was held, which is not under way to them",
        ),
    ] {
        held_until(until, number).breaks(AdPermitted, words);
    }
    let withdraws = |promises: &mut Promises| promises.quiet_hours.as_mut().unwrap().holds = false;
    held_until(MORNING, 20)
        .relaxed(withdraws)
        .breaks(AdPermitted, "where the policy holds none");
    let mut early = held_until(MORNING, 20);
    let noon = early
        .records
        .iter_mut()
        .find(|record| matches!(record.fact, Fact::Held { .. }));
    noon.unwrap().at = SimTime(NIGHT.0 - 1);
    early.breaks(AdPermitted, "outside of quiet hours");
}

#[test]
fn an_ad_is_withdrawn_for_quiet_hours_only_in_them_and_if_the_policy_says_so() {
    let withdrawn = |at: SimTime| {
        let mut story = late_ad();
        story.now = at;
        let (message, rule) = (message(20), RuleKind::QuietHours);
        story.tell(ShardId(1), Fact::Withdrawn { message, rule });
        let (from, to) = (Account::LeaseHeld(SALE), Account::Lease(SALE));
        story.moved(ShardId(1), from, to, Money(20), TransferId::default());
        story
    };
    let withdraws = |promises: &mut Promises| promises.quiet_hours.as_mut().unwrap().holds = false;
    assert_eq!(withdrawn(NIGHT).relaxed(withdraws).verdict().violations, []);
    let words = "ad 20 to user 1 was withdrawn for quiet hours";
    withdrawn(NIGHT).breaks(AdPermitted, words);
    withdrawn(MORNING).relaxed(withdraws).breaks(AdPermitted, words);
}

#[test]
fn every_rule_alone_is_judged() {
    promising(|promises| promises.ads_allowed = false).breaks(AdPermitted, "where no ads are allowed");
    promising(|promises| promises.formats.clear())
        .breaks(AdPermitted, "in the format back-in-stock, which is not allowed");
    promising(|promises| promises.not_within = Some(Span(2 * Span::DAY.0)))
        .breaks(AdPermitted, "sooner than 172800 s");
    promising(|promises| promises.at_most = Some(Span::HOUR)).breaks(AdPermitted, "later than 3600 s");
    promising(|promises| promises.offsets_minutes = vec![0; 6].into()).breaks(AdPermitted, "in quiet hours");
    promising(|promises| promises.offsets_minutes = Vec::new().into()).breaks(AdPermitted, "no time zone");
    campaign(|campaign| campaign.start = SimTime(Span::DAY.0))
        .breaks(AdPermitted, "while the campaign was not running");
    campaign(|campaign| campaign.end = SimTime::ZERO)
        .breaks(AdPermitted, "while the campaign was not running");
    opened(|fact| {
        if let Fact::Opened { by_user, .. } = fact {
            *by_user = false
        }
    })
    .relaxed(|promises| promises.at_most = None)
    .breaks(AdPermitted, "though the user did not open the conversation");
    opened(|fact| {
        if let Fact::Opened { topic, .. } = fact {
            topic.product = 9
        }
    })
    .breaks(AdPermitted, "on topic 1/0 after first contact on 1/9");
    let related = opened(|fact| {
        if let Fact::Opened { topic, .. } = fact {
            topic.product = 9
        }
    });
    let related = related.relaxed(|promises| promises.first_topic = TopicMatch::Category);
    assert_eq!(related.verdict().violations, []);
}

#[test]
fn consent_can_be_taken_back_until_delivery() {
    let (user, page, topic, home) = (BOB, SHOP, SHOES, ShardId(1));
    let opted_out = Story::legal().before(is_ad, home, Fact::OptedOut { user, page, topic });
    opted_out.breaks(
        ConsentKept,
        "ad 20 of campaign 0 of page 0 was delivered to user 1, who opted out of its ads",
    );
    let opted_out = opted_out.relaxed(|promises| promises.mute = false);
    opted_out.breaks(
        ConsentKept,
        "ad 20 of campaign 0 of page 0 was delivered to user 1, without an opt-in",
    );
    let (source, act) = (OptInSource::SitePlugin, Act(7));
    let again = opted_out.before(
        is_ad,
        home,
        Fact::OptedIn {
            user,
            page,
            topic,
            source,
            act,
        },
    );
    assert_eq!(again.verdict().violations, [], "consent was given again");
    let muted = Story::legal().before(is_ad, home, Fact::Muted { user, page });
    muted.breaks(ConsentKept, "delivered to user 1, who muted the page");
    assert_eq!(
        muted
            .relaxed(|promises| promises.mute = false)
            .verdict()
            .violations,
        []
    );
    let muted_before = Story::legal().before(is_decision(BOB), home, Fact::Muted { user, page });
    muted_before.breaks_some(AdPermitted, "an ad, who muted the page");
    let party = Party::Page(SHOP);
    Story::legal()
        .before(is_ad, home, Fact::Blocked { user, party })
        .breaks(ConsentKept, "delivered to user 1, who blocks the page");
    let opted_out = || Story::legal().before(is_decision(BOB), home, Fact::OptedOut { user, page, topic });
    opted_out().breaks_some(AdPermitted, "an ad, who opted out of its ads");
    opted_out().breaks_some(ConsentKept, "delivered to user 1, who opted out of its ads");
    opted_out()
        .relaxed(|promises| promises.mute = false)
        .breaks_some(AdPermitted, "for an opt-in that is not in force");
}

#[test]
fn an_opt_in_covers_its_topic_or_its_page() {
    let elsewhere = || {
        let mut story = Story::legal();
        for record in &mut story.records {
            if let Fact::OptedIn { topic, .. } = &mut record.fact {
                topic.product = 9;
            }
        }
        story
    };
    elsewhere().breaks_some(AdPermitted, "citing act 6 for an opt-in that is not in force");
    for scope in [TopicMatch::Category, TopicMatch::Any] {
        let story = elsewhere().relaxed(|promises| promises.opt_in = Some(scope));
        assert_eq!(story.verdict().violations, []);
    }
}

/// A second ad for Bob after `wait`.
pub(super) fn second_ad(wait: Span) -> Story {
    second_ad_to(BOB, wait)
}

/// A second ad for `user` after `wait`.
pub(super) fn second_ad_to(user: UserId, wait: Span) -> Story {
    let mut story = Story::legal();
    let end = story
        .records
        .iter()
        .position(|record| matches!(record.fact, Fact::LeaseReturned { .. }));
    let rest = story.records.split_off(end.unwrap() - 1);
    story.now = rest[0].at + wait;
    story.offer_ad(message(22), user);
    story.tell(ShardId(1), Fact::Expired { message: message(22) });
    story.moved(
        ShardId(1),
        Account::LeaseHeld(SALE),
        Account::Lease(SALE),
        Money(20),
        TransferId::default(),
    );
    let shift = story.now - rest[0].at;
    story.records.extend(rest.into_iter().map(|record| Record {
        at: record.at + shift,
        ..record
    }));
    story
}

#[test]
fn caps_hold_over_any_stretch_of_time() {
    let soon = second_ad(Span(12 * Span::HOUR.0));
    soon.breaks_some(AdPermitted, "in quiet hours");
    let soon = second_ad(Span(4 * Span::HOUR.0));
    soon.breaks(
        CapsKept,
        "user 1 got 2 ads within 86400 s, the last from page 0, where 1 are allowed",
    );
    soon.breaks(
        CapsKept,
        "user 1 got 2 ads from one page within 86400 s, the last from page 0",
    );
    let by_page = second_ad(Span(4 * Span::HOUR.0)).relaxed(|promises| promises.user_caps.clear());
    by_page.breaks(CapsKept, "from one page within");
    assert_eq!(second_ad(Span::DAY).verdict().violations, []);
}

#[test]
fn caps_and_agreements_hold_when_ads_are_delivered_late() {
    let mut story = Story::empty().relaxed(|promises| {
        promises.basis = Some(BasisRule {
            within: None,
            one_further: false,
            opt_in: Some(OptInTerms {
                topic: TopicMatch::Product,
                every: Some(Span::DAY),
                life_days: 100,
            }),
        });
    });
    story.history();
    story.campaign_begins();
    story.offer_ad(message(20), BOB);
    story.now += Span::DAY;
    story.offer_ad(message(22), BOB);
    story.deliver_ad(message(20), BOB);
    story.now += Span::HOUR;
    story.deliver_ad(message(22), BOB);
    story.breaks_some(CapsKept, "user 1 got 2 ads within 86400 s");
    story.breaks_some(
        AdPermitted,
        "ad 22 was delivered to user 1 on the opt-in of act 6, which is used up",
    );
}

#[test]
fn a_campaign_shows_nothing_from_its_end_on() {
    let legal = Story::legal();
    let decided = legal.records.iter().find(|record| is_decision(BOB)(&record.fact));
    let ends = |end| {
        Story::legal().relaxed(|promises| {
            let sale = crate::Campaign {
                end,
                ..promises.campaigns[0]
            };
            promises.campaigns = vec![sale].into();
        })
    };
    ends(decided.unwrap().at).breaks_some(AdPermitted, "user 1 an ad, while the campaign was not running");
}

#[test]
fn an_ad_that_came_to_nothing_gives_its_place_back() {
    let story = second_ad_to(DAN, Span(4 * Span::HOUR.0));
    assert_eq!(story.verdict().violations, []);
}
