//! What was promised for a run, as plain data.

use chappe_base::{CampaignId, Format, Money, PageId, ProductId, SimTime, Span, Topic, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// What the audit holds the platform to.
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
    /// No page's message, and no request for an opt-in, without a reason that the rules accept.
    MessagesPermitted,
    /// Ads, messages and payments cost what was agreed.
    PricesKept,
    /// No page reaches more people, or sends more, than it may.
    LimitsKept,
}

impl Promise {
    /// All of them, in the order in which they are counted and shown.
    pub const ALL: [Promise; 10] = [
        Promise::MoneyConserved,
        Promise::AdPermitted,
        Promise::ConsentKept,
        Promise::CapsKept,
        Promise::BudgetsKept,
        Promise::StockKept,
        Promise::DeliveredOnce,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopicMatch {
    /// Not at all.
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
    /// How many.
    pub count: u32,
    /// In how long; an ad counts as long as less than this has passed since it was reserved.
    pub every: Span,
}

/// A time of the user's local day in which no ad is decided for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuietHours {
    /// First quiet minute, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is no longer quiet, 0 to 1439; the night may pass midnight.
    pub to_minute: u16,
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

/// Reasons for an ad, of which one must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasisRule {
    /// So long after the user's last act towards the page at most.
    pub within: Option<Span>,
    /// One further message after that, until the user acts again.
    pub one_further: bool,
    /// An opt-in that is good for an ad.
    pub opt_in: Option<OptInTerms>,
}

/// What an opt-in is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInTerms {
    /// How closely its topic matches the ad's.
    pub topic: TopicMatch,
    /// In how long it is good for one ad; none if for one ad in all.
    pub every: Option<Span>,
    /// How many days it lives.
    pub life_days: u16,
}

/// Reasons for a page's own message, of which one must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageReasons {
    /// So long after the user's last act towards the page at most.
    pub within: Option<Span>,
    /// An order, at any time.
    pub order_notices: bool,
    /// An answer by people, so long after the user's last act at most.
    pub human_answers: Option<Span>,
    /// One further message after the window, an ad or not, until the user acts again.
    pub one_further: bool,
}

/// When a page may ask for an opt-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInRequests {
    /// So long after the user's last act before the opt-in at most.
    pub within: Span,
    /// Not on the topic of an opt-in on record that is fewer days old.
    pub again_after_days: u16,
}

/// What a campaign is and may spend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// Whose it is.
    pub page: PageId,
    /// Its form.
    pub format: Format,
    /// What it is about.
    pub topic: Topic,
    /// Whether it is for those alone who have paid the page for something, or begun to.
    pub shoppers_only: bool,
    /// The product that has to be in stock whenever budget is leased; none if it needs no stock.
    pub product: Option<ProductId>,
    /// What it pays at most for one ad.
    pub bid: Money,
    /// What it may spend in total.
    pub budget: Money,
    /// When it begins.
    pub start: SimTime,
    /// When it ends; [`SimTime::NEVER`] for no end.
    pub end: SimTime,
}

/// What businesses pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prices {
    /// What an ad costs at least.
    pub reserve: Money,
    /// What a notice costs that comes more than a day after its order, where messages have list prices;
    /// ads then are messages too.
    pub notice: Option<Money>,
    /// What the platform keeps of a payment to a page [millionths].
    pub payment_fee_ppm: u32,
}

/// What a page may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PageLimits {
    /// How many people it reaches in a day.
    pub tiers: Option<Tiers>,
    /// How it is rated.
    pub rating: Option<Rating>,
    /// Ads that it leases out per second.
    pub per_second: Option<u32>,
    /// Ads in a month.
    pub quota: Option<Quota>,
}

impl PageLimits {
    /// Whether pages hear how their ads are taken.
    pub(crate) fn rates(&self) -> bool {
        self.tiers.is_some() || self.rating.is_some()
    }
}

/// People that a page reaches in a day, by tier; above the last there is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiers {
    /// The limits, rising.
    pub limits: [u32; 4],
    /// The tier in which a page begins.
    pub start: u8,
}

/// How a page is rated by seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rating {
    /// Complaints per ad from which on it is yellow [millionths].
    pub yellow_ppm: u32,
    /// The same for red.
    pub red_ppm: u32,
    /// Share of ads opened below which it is yellow at best [millionths].
    pub read_ppm: u32,
    /// Fewer ads are green.
    pub ads_count: u32,
    /// Whether red stops its ads; else it costs a tier.
    pub pauses: bool,
}

/// A plan of messages for 30 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// How many.
    pub messages_count: u32,
    /// What it costs.
    pub fee: Money,
    /// What one more costs, if there is one more.
    pub overage: Option<Money>,
}

/// Everything that was promised for one run. Cheap to clone: every shard's audit keeps a copy.
#[derive(Clone, PartialEq, Debug)]
pub struct Promises {
    /// How many users there are.
    pub users_count: u32,
    /// How many pages there are.
    pub pages_count: u32,
    /// Each user's offset from UTC [min], by user. Read for quiet hours only; may be empty
    /// without them.
    pub offsets_minutes: Arc<[i16]>,
    /// The campaigns, by id.
    pub campaigns: Arc<[Campaign]>,
    /// Whether there may be ads at all.
    pub ads_allowed: bool,
    /// Whether only users may have opened the conversations that ads come in.
    pub opened_by_user: bool,
    /// How closely an ad keeps to the topic of first contact.
    pub first_topic: TopicMatch,
    /// The formats that are allowed.
    pub formats: Vec<Format>,
    /// How closely the topic of a live opt-in matches the ad's ([`TopicMatch::Any`]: an opt-in
    /// for the page will do); none if no opt-in is needed.
    pub opt_in: Option<TopicMatch>,
    /// Whether a mute stops a page's ads, or an opt-out until the next opt-in.
    pub mute: bool,
    /// No ad sooner than this after the user's last act towards the page.
    pub not_within: Option<Span>,
    /// No ad later than this after the user's last act towards the page.
    pub at_most: Option<Span>,
    /// Caps on a user's ads from all pages.
    pub user_caps: Vec<Cap>,
    /// Caps on a user's ads from any one page.
    pub page_caps: Vec<Cap>,
    /// When users are left in peace.
    pub quiet_hours: Option<QuietHours>,
    /// Reasons for ads; none if no reason is needed.
    pub basis: Option<BasisRule>,
    /// Caps on a user's ads from all pages, but for those after which the user acted towards the page.
    pub unanswered_caps: Vec<Cap>,
    /// Reasons for pages' own messages; none if no reason is needed.
    pub messages: Option<MessageReasons>,
    /// Whether people answer a page's hot-line, by page. Read for messages only; may be empty
    /// without reasons for them.
    pub answered_by_people: Arc<[bool]>,
    /// When pages may ask for opt-ins; none if at any time.
    pub opt_in_requests: Option<OptInRequests>,
    /// What businesses pay.
    pub prices: Prices,
    /// What pages may do.
    pub page_limits: PageLimits,
    /// The longest that money may be under way between shards, and a message between platform
    /// and device. What has been under way for longer at the end of the run is lost.
    pub under_way_at_most: Span,
}

impl Promises {
    pub(crate) fn campaign(&self, campaign: CampaignId) -> Option<&Campaign> {
        self.campaigns.get(campaign.index())
    }

    /// Minute of `user`'s local day at `at`; none for a user without a time zone.
    pub(crate) fn local_minute(&self, user: UserId, at: SimTime) -> Option<i64> {
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
        };
        assert!(night.covers(23 * 60) && night.covers(0) && night.covers(7 * 60 - 1));
        assert!(!night.covers(7 * 60) && !night.covers(22 * 60 - 1));
        let siesta = QuietHours {
            from_minute: 780,
            to_minute: 840,
        };
        assert!(siesta.covers(780) && !siesta.covers(840) && !siesta.covers(0));
    }
}
