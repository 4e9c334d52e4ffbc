//! Judges ads: each has a decision that allows it, a permit, and a price that is charged or released.
//!
//! An ad is accepted at the time of a decision that allows it. Its price is reserved from the lease then, and
//! charged or released when the ad ends. The money and the reason for it are two facts, which are paired
//! here.

mod pairs;

use crate::caps::Caps;
use crate::consent::{Consents, judge_quiet_hours};
use crate::findings::{FactContext, name};
use crate::prices;
use crate::promises::{OptInTerms, Promise, Promises};
use crate::reasons::{Basis, Reasons};
use chappe_base::{CampaignId, Homes, Map, MessageId, PageId, Party, Permit, Seconds, SimTime, Span, UserId};
use pairs::{AdPairs, Price};

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
    pairs: AdPairs,
}

impl Ads {
    pub(crate) fn new(homes: Homes, promises: &Promises) -> Ads {
        Ads {
            promises: promises.clone(),
            caps: Caps::new(homes, promises),
            reasons: Reasons::new(promises),
            slot: Slot::default(),
            open: Map::default(),
            pairs: AdPairs::default(),
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
        // Decisions of one slot have the same user and time, and end with the ad that won it.
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
        if let Some(price) = self.pairs.accepted(message, context) {
            self.bind(price, message, context);
        }
    }

    /// An ad's price was reserved from the lease.
    pub(crate) fn reserve_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        if let Some(message) = self.pairs.reserve_moved(price, context) {
            self.bind(price, message, context);
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
        self.pairs.message_delivered(message, context);
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
        self.pairs.delivered(message, price, context);
        let Some(ad) = self.open.remove(&message) else {
            let what = format!(
                "ad {} was delivered to user {}, but no decision had allowed it",
                message.0, user.0
            );
            return context.violation(Promise::AdPermitted, what);
        };
        if !judge_as_reserved(&ad, message, user, price, permit, context) {
            return;
        }
        self.still_permitted(message, ad, consents, context);
        self.judge_consent(message, &ad, price.0, permit, consents, context);
    }

    /// Judges an ad's delivery by what the user may have changed since the decision.
    fn judge_consent(
        &self,
        message: MessageId,
        ad: &OpenAd,
        paying: CampaignId,
        permit: Permit,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        let Some(campaign) = self.promises.campaign(paying) else {
            return;
        };
        let basis_opt_in = match ad.basis {
            Basis::Free | Basis::Further => None,
            Basis::OptIn(act) => self.terms().map(|terms| (terms.topic, act)),
        };
        let judged = consents.judge_delivery(
            &self.promises,
            campaign,
            ad.user,
            &permit,
            ad.decided,
            basis_opt_in,
        );
        if let Err(why) = judged {
            let what = format!(
                "ad {} of campaign {} of page {} was delivered to user {}, {why}",
                message.0, paying.0, ad.page.0, ad.user.0
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
        let quiet = judge_quiet_hours(&self.promises, ad.user, context.at);
        for why in judged.err().into_iter().chain(quiet.err()) {
            let what = format!("ad {} was delivered to user {} {why}", message.0, ad.user.0);
            context.violation(Promise::AdPermitted, what);
        }
    }

    fn terms(&self) -> Option<OptInTerms> {
        self.promises.basis?.opt_in
    }

    /// Held money was charged.
    pub(crate) fn charge_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        self.pairs.charge_moved(price, context);
    }

    /// An ad was held until quiet hours end.
    pub(crate) fn held(
        &mut self,
        message: MessageId,
        user: UserId,
        until: SimTime,
        context: &mut FactContext<'_>,
    ) {
        context.checked(Promise::AdPermitted);
        let is_open = self.open.get(&message).is_some_and(|ad| ad.user == user);
        let quiet_at = |at| {
            self.promises
                .quiet_minute(user, at)
                .is_ok_and(|minute| minute.is_some())
        };
        let just_before = SimTime(until.0 - 1);
        let why = if !is_open {
            "which is not under way to them"
        } else if !self.promises.quiet_hours.is_some_and(|quiet| quiet.holds) {
            "where the policy holds none"
        } else if !quiet_at(context.at) {
            "outside of quiet hours"
        } else if quiet_at(until) || !quiet_at(just_before) || until - context.at > Span::DAY {
            "but not until they end"
        } else {
            return;
        };
        let what = format!("ad {} to user {} was held, {why}", message.0, user.0);
        context.violation(Promise::AdPermitted, what);
    }

    /// An ad was withdrawn by the rule about quiet hours.
    pub(crate) fn withdrawn_as_quiet(&self, message: MessageId, context: &mut FactContext<'_>) {
        let Some(ad) = self.open.get(&message) else {
            return;
        };
        context.checked(Promise::AdPermitted);
        let is_quiet = self
            .promises
            .quiet_minute(ad.user, context.at)
            .is_ok_and(|minute| minute.is_some());
        if !is_quiet || self.promises.quiet_hours.is_some_and(|quiet| quiet.holds) {
            let what = format!(
                "ad {} to user {} was withdrawn for quiet hours, where the policy asks for none of that",
                message.0, ad.user.0
            );
            context.violation(Promise::AdPermitted, what);
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
            self.pairs.undelivered(message, price, context);
        }
        Some((ad.page, ad.accepted))
    }

    /// Held money went back to the lease.
    pub(crate) fn release_moved(&mut self, price: Price, context: &mut FactContext<'_>) {
        self.pairs.release_moved(price, context);
    }

    /// Reports facts whose partner is missing at the end.
    pub(crate) fn finish(&mut self, context: &mut FactContext<'_>) {
        self.pairs.finish(context);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.caps.bytes()
            + self.open.allocation_size()
            + self.reasons.bytes()
            + self.slot.allowed.capacity() * size_of::<Allowed>()
    }
}

/// Judges whether an ad was delivered to the user and by the campaign that it was accepted for, at the price
/// and on the conversation that were decided. Returns `false` if it is another ad, of which nothing more can
/// be judged.
fn judge_as_reserved(
    ad: &OpenAd,
    message: MessageId,
    user: UserId,
    price: Price,
    permit: Permit,
    context: &mut FactContext<'_>,
) -> bool {
    if ad.user != user || ad.price.is_some_and(|reserved| reserved.0 != price.0) {
        let what = format!(
            "ad {} of campaign {} for user {} was delivered as another's to user {}",
            message.0, price.0.0, ad.user.0, user.0
        );
        context.violation(Promise::AdPermitted, what);
        return false;
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
    true
}
