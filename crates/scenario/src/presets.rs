//! Published ad policies as data. All use the same typed rules, so that they can be compared rule by rule;
//! each rule has a grade and a source.

mod pages;
mod published;
#[cfg(test)]
mod tests;

use crate::key::Grade;
use chappe_base::{Duration, Format, RuleKind, Span};
use chappe_platform::policy::{
    BasisRule, MessageRule, OnQuiet, OpenedBy, OptInRequest, OptInScope, OptInTerms, PageRule, Policy,
    TopicMatch, UserRule,
};
use std::fmt;

pub use pages::page_words;
pub(crate) use published::LEAK_2016;
pub use published::NAMES;

/// A published policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    /// Its name in a scenario.
    pub name: &'static str,
    /// What it permits, in a sentence.
    pub summary: &'static str,
    /// How good its source is.
    pub grade: Grade,
    /// Where it was published.
    pub source: &'static str,
    /// Rules about the user.
    pub user_rules: Vec<Sourced<UserRule>>,
    /// Rules about the page and its campaign.
    pub page_rules: Vec<Sourced<PageRule>>,
    /// Reasons for a page's own messages. If there are none, messages need no reason.
    pub message_rules: Vec<Sourced<MessageRule>>,
    /// When a page may ask for an opt-in.
    pub opt_in_request: Option<Sourced<OptInRequest>>,
}

/// A rule, and how good its source is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sourced<R> {
    /// The rule.
    pub rule: R,
    /// How good its source is.
    pub grade: Grade,
    /// Its source, or why it is assumed.
    pub source: &'static str,
    /// The real platform's error when the rule refuses, if it is known.
    pub code: Option<Code>,
}

/// An error of a real platform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    /// Its number, with a subcode after a slash.
    pub number: &'static str,
    /// Its text.
    pub words: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error {}: {}", self.number, self.words)
    }
}

fn sourced<R>(rule: R, grade: Grade, source: &'static str) -> Sourced<R> {
    Sourced {
        rule,
        grade,
        source,
        code: None,
    }
}

impl<R> Sourced<R> {
    /// The same rule with the real platform's error.
    fn code(self, number: &'static str, words: &'static str) -> Sourced<R> {
        let code = Some(Code { number, words });
        Sourced { code, ..self }
    }

    fn line(&self, kind: RuleKind, words: &str) -> String {
        let code = self.code.map(|code| format!("; {code}")).unwrap_or_default();
        format!(
            "  {}: {words} ({}: {}){code}\n",
            kind.label(),
            self.grade,
            self.source
        )
    }
}

impl Preset {
    /// The preset called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Preset> {
        published::named(name)
    }

    /// The real platform's error when the rule `kind` refuses, if it is known.
    #[must_use]
    pub fn code(&self, kind: RuleKind) -> Option<Code> {
        let user = self.user_rules.iter().map(|rule| (rule.rule.kind(), rule.code));
        let page = self.page_rules.iter().map(|rule| (rule.rule.kind(), rule.code));
        let message = self.message_rules.iter().map(|rule| (RuleKind::Tag, rule.code));
        let request = self.opt_in_request.iter();
        let request = request.map(|rule| (RuleKind::OptInRequest, rule.code));
        user.chain(page)
            .chain(message)
            .chain(request)
            .find_map(|(of, code)| code.filter(|_| of == kind))
    }

    /// Its rules as a policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            name: self.name.to_string(),
            user_rules: self.user_rules.iter().map(|sourced| sourced.rule).collect(),
            page_rules: self.page_rules.iter().map(|sourced| sourced.rule).collect(),
            message_rules: self.message_rules.iter().map(|sourced| sourced.rule).collect(),
            opt_in_request: self.opt_in_request.map(|sourced| sourced.rule),
        }
    }

    /// Its rules in words, each on a line with grade and source.
    #[must_use]
    pub fn describe(&self) -> String {
        let Preset {
            name,
            summary,
            grade,
            source,
            ..
        } = self;
        let mut text = format!("{name}: {summary}\n  grade {grade}: {source}\n");
        for rule in &self.user_rules {
            text += &rule.line(rule.rule.kind(), &words(&rule.rule));
        }
        for rule in &self.page_rules {
            text += &rule.line(rule.rule.kind(), &page_words(rule.rule));
        }
        for rule in &self.message_rules {
            text += &rule.line(RuleKind::Tag, &message_words(&rule.rule));
        }
        if let Some(rule) = &self.opt_in_request {
            text += &rule.line(RuleKind::OptInRequest, &request_words(&rule.rule));
        }
        text
    }
}

/// All presets.
#[must_use]
pub fn all() -> Vec<Preset> {
    NAMES.iter().filter_map(|name| Preset::named(name)).collect()
}

/// The key of `[policy]` that sets the rule `kind`. None for rules that every policy has.
pub(crate) fn key(kind: RuleKind) -> Option<&'static str> {
    match kind {
        RuleKind::NoAds => Some("ads"),
        RuleKind::OpenedBy => Some("opened_by"),
        RuleKind::FirstTopic => Some("first_topic"),
        RuleKind::Format => Some("formats"),
        RuleKind::OptIn => Some("opt_in"),
        RuleKind::Window => Some("window"),
        RuleKind::UserCap => Some("frequency_cap"),
        RuleKind::PageCap => Some("page_cap"),
        RuleKind::QuietHours => Some("quiet_hours"),
        RuleKind::Basis => Some("grounds"),
        RuleKind::UnansweredCap => Some("unanswered_cap"),
        RuleKind::Tag => Some("messages"),
        RuleKind::OptInRequest => Some("opt_in_requests"),
        RuleKind::Reserve => Some("reserve"),
        RuleKind::MessagePrice => Some("message_prices"),
        RuleKind::Tier => Some("tiers"),
        RuleKind::Quality => Some("quality"),
        RuleKind::Throughput => Some("throughput"),
        RuleKind::Quota => Some("quota"),
        RuleKind::Block | RuleKind::Mute | RuleKind::Running | RuleKind::Stock | RuleKind::Budget => None,
    }
}

/// What a rule about the user demands of an ad, in words.
#[must_use]
pub fn words(rule: &UserRule) -> String {
    match *rule {
        UserRule::NoAds => "no ads at all".to_string(),
        UserRule::NotBlocked => "not to a user who blocked the page".to_string(),
        UserRule::NotMuted => "not to a user who muted the page".to_string(),
        UserRule::OpenedBy(OpenedBy::User) => "only in conversations that the user opened".to_string(),
        UserRule::OpenedBy(OpenedBy::Anyone) => "in any conversation, whoever opened it".to_string(),
        UserRule::FirstTopic(TopicMatch::Any) => "on any topic".to_string(),
        UserRule::FirstTopic(TopicMatch::Category) => "only on the category of first contact".to_string(),
        UserRule::FirstTopic(TopicMatch::Product) => "only on the product of first contact".to_string(),
        UserRule::Formats(formats) => {
            let labels = Format::ALL.iter().filter(|format| formats.contains(**format));
            let labels: Vec<&str> = labels.map(|format| format.label()).collect();
            format!("only the formats {}", labels.join(", "))
        }
        UserRule::OptIn(OptInScope::Page) => "only with an opt-in to the page".to_string(),
        UserRule::OptIn(OptInScope::Category) => "only with an opt-in to the category".to_string(),
        UserRule::OptIn(OptInScope::Product) => "only with an opt-in to the product".to_string(),
        UserRule::Window { at_least, at_most } => {
            let at_least = at_least.map(|limit| format!("no sooner than {}", span(limit)));
            let at_most = at_most.map(|limit| format!("no later than {}", span(limit)));
            let limits: Vec<String> = at_least.into_iter().chain(at_most).collect();
            format!("{} after the user's last act", limits.join(" and "))
        }
        UserRule::UserCap { count, every } => {
            format!("at most {count} in {} to a user, over all pages", span(every))
        }
        UserRule::PageCap { count, every } => {
            format!("at most {count} in {} to a user from one page", span(every))
        }
        UserRule::QuietHours {
            from_minute,
            to_minute,
            on_quiet,
        } => {
            let late = match on_quiet {
                OnQuiet::Hold => "held until then",
                OnQuiet::Withdraw => "withdrawn",
            };
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            format!(
                "not between {} and {} of the user's day; what would be delivered in it is {late}",
                clock(from_minute),
                clock(to_minute)
            )
        }
        UserRule::Basis(grounds) => ground_words(&grounds),
        UserRule::UnansweredCap { count, every } => {
            let every = span(every);
            format!(
                "at most {count} in {every} to a user, over all pages, not counting ads that the user answered"
            )
        }
    }
}

fn ground_words(grounds: &BasisRule) -> String {
    let within = grounds
        .within
        .map(|limit| format!("within {} after the user's last act", span(limit)));
    let further = grounds
        .one_further
        .then(|| "one further message after that until the user acts again".to_string());
    let opt_in = grounds.opt_in.map(|agreement| {
        let OptInTerms {
            scope,
            every,
            life_days,
        } = agreement;
        let of = match scope {
            OptInScope::Page => "page",
            OptInScope::Category => "category",
            OptInScope::Product => "product",
        };
        let often = every.map_or("one ad".to_string(), |every| format!("one ad in {}", span(every)));
        format!("with an opt-in to the {of}, valid for {often} and for {life_days} days")
    });
    let grounds: Vec<String> = within.into_iter().chain(further).chain(opt_in).collect();
    grounds.join(", or ")
}

/// What a rule permits of a page's own messages, in words.
#[must_use]
pub fn message_words(rule: &MessageRule) -> String {
    match *rule {
        MessageRule::Within(limit) => {
            format!(
                "a page's message within {} after the user's last act",
                span(limit)
            )
        }
        MessageRule::OrderNotices => "an order notice at any time".to_string(),
        MessageRule::HumanAnswers(limit) => {
            format!(
                "an answer by people within {} after the user's last act",
                span(limit)
            )
        }
        MessageRule::OneFurther => "one further message, an ad or not, until the user acts again".to_string(),
    }
}

/// What a rule about requests for opt-ins demands, in words.
#[must_use]
pub fn request_words(rule: &OptInRequest) -> String {
    format!(
        "a request for an opt-in within {} after the user's last act, once in {} days for each topic",
        span(rule.within),
        rule.again_after_days
    )
}

fn span(span: Span) -> String {
    Duration(span).to_string()
}
