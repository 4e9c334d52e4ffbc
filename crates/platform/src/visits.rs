//! The user's acts towards pages, at the user's shard: links, questions, purchases, consent.
//!
//! The user's shard owns the user's side of a conversation. It applies the act first and then forwards what
//! the page's home must do, so that rules about the user are judged in one place.

use crate::command::Command;
use crate::config::CampaignConfig;
use crate::conversation::Flag;
use crate::conversations::Place;
use crate::outbox::{Notice, Outbox};
use crate::shard::Shard;
use crate::transfers::Transfer;
use chappe_base::{
    CampaignId, Entry, Fact, MessageId, Money, OptInSource, OrderId, PageId, Party, ProductId, Reaction,
    RefusalReason, SimTime, Topic, UserId,
};

impl Shard {
    /// Follows a short link, or opens a page that the user found.
    pub(crate) fn visit(
        &mut self,
        now: SimTime,
        act: MessageId,
        user: UserId,
        handle: PageId,
        topic: Topic,
        entry: Entry,
        out: &mut Outbox,
    ) {
        if handle.index() >= self.config.pages.len() {
            out.fact(Fact::LinkRefused { user, handle });
            return out.notify(Notice::Refused {
                message: act,
                user,
                reason: RefusalReason::UnknownPage,
            });
        }
        self.act_towards(now, act, user, handle, Some((topic, entry)), out);
    }

    /// Records a user's act towards a page. Opens the conversation if there is none and `opening` is given.
    /// Returns the conversation; `None` if the act was refused.
    fn act_towards(
        &mut self,
        now: SimTime,
        act: MessageId,
        user: UserId,
        page: PageId,
        opening: Option<(Topic, Entry)>,
        out: &mut Outbox,
    ) -> Option<Place> {
        let local = self.config.homes.local(user.0);
        let reason = match (self.people.find(local, page), opening) {
            (Some(place), _) if !self.people.conversation(place).is(Flag::Blocked) => {
                self.people.act(place, now);
                out.fact(Fact::Acted { user, page });
                return Some(place);
            }
            (Some(_), _) => RefusalReason::Blocked,
            (None, None) => RefusalReason::NoConversation,
            (None, Some(_)) if page.index() >= self.config.pages.len() => RefusalReason::UnknownPage,
            (None, Some((topic, entry))) => {
                let place = self.people.open(local, page, act.act(), true, topic, now);
                out.fact(Fact::Opened {
                    user,
                    page,
                    act: act.act(),
                    by_user: true,
                    topic,
                    entry,
                });
                return Some(place);
            }
        };
        refuse(act, user, page, reason, out);
        None
    }

    /// Asks a page a question.
    pub(crate) fn ask(
        &mut self,
        now: SimTime,
        question: MessageId,
        user: UserId,
        page: PageId,
        topic: Topic,
        intended: SimTime,
        out: &mut Outbox,
    ) {
        let opening = Some((topic, Entry::Search));
        if self
            .act_towards(now, question, user, page, opening, out)
            .is_some()
        {
            out.forward(
                self.config.homes.page(page),
                Command::Question {
                    question,
                    user,
                    page,
                    intended,
                },
            );
        }
    }

    /// Buys a product: reserves the price here, then forwards the order to the page's home.
    pub(crate) fn check_out(
        &mut self,
        now: SimTime,
        order: OrderId,
        user: UserId,
        page: PageId,
        product: ProductId,
        price: Money,
        out: &mut Outbox,
    ) {
        let Some(place) = self.act_towards(now, order, user, page, None, out) else {
            return;
        };
        let transfer = Transfer::of_order(order, user, page, price);
        if self
            .transfers
            .begin(now, &self.config, transfer, now, &mut self.ledger, out)
        {
            // Set although the order may still be refused: shoppers are those who have started a checkout.
            self.people.conversation_mut(place).set(Flag::Bought, true);
            out.forward(
                self.config.homes.page(page),
                Command::PlaceOrder {
                    order,
                    user,
                    page,
                    product,
                    price,
                },
            );
        }
    }

    /// Gives consent to be contacted.
    pub(crate) fn opt_in(
        &mut self,
        now: SimTime,
        act: MessageId,
        user: UserId,
        page: PageId,
        topic: Topic,
        source: OptInSource,
        out: &mut Outbox,
    ) {
        if !self.may_be_asked(now, user, page, topic) {
            return refuse(act, user, page, RefusalReason::OptInRequest, out);
        }
        if let Some(place) = self.act_towards(now, act, user, page, None, out) {
            self.people.opt_in(place, topic, act.act(), now);
            out.fact(Fact::OptedIn {
                user,
                page,
                topic,
                source,
                act: act.act(),
            });
        }
    }

    /// Whether the page may request an opt-in on `topic` from the user now.
    fn may_be_asked(&self, now: SimTime, user: UserId, page: PageId, topic: Topic) -> bool {
        let place = self.people.find(self.config.homes.local(user.0), page);
        let (Some(rule), Some(place)) = (self.config.policy.opt_in_request, place) else {
            return true;
        };
        let since_last_act = self.people.conversation(place).since_last_act(now);
        rule.admits(now, since_last_act, self.people.opt_in_on(place, topic))
    }

    /// Revokes consent: the opt-in on `topic`, if there is one, and all ads of the page. Unlike other acts,
    /// it does not restart any window.
    pub(crate) fn opt_out(&mut self, user: UserId, page: PageId, topic: Topic, out: &mut Outbox) {
        let Some(place) = self.people.find(self.config.homes.local(user.0), page) else {
            return;
        };
        if self.people.opt_out(place, topic) {
            out.fact(Fact::OptedOut { user, page, topic });
            self.note_complaint(page, out);
        }
    }

    /// Mutes a page's ads.
    pub(crate) fn mute(&mut self, user: UserId, page: PageId, out: &mut Outbox) {
        let Some(place) = self.people.find(self.config.homes.local(user.0), page) else {
            return;
        };
        if self.people.conversation_mut(place).set(Flag::Muted, true) {
            out.fact(Fact::Muted { user, page });
            self.note_complaint(page, out);
        }
    }

    /// Records a reaction to an ad, which is an act towards its page.
    pub(crate) fn react(
        &mut self,
        now: SimTime,
        message: MessageId,
        user: UserId,
        campaign: CampaignId,
        reaction: Reaction,
        out: &mut Outbox,
    ) {
        let Some(&CampaignConfig { page, .. }) = self.config.campaigns.get(campaign.index()) else {
            return;
        };
        if self.act_towards(now, message, user, page, None, out).is_some() {
            out.fact(Fact::Reacted {
                message,
                user,
                campaign,
                reaction,
            });
            if reaction == Reaction::Open {
                self.note_feedback(now, campaign, |feedback| feedback.opened += 1, out);
            }
        }
    }
}

/// Records a refused act towards a page, and notifies the user.
fn refuse(act: MessageId, user: UserId, page: PageId, reason: RefusalReason, out: &mut Outbox) {
    out.fact(Fact::Refused {
        message: act,
        by: Party::User(user),
        to: Party::Page(page),
        reason,
    });
    out.notify(Notice::Refused {
        message: act,
        user,
        reason,
    });
}
