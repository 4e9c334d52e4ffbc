//! The town in which an audience lives: its pages and their campaigns.

use chappe_base::{Format, Homes, Money, PageId, ProductId, SimTime, Span, Topic};
use chappe_platform::policy::Policy;
use chappe_platform::{Audience, CampaignConfig, Config, Desk, Pacing, PageConfig, ProductConfig};

/// How many pages there are, each with one product and two campaigns.
pub const PAGES: u32 = 400;

/// What everything costs; purses and budgets hold a thousand times as much.
pub const PRICE: Money = Money(1_000_000);
pub(crate) const PURSE: Money = Money(1_000 * PRICE.0);
pub(crate) const BUDGET: Money = Money(1_000 * PRICE.0);

pub(crate) const CATEGORIES: u16 = 4;

/// What `page` deals in.
pub(crate) fn topic_of(page: PageId) -> Topic {
    let (category, product) = (page.0 as u16 % CATEGORIES, 0);
    Topic { category, product }
}

/// Each page has a flash sale, and behind those of all pages a new product.
pub(crate) fn terms(campaign: usize) -> CampaignConfig {
    let page = PageId(campaign as u32 % PAGES);
    let is_sale = campaign < PAGES as usize;
    CampaignConfig {
        page,
        format: if is_sale {
            Format::FlashSale
        } else {
            Format::NewProduct
        },
        topic: topic_of(page),
        product: ProductId(0),
        bid: Money(if is_sale { 2 } else { 1 }),
        budget: BUDGET,
        start: SimTime::ZERO,
        end: SimTime::NEVER,
        audience: Audience::Everyone,
        pacing: Pacing::Asap,
    }
}

/// The platform: one shard for everyone.
pub(crate) fn config(policy: Policy, users_count: u32) -> Config {
    let page = |number: u32| PageConfig {
        category: topic_of(PageId(number)).category,
        desk: Desk::Bot,
        products: vec![ProductConfig { price: PRICE }],
    };
    Config {
        homes: Homes::new(1),
        users_count,
        pages: (0..PAGES).map(page).collect(),
        campaigns: (0..2 * PAGES as usize).map(terms).collect(),
        policy,
        transfer_timeout: Span(10 * Span::SECOND.0),
        key_life: Span::DAY,
        inbox_life: Span(7 * Span::DAY.0),
        pushes_ads: false,
        lease_life: Span::DAY,
        lease_ads_count: 1_000,
        payment_fee_ppm: 0,
    }
}
