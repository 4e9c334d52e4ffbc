//! Rules of the presets about pages: what the platforms published about prices, tiers and quotas.

use super::published::ARTICLE;
use super::{Sourced, sourced};
use crate::key::Grade;
use chappe_base::{Amount, Money};
use chappe_platform::policy::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};

/// Rules about a campaign's own terms, which every policy has.
pub(super) fn of_campaigns() -> Vec<Sourced<PageRule>> {
    vec![
        sourced(
            PageRule::Running,
            Grade::D,
            "a campaign has a beginning and an end",
        ),
        sourced(PageRule::InStock, Grade::B, ARTICLE),
        sourced(
            PageRule::Budget,
            Grade::D,
            "a campaign spends its budget and no more",
        ),
    ]
}

/// Rules of policies under which slots are sold by auction.
pub(super) fn of_auctions() -> Vec<Sourced<PageRule>> {
    let source = "5 per thousand ads; sponsored messages were sold at 8.09 per thousand (USD, one case)";
    let mut rules = of_campaigns();
    rules.push(sourced(PageRule::Reserve(Money(5_000)), Grade::Assumed, source));
    rules
}

/// WhatsApp: a price for each delivered template, tiers by people reached in a day, a rating.
pub(super) fn of_whatsapp(source: &'static str) -> Vec<Sourced<PageRule>> {
    let prices = MessagePrices {
        marketing: Money(62_500),
        utility: Money(8_000),
    };
    let tiers = Tiers {
        limits: [250, 1_000, 10_000, 100_000],
        start: 0,
    };
    let rating = QualityRule {
        yellow_ppm: 20_000,
        red_ppm: 50_000,
        read_ppm: 300_000,
        ads_count: 100,
        on_red: OnRed::Downgrade,
    };
    let mut rules = of_campaigns();
    rules.extend([
        sourced(
            PageRule::MessagePrices(prices),
            Grade::C,
            "price of a delivered template in Brazil since July 2025 (USD)",
        ),
        sourced(PageRule::Tiers(tiers), Grade::B, source).code("131048", "limit on how many may be messaged"),
        sourced(
            PageRule::Quality(rating),
            Grade::Assumed,
            "it is published that blocks, reports and read rates of seven days count, but not the limits",
        ),
        sourced(PageRule::Throughput { per_second: 80 }, Grade::B, source).code("130429", "rate limit hit"),
    ]);
    rules
}

/// LINE in Japan: the free plan.
pub(super) fn of_line(source: &'static str) -> Vec<Sourced<PageRule>> {
    let plan = Quota {
        messages_count: 200,
        fee: Money::ZERO,
        overage: None,
    };
    let mut rules = of_campaigns();
    rules.push(sourced(PageRule::Quota(plan), Grade::C, source));
    rules
}

/// What a rule about the page or its campaign demands, in words.
#[must_use]
pub fn page_words(rule: PageRule) -> String {
    match rule {
        PageRule::Running => "only while the campaign runs".to_string(),
        PageRule::InStock => {
            "a back-in-stock reminder or a flash sale only while the product is in stock".to_string()
        }
        PageRule::Budget => "only within the budget that pacing has released".to_string(),
        PageRule::Reserve(reserve) => {
            format!("bids and prices are at least {}", Amount(reserve))
        }
        PageRule::MessagePrices(MessagePrices { marketing, utility }) => format!(
            "an ad costs at least {}, a notice more than a day after its order {}; answers are free",
            Amount(marketing),
            Amount(utility)
        ),
        PageRule::Tiers(Tiers { limits, start }) => {
            let limits: Vec<String> = limits.iter().map(ToString::to_string).collect();
            format!(
                "to at most {} people in 24h in tiers 0 to 3, without limit in tier 4; pages start in tier \
                 {start}, and rise a tier after reaching half of its limit in 7d",
                limits.join(", ")
            )
        }
        PageRule::Quality(rule) => {
            let percent = |ppm: u32| f64::from(ppm) / 10_000.0;
            let red = match rule.on_red {
                OnRed::Downgrade => "it falls a tier",
                OnRed::Pause => "it sends no ads",
            };
            format!(
                "a page is rated yellow from {}% complaints or below {}% opened, and red from {}% complaints: \
                 {red}; counted over 7d, from {} ads",
                percent(rule.yellow_ppm),
                percent(rule.read_ppm),
                percent(rule.red_ppm),
                rule.ads_count
            )
        }
        PageRule::Throughput { per_second } => format!("at most {per_second} ads of a page per second"),
        PageRule::Quota(Quota {
            messages_count,
            fee,
            overage,
        }) => {
            let beyond = overage.map_or("no further ads".to_string(), |price| {
                format!("{} for each further ad", Amount(price))
            });
            format!(
                "{messages_count} ads of a page in 30d for {}, {beyond}",
                Amount(fee)
            )
        }
    }
}
