//! Keys of `[policy]` that set when a page may turn to a user: grounds of ads, messages of its own,
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
    /// Within this after the user's last act towards the page.
    pub(crate) within: Option<Duration>,
    /// After that, one further message until the user acts again.
    #[serde(default)]
    pub(crate) one_further: bool,
    /// An opt-in that is good for an ad.
    pub(crate) opt_in: Option<AgreementFile>,
}

/// What an opt-in is good for.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementFile {
    /// What it must cover.
    pub(crate) scope: OptInWord,
    /// In how long it is good for one ad; without it, for one ad in all.
    pub(crate) every: Option<Duration>,
    /// How long it lives, in whole days; the last of them may end up to an hour early.
    pub(crate) life: Duration,
}

/// Reasons for a page's message.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesFile {
    /// Any message within this after the user's last act towards the page.
    pub(crate) within: Option<Duration>,
    /// Whether order notices may come at any time, by a tag or a template.
    #[serde(default)]
    pub(crate) order_notices: bool,
    /// Answers by people, not bots, within this after the user's last act.
    pub(crate) human_answers: Option<Duration>,
    /// Whether there is one further message, an ad or not, until the user acts again.
    #[serde(default)]
    pub(crate) one_further: bool,
}

/// When a page may ask for an opt-in.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestsFile {
    /// Within this after the user's last act towards the page.
    pub(crate) within: Duration,
    /// How long after an opt-in not for the same topic again, in whole days.
    pub(crate) again_after: Duration,
}

impl PolicyFile {
    /// What no single value can say: the key, and what is wrong with it.
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

/// A rule's parameters, where the file gives any.
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
        let opt_in = self.opt_in?;
        if opt_in.every == Some(Duration(Span::ZERO)) {
            return Some("`policy.grounds.opt_in.every` must be above zero");
        }
        match days(opt_in.life) {
            None | Some(0) => Some("`policy.grounds.opt_in.life` must be 1 to 65535 whole days"),
            Some(_) => None,
        }
    }
}

impl MessagesFile {
    /// The rules, what costs nothing first.
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

/// How many days it is, if it is whole days.
fn days(duration: Duration) -> Option<u16> {
    let span = duration.0;
    if span.0 % Span::DAY.0 == 0 {
        u16::try_from(span.0 / Span::DAY.0).ok()
    } else {
        None
    }
}
