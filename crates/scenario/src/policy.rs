//! The section `[policy]`: a preset, and rules that replace the preset's. A scenario names only the rules
//! that it changes, because published policies are compared rule by rule.

mod contact;

use crate::page_policy::{self, MessagePricesFile, QualityFile, QuotaFile, ThroughputFile, TiersFile};
use crate::presets;
use chappe_base::{Amount, Duration, Format, RuleKind};
use chappe_platform::policy::{
    FormatSet, OnQuiet, OpenedBy, OptInScope, PageRule, Policy, TopicMatch, UserRule,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

pub(crate) use contact::{GroundsFile, MessagesFile, RequestsFile};

/// The rules for ads and for messages of pages. `"none"` or `false` removes a rule from the preset.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PolicyFile {
    /// The published policy whose rules apply; `chappe presets` lists the rules, grade and source of each.
    #[schemars(extend("enum" = presets::NAMES, "x-audience" = "product"))]
    pub(crate) preset: String,
    /// Whether ads are allowed at all.
    pub(crate) ads: Option<bool>,
    /// Who must have opened the conversation with the page.
    pub(crate) opened_by: Option<Setting<OpenedByWord>>,
    /// How closely the ad's topic must match the topic of the user's first contact with the page.
    #[schemars(title = "Topic of ads", extend("x-audience" = "product"))]
    pub(crate) first_topic: Option<Setting<TopicWord>>,
    /// The formats that ads may have.
    pub(crate) formats: Option<Setting<Formats>>,
    /// What the user's opt-in must cover.
    #[schemars(title = "Consent to ads", extend("x-audience" = "product"))]
    pub(crate) opt_in: Option<Setting<OptInWord>>,
    /// How long after the user's last act towards the page an ad may be sent.
    pub(crate) window: Option<Setting<WindowFile>>,
    /// The most ads that one user gets from all pages together.
    #[schemars(title = "Cap on ads to a user", extend("x-audience" = "product"))]
    pub(crate) frequency_cap: Option<Setting<FrequencyCap>>,
    /// The most ads that one user gets from one page.
    pub(crate) page_cap: Option<Setting<PageCap>>,
    /// Time of day, in the user's time zone, in which no ads are sent.
    #[schemars(title = "Quiet hours", extend("x-audience" = "product"))]
    pub(crate) quiet_hours: Option<Setting<QuietHours>>,
    /// Reasons for an ad; at least one must hold.
    pub(crate) grounds: Option<Setting<GroundsFile>>,
    /// The most ads that one user gets from all pages together, not counting those that the user answered
    /// by an act towards the page.
    pub(crate) unanswered_cap: Option<Setting<FrequencyCap>>,
    /// Reasons for a page's answers and order notices; at least one must hold. Without the rule they may
    /// always be sent.
    pub(crate) messages: Option<Setting<MessagesFile>>,
    /// When a page may ask for an opt-in. Without the rule it always may.
    pub(crate) opt_in_requests: Option<Setting<RequestsFile>>,
    /// The lowest price of an ad: lower bids are refused, and a slot costs the second highest bid or this
    /// price.
    #[schemars(title = "Reserve price", extend("x-above-zero" = true, "x-unit" = "currency", "x-audience" = "product"))]
    pub(crate) reserve: Option<Setting<Amount>>,
    /// List prices of messages.
    pub(crate) message_prices: Option<Setting<MessagePricesFile>>,
    /// How many people a page may send ads to in a day.
    pub(crate) tiers: Option<Setting<TiersFile>>,
    /// How pages are rated, and what happens to those rated red.
    pub(crate) quality: Option<Setting<QualityFile>>,
    /// How fast a page may send ads.
    pub(crate) throughput: Option<Setting<ThroughputFile>>,
    /// How many ads a page may send in 30 days, and at what price.
    pub(crate) quota: Option<Setting<QuotaFile>>,
}

impl Default for PolicyFile {
    fn default() -> PolicyFile {
        PolicyFile {
            preset: presets::LEAK_2016.to_string(),
            ads: None,
            opened_by: None,
            first_topic: None,
            formats: None,
            opt_in: None,
            window: None,
            frequency_cap: None,
            page_cap: None,
            quiet_hours: None,
            grounds: None,
            unanswered_cap: None,
            messages: None,
            opt_in_requests: None,
            reserve: None,
            message_prices: None,
            tiers: None,
            quality: None,
            throughput: None,
            quota: None,
        }
    }
}

impl PolicyFile {
    /// The preset's rules, replaced where the file gives rules of its own.
    pub(crate) fn policy(&self, mut policy: Policy) -> Policy {
        self.replace_conditions(&mut policy.user_rules);
        self.replace_limits(&mut policy.user_rules);
        match &self.messages {
            None => {}
            Some(Setting::Off) => policy.message_rules.clear(),
            Some(Setting::Is(messages)) => policy.message_rules = messages.rules(),
        }
        match &self.opt_in_requests {
            None => {}
            Some(Setting::Off) => policy.opt_in_request = None,
            Some(Setting::Is(requests)) => policy.opt_in_request = Some(requests.rule()),
        }
        page_policy::replace(self, &mut policy);
        // Rules are judged in this order, and the first that refuses is the reason given.
        policy.user_rules.sort_by_key(UserRule::kind);
        policy.page_rules.sort_by_key(|rule: &PageRule| rule.kind());
        policy
    }

    /// Replaces the rules about the conversation and the ad's content.
    fn replace_conditions(&self, rules: &mut Vec<UserRule>) {
        let no_ads = self
            .ads
            .map(|ads| if ads { Setting::Off } else { Setting::Is(()) });
        replace(rules, RuleKind::NoAds, &no_ads, |()| UserRule::NoAds);
        replace(rules, RuleKind::OpenedBy, &self.opened_by, |word| {
            UserRule::OpenedBy(match word {
                OpenedByWord::User => OpenedBy::User,
                OpenedByWord::Anyone => OpenedBy::Anyone,
            })
        });
        replace(rules, RuleKind::FirstTopic, &self.first_topic, |word| {
            UserRule::FirstTopic(match word {
                TopicWord::Any => TopicMatch::Any,
                TopicWord::Category => TopicMatch::Category,
                TopicWord::Product => TopicMatch::Product,
            })
        });
        replace(rules, RuleKind::Format, &self.formats, |formats| {
            UserRule::Formats(FormatSet::new(&formats.0))
        });
        replace(rules, RuleKind::OptIn, &self.opt_in, |word| {
            UserRule::OptIn(word.scope())
        });
        replace(rules, RuleKind::Basis, &self.grounds, |grounds| {
            UserRule::Basis(grounds.rule())
        });
    }

    /// Replaces the rules about when and how often.
    fn replace_limits(&self, rules: &mut Vec<UserRule>) {
        replace(rules, RuleKind::Window, &self.window, |window| UserRule::Window {
            at_least: window.at_least.map(|span| span.0),
            at_most: window.at_most.map(|span| span.0),
        });
        replace(rules, RuleKind::UserCap, &self.frequency_cap, |cap| {
            UserRule::UserCap {
                count: cap.per_user,
                every: cap.every.0,
            }
        });
        replace(rules, RuleKind::PageCap, &self.page_cap, |cap| {
            UserRule::PageCap {
                count: cap.per_page,
                every: cap.every.0,
            }
        });
        replace(rules, RuleKind::QuietHours, &self.quiet_hours, |night| {
            UserRule::QuietHours {
                from_minute: night.from.minute,
                to_minute: night.to.minute,
                on_quiet: match night.at_delivery {
                    OnQuietWord::Hold => OnQuiet::Hold,
                    OnQuietWord::Withdraw => OnQuiet::Withdraw,
                },
            }
        });
        replace(rules, RuleKind::UnansweredCap, &self.unanswered_cap, |cap| {
            UserRule::UnansweredCap {
                count: cap.per_user,
                every: cap.every.0,
            }
        });
    }

    /// Whether the file sets or removes the rule `kind`.
    pub(crate) fn says(&self, kind: RuleKind) -> bool {
        match kind {
            RuleKind::NoAds => self.ads.is_some(),
            RuleKind::OpenedBy => self.opened_by.is_some(),
            RuleKind::FirstTopic => self.first_topic.is_some(),
            RuleKind::Format => self.formats.is_some(),
            RuleKind::OptIn => self.opt_in.is_some(),
            RuleKind::Window => self.window.is_some(),
            RuleKind::UserCap => self.frequency_cap.is_some(),
            RuleKind::PageCap => self.page_cap.is_some(),
            RuleKind::QuietHours => self.quiet_hours.is_some(),
            RuleKind::Basis => self.grounds.is_some(),
            RuleKind::UnansweredCap => self.unanswered_cap.is_some(),
            RuleKind::Tag => self.messages.is_some(),
            RuleKind::OptInRequest => self.opt_in_requests.is_some(),
            RuleKind::Reserve => self.reserve.is_some(),
            RuleKind::MessagePrice => self.message_prices.is_some(),
            RuleKind::Tier => self.tiers.is_some(),
            RuleKind::Quality => self.quality.is_some(),
            RuleKind::Throughput => self.throughput.is_some(),
            RuleKind::Quota => self.quota.is_some(),
            RuleKind::Block | RuleKind::Mute | RuleKind::Running | RuleKind::Stock | RuleKind::Budget => {
                false
            }
        }
    }
}

/// Replaces or removes the rule `kind`, if the file mentions it.
fn replace<T>(
    rules: &mut Vec<UserRule>,
    kind: RuleKind,
    setting: &Option<Setting<T>>,
    rule: impl Fn(&T) -> UserRule,
) {
    let Some(setting) = setting else { return };
    rules.retain(|rule| rule.kind() != kind);
    if let Setting::Is(value) = setting {
        rules.push(rule(value));
    }
}

/// A rule's parameters, or the removal of the rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Setting<T> {
    /// No such rule: `"none"` or `false`.
    Off,
    /// The rule with these parameters.
    Is(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Setting<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Setting<T>, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        if value.as_bool() == Some(false) || value.as_str() == Some("none") {
            return Ok(Setting::Off);
        }
        T::deserialize(value)
            .map(Setting::Is)
            .map_err(serde::de::Error::custom)
    }
}

impl<T: Serialize> Serialize for Setting<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Setting::Off => serializer.serialize_str("none"),
            Setting::Is(value) => value.serialize(serializer),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Setting<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("SettingOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [value, { "const": "none" }, { "const": false }] })
    }
}

/// Who must have opened a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OpenedByWord {
    /// The user.
    User,
    /// Either side.
    Anyone,
}

/// How closely two topics must match.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TopicWord {
    /// Not at all.
    Any,
    /// The same category.
    Category,
    /// The same product.
    Product,
}

/// What an opt-in must cover of an ad.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OptInWord {
    /// Any topic of the page.
    Page,
    /// The ad's category.
    Category,
    /// The ad's product.
    Product,
}

impl OptInWord {
    fn scope(self) -> OptInScope {
        match self {
            OptInWord::Page => OptInScope::Page,
            OptInWord::Category => OptInScope::Category,
            OptInWord::Product => OptInScope::Product,
        }
    }
}

/// Formats of ads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Formats(pub(crate) Vec<Format>);

impl JsonSchema for Formats {
    fn schema_name() -> Cow<'static, str> {
        "Formats".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": crate::file::format_schema(generator) })
    }
}

/// A period after the user's last act.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowFile {
    /// The earliest time.
    pub(crate) at_least: Option<Duration>,
    /// The latest time.
    pub(crate) at_most: Option<Duration>,
}

/// A cap on what a user gets from all pages together.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrequencyCap {
    /// The number of ads.
    #[schemars(title = "number", range(min = 1), extend("x-unit" = "ads"))]
    pub(crate) per_user: u16,
    /// The period in which they are counted.
    #[schemars(title = "period", extend("x-above-zero" = true))]
    pub(crate) every: Duration,
}

/// A cap on what a user gets from one page.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageCap {
    /// The number of ads.
    #[schemars(title = "number", range(min = 1), extend("x-unit" = "ads"))]
    pub(crate) per_page: u16,
    /// The period in which they are counted.
    #[schemars(title = "period", extend("x-above-zero" = true))]
    pub(crate) every: Duration,
}

/// A period of the day, which may pass midnight.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietHours {
    /// The first minute.
    pub(crate) from: ClockTime,
    /// The first minute after the period.
    pub(crate) to: ClockTime,
    /// What becomes of an ad that was allowed before the period and whose delivery falls into it.
    #[serde(default)]
    #[schemars(extend("x-grade" = "assumed"))]
    pub(crate) at_delivery: OnQuietWord,
}

/// What becomes of an ad whose delivery falls into quiet hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnQuietWord {
    /// It is held until they end, and judged again.
    #[default]
    Hold,
    /// It is withdrawn.
    Withdraw,
}

/// A time of day as people write it: `"22:00"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ClockTime {
    /// Minutes since midnight, 0 to 1439.
    pub(crate) minute: u16,
}

impl ClockTime {
    /// Reads a time of day.
    ///
    /// # Errors
    /// Shows an example of a valid time.
    pub(crate) fn parse(text: &str) -> Result<ClockTime, String> {
        let part = |part: &str, below: u16| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse::<u16>().ok().filter(|number| *number < below);
            if digits { number } else { None }
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some((part(hour, 24)?, part(minute, 60)?)))
            .map(|(hour, minute)| ClockTime {
                minute: hour * 60 + minute,
            })
            .ok_or_else(|| format!("`{text}` is not a time of day; write for example \"22:00\""))
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ClockTime, D::Error> {
        ClockTime::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", self.minute / 60, self.minute % 60))
    }
}

impl JsonSchema for ClockTime {
    fn schema_name() -> Cow<'static, str> {
        "ClockTime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-type": "time", "pattern": "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$" })
    }
}
