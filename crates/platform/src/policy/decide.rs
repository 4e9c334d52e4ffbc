//! Judging one ad for one user against a policy.

use super::rule::{OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
use chappe_base::{Act, Format, PageId, Permit, RuleKind, SimTime, Span, Topic};

/// One ad that asks for one user's slot, with what their conversation says of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Case {
    /// When.
    pub now: SimTime,
    /// The advertiser.
    pub page: PageId,
    /// The form of the ad.
    pub format: Format,
    /// What the ad is about.
    pub topic: Topic,
    /// The act that opened the conversation.
    pub opened: Act,
    /// Whether the user opened it.
    pub opened_by_user: bool,
    /// The topic of first contact.
    pub first_topic: Topic,
    /// Time since the user's last act towards the page; `None` if there was none.
    pub since_last_act: Option<Span>,
    /// Whether the user blocked the page.
    pub blocked: bool,
    /// Whether the user muted the page.
    pub muted: bool,
    /// Minute of the user's local day, 0 to 1439.
    pub local_minute: u16,
}

/// What the user's shard remembers beyond the conversation itself, looked up only where a rule asks.
pub trait Memory {
    /// The act of a live opt-in towards the case's page that covers `topic` in this scope.
    fn opt_in(&self, scope: OptInScope, topic: Topic) -> Option<Act>;

    /// Ads reserved for or delivered to the user after `since`, from `page` or from all pages.
    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16;
}

impl UserRule {
    /// Whether the rule lets the ad through, and the opt-in that it leans on.
    fn admits(&self, case: &Case, memory: &impl Memory) -> (bool, Option<Act>) {
        let plain = |admits| (admits, None);
        match *self {
            UserRule::NoAds => plain(false),
            UserRule::NotBlocked => plain(!case.blocked),
            UserRule::NotMuted => plain(!case.muted),
            UserRule::OpenedBy(OpenedBy::User) => plain(case.opened_by_user),
            UserRule::OpenedBy(OpenedBy::Anyone) => plain(true),
            UserRule::FirstTopic(closeness) => plain(closeness.holds(case.first_topic, case.topic)),
            UserRule::Formats(formats) => plain(formats.contains(case.format)),
            UserRule::OptIn(scope) => {
                let opt_in = memory.opt_in(scope, case.topic);
                (opt_in.is_some(), opt_in)
            }
            UserRule::Window { at_least, at_most } => plain(match case.since_last_act {
                Some(since) => {
                    at_least.is_none_or(|least| since >= least) && at_most.is_none_or(|most| since <= most)
                }
                None => at_most.is_none(),
            }),
            UserRule::UserCap { count, every } => {
                plain(memory.ads_count(None, earlier(case.now, every)) < count)
            }
            UserRule::PageCap { count, every } => {
                plain(memory.ads_count(Some(case.page), earlier(case.now, every)) < count)
            }
            UserRule::QuietHours {
                from_minute,
                to_minute,
            } => plain(!within(case.local_minute, from_minute, to_minute)),
        }
    }

    /// Whether a change of the user's mind can make the rule refuse an ad that is already on its
    /// way, so that it is judged again at delivery.
    fn is_judged_again(&self) -> bool {
        match self {
            UserRule::NotBlocked | UserRule::NotMuted | UserRule::OptIn(_) => true,
            UserRule::NoAds
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::Window { .. }
            | UserRule::UserCap { .. }
            | UserRule::PageCap { .. }
            | UserRule::QuietHours { .. } => false,
        }
    }
}

impl Policy {
    /// Judges the user's side.
    ///
    /// # Errors
    /// The first rule, in the policy's order, that refuses.
    pub fn judge(&self, case: &Case, memory: &impl Memory) -> Result<Permit, RuleKind> {
        permit(self.user_rules.iter(), case, memory)
    }

    /// Judges again, at the moment of delivery, what the user may have changed since.
    ///
    /// # Errors
    /// The rule that no longer holds. A block always refuses, whatever the policy says.
    pub fn judge_again(&self, case: &Case, memory: &impl Memory) -> Result<Permit, RuleKind> {
        if case.blocked {
            return Err(RuleKind::Block);
        }
        let again = self.user_rules.iter().filter(|rule| rule.is_judged_again());
        permit(again, case, memory)
    }

    /// Judges every rule of the user's side, also behind the first that refuses.
    #[must_use]
    pub fn explain(&self, case: &Case, memory: &impl Memory) -> Vec<(UserRule, bool)> {
        self.user_rules
            .iter()
            .map(|rule| (*rule, rule.admits(case, memory).0))
            .collect()
    }

    /// The longest period that a cap looks back over; `None` if no rule counts ads.
    #[must_use]
    pub fn longest_cap(&self) -> Option<Span> {
        let period = |rule: &UserRule| match *rule {
            UserRule::UserCap { every, .. } | UserRule::PageCap { every, .. } => Some(every),
            UserRule::NoAds
            | UserRule::NotBlocked
            | UserRule::NotMuted
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::OptIn(_)
            | UserRule::Window { .. }
            | UserRule::QuietHours { .. } => None,
        };
        self.user_rules.iter().filter_map(period).max()
    }
}

/// The permit that `rules` give together, or the first of them that refuses.
fn permit<'a>(
    rules: impl Iterator<Item = &'a UserRule>,
    case: &Case,
    memory: &impl Memory,
) -> Result<Permit, RuleKind> {
    let mut permit = Permit {
        conversation: case.opened,
        opt_in: None,
    };
    for rule in rules {
        let (admits, opt_in) = rule.admits(case, memory);
        if !admits {
            return Err(rule.kind());
        }
        permit.opt_in = opt_in.or(permit.opt_in);
    }
    Ok(permit)
}

impl TopicMatch {
    /// Whether an ad's topic is close enough to that of first contact.
    #[must_use]
    pub fn holds(self, first: Topic, ad: Topic) -> bool {
        match self {
            TopicMatch::Any => true,
            TopicMatch::Category => first.category == ad.category,
            TopicMatch::Product => first == ad,
        }
    }
}

impl OptInScope {
    /// Whether an opt-in on `given` covers an ad on `wanted`.
    #[must_use]
    pub fn covers(self, given: Topic, wanted: Topic) -> bool {
        match self {
            OptInScope::Page => true,
            OptInScope::Category => given.category == wanted.category,
            OptInScope::Product => given == wanted,
        }
    }
}

fn earlier(now: SimTime, span: Span) -> SimTime {
    SimTime(now.0.saturating_sub(span.0))
}

/// Whether `minute` lies in the part of the day from `from` up to `to`, which may pass midnight.
fn within(minute: u16, from: u16, to: u16) -> bool {
    if from <= to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::FormatSet;
    use proptest::prelude::*;

    /// A user's memory spelled out.
    #[derive(Clone, Default, Debug)]
    struct Known {
        opt_ins: Vec<(Topic, Act)>,
        ads: Vec<(PageId, SimTime)>,
    }

    impl Memory for Known {
        fn opt_in(&self, scope: OptInScope, topic: Topic) -> Option<Act> {
            self.opt_ins
                .iter()
                .find(|(given, _)| scope.covers(*given, topic))
                .map(|(_, act)| *act)
        }

        fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16 {
            self.ads
                .iter()
                .filter(|(p, at)| page.is_none_or(|page| *p == page) && *at > since)
                .count() as u16
        }
    }

    const TRAIL: Topic = Topic {
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

    fn case() -> Case {
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

    fn memory() -> Known {
        Known {
            opt_ins: vec![(TRAIL, Act(9))],
            ads: Vec::new(),
        }
    }

    fn everything() -> Vec<UserRule> {
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
            },
        ]
    }

    fn policy(user_rules: Vec<UserRule>) -> Policy {
        Policy {
            name: "test".into(),
            user_rules,
            page_rules: Vec::new(),
        }
    }

    fn recently(pages: &[PageId]) -> Known {
        Known {
            ads: pages
                .iter()
                .map(|page| (*page, SimTime(Span::DAY.0 * 3 - 1)))
                .collect(),
            ..memory()
        }
    }

    /// Each rule has a case in which all the others admit the ad and it alone refuses.
    #[test]
    fn every_rule_refuses_alone() {
        let good = case();
        assert_eq!(
            policy(everything()).judge(&good, &memory()),
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
        ];
        for (kind, case, memory) in cases {
            let policy = policy(everything());
            assert_eq!(policy.judge(&case, &memory), Err(kind));
            let refusing = policy
                .explain(&case, &memory)
                .into_iter()
                .filter(|(_, admits)| !admits);
            assert_eq!(
                refusing.map(|(rule, _)| rule.kind()).collect::<Vec<_>>(),
                [kind],
                "{kind:?} alone"
            );
        }
        assert_eq!(
            policy(vec![UserRule::NoAds]).judge(&good, &memory()),
            Err(RuleKind::NoAds)
        );
    }

    #[test]
    fn closeness_of_topics_is_a_setting() {
        let on = |closeness, first| {
            policy(vec![UserRule::FirstTopic(closeness)])
                .judge(
                    &Case {
                        first_topic: first,
                        ..case()
                    },
                    &memory(),
                )
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
            policy.judge(&case(), &seen(Span::DAY.0 - 1)),
            Err(RuleKind::UserCap)
        );
        assert!(policy.judge(&case(), &seen(Span::DAY.0)).is_ok());
    }

    #[test]
    fn delivery_judges_again_what_the_user_can_change() {
        let policy = policy(everything());
        assert!(policy.judge_again(&case(), &memory()).is_ok());
        assert_eq!(
            policy.judge_again(&case(), &Known::default()),
            Err(RuleKind::OptIn)
        );
        assert_eq!(
            policy.judge_again(
                &Case {
                    muted: true,
                    ..case()
                },
                &memory()
            ),
            Err(RuleKind::Mute)
        );
        let lax = super::tests::policy(Vec::new());
        assert_eq!(
            lax.judge_again(
                &Case {
                    blocked: true,
                    ..case()
                },
                &memory()
            ),
            Err(RuleKind::Block)
        );
        assert!(
            policy
                .judge_again(
                    &Case {
                        local_minute: 0,
                        ..case()
                    },
                    &memory()
                )
                .is_ok()
        );
    }

    fn any_case() -> impl Strategy<Value = (Case, Known)> {
        let topic = prop::sample::select(vec![TRAIL, ROAD, TENTS]);
        let topics = (topic.clone(), topic.clone(), prop::sample::select(Format::ALL));
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        let times = (prop::option::of(0..3 * Span::DAY.0), 0u16..1440);
        let known = (
            prop::collection::vec(topic, 0..3),
            prop::collection::vec((5u32..9, 0..3 * Span::DAY.0), 0..5),
        );
        (topics, flags, times, known).prop_map(
            |((ad, first, format), (user, blocked, muted), (since, minute), (given, ads))| {
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
                    opt_ins: given.into_iter().map(|topic| (topic, Act(9))).collect(),
                    ads: ads
                        .into_iter()
                        .map(|(page, at)| (PageId(page), SimTime(at)))
                        .collect(),
                };
                (case, known)
            },
        )
    }

    proptest! {
        /// The verdict is the first refusal of the explanation, and adding a rule never allows more.
        #[test]
        fn judging_agrees_with_explaining((case, known) in any_case(), kept in prop::collection::vec(any::<bool>(), 10)) {
            let rules: Vec<UserRule> =
                everything().into_iter().zip(kept).filter(|(_, keep)| *keep).map(|(rule, _)| rule).collect();
            let policy = policy(rules.clone());
            let first = policy.explain(&case, &known).into_iter().find(|(_, admits)| !admits).map(|(rule, _)| rule.kind());
            prop_assert_eq!(policy.judge(&case, &known).err(), first);
            for dropped in 0..rules.len() {
                let mut fewer = rules.clone();
                fewer.remove(dropped);
                let fewer = super::tests::policy(fewer);
                prop_assert!(policy.judge(&case, &known).is_err() || fewer.judge(&case, &known).is_ok());
            }
        }
    }
}
