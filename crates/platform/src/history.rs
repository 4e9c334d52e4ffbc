//! History: what happened before day one, as events with negative times.
//!
//! A run needs users who already have conversations, consent and money. History goes through facts like
//! everything else, so that audit and metrics know it without another input.

use crate::outbox::Outbox;
use crate::shard::Shard;
use chappe_base::{
    Account, Act, Entry, Fact, MessageId, Money, OptInSource, PageId, Party, ProductId, SimTime, Topic,
    UserId,
};

/// One event before day one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HistoryEvent {
    /// Somebody has money.
    Balance {
        /// Who.
        party: Party,
        /// How much, above zero.
        amount: Money,
    },
    /// A page has stock. With 0 units the product is sold out.
    Stock {
        /// The page.
        page: PageId,
        /// The product.
        product: ProductId,
        /// How many units.
        units: u32,
    },
    /// A user's device is on line.
    OnLine {
        /// The user.
        user: UserId,
        /// Until when, unless they come again.
        until: SimTime,
    },
    /// A user and a page have a conversation.
    Conversation {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// The act that opened it.
        act: Act,
        /// Whether the user opened it.
        by_user: bool,
        /// The topic of first contact.
        topic: Topic,
    },
    /// A user has acted in a conversation.
    Acted {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
    },
    /// A user has opted in, in a conversation.
    OptIn {
        /// The user.
        user: UserId,
        /// The page.
        page: PageId,
        /// On what.
        topic: Topic,
        /// The act.
        act: Act,
    },
}

impl Shard {
    /// Applies an event of history at `at`, before time zero. The user or page must be this shard's.
    pub fn apply_history(&mut self, at: SimTime, past: HistoryEvent, out: &mut Outbox) {
        debug_assert!(at < SimTime::ZERO);
        match past {
            HistoryEvent::Balance { party, amount } => {
                let to = match party {
                    Party::User(user) => Account::User(user),
                    Party::Page(page) => Account::Page(page),
                };
                self.ledger
                    .shift(Account::World, to, amount, MessageId(0), &mut out.facts);
            }
            HistoryEvent::Stock {
                page,
                product,
                units: 0,
            } => self.shop.sold_out(&self.config, page, product),
            HistoryEvent::Stock { page, product, units } => {
                self.shop.restock(&self.config, page, product, units, out)
            }
            HistoryEvent::OnLine { user, until } => {
                self.people.connect(self.config.homes.local(user.0), at, until);
                out.fact(Fact::Connected { user, until });
            }
            HistoryEvent::Conversation {
                user,
                page,
                act,
                by_user,
                topic,
            } => {
                let local = self.config.homes.local(user.0);
                self.people.open(local, page, act, by_user, topic, at);
                out.fact(Fact::Opened {
                    user,
                    page,
                    act,
                    by_user,
                    topic,
                    entry: Entry::History,
                });
            }
            HistoryEvent::Acted { user, page } => {
                if let Some(place) = self.people.find(self.config.homes.local(user.0), page) {
                    self.people.act(place, at);
                    out.fact(Fact::Acted { user, page });
                }
            }
            HistoryEvent::OptIn {
                user,
                page,
                topic,
                act,
            } => {
                if let Some(place) = self.people.find(self.config.homes.local(user.0), page) {
                    self.people.opt_in(place, topic, act, at);
                    out.fact(Fact::OptedIn {
                        user,
                        page,
                        topic,
                        source: OptInSource::History,
                        act,
                    });
                }
            }
        }
    }
}
