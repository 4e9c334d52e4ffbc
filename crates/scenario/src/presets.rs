//! Published ad policies, as data: each a set of the same typed rules, with grade and source.

use chappe_base::{Amount, Duration, Format, Money, RuleKind, Span};
use chappe_platform::policy::{
    FormatSet, MessagePrices, OnRed, OpenedBy, OptInScope, PageRule, Policy, Quota, Tiers, TopicMatch,
    UserRule,
};
use std::fmt::Write;

/// Name of the default preset.
pub(crate) const LEAK_2016: &str = "leak-2016";
const NO_ADS: &str = "no-ads";

/// Names of all presets.
pub const NAMES: &[&str] = &[LEAK_2016, NO_ADS];

const ARTICLE: &str = "press article on the leaked plans for Messenger ads, early 2016";

/// A published policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    /// Its name in a scenario.
    pub name: &'static str,
    /// What it stands for.
    pub summary: &'static str,
    /// How good its source is: A, B, C or D.
    pub grade: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// Rules about the user's side.
    pub user_rules: Vec<Sourced<UserRule>>,
    /// Rules about the page's side.
    pub page_rules: Vec<Sourced<PageRule>>,
}

/// A rule, and how good its source is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sourced<R> {
    /// The rule.
    pub rule: R,
    /// A, B, C, D, or `assumed`.
    pub grade: &'static str,
    /// Where it comes from, or why it is assumed.
    pub source: &'static str,
}

fn sourced<R>(rule: R, grade: &'static str, source: &'static str) -> Sourced<R> {
    Sourced { rule, grade, source }
}

impl Preset {
    /// The preset called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Preset> {
        let choice = "a block or a mute is the user's own choice, which every policy keeps";
        let user_choices = [
            sourced(UserRule::NotBlocked, "assumed", choice),
            sourced(UserRule::NotMuted, "assumed", choice),
        ];
        let page_rules = vec![
            sourced(PageRule::Running, "D", "a campaign has a beginning and an end"),
            sourced(PageRule::InStock, "B", ARTICLE),
            sourced(PageRule::Budget, "D", "a campaign spends its budget and no more"),
            sourced(
                PageRule::Reserve(Money(5_000)),
                "assumed",
                "five for a thousand, where sponsored messages were sold at 8.09 (USD, one case)",
            ),
        ];
        let article_rules = [
            sourced(UserRule::OpenedBy(OpenedBy::User), "B", ARTICLE),
            sourced(
                UserRule::FirstTopic(TopicMatch::Category),
                "assumed",
                "the article says that an ad stays on the topic of first contact, not how closely: \
                 the category here, \"product\" is stricter",
            ),
            sourced(UserRule::Formats(FormatSet::new(Format::ALL)), "B", ARTICLE),
        ];
        match name {
            LEAK_2016 => Some(Preset {
                name: LEAK_2016,
                summary: "Ads as messages, only from pages that the user has turned to, and on the \
                          topic of first contact.",
                grade: "B",
                source: ARTICLE,
                user_rules: user_choices.into_iter().chain(article_rules).collect(),
                page_rules,
            }),
            NO_ADS => Some(Preset {
                name: NO_ADS,
                summary: "No advertising at all: the control arm of every comparison.",
                grade: "B",
                source: "the promise of the messengers' owners, as the press reported it",
                user_rules: [sourced(UserRule::NoAds, "B", "the owners' promise")]
                    .into_iter()
                    .chain(user_choices)
                    .collect(),
                page_rules,
            }),
            _ => None,
        }
    }

    /// The policy that it comes to.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            name: self.name.to_string(),
            user_rules: self.user_rules.iter().map(|sourced| sourced.rule).collect(),
            page_rules: self.page_rules.iter().map(|sourced| sourced.rule).collect(),
        }
    }

    /// Its rules in plain words, with grade and source, one a line.
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
        let user = self
            .user_rules
            .iter()
            .map(|rule| (rule.rule.kind(), words(&rule.rule), rule.grade, rule.source));
        let page = self.page_rules.iter().map(|rule| {
            let kind = rule.rule.kind();
            (kind, page_words(rule.rule), rule.grade, rule.source)
        });
        for (kind, words, grade, source) in user.chain(page) {
            let _ = writeln!(text, "  {}: {words} ({grade}: {source})", kind.label());
        }
        text
    }
}

/// All presets.
#[must_use]
pub fn all() -> Vec<Preset> {
    NAMES.iter().filter_map(|name| Preset::named(name)).collect()
}

/// The key of `[policy]` that sets the rule `kind`, where there is one.
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
        RuleKind::Reserve => Some("reserve"),
        RuleKind::MessagePrice => Some("message_prices"),
        RuleKind::Tier => Some("tiers"),
        RuleKind::Quality => Some("quality"),
        RuleKind::Throughput => Some("throughput"),
        RuleKind::Quota => Some("quota"),
        RuleKind::Block | RuleKind::Mute | RuleKind::Running | RuleKind::Stock | RuleKind::Budget => None,
    }
}

/// What a rule about the user's side asks, in plain words.
#[must_use]
pub fn words(rule: &UserRule) -> String {
    let span = |span: Span| Duration(span).to_string();
    match *rule {
        UserRule::NoAds => "no ads at all".to_string(),
        UserRule::NotBlocked => "not to a user who blocked the page".to_string(),
        UserRule::NotMuted => "not to a user who muted the page".to_string(),
        UserRule::OpenedBy(OpenedBy::User) => "only in conversations that the user opened".to_string(),
        UserRule::OpenedBy(OpenedBy::Anyone) => "whoever opened the conversation".to_string(),
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
        } => {
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            format!(
                "not between {} and {} of the user's day",
                clock(from_minute),
                clock(to_minute)
            )
        }
    }
}

/// What a rule about the page's side asks, in plain words.
#[must_use]
pub fn page_words(rule: PageRule) -> String {
    match rule {
        PageRule::Running => "only while the campaign runs".to_string(),
        PageRule::InStock => "a back-in-stock reminder and a flash sale only with stock".to_string(),
        PageRule::Budget => "only within the budget that pacing lets go".to_string(),
        PageRule::Reserve(reserve) => {
            format!("no bid below {}, nor any price", Amount(reserve))
        }
        PageRule::MessagePrices(MessagePrices { marketing, utility }) => format!(
            "an ad costs at least {}, a notice more than a day after its order {}, an answer nothing",
            Amount(marketing),
            Amount(utility)
        ),
        PageRule::Tiers(Tiers { limits, start }) => {
            let limits: Vec<String> = limits.iter().map(ToString::to_string).collect();
            format!(
                "to at most {} or any number of people in 24h, from tier {start} on; a tier more after half \
                 of it in 7d",
                limits.join(", ")
            )
        }
        PageRule::Quality(rule) => {
            let percent = |ppm: u32| f64::from(ppm) / 10_000.0;
            let red = match rule.on_red {
                OnRed::Downgrade => "falls a tier",
                OnRed::Pause => "pauses",
            };
            format!(
                "a page is yellow from {}% complaints on or below {}% opened, and from {}% on red, and {red}; \
                 over 7d, and from {} ads on",
                percent(rule.yellow_ppm),
                percent(rule.read_ppm),
                percent(rule.red_ppm),
                rule.ads_count
            )
        }
        PageRule::Throughput { per_second } => format!("at most {per_second} ads of a page a second"),
        PageRule::Quota(Quota {
            messages_count,
            fee,
            overage,
        }) => {
            let beyond = overage.map_or("none beyond it".to_string(), |price| {
                format!("{} for each beyond it", Amount(price))
            });
            format!(
                "{messages_count} ads of a page in 30d for {}, {beyond}",
                Amount(fee)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_say_their_rules_in_plain_words() {
        assert_eq!(all().len(), NAMES.len());
        let text = Preset::named(LEAK_2016).unwrap().describe();
        assert!(text.contains("  opened_by: only in conversations that the user opened (B: press"));
        assert!(text.contains("  first_topic: only on the category of first contact (assumed: the"));
        assert!(text.contains("  format: only the formats flash-sale, new-product, back-in-stock"));
        let text = Preset::named(NO_ADS).unwrap().describe();
        assert!(text.contains("  no_ads: no ads at all (B: the owners' promise)"));
        assert!(Preset::named("none").is_none());
    }
}
