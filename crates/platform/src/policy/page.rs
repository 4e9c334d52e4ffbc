//! The rules about the page's side, as data.

use super::Policy;
use chappe_base::{Money, RuleKind};

/// A rule about the page's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageRule {
    /// The campaign has begun and not ended.
    Running,
    /// The product is in stock; of a back-in-stock reminder, again.
    InStock,
    /// There is budget that pacing lets go.
    Budget,
    /// No bid below this, and no ad for less.
    Reserve(Money),
    /// What businesses pay for messages by list; the price of an ad is its reserve.
    MessagePrices(MessagePrices),
    /// Only so many people in any 24 hours.
    Tiers(Tiers),
    /// Only pages that people don't complain of.
    Quality(QualityRule),
    /// Only so many ads of a page per second, as they are leased out.
    Throughput {
        /// How many.
        per_second: u32,
    },
    /// Only so many ads of a page per month.
    Quota(Quota),
}

/// The list prices of a business's messages. Answers, and notices within a day of the order, are free.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessagePrices {
    /// Of an ad delivered, at least.
    pub marketing: Money,
    /// Of a notice about an order that is sent more than a day after it.
    pub utility: Money,
}

/// How many people a page may send ads to in any 24 hours, by tier. Above the last there is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiers {
    /// The limits, rising.
    pub limits: [u32; 4],
    /// The tier in which every page begins, 0 to 4.
    pub start: u8,
}

impl Tiers {
    /// People in any 24 hours in `tier`.
    #[must_use]
    pub fn limit(&self, tier: u8) -> u32 {
        self.limits.get(usize::from(tier)).copied().unwrap_or(u32::MAX)
    }
}

/// How a page is rated by what people did with its ads in seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QualityRule {
    /// Complaints per ad delivered from which on a page is yellow [millionths].
    pub yellow_ppm: u32,
    /// The same for red [millionths].
    pub red_ppm: u32,
    /// Share of the ads that is opened; below it a page is yellow at best [millionths].
    pub read_ppm: u32,
    /// With fewer ads delivered a page is green.
    pub ads_count: u32,
    /// What becomes of a red page.
    pub on_red: OnRed,
}

/// What becomes of a page that is rated red.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnRed {
    /// It falls one tier.
    Downgrade,
    /// It shows no ads until it is better.
    Pause,
}

/// A plan of so many messages in 30 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Messages that the plan's fee covers.
    pub messages_count: u32,
    /// What the page pays for each 30 days in which it advertises.
    pub fee: Money,
    /// What a message beyond the plan costs; none if there is none beyond it.
    pub overage: Option<Money>,
}

impl PageRule {
    /// What it is called when it refuses.
    #[must_use]
    pub fn kind(self) -> RuleKind {
        match self {
            PageRule::Running => RuleKind::Running,
            PageRule::InStock => RuleKind::Stock,
            PageRule::Budget => RuleKind::Budget,
            PageRule::Reserve(_) => RuleKind::Reserve,
            PageRule::MessagePrices(_) => RuleKind::MessagePrice,
            PageRule::Tiers(_) => RuleKind::Tier,
            PageRule::Quality(_) => RuleKind::Quality,
            PageRule::Throughput { .. } => RuleKind::Throughput,
            PageRule::Quota(_) => RuleKind::Quota,
        }
    }

    /// What an ad costs at least under this rule.
    fn reserve(self) -> Option<Money> {
        match self {
            PageRule::Reserve(reserve) => Some(reserve),
            PageRule::MessagePrices(prices) => Some(prices.marketing),
            PageRule::Running
            | PageRule::InStock
            | PageRule::Budget
            | PageRule::Tiers(_)
            | PageRule::Quality(_)
            | PageRule::Throughput { .. }
            | PageRule::Quota(_) => None,
        }
    }
}

impl Policy {
    /// What an ad costs at least: above zero under any policy.
    #[must_use]
    pub fn reserve(&self) -> Money {
        let reserves = self.page_rules.iter().filter_map(|rule| rule.reserve());
        reserves.fold(Money(1), Money::max)
    }

    /// The list prices of messages, where there are any.
    #[must_use]
    pub fn message_prices(&self) -> Option<MessagePrices> {
        self.page_rules.iter().find_map(|rule| {
            if let PageRule::MessagePrices(prices) = rule {
                Some(*prices)
            } else {
                None
            }
        })
    }
}
