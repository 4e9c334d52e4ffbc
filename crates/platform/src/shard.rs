//! One shard: a pure state machine over the users and pages whose home it is.
//!
//! `Shard::apply` is the entry point to the platform: it dispatches each command to the module that handles
//! it.

use crate::ads::{Ads, Explanation, Grant};
use crate::command::{Command, position};
use crate::config::Config;
use crate::hotline::HotLine;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::page_limits::PageLimits;
use crate::people::People;
use crate::shop::Shop;
use crate::transfers::{Transfer, Transfers};
use chappe_base::{
    Account, CampaignId, Fact, MessageClass, Money, Party, RefusalReason, Seconds, ShardId, SimTime, UserId,
};
use std::sync::Arc;

/// One shard of the platform.
///
/// `apply` is a pure function of the state, `now` and the command: no clock, no randomness, no I/O.
/// `now` never goes back.
#[derive(Debug)]
pub struct Shard {
    pub(crate) config: Arc<Config>,
    pub(crate) id: ShardId,
    pub(crate) people: People,
    pub(crate) ledger: Ledger,
    pub(crate) transfers: Transfers,
    pub(crate) hotline: HotLine,
    pub(crate) shop: Shop,
    pub(crate) ads: Ads,
    pub(crate) page_limits: PageLimits,
    pub(crate) watched: Option<UserId>,
    pub(crate) explanations: Vec<Explanation>,
}

impl Shard {
    /// The shard `id` without history. `time_zones` are its users' offsets from UTC [min], by local index.
    #[must_use]
    pub fn new(config: Arc<Config>, id: ShardId, time_zones: impl Iterator<Item = i16>) -> Shard {
        let homes = config.homes;
        let pages_count = config.pages.len() as u32;
        let local_pages = (0..homes.count(id, pages_count)).map(|local| homes.number(id, local) as usize);
        Shard {
            people: People::new(time_zones),
            ledger: Ledger::new(homes, id, config.users_count, pages_count, config.campaigns.len()),
            transfers: Transfers::default(),
            hotline: HotLine::new(local_pages.clone().map(|page| config.pages[page].desk)),
            shop: Shop::new(local_pages.map(|page| config.pages[page].products.len())),
            ads: Ads::new(&config),
            page_limits: PageLimits::new(&config, homes.count(id, pages_count)),
            watched: None,
            explanations: Vec::new(),
            id,
            config,
        }
    }

    /// The timers that the driver sets before the first event: begin and end of this shard's campaigns.
    #[must_use]
    pub fn first_timers(&self) -> Vec<(SimTime, Command)> {
        let mut timers = Vec::new();
        for (index, campaign) in self.config.campaigns.iter().enumerate() {
            if self.config.homes.page(campaign.page) == self.id {
                let id = CampaignId(index as u16);
                timers.push((campaign.start, Command::StartCampaign { campaign: id }));
                if campaign.end != SimTime::NEVER {
                    timers.push((campaign.end, Command::EndCampaign { campaign: id }));
                }
            }
        }
        timers
    }

    /// Collects every decision on `user`'s ad slots with all rules, for [`Shard::take_explanations`].
    pub fn watch(&mut self, user: UserId) {
        self.watched = Some(user);
    }

    /// Takes the decisions on the watched user's slots since the last call.
    pub fn take_explanations(&mut self) -> Vec<Explanation> {
        std::mem::take(&mut self.explanations)
    }

    /// Applies a command at `now`, which is never earlier than that of the call before. Appends what it
    /// causes to `out`.
    pub fn apply(&mut self, now: SimTime, command: Command, out: &mut Outbox) {
        match command {
            Command::Send {
                message,
                from,
                to,
                intended,
            } => self.receive(now, message, from, to, intended, out),
            Command::Read {
                message,
                reader,
                sender,
            } => self.read(message, reader, sender, out),
            Command::Connect {
                occasion,
                user,
                until,
            } => self.connect(now, occasion, user, until, out),
            Command::DeliverAd { message, user } => self.deliver_ad(now, message, user, false, out),
            Command::React {
                message,
                user,
                campaign,
                reaction,
            } => {
                self.react(now, message, user, campaign, reaction, out);
            }
            Command::Block { user, party } => self.block(user, party, out),
            Command::Unblock { user, party } => self.unblock(user, party, out),
            Command::Mute { user, page } => self.mute(user, page, out),
            Command::Visit {
                act,
                user,
                handle,
                topic,
                entry,
            } => self.visit(now, act, user, handle, topic, entry, out),
            Command::OptIn {
                act,
                user,
                page,
                topic,
                source,
            } => self.opt_in(now, act, user, page, topic, source, out),
            Command::OptOut { user, page, topic } => self.opt_out(user, page, topic, out),
            Command::Ask {
                question,
                user,
                page,
                topic,
                intended,
            } => {
                self.ask(now, question, user, page, topic, intended, out);
            }
            Command::Question {
                question,
                user,
                page,
                intended,
            } => {
                self.hotline
                    .ask(now, &self.config, question, user, page, intended, out);
            }
            Command::GiveUp { question, page } => self.hotline.give_up(now, question, page, out),
            Command::Answer {
                question,
                page,
                intended,
            } => {
                self.hotline
                    .answer(now, &self.config, question, page, intended, out);
            }
            Command::Notify {
                message,
                user,
                page,
                intended,
            } => {
                let answers = message.act().position() == position::ANSWER;
                let class = if answers {
                    MessageClass::HotLine
                } else {
                    MessageClass::OrderNotice
                };
                self.receive_from_page(now, message, class, page, user, intended, out);
            }
            Command::Checkout {
                order,
                user,
                page,
                product,
                price,
            } => {
                self.check_out(now, order, user, page, product, price, out);
            }
            Command::PlaceOrder {
                order,
                user,
                page,
                product,
                price,
            } => {
                self.place_order(now, order, user, page, product, price, out);
            }
            Command::CancelOrder { order, page } => self.cancel_order(now, order, page, out),
            Command::Ship { order, page } => {
                let notice = self.shop.ship(order, page, out);
                self.send_notice(now, notice, page, out);
            }
            Command::Arrive { order, page } => {
                let notice = self.shop.arrive(order, page, out);
                self.send_notice(now, notice, page, out);
            }
            Command::Restock { page, product, units } => {
                self.shop.restock(&self.config, page, product, units, out)
            }
            Command::Pay {
                transfer,
                payer,
                payee,
                amount,
                issued,
            } => {
                let (payer, payee) = (Party::User(payer), Party::User(payee));
                self.pay(
                    now,
                    Transfer {
                        id: transfer,
                        payer,
                        payee,
                        amount,
                    },
                    issued,
                    out,
                );
            }
            Command::Credit {
                transfer,
                payer,
                payee,
                amount,
                begun,
                repeated,
            } => {
                let transfer = Transfer {
                    id: transfer,
                    payer,
                    payee,
                    amount,
                };
                self.credit(now, transfer, repeated.then_some(begun), out);
            }
            Command::Credited { transfer } => self.transfers.credited(now, transfer, &mut self.ledger, out),
            Command::CreditRefused { transfer, reason } => {
                self.transfers
                    .refused(now, transfer, reason, &mut self.ledger, out);
            }
            Command::TransferTimeout { transfer } => {
                self.transfers.timed_out(now, &self.config, transfer, out)
            }
            Command::CancelCredit {
                transfer,
                payer,
                begun,
            } => self
                .transfers
                .cancel(now, &self.config, (transfer, payer), begun, out),
            Command::StartCampaign { campaign } => self.start_campaign(campaign, out),
            Command::EndCampaign { campaign } => self.end_campaign(campaign, out),
            Command::RequestLease { campaign, shard } => self.grant_lease(now, campaign, shard, out),
            Command::GrantLease {
                campaign,
                amount,
                ads,
                reach,
                until,
            } => self.receive_lease(now, campaign, Grant { amount, ads, reach }, until, out),
            Command::RefuseLease {
                campaign,
                rule,
                again,
            } => self.receive_no_lease(now, campaign, rule, again, out),
            Command::Broadcast { campaign, from } => self.broadcast(now, campaign, from, out),
            Command::SetAdSlots { open } => self.ads.slots_open = open,
            Command::LeaseTimeout { campaign } => self.return_lease(now, campaign, out),
            Command::ReturnLease {
                campaign,
                amount,
                ads,
                reach,
                until,
            } => self.take_back_lease(now, campaign, Grant { amount, ads, reach }, until, out),
            Command::ReportFeedback { campaign, feedback } => {
                self.receive_feedback(now, campaign, feedback, out)
            }
            Command::Probe => {}
        }
        debug_assert_eq!(
            self.ledger_sum_if_small(),
            Money::ZERO,
            "the shard's ledger balances at every event"
        );
    }

    /// Begins a payment, and forwards it to the payee's shard if the amount could be reserved. Returns
    /// whether it was.
    pub(crate) fn pay(
        &mut self,
        now: SimTime,
        transfer: Transfer,
        issued: SimTime,
        out: &mut Outbox,
    ) -> bool {
        let begun = self
            .transfers
            .begin(now, &self.config, transfer, issued, &mut self.ledger, out);
        if begun {
            out.forward(
                self.config.homes.party(transfer.payee),
                transfer.credit(now.seconds(), false),
            );
        }
        begun
    }

    /// Credits a payee of this shard. A block refuses payments from people, never a page's refund.
    fn credit(&mut self, now: SimTime, transfer: Transfer, repeated: Option<Seconds>, out: &mut Outbox) {
        let blocked = match (transfer.payer, transfer.payee) {
            (payer @ Party::User(_), Party::User(payee)) => self.has_blocked(payee, payer),
            (Party::Page(_), _) | (_, Party::Page(_)) => false,
        };
        let refusal = blocked.then_some(RefusalReason::Blocked);
        self.transfers.credit(
            now,
            &self.config,
            transfer,
            repeated,
            refusal,
            &mut self.ledger,
            out,
        );
    }

    /// Ends the run: records what is still kept or under way as pending.
    pub fn finish(&mut self, out: &mut Outbox) {
        for kept in self.people.drain_kept() {
            if kept.class != MessageClass::Ad {
                out.fact(Fact::Pending {
                    message: kept.message,
                });
            }
        }
        for message in self.ads.under_way() {
            out.fact(Fact::Pending { message });
        }
    }

    /// The balance of an account of this shard.
    #[must_use]
    pub fn balance(&mut self, account: Account) -> Money {
        self.ledger.balance(account)
    }

    /// The sum over all accounts of this shard: zero at every event.
    #[must_use]
    pub fn ledger_sum(&self) -> Money {
        self.ledger.sum()
    }

    /// The ledger's sum, or zero for a large ledger: summing that at every event would make debug builds too
    /// slow to use.
    fn ledger_sum_if_small(&self) -> Money {
        if self.config.users_count <= 64 {
            self.ledger.sum()
        } else {
            Money::ZERO
        }
    }

    /// Prefetches what a command for `user`, who lives here, needs first.
    #[inline]
    pub fn touch(&self, user: UserId) {
        self.people.touch(self.config.homes.local(user.0));
    }

    /// Prefetches what a message for `user` needs next.
    #[inline]
    pub fn touch_inbox(&self, user: UserId) {
        self.people.touch_inbox(self.config.homes.local(user.0));
    }

    /// Prefetches what `user`'s coming on line needs next.
    #[inline]
    pub fn touch_lists(&self, user: UserId) {
        let local = self.config.homes.local(user.0);
        self.people.touch_inbox(local);
        self.people.touch_lists(local);
    }

    /// Memory by part [bytes].
    #[must_use]
    pub fn bytes(&self) -> Vec<(&'static str, usize)> {
        let mut parts = self.people.bytes().to_vec();
        parts.push(("ledger", self.ledger.bytes()));
        parts.push(("transfers", self.transfers.bytes()));
        parts.push(("hot-lines and shops", self.hotline.bytes() + self.shop.bytes()));
        parts.push(("ads", self.ads.bytes() + self.page_limits.bytes()));
        parts
    }
}
