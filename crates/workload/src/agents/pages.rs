//! The behaviour of pages: answering, shipping, restocking.

use super::{Actions, Agents};
use chappe_base::{Keyed, Law, MessageId, PageId, ProductId, SimTime};
use chappe_platform::{Command, Desk};

impl Agents {
    /// Schedules the restocking of products that are out of stock at the start.
    pub(super) fn start_pages(&self, actions: &mut Actions) {
        for (page, product) in self.world.sold_out_at_start(self.shard) {
            self.handle_sold_out(SimTime::ZERO, page, product, actions);
        }
    }

    /// Answers an assigned question, after the time that handling takes.
    pub(super) fn handle_question(
        &self,
        now: SimTime,
        question: MessageId,
        page: PageId,
        actions: &mut Actions,
    ) {
        let law = match self.world.platform.pages[page.index()].desk {
            Desk::Bot => self.world.agents.bot_answer,
            Desk::Humans(_) => self.world.agents.handling,
        };
        let intended = now + draw(law, self.world.draws.answer, question, 0);
        actions.commands.push((
            intended,
            Command::Answer {
                question,
                page,
                intended,
            },
        ));
    }

    /// Ships an order, and has it arrive.
    pub(super) fn handle_order(&self, now: SimTime, order: MessageId, page: PageId, actions: &mut Actions) {
        let (agents, keyed) = (&self.world.agents, self.world.draws.shipping);
        let shipped = now + draw(agents.shipping, keyed, order, 0);
        let arrived = shipped + draw(agents.carriage, keyed, order, 1);
        actions.commands.push((shipped, Command::Ship { order, page }));
        actions.commands.push((arrived, Command::Arrive { order, page }));
    }

    /// Restocks a product that has sold out.
    pub(super) fn handle_sold_out(
        &self,
        now: SimTime,
        page: PageId,
        product: ProductId,
        actions: &mut Actions,
    ) {
        let which = MessageId(u64::from(page.0) << 16 | u64::from(product.0));
        let at = now
            + draw(
                self.world.restock_after,
                self.world.draws.restock,
                which,
                now.0 as u64,
            );
        actions.commands.push((
            at,
            Command::Restock {
                page,
                product,
                units: self.world.restock_units,
            },
        ));
    }
}

fn draw(law: Law, keyed: Keyed, about: MessageId, part: u64) -> chappe_base::Span {
    law.sample(keyed.word(about.0, part))
}
