//! A tiny driver: a calendar over several shards, and the promises that hold after every command.

use chappe_base::{
    Account, Act, ActKind, CampaignId, Fact, Format, Homes, MessageId, Money, PageId, Party, ProductId,
    Record, ShardId, SimTime, Span, Topic, UserId,
};
use chappe_platform::policy::{PageRule, Policy, UserRule};
use chappe_platform::{
    Audience, CampaignConfig, Command, Config, Desk, HistoryEvent, Hop, Notice, Outbox, Pacing, PageConfig,
    ProductConfig, Shard,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shards in every test world: users and pages are dealt out in turn.
pub(crate) const SHARDS: u16 = 3;
/// Users in every test world.
pub(crate) const USERS: u32 = 9;
/// Pages in every test world: 0 has one human at its desk, 1 a bot, 2 two humans.
pub(crate) const PAGES: u32 = 3;
/// Time that a forward takes, unless a test says otherwise.
pub(crate) const LINK: Span = Span(50_000_000);
/// What everything in the catalogues costs.
pub(crate) const PRICE: Money = Money(10);
/// What an ad costs at least, in every policy of the tests.
pub(crate) const RESERVE: Money = Money(2);
/// Everybody's balance before the first event.
pub(crate) const PURSE: Money = Money(100);

pub(crate) const ANN: UserId = UserId(0);
pub(crate) const BOB: UserId = UserId(1);
/// Lives on Ann's shard.
pub(crate) const CID: UserId = UserId(3);
/// The page on Ann's shard.
pub(crate) const SHOES: PageId = PageId(0);
/// The page on Bob's shard.
pub(crate) const BOOKS: PageId = PageId(1);
/// The topic of each page's first product.
pub(crate) const TRAIL: Topic = Topic {
    category: 0,
    product: 0,
};

/// A time in seconds.
pub(crate) fn s(seconds: i64) -> SimTime {
    SimTime(seconds * Span::SECOND.0)
}

/// A number for a user's act between people.
pub(crate) fn chat(user: UserId, slot: u32) -> MessageId {
    MessageId::new(user, Act::new(0, slot, ActKind::Chat, 0))
}

/// A number for a user's act towards a page.
pub(crate) fn act(user: UserId, slot: u32) -> MessageId {
    MessageId::new(user, Act::new(0, slot, ActKind::Page, 0))
}

/// A config in which nothing is advertised.
pub(crate) fn config() -> Config {
    let page = |category, desk| PageConfig {
        category,
        desk,
        products: vec![ProductConfig { price: PRICE }; 2],
    };
    Config {
        homes: Homes::new(SHARDS),
        users_count: USERS,
        pages: vec![
            page(0, Desk::Humans(1)),
            page(1, Desk::Bot),
            page(2, Desk::Humans(2)),
        ],
        campaigns: Vec::new(),
        policy: policy(Vec::new(), Vec::new()),
        transfer_timeout: Span(10 * Span::SECOND.0),
        key_life: Span::DAY,
        inbox_life: Span(7 * Span::DAY.0),
        lease_life: Span(10 * Span::MINUTE.0),
        lease_ads_count: 2,
        payment_fee_ppm: 0,
        pushes_ads: false,
    }
}

pub(crate) fn policy(user_rules: Vec<UserRule>, page_rules: Vec<PageRule>) -> Policy {
    Policy {
        name: "test".into(),
        user_rules,
        page_rules: [page_rules, vec![PageRule::Reserve(RESERVE)]].concat(),
        ..Policy::default()
    }
}

/// A flash sale of the first product of `page` for the first day, at a bid of 2 out of 20.
pub(crate) fn campaign(page: PageId) -> CampaignConfig {
    CampaignConfig {
        page,
        format: Format::FlashSale,
        topic: Topic {
            category: page.0 as u16,
            product: 0,
        },
        product: ProductId(0),
        bid: Money(2),
        budget: Money(20),
        start: SimTime::ZERO,
        end: s(86_400),
        audience: Audience::Everyone,
        pacing: Pacing::Asap,
    }
}

/// How long a forward travels; `None` if it is lost.
type Link = Box<dyn FnMut(&Command) -> Option<Span>>;

/// Several shards and what they have told so far.
pub(crate) struct World {
    config: Arc<Config>,
    pub(crate) shards: Vec<Shard>,
    queue: BTreeMap<(SimTime, u64), (ShardId, Command)>,
    sequence: u64,
    link: Link,
    now: SimTime,
    pub(crate) records: Vec<Record>,
    pub(crate) notices: Vec<(SimTime, Notice)>,
    /// Grants and returns of leases between shards.
    leases_in_flight: Money,
    /// How long an ad waits to be served after it won its slot.
    pub(crate) ad_wait: Span,
    /// Transfers credited and not posted.
    unposted: Money,
    stock: BTreeMap<(PageId, ProductId), i64>,
    opening: Money,
}

impl World {
    /// A world in which everybody has [`PURSE`].
    pub(crate) fn new(config: Config) -> World {
        let config = Arc::new(config);
        let homes = config.homes;
        let shard = |id| {
            let zones = (0..homes.count(ShardId(id), config.users_count)).map(|_| 0);
            Shard::new(Arc::clone(&config), ShardId(id), zones)
        };
        let mut world = World {
            shards: (0..SHARDS).map(shard).collect(),
            config: Arc::clone(&config),
            queue: BTreeMap::new(),
            sequence: 0,
            link: Box::new(|_| Some(LINK)),
            now: s(-1_000_000),
            records: Vec::new(),
            notices: Vec::new(),
            leases_in_flight: Money::ZERO,
            ad_wait: Span::ZERO,
            unposted: Money::ZERO,
            stock: BTreeMap::new(),
            opening: Money::ZERO,
        };
        let users = (0..USERS).map(|user| Party::User(UserId(user)));
        let pages = (0..PAGES).map(|page| Party::Page(PageId(page)));
        for party in users.chain(pages) {
            world.past(HistoryEvent::Balance { party, amount: PURSE });
        }
        for id in 0..SHARDS {
            for (at, command) in world.shards[usize::from(id)].first_timers() {
                world.push(at, ShardId(id), command);
            }
        }
        world
    }

    pub(crate) fn link(mut self, link: impl FnMut(&Command) -> Option<Span> + 'static) -> World {
        self.link = Box::new(link);
        self
    }

    /// Something that happened 1,000 s before the first event.
    pub(crate) fn past(&mut self, past: HistoryEvent) {
        self.past_at(s(-1_000), past);
    }

    pub(crate) fn past_at(&mut self, at: SimTime, past: HistoryEvent) {
        let party = match past {
            HistoryEvent::Balance { party, amount } => {
                self.opening += amount;
                party
            }
            HistoryEvent::Stock { page, .. } => Party::Page(page),
            HistoryEvent::OnLine { user, .. }
            | HistoryEvent::Conversation { user, .. }
            | HistoryEvent::Acted { user, .. }
            | HistoryEvent::OptIn { user, .. } => Party::User(user),
        };
        let shard = self.config.homes.party(party);
        let mut out = Outbox::default();
        self.shards[shard.index()].apply_history(at, past, &mut out);
        assert!(
            out.forwards.is_empty() && out.notices.is_empty(),
            "history causes nothing"
        );
        self.collect(at, shard, &out);
        self.check(shard);
    }

    /// A conversation that `user` began with `page` on its first product, long ago.
    pub(crate) fn acquainted(&mut self, user: UserId, page: PageId) {
        let topic = Topic {
            category: page.0 as u16,
            product: 0,
        };
        let act = Act::new(-1, page.0, ActKind::Page, 0);
        self.past(HistoryEvent::Conversation {
            user,
            page,
            act,
            by_user: true,
            topic,
        });
    }

    pub(crate) fn stocked(&mut self, page: PageId, units: u32) {
        self.past(HistoryEvent::Stock {
            page,
            product: ProductId(0),
            units,
        });
    }

    /// A client's command arrives where it is decided.
    pub(crate) fn at(&mut self, at: SimTime, command: Command) {
        let home = command.home(self.config.homes).expect("a client's command");
        self.push(at, home, command);
    }

    /// The user is on line for so many seconds.
    pub(crate) fn online(&mut self, at: SimTime, user: UserId, seconds: i64) {
        let minute = (at.0 / Span::MINUTE.0) as u32;
        let occasion = chat(user, 100 + minute % 400);
        self.at(
            at,
            Command::Connect {
                occasion,
                user,
                until: at + Span(seconds * Span::SECOND.0),
            },
        );
    }

    /// The user's shard asks for budget of every campaign.
    pub(crate) fn request_leases(&mut self, at: SimTime, user: UserId) {
        let shard = self.config.homes.user(user);
        for index in 0..self.config.campaigns.len() {
            let home = self.config.homes.page(self.config.campaigns[index].page);
            self.push(
                at,
                home,
                Command::RequestLease {
                    campaign: CampaignId(index as u16),
                    shard,
                },
            );
        }
    }

    pub(crate) fn push(&mut self, at: SimTime, shard: ShardId, command: Command) {
        assert!(at >= self.now, "{command:?} would happen in the past");
        if let Command::GrantLease { amount, .. } | Command::ReturnLease { amount, .. } = command {
            self.leases_in_flight += amount;
        }
        self.sequence += 1;
        self.queue.insert((at, self.sequence), (shard, command));
    }

    /// Runs all that happens before `until`.
    pub(crate) fn run_until(&mut self, until: SimTime) {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 < until) {
            let ((at, _), (shard, command)) = entry.remove_entry();
            self.now = at;
            self.apply(shard, command);
        }
    }

    /// Runs until nothing is left to happen.
    pub(crate) fn run(&mut self) {
        self.run_until(SimTime::NEVER);
    }

    /// Ends the run; the messages that are pending.
    pub(crate) fn finish(&mut self) -> Vec<MessageId> {
        let mut out = Outbox::default();
        for shard in &mut self.shards {
            shard.finish(&mut out);
        }
        let pending = |fact: &Fact| match fact {
            Fact::Pending { message } => *message,
            fact => panic!("{fact:?} at the end"),
        };
        out.facts.iter().map(pending).collect()
    }

    fn apply(&mut self, shard: ShardId, command: Command) {
        if let Command::GrantLease { amount, .. } | Command::ReturnLease { amount, .. } = command {
            self.leases_in_flight -= amount;
        }
        let mut out = Outbox::default();
        self.shards[shard.index()].apply(self.now, command, &mut out);
        self.collect(self.now, shard, &out);
        for forward in out.forwards {
            match forward.hop {
                Hop::Timer(at) => {
                    assert!(at >= self.now, "a timer in the past: {:?}", forward.command);
                    let is_ad = matches!(forward.command, Command::DeliverAd { .. });
                    self.push(if is_ad { at + self.ad_wait } else { at }, shard, forward.command);
                }
                Hop::Link(to) => {
                    if let Some(delay) = (self.link)(&forward.command) {
                        self.push(self.now + delay, to, forward.command);
                    }
                }
            }
        }
        self.check(shard);
    }

    fn collect(&mut self, at: SimTime, shard: ShardId, out: &Outbox) {
        for fact in &out.facts {
            self.records.push(Record {
                at,
                shard,
                fact: *fact,
            });
            if let Fact::TransferCredited { amount, .. } = fact {
                self.unposted += *amount;
            } else if let Fact::TransferPosted { amount, .. } = fact {
                self.unposted -= *amount;
            } else if let Fact::Stocked { page, product, units } = fact {
                *self.stock.entry((*page, *product)).or_default() += i64::from(*units);
            } else if let Fact::OrderPlaced { page, product, .. } = fact {
                *self.stock.entry((*page, *product)).or_default() -= 1;
            } else if let Fact::OrderCancelled { page, product, .. } = fact {
                *self.stock.entry((*page, *product)).or_default() += 1;
            }
        }
        self.notices
            .extend(out.notices.iter().map(|notice| (at, *notice)));
    }

    /// What holds after every single command.
    fn check(&mut self, shard: ShardId) {
        assert_eq!(
            self.shards[shard.index()].ledger_sum(),
            Money::ZERO,
            "each ledger balances alone"
        );
        for account in self.accounts(shard) {
            let balance = self.shards[shard.index()].balance(account);
            assert!(balance >= Money::ZERO, "{account:?} is overdrawn: {balance:?}");
        }
        assert_eq!(
            self.total(|_| vec![Account::Clearing]),
            self.leases_in_flight - self.unposted,
            "clearing cancels but for what is in flight"
        );
        assert_eq!(
            self.total(|_| vec![Account::World]),
            -self.opening,
            "no money comes or goes"
        );
        assert!(
            self.stock.values().all(|units| *units >= 0),
            "more was sold than there was: {:?}",
            self.stock
        );
    }

    /// All accounts of a shard that may not be negative.
    fn accounts(&self, shard: ShardId) -> Vec<Account> {
        let homes = self.config.homes;
        let users = (0..self.config.users_count)
            .map(UserId)
            .filter(|user| homes.user(*user) == shard);
        let pages = (0..PAGES).map(PageId).filter(|page| homes.page(*page) == shard);
        let campaigns = (0..self.config.campaigns.len() as u16).map(CampaignId);
        let users = users.flat_map(|user| [Account::User(user), Account::UserHeld(user)]);
        let pages = pages.flat_map(|page| [Account::Page(page), Account::PageHeld(page)]);
        let campaigns = campaigns.flat_map(|campaign| {
            [
                Account::Campaign(campaign),
                Account::Lease(campaign),
                Account::LeaseHeld(campaign),
            ]
        });
        users
            .chain(pages)
            .chain(campaigns)
            .chain([Account::Revenue, Account::MessageRevenue, Account::PaymentRevenue])
            .collect()
    }

    fn total(&mut self, accounts: impl Fn(ShardId) -> Vec<Account>) -> Money {
        let shards = self.shards.iter_mut().enumerate();
        shards
            .flat_map(|(id, shard)| {
                accounts(ShardId(id as u16))
                    .into_iter()
                    .map(|account| shard.balance(account))
                    .collect::<Vec<_>>()
            })
            .sum()
    }

    /// The sum of an account over all shards.
    pub(crate) fn everywhere(&mut self, account: Account) -> Money {
        self.total(|_| vec![account])
    }

    pub(crate) fn free(&mut self, party: Party) -> Money {
        let account = match party {
            Party::User(user) => Account::User(user),
            Party::Page(page) => Account::Page(page),
        };
        self.shards[self.config.homes.party(party).index()].balance(account)
    }

    pub(crate) fn held(&mut self, user: UserId) -> Money {
        self.shards[self.config.homes.user(user).index()].balance(Account::UserHeld(user))
    }

    /// Whether everything that was promised to a transfer or an ad is settled and back.
    pub(crate) fn assert_settled(&mut self) {
        assert_eq!((self.unposted, self.leases_in_flight), (Money::ZERO, Money::ZERO));
        assert_eq!(self.everywhere(Account::Clearing), Money::ZERO);
        for user in (0..USERS).map(UserId) {
            assert_eq!(
                self.held(user),
                Money::ZERO,
                "{user:?} still holds money for a transfer"
            );
        }
        for page in (0..PAGES).map(PageId) {
            let home = self.config.homes.page(page).index();
            assert_eq!(self.shards[home].balance(Account::PageHeld(page)), Money::ZERO);
        }
    }

    /// All facts of the run, history left out.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.records
            .iter()
            .filter(|record| record.at >= SimTime::ZERO)
            .map(|record| record.fact)
            .collect()
    }

    /// The facts that `pick` picks, with their times.
    pub(crate) fn picked<T>(&self, pick: impl Fn(&Fact) -> Option<T>) -> Vec<(SimTime, T)> {
        let records = self.records.iter().filter(|record| record.at >= SimTime::ZERO);
        records
            .filter_map(|record| Some((record.at, pick(&record.fact)?)))
            .collect()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Fact) -> bool) -> usize {
        self.facts().iter().filter(|fact| wanted(fact)).count()
    }

    /// The notices to `party`, in order.
    pub(crate) fn seen_by(&self, party: Party) -> Vec<Notice> {
        self.notices
            .iter()
            .map(|(_, notice)| *notice)
            .filter(|notice| notice.to() == party)
            .collect()
    }
}
