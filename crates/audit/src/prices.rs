//! Judges prices: an ad costs the second-highest bid, a late notice its list price, and the platform's fee on
//! a payment is as agreed.

use crate::findings::FactContext;
use crate::pair::Pair;
use crate::promises::{Campaign, Prices, Promise};
use chappe_base::{CampaignId, Map, MessageId, Money, OrderId, PageId, SimTime, Span};

/// A message or an order, its page, and an amount.
type Charge = (MessageId, PageId, Money);

/// Judges the price of an ad of `winner` in a slot for which the campaigns `allowed` had bid.
///
/// # Errors
/// What is wrong with the price or the winner.
pub(crate) fn judge_ad(
    reserve: Money,
    campaigns: &[Campaign],
    allowed: impl Iterator<Item = CampaignId> + Clone,
    winner: CampaignId,
    price: Money,
) -> Result<(), String> {
    let bid = |campaign: CampaignId| campaigns.get(campaign.index()).map(|terms| terms.bid);
    let own = bid(winner).ok_or("of no campaign")?;
    let others = allowed.filter(|campaign| *campaign != winner);
    let second = others.clone().filter_map(bid).max();
    let second = second.unwrap_or(reserve).max(reserve);
    let is_first = |campaign: CampaignId| campaign > winner || bid(campaign) != Some(own);
    if second > own {
        Err(format!(
            "though {} micro-units were bid for it, and {} by its own",
            second.0, own.0
        ))
    } else if !others.clone().all(is_first) {
        Err(format!(
            "though a campaign before it bid {} micro-units as well",
            own.0
        ))
    } else if price != second {
        Err(format!(
            "and costs {}, where the second price is {}",
            price.0, second.0
        ))
    } else {
        Ok(())
    }
}

/// The fold over one shard's charges to pages other than for ads.
#[derive(Debug)]
pub(crate) struct Charges {
    promised: Prices,
    /// When orders were placed, while notices about them may have a price.
    placed: Map<OrderId, SimTime>,
    /// The order whose late notice is not paid yet.
    due: Option<OrderId>,
    notice: Pair<Charge, Charge>,
    fee: Pair<Charge, Charge>,
}

impl Charges {
    pub(crate) fn new(promised: Prices) -> Charges {
        Charges {
            promised,
            placed: Map::default(),
            due: None,
            notice: Pair::default(),
            fee: Pair::default(),
        }
    }

    /// An order was placed at `price`.
    pub(crate) fn sold(&mut self, order: OrderId, page: PageId, price: Money, context: &mut FactContext<'_>) {
        if self.promised.notice.is_some() {
            self.placed.insert(order, context.at);
        }
        let fee = i128::from(price.0) * i128::from(self.promised.payment_fee_ppm) / 1_000_000;
        if fee > 0 {
            matched(
                self.fee.right((order, page, Money(fee as i64))),
                "fee of order",
                context,
            );
        }
    }

    /// The double entry of a fee on a payment.
    pub(crate) fn fee_moved(&mut self, charge: Charge, context: &mut FactContext<'_>) {
        matched(self.fee.left(charge), "fee of order", context);
    }

    /// An order reached a stage about which its page sends a notice.
    pub(crate) fn order_advanced(&mut self, order: OrderId, is_last: bool, context: &mut FactContext<'_>) {
        self.expect_paid(context);
        let placed = if is_last {
            self.placed.remove(&order)
        } else {
            self.placed.get(&order).copied()
        };
        let has_price = self.promised.notice.is_some_and(|price| price > Money::ZERO);
        if has_price && placed.is_some_and(|placed| context.at - placed > Span::DAY) {
            self.due = Some(order);
        }
    }

    /// A notice was refused.
    pub(crate) fn refused(&mut self, message: MessageId) {
        self.due = self.due.filter(|due| *due != message.at(0));
    }

    /// The double entry of a paid notice.
    pub(crate) fn notice_moved(&mut self, charge: Charge, context: &mut FactContext<'_>) {
        matched(self.notice.left(charge), "price of notice", context);
    }

    /// A notice was paid for.
    pub(crate) fn notice_paid(&mut self, charge: Charge, context: &mut FactContext<'_>) {
        let (message, page, price) = charge;
        if self.promised.notice != Some(price) || self.due.take() != Some(message.at(0)) {
            let what = format!(
                "page {} paid {} micro-units for message {}, which does not cost that",
                page.0, price.0, message.0
            );
            context.violation(Promise::PricesKept, what);
        }
        matched(self.notice.right(charge), "price of notice", context);
    }

    fn expect_paid(&mut self, context: &mut FactContext<'_>) {
        if let Some(order) = self.due.take() {
            let what = format!("a late notice about order {} was not paid for", order.0);
            context.violation(Promise::PricesKept, what);
        }
    }

    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) {
        self.expect_paid(context);
        for (pair, what) in [
            (&mut self.notice, "price of notice"),
            (&mut self.fee, "fee of order"),
        ] {
            let (moved, reported) = pair.leftover();
            if let Some(unmatched) = moved.or(reported) {
                matched(Err(unmatched), what, context);
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.placed.allocation_size()
    }
}

/// Judges a charge against the one that is due: both must be the same.
fn matched(halves: Result<Option<(Charge, Charge)>, Charge>, what: &str, context: &mut FactContext<'_>) {
    context.checked(Promise::PricesKept);
    let (message, _, amount) = match halves {
        Ok(None) => return,
        Ok(Some((moved, due))) if moved == due => return,
        Ok(Some((wrong, _))) | Err(wrong) => wrong,
    };
    let what = format!(
        "the {what} {}, {} micro-units, is not what was due",
        message.0, amount.0
    );
    context.violation(Promise::PricesKept, what);
}
