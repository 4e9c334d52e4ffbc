//! Rules about a page's messages other than ads, and about its requests for an opt-in.

use super::opt_in::OptIn;
use chappe_base::{MessageClass, SimTime, Span};

/// A condition that admits a page's message. If a policy has any, at least one must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MessageRule {
    /// Any message, within this time after the user's last act towards the page.
    Within(Span),
    /// Notices about an order, at any time.
    OrderNotices,
    /// Answers by people, not bots, within this time after the user's last act.
    HumanAnswers(Span),
    /// One further message (an ad counts too) until the user acts again.
    OneFurther,
}

/// A page's message to a user, with the state of their conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageContext {
    /// The class of the message.
    pub class: MessageClass,
    /// Whether people answer the page's hot-line.
    pub by_people: bool,
    /// Time since the user's last act towards the page; `None` if there was none.
    pub since_last_act: Option<Span>,
    /// Whether the one further message was sent since then.
    pub further_sent: bool,
}

/// When a page may request an opt-in. The model has no requests that the user declines, so the rule judges
/// the opt-in itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInRequest {
    /// Longest time since the user's last act towards the page.
    pub within: Span,
    /// Days after an opt-in on record before the next request on the same topic.
    pub again_after_days: u16,
}

impl MessageRule {
    pub(super) fn admits(&self, contact: &MessageContext) -> bool {
        let is_within = |span: Span| contact.since_last_act.is_some_and(|since| since <= span);
        match *self {
            MessageRule::Within(span) => is_within(span),
            MessageRule::OrderNotices => contact.class == MessageClass::OrderNotice,
            MessageRule::HumanAnswers(span) => {
                contact.class == MessageClass::HotLine && contact.by_people && is_within(span)
            }
            MessageRule::OneFurther => contact.since_last_act.is_some() && !contact.further_sent,
        }
    }
}

impl OptInRequest {
    /// Whether the page may request an opt-in at `now`; `on_record` is the live opt-in on the same topic. Its
    /// time is known to the hour, so a request may be admitted up to an hour late, never early.
    #[must_use]
    pub fn admits(&self, now: SimTime, since_last_act: Option<Span>, on_record: Option<OptIn>) -> bool {
        let hours = |opt_in: OptIn| i32::from(now.hours()) - i32::from(opt_in.given);
        since_last_act.is_some_and(|since| since <= self.within)
            && on_record.is_none_or(|opt_in| match self.again_after_days {
                0 => true,
                days => hours(opt_in) >= 24 * i32::from(days),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::Policy;
    use super::*;
    use chappe_base::{Act, RuleKind, Seconds, Topic};

    #[test]
    fn a_message_needs_one_reason() {
        let (hour, days) = (Span::HOUR, |days: i64| Span(days * Span::DAY.0));
        let (within, notices) = (MessageRule::Within(Span::DAY), MessageRule::OrderNotices);
        let (people, further) = (MessageRule::HumanAnswers(days(7)), MessageRule::OneFurther);
        let late = Span(Span::DAY.0 + 1);
        let too_late = Some(Span(days(7).0 + 1));
        let rules = vec![within, notices, people, further];
        let (answer, notice) = (MessageClass::HotLine, MessageClass::OrderNotice);
        let cases = [
            (vec![], answer, false, None, true, Ok(None)),
            (rules.clone(), answer, false, Some(hour), true, Ok(Some(within))),
            (
                rules.clone(),
                notice,
                false,
                Some(Span::DAY),
                true,
                Ok(Some(within)),
            ),
            (rules.clone(), notice, false, Some(late), true, Ok(Some(notices))),
            (rules.clone(), notice, false, None, true, Ok(Some(notices))),
            (rules.clone(), answer, true, Some(days(7)), true, Ok(Some(people))),
            (rules.clone(), answer, true, too_late, true, Err(RuleKind::Tag)),
            (rules.clone(), answer, false, Some(late), true, Err(RuleKind::Tag)),
            (rules.clone(), answer, false, Some(late), false, Ok(Some(further))),
            (rules, answer, true, None, false, Err(RuleKind::Tag)),
            (vec![within], notice, true, Some(late), false, Err(RuleKind::Tag)),
        ];
        for (number, (message_rules, class, by_people, since_last_act, further_sent, expected)) in
            cases.into_iter().enumerate()
        {
            let policy = Policy {
                message_rules,
                ..Policy::default()
            };
            let contact = MessageContext {
                class,
                by_people,
                since_last_act,
                further_sent,
            };
            assert_eq!(policy.judge_message(&contact), expected, "case {number}");
        }
    }

    #[test]
    fn an_opt_in_is_asked_for_in_the_window_and_once_in_a_while() {
        let rule = OptInRequest {
            within: Span::DAY,
            again_after_days: 7,
        };
        let now = SimTime(8 * Span::DAY.0);
        let given = |day: i64| {
            Some(OptIn {
                topic: Topic::default(),
                act: Act(9),
                given: SimTime(day * Span::DAY.0).hours_above(),
                used: Seconds::NEVER,
            })
        };
        let cases = [
            (Some(Span::DAY), None, true),
            (Some(Span(Span::DAY.0 + 1)), None, false),
            (None, None, false),
            (Some(Span::HOUR), given(1), true),
            (Some(Span::HOUR), given(2), false),
        ];
        for (since, on_record, expected) in cases {
            assert_eq!(
                rule.admits(now, since, on_record),
                expected,
                "{since:?} {on_record:?}"
            );
        }
    }
}
