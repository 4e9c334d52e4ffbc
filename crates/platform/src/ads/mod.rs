//! Ads: campaigns and budgets at the page's home, leases on every shard, slots at the user's shard.

mod auction;
mod broadcast;
mod campaign;
mod judging;
mod lease;
mod reach;
mod slot;

use crate::config::{CampaignConfig, Config};
use crate::conversations::Place;
use crate::policy::{Basis, Verdict};
use chappe_base::{
    Account, AdFeedback, CampaignId, Map, MessageId, Money, PageId, RuleKind, Seconds, SimTime, UserId,
};
use reach::Reach;

pub use slot::Explanation;

/// This shard's lease of one campaign's budget. The money itself is in the ledger.
#[derive(Clone, Copy, Default, Debug)]
struct Lease {
    until: SimTime,
    /// Ads that may still be sent on it.
    ads: u32,
    /// Feedback that the page's home has not got yet.
    feedback: AdFeedback,
    /// The rule with which the page's home refused last.
    refused: Option<RuleKind>,
    /// No request for a lease before this time.
    retry_at: SimTime,
    /// Whether the page's home has not yet answered the last request.
    is_asked: bool,
    /// The local user at whom a waiting broadcast continues.
    broadcast: Option<u32>,
}

/// What one lease transfers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grant {
    pub(crate) amount: Money,
    /// Ads that may be sent.
    pub(crate) ads: u32,
    /// People who may get one although they had none from the page for a day, if the policy has tiers.
    pub(crate) reach: u32,
}

/// An ad that won a slot and is not yet delivered or withdrawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ad {
    pub(crate) user: UserId,
    pub(crate) campaign: CampaignId,
    pub(crate) price: Money,
    pub(crate) reserved: SimTime,
    /// When the lease that pays for it ends.
    pub(crate) until: SimTime,
    /// The basis that it used, and the previous use of that basis; `None` if the policy needs no basis.
    pub(crate) basis: Option<(Basis, Seconds)>,
    /// Whether it was held over quiet hours.
    pub(crate) held: bool,
}

/// What a lease says to one more ad.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LeaseAnswer {
    /// It pays for it.
    Pays,
    /// The page's home has been asked for a lease and will answer within a round trip.
    Waits,
    /// This rule refuses it.
    Refuses(RuleKind),
}

/// One campaign, judged for one slot.
#[derive(Clone, Copy, Debug)]
struct Judged {
    campaign: CampaignId,
    /// The user's conversation with its page.
    place: Place,
    verdict: Verdict,
}

/// A slot that waits for the answer of a page's home.
#[derive(Clone, Copy, Debug)]
struct WaitingSlot {
    campaign: CampaignId,
    occasion: MessageId,
    user: UserId,
}

/// The ads' state of one shard.
#[derive(Debug)]
pub(crate) struct Ads {
    leases: Vec<Lease>,
    under_way: Map<MessageId, Ad>,
    /// In the order in which they opened.
    waiting_slots: Vec<WaitingSlot>,
    /// The campaigns judged for the slot at hand. Empty between slots.
    judged: Vec<Judged>,
    /// By page, the index of its first campaign in `campaigns_by_page`; one entry more than pages.
    page_starts: Vec<u32>,
    campaigns_by_page: Vec<CampaignId>,
    /// The lowest price of an ad.
    reserve: Money,
    /// The account that receives the price of an ad.
    earned_as: Account,
    reach: Reach,
    /// Whether users who come on line are shown ads.
    pub(crate) slots_open: bool,
    /// By campaign, the budget set aside for it while it runs; `None` otherwise and for other shards'
    /// campaigns.
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
            waiting_slots: Vec::new(),
            judged: Vec::new(),
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

    /// The range of `page`'s campaigns in `campaigns_by_page`.
    fn range(&self, page: PageId) -> std::ops::Range<usize> {
        self.page_starts[page.index()] as usize..self.page_starts[page.index() + 1] as usize
    }

    /// The messages of all ads under way, sorted: the map's order has no meaning.
    pub(crate) fn under_way(&self) -> Vec<MessageId> {
        let mut messages: Vec<MessageId> = self.under_way.keys().copied().collect();
        messages.sort_unstable();
        messages
    }

    pub(crate) fn bytes(&self) -> usize {
        self.leases.capacity() * size_of::<Lease>()
            + self.under_way.allocation_size()
            + self.waiting_slots.capacity() * size_of::<WaitingSlot>()
            + self.judged.capacity() * size_of::<Judged>()
            + self.page_starts.capacity() * size_of::<u32>()
            + self.campaigns_by_page.capacity() * size_of::<CampaignId>()
            + self.set_aside.capacity() * size_of::<Option<Money>>()
            + self.reach.bytes()
    }
}

/// Whether the campaign has begun and not ended at `now`.
fn is_running(campaign: &CampaignConfig, now: SimTime) -> bool {
    campaign.start <= now && now < campaign.end
}
