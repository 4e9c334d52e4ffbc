//! The promises of a run, as plain data: everything that the audit needs to know about a scenario.
//!
//! They are stated apart from the platform's configuration, in other types. If the audit read the same policy
//! types, it would share the platform's understanding of them.

use chappe_base::{CampaignId, Format, Money, PageId, ProductId, SimTime, Span, Topic, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A promise that the platform must keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// Money neither appears nor vanishes, and a transfer ends once.
    MoneyConserved,
    /// No ad without a permit that the rules accept.
    AdPermitted,
    /// Nothing is delivered after a block, nor an ad on a revoked opt-in or after a mute.
    ConsentKept,
    /// No more ads than the caps allow.
    CapsKept,
    /// No campaign spends more than its budget, no shard more than its lease.
    BudgetsKept,
    /// Nothing is sold that is not in stock, and orders pass through their states in order.
    StockKept,
    /// Each message is delivered at most once, and none is lost.
    DeliveredOnce,
    /// What a shard sends to a device, or a device to a shard, arrives in the order in which it was sent.
    OrderKept,
    /// No page's message, and no request for an opt-in, without a reason that the rules accept.
    MessagesPermitted,
    /// Ads, messages and payments cost what was agreed.
    PricesKept,
    /// No page reaches more people, or sends more, than it may.
    LimitsKept,
}

impl Promise {
    /// All promises, in the order of counters and reports.
    pub const ALL: [Promise; 11] = [
        Promise::MoneyConserved,
        Promise::AdPermitted,
        Promise::ConsentKept,
        Promise::CapsKept,
        Promise::BudgetsKept,
        Promise::StockKept,
        Promise::DeliveredOnce,
        Promise::OrderKept,
        Promise::MessagesPermitted,
        Promise::PricesKept,
        Promise::LimitsKept,
    ];

    /// The promise in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Promise::MoneyConserved => "money conserved",
            Promise::AdPermitted => "no ad without its permit",
            Promise::ConsentKept => "nothing after a block or on a revoked opt-in",
            Promise::CapsKept => "caps kept",
            Promise::BudgetsKept => "budgets kept",
            Promise::StockKept => "stock kept",
            Promise::DeliveredOnce => "each message delivered at most once and none lost",
            Promise::OrderKept => "first in, first out to and from each device",
            Promise::MessagesPermitted => "no page's message without its reason",
            Promise::PricesKept => "prices kept",
            Promise::LimitsKept => "pages within their limits",
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.label())
    }
}

/// How closely two topics must agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TopicMatch {
    /// Not at all.
    #[default]
    Any,
    /// In their category.
    Category,
    /// In category and product.
    Product,
}

impl TopicMatch {
    pub(crate) fn holds(self, one: Topic, other: Topic) -> bool {
        match self {
            TopicMatch::Any => true,
            TopicMatch::Category => one.category == other.category,
            TopicMatch::Product => one == other,
        }
    }
}

/// At most `count` ads in any stretch of `every`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cap {
    /// Number of ads.
    pub count: u32,
    /// The period; an ad counts while less than this has passed since it was reserved.
    pub every: Span,
}

/// The part of the user's local day in which no decision may allow an ad, and none may be delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuietHours {
    /// First quiet minute, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is no longer quiet, 0 to 1439; the night may pass midnight.
    pub to_minute: u16,
    /// Whether an ad whose delivery falls into it is held until its end; otherwise it is withdrawn.
    pub holds: bool,
}

impl QuietHours {
    pub(crate) fn covers(self, minute: i64) -> bool {
        let (from, to) = (i64::from(self.from_minute), i64::from(self.to_minute));
        if from <= to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        }
    }
}

/// The bases for an ad, of which one must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasisRule {
    /// Longest time since the user's last act towards the page.
    pub within: Option<Span>,
    /// Whether there is one further message after that, until the user acts again.
    pub one_further: bool,
    /// The terms of an opt-in.
    pub opt_in: Option<OptInTerms>,
}

/// The terms on which an opt-in permits ads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInTerms {
    /// How closely its topic matches the ad's.
    pub topic: TopicMatch,
    /// It permits one ad in any such time; `None`: one ad in all.
    pub every: Option<Span>,
    /// Days until it expires.
    pub life_days: u16,
}

/// Conditions for a page's message that is not an ad, of which one must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageReasons {
    /// Longest time since the user's last act towards the page.
    pub within: Option<Span>,
    /// Whether notices about an order may come at any time.
    pub order_notices: bool,
    /// Longest time since the user's last act for an answer by people, not bots.
    pub human_answers: Option<Span>,
    /// Whether there is one further message (an ad counts too) until the user acts again.
    pub one_further: bool,
}

/// When a page may request an opt-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInRequests {
    /// Longest time between the opt-in and the user's act before it.
    pub within: Span,
    /// Days after an opt-in on record before the next request on the same topic.
    pub again_after_days: u16,
}

/// A campaign's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// The page that advertises.
    pub page: PageId,
    /// The form of its ads.
    pub format: Format,
    /// The topic of its ads.
    pub topic: Topic,
    /// Whether it targets only users who have started a checkout with the page.
    pub shoppers_only: bool,
    /// The product that must be in stock whenever budget is leased; `None` if the policy does not ask.
    pub product: Option<ProductId>,
    /// The most that it pays for one ad.
    pub bid: Money,
    /// The most that it pays in total.
    pub budget: Money,
    /// When it begins.
    pub start: SimTime,
    /// When it ends; [`SimTime::NEVER`] for no end.
    pub end: SimTime,
}

/// The prices for businesses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prices {
    /// The lowest price of an ad.
    pub reserve: Money,
    /// The price of a notice sent more than a day after its order; `None` without list prices.
    pub notice: Option<Money>,
    /// The platform's fee on a payment to a page [millionths of the payment].
    pub payment_fee_ppm: u32,
}

/// The limits of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PageLimits {
    /// People reached in any 24 hours.
    pub tiers: Option<Tiers>,
    /// The quality rating.
    pub rating: Option<Rating>,
    /// Ads leased per second.
    pub per_second: Option<u32>,
    /// The monthly plan.
    pub quota: Option<Quota>,
}

impl PageLimits {
    /// Whether pages' homes get feedback on ads.
    pub(crate) fn rates(&self) -> bool {
        self.tiers.is_some() || self.rating.is_some()
    }
}

/// People that a page reaches in any 24 hours, by tier. The tier above the last limit has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiers {
    /// The limits, in rising order.
    pub limits: [u32; 4],
    /// The tier in which every page begins.
    pub start: u8,
}

/// How a page is rated by the last seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rating {
    /// Complaints per delivered ad from which it is yellow [millionths].
    pub yellow_ppm: u32,
    /// The same for red [millionths].
    pub red_ppm: u32,
    /// Share of opened ads below which it is at best yellow [millionths].
    pub read_ppm: u32,
    /// With fewer delivered ads than this it is green.
    pub ads_count: u32,
    /// Whether red pauses its ads; otherwise it falls by one tier.
    pub pauses: bool,
}

/// A plan of messages for 30 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Messages that the fee covers.
    pub messages_count: u32,
    /// The fee for a month.
    pub fee: Money,
    /// The price of a message beyond the plan; `None` if the plan is a hard limit.
    pub overage: Option<Money>,
}

/// The promises of one run. Cheap to clone, because every shard's audit keeps a copy. The default is a
/// platform without users, pages and ads.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Promises {
    /// How many users there are.
    pub users_count: u32,
    /// How many pages there are.
    pub pages_count: u32,
    /// By user, the offset from UTC [min]. Needed for quiet hours only; may be empty without them.
    pub offsets_minutes: Arc<[i16]>,
    /// The campaigns, by id.
    pub campaigns: Arc<[Campaign]>,
    /// Whether ads are allowed at all.
    pub ads_allowed: bool,
    /// Whether ads are allowed only in conversations that the user opened.
    pub opened_by_user: bool,
    /// How closely an ad's topic must match that of first contact.
    pub first_topic: TopicMatch,
    /// The formats that are allowed.
    pub formats: Vec<Format>,
    /// How closely the topic of a live opt-in must match the ad's ([`TopicMatch::Any`]: any opt-in for the
    /// page); `None` if no opt-in is needed.
    pub opt_in: Option<TopicMatch>,
    /// Whether a mute stops a page's ads, and an opt-out until the next opt-in.
    pub mute: bool,
    /// The shortest time since the user's last act towards the page.
    pub not_within: Option<Span>,
    /// The longest time since the user's last act towards the page.
    pub at_most: Option<Span>,
    /// Caps on a user's ads from all pages.
    pub user_caps: Vec<Cap>,
    /// Caps on a user's ads from any one page.
    pub page_caps: Vec<Cap>,
    /// When no decision may allow an ad, and none may be delivered.
    pub quiet_hours: Option<QuietHours>,
    /// The bases for ads; `None` if no basis is needed.
    pub basis: Option<BasisRule>,
    /// Caps on a user's ads from all pages to which the user has not responded by an act towards the page.
    pub unanswered_caps: Vec<Cap>,
    /// Conditions for pages' other messages; `None` without conditions.
    pub messages: Option<MessageReasons>,
    /// By page, whether people answer its hot-line. Needed for `messages` only; may be empty without them.
    pub answered_by_people: Arc<[bool]>,
    /// When pages may request opt-ins; `None`: at any time.
    pub opt_in_requests: Option<OptInRequests>,
    /// The prices for businesses.
    pub prices: Prices,
    /// The limits of pages.
    pub page_limits: PageLimits,
    /// The longest time that anything takes over a link: between shards, or between platform and device. What
    /// was sent earlier before the end of the run, and neither arrived nor waits in a queue, is lost.
    pub under_way_at_most: Span,
}

impl Promises {
    pub(crate) fn campaign(&self, campaign: CampaignId) -> Option<&Campaign> {
        self.campaigns.get(campaign.index())
    }

    /// Minute of `user`'s local day at `at` if that is in quiet hours.
    ///
    /// # Errors
    /// The user has no time zone.
    pub(crate) fn quiet_minute(&self, user: UserId, at: SimTime) -> Result<Option<i64>, &'static str> {
        let Some(quiet) = self.quiet_hours else {
            return Ok(None);
        };
        let minute = self
            .local_minute(user, at)
            .ok_or("though the user has no time zone")?;
        Ok(Some(minute).filter(|minute| quiet.covers(*minute)))
    }

    /// Minute of `user`'s local day at `at`; `None` for a user without a time zone.
    fn local_minute(&self, user: UserId, at: SimTime) -> Option<i64> {
        let offset = i64::from(*self.offsets_minutes.get(user.index())?);
        Some((at.0.div_euclid(Span::MINUTE.0) + offset).rem_euclid(24 * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_may_pass_midnight() {
        let night = QuietHours {
            from_minute: 22 * 60,
            to_minute: 7 * 60,
            holds: true,
        };
        assert!(night.covers(23 * 60) && night.covers(0) && night.covers(7 * 60 - 1));
        assert!(!night.covers(7 * 60) && !night.covers(22 * 60 - 1));
        let siesta = QuietHours {
            from_minute: 780,
            to_minute: 840,
            holds: true,
        };
        assert!(siesta.covers(780) && !siesta.covers(840) && !siesta.covers(0));
    }
}
