//! Transfers of money between parties on any shards: reserve at the payer's, credit at the payee's,
//! post at the payer's.
//!
//! Once forwarded, only the payee's shard ends a transfer; a time-out asks it to cancel, and it
//! answers `credited` or `refused` and remembers. A key that was used is answered with its first
//! outcome, and with an error if the parameters differ.

use crate::command::Command;
use crate::config::Config;
use crate::ledger::Ledger;
use crate::outbox::{Notice, Outbox};
use chappe_base::{
    Account, Fact, Map, Money, OrderId, PageId, Party, RefusalReason, SimTime, Span, TransferId, UserId,
};
use std::collections::VecDeque;
use std::hash::Hash;

/// A transfer begun by a payer of this shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: TransferId,
    pub(crate) payer: Party,
    pub(crate) payee: Party,
    pub(crate) amount: Money,
}

impl Transfer {
    /// What `user` pays `page` for an order: the order's number is the transfer's too.
    pub(crate) fn of_order(id: OrderId, user: UserId, page: PageId, amount: Money) -> Transfer {
        Transfer {
            id,
            payer: Party::User(user),
            payee: Party::Page(page),
            amount,
        }
    }

    /// Whether there is something to pay, and somebody else to pay it to.
    fn is_valid(&self, config: &Config) -> bool {
        let is_known = match self.payee {
            Party::User(user) => user.0 < config.users_count,
            Party::Page(page) => page.index() < config.pages.len(),
        };
        self.amount > Money::ZERO && self.payer != self.payee && is_known
    }

    /// What the payee's shard is asked to do once the amount is reserved.
    pub(crate) fn credit(self) -> Command {
        let Transfer {
            id: transfer,
            payer,
            payee,
            amount,
        } = self;
        Command::Credit {
            transfer,
            payer,
            payee,
            amount,
        }
    }
}

/// How a transfer stands at its payer's shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TransferState {
    /// Reserved, and the payee's shard has not answered.
    Open,
    /// Ended well.
    Posted,
    /// Ended without money moving.
    Refused(RefusalReason),
}

/// What the payee's shard has answered, for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Credited,
    Refused(RefusalReason),
}

/// A map that forgets settled entries after a while.
#[derive(Debug)]
struct ExpiringMap<K, V> {
    /// Each with the time at which it was settled last; [`SimTime::NEVER`] if it is open.
    entries: Map<K, (SimTime, V)>,
    order: VecDeque<(SimTime, K)>,
}

impl<K, V> Default for ExpiringMap<K, V> {
    fn default() -> ExpiringMap<K, V> {
        ExpiringMap {
            entries: Map::default(),
            order: VecDeque::new(),
        }
    }
}

impl<K: Copy + Eq + Hash, V: Copy> ExpiringMap<K, V> {
    fn forget_before(&mut self, oldest: SimTime) {
        while let Some((_, key)) = self.order.pop_front_if(|(at, _)| *at < oldest) {
            if self.entries.get(&key).is_some_and(|(at, _)| *at < oldest) {
                self.entries.remove(&key);
            }
        }
    }

    fn get(&self, key: K) -> Option<V> {
        self.entries.get(&key).map(|(_, value)| *value)
    }

    /// Remembers `value` until it is settled, and for a while from then.
    fn open(&mut self, key: K, value: V) {
        self.entries.insert(key, (SimTime::NEVER, value));
    }

    /// Remembers `value` for a while from `at`.
    fn settle(&mut self, at: SimTime, key: K, value: V) {
        self.entries.insert(key, (at, value));
        self.order.push_back((at, key));
    }

    fn bytes(&self) -> usize {
        self.entries.allocation_size() + self.order.capacity() * size_of::<(SimTime, K)>()
    }
}

/// What one shard knows of transfers.
#[derive(Default, Debug)]
pub(crate) struct Transfers {
    begun: ExpiringMap<TransferId, (Transfer, TransferState)>,
    /// By payer too: nobody's choice of a number may swallow another's money.
    answered: ExpiringMap<(TransferId, Party), Answer>,
}

fn free(party: Party) -> Account {
    match party {
        Party::User(user) => Account::User(user),
        Party::Page(page) => Account::Page(page),
    }
}

fn held(party: Party) -> Account {
    match party {
        Party::User(user) => Account::UserHeld(user),
        Party::Page(page) => Account::PageHeld(page),
    }
}

impl Transfers {
    /// Begins a transfer, if its key is new: reserves the amount, and leaves the forwarding to the
    /// caller. `false` if there is nothing to forward: refused, or answered before.
    pub(crate) fn begin(
        &mut self,
        now: SimTime,
        config: &Config,
        transfer: Transfer,
        issued: SimTime,
        ledger: &mut Ledger,
        out: &mut Outbox,
    ) -> bool {
        // A key is refused as too old at the latest when it is forgotten, so it never runs twice.
        let oldest = back(now, config.key_life);
        self.begun.forget_before(oldest);
        if issued < oldest {
            refuse(transfer, RefusalReason::KeyExpired, out);
            return false;
        }
        if let Some((first, state)) = self.begun.get(transfer.id) {
            match state {
                _ if first != transfer => refuse(transfer, RefusalReason::KeyReused, out),
                TransferState::Open => {}
                TransferState::Posted => notify_posted(transfer, out),
                TransferState::Refused(reason) => notify_refused(transfer, reason, out),
            }
            return false;
        }
        if issued > now || !transfer.is_valid(config) {
            refuse(transfer, RefusalReason::InvalidTransfer, out);
            return false;
        }
        let Transfer {
            id,
            payer,
            payee,
            amount,
        } = transfer;
        if !ledger.covers(free(payer), amount) {
            let reason = RefusalReason::InsufficientFunds;
            self.begun
                .settle(now, id, (transfer, TransferState::Refused(reason)));
            refuse(transfer, reason, out);
            return false;
        }
        ledger.shift(free(payer), held(payer), amount, id, &mut out.facts);
        out.fact(Fact::TransferReserved {
            transfer: id,
            payer,
            payee,
            amount,
        });
        self.begun.open(id, (transfer, TransferState::Open));
        out.timer(
            now + config.transfer_timeout,
            Command::TransferTimeout { transfer: id },
        );
        true
    }

    /// At the payee's shard: credits the transfer unless `refusal` or an earlier answer stands
    /// against it, and answers the payer's shard. Whether money came in now.
    pub(crate) fn credit(
        &mut self,
        now: SimTime,
        config: &Config,
        transfer: Transfer,
        refusal: Option<RefusalReason>,
        ledger: &mut Ledger,
        out: &mut Outbox,
    ) -> bool {
        let Transfer {
            id,
            payer,
            payee,
            amount,
        } = transfer;
        let earlier = self.earlier_answer(now, config, id, payer);
        let answer = earlier.unwrap_or(refusal.map_or(Answer::Credited, Answer::Refused));
        let credits = earlier.is_none() && answer == Answer::Credited;
        if credits {
            ledger.shift(Account::Clearing, free(payee), amount, id, &mut out.facts);
            out.fact(Fact::TransferCredited { transfer: id, amount });
        }
        self.answer(now, config, id, payer, answer, out);
        credits
    }

    /// At the payee's shard: ends a transfer without crediting it, if it is not credited already.
    pub(crate) fn cancel(
        &mut self,
        now: SimTime,
        config: &Config,
        id: TransferId,
        payer: Party,
        out: &mut Outbox,
    ) {
        let earlier = self.earlier_answer(now, config, id, payer);
        let answer = earlier.unwrap_or(Answer::Refused(RefusalReason::TimedOut));
        self.answer(now, config, id, payer, answer, out);
    }

    /// The answer that stands. It is forgotten before the payer's key, so that a key which serves
    /// again finds no old answer; but each question renews it, so that it outlives an open transfer.
    fn earlier_answer(
        &mut self,
        now: SimTime,
        config: &Config,
        id: TransferId,
        payer: Party,
    ) -> Option<Answer> {
        let life = Span(config.key_life.0 / 2);
        self.answered.forget_before(back(now, life));
        self.answered.get((id, payer))
    }

    fn answer(
        &mut self,
        now: SimTime,
        config: &Config,
        id: TransferId,
        payer: Party,
        answer: Answer,
        out: &mut Outbox,
    ) {
        self.answered.settle(now, (id, payer), answer);
        let command = match answer {
            Answer::Credited => Command::Credited { transfer: id },
            Answer::Refused(reason) => Command::CreditRefused { transfer: id, reason },
        };
        out.forward(config.homes.party(payer), command);
    }

    /// Back home: posts what the payee's shard has credited.
    pub(crate) fn credited(&mut self, now: SimTime, id: TransferId, ledger: &mut Ledger, out: &mut Outbox) {
        let Some(transfer) = self.end(now, id, TransferState::Posted) else {
            return;
        };
        let Transfer {
            payer, payee, amount, ..
        } = transfer;
        ledger.shift(held(payer), Account::Clearing, amount, id, &mut out.facts);
        out.fact(Fact::TransferPosted {
            transfer: id,
            payer,
            payee,
            amount,
        });
        notify_posted(transfer, out);
    }

    /// Back home: releases what the payee's shard has refused.
    pub(crate) fn refused(
        &mut self,
        now: SimTime,
        id: TransferId,
        reason: RefusalReason,
        ledger: &mut Ledger,
        out: &mut Outbox,
    ) {
        let Some(transfer) = self.end(now, id, TransferState::Refused(reason)) else {
            return;
        };
        let payer = transfer.payer;
        ledger.shift(held(payer), free(payer), transfer.amount, id, &mut out.facts);
        out.fact(Fact::TransferReleased { transfer: id, reason });
        notify_refused(transfer, reason, out);
    }

    /// Back home: no answer in time, so asks the payee's shard to cancel, and will ask again. What a
    /// page pays back it owes for good: the payee's shard is asked to credit it again.
    pub(crate) fn timed_out(&mut self, now: SimTime, config: &Config, id: TransferId, out: &mut Outbox) {
        if let Some((transfer, TransferState::Open)) = self.begun.get(id) {
            let request = match transfer.payer {
                payer @ Party::User(_) => Command::CancelCredit { transfer: id, payer },
                Party::Page(_) => transfer.credit(),
            };
            out.forward(config.homes.party(transfer.payee), request);
            out.timer(
                now + config.transfer_timeout,
                Command::TransferTimeout { transfer: id },
            );
        }
    }

    fn end(&mut self, now: SimTime, id: TransferId, how: TransferState) -> Option<Transfer> {
        let (transfer, state) = self.begun.get(id)?;
        if state != TransferState::Open {
            return None;
        }
        self.begun.settle(now, id, (transfer, how));
        Some(transfer)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.begun.bytes() + self.answered.bytes()
    }
}

fn back(now: SimTime, span: Span) -> SimTime {
    SimTime(now.0.saturating_sub(span.0))
}

fn refuse(transfer: Transfer, reason: RefusalReason, out: &mut Outbox) {
    out.fact(Fact::Refused {
        message: transfer.id,
        by: transfer.payer,
        to: transfer.payee,
        reason,
    });
    notify_refused(transfer, reason, out);
}

fn notify_refused(transfer: Transfer, reason: RefusalReason, out: &mut Outbox) {
    if let Party::User(user) = transfer.payer {
        out.notify(Notice::Refused {
            message: transfer.id,
            user,
            reason,
        });
    }
}

fn notify_posted(transfer: Transfer, out: &mut Outbox) {
    if let Party::User(user) = transfer.payer {
        out.notify(Notice::Paid {
            transfer: transfer.id,
            user,
        });
    }
}
