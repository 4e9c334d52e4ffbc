//! Judging one ad for one user against a policy.

use super::grounds::{Ground, Grounds, OptIn};
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
    /// The act of a live opt-in towards the case's page that covers `topic` in this scope, and of
    /// which `is_good` holds.
    fn opt_in(&self, scope: OptInScope, topic: Topic, is_good: impl Fn(&OptIn) -> bool) -> Option<Act>;

    /// Whether the page has sent its one further message since the user's last act towards it.
    fn further_sent(&self) -> bool;

    /// Ads reserved for or delivered to the user after `since`, from `page` or from all pages.
    fn ads_count(&self, page: Option<PageId>, since: SimTime) -> u16;

    /// Of those from all pages, the ones after which the user has not acted towards their page.
    fn unanswered_count(&self, since: SimTime) -> u16;
}

impl UserRule {
    /// Whether the rule lets the ad through, and the opt-in that it leans on.
    #[inline(always)]
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
                let opt_in = memory.opt_in(scope, case.topic, |_| true);
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
            UserRule::Grounds(grounds) => match grounds.find(case, memory) {
                None => plain(false),
                Some(Ground::Window | Ground::Further) => plain(true),
                Some(Ground::OptIn(act)) => (true, Some(act)),
            },
            UserRule::UnansweredCap { count, every } => {
                plain(memory.unanswered_count(earlier(case.now, every)) < count)
            }
        }
    }

    /// Whether a change of the user's mind, or other ads, can make the rule refuse an ad that is
    /// already on its way, so that it is judged again at delivery.
    fn is_judged_again(&self) -> bool {
        match self {
            UserRule::NotBlocked
            | UserRule::NotMuted
            | UserRule::OptIn(_)
            | UserRule::UserCap { .. }
            | UserRule::PageCap { .. }
            | UserRule::UnansweredCap { .. } => true,
            UserRule::NoAds
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::Window { .. }
            | UserRule::QuietHours { .. }
            | UserRule::Grounds(_) => false,
        }
    }
}

impl Policy {
    /// Judges the user's side.
    ///
    /// # Errors
    /// The first rule, in the policy's order, that refuses.
    #[inline]
    pub fn judge(&self, case: &Case, memory: &impl Memory) -> Result<Permit, RuleKind> {
        permit(self.user_rules.iter(), case, memory)
    }

    /// The ground that `judge` lets an ad through on; `None` if the policy asks for none.
    #[must_use]
    pub fn ground(&self, case: &Case, memory: &impl Memory) -> Option<Ground> {
        self.grounds()?.find(case, memory)
    }

    /// Judges again, at the moment of delivery, what may have changed since an ad was `reserved`, which
    /// `memory` leaves out: also the opt-in that is the ad's ground, if `ground` is one. No other takes
    /// its place: it was not taken up.
    ///
    /// # Errors
    /// The rule that no longer holds. A block always refuses, whatever the policy says.
    pub fn judge_again(
        &self,
        case: &Case,
        memory: &impl Memory,
        ground: Option<Ground>,
        reserved: SimTime,
    ) -> Result<Permit, RuleKind> {
        if case.blocked {
            return Err(RuleKind::Block);
        }
        let again = self.user_rules.iter().filter(|rule| rule.is_judged_again());
        let permit = permit(again, case, memory)?;
        let (Some(Ground::OptIn(act)), Some(agreement)) =
            (ground, self.grounds().and_then(|grounds| grounds.opt_in))
        else {
            return Ok(permit);
        };
        let opt_in = memory.opt_in(agreement.scope, case.topic, |opt_in| {
            act == { opt_in.act } && agreement.still_covers(opt_in, reserved, case.now)
        });
        let opt_in = Some(opt_in.ok_or(RuleKind::Grounds)?);
        Ok(Permit { opt_in, ..permit })
    }

    fn grounds(&self) -> Option<&Grounds> {
        self.user_rules.iter().find_map(|rule| {
            if let UserRule::Grounds(grounds) = rule {
                Some(grounds)
            } else {
                None
            }
        })
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
            UserRule::UserCap { every, .. }
            | UserRule::PageCap { every, .. }
            | UserRule::UnansweredCap { every, .. } => Some(every),
            UserRule::NoAds
            | UserRule::NotBlocked
            | UserRule::NotMuted
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::OptIn(_)
            | UserRule::Window { .. }
            | UserRule::QuietHours { .. }
            | UserRule::Grounds(_) => None,
        };
        self.user_rules.iter().filter_map(period).max()
    }
}

/// The permit that `rules` give together, or the first of them that refuses.
#[inline]
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
#[path = "decide_tests.rs"]
pub(super) mod tests;
