//! Judging ads for users against a policy.

use super::docket::{DOCKET_SIZE, Docket, Verdict, unrefused};
use super::grounds::{Ground, Grounds};
use super::matter::Matter;
use super::rule::{OpenedBy, OptInScope, Policy, TopicMatch, UserRule};
use chappe_base::{Permit, RuleKind, SimTime, Span, Topic};
use std::array;

impl UserRule {
    /// Judges the ads on the docket.
    #[inline(always)]
    fn judge<M: Matter, const N: usize>(&self, docket: &mut Docket<'_, M, N>) {
        let kind = self.kind();
        match *self {
            UserRule::NoAds => docket.look(kind, |_| false),
            UserRule::NotBlocked => docket.look(kind, |ad| !ad.is_blocked()),
            UserRule::NotMuted => docket.look(kind, |ad| !ad.is_muted()),
            UserRule::OpenedBy(OpenedBy::User) => docket.look(kind, M::is_opened_by_user),
            UserRule::OpenedBy(OpenedBy::Anyone) => {}
            UserRule::FirstTopic(closeness) => {
                docket.look(kind, |ad| closeness.holds(ad.first_topic(), ad.topic()));
            }
            UserRule::Formats(formats) => docket.look(kind, |ad| formats.contains(ad.format())),
            UserRule::OptIn(scope) => {
                docket.lean(kind, |ad| ad.opt_in(scope, ad.topic(), |_| true).map(Some));
            }
            UserRule::Window { at_least, at_most } => docket.look(kind, |ad| match ad.since_last_act() {
                Some(since) => {
                    at_least.is_none_or(|least| since >= least) & at_most.is_none_or(|most| since <= most)
                }
                None => at_most.is_none(),
            }),
            UserRule::UserCap { count, every } => {
                docket.look_up(kind, |ad| ad.ads_count(None, earlier(ad.now(), every)) < count);
            }
            UserRule::PageCap { count, every } => docket.look_up(kind, |ad| {
                ad.ads_count(Some(ad.page()), earlier(ad.now(), every)) < count
            }),
            UserRule::QuietHours {
                from_minute,
                to_minute,
            } => docket.look(kind, |ad| !within(ad.local_minute(), from_minute, to_minute)),
            UserRule::Grounds(grounds) => docket.lean(kind, |ad| match grounds.find(ad)? {
                Ground::Window | Ground::Further => Some(None),
                Ground::OptIn(act) => Some(Some(act)),
            }),
            UserRule::UnansweredCap { count, every } => {
                docket.look_up(kind, |ad| ad.unanswered_count(earlier(ad.now(), every)) < count);
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
    pub fn judge(&self, ad: &impl Matter) -> Verdict {
        verdict_of(self.user_rules.iter(), ad)
    }

    /// Judges the user's side of many ads, and adds the verdicts to `verdicts`, in their order.
    pub(crate) fn judge_all<M: Matter>(&self, ads: &[M], verdicts: &mut Vec<Verdict>) {
        let (dockets, rest) = ads.as_chunks::<DOCKET_SIZE>();
        for ads in dockets {
            verdicts.extend(verdicts_of(self.user_rules.iter(), ads));
        }
        verdicts.extend(rest.iter().map(|ad| self.judge(ad)));
    }

    /// The ground that `judge` lets an ad through on; `None` if the policy asks for none.
    #[must_use]
    pub fn ground(&self, ad: &impl Matter) -> Option<Ground> {
        self.grounds()?.find(ad)
    }

    /// Judges again, at the moment of delivery, what may have changed since an ad was `reserved`, which
    /// `ad` leaves out: also the opt-in that is the ad's ground, if `ground` is one. No other takes
    /// its place: it was not taken up.
    ///
    /// # Errors
    /// The rule that no longer holds. A block always refuses, whatever the policy says.
    pub fn judge_again(&self, ad: &impl Matter, ground: Option<Ground>, reserved: SimTime) -> Verdict {
        if ad.is_blocked() {
            return Err(RuleKind::Block);
        }
        let again = self.user_rules.iter().filter(|rule| rule.is_judged_again());
        let permit = verdict_of(again, ad)?;
        let (Some(Ground::OptIn(act)), Some(agreement)) =
            (ground, self.grounds().and_then(|grounds| grounds.opt_in))
        else {
            return Ok(permit);
        };
        let opt_in = ad.opt_in(agreement.scope, ad.topic(), |opt_in| {
            act == { opt_in.act } && agreement.still_covers(opt_in, reserved, ad.now())
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
    pub fn explain(&self, ad: &impl Matter) -> Vec<(UserRule, bool)> {
        self.user_rules
            .iter()
            .map(|rule| (*rule, verdict_of(std::iter::once(rule), ad).is_ok()))
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

/// The permit that `rules` give each ad together, or the first of them that refuses it.
#[inline]
fn verdicts_of<'a, M: Matter, const N: usize>(
    rules: impl Iterator<Item = &'a UserRule>,
    ads: &[M; N],
) -> [Verdict; N] {
    let mut verdicts = ads.each_ref().map(unrefused);
    let mut docket = Docket::new(ads, &mut verdicts);
    for rule in rules {
        rule.judge(&mut docket);
        if !docket.is_open() {
            break;
        }
    }
    verdicts
}

/// The same for one ad.
#[inline]
fn verdict_of<'a>(rules: impl Iterator<Item = &'a UserRule>, ad: &impl Matter) -> Verdict {
    let [verdict] = verdicts_of(rules, array::from_ref(ad));
    verdict
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
