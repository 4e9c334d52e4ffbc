//! What a platform is built from, resolved from a scenario and shared by all shards.

use crate::policy::Policy;
use chappe_base::{Format, Homes, Money, PageId, ProductId, SimTime, Span, Topic};

/// Everything a shard needs to know beside its own state. Never changes during a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// Where everyone lives.
    pub homes: Homes,
    /// How many users there are.
    pub users_count: u32,
    /// The pages, by id.
    pub pages: Vec<PageConfig>,
    /// The campaigns, by id.
    pub campaigns: Vec<CampaignConfig>,
    /// The ad policy in force.
    pub policy: Policy,
    /// Whether a campaign's whole audience is judged when it begins, and not each user who comes on line.
    pub pushes_ads: bool,
    /// After how long without an answer the payer's shard cancels a transfer.
    pub transfer_timeout: Span,
    /// How long an idempotency key is remembered; an older one is refused. At least four times the
    /// time-out of a transfer.
    pub key_life: Span,
    /// How long a message is kept for a user who stays off line.
    pub inbox_life: Span,
    /// How long a shard may hold a lease of a campaign's budget.
    pub lease_life: Span,
    /// Ads that one lease pays for.
    pub lease_ads_count: u32,
    /// What the platform keeps of a payment to a page [millionths of it].
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
    /// What it deals in.
    pub category: u16,
    /// Who answers its hot-line.
    pub desk: Desk,
    /// Its catalogue; the product's number is also its topic within the category.
    pub products: Vec<ProductConfig>,
}

/// Who answers a page's hot-line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Desk {
    /// A bot, which answers any number of questions at once.
    Bot,
    /// So many people, each answering one question at a time.
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
    /// Whose it is.
    pub page: PageId,
    /// Its form.
    pub format: Format,
    /// What it is about.
    pub topic: Topic,
    /// The product it sells.
    pub product: ProductId,
    /// What it pays for one ad delivered; above zero.
    pub bid: Money,
    /// What it pays in total at most.
    pub budget: Money,
    /// When it begins.
    pub start: SimTime,
    /// When it ends; [`SimTime::NEVER`] for no end.
    pub end: SimTime,
    /// How it spends its budget.
    pub pacing: Pacing,
    /// For whom it is, of those in conversation with the page.
    pub audience: Audience,
}

/// For whom a campaign is, of those in conversation with its page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Audience {
    /// All of them.
    #[default]
    Everyone,
    /// Those who have paid for something of the page, or begun to.
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
