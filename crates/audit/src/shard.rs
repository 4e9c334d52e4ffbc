//! The audit of one shard: passes each fact to the modules that judge it.

mod entries;

use crate::ads::Ads;
use crate::budgets::Budgets;
use crate::consent::Consents;
use crate::devices::Devices;
use crate::findings::{FactContext, Findings};
use crate::limits::Limits;
use crate::messages::Messages;
use crate::money::Accounts;
use crate::prices::Charges;
use crate::promises::{Promise, Promises};
use crate::stock::{Step as OrderStep, Stock};
use crate::transfers::{Half, Step, TransferReport, Transfers};
use crate::verdict::ShardSummary;
use chappe_base::{
    Account, AdFeedback, Decision, Fact, Homes, MessageClass, MessageId, Money, Party, Reaction, RuleKind,
    ShardId, SimTime, Span, TransferId,
};

/// The audit of one shard's facts.
#[derive(Debug)]
pub struct ShardAudit {
    facts_count: u64,
    end: SimTime,
    under_way_at_most: Span,
    findings: Findings,
    messages: Messages,
    consents: Consents,
    ads: Ads,
    stock: Stock,
    accounts: Accounts,
    transfers: Transfers,
    budgets: Budgets,
    charges: Charges,
    limits: Limits,
}

impl ShardAudit {
    /// The audit of `shard`, before its first fact.
    #[must_use]
    pub fn new(shard: ShardId, homes: Homes, promises: &Promises) -> ShardAudit {
        ShardAudit {
            facts_count: 0,
            end: SimTime(i64::MIN),
            under_way_at_most: promises.under_way_at_most,
            findings: Findings::new(Some(shard)),
            messages: Messages::new(Devices::new(homes, shard, promises)),
            consents: Consents::default(),
            ads: Ads::new(homes, promises),
            stock: Stock::new(homes, shard),
            accounts: Accounts::new(homes, shard, promises),
            transfers: Transfers::default(),
            budgets: Budgets::new(homes, shard, promises),
            charges: Charges::new(promises.prices),
            limits: Limits::new(promises),
        }
    }

    /// Judges the shard's next fact.
    #[inline]
    pub fn observe(&mut self, at: SimTime, fact: &Fact) {
        self.facts_count += 1;
        self.end = self.end.max(at);
        let context = &mut FactContext {
            at,
            fact: Some(fact),
            findings: &mut self.findings,
        };
        match *fact {
            Fact::Served {
                command,
                message,
                wait_ns,
                service_ns,
            } => self
                .messages
                .served(command, message, wait_ns + service_ns, context),
            Fact::HandedOut { message, to, .. } => self.messages.handed_out(message, to, context),
            Fact::Acknowledged {
                message,
                user,
                after_ns,
                ..
            }
            | Fact::ReadReceipt {
                message,
                user,
                after_ns,
            } => self.messages.devices.receipt(message, user, after_ns, context),
            Fact::Accepted {
                message,
                class,
                from,
                to,
                intended,
                ..
            } => {
                self.messages.accepted(message, class, (from, intended), context);
                if class == MessageClass::Ad {
                    self.ads.accepted(message, from, to, &self.consents, context);
                    if let (Party::Page(page), Party::User(user)) = (from, to) {
                        self.limits.sent(user, page, context);
                    }
                } else if let (Party::Page(page), Party::User(user)) = (from, to) {
                    let reasons = &mut self.ads.reasons;
                    reasons.message(message, class, page, user, &self.consents, context);
                }
            }
            Fact::Delivered {
                message,
                class,
                from,
                to,
            } => {
                self.messages.delivered(message, context);
                if class == MessageClass::Ad {
                    self.ads.message_delivered(message, context);
                } else {
                    self.consents.delivered(message, from, to, context);
                }
            }
            Fact::Read { message, .. } => self.messages.read(message, context),
            Fact::Refused { message, .. } => {
                self.messages.refused(message);
                self.charges.refused(message);
            }
            Fact::Held { message, user, until } => self.ads.held(message, user, until, context),
            Fact::Withdrawn { message, rule } => {
                if rule == RuleKind::QuietHours {
                    self.ads.withdrawn_as_quiet(message, context);
                }
                self.messages.ended(message, "withdrawn", context);
                self.undelivered(at, fact, message);
            }
            Fact::Expired { message } => {
                self.messages.ended(message, "called expired", context);
                self.undelivered(at, fact, message);
            }
            Fact::Pending { message } => self.messages.ended(message, "called pending", context),
            Fact::Opened {
                user,
                page,
                act,
                by_user,
                topic,
                ..
            } => {
                self.consents
                    .opened((user, page), act, by_user, topic, at.seconds());
            }
            Fact::Acted { user, page } => {
                self.consents.acted((user, page), at.seconds());
                self.ads.reasons.acted((user, page));
            }
            Fact::OptedIn {
                user,
                page,
                topic,
                act,
                ..
            } => {
                let reasons = &mut self.ads.reasons;
                reasons.opted_in((user, page), topic, act, &self.consents, context);
                self.consents.opted_in((user, page), topic, act, at.seconds());
            }
            Fact::OptedOut { user, page, topic } => {
                let reasons = &mut self.ads.reasons;
                reasons.opted_out((user, page), topic, &self.consents);
                self.consents.opted_out((user, page), topic);
                self.limits.note_feedback(Some(page), complaint);
            }
            Fact::Blocked { user, party } => {
                self.consents.blocked(user, party, true);
                if let Party::Page(page) = party {
                    self.limits.note_feedback(Some(page), complaint);
                }
            }
            Fact::Unblocked { user, party } => self.consents.blocked(user, party, false),
            Fact::Muted { user, page } => {
                self.consents.muted((user, page));
                self.limits.note_feedback(Some(page), complaint);
            }
            Fact::Decided {
                user,
                page,
                campaign,
                decision,
            } => match decision {
                Decision::Allowed(permit) => {
                    self.ads
                        .allowed(user, page, campaign, permit, &self.consents, context);
                }
                Decision::Refused(_) => {}
            },
            Fact::AdDelivered {
                message,
                user,
                campaign,
                price,
                permit,
            } => {
                let page = self.limits.page_of(campaign);
                self.limits
                    .note_feedback(page, |feedback| feedback.delivered += 1);
                self.ads
                    .delivered(message, user, (campaign, price), permit, &self.consents, context);
            }
            Fact::Stocked { page, product, units } => self.stock.stocked(page, product, units, context),
            Fact::OrderPlaced {
                order,
                user,
                page,
                product,
                price,
            } => {
                self.charges.sold(order, page, price, context);
                self.stock.placed(order, user, page, product, context);
            }
            Fact::OrderPaid { order, page } => {
                self.stock.stepped(order, page, None, OrderStep::Paid, context)
            }
            Fact::OrderShipped { order, page } => {
                self.charges.order_advanced(order, false, context);
                self.stock.stepped(order, page, None, OrderStep::Shipped, context)
            }
            Fact::OrderDelivered { order, page } => {
                self.charges.order_advanced(order, true, context);
                self.stock
                    .stepped(order, page, None, OrderStep::Delivered, context);
            }
            Fact::OrderCancelled {
                order, page, product, ..
            } => {
                self.charges.order_advanced(order, true, context);
                self.stock
                    .stepped(order, page, Some(product), OrderStep::Cancelled, context);
            }
            Fact::Moved {
                from,
                to,
                amount,
                transfer,
            } => {
                self.moved(
                    at,
                    fact,
                    &entries::Entry {
                        from,
                        to,
                        amount,
                        transfer,
                    },
                );
            }
            Fact::TransferReserved {
                transfer,
                payer,
                payee,
                amount,
            } => {
                if let (Party::User(user), Party::Page(page)) = (payer, payee) {
                    self.consents.bought((user, page));
                }
                self.transfers.observe(
                    transfer_report(transfer, Step::Reserve, Some(amount), Some((payer, payee))),
                    context,
                );
            }
            Fact::TransferCredited { transfer, amount } => {
                self.transfers.observe(
                    transfer_report(transfer, Step::Credit, Some(amount), None),
                    context,
                );
            }
            Fact::TransferPosted {
                transfer,
                payer,
                payee,
                amount,
            } => {
                self.transfers.observe(
                    transfer_report(transfer, Step::Post, Some(amount), Some((payer, payee))),
                    context,
                );
            }
            Fact::TransferReleased { transfer, .. } => {
                self.transfers
                    .observe(transfer_report(transfer, Step::Release, None, None), context);
            }
            Fact::CampaignStarted {
                campaign,
                page,
                budget,
                ..
            } => {
                self.budgets.started(campaign, page, budget, context);
            }
            Fact::CampaignEnded { campaign } => self.budgets.ended(campaign, context),
            Fact::Leased {
                campaign, to, amount, ..
            } => {
                self.limits.leased(campaign, amount, context);
                let stock = &self.stock;
                let units = |page, product| stock.units(page, product);
                self.budgets.leased(campaign, to, amount, units, context);
            }
            Fact::LeaseReturned { campaign, amount } => self.budgets.returned(campaign, amount, context),
            Fact::BudgetUnserved {
                campaign,
                amount,
                returned,
            } => self.budgets.waits(campaign, amount, returned, context),
            Fact::Reacted {
                campaign,
                reaction: Reaction::Open,
                ..
            } => {
                let page = self.limits.page_of(campaign);
                self.limits.note_feedback(page, |feedback| feedback.opened += 1);
            }
            Fact::MessageCharged { message, page, price } => {
                self.charges.notice_paid((message, page, price), context);
            }
            Fact::ReachMoved {
                campaign,
                step,
                people,
            } => self.limits.reach_moved(campaign, step, people, context),
            Fact::Rated { page, heard, quality } => self.limits.rated(page, heard, quality, context),
            Fact::TierChanged { page, tier } => self.limits.tier_changed(page, tier, context),
            Fact::QuotaCharged {
                page,
                amount,
                messages_count,
                month,
            } => self
                .limits
                .quota_charged(page, amount, (messages_count, month), context),
            // No promise concerns these.
            Fact::Dropped { .. }
            | Fact::Reneged { .. }
            | Fact::Unserved { .. }
            | Fact::Connected { .. }
            | Fact::LinkRefused { .. }
            | Fact::Asked { .. }
            | Fact::Answered { .. }
            | Fact::Abandoned { .. }
            | Fact::Reacted { .. } => {}
        }
    }

    /// A message, perhaps an ad, was withdrawn or expired.
    fn undelivered(&mut self, at: SimTime, fact: &Fact, message: MessageId) {
        let context = &mut FactContext {
            at,
            fact: Some(fact),
            findings: &mut self.findings,
        };
        if let Some((page, accepted)) = self.ads.undelivered(message, context) {
            self.limits.unsent(page, accepted.time());
        }
    }

    /// Estimated memory [bytes].
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<ShardAudit>()
            + self.messages.bytes()
            + self.consents.bytes()
            + self.ads.bytes()
            + self.stock.bytes()
            + self.accounts.bytes()
            + self.transfers.bytes()
            + self.budgets.bytes()
            + self.charges.bytes()
            + self.limits.bytes()
    }

    /// Judges what is still open at the end of the run.
    #[must_use]
    pub fn finish(mut self) -> ShardSummary {
        let bytes = self.bytes() as u64;
        let context = &mut FactContext {
            at: self.end,
            fact: None,
            findings: &mut self.findings,
        };
        let in_flight = self.messages.finish(context);
        self.ads.finish(context);
        self.charges.finish(context);
        let limits = self.limits.finish(context);
        let transfers = self.transfers.finish(context);
        let accounts = &self.accounts;
        let left = |campaign| accounts.balance(Account::Campaign(campaign));
        let budgets = self.budgets.finish(left, context);
        context.checked(Promise::MoneyConserved);
        let sum = accounts.sum();
        if sum != 0 {
            let what = format!("all accounts of the shard together hold {sum} micro-units, not none");
            context.violation(Promise::MoneyConserved, what);
        }
        ShardSummary {
            facts_count: self.facts_count,
            clearing: accounts.balance(Account::Clearing),
            findings: self.findings,
            in_flight,
            under_way_at_most: self.under_way_at_most,
            bytes,
            end: self.end,
            transfers,
            budgets,
            limits,
        }
    }
}

fn complaint(feedback: &mut AdFeedback) {
    feedback.complaints += 1;
}

fn transfer_report(
    transfer: TransferId,
    step: Step,
    amount: Option<Money>,
    parties: Option<(Party, Party)>,
) -> TransferReport {
    TransferReport {
        transfer,
        step,
        half: Half::Report,
        amount,
        payer: parties.map(|(payer, _)| payer),
        payee: parties.map(|(_, payee)| payee),
    }
}
