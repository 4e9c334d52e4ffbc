//! Rules about the page's side, as data. They are judged per lease, in `ads::campaign`.

use super::Policy;
use chappe_base::{Money, RuleKind};

/// A rule about the page's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageRule {
    /// The campaign has begun and not ended.
    Running,
    /// The product is in stock; of a back-in-stock reminder, again.
    InStock,
    /// Budget is left, and pacing allows to spend it.
    Budget,
    /// No bid and no price below this.
    Reserve(Money),
    /// List prices of messages; the price of a marketing message is the reserve of ads.
    MessagePrices(MessagePrices),
    /// A limit on people reached in any 24 hours, by tier.
    Tiers(Tiers),
    /// A rating by complaints and opened ads.
    Quality(QualityRule),
    /// A limit on ads per second of a page, applied when they are leased.
    Throughput {
        /// Ads per second.
        per_second: u32,
    },
    /// A limit on ads per month of a page.
    Quota(Quota),
}

/// The list prices of a business's messages. Answers are free, and notices within a day of the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessagePrices {
    /// The lowest price of a delivered ad.
    pub marketing: Money,
    /// The price of a notice sent more than a day after its order.
    pub utility: Money,
}

/// People to whom a page may send ads in any 24 hours, by tier. The tier above the last limit has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiers {
    /// The limits, in rising order.
    pub limits: [u32; 4],
    /// The tier in which every page begins, 0 to 4.
    pub start: u8,
}

impl Tiers {
    /// The limit of `tier` [people in any 24 hours].
    #[must_use]
    pub fn limit(&self, tier: u8) -> u32 {
        self.limits.get(usize::from(tier)).copied().unwrap_or(u32::MAX)
    }
}

/// How a page is rated by people's reactions to its ads in the last seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QualityRule {
    /// Complaints per delivered ad from which a page is yellow [millionths].
    pub yellow_ppm: u32,
    /// The same for red [millionths].
    pub red_ppm: u32,
    /// Share of opened ads below which a page is at best yellow [millionths].
    pub read_ppm: u32,
    /// A page with fewer delivered ads than this is green: the sample is too small.
    pub ads_count: u32,
    /// The consequence for a red page.
    pub on_red: OnRed,
}

/// The consequence for a page that is rated red.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnRed {
    /// It falls by one tier.
    Downgrade,
    /// Its ads are paused until the rating improves.
    Pause,
}

/// A monthly plan of messages; a month has 30 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Messages that the plan's fee covers.
    pub messages_count: u32,
    /// The fee for each month in which the page advertises.
    pub fee: Money,
    /// The price of a message beyond the plan; `None` if the plan is a hard limit.
    pub overage: Option<Money>,
}

impl PageRule {
    /// The rule's kind, for verdicts and reports.
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

    /// The lowest price of an ad under this rule.
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
    /// The lowest price of an ad: above zero under any policy, since the ledger has no moves of zero.
    #[must_use]
    pub fn reserve(&self) -> Money {
        let reserves = self.page_rules.iter().filter_map(|rule| rule.reserve());
        reserves.fold(Money(1), Money::max)
    }

    /// The list prices of messages, if the policy has any.
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
