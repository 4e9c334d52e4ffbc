//! What all agents of a run share: distributions and draws, never state.
//!
//! It is immutable, so that all shards and workers use one copy.

use crate::act_rates::ActRates;
use crate::config;
use crate::contact::PageChoice;
use crate::conversation::ConversationModel;
use crate::history;
use crate::hours::ActiveTime;
use crate::population::Population;
use crate::schedule::Schedule;
use crate::trace::Trace;
use chappe_base::{Homes, Keyed, Law, PageId, ProductId, Purpose, Sampler, SimTime, Topic, UserId, unit};
use chappe_platform::{Config, PageConfig};
use std::sync::Arc;

/// The distributions and draws that the agents of a run use.
#[derive(Debug)]
pub struct World {
    pub(crate) horizon: SimTime,
    pub(crate) platform: Arc<Config>,
    pub(crate) population: Population,
    pub(crate) schedule: Schedule,
    pub(crate) active_time: ActiveTime,
    pub(crate) act_rates: ActRates,
    pub(crate) conversations: ConversationModel,
    pub(crate) pages: PageChoice,
    push_session: Sampler,
    app_session: Sampler,
    pub(crate) agents: config::Agents,
    pub(crate) history: config::History,
    pub(crate) restock_after: Law,
    pub(crate) restock_units: u32,
    /// Number of categories: one above the largest that a page has.
    categories_count: u16,
    pub(crate) sold_out_share: f64,
    pub(crate) trace: Option<Arc<Trace>>,
    pub(crate) replay_speed: f64,
    pub(crate) draws: Draws,
    pub(crate) history_draws: history::Draws,
}

/// The agents' draws, by purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    pub(crate) contact: Keyed,
    pub(crate) session: Keyed,
    pub(crate) page: Keyed,
    pub(crate) topic: Keyed,
    pub(crate) amount: Keyed,
    pub(crate) patience: Keyed,
    pub(crate) answer: Keyed,
    pub(crate) shipping: Keyed,
    pub(crate) restock: Keyed,
    pub(crate) checkout: Keyed,
    pub(crate) opt_in: Keyed,
    pub(crate) ad_reaction: Keyed,
    pub(crate) ad_delay: Keyed,
    pub(crate) block: Keyed,
    pub(crate) lost_activity: Keyed,
}

impl Draws {
    fn new(seed: u64) -> Draws {
        let keyed = |purpose| Keyed::new(seed, purpose);
        Draws {
            contact: contact_draws(seed),
            session: keyed(Purpose::Session),
            page: keyed(Purpose::Page),
            topic: keyed(Purpose::Topic),
            amount: keyed(Purpose::Amount),
            patience: keyed(Purpose::Patience),
            answer: keyed(Purpose::Answer),
            shipping: keyed(Purpose::Shipping),
            restock: keyed(Purpose::Restock),
            checkout: keyed(Purpose::Checkout),
            opt_in: keyed(Purpose::OptIn),
            ad_reaction: keyed(Purpose::AdReaction),
            ad_delay: keyed(Purpose::AdDelay),
            block: keyed(Purpose::Block),
            lost_activity: keyed(Purpose::LostActivity),
        }
    }
}

/// The draws that choose a friend to write to.
pub(crate) fn contact_draws(seed: u64) -> Keyed {
    Keyed::new(seed, Purpose::Contact)
}

/// The input of [`World::new`].
#[derive(Clone, Debug)]
pub struct WorldConfig<'a> {
    /// Seed of all draws.
    pub seed: u64,
    /// When the run ends.
    pub horizon: SimTime,
    /// The platform's configuration: pages, prices, campaigns.
    pub platform: Arc<Config>,
    /// People and pages.
    pub population: &'a config::Population,
    /// When people are on line.
    pub sessions: &'a config::Sessions,
    /// Messages between people.
    pub traffic: &'a config::Traffic,
    /// Everything else that people and pages do.
    pub agents: &'a config::Agents,
    /// History before day one.
    pub history: &'a config::History,
    /// Time from running out of a product to new stock.
    pub restock_after: Law,
    /// Units per restocking.
    pub restock_units: u32,
    /// Share of the products that are out of stock at the start.
    pub sold_out_share: f64,
    /// The trace to replay instead of synthetic messages between friends.
    pub trace: Option<Arc<Trace>>,
}

impl World {
    /// The world of a scenario.
    #[must_use]
    pub fn new(laws: WorldConfig<'_>) -> World {
        let WorldConfig {
            seed,
            horizon,
            population,
            sessions,
            traffic,
            agents,
            ..
        } = laws;
        World {
            population: Population::new(population, sessions, seed),
            schedule: Schedule::new(traffic, horizon - SimTime::ZERO, seed),
            active_time: ActiveTime::new(traffic),
            act_rates: ActRates::new(population, sessions, traffic, agents, seed),
            conversations: ConversationModel::new(traffic, population.silent_share, seed),
            pages: PageChoice::new(laws.platform.pages.len() as u32, agents.page_exponent),
            push_session: Sampler::new(sessions.push_session),
            app_session: Sampler::new(sessions.app_session),
            agents: agents.clone(),
            history: laws.history.clone(),
            restock_after: laws.restock_after,
            restock_units: laws.restock_units,
            categories_count: laws
                .platform
                .pages
                .iter()
                .map(|page| page.category + 1)
                .max()
                .unwrap_or(0),
            sold_out_share: laws.sold_out_share,
            trace: laws.trace,
            replay_speed: traffic.replay_speed,
            draws: Draws::new(seed),
            history_draws: history::Draws::new(seed),
            platform: laws.platform,
            horizon,
        }
    }

    /// The home shard of each user and page.
    #[must_use]
    pub fn homes(&self) -> Homes {
        self.platform.homes
    }

    /// The people.
    #[must_use]
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// How long the user's device stays on line after they open the app.
    #[inline]
    pub(crate) fn session(&self, user: UserId) -> &Sampler {
        if self.population.has_push(user) {
            &self.push_session
        } else {
            &self.app_session
        }
    }

    /// The topic of `user`'s first contact with `page`, whenever that is: mostly one of the page's products,
    /// sometimes the first product of another category.
    #[must_use]
    pub fn interest(&self, user: UserId, page: PageId) -> Topic {
        let [place, kind] = self.draws.topic.words(u64::from(user.0), u64::from(page.0));
        let PageConfig {
            category, products, ..
        } = &self.platform.pages[page.index()];
        if self.categories_count > 1 && unit(kind) < self.agents.off_topic_share.get() {
            let step = 1 + uniform_below(place, u64::from(self.categories_count) - 1) as u16;
            Topic {
                category: (category + step) % self.categories_count,
                product: 0,
            }
        } else {
            Topic {
                category: *category,
                product: uniform_below(place, products.len() as u64) as u16,
            }
        }
    }

    /// The product of `page` that a user with this interest buys.
    pub(crate) fn product(&self, page: PageId, interest: Topic) -> ProductId {
        let deals_in_it = self.platform.pages[page.index()].category == interest.category;
        ProductId(if deals_in_it { interest.product } else { 0 })
    }
}

/// A uniform number below `count`, from one uniform word: a keyed draw has one word, so nothing can be
/// rejected.
fn uniform_below(word: u64, count: u64) -> u64 {
    ((u128::from(word) * u128::from(count)) >> 64) as u64
}
