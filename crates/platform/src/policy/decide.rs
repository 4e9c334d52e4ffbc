//! Judges ads for users by the user-side rules of a policy.
//!
//! To add a rule, start here: [`UserRule::judge`] says what it needs to know, `is_judged_again` whether its
//! result can change before delivery.

use super::ad_context::AdContext;
use super::basis::{Basis, BasisRule};
use super::candidate_batch::{BATCH_SIZE, CandidateBatch, Verdict, unrefused};
use super::page_messages::{MessageContext, MessageRule};
use super::rule::{OnQuiet, OpenedBy, Policy, TopicMatch, UserRule};
use chappe_base::{Permit, RuleKind, SimTime, Span, Topic};
use std::array;

impl UserRule {
    /// Judges the ads of the batch. By state first where possible: it is at hand, while history is looked up.
    #[inline(always)]
    fn judge<M: AdContext, const N: usize>(&self, batch: &mut CandidateBatch<'_, M, N>) {
        let kind = self.kind();
        match *self {
            UserRule::NoAds => batch.by_state(kind, |_| false),
            UserRule::NotBlocked => batch.by_state(kind, |ad| !ad.is_blocked()),
            UserRule::NotMuted => batch.by_state(kind, |ad| !ad.is_muted()),
            UserRule::OpenedBy(OpenedBy::User) => batch.by_state(kind, M::is_opened_by_user),
            UserRule::OpenedBy(OpenedBy::Anyone) => {}
            UserRule::FirstTopic(closeness) => {
                batch.by_state(kind, |ad| closeness.holds(ad.first_topic(), ad.topic()));
            }
            UserRule::Formats(formats) => batch.by_state(kind, |ad| formats.contains(ad.format())),
            UserRule::OptIn(scope) => {
                batch.by_consent(kind, |ad| ad.opt_in(scope, ad.topic(), |_| true).map(Some));
            }
            UserRule::Window { at_least, at_most } => batch.by_state(kind, |ad| match ad.since_last_act() {
                Some(since) => {
                    at_least.is_none_or(|least| since >= least) & at_most.is_none_or(|most| since <= most)
                }
                None => at_most.is_none(),
            }),
            UserRule::UserCap { count, every } => {
                batch.by_history(kind, |ad| ad.ads_count(None, earlier(ad.now(), every)) < count);
            }
            UserRule::PageCap { count, every } => batch.by_history(kind, |ad| {
                ad.ads_count(Some(ad.page()), earlier(ad.now(), every)) < count
            }),
            UserRule::QuietHours {
                from_minute,
                to_minute,
                ..
            } => batch.by_state(kind, |ad| !within(ad.local_minute(), from_minute, to_minute)),
            UserRule::Basis(rule) => batch.by_consent(kind, |ad| match rule.find(ad)? {
                Basis::Window | Basis::Further => Some(None),
                Basis::OptIn(act) => Some(Some(act)),
            }),
            UserRule::UnansweredCap { count, every } => {
                batch.by_history(kind, |ad| ad.unanswered_count(earlier(ad.now(), every)) < count);
            }
        }
    }

    /// Whether the rule is judged again at delivery, because the user, other ads or the time of day can change
    /// its result while an ad is under way.
    fn is_judged_again(&self) -> bool {
        match self {
            UserRule::NotBlocked
            | UserRule::NotMuted
            | UserRule::OptIn(_)
            | UserRule::UserCap { .. }
            | UserRule::PageCap { .. }
            | UserRule::QuietHours { .. }
            | UserRule::UnansweredCap { .. } => true,
            UserRule::NoAds
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::Window { .. }
            | UserRule::Basis(_) => false,
        }
    }
}

impl Policy {
    /// Judges one ad by the user-side rules.
    ///
    /// # Errors
    /// The first rule, in the policy's order, that refuses.
    #[inline]
    pub fn judge(&self, ad: &impl AdContext) -> Verdict {
        verdict_of(self.user_rules.iter(), ad)
    }

    /// Judges many ads by the user-side rules, in batches. Appends the verdicts in their order.
    pub(crate) fn judge_all<M: AdContext>(&self, ads: &[M], verdicts: &mut Vec<Verdict>) {
        let (batches, rest) = ads.as_chunks::<BATCH_SIZE>();
        for ads in batches {
            verdicts.extend(verdicts_of(self.user_rules.iter(), ads));
        }
        verdicts.extend(rest.iter().map(|ad| self.judge(ad)));
    }

    /// The basis on which `judge` allows the ad; `None` if the policy needs none.
    #[must_use]
    pub fn basis(&self, ad: &impl AdContext) -> Option<Basis> {
        self.basis_rule()?.find(ad)
    }

    /// Judges again, at delivery, what may have changed since the ad was `reserved`. `ad` must not count the
    /// ad itself. If `basis` is an opt-in, that one must still hold: another one was not used by this ad.
    ///
    /// # Errors
    /// The rule that no longer holds. A block always refuses, whatever the policy says.
    pub fn judge_again(&self, ad: &impl AdContext, basis: Option<Basis>, reserved: SimTime) -> Verdict {
        if ad.is_blocked() {
            return Err(RuleKind::Block);
        }
        let again = self.user_rules.iter().filter(|rule| rule.is_judged_again());
        let permit = verdict_of(again, ad)?;
        let (Some(Basis::OptIn(act)), Some(terms)) = (basis, self.basis_rule().and_then(|rule| rule.opt_in))
        else {
            return Ok(permit);
        };
        let opt_in = ad.opt_in(terms.scope, ad.topic(), |opt_in| {
            act == { opt_in.act } && terms.still_covers(opt_in, reserved, ad.now())
        });
        let opt_in = Some(opt_in.ok_or(RuleKind::Basis)?);
        Ok(Permit { opt_in, ..permit })
    }

    /// Until when an ad is held that `rule` refuses at delivery; `None` if it is to be withdrawn. Only quiet
    /// hours end by themselves.
    #[must_use]
    pub fn held_until(&self, rule: RuleKind, ad: &impl AdContext) -> Option<SimTime> {
        let mut rules = self.user_rules.iter().filter(|own| own.kind() == rule);
        rules.find_map(|rule| match *rule {
            UserRule::QuietHours {
                to_minute,
                on_quiet: OnQuiet::Hold,
                ..
            } => {
                let minutes = (i64::from(to_minute) - i64::from(ad.local_minute())).rem_euclid(24 * 60);
                let minute = ad.now().0 - ad.now().0.rem_euclid(Span::MINUTE.0);
                Some(SimTime(minute + minutes * Span::MINUTE.0))
            }
            UserRule::QuietHours {
                on_quiet: OnQuiet::Withdraw,
                ..
            }
            | UserRule::NoAds
            | UserRule::NotBlocked
            | UserRule::NotMuted
            | UserRule::OpenedBy(_)
            | UserRule::FirstTopic(_)
            | UserRule::Formats(_)
            | UserRule::OptIn(_)
            | UserRule::Window { .. }
            | UserRule::UserCap { .. }
            | UserRule::PageCap { .. }
            | UserRule::Basis(_)
            | UserRule::UnansweredCap { .. } => None,
        })
    }

    /// The first rule that admits a page's message; `None` if the policy has no such rules and admits all.
    ///
    /// # Errors
    /// [`RuleKind::Tag`] if no rule admits it.
    pub fn judge_message(&self, contact: &MessageContext) -> Result<Option<MessageRule>, RuleKind> {
        let rule = self.message_rules.iter().find(|rule| rule.admits(contact));
        if rule.is_none() && !self.message_rules.is_empty() {
            return Err(RuleKind::Tag);
        }
        Ok(rule.copied())
    }

    fn basis_rule(&self) -> Option<&BasisRule> {
        self.user_rules.iter().find_map(|rule| {
            if let UserRule::Basis(rule) = rule {
                Some(rule)
            } else {
                None
            }
        })
    }

    /// Judges every user-side rule, also those after the first that refuses.
    #[must_use]
    pub fn explain(&self, ad: &impl AdContext) -> Vec<(UserRule, bool)> {
        self.user_rules
            .iter()
            .map(|rule| (*rule, verdict_of(std::iter::once(rule), ad).is_ok()))
            .collect()
    }

    /// The longest period of a cap; `None` if no rule counts ads.
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
            | UserRule::Basis(_) => None,
        };
        self.user_rules.iter().filter_map(period).max()
    }
}

/// For each ad the permit, or the first of `rules` that refuses.
#[inline]
fn verdicts_of<'a, M: AdContext, const N: usize>(
    rules: impl Iterator<Item = &'a UserRule>,
    ads: &[M; N],
) -> [Verdict; N] {
    let mut verdicts = ads.each_ref().map(unrefused);
    let mut batch = CandidateBatch::new(ads, &mut verdicts);
    for rule in rules {
        rule.judge(&mut batch);
        // Most ads are refused by an early rule, and later ones cost look-ups.
        if !batch.is_open() {
            break;
        }
    }
    verdicts
}

/// The same for one ad.
#[inline]
fn verdict_of<'a>(rules: impl Iterator<Item = &'a UserRule>, ad: &impl AdContext) -> Verdict {
    let [verdict] = verdicts_of(rules, array::from_ref(ad));
    verdict
}

impl TopicMatch {
    /// Whether the ad's topic matches the topic of first contact.
    #[must_use]
    pub fn holds(self, first: Topic, ad: Topic) -> bool {
        match self {
            TopicMatch::Any => true,
            TopicMatch::Category => first.category == ad.category,
            TopicMatch::Product => first == ad,
        }
    }
}

fn earlier(now: SimTime, span: Span) -> SimTime {
    SimTime(now.0.saturating_sub(span.0))
}

/// Whether `minute` is in the part of the day from `from` to `to`, which may include midnight.
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
