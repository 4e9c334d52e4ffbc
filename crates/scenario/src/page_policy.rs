//! Keys of `[policy]` about pages: what ads and messages cost, and how much a page may send.

use crate::error::Problem;
use crate::policy::{PolicyFile, Setting};
use chappe_base::{Amount, Money, Probability, RuleKind};
use chappe_platform::policy::{MessagePrices, OnRed, PageRule, Policy, QualityRule, Quota, Tiers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// List prices of a page's messages. Answers are free, and so are notices within a day of their order.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagePricesFile {
    /// Price of a delivered ad; lower bids are refused.
    #[schemars(extend("x-above-zero" = true, "x-unit" = "currency"))]
    pub(crate) marketing: Amount,
    /// Price of a notice more than a day after its order.
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) utility: Amount,
}

/// How many people a page may send ads to in any 24 hours, by the page's tier.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TiersFile {
    /// The limits of tiers 0 to 3, in rising order; tier 4 has no limit.
    #[schemars(inner(range(max = 2_147_483_648_u32)), extend("x-unit" = "people"))]
    pub(crate) limits: [u32; 4],
    /// The tier in which pages begin, 0 to 4.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4))]
    pub(crate) start: u8,
}

/// How a page is rated by its ads of the last seven days. Blocks, mutes and opt-outs count as complaints.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QualityFile {
    /// Complaints per ad from which a page is rated yellow.
    pub(crate) yellow: Probability,
    /// Complaints per ad from which a page is rated red.
    pub(crate) red: Probability,
    /// Share of opened ads below which a page is rated yellow or worse.
    pub(crate) read: Probability,
    /// A page with fewer ads is rated green.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("x-unit" = "ads"))]
    pub(crate) ads: u32,
    /// What happens to a page rated red.
    pub(crate) on_red: OnRedWord,
}

/// What happens to a page rated red.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnRedWord {
    /// It falls a tier.
    Downgrade,
    /// It sends no ads until its rating improves.
    Pause,
}

/// A plan for a number of ads in 30 days.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaFile {
    /// The number of ads.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("x-unit" = "ads"))]
    pub(crate) messages: u32,
    /// Price of the plan for 30 days.
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) fee: Amount,
    /// Price of each further ad, at most 2000. If absent, no further ads may be sent.
    #[serde(default)]
    #[schemars(extend("x-unit" = "currency"))]
    pub(crate) overage: Option<Amount>,
}

/// How many ads a page may send per second.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThroughputFile {
    /// The number of ads for which the page hands out budget per second.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "ads per second"))]
    pub(crate) per_second: u32,
}

/// Replaces rules of the preset by those of the file.
pub(crate) fn replace(file: &PolicyFile, policy: &mut Policy) {
    let mut put = |kind, rule: Option<Option<PageRule>>| {
        let Some(rule) = rule else { return };
        policy.page_rules.retain(|rule| rule.kind() != kind);
        policy.page_rules.extend(rule);
    };
    put(
        RuleKind::Reserve,
        rule(&file.reserve, |reserve| PageRule::Reserve(reserve.0)),
    );
    put(
        RuleKind::MessagePrice,
        rule(&file.message_prices, |prices| {
            PageRule::MessagePrices(MessagePrices {
                marketing: prices.marketing.0,
                utility: prices.utility.0,
            })
        }),
    );
    put(
        RuleKind::Tier,
        rule(&file.tiers, |&TiersFile { limits, start }| {
            PageRule::Tiers(Tiers { limits, start })
        }),
    );
    put(
        RuleKind::Quality,
        rule(&file.quality, |quality| {
            PageRule::Quality(QualityRule {
                yellow_ppm: quality.yellow.ppm(),
                red_ppm: quality.red.ppm(),
                read_ppm: quality.read.ppm(),
                ads_count: quality.ads,
                on_red: match quality.on_red {
                    OnRedWord::Downgrade => OnRed::Downgrade,
                    OnRedWord::Pause => OnRed::Pause,
                },
            })
        }),
    );
    put(
        RuleKind::Throughput,
        rule(&file.throughput, |&ThroughputFile { per_second }| {
            PageRule::Throughput { per_second }
        }),
    );
    put(
        RuleKind::Quota,
        rule(&file.quota, |quota| {
            PageRule::Quota(Quota {
                messages_count: quota.messages,
                fee: quota.fee.0,
                overage: quota.overage.map(|price| price.0),
            })
        }),
    );
}

/// The rule of a setting, or its removal; None if the file does not mention the rule.
fn rule<T>(setting: &Option<Setting<T>>, rule: impl Fn(&T) -> PageRule) -> Option<Option<PageRule>> {
    setting.as_ref().map(|setting| match setting {
        Setting::Off => None,
        Setting::Is(value) => Some(rule(value)),
    })
}

/// Highest price of an ad beyond a plan. A month has fewer than 2^32 ads, so their total with the plan fits
/// into an amount.
const MOST_OVERAGE: Amount = Amount(Money(2_000 * Money::UNIT.0));

/// Checks values that depend on each other.
///
/// # Errors
/// The first fault.
pub(crate) fn check(file: &PolicyFile) -> Result<(), Problem> {
    let wrong = |key: &str, message: &str| {
        let path = ["policy".to_string(), key.to_string()];
        Err(Problem::value(&path, format!("`policy.{key}`: {message}")))
    };
    if let Some(Setting::Is(tiers)) = &file.tiers
        && !tiers.limits.is_sorted_by(|lower, higher| lower < higher)
    {
        return wrong("tiers", "`limits` must rise from tier to tier");
    }
    if let Some(Setting::Is(quality)) = &file.quality
        && quality.yellow.get() > quality.red.get()
    {
        return wrong("quality", "`yellow` must not be above `red`");
    }
    if let Some(Setting::Is(quota)) = &file.quota
        && quota.overage.is_some_and(|price| price > MOST_OVERAGE)
    {
        return wrong("quota", &format!("`overage` must be at most {MOST_OVERAGE}"));
    }
    Ok(())
}
