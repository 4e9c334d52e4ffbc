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
use chappe_base::{Account, Fact, Map, Money, Party, RefusalReason, SimTime, Span, TransferId};
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

/// How a transfer stands at its payer's shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
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

/// A map that forgets entries after a while.
#[derive(Debug)]
struct Recent<K, V> {
    entries: Map<K, V>,
    order: VecDeque<(SimTime, K)>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Recent<K, V> {
        Recent {
            entries: Map::default(),
            order: VecDeque::new(),
        }
    }
}

impl<K: Copy + Eq + Hash, V: Copy> Recent<K, V> {
    fn forget_before(&mut self, oldest: SimTime) {
        while self.order.front().is_some_and(|(at, _)| *at < oldest) {
            if let Some((_, key)) = self.order.pop_front() {
                self.entries.remove(&key);
            }
        }
    }

    fn get(&self, key: K) -> Option<V> {
        self.entries.get(&key).copied()
    }

    fn insert(&mut self, at: SimTime, key: K, value: V) {
        if self.entries.insert(key, value).is_none() {
            self.order.push_back((at, key));
        }
    }

    fn bytes(&self) -> usize {
        self.entries.allocation_size() + self.order.capacity() * size_of::<(SimTime, K)>()
    }
}

/// What one shard knows of transfers.
#[derive(Default, Debug)]
pub(crate) struct Transfers {
    begun: Recent<TransferId, (Transfer, Standing)>,
    answered: Recent<TransferId, Answer>,
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
        // A key is refused as too old just when it may have been forgotten, so it never runs twice.
        self.begun.forget_before(back(now, config.key_life));
        if now - issued > config.key_life {
            refuse(transfer, RefusalReason::KeyExpired, out);
            return false;
        }
        if let Some((first, standing)) = self.begun.get(transfer.id) {
            match standing {
                _ if first != transfer => refuse(transfer, RefusalReason::KeyReused, out),
                Standing::Open => {}
                Standing::Posted => notify_posted(transfer, out),
                Standing::Refused(reason) => notify_refused(transfer, reason, out),
            }
            return false;
        }
        if transfer.amount <= Money::ZERO || transfer.payer == transfer.payee {
            refuse(transfer, RefusalReason::InvalidTransfer, out);
            return false;
        }
        let Transfer {
            id,
            payer,
            payee,
            amount,
        } = transfer;
        if ledger
            .shift(free(payer), held(payer), amount, id, &mut out.facts)
            .is_err()
        {
            self.begun.insert(
                now,
                id,
                (transfer, Standing::Refused(RefusalReason::InsufficientFunds)),
            );
            refuse(transfer, RefusalReason::InsufficientFunds, out);
            return false;
        }
        out.fact(Fact::TransferReserved {
            transfer: id,
            payer,
            payee,
            amount,
        });
        self.begun.insert(now, id, (transfer, Standing::Open));
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
        self.answered.forget_before(back(now, answer_life(config)));
        let Transfer {
            id,
            payer,
            payee,
            amount,
        } = transfer;
        let earlier = self.answered.get(id);
        let answer = earlier.unwrap_or(refusal.map_or(Answer::Credited, Answer::Refused));
        let credits = earlier.is_none() && answer == Answer::Credited;
        if credits {
            ledger.must_shift(Account::Clearing, free(payee), amount, id, &mut out.facts);
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
        let answer = self
            .answered
            .get(id)
            .unwrap_or(Answer::Refused(RefusalReason::TimedOut));
        self.answer(now, config, id, payer, answer, out);
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
        self.answered.insert(now, id, answer);
        let command = match answer {
            Answer::Credited => Command::Credited { transfer: id },
            Answer::Refused(reason) => Command::CreditRefused { transfer: id, reason },
        };
        out.forward(config.homes.party(payer), command);
    }

    /// Back home: posts what the payee's shard has credited.
    pub(crate) fn credited(&mut self, id: TransferId, ledger: &mut Ledger, out: &mut Outbox) {
        let Some(transfer) = self.end(id, Standing::Posted) else {
            return;
        };
        let Transfer {
            payer, payee, amount, ..
        } = transfer;
        ledger.must_shift(held(payer), Account::Clearing, amount, id, &mut out.facts);
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
        id: TransferId,
        reason: RefusalReason,
        ledger: &mut Ledger,
        out: &mut Outbox,
    ) {
        let Some(transfer) = self.end(id, Standing::Refused(reason)) else {
            return;
        };
        let payer = transfer.payer;
        ledger.must_shift(held(payer), free(payer), transfer.amount, id, &mut out.facts);
        out.fact(Fact::TransferReleased { transfer: id, reason });
        notify_refused(transfer, reason, out);
    }

    /// Back home: no answer in time, so asks the payee's shard to cancel, and will ask again.
    pub(crate) fn timed_out(&mut self, now: SimTime, config: &Config, id: TransferId, out: &mut Outbox) {
        if let Some((transfer, Standing::Open)) = self.begun.get(id) {
            let cancel = Command::CancelCredit {
                transfer: id,
                payer: transfer.payer,
            };
            out.forward(config.homes.party(transfer.payee), cancel);
            out.timer(
                now + config.transfer_timeout,
                Command::TransferTimeout { transfer: id },
            );
        }
    }

    fn end(&mut self, id: TransferId, how: Standing) -> Option<Transfer> {
        let (transfer, standing) = self.begun.entries.get_mut(&id)?;
        if *standing != Standing::Open {
            return None;
        }
        *standing = how;
        Some(*transfer)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.begun.bytes() + self.answered.bytes()
    }
}

/// The payee's answers must outlive the payer's keys, and any cancellation still on its way.
fn answer_life(config: &Config) -> Span {
    Span(config.key_life.0.saturating_mul(2))
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
