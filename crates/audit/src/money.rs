//! Judges money: every balance of a shard, recomputed from its double entries.
//!
//! Only the moves in [`Route`] are legal, so money that takes another way is reported although the sums are
//! right.

use crate::findings::name;
use crate::promises::{Promise, Promises};
use chappe_base::{Account, CampaignId, Homes, Map, Money, PageId, Party, ShardId};

/// What a double entry is for. All other pairs of accounts are illegal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Route {
    /// World to a party: an opening balance.
    Opening,
    /// Payer's free money to payer's held money.
    Reserve(Party),
    /// Payer's held money back to free.
    Release(Party),
    /// Payer's held money to clearing.
    Post(Party),
    /// Clearing to the payee.
    Credit(Party),
    /// Page to its campaign's budget.
    SetAside(PageId, CampaignId),
    /// A campaign's unspent budget back to its page.
    GiveBack(PageId, CampaignId),
    /// A campaign's budget to clearing: a lease leaves the page's home.
    LeaseOut(CampaignId),
    /// Clearing to a shard's lease.
    LeaseIn(CampaignId),
    /// A shard's unspent lease to clearing.
    ReturnOut(CampaignId),
    /// Clearing to the campaign's budget: a returned lease arrives.
    ReturnIn(CampaignId),
    /// A lease to its held money: an ad is reserved.
    ReserveAd(CampaignId),
    /// Held money back to the lease: an ad was not delivered.
    ReleaseAd(CampaignId),
    /// Held money to revenue: an ad was delivered.
    ChargeAd(CampaignId),
    /// Page to message revenue: the price of a notice, or of a month of messages.
    Notice(PageId),
    /// Message revenue back to a page: messages of its month that were not sent.
    QuotaBack(PageId),
    /// Page to payment revenue: the platform's fee on a payment.
    Fee(PageId),
}

impl Route {
    /// The route from one account to another; `None` if that is illegal.
    pub(crate) fn of(from: Account, to: Account) -> Option<Route> {
        match from {
            Account::World => matches!(to, Account::User(_) | Account::Page(_)).then_some(Route::Opening),
            Account::Clearing => match to {
                Account::User(user) => Some(Route::Credit(Party::User(user))),
                Account::Page(page) => Some(Route::Credit(Party::Page(page))),
                Account::Lease(campaign) => Some(Route::LeaseIn(campaign)),
                Account::Campaign(campaign) => Some(Route::ReturnIn(campaign)),
                Account::World
                | Account::Clearing
                | Account::Revenue
                | Account::UserHeld(_)
                | Account::PageHeld(_)
                | Account::LeaseHeld(_)
                | Account::MessageRevenue
                | Account::PaymentRevenue => None,
            },
            Account::Revenue | Account::PaymentRevenue => None,
            Account::MessageRevenue => {
                if let Account::Page(page) = to {
                    Some(Route::QuotaBack(page))
                } else {
                    None
                }
            }
            Account::User(user) => {
                (to == Account::UserHeld(user)).then_some(Route::Reserve(Party::User(user)))
            }
            Account::UserHeld(user) => Route::of_held(to, Party::User(user), Account::User(user)),
            Account::Page(page) => match to {
                Account::Campaign(campaign) => Some(Route::SetAside(page, campaign)),
                Account::PageHeld(payer) if payer == page => Some(Route::Reserve(Party::Page(page))),
                Account::MessageRevenue => Some(Route::Notice(page)),
                Account::PaymentRevenue => Some(Route::Fee(page)),
                Account::World
                | Account::Clearing
                | Account::Revenue
                | Account::User(_)
                | Account::UserHeld(_)
                | Account::Page(_)
                | Account::PageHeld(_)
                | Account::Lease(_)
                | Account::LeaseHeld(_) => None,
            },
            Account::PageHeld(page) => Route::of_held(to, Party::Page(page), Account::Page(page)),
            Account::Campaign(campaign) => match to {
                Account::Clearing => Some(Route::LeaseOut(campaign)),
                Account::Page(page) => Some(Route::GiveBack(page, campaign)),
                Account::World
                | Account::Revenue
                | Account::User(_)
                | Account::UserHeld(_)
                | Account::PageHeld(_)
                | Account::Campaign(_)
                | Account::Lease(_)
                | Account::LeaseHeld(_)
                | Account::MessageRevenue
                | Account::PaymentRevenue => None,
            },
            Account::Lease(campaign) => {
                let held = (to == Account::LeaseHeld(campaign)).then_some(Route::ReserveAd(campaign));
                held.or((to == Account::Clearing).then_some(Route::ReturnOut(campaign)))
            }
            Account::LeaseHeld(campaign) => {
                let back = (to == Account::Lease(campaign)).then_some(Route::ReleaseAd(campaign));
                let earns = matches!(to, Account::Revenue | Account::MessageRevenue);
                back.or(earns.then_some(Route::ChargeAd(campaign)))
            }
        }
    }

    fn of_held(to: Account, payer: Party, back: Account) -> Option<Route> {
        let post = (to == Account::Clearing).then_some(Route::Post(payer));
        post.or((to == back).then_some(Route::Release(payer)))
    }
}

/// The balances of one shard's accounts [micro-units].
///
/// Held money is rare at any time, so it is in a map. Sums saturate, because a log file may contain anything.
#[derive(Debug)]
pub(crate) struct Accounts {
    homes: Homes,
    shard: ShardId,
    users_count: u32,
    pages_count: u32,
    users: Vec<i64>,
    pages: Vec<i64>,
    held: Map<Party, i64>,
    campaigns: Vec<CampaignAccounts>,
    world: i64,
    clearing: i64,
    revenue: i64,
    message_revenue: i64,
    payment_revenue: i64,
}

#[derive(Clone, Copy, Default, Debug)]
struct CampaignAccounts {
    budget: i64,
    lease: i64,
    held: i64,
}

impl Accounts {
    pub(crate) fn new(homes: Homes, shard: ShardId, promises: &Promises) -> Accounts {
        Accounts {
            homes,
            shard,
            users_count: promises.users_count,
            pages_count: promises.pages_count,
            users: vec![0; homes.count(shard, promises.users_count)],
            pages: vec![0; homes.count(shard, promises.pages_count)],
            held: Map::default(),
            campaigns: vec![CampaignAccounts::default(); promises.campaigns.len()],
            world: 0,
            clearing: 0,
            revenue: 0,
            message_revenue: 0,
            payment_revenue: 0,
        }
    }

    /// Whether the account belongs to this shard.
    pub(crate) fn has(&self, account: Account) -> bool {
        match account {
            Account::World
            | Account::Clearing
            | Account::Revenue
            | Account::MessageRevenue
            | Account::PaymentRevenue => true,
            Account::User(user) | Account::UserHeld(user) => {
                user.0 < self.users_count && self.homes.user(user) == self.shard
            }
            Account::Page(page) | Account::PageHeld(page) => {
                page.0 < self.pages_count && self.homes.page(page) == self.shard
            }
            Account::Campaign(campaign) | Account::Lease(campaign) | Account::LeaseHeld(campaign) => {
                campaign.index() < self.campaigns.len()
            }
        }
    }

    /// The balance of an account of this shard.
    pub(crate) fn balance(&self, account: Account) -> i64 {
        let campaign = |campaign: CampaignId| self.campaigns[campaign.index()];
        match account {
            Account::World => self.world,
            Account::Clearing => self.clearing,
            Account::Revenue => self.revenue,
            Account::MessageRevenue => self.message_revenue,
            Account::PaymentRevenue => self.payment_revenue,
            Account::User(user) => self.users[self.homes.local(user.0)],
            Account::Page(page) => self.pages[self.homes.local(page.0)],
            Account::UserHeld(user) => self.held_by(Party::User(user)),
            Account::PageHeld(page) => self.held_by(Party::Page(page)),
            Account::Campaign(id) => campaign(id).budget,
            Account::Lease(id) => campaign(id).lease,
            Account::LeaseHeld(id) => campaign(id).held,
        }
    }

    fn held_by(&self, party: Party) -> i64 {
        self.held.get(&party).copied().unwrap_or(0)
    }

    fn place(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::World => &mut self.world,
            Account::Clearing => &mut self.clearing,
            Account::Revenue => &mut self.revenue,
            Account::MessageRevenue => &mut self.message_revenue,
            Account::PaymentRevenue => &mut self.payment_revenue,
            Account::User(user) => &mut self.users[self.homes.local(user.0)],
            Account::Page(page) => &mut self.pages[self.homes.local(page.0)],
            Account::UserHeld(user) => self.held.entry(Party::User(user)).or_default(),
            Account::PageHeld(page) => self.held.entry(Party::Page(page)).or_default(),
            Account::Campaign(campaign) => &mut self.campaigns[campaign.index()].budget,
            Account::Lease(campaign) => &mut self.campaigns[campaign.index()].lease,
            Account::LeaseHeld(campaign) => &mut self.campaigns[campaign.index()].held,
        }
    }

    fn add(&mut self, account: Account, amount: i64) {
        let place = self.place(account);
        *place = place.saturating_add(amount);
        let emptied = *place == 0;
        match account {
            Account::UserHeld(user) if emptied => self.held.remove(&Party::User(user)),
            Account::PageHeld(page) if emptied => self.held.remove(&Party::Page(page)),
            Account::World
            | Account::Clearing
            | Account::Revenue
            | Account::User(_)
            | Account::UserHeld(_)
            | Account::Page(_)
            | Account::PageHeld(_)
            | Account::Campaign(_)
            | Account::Lease(_)
            | Account::LeaseHeld(_)
            | Account::MessageRevenue
            | Account::PaymentRevenue => None,
        };
    }

    /// Moves `amount` between accounts of this shard. Returns `true` if this overdraws `from`.
    pub(crate) fn shift(&mut self, from: Account, to: Account, amount: Money) -> bool {
        let before = self.balance(from);
        self.add(from, amount.0.saturating_neg());
        self.add(to, amount.0);
        // Reported when it happens, and not again for every later move of an overdrawn account.
        !from.may_be_negative() && before >= 0 && before < amount.0
    }

    /// The sum over all accounts [micro-units]: zero, because every entry is double.
    pub(crate) fn sum(&self) -> i128 {
        let campaigns = self.campaigns.iter();
        let campaigns = campaigns.flat_map(|campaign| [campaign.budget, campaign.lease, campaign.held]);
        let parties = self
            .users
            .iter()
            .chain(&self.pages)
            .copied()
            .chain(self.held.values().copied());
        let rest = [
            self.world,
            self.clearing,
            self.revenue,
            self.message_revenue,
            self.payment_revenue,
        ];
        parties.chain(campaigns).chain(rest).map(i128::from).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.users.capacity() + self.pages.capacity()) * size_of::<i64>()
            + self.held.allocation_size()
            + self.campaigns.capacity() * size_of::<CampaignAccounts>()
    }
}

/// The promise that an overdrawn account breaks.
pub(crate) fn overdraft(account: Account) -> Promise {
    match account {
        Account::Campaign(_) | Account::Lease(_) | Account::LeaseHeld(_) => Promise::BudgetsKept,
        Account::World
        | Account::Clearing
        | Account::Revenue
        | Account::User(_)
        | Account::UserHeld(_)
        | Account::Page(_)
        | Account::PageHeld(_)
        | Account::MessageRevenue
        | Account::PaymentRevenue => Promise::MoneyConserved,
    }
}

/// The account's name, for violations.
pub(crate) fn account_name(account: Account) -> String {
    let of = |what: &str, campaign: CampaignId| format!("{what} of campaign {}", campaign.0);
    match account {
        Account::World => "the world".into(),
        Account::Clearing => "clearing".into(),
        Account::Revenue => "revenue".into(),
        Account::MessageRevenue => "revenue of messages".into(),
        Account::PaymentRevenue => "revenue of payments".into(),
        Account::User(user) => name(Party::User(user)),
        Account::Page(page) => name(Party::Page(page)),
        Account::UserHeld(user) => format!("what {} holds", name(Party::User(user))),
        Account::PageHeld(page) => format!("what {} holds", name(Party::Page(page))),
        Account::Campaign(campaign) => of("the budget", campaign),
        Account::Lease(campaign) => of("the lease", campaign),
        Account::LeaseHeld(campaign) => of("what is held of the lease", campaign),
    }
}
