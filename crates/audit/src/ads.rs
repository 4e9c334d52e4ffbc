//! No ad without its permit, and none unpaid: from the decision to delivery or release.
//!
//! An ad is accepted at the moment of a decision that allows it. Its price is reserved from the
//! lease then, and charged or released when it ends.

use crate::caps::Caps;
use crate::consent::Consents;
use crate::pair::Pair;
use crate::prices;
use crate::promises::{Agreement, Promise, Promises};
use crate::reasons::{Reason, Reasons};
use crate::verdict::{Hearing, name};
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
    reason: Reason,
}

/// A decision that allows an ad.
#[derive(Clone, Copy, Debug)]
struct Allowed {
    campaign: CampaignId,
    page: PageId,
    permit: Permit,
    reason: Reason,
}

/// The decisions for one user's ad slot.
#[derive(Default, Debug)]
struct Slot {
    user: UserId,
    at: SimTime,
    /// What is decided for the same user at the same time from then on is another slot.
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
    /// A reservation and the ad it is for.
    reserved: Pair<Price, MessageId>,
    /// A charge, and the ad delivered at that price.
    charged: Pair<Price, (MessageId, Price)>,
    /// A release, and the ad that came to nothing.
    released: Pair<Price, (MessageId, Price)>,
    /// An ad delivered as a message, and with its permit.
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
        hearing: &mut Hearing<'_>,
    ) {
        hearing.checked(Promise::AdPermitted);
        if (self.slot.user, self.slot.at) != (user, hearing.at) || self.slot.is_sold {
            self.slot.is_sold = false;
            self.slot.user = user;
            self.slot.at = hearing.at;
            self.slot.allowed.clear();
        }
        let judged = self.judge(user, page, campaign, &permit, consents, hearing);
        self.slot.allowed.push(Allowed {
            campaign,
            page,
            permit,
            reason: *judged.as_ref().unwrap_or(&Reason::Free),
        });
        if let Err(why) = judged {
            let what = format!(
                "campaign {} of page {} was allowed to show user {} an ad, {why}",
                campaign.0, page.0, user.0
            );
            hearing.broken(Promise::AdPermitted, what);
        }
    }

    fn judge(
        &self,
        user: UserId,
        page: PageId,
        campaign: CampaignId,
        permit: &Permit,
        consents: &Consents,
        hearing: &Hearing<'_>,
    ) -> Result<Reason, String> {
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
        if hearing.at < promised.start || hearing.at >= promised.end {
            return Err("while the campaign was not running".into());
        }
        consents.judge_decision(&self.promises, promised, user, permit, hearing)?;
        self.reasons
            .of_ad(&self.promises, promised, user, permit, consents, hearing.at)
    }

    /// An ad was accepted for a user: it counts towards the caps.
    pub(crate) fn accepted(
        &mut self,
        message: MessageId,
        from: Party,
        to: Party,
        consents: &Consents,
        hearing: &mut Hearing<'_>,
    ) {
        hearing.checked(Promise::AdPermitted);
        let (Party::Page(page), Party::User(user)) = (from, to) else {
            let what = format!(
                "ad {} was accepted from {} for {}",
                message.0,
                name(from),
                name(to)
            );
            return hearing.broken(Promise::AdPermitted, what);
        };
        let is_slot = (self.slot.user, self.slot.at) == (user, hearing.at);
        if user.0 >= self.promises.users_count
            || !is_slot
            || !self.slot.allowed.iter().any(|allowed| allowed.page == page)
        {
            let what = format!(
                "ad {} of page {} was accepted for user {} without a decision that allows it",
                message.0, page.0, user.0
            );
            return hearing.broken(Promise::AdPermitted, what);
        }
        self.caps.reserved(user, page, consents, hearing);
        let ad = OpenAd {
            user,
            page,
            accepted: hearing.at.seconds(),
            price: None,
            decided: None,
            reason: Reason::Free,
        };
        self.open.insert(message, ad);
        match self.reserved.right(message) {
            Ok(Some((price, message))) => self.bind(price, message, hearing),
            Ok(None) => {}
            Err(orphan) => unpaid(orphan, "accepted without reserving its price", hearing),
        }
    }

    /// An ad's price was reserved from the lease.
    pub(crate) fn reserve_moved(&mut self, price: Price, hearing: &mut Hearing<'_>) {
        match self.reserved.left(price) {
            Ok(Some((price, message))) => self.bind(price, message, hearing),
            Ok(None) => {}
            Err(orphan) => astray(orphan, "reserved", hearing),
        }
    }

    fn bind(&mut self, price: Price, message: MessageId, hearing: &mut Hearing<'_>) {
        hearing.checked(Promise::BudgetsKept);
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
            ad.reason = allowed.reason;
            self.reasons.take((ad.user, page), ad.reason, hearing.at);
        } else {
            let what = format!(
                "ad {} of page {} was accepted for user {}, but campaign {}, which pays, was not allowed it",
                message.0, page.0, ad.user.0, campaign.0
            );
            hearing.broken(Promise::AdPermitted, what);
        }
        self.judge_price(price, message, hearing);
        self.slot.is_sold = true;
    }

    fn judge_price(&self, (campaign, price): Price, message: MessageId, hearing: &mut Hearing<'_>) {
        hearing.checked(Promise::PricesKept);
        let bidders = self.slot.allowed.iter().map(|allowed| allowed.campaign);
        let Promises {
            prices, campaigns, ..
        } = &self.promises;
        if let Err(why) = prices::judge_ad(prices.reserve, campaigns, bidders, campaign, price) {
            let what = format!("ad {} is of campaign {}, {why}", message.0, campaign.0);
            hearing.broken(Promise::PricesKept, what);
        }
    }

    /// An ad was delivered as a message.
    pub(crate) fn message_delivered(&mut self, message: MessageId, hearing: &mut Hearing<'_>) {
        let met = self.delivered.left(message);
        told_apart(met, hearing);
    }

    /// An ad was delivered, citing its permit.
    pub(crate) fn delivered(
        &mut self,
        message: MessageId,
        user: UserId,
        price: Price,
        permit: Permit,
        consents: &Consents,
        hearing: &mut Hearing<'_>,
    ) {
        hearing.checked(Promise::AdPermitted);
        hearing.checked(Promise::ConsentKept);
        let met = self.delivered.right(message);
        told_apart(met, hearing);
        match self.charged.right((message, price)) {
            Ok(Some((moved, said))) => priced(moved, said, "charged", hearing),
            Ok(None) => {}
            Err((orphan, _)) => unpaid(orphan, "delivered without being charged", hearing),
        }
        let Some(ad) = self.open.remove(&message) else {
            let what = format!(
                "ad {} was delivered to user {}, but no decision had allowed it",
                message.0, user.0
            );
            return hearing.broken(Promise::AdPermitted, what);
        };
        if ad.user != user || ad.price.is_some_and(|reserved| reserved.0 != price.0) {
            let what = format!(
                "ad {} of campaign {} for user {} was delivered as another's to user {}",
                message.0, price.0.0, ad.user.0, user.0
            );
            return hearing.broken(Promise::AdPermitted, what);
        }
        if ad.price.is_some_and(|reserved| reserved != price) {
            let what = format!(
                "ad {} of campaign {} was delivered at {} micro-units, which is not what was reserved",
                message.0, price.0.0, price.1.0
            );
            hearing.broken(Promise::BudgetsKept, what);
        }
        if ad
            .decided
            .is_some_and(|decided| decided.conversation != permit.conversation)
        {
            let what = format!(
                "ad {} was delivered to user {} citing another conversation than was decided on",
                message.0, user.0
            );
            hearing.broken(Promise::AdPermitted, what);
        }
        self.still_permitted(message, ad, consents, hearing);
        let Some(campaign) = self.promises.campaign(price.0) else {
            return;
        };
        let leant_on = match ad.reason {
            Reason::Free | Reason::Further => None,
            Reason::OptIn(act) => self.agreement().map(|agreement| (agreement.topic, act)),
        };
        let judged = consents.judge_delivery(&self.promises, campaign, user, &permit, ad.decided, leant_on);
        if let Err(why) = judged {
            let what = format!(
                "ad {} of campaign {} of page {} was delivered to user {}, {why}",
                message.0, price.0.0, ad.page.0, user.0
            );
            hearing.broken(Promise::ConsentKept, what);
        }
    }

    /// Judges an ad's delivery by what other ads have used up meanwhile.
    fn still_permitted(
        &mut self,
        message: MessageId,
        ad: OpenAd,
        consents: &Consents,
        hearing: &mut Hearing<'_>,
    ) {
        self.caps
            .delivered(ad.user, ad.page, ad.accepted, consents, hearing);
        let (agreement, between) = (self.agreement(), (ad.user, ad.page));
        let judged = self
            .reasons
            .delivered(agreement, between, ad.reason, ad.accepted, consents, hearing.at);
        if let Err(why) = judged {
            let what = format!("ad {} was delivered to user {} {why}", message.0, ad.user.0);
            hearing.broken(Promise::AdPermitted, what);
        }
    }

    fn agreement(&self) -> Option<Agreement> {
        self.promises.grounds?.opt_in
    }

    /// What was held for an ad was charged.
    pub(crate) fn charge_moved(&mut self, price: Price, hearing: &mut Hearing<'_>) {
        match self.charged.left(price) {
            Ok(Some((moved, said))) => priced(moved, said, "charged", hearing),
            Ok(None) => {}
            Err(orphan) => astray(orphan, "charged", hearing),
        }
    }

    /// A message was withdrawn or expired; if it was an ad, its price and its places under the
    /// caps are free again. Whose it was and when it was accepted, if it was an ad.
    pub(crate) fn undelivered(
        &mut self,
        message: MessageId,
        hearing: &mut Hearing<'_>,
    ) -> Option<(PageId, Seconds)> {
        let ad = self.open.remove(&message)?;
        self.caps.released(ad.user, ad.page, ad.accepted);
        self.reasons.give_back((ad.user, ad.page), ad.reason, ad.accepted);
        if let Some(price) = ad.price {
            self.release_due(message, price, hearing);
        }
        Some((ad.page, ad.accepted))
    }

    fn release_due(&mut self, message: MessageId, price: Price, hearing: &mut Hearing<'_>) {
        match self.released.right((message, price)) {
            Ok(Some((moved, said))) => priced(moved, said, "released", hearing),
            Ok(None) => {}
            Err((orphan, _)) => unpaid(orphan, "not delivered, but its price stayed reserved", hearing),
        }
    }

    /// What was held for an ad went back to the lease.
    pub(crate) fn release_moved(&mut self, price: Price, hearing: &mut Hearing<'_>) {
        match self.released.left(price) {
            Ok(Some((moved, said))) => priced(moved, said, "released", hearing),
            Ok(None) => {}
            Err(orphan) => astray(orphan, "released", hearing),
        }
    }

    pub(crate) fn finish(&mut self, hearing: &mut Hearing<'_>) {
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
                astray(price, how, hearing);
            }
        }
        if let Some(message) = accepted {
            unpaid(message, "accepted without reserving its price", hearing);
        }
        if let Some((message, _)) = delivered {
            unpaid(message, "delivered without being charged", hearing);
        }
        if let Some((message, _)) = undelivered {
            unpaid(message, "not delivered, but its price stayed reserved", hearing);
        }
        let (left, right) = self.delivered.leftover();
        if let Some(message) = left.or(right) {
            told_apart(Err(message), hearing);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.caps.bytes()
            + self.open.allocation_size()
            + self.reasons.bytes()
            + self.slot.allowed.capacity() * size_of::<Allowed>()
    }
}

fn unpaid(message: MessageId, how: &str, hearing: &mut Hearing<'_>) {
    hearing.broken(Promise::BudgetsKept, format!("ad {} was {how}", message.0));
}

fn astray((campaign, amount): Price, how: &str, hearing: &mut Hearing<'_>) {
    let what = format!(
        "{} micro-units of campaign {} were {how} for no ad",
        amount.0, campaign.0
    );
    hearing.broken(Promise::BudgetsKept, what);
}

fn priced(moved: Price, (message, said): (MessageId, Price), how: &str, hearing: &mut Hearing<'_>) {
    hearing.checked(Promise::BudgetsKept);
    if moved != said {
        let what = format!(
            "ad {} of campaign {} costs {} micro-units, but {} of campaign {} were {how}",
            message.0, said.0.0, said.1.0, moved.1.0, moved.0.0
        );
        hearing.broken(Promise::BudgetsKept, what);
    }
}

fn told_apart(met: Result<Option<(MessageId, MessageId)>, MessageId>, hearing: &mut Hearing<'_>) {
    let alone = match met {
        Ok(None) => return,
        Ok(Some((message, ad))) if message == ad => return,
        Ok(Some((message, _))) | Err(message) => message,
    };
    let what = format!(
        "ad {} was delivered as a message or with its permit, but not both",
        alone.0
    );
    hearing.broken(Promise::AdPermitted, what);
}
