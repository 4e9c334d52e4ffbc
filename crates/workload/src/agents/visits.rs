//! The behaviour of people towards pages: links, questions, purchases, consent.

use super::{Actions, Agents};
use chappe_base::{Entry, MessageId, OptInSource, OrderId, PageId, ProductId, SimTime, Span, Stream, UserId};
use chappe_platform::{Command, position};
use rand::Rng;

// Times from the beginning of a visit to its steps, in the order in which people take them.
const OPT_IN_AFTER: Span = Span(10 * Span::SECOND.0);
const ASK_AFTER: Span = Span(20 * Span::SECOND.0);
const BUY_AFTER: Span = Span(60 * Span::SECOND.0);
const CANCEL_AFTER: Span = Span(10 * Span::MINUTE.0);
/// From a receipt to a tap on its button.
const BUTTON_AFTER: Span = Span(15 * Span::SECOND.0);

impl Agents {
    /// Visits a page: follows a link or finds the page, and perhaps opts in, asks, and buys.
    pub(super) fn visit(&mut self, now: SimTime, act: MessageId, user: UserId, actions: &mut Actions) {
        let agents = &self.world.agents;
        // One generator per visit: what is drawn below is drawn in this order.
        let mut draws = self.world.draws.page.stream(act.0, 0);
        let Some(page) = self.choose_page(user, &mut draws) else {
            return;
        };
        let topic = self.world.interest(user, page);
        let entry = choose_entry(agents.link_share.get(), &mut draws);
        let is_broken = entry != Entry::Search && draws.unit() < agents.broken_link_share.get();
        let handle = if is_broken {
            PageId(self.world.platform.pages.len() as u32 + page.0)
        } else {
            page
        };
        actions.commands.push((
            now,
            Command::Visit {
                act,
                user,
                handle,
                topic,
                entry,
            },
        ));
        if is_broken {
            return;
        }
        if draws.unit() < agents.opt_in_on_visit.get() {
            let source = opt_in_source(entry);
            actions.commands.push((
                now + OPT_IN_AFTER,
                Command::OptIn {
                    act,
                    user,
                    page,
                    topic,
                    source,
                },
            ));
        }
        if draws.unit() < agents.question_share.get() {
            self.ask(now + ASK_AFTER, act, user, page, actions);
        }
        if draws.unit() < agents.purchase_share.get() {
            self.buy(
                now + BUY_AFTER,
                act,
                user,
                page,
                self.world.product(page, topic),
                actions,
            );
        }
    }

    /// Chooses a page that the user knows from history, or any page by popularity.
    fn choose_page(&self, user: UserId, draws: &mut Stream) -> Option<PageId> {
        let returns = draws.unit() < self.world.agents.return_share.get();
        let any = self.world.pages.choose(draws.next_u64());
        let known = if returns {
            self.world.known_page(user)
        } else {
            None
        };
        known.or(any)
    }

    fn ask(&self, at: SimTime, question: MessageId, user: UserId, page: PageId, actions: &mut Actions) {
        let topic = self.world.interest(user, page);
        actions.commands.push((
            at,
            Command::Ask {
                question,
                user,
                page,
                topic,
                intended: at,
            },
        ));
        let patience = self
            .world
            .agents
            .patience
            .sample(self.world.draws.patience.word(question.0, 0));
        actions
            .commands
            .push((at + patience, Command::GiveUp { question, page }));
    }

    /// Buys a product at its price, and perhaps cancels the order.
    pub(super) fn buy(
        &self,
        at: SimTime,
        order: OrderId,
        user: UserId,
        page: PageId,
        product: ProductId,
        actions: &mut Actions,
    ) {
        let products = &self.world.platform.pages[page.index()].products;
        let Some(price) = products.get(product.index()).map(|product| product.price) else {
            return;
        };
        actions.commands.push((
            at,
            Command::Checkout {
                order,
                user,
                page,
                product,
                price,
            },
        ));
        if self.world.draws.checkout.unit(order.0, 0) < self.world.agents.cancel_share.get() {
            actions
                .commands
                .push((at + CANCEL_AFTER, Command::CancelOrder { order, page }));
        }
    }

    /// Reacts to a notice about an order: a receipt has a button for an opt-in.
    pub(super) fn see_order_notice(
        &self,
        now: SimTime,
        message: MessageId,
        page: PageId,
        user: UserId,
        actions: &mut Actions,
    ) {
        let act = message.at(position::ACT);
        if message.act().position() == position::RECEIPT
            && self.world.draws.opt_in.unit(act.0, 0) < self.world.agents.opt_in_after_order.get()
        {
            let (topic, source) = (self.world.interest(user, page), OptInSource::CheckoutButton);
            actions.commands.push((
                now + BUTTON_AFTER,
                Command::OptIn {
                    act,
                    user,
                    page,
                    topic,
                    source,
                },
            ));
        }
    }
}

fn choose_entry(link_share: f64, draws: &mut Stream) -> Entry {
    let (by_link, which) = (draws.unit() < link_share, draws.unit());
    match (by_link, which) {
        (false, _) => Entry::Search,
        (true, which) if which < 1.0 / 3.0 => Entry::Receipt,
        (true, which) if which < 2.0 / 3.0 => Entry::Poster,
        (true, _) => Entry::Site,
    }
}

/// The source of an opt-in on a visit that began with `entry`.
fn opt_in_source(entry: Entry) -> OptInSource {
    match entry {
        Entry::Receipt | Entry::Poster | Entry::Ad => OptInSource::ShortLink,
        Entry::Site => OptInSource::SitePlugin,
        Entry::Search => OptInSource::WroteFirst,
        Entry::History => OptInSource::History,
    }
}
