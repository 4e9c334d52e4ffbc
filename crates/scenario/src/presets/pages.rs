//! The page's side of the presets: what the platforms published of prices, tiers and quotas.

use super::published::ARTICLE;
use super::{Sourced, sourced};
use chappe_base::{Amount, Money};
use chappe_platform::policy::{MessagePrices, OnRed, PageRule, QualityRule, Quota, Tiers};

/// The rules that are about a campaign's own terms.
pub(super) fn of_campaigns() -> Vec<Sourced<PageRule>> {
    vec![
        sourced(PageRule::Running, "D", "a campaign has a beginning and an end"),
        sourced(PageRule::InStock, "B", ARTICLE),
        sourced(PageRule::Budget, "D", "a campaign spends its budget and no more"),
    ]
}

/// Where slots are sold by auction.
pub(super) fn of_auctions() -> Vec<Sourced<PageRule>> {
    let source = "five for a thousand, where sponsored messages were sold at 8.09 (USD, one case)";
    let mut rules = of_campaigns();
    rules.push(sourced(PageRule::Reserve(Money(5_000)), "assumed", source));
    rules
}

/// WhatsApp: a price for each template delivered, tiers by people in a day, a rating.
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
            "C",
            "per template delivered in Brazil since July 2025 (USD)",
        ),
        sourced(PageRule::Tiers(tiers), "B", source).code("131048", "limit on how many may be messaged"),
        sourced(
            PageRule::Quality(rating),
            "assumed",
            "that blocks, reports and what is read count over seven days is published, not how much",
        ),
        sourced(PageRule::Throughput { per_second: 80 }, "B", source).code("130429", "rate limit hit"),
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
    rules.push(sourced(PageRule::Quota(plan), "C", source));
    rules
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
