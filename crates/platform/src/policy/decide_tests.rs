//! The rules one by one, and the verdict against its explanation.

use super::*;
use crate::policy::{BasisRule, Case, FormatSet, OptIn, OptInScope, OptInTerms, UserHistory};
use chappe_base::{Act, Format, PageId, Seconds};
use proptest::prelude::*;

/// A user's memory spelled out.
#[derive(Clone, Default, Debug)]
pub(crate) struct Known {
    pub(crate) opt_ins: Vec<OptIn>,
    pub(crate) ads: Vec<(PageId, SimTime)>,
    pub(crate) further_sent: bool,
    /// When the user acted towards which page.
    pub(crate) acts: Vec<(PageId, SimTime)>,
}

impl UserHistory for Known {
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act> {
        self.opt_ins
            .iter()
            .find(|opt_in| scope.covers(opt_in.topic, topic) && is_good(opt_in))
            .map(|opt_in| opt_in.act)
    }

    fn further_sent(&self) -> bool {
        self.further_sent
    }

    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
        self.ads
            .iter()
            .filter(|(p, at)| page.is_none_or(|page| *p == page) && *at > since)
            .count() as u16
    }

    fn unanswered_count(&self, since: SimTime) -> u16 {
        let is_answered = |ad: &(PageId, SimTime)| self.acts.iter().any(|act| act.0 == ad.0 && act.1 > ad.1);
        let counts = |ad: &&(PageId, SimTime)| ad.1 > since && !is_answered(ad);
        self.ads.iter().filter(counts).count() as u16
    }
}

pub(crate) const TRAIL: Topic = Topic {
    category: 1,
    product: 2,
};
const ROAD: Topic = Topic {
    category: 1,
    product: 3,
};
const TENTS: Topic = Topic {
    category: 4,
    product: 2,
};
const PAGE: PageId = PageId(7);

pub(crate) fn case() -> Case {
    Case {
        now: SimTime(Span::DAY.0 * 3),
        page: PAGE,
        format: Format::FlashSale,
        topic: TRAIL,
        opened: Act(1),
        opened_by_user: true,
        first_topic: TRAIL,
        since_last_act: Some(Span::HOUR),
        blocked: false,
        muted: false,
        local_minute: 12 * 60,
    }
}

fn given(act: Act) -> OptIn {
    OptIn {
        topic: TRAIL,
        act,
        given: 0,
        used: Seconds::NEVER,
    }
}

pub(crate) fn memory() -> Known {
    Known {
        opt_ins: vec![given(Act(9))],
        ..Known::default()
    }
}

pub(crate) fn everything() -> Vec<UserRule> {
    vec![
        UserRule::NotBlocked,
        UserRule::NotMuted,
        UserRule::OpenedBy(OpenedBy::User),
        UserRule::FirstTopic(TopicMatch::Product),
        UserRule::Formats(FormatSet::new(&[Format::FlashSale, Format::BackInStock])),
        UserRule::OptIn(OptInScope::Product),
        UserRule::Window {
            at_least: Some(Span::MINUTE),
            at_most: Some(Span::DAY),
        },
        UserRule::UserCap {
            count: 2,
            every: Span::DAY,
        },
        UserRule::PageCap {
            count: 1,
            every: Span::DAY,
        },
        UserRule::QuietHours {
            from_minute: 22 * 60,
            to_minute: 8 * 60,
            on_quiet: OnQuiet::Hold,
        },
        UserRule::Basis(BasisRule {
            within: Some(Span(2 * Span::HOUR.0)),
            one_further: false,
            opt_in: Some(OptInTerms {
                scope: OptInScope::Page,
                every: None,
                life_days: 30,
            }),
        }),
        UserRule::UnansweredCap {
            count: 1,
            every: Span::DAY,
        },
    ]
}

pub(crate) fn policy(user_rules: Vec<UserRule>) -> Policy {
    Policy {
        name: "test".into(),
        user_rules,
        page_rules: Vec::new(),
        ..Policy::default()
    }
}

/// Ads a moment ago, and answers to them just now.
fn recently(pages: &[PageId]) -> Known {
    let at = |ago: i64| move |page: &PageId| (*page, SimTime(Span::DAY.0 * 3 - ago));
    Known {
        ads: pages.iter().map(at(1)).collect(),
        acts: pages.iter().map(at(0)).collect(),
        ..memory()
    }
}

/// Each rule has a case in which all the others admit the ad and it alone refuses.
#[test]
fn every_rule_refuses_alone() {
    let good = case();
    assert_eq!(
        policy(everything()).judge(&(&good, &memory())),
        Ok(Permit {
            conversation: Act(1),
            opt_in: Some(Act(9))
        })
    );
    let cases = [
        (
            RuleKind::Block,
            Case {
                blocked: true,
                ..good
            },
            memory(),
        ),
        (RuleKind::Mute, Case { muted: true, ..good }, memory()),
        (
            RuleKind::OpenedBy,
            Case {
                opened_by_user: false,
                ..good
            },
            memory(),
        ),
        (
            RuleKind::FirstTopic,
            Case {
                first_topic: ROAD,
                ..good
            },
            memory(),
        ),
        (
            RuleKind::Format,
            Case {
                format: Format::NewProduct,
                ..good
            },
            memory(),
        ),
        (RuleKind::OptIn, good, Known::default()),
        (
            RuleKind::Window,
            Case {
                since_last_act: Some(Span::SECOND),
                ..good
            },
            memory(),
        ),
        (
            RuleKind::Window,
            Case {
                since_last_act: Some(Span(Span::DAY.0 + 1)),
                ..good
            },
            memory(),
        ),
        (
            RuleKind::Window,
            Case {
                since_last_act: None,
                ..good
            },
            memory(),
        ),
        (RuleKind::UserCap, good, recently(&[PageId(1), PageId(2)])),
        (RuleKind::PageCap, good, recently(&[PAGE])),
        (
            RuleKind::QuietHours,
            Case {
                local_minute: 23 * 60,
                ..good
            },
            memory(),
        ),
        (
            RuleKind::QuietHours,
            Case {
                local_minute: 8 * 60 - 1,
                ..good
            },
            memory(),
        ),
        (
            RuleKind::Basis,
            Case {
                since_last_act: Some(Span(2 * Span::HOUR.0 + 1)),
                ..good
            },
            Known {
                opt_ins: vec![OptIn {
                    used: Seconds(0),
                    ..given(Act(9))
                }],
                ..Known::default()
            },
        ),
        (
            RuleKind::UnansweredCap,
            good,
            Known {
                acts: Vec::new(),
                ..recently(&[PageId(1)])
            },
        ),
    ];
    for (kind, case, memory) in cases {
        let policy = policy(everything());
        assert_eq!(policy.judge(&(&case, &memory)), Err(kind));
        let refusing = policy
            .explain(&(&case, &memory))
            .into_iter()
            .filter(|(_, admits)| !admits);
        assert_eq!(
            refusing.map(|(rule, _)| rule.kind()).collect::<Vec<_>>(),
            [kind],
            "{kind:?} alone"
        );
    }
    assert_eq!(
        policy(vec![UserRule::NoAds]).judge(&(&good, &memory())),
        Err(RuleKind::NoAds)
    );
}

#[test]
fn closeness_of_topics_is_a_setting() {
    let on = |closeness, first| {
        policy(vec![UserRule::FirstTopic(closeness)])
            .judge(&(
                &Case {
                    first_topic: first,
                    ..case()
                },
                &memory(),
            ))
            .is_ok()
    };
    assert!(on(TopicMatch::Category, ROAD) && !on(TopicMatch::Category, TENTS));
    assert!(!on(TopicMatch::Product, ROAD) && on(TopicMatch::Any, TENTS));
}

#[test]
fn a_day_cap_forgets_after_a_day_to_the_nanosecond() {
    let policy = policy(vec![UserRule::UserCap {
        count: 1,
        every: Span::DAY,
    }]);
    let seen = |ago: i64| Known {
        ads: vec![(PAGE, SimTime(Span::DAY.0 * 3 - ago))],
        ..memory()
    };
    assert_eq!(
        policy.judge(&(&case(), &seen(Span::DAY.0 - 1))),
        Err(RuleKind::UserCap)
    );
    assert!(policy.judge(&(&case(), &seen(Span::DAY.0))).is_ok());
}

#[test]
fn delivery_judges_again_what_the_user_can_change() {
    let policy = policy(everything());
    assert!(
        policy
            .judge_again(&(&case(), &memory()), None, case().now)
            .is_ok()
    );
    assert_eq!(
        policy.judge_again(&(&case(), &Known::default()), None, case().now),
        Err(RuleKind::OptIn)
    );
    assert_eq!(
        policy.judge_again(
            &(
                &Case {
                    muted: true,
                    ..case()
                },
                &memory()
            ),
            None,
            case().now
        ),
        Err(RuleKind::Mute)
    );
    for rule in [RuleKind::PageCap, RuleKind::UserCap, RuleKind::UnansweredCap] {
        let capped = super::tests::policy(everything().into_iter().filter(|r| r.kind() == rule).collect());
        let seen = Known {
            ads: vec![(PAGE, SimTime(case().now.0 - 1)); 2],
            ..memory()
        };
        let verdict = capped.judge_again(&(&case(), &seen), None, case().now);
        assert_eq!(verdict, Err(rule));
    }
    let lax = super::tests::policy(Vec::new());
    assert_eq!(
        lax.judge_again(
            &(
                &Case {
                    blocked: true,
                    ..case()
                },
                &memory()
            ),
            None,
            case().now
        ),
        Err(RuleKind::Block)
    );
    let late = Case {
        since_last_act: Some(Span(9 * Span::DAY.0)),
        ..case()
    };
    assert!(policy.judge_again(&(&late, &memory()), None, case().now).is_ok());
}

#[test]
fn quiet_hours_are_judged_again_and_held_until_they_end() {
    let now = SimTime(90 * Span::MINUTE.0 + 1);
    for (local_minute, minutes) in [(22 * 60, 600), (0, 480), (8 * 60 - 1, 1)] {
        let mut night = case();
        (night.now, night.local_minute) = (now, local_minute);
        let (memory, quiet) = (memory(), RuleKind::QuietHours);
        let ad = (&night, &memory);
        assert_eq!(policy(everything()).judge_again(&ad, None, now), Err(quiet));
        let held_until = |rule| policy(everything()).held_until(rule, &ad);
        assert_eq!(held_until(quiet), Some(SimTime((90 + minutes) * Span::MINUTE.0)));
        let withdraws = policy(vec![UserRule::QuietHours {
            from_minute: 22 * 60,
            to_minute: 8 * 60,
            on_quiet: OnQuiet::Withdraw,
        }]);
        assert_eq!(withdraws.held_until(quiet, &ad), None);
    }
}

pub(crate) fn any_case() -> impl Strategy<Value = (Case, Known)> {
    let topic = prop::sample::select(vec![TRAIL, ROAD, TENTS]);
    let topics = (topic.clone(), topic.clone(), prop::sample::select(Format::ALL));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let times = (prop::option::of(0..3 * Span::DAY.0), 0u16..1440);
    let known = (
        prop::collection::vec(topic, 0..3),
        prop::collection::vec((5u32..9, 0..3 * Span::DAY.0), 0..5),
        prop::collection::vec((5u32..9, 0..3 * Span::DAY.0), 0..5),
    );
    let at = |(page, at)| (PageId(page), SimTime(at));
    (topics, flags, times, known).prop_map(
        move |((ad, first, format), (user, blocked, muted), (since, minute), (topics, ads, acts))| {
            let case = Case {
                topic: ad,
                first_topic: first,
                format,
                opened_by_user: user,
                blocked,
                muted,
                since_last_act: since.map(Span),
                local_minute: minute,
                ..case()
            };
            let known = Known {
                opt_ins: topics
                    .into_iter()
                    .map(|topic| OptIn {
                        topic,
                        ..given(Act(9))
                    })
                    .collect(),
                ads: ads.into_iter().map(at).collect(),
                acts: acts.into_iter().map(at).collect(),
                further_sent: false,
            };
            (case, known)
        },
    )
}

proptest! {
    /// The verdict is the first refusal of the explanation, and adding a rule never allows more.
    #[test]
    fn judging_agrees_with_explaining((case, known) in any_case(), kept in prop::collection::vec(any::<bool>(), 12)) {
        let rules: Vec<UserRule> =
            everything().into_iter().zip(kept).filter(|(_, keep)| *keep).map(|(rule, _)| rule).collect();
        let policy = policy(rules.clone());
        let first = policy.explain(&(&case, &known)).into_iter().find(|(_, admits)| !admits).map(|(rule, _)| rule.kind());
        prop_assert_eq!(policy.judge(&(&case, &known)).err(), first);
        for dropped in 0..rules.len() {
            let mut fewer = rules.clone();
            fewer.remove(dropped);
            let fewer = super::tests::policy(fewer);
            prop_assert!(policy.judge(&(&case, &known)).is_err() || fewer.judge(&(&case, &known)).is_ok());
        }
    }
}
