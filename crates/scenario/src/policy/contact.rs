//! Keys of `[policy]` that say when a page may contact a user: grounds for ads, messages of its own, and
//! requests for an opt-in.

use super::{OptInWord, PolicyFile, Setting};
use chappe_base::{Duration, Span};
use chappe_platform::policy::{BasisRule, MessageRule, OptInRequest, OptInTerms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reasons for an ad.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroundsFile {
    /// Any ad within this time after the user's last act towards the page.
    pub(crate) within: Option<Duration>,
    /// After that time, one further message until the user acts again.
    #[serde(default)]
    pub(crate) one_further: bool,
    /// An ad on which the user's opt-in is valid.
    pub(crate) opt_in: Option<AgreementFile>,
}

/// What an opt-in permits.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementFile {
    /// What it must cover of the ad.
    pub(crate) scope: OptInWord,
    /// It permits one ad in each such period; if absent, one ad in total.
    #[schemars(extend("x-above-zero" = true))]
    pub(crate) every: Option<Duration>,
    /// How long it is valid, in whole days. The last day may end up to an hour early.
    #[schemars(extend("x-above-zero" = true))]
    pub(crate) life: Duration,
}

/// Reasons for a page's message.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesFile {
    /// Any message within this time after the user's last act towards the page.
    pub(crate) within: Option<Duration>,
    /// Whether order notices may be sent at any time, by a tag or a template.
    #[serde(default)]
    pub(crate) order_notices: bool,
    /// Answers by people, not bots, within this time after the user's last act.
    pub(crate) human_answers: Option<Duration>,
    /// Whether one further message, an ad or not, may be sent until the user acts again.
    #[serde(default)]
    pub(crate) one_further: bool,
}

/// When a page may ask for an opt-in.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestsFile {
    /// Only within this time after the user's last act towards the page.
    pub(crate) within: Duration,
    /// Time after an opt-in in which the page may not ask for the same topic again, in whole days.
    pub(crate) again_after: Duration,
}

impl PolicyFile {
    /// The key whose values contradict each other, and how.
    pub(crate) fn contact_problem(&self) -> Option<(&'static str, &'static str)> {
        let grounds = setting(&self.grounds).and_then(GroundsFile::problem);
        let messages = setting(&self.messages).and_then(MessagesFile::problem);
        let requests = setting(&self.opt_in_requests).and_then(RequestsFile::problem);
        let named = |key| move |text| (key, text);
        grounds
            .map(named("grounds"))
            .or(messages.map(named("messages")))
            .or(requests.map(named("opt_in_requests")))
    }
}

/// A rule's parameters, if the file gives any.
fn setting<T>(setting: &Option<Setting<T>>) -> Option<&T> {
    match setting {
        Some(Setting::Is(value)) => Some(value),
        Some(Setting::Off) | None => None,
    }
}

impl GroundsFile {
    pub(super) fn rule(&self) -> BasisRule {
        let agreement = |opt_in: AgreementFile| OptInTerms {
            scope: opt_in.scope.scope(),
            every: opt_in.every.map(|every| every.0),
            life_days: days(opt_in.life).unwrap_or_default(),
        };
        BasisRule {
            within: self.within.map(|within| within.0),
            one_further: self.one_further,
            opt_in: self.opt_in.map(agreement),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        if self.within.is_none() && !self.one_further && self.opt_in.is_none() {
            return Some("`policy.grounds` needs `within`, `one_further`, `opt_in` or several of them");
        }
        match days(self.opt_in?.life) {
            None | Some(0) => Some("`policy.grounds.opt_in.life` must be 1 to 65535 whole days"),
            Some(_) => None,
        }
    }
}

impl MessagesFile {
    /// The rules. A page spends its one further message only if no other rule holds, so that comes last.
    pub(super) fn rules(&self) -> Vec<MessageRule> {
        let within = self.within.map(|span| MessageRule::Within(span.0));
        let notices = self.order_notices.then_some(MessageRule::OrderNotices);
        let people = self.human_answers.map(|span| MessageRule::HumanAnswers(span.0));
        let further = self.one_further.then_some(MessageRule::OneFurther);
        [within, notices, people, further].into_iter().flatten().collect()
    }

    fn problem(&self) -> Option<&'static str> {
        self.rules()
            .is_empty()
            .then_some("`policy.messages` needs at least one of its keys; without the rule, write \"none\"")
    }
}

impl RequestsFile {
    pub(super) fn rule(&self) -> OptInRequest {
        OptInRequest {
            within: self.within.0,
            again_after_days: days(self.again_after).unwrap_or_default(),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        days(self.again_after)
            .is_none()
            .then_some("`policy.opt_in_requests.again_after` must be 0 to 65535 whole days")
    }
}

/// The number of days, if `duration` is whole days.
fn days(duration: Duration) -> Option<u16> {
    let span = duration.0;
    if span.0 % Span::DAY.0 == 0 {
        u16::try_from(span.0 / Span::DAY.0).ok()
    } else {
        None
    }
}
