//! Ads without a ground, pages' messages without a reason, opt-ins asked for out of time.

use super::rules::{second_ad, second_ad_to};
use super::story::*;
use crate::Promise::{AdPermitted, CapsKept, ConsentKept, MessagesPermitted};
use crate::{BasisRule, Cap, MessageReasons, OptInRequests, OptInTerms, Promise, TopicMatch};
use chappe_base::*;

const HOUR: Span = Span::HOUR;

fn with_basis(rule: BasisRule) -> impl Fn(Story) -> Story {
    move |story| story.relaxed(|promises| promises.basis = Some(rule))
}

fn opt_in(every: Option<Span>, life_days: u16) -> impl Fn(Story) -> Story {
    with_basis(BasisRule {
        within: None,
        one_further: false,
        opt_in: Some(OptInTerms {
            topic: TopicMatch::Product,
            every,
            life_days,
        }),
    })
}

fn is_clean(story: &Story) {
    assert_eq!(story.verdict().violations, []);
}

/// A story in which Bob acts towards the shop two hours after his first ad.
fn with_an_act(mut story: Story) -> Story {
    let place = story
        .records
        .iter()
        .rposition(|record| matches!(record.fact, Fact::Decided { .. }));
    let (place, shard, user, page) = (place.unwrap(), ShardId(1), BOB, SHOP);
    let at = SimTime(2 * HOUR.0);
    let fact = Fact::Acted { user, page };
    story.records.insert(place, Record { at, shard, fact });
    story
}

#[test]
fn an_opt_in_pays_as_often_as_agreed_and_as_long_as_it_lives() {
    let once = opt_in(None, 100);
    is_clean(&once(Story::legal()));
    once(second_ad(Span::DAY)).breaks(AdPermitted, "on no ground that holds");
    is_clean(&once(second_ad_to(DAN, Span::DAY)));
    is_clean(&opt_in(Some(Span::DAY), 100)(second_ad(Span::DAY)));
    let every_other_day = opt_in(Some(Span(2 * Span::DAY.0)), 100);
    every_other_day(second_ad(Span::DAY)).breaks(AdPermitted, "on no ground that holds");
    // It was given a day before day one, whatever the day of its act.
    is_clean(&opt_in(None, 2)(Story::legal()));
    opt_in(None, 1)(Story::legal()).breaks_some(AdPermitted, "on no ground that holds");
}

#[test]
fn an_ad_under_way_leans_on_the_opt_in_that_it_took_up() {
    let (user, page, topic, source) = (BOB, SHOP, SHOES, OptInSource::CheckoutButton);
    let renewed = Fact::OptedIn {
        user,
        page,
        topic,
        source,
        act: Act(7),
    };
    let is_ad = |fact: &Fact| matches!(fact, Fact::AdDelivered { .. });
    let story = Story::legal().before(is_ad, ShardId(1), renewed);
    let story = opt_in(None, 100)(story).relaxed(|promises| promises.opt_in = None);
    story.breaks(ConsentKept, "without an opt-in that is in force");
}

#[test]
fn nothing_is_remembered_of_opt_ins_that_are_gone() {
    let bytes = |renewals: u32| {
        let mut story = opt_in(None, 100)(Story::empty()).relaxed(|promises| promises.at_most = None);
        story.history();
        story.campaign_begins();
        let (user, page, topic, source) = (BOB, SHOP, SHOES, OptInSource::CheckoutButton);
        for renewal in 0..renewals {
            let act = Act(100 + renewal);
            story.tell(
                ShardId(1),
                Fact::OptedIn {
                    user,
                    page,
                    topic,
                    source,
                    act,
                },
            );
            story.now += Span::DAY;
            let (ad, opt_in) = (message(u64::from(1_000 + renewal)), Some(act));
            let first = story.records.len();
            story.offer_ad(ad, user);
            story.deliver_ad(ad, user);
            for record in &mut story.records[first..] {
                if let Fact::Decided {
                    decision: Decision::Allowed(permit),
                    ..
                }
                | Fact::AdDelivered { permit, .. } = &mut record.fact
                {
                    permit.opt_in = opt_in;
                }
            }
        }
        let verdict = story.verdict();
        let permitted = |violation: &crate::Violation| violation.promise != AdPermitted;
        assert!(verdict.violations.iter().all(permitted));
        verdict.bytes
    };
    assert_eq!(bytes(3), bytes(200));
}

#[test]
fn one_further_message_and_no_more_until_the_user_acts() {
    let rule = |within| {
        with_basis(BasisRule {
            within,
            one_further: true,
            opt_in: None,
        })
    };
    let further = rule(Some(HOUR));
    is_clean(&further(Story::legal()));
    further(second_ad(Span::DAY)).breaks(AdPermitted, "on no ground that holds");
    is_clean(&further(second_ad_to(DAN, Span::DAY)));
    is_clean(&further(with_an_act(second_ad(Span::DAY))));
    is_clean(&rule(Some(Span(7 * Span::DAY.0)))(second_ad(Span::DAY)));
}

#[test]
fn ads_that_were_answered_leave_the_cap() {
    let cap = |story: Story| {
        story.relaxed(|promises| {
            promises.user_caps.clear();
            promises.page_caps.clear();
            promises.unanswered_caps = vec![Cap {
                count: 1,
                every: Span::DAY,
            }];
        })
    };
    let four_hours = Span(4 * HOUR.0);
    cap(second_ad(four_hours)).breaks(CapsKept, "user 1 got 2 ads unanswered within 86400 s");
    is_clean(&cap(with_an_act(second_ad(four_hours))));
    is_clean(&cap(second_ad(Span::DAY)));
}

fn says_nothing_of(promise: Promise, story: &Story) {
    let verdict = story.verdict();
    let named = verdict
        .violations
        .iter()
        .find(|violation| violation.promise == promise);
    assert_eq!(named, None);
}

#[test]
fn a_pages_message_needs_a_reason() {
    let late = |class, reasons: MessageReasons, people: bool| {
        let mut story = Story::legal().relaxed(|promises| {
            promises.messages = Some(reasons);
            promises.answered_by_people = vec![people].into();
        });
        story.records.retain(|record| {
            !matches!(record.fact, Fact::Accepted { message, .. } | Fact::Delivered { message, .. }
                | Fact::HandedOut { message, .. } if message.0 == 41)
        });
        story.now += Span::DAY;
        story.accepted(message(50), class, Party::Page(SHOP), BOB);
        story
    };
    let (notice, answer) = (MessageClass::OrderNotice, MessageClass::HotLine);
    let window = MessageReasons {
        within: Some(Span::DAY),
        order_notices: false,
        human_answers: None,
        one_further: false,
    };
    let words = "message 50 of page 0 was accepted for user 1 outside the window, without a reason";
    late(notice, window, true).breaks_some(MessagesPermitted, words);
    let notices = MessageReasons {
        order_notices: true,
        ..window
    };
    says_nothing_of(MessagesPermitted, &late(notice, notices, false));
    late(answer, notices, true).breaks_some(MessagesPermitted, words);
    let people = MessageReasons {
        human_answers: Some(Span(7 * Span::DAY.0)),
        ..window
    };
    says_nothing_of(MessagesPermitted, &late(answer, people, true));
    late(answer, people, false).breaks_some(MessagesPermitted, words);
    let further = MessageReasons {
        one_further: true,
        ..window
    };
    let mut story = late(answer, further, false);
    says_nothing_of(MessagesPermitted, &story);
    story.accepted(message(51), answer, Party::Page(SHOP), BOB);
    story.breaks_some(MessagesPermitted, "message 51 of page 0");
}

#[test]
fn an_opt_in_is_asked_for_in_time() {
    let asked = |within, again_after_days| {
        let mut story = Story::legal().relaxed(|promises| {
            promises.opt_in_requests = Some(OptInRequests {
                within,
                again_after_days,
            });
        });
        let (user, page, topic, home) = (BOB, SHOP, SHOES, ShardId(1));
        let (source, act) = (OptInSource::CheckoutButton, Act::new(0, 0, ActKind::Page, 0));
        story.tell(home, Fact::Acted { user, page });
        story.tell(
            home,
            Fact::OptedIn {
                user,
                page,
                topic,
                source,
                act,
            },
        );
        story
    };
    let week = Span(7 * Span::DAY.0);
    is_clean(&asked(week, 1));
    asked(week, 2).breaks(
        MessagesPermitted,
        "user 1 was asked by page 0 for an opt-in again too soon",
    );
    asked(HOUR, 0).breaks(MessagesPermitted, "for an opt-in outside the window");
}
