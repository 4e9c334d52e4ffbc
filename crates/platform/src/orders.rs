//! Orders at the page's home: where stock, money and notices meet.

use crate::command::{Command, place};
use crate::outbox::Outbox;
use crate::shard::Shard;
use crate::transfers::Transfer;
use chappe_base::{
    Fact, MessageId, Money, OrderId, PageId, Party, ProductId, RefusalReason, SimTime, UserId,
};

impl Shard {
    /// At the page's home: takes an order whose price is reserved.
    pub(crate) fn place_order(
        &mut self,
        now: SimTime,
        order: OrderId,
        user: UserId,
        page: PageId,
        product: ProductId,
        price: Money,
        out: &mut Outbox,
    ) {
        let refusal = self.shop.refusal(&self.config, order, page, product, price);
        let transfer = Transfer::of_order(order, user, page, price);
        if self
            .transfers
            .credit(now, &self.config, transfer, refusal, &mut self.ledger, out)
        {
            self.shop
                .place(&self.config, order, user, page, product, price, out);
            self.tell(now, Some((order.at(place::RECEIPT), user)), page, out);
        }
    }

    /// At the page's home: cancels an order that is not shipped, if the page can pay it back.
    pub(crate) fn cancel_order(&mut self, now: SimTime, order: OrderId, page: PageId, out: &mut Outbox) {
        let (by, to) = (Party::User(order.initiator()), Party::Page(page));
        let Some((user, price)) = self.shop.refundable(order, page) else {
            return out.fact(Fact::Refused {
                message: order,
                by,
                to,
                reason: RefusalReason::WrongState,
            });
        };
        let refund = Transfer {
            id: order.at(place::REFUND),
            payer: to,
            payee: Party::User(user),
            amount: price,
        };
        if self.pay(now, refund, now, out) {
            self.shop.cancel(&self.config, order, page, out);
            self.tell(now, Some((order.at(place::CANCELLED), user)), page, out);
        }
    }

    /// Sends a page's notice on its way to the user's shard.
    pub(crate) fn tell(
        &self,
        now: SimTime,
        told: Option<(MessageId, UserId)>,
        page: PageId,
        out: &mut Outbox,
    ) {
        if let Some((message, user)) = told {
            out.forward(
                self.config.homes.user(user),
                Command::Notify {
                    message,
                    user,
                    page,
                    intended: now,
                },
            );
        }
    }
}
