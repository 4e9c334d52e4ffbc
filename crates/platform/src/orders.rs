//! Orders at the page's home, where an order's stock, payment and notices are handled together.
//!
//! An order reaches the page's home with its price already reserved at the user's shard. So the home can take
//! the last unit and credit the price in one step, and nothing is sold without payment.

use crate::command::{Command, position};
use crate::outbox::Outbox;
use crate::policy::MessagePrices;
use crate::shard::Shard;
use crate::transfers::Transfer;
use chappe_base::{
    Account, Fact, MessageId, Money, OrderId, PageId, Party, ProductId, RefusalReason, SimTime, UserId,
};

impl Shard {
    /// Accepts an order whose price is reserved, or refuses the payment.
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
        // Stock and price are checked before the credit, because a credited order cannot be refused any more.
        let refusal = self.shop.refusal(&self.config, order, page, product, price);
        let transfer = Transfer::of_order(order, user, page, price);
        if self
            .transfers
            .credit(now, &self.config, transfer, None, refusal, &mut self.ledger, out)
        {
            self.shop
                .place(now, &self.config, order, user, page, product, price, out);
            self.keep_fee(order, page, price, out);
            self.send_notice(now, Some((order.at(position::RECEIPT), user)), page, out);
        }
    }

    /// Charges the page the platform's fee on a payment.
    fn keep_fee(&mut self, order: OrderId, page: PageId, price: Money, out: &mut Outbox) {
        let share = i128::from(self.config.payment_fee_ppm);
        let fee = Money((i128::from(price.0) * share / 1_000_000) as i64);
        if fee > Money::ZERO {
            let (from, to) = (Account::Page(page), Account::PaymentRevenue);
            self.ledger.shift(from, to, fee, order, &mut out.facts);
        }
    }

    /// Cancels an order that is not shipped, if the page can refund it.
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
            id: order.at(position::REFUND),
            payer: to,
            payee: Party::User(user),
            amount: price,
        };
        if self.pay(now, refund, now, out) {
            self.shop.cancel(&self.config, order, page, out);
            self.send_notice(now, Some((order.at(position::CANCELLED), user)), page, out);
        }
    }

    /// Sends a page's notice to the user's shard, if the page can pay for it.
    pub(crate) fn send_notice(
        &mut self,
        now: SimTime,
        notice: Option<(MessageId, UserId)>,
        page: PageId,
        out: &mut Outbox,
    ) {
        if let Some((message, user)) = notice
            && self.charge_notice(now, message, user, page, out)
        {
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

    /// Charges a notice that comes more than a day after its order, if the policy has list prices. Returns
    /// whether the notice may be sent.
    fn charge_notice(
        &mut self,
        now: SimTime,
        message: MessageId,
        user: UserId,
        page: PageId,
        out: &mut Outbox,
    ) -> bool {
        let Some(MessagePrices { utility: price, .. }) = self.config.policy.message_prices() else {
            return true;
        };
        if price == Money::ZERO || !self.shop.is_late(message.at(position::ACT), now) {
            return true;
        }
        let (from, to) = (Account::Page(page), Account::MessageRevenue);
        if !self.ledger.covers(from, price) {
            out.fact(Fact::Refused {
                message,
                by: Party::Page(page),
                to: Party::User(user),
                reason: RefusalReason::InsufficientFunds,
            });
            return false;
        }
        self.ledger.shift(from, to, price, message, &mut out.facts);
        out.fact(Fact::MessageCharged { message, page, price });
        true
    }
}
