//! Ads: campaigns and their budgets at the page's home, leases at the shards, slots at the users'.

mod auction;
mod broadcast;
mod campaign;
mod judging;
mod lease;
mod reach;
mod slot;

use crate::config::{CampaignConfig, Config};
use crate::policy::Basis;
use chappe_base::{
    Account, AdFeedback, CampaignId, Map, MessageId, Money, PageId, RuleKind, Seconds, SimTime, UserId,
};
use reach::Reach;

pub use slot::Explanation;

/// What this shard may spend of one campaign's budget. The money itself is in the ledger.
#[derive(Clone, Copy, Default, Debug)]
struct Lease {
    until: SimTime,
    /// Ads that it still lets go.
    ads: u32,
    /// What the page's home has not been told yet.
    feedback: AdFeedback,
    /// Why the page's home last gave nothing.
    refused: Option<RuleKind>,
    /// Not asked for again before then.
    retry_at: SimTime,
    /// Where a broadcast goes on once there is an answer.
    broadcast: Option<u32>,
}

/// What a page's home leases to a shard at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grant {
    pub(crate) amount: Money,
    /// Ads that may be sent.
    pub(crate) ads: u32,
    /// People who may be sent them and had none from the page for a day, where the policy counts them.
    pub(crate) reach: u32,
}

/// An ad that won a slot and is not yet delivered or withdrawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ad {
    pub(crate) user: UserId,
    pub(crate) campaign: CampaignId,
    pub(crate) price: Money,
    pub(crate) reserved: SimTime,
    /// When the lease that pays it ends.
    pub(crate) until: SimTime,
    /// What it was let through on, and how that had been used before; `None` if the policy asks for
    /// no ground.
    pub(crate) basis: Option<(Basis, Seconds)>,
}

/// What one shard knows of ads.
#[derive(Debug)]
pub(crate) struct Ads {
    leases: Vec<Lease>,
    under_way: Map<MessageId, Ad>,
    /// For each page, where its campaigns begin in `campaigns_by_page`; one more than there are pages.
    page_starts: Vec<u32>,
    campaigns_by_page: Vec<CampaignId>,
    /// What an ad costs at least.
    reserve: Money,
    /// What the price of an ad is earned as.
    earned_as: Account,
    reach: Reach,
    /// Whether users who come on line are shown ads.
    pub(crate) slots_open: bool,
    /// For each campaign homed here that has begun and not ended, the budget set aside for it.
    set_aside: Vec<Option<Money>>,
}

impl Ads {
    pub(crate) fn new(config: &Config) -> Ads {
        let mut campaigns_by_page: Vec<CampaignId> =
            (0..config.campaigns.len() as u16).map(CampaignId).collect();
        let page = |campaign: &CampaignId| config.campaigns[campaign.index()].page;
        campaigns_by_page.sort_by_key(|campaign| (page(campaign), *campaign));
        let page_starts = (0..=config.pages.len() as u32)
            .map(|number| campaigns_by_page.partition_point(|campaign| page(campaign).0 < number) as u32)
            .collect();
        let count = config.campaigns.len();
        Ads {
            leases: vec![Lease::default(); count],
            under_way: Map::default(),
            page_starts,
            campaigns_by_page,
            reserve: config.policy.reserve(),
            earned_as: match config.policy.message_prices() {
                Some(_) => Account::MessageRevenue,
                None => Account::Revenue,
            },
            reach: Reach::new(count),
            slots_open: true,
            set_aside: vec![None; count],
        }
    }

    /// Where in `campaigns_by_page` the campaigns of `page` are.
    fn range(&self, page: PageId) -> std::ops::Range<usize> {
        self.page_starts[page.index()] as usize..self.page_starts[page.index() + 1] as usize
    }

    /// The ads under way, in the order of their messages.
    pub(crate) fn under_way(&self) -> Vec<MessageId> {
        let mut messages: Vec<MessageId> = self.under_way.keys().copied().collect();
        messages.sort_unstable();
        messages
    }

    pub(crate) fn bytes(&self) -> usize {
        self.leases.capacity() * size_of::<Lease>()
            + self.under_way.allocation_size()
            + self.page_starts.capacity() * size_of::<u32>()
            + self.campaigns_by_page.capacity() * size_of::<CampaignId>()
            + self.set_aside.capacity() * size_of::<Option<Money>>()
            + self.reach.bytes()
    }
}

/// Whether a campaign may show ads at `now`.
fn is_running(campaign: &CampaignConfig, now: SimTime) -> bool {
    campaign.start <= now && now < campaign.end
}
