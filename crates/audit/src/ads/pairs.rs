//! The pairs of facts of an ad: each of its moves of money with the reason, and its delivery as a message
//! with its permit.

use crate::findings::FactContext;
use crate::pair::Pair;
use crate::promises::Promise;
use chappe_base::{CampaignId, MessageId, Money};

/// A campaign, and the price of its ad.
pub(super) type Price = (CampaignId, Money);

const UNRESERVED: &str = "accepted without reserving its price";
const UNCHARGED: &str = "delivered without being charged";
const UNRELEASED: &str = "not delivered, but its price stayed reserved";

/// The facts that wait for their partner.
#[derive(Default, Debug)]
pub(super) struct AdPairs {
    /// A reservation, and the ad that it is for.
    reserved: Pair<Price, MessageId>,
    /// A charge, and the ad that was delivered at that price.
    charged: Pair<Price, (MessageId, Price)>,
    /// A release, and the ad that was not delivered.
    released: Pair<Price, (MessageId, Price)>,
    /// The two facts of a delivery: as a message, and with its permit.
    delivered: Pair<MessageId, MessageId>,
}

impl AdPairs {
    /// An ad was accepted. Returns its price, if that was reserved before.
    pub(super) fn accepted(&mut self, message: MessageId, context: &mut FactContext<'_>) -> Option<Price> {
        match self.reserved.right(message) {
            Ok(pair) => pair.map(|(price, _)| price),
            Err(unmatched) => {
                report_unpaid(unmatched, UNRESERVED, context);
                None
            }
        }
    }

    /// A price was reserved. Returns the ad that it is for, if that was accepted before.
    pub(super) fn reserve_moved(&mut self, price: Price, context: &mut FactContext<'_>) -> Option<MessageId> {
        match self.reserved.left(price) {
            Ok(pair) => pair.map(|(_, message)| message),
            Err(unmatched) => {
                report_unmatched(unmatched, "reserved", context);
                None
            }
        }
    }

    /// An ad was delivered as a message.
    pub(super) fn message_delivered(&mut self, message: MessageId, context: &mut FactContext<'_>) {
        judge_delivery_pair(self.delivered.left(message), context);
    }

    /// An ad was delivered with its permit, at `price`.
    pub(super) fn delivered(&mut self, message: MessageId, price: Price, context: &mut FactContext<'_>) {
        judge_delivery_pair(self.delivered.right(message), context);
        match self.charged.right((message, price)) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "charged", context),
            Ok(None) => {}
            Err((unmatched, _)) => report_unpaid(unmatched, UNCHARGED, context),
        }
    }

    /// A price was charged.
    pub(super) fn charge_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        match self.charged.left(price) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "charged", context),
            Ok(None) => {}
            Err(unmatched) => report_unmatched(unmatched, "charged", context),
        }
    }

    /// An ad with a reserved `price` was not delivered, so that is to be released.
    pub(super) fn undelivered(&mut self, message: MessageId, price: Price, context: &mut FactContext<'_>) {
        match self.released.right((message, price)) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "released", context),
            Ok(None) => {}
            Err((unmatched, _)) => report_unpaid(unmatched, UNRELEASED, context),
        }
    }

    /// A price was released.
    pub(super) fn release_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        match self.released.left(price) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "released", context),
            Ok(None) => {}
            Err(unmatched) => report_unmatched(unmatched, "released", context),
        }
    }

    /// Reports facts whose partner is missing at the end.
    pub(super) fn finish(&mut self, context: &mut FactContext<'_>) {
        let (reserved, accepted) = self.reserved.leftover();
        let (charged, delivered) = self.charged.leftover();
        let (released, undelivered) = self.released.leftover();
        let moved = [
            (reserved, "reserved"),
            (charged, "charged"),
            (released, "released"),
        ];
        for (price, how) in moved {
            if let Some(price) = price {
                report_unmatched(price, how, context);
            }
        }
        if let Some(message) = accepted {
            report_unpaid(message, UNRESERVED, context);
        }
        if let Some((message, _)) = delivered {
            report_unpaid(message, UNCHARGED, context);
        }
        if let Some((message, _)) = undelivered {
            report_unpaid(message, UNRELEASED, context);
        }
        let (left, right) = self.delivered.leftover();
        if let Some(message) = left.or(right) {
            judge_delivery_pair(Err(message), context);
        }
    }
}

fn report_unpaid(message: MessageId, how: &str, context: &mut FactContext<'_>) {
    context.violation(Promise::BudgetsKept, format!("ad {} was {how}", message.0));
}

fn report_unmatched((campaign, amount): Price, how: &str, context: &mut FactContext<'_>) {
    let what = format!(
        "{} micro-units of campaign {} were {how} for no ad",
        amount.0, campaign.0
    );
    context.violation(Promise::BudgetsKept, what);
}

fn judge_amounts(
    moved: Price,
    (message, reported): (MessageId, Price),
    how: &str,
    context: &mut FactContext<'_>,
) {
    context.checked(Promise::BudgetsKept);
    if moved != reported {
        let what = format!(
            "ad {} of campaign {} costs {} micro-units, but {} of campaign {} were {how}",
            message.0, reported.0.0, reported.1.0, moved.1.0, moved.0.0
        );
        context.violation(Promise::BudgetsKept, what);
    }
}

fn judge_delivery_pair(
    halves: Result<Option<(MessageId, MessageId)>, MessageId>,
    context: &mut FactContext<'_>,
) {
    let unmatched = match halves {
        Ok(None) => return,
        Ok(Some((message, ad))) if message == ad => return,
        Ok(Some((message, _))) | Err(message) => message,
    };
    let what = format!(
        "ad {} was delivered as a message or with its permit, but not both",
        unmatched.0
    );
    context.violation(Promise::AdPermitted, what);
}
