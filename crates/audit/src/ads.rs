//! Judges ads: each has a decision that allows it, a permit, and a price that is charged or released.
//!
//! An ad is accepted at the time of a decision that allows it. Its price is reserved from the lease then, and
//! charged or released when the ad ends. The money and the reason for it are two facts, which are paired
//! here.

use crate::caps::Caps;
use crate::consent::Consents;
use crate::pair::Pair;
use crate::prices;
use crate::promises::{OptInTerms, Promise, Promises};
use crate::reasons::{Basis, Reasons};
use crate::verdict::{FactContext, name};
use chappe_base::{
    CampaignId, Homes, Map, MessageId, Money, PageId, Party, Permit, Seconds, SimTime, UserId,
};

/// A campaign and a price.
type Price = (CampaignId, Money);

/// An ad on its way.
#[derive(Clone, Copy, Debug)]
struct OpenAd {
    user: UserId,
    page: PageId,
    accepted: Seconds,
    /// Known as soon as its price is reserved.
    price: Option<Price>,
    decided: Option<Permit>,
    basis: Basis,
}

/// A decision that allows an ad.
#[derive(Clone, Copy, Debug)]
struct Allowed {
    campaign: CampaignId,
    page: PageId,
    permit: Permit,
    basis: Basis,
}

/// The decisions for one user's ad slot.
#[derive(Default, Debug)]
struct Slot {
    user: UserId,
    at: SimTime,
    /// Whether an ad was accepted: later decisions for the same user at the same time are another slot.
    is_sold: bool,
    allowed: Vec<Allowed>,
}

/// The fold over one shard's ads.
#[derive(Debug)]
pub(crate) struct Ads {
    promises: Promises,
    caps: Caps,
    pub(crate) reasons: Reasons,
    slot: Slot,
    open: Map<MessageId, OpenAd>,
    /// A reservation, and the ad that it is for.
    reserved: Pair<Price, MessageId>,
    /// A charge, and the ad that was delivered at that price.
    charged: Pair<Price, (MessageId, Price)>,
    /// A release, and the ad that was not delivered.
    released: Pair<Price, (MessageId, Price)>,
    /// The two facts of a delivery: as a message, and with its permit.
    delivered: Pair<MessageId, MessageId>,
}

impl Ads {
    pub(crate) fn new(homes: Homes, promises: &Promises) -> Ads {
        Ads {
            promises: promises.clone(),
            caps: Caps::new(homes, promises),
            reasons: Reasons::new(promises),
            slot: Slot::default(),
            open: Map::default(),
            reserved: Pair::default(),
            charged: Pair::default(),
            released: Pair::default(),
            delivered: Pair::default(),
        }
    }

    /// A decision allows an ad.
    pub(crate) fn allowed(
        &mut self,
        user: UserId,
        page: PageId,
        campaign: CampaignId,
        permit: Permit,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::AdPermitted);
        if (self.slot.user, self.slot.at) != (user, context.at) || self.slot.is_sold {
            self.slot.is_sold = false;
            self.slot.user = user;
            self.slot.at = context.at;
            self.slot.allowed.clear();
        }
        let judged = self.judge(user, page, campaign, &permit, consents, context);
        self.slot.allowed.push(Allowed {
            campaign,
            page,
            permit,
            basis: *judged.as_ref().unwrap_or(&Basis::Free),
        });
        if let Err(why) = judged {
            let what = format!(
                "campaign {} of page {} was allowed to show user {} an ad, {why}",
                campaign.0, page.0, user.0
            );
            context.violation(Promise::AdPermitted, what);
        }
    }

    fn judge(
        &self,
        user: UserId,
        page: PageId,
        campaign: CampaignId,
        permit: &Permit,
        consents: &Consents,
        context: &FactContext<'_>,
    ) -> Result<Basis, String> {
        if !self.promises.ads_allowed {
            return Err("where no ads are allowed".into());
        }
        let promised = self
            .promises
            .campaign(campaign)
            .ok_or("but there is no such campaign")?;
        if promised.page != page {
            return Err(format!("but it is page {}'s", promised.page.0));
        }
        if context.at < promised.start || context.at >= promised.end {
            return Err("while the campaign was not running".into());
        }
        consents.judge_decision(&self.promises, promised, user, permit, context)?;
        self.reasons
            .of_ad(&self.promises, promised, user, permit, consents, context.at)
    }

    /// An ad was accepted for a user: it counts towards the caps.
    pub(crate) fn accepted(
        &mut self,
        message: MessageId,
        from: Party,
        to: Party,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::AdPermitted);
        let (Party::Page(page), Party::User(user)) = (from, to) else {
            let what = format!(
                "ad {} was accepted from {} for {}",
                message.0,
                name(from),
                name(to)
            );
            return context.violation(Promise::AdPermitted, what);
        };
        let is_slot = (self.slot.user, self.slot.at) == (user, context.at);
        if user.0 >= self.promises.users_count
            || !is_slot
            || !self.slot.allowed.iter().any(|allowed| allowed.page == page)
        {
            let what = format!(
                "ad {} of page {} was accepted for user {} without a decision that allows it",
                message.0, page.0, user.0
            );
            return context.violation(Promise::AdPermitted, what);
        }
        self.caps.reserved(user, page, consents, context);
        let ad = OpenAd {
            user,
            page,
            accepted: context.at.seconds(),
            price: None,
            decided: None,
            basis: Basis::Free,
        };
        self.open.insert(message, ad);
        match self.reserved.right(message) {
            Ok(Some((price, message))) => self.bind(price, message, context),
            Ok(None) => {}
            Err(unmatched) => report_unpaid(unmatched, "accepted without reserving its price", context),
        }
    }

    /// An ad's price was reserved from the lease.
    pub(crate) fn reserve_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        match self.reserved.left(price) {
            Ok(Some((price, message))) => self.bind(price, message, context),
            Ok(None) => {}
            Err(unmatched) => report_unmatched(unmatched, "reserved", context),
        }
    }

    fn bind(&mut self, price: Price, message: MessageId, context: &mut FactContext<'_>) {
        context.checked(Promise::BudgetsKept);
        let Some(ad) = self.open.get_mut(&message) else {
            return;
        };
        ad.price = Some(price);
        let (campaign, page) = (price.0, ad.page);
        let decided = self
            .slot
            .allowed
            .iter()
            .find(|allowed| (allowed.campaign, allowed.page) == (campaign, page));
        ad.decided = decided.map(|allowed| allowed.permit);
        if let Some(allowed) = decided {
            ad.basis = allowed.basis;
            self.reasons.take((ad.user, page), ad.basis, context.at);
        } else {
            let what = format!(
                "ad {} of page {} was accepted for user {}, but campaign {}, which pays, was not allowed it",
                message.0, page.0, ad.user.0, campaign.0
            );
            context.violation(Promise::AdPermitted, what);
        }
        self.judge_price(price, message, context);
        self.slot.is_sold = true;
    }

    fn judge_price(&self, (campaign, price): Price, message: MessageId, context: &mut FactContext<'_>) {
        context.checked(Promise::PricesKept);
        let bidders = self.slot.allowed.iter().map(|allowed| allowed.campaign);
        let Promises {
            prices, campaigns, ..
        } = &self.promises;
        if let Err(why) = prices::judge_ad(prices.reserve, campaigns, bidders, campaign, price) {
            let what = format!("ad {} is of campaign {}, {why}", message.0, campaign.0);
            context.violation(Promise::PricesKept, what);
        }
    }

    /// An ad was delivered as a message.
    pub(crate) fn message_delivered(&mut self, message: MessageId, context: &mut FactContext<'_>) {
        let halves = self.delivered.left(message);
        judge_delivery_pair(halves, context);
    }

    /// An ad was delivered, citing its permit.
    pub(crate) fn delivered(
        &mut self,
        message: MessageId,
        user: UserId,
        price: Price,
        permit: Permit,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::AdPermitted);
        context.checked(Promise::ConsentKept);
        let halves = self.delivered.right(message);
        judge_delivery_pair(halves, context);
        match self.charged.right((message, price)) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "charged", context),
            Ok(None) => {}
            Err((unmatched, _)) => report_unpaid(unmatched, "delivered without being charged", context),
        }
        let Some(ad) = self.open.remove(&message) else {
            let what = format!(
                "ad {} was delivered to user {}, but no decision had allowed it",
                message.0, user.0
            );
            return context.violation(Promise::AdPermitted, what);
        };
        if ad.user != user || ad.price.is_some_and(|reserved| reserved.0 != price.0) {
            let what = format!(
                "ad {} of campaign {} for user {} was delivered as another's to user {}",
                message.0, price.0.0, ad.user.0, user.0
            );
            return context.violation(Promise::AdPermitted, what);
        }
        if ad.price.is_some_and(|reserved| reserved != price) {
            let what = format!(
                "ad {} of campaign {} was delivered at {} micro-units, which is not what was reserved",
                message.0, price.0.0, price.1.0
            );
            context.violation(Promise::BudgetsKept, what);
        }
        if ad
            .decided
            .is_some_and(|decided| decided.conversation != permit.conversation)
        {
            let what = format!(
                "ad {} was delivered to user {} citing another conversation than was decided on",
                message.0, user.0
            );
            context.violation(Promise::AdPermitted, what);
        }
        self.still_permitted(message, ad, consents, context);
        let Some(campaign) = self.promises.campaign(price.0) else {
            return;
        };
        let basis_opt_in = match ad.basis {
            Basis::Free | Basis::Further => None,
            Basis::OptIn(act) => self.terms().map(|terms| (terms.topic, act)),
        };
        let judged =
            consents.judge_delivery(&self.promises, campaign, user, &permit, ad.decided, basis_opt_in);
        if let Err(why) = judged {
            let what = format!(
                "ad {} of campaign {} of page {} was delivered to user {}, {why}",
                message.0, price.0.0, ad.page.0, user.0
            );
            context.violation(Promise::ConsentKept, what);
        }
    }

    /// Judges an ad's delivery by what other ads have used up in the meantime.
    fn still_permitted(
        &mut self,
        message: MessageId,
        ad: OpenAd,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        self.caps
            .delivered(ad.user, ad.page, ad.accepted, consents, context);
        let (terms, user_page) = (self.terms(), (ad.user, ad.page));
        let judged = self
            .reasons
            .delivered(terms, user_page, ad.basis, ad.accepted, consents, context.at);
        if let Err(why) = judged {
            let what = format!("ad {} was delivered to user {} {why}", message.0, ad.user.0);
            context.violation(Promise::AdPermitted, what);
        }
    }

    fn terms(&self) -> Option<OptInTerms> {
        self.promises.basis?.opt_in
    }

    /// Held money was charged.
    pub(crate) fn charge_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        match self.charged.left(price) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "charged", context),
            Ok(None) => {}
            Err(unmatched) => report_unmatched(unmatched, "charged", context),
        }
    }

    /// A message was withdrawn or expired. If it was an ad, releases its price and its places under the caps,
    /// and returns its page and the time of its acceptance.
    pub(crate) fn undelivered(
        &mut self,
        message: MessageId,
        context: &mut FactContext<'_>,
    ) -> Option<(PageId, Seconds)> {
        let ad = self.open.remove(&message)?;
        self.caps.released(ad.user, ad.page, ad.accepted);
        self.reasons.give_back((ad.user, ad.page), ad.basis, ad.accepted);
        if let Some(price) = ad.price {
            self.release_due(message, price, context);
        }
        Some((ad.page, ad.accepted))
    }

    fn release_due(&mut self, message: MessageId, price: Price, context: &mut FactContext<'_>) {
        match self.released.right((message, price)) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "released", context),
            Ok(None) => {}
            Err((unmatched, _)) => {
                report_unpaid(unmatched, "not delivered, but its price stayed reserved", context)
            }
        }
    }

    /// Held money went back to the lease.
    pub(crate) fn release_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        match self.released.left(price) {
            Ok(Some((moved, reported))) => judge_amounts(moved, reported, "released", context),
            Ok(None) => {}
            Err(unmatched) => report_unmatched(unmatched, "released", context),
        }
    }

    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) {
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
            report_unpaid(message, "accepted without reserving its price", context);
        }
        if let Some((message, _)) = delivered {
            report_unpaid(message, "delivered without being charged", context);
        }
        if let Some((message, _)) = undelivered {
            report_unpaid(message, "not delivered, but its price stayed reserved", context);
        }
        let (left, right) = self.delivered.leftover();
        if let Some(message) = left.or(right) {
            judge_delivery_pair(Err(message), context);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.caps.bytes()
            + self.open.allocation_size()
            + self.reasons.bytes()
            + self.slot.allowed.capacity() * size_of::<Allowed>()
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
