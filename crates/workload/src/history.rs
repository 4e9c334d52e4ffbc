//! History before day one, drawn user by user: conversations with pages, consent, balances, stock, and the
//! conversations between friends that are under way.
//!
//! Without it a run would start with an empty platform, and need weeks of warm-up before ads have an
//! audience.

use crate::agents::World;
use crate::poisson::poisson;
use chappe_base::{
    Act, ActKind, Format, Keyed, MessageId, Money, PageId, Party, ProductId, Purpose, ShardId, SimTime, Span,
    Stream, UserId, standard_normal_quantile,
};
use chappe_platform::{CampaignConfig, HistoryEvent};
use rand::Rng;

/// The most that a draw makes of an amount [units]: as much as a scenario can write.
pub(crate) const HIGHEST_AMOUNT: f64 = 1e9;
/// The last nanosecond before day one.
const BEFORE_DAY_ONE: SimTime = SimTime(-1);
// The days in the numbers of acts of history: one for pages, one for friends, so that numbers differ.
const PAGES_DAY: i32 = -1;
const UNDER_WAY_DAY: i32 = -2;

/// The draws of history, by what they are for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    pages: Keyed,
    balance: Keyed,
    stock: Keyed,
    under_way: Keyed,
    presence: Keyed,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Draws {
        Draws {
            pages: Keyed::new(seed, Purpose::History),
            balance: Keyed::new(seed, Purpose::Balance),
            stock: Keyed::new(seed, Purpose::Restock),
            under_way: Keyed::new(seed, Purpose::UnderWay),
            presence: Keyed::new(seed, Purpose::Presence),
        }
    }
}

impl World {
    /// The history of the users and pages of `shard`; each one's events are in order of time.
    #[must_use]
    pub fn history_events(&self, shard: ShardId) -> Vec<(SimTime, HistoryEvent)> {
        let homes = self.homes();
        let mut events = Vec::new();
        for local in 0..homes.count(shard, self.platform.pages.len() as u32) {
            self.page_history(PageId(homes.number(shard, local)), &mut events);
        }
        for local in 0..homes.count(shard, self.population.users_count()) {
            let user = UserId(homes.number(shard, local));
            let amount = self.balance(user);
            if amount > Money::ZERO {
                events.push((
                    BEFORE_DAY_ONE,
                    HistoryEvent::Balance {
                        party: Party::User(user),
                        amount,
                    },
                ));
            }
            if let Some(until) = self.on_line_at_start(user) {
                events.push((BEFORE_DAY_ONE, HistoryEvent::OnLine { user, until }));
            }
            self.conversation_history(user, &mut events);
        }
        events
    }

    /// A log-normal amount in whole cents, at most [`HIGHEST_AMOUNT`].
    fn balance(&self, user: UserId) -> Money {
        let z = standard_normal_quantile(self.history_draws.balance.unit(u64::from(user.0), 0));
        let units = self.history.balance_median.0.units() * libm::exp(self.history.balance_sigma * z);
        Money(libm::round(units.min(HIGHEST_AMOUNT) * 100.0) as i64 * (Money::UNIT.0 / 100))
    }

    fn page_history(&self, page: PageId, events: &mut Vec<(SimTime, HistoryEvent)>) {
        let budgets: Money = self.campaigns_of(page).map(|campaign| campaign.budget).sum();
        let amount = self.history.page_balance.0 + budgets;
        if amount > Money::ZERO {
            events.push((
                BEFORE_DAY_ONE,
                HistoryEvent::Balance {
                    party: Party::Page(page),
                    amount,
                },
            ));
        }
        for product in self.products(page) {
            let units = if self.is_sold_out(page, product) {
                0
            } else {
                self.restock_units
            };
            events.push((BEFORE_DAY_ONE, HistoryEvent::Stock { page, product, units }));
        }
    }

    fn campaigns_of(&self, page: PageId) -> impl Iterator<Item = &CampaignConfig> {
        self.platform
            .campaigns
            .iter()
            .filter(move |campaign| campaign.page == page)
    }

    fn products(&self, page: PageId) -> impl Iterator<Item = ProductId> + use<> {
        (0..self.platform.pages[page.index()].products.len() as u16).map(ProductId)
    }

    /// Whether a product is out of stock at the start: those of back-in-stock campaigns are, and a share of
    /// the others.
    fn is_sold_out(&self, page: PageId, product: ProductId) -> bool {
        let comes_back =
            |campaign: &CampaignConfig| campaign.format == Format::BackInStock && campaign.product == product;
        self.campaigns_of(page).any(comes_back)
            || self
                .history_draws
                .stock
                .unit(u64::from(page.0), u64::from(product.0))
                < self.sold_out_share
    }

    /// The products of this shard's pages that are out of stock at the start.
    pub(crate) fn sold_out_at_start(&self, shard: ShardId) -> Vec<(PageId, ProductId)> {
        let homes = self.homes();
        let pages = (0..homes.count(shard, self.platform.pages.len() as u32))
            .map(|local| PageId(homes.number(shard, local)));
        pages
            .flat_map(|page| self.products(page).map(move |product| (page, product)))
            .filter(|(page, product)| self.is_sold_out(*page, *product))
            .collect()
    }

    /// How many conversations with pages `user` has, and the generator for the `number`-th.
    fn page_conversations(&self, user: UserId) -> (u32, impl Fn(u32) -> Stream + use<>) {
        let (draws, user) = (self.history_draws.pages, u64::from(user.0));
        let count = poisson(self.history.page_conversations, draws.unit(user, u64::MAX));
        (count.min(Act::SLOTS), move |number| draws.stream(user, number))
    }

    /// A page that `user` knows from history, if any.
    pub(crate) fn known_page(&self, user: UserId) -> Option<PageId> {
        let (count, draws) = self.page_conversations(user);
        if count > 0 {
            self.pages.choose(draws(0).next_u64())
        } else {
            None
        }
    }

    fn conversation_history(&self, user: UserId, events: &mut Vec<(SimTime, HistoryEvent)>) {
        let (count, draws) = self.page_conversations(user);
        let mut known: Vec<PageId> = Vec::new();
        for number in 0..count {
            let mut draws = draws(number);
            let Some(page) = self.pages.choose(draws.next_u64()) else {
                return;
            };
            // A user has one conversation with a page. The draws of the other numbers do not move.
            if known.contains(&page) {
                continue;
            }
            known.push(page);
            let act = Act::new(PAGES_DAY, number, ActKind::Page, 0);
            let by_user = draws.unit() < self.history.opened_by_user.get();
            let topic = self.interest(user, page);
            let opened = Span((self.history.reach_back.0.0 as f64 * draws.unit()) as i64 + 1);
            let acted = Span((opened.0 as f64 * draws.unit()) as i64 + 1);
            let opted_in = draws.unit() < self.history.opted_in.get();
            let ago = |span: Span| SimTime(-span.0);
            events.push((
                ago(opened),
                HistoryEvent::Conversation {
                    user,
                    page,
                    act,
                    by_user,
                    topic,
                },
            ));
            if by_user {
                events.push((ago(acted), HistoryEvent::Acted { user, page }));
            }
            if opted_in {
                events.push((
                    ago(acted),
                    HistoryEvent::OptIn {
                        user,
                        page,
                        topic,
                        act,
                    },
                ));
            }
        }
    }

    /// The messages that `user` still has to write at time zero, in conversations with friends that are under
    /// way: message, recipient, and due time.
    ///
    /// People write (messages − conversations) answers and follow-ups per day, so by Little's law that rate
    /// times their mean delay are due at any moment. Half of them are proportional to the user's activity;
    /// half come to everyone alike.
    pub(crate) fn under_way(
        &self,
        user: UserId,
        activity: f64,
    ) -> impl Iterator<Item = (MessageId, UserId, SimTime)> + '_ {
        let writes = self.population.writes(user);
        let is_on = self.history.conversations_under_way && self.trace.is_none() && writes;
        let per_day = self.conversations.continuations_per_day() * (1.0 + activity) / 2.0;
        let delays = self
            .conversations
            .under_way(self.mean_absence(user, self.act_rates.per_day(activity, writes)));
        let mean = if is_on { per_day * days(delays.mean()) } else { 0.0 };
        let draws = self.history_draws.under_way;
        let zone = self.population.time_zone_minutes(user);
        let count = poisson(mean, draws.unit(u64::from(user.0), u64::MAX)).min(Act::SLOTS);
        (0..count).filter_map(move |number| {
            let mut stream = draws.stream(u64::from(user.0), number);
            let friend = self.population.contact(user, stream.next_u64())?;
            let message = MessageId::new(user, Act::new(UNDER_WAY_DAY, number, ActKind::Chat, 1));
            let rest = delays.residual(&mut stream);
            Some((message, friend, self.active_time.after(SimTime::ZERO, rest, zone)))
        })
    }

    /// Until when the user's device is on line, if it is on line at time zero. The probability is that of an
    /// alternating process of sessions and absences.
    pub(crate) fn on_line_at_start(&self, user: UserId) -> Option<SimTime> {
        let mut draws = self.history_draws.presence.stream(u64::from(user.0), 0);
        let per_day = self
            .act_rates
            .per_day(self.population.activity(user), self.population.writes(user));
        let session = self.session(user).law();
        let occasions = per_day * days(session.mean());
        (draws.unit() < occasions / (1.0 + occasions))
            .then(|| SimTime::ZERO + session.residual([draws.next_u64(), draws.next_u64()]))
    }

    /// Mean time that a message waits for a user who comes on line `per_day` times a day: with probability
    /// 1 / (1 + rate · session) the user is off line, and then the mean wait is 1 / rate.
    fn mean_absence(&self, user: UserId, per_day: f64) -> Span {
        let session = days(self.session(user).law().mean());
        Span((Span::DAY.0 as f64 / (per_day * (1.0 + per_day * session))) as i64)
    }
}

fn days(span: Span) -> f64 {
    span.as_secs_f64() / Span::DAY.as_secs_f64()
}
