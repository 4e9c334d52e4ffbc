//! The configuration of a platform, resolved from a scenario and shared by all shards.

use crate::policy::Policy;
use chappe_base::{Format, Homes, Money, PageId, ProductId, SimTime, Span, Topic};

/// Everything that a shard needs besides its own state. It never changes during a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// The home shard of each user and page.
    pub homes: Homes,
    /// How many users there are.
    pub users_count: u32,
    /// The pages, by id.
    pub pages: Vec<PageConfig>,
    /// The campaigns, by id.
    pub campaigns: Vec<CampaignConfig>,
    /// The ad policy in force.
    pub policy: Policy,
    /// Whether campaigns are broadcast to their whole audience when they begin. Otherwise ads are shown to
    /// users who come on line.
    pub pushes_ads: bool,
    /// How long the payer's shard waits for an answer before it cancels a transfer.
    pub transfer_timeout: Span,
    /// How long an idempotency key is remembered; an older one is refused. At least four times
    /// `transfer_timeout`, so that no open transfer is forgotten.
    pub key_life: Span,
    /// How long a message is kept for a user who stays off line.
    pub inbox_life: Span,
    /// How long a shard may hold a lease of a campaign's budget.
    pub lease_life: Span,
    /// Ads that one lease pays for.
    pub lease_ads_count: u32,
    /// The platform's fee on a payment to a page [millionths of the payment].
    pub payment_fee_ppm: u32,
}

impl Config {
    /// The page's topic for one of its products.
    #[must_use]
    pub fn topic(&self, page: PageId, product: ProductId) -> Topic {
        Topic {
            category: self.pages[page.index()].category,
            product: product.0,
        }
    }
}

/// One page.
#[derive(Clone, PartialEq, Debug)]
pub struct PageConfig {
    /// The category of its products.
    pub category: u16,
    /// Who answers its questions.
    pub desk: Desk,
    /// Its catalogue; the product's number is also its topic within the category.
    pub products: Vec<ProductConfig>,
}

/// Who answers questions to a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Desk {
    /// A bot, which answers any number of questions in parallel.
    Bot,
    /// This many people, each answering one question at a time.
    Humans(u16),
}

/// One product in a catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProductConfig {
    /// Its price.
    pub price: Money,
}

/// One campaign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CampaignConfig {
    /// The page that advertises.
    pub page: PageId,
    /// The form of its ads.
    pub format: Format,
    /// The topic of its ads.
    pub topic: Topic,
    /// The product it sells.
    pub product: ProductId,
    /// The most that it pays for one delivered ad; above zero.
    pub bid: Money,
    /// The most that it pays in total.
    pub budget: Money,
    /// When it begins.
    pub start: SimTime,
    /// When it ends; [`SimTime::NEVER`] for no end.
    pub end: SimTime,
    /// How it spends its budget.
    pub pacing: Pacing,
    /// Which users with a conversation with the page are targeted.
    pub audience: Audience,
}

/// Which users with a conversation with the page a campaign targets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Audience {
    /// All.
    #[default]
    Everyone,
    /// Users who have started a checkout with the page, whether it was paid or not.
    Shoppers,
}

/// How a campaign spends its budget over time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pacing {
    /// Evenly until this time.
    Even {
        /// When the last of the budget may be granted.
        until: SimTime,
    },
    /// As fast as there are slots.
    Asap,
}
