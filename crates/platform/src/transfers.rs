//! Transfers of money between parties on any two shards: reserve, credit, post or cancel.
//!
//! Payer and payee may be on different shards, which share no state, and messages between shards may be late
//! or reordered. So a transfer has three steps, each a double entry on one shard:
//! 1. *reserve* at the payer's shard: payer to held, so that the money cannot be spent twice;
//! 2. *credit* at the payee's shard: clearing to payee, and the answer `credited`;
//! 3. *post* at the payer's shard: held to clearing; or *release* back to the payer if refused.
//!
//! Once forwarded, only the payee's shard decides how a transfer ends. If the payer's shard gave up by
//! itself, a credit under way could arrive afterwards and create money. So a time-out only requests a
//! cancellation, and the payee's shard answers with what it has done and remembers that. A used key is
//! answered with its first outcome; with other parameters it is an error.
//!
//! The payee's shard remembers its answers for a time only. A request that is repeated later than that, because
//! the payer's shard is so far behind, gets no answer: the first one is still on its way or in a queue, and a
//! second credit would create money.

use crate::command::Command;
use crate::config::Config;
use crate::ledger::Ledger;
use crate::outbox::{Notice, Outbox};
use chappe_base::{
    Account, Fact, Map, Money, OrderId, PageId, Party, RefusalReason, Seconds, SimTime, Span, TransferId,
    UserId,
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
    /// The payment of an order by `user` to `page`. The order's id is the transfer's too.
    pub(crate) fn of_order(id: OrderId, user: UserId, page: PageId, amount: Money) -> Transfer {
        Transfer {
            id,
            payer: Party::User(user),
            payee: Party::Page(page),
            amount,
        }
    }

    /// Whether the amount is above zero and the payee is a known other party.
    fn is_valid(&self, config: &Config) -> bool {
        let is_known = match self.payee {
            Party::User(user) => user.0 < config.users_count,
            Party::Page(page) => page.index() < config.pages.len(),
        };
        self.amount > Money::ZERO && self.payer != self.payee && is_known
    }

    /// The request to the payee's shard, once the amount is reserved, or once more if it is `repeated`.
    pub(crate) fn credit(self, begun: Seconds, repeated: bool) -> Command {
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
            begun,
            repeated,
        }
    }
}

/// The state of a transfer at its payer's shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TransferState {
    /// Reserved; the payee's shard has not answered.
    Open,
    /// Paid.
    Posted,
    /// Ended without payment.
    Refused(RefusalReason),
}

/// The final answer of the payee's shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Credited,
    Refused(RefusalReason),
}

/// A map whose settled entries expire.
#[derive(Debug)]
struct ExpiringMap<K, V> {
    /// Each value with the time at which it was settled last; [`SimTime::NEVER`] if it is open.
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

    /// Keeps `value` at least until it is settled.
    fn open(&mut self, key: K, value: V) {
        self.entries.insert(key, (SimTime::NEVER, value));
    }

    /// Keeps `value`, settled at `at`, until [`ExpiringMap::forget_before`] a later time.
    fn settle(&mut self, at: SimTime, key: K, value: V) {
        self.entries.insert(key, (at, value));
        self.order.push_back((at, key));
    }

    fn bytes(&self) -> usize {
        self.entries.allocation_size() + self.order.capacity() * size_of::<(SimTime, K)>()
    }
}

/// The transfers that one shard remembers.
#[derive(Default, Debug)]
pub(crate) struct Transfers {
    /// With the time of each transfer's begin.
    begun: ExpiringMap<TransferId, (Transfer, Seconds, TransferState)>,
    /// The payer is part of the key: a client chooses the id, and must not hit another payer's transfer.
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
    /// Begins a transfer if its key is new: reserves the amount. The caller forwards it to the payee's shard
    /// if this returns `true`; `false` means that it was refused or answered before.
    pub(crate) fn begin(
        &mut self,
        now: SimTime,
        config: &Config,
        transfer: Transfer,
        issued: SimTime,
        ledger: &mut Ledger,
        out: &mut Outbox,
    ) -> bool {
        // A key is refused as too old before it is forgotten, so it never runs twice.
        let oldest = back(now, config.key_life);
        self.begun.forget_before(oldest);
        if issued < oldest {
            refuse(transfer, RefusalReason::KeyExpired, out);
            return false;
        }
        if let Some((first, _, state)) = self.begun.get(transfer.id) {
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
            // Remembered, so that a repetition gets the same answer even if there is money by then.
            self.begun
                .settle(now, id, (transfer, now.seconds(), TransferState::Refused(reason)));
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
        self.begun
            .open(id, (transfer, now.seconds(), TransferState::Open));
        out.timer(
            now + config.transfer_timeout,
            Command::TransferTimeout { transfer: id },
        );
        true
    }

    /// At the payee's shard: credits the transfer, unless there is a `refusal` or an earlier answer, and
    /// answers the payer's shard. A request that is `repeated` says since when the transfer has been open.
    /// Returns whether the payee was credited by this call.
    pub(crate) fn credit(
        &mut self,
        now: SimTime,
        config: &Config,
        transfer: Transfer,
        repeated: Option<Seconds>,
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
        if earlier.is_none() && repeated.is_some_and(|begun| may_have_forgotten(now, config, begun)) {
            return false;
        }
        let answer = earlier.unwrap_or(refusal.map_or(Answer::Credited, Answer::Refused));
        // A repeated request is answered again, but credits nothing.
        let credits = earlier.is_none() && answer == Answer::Credited;
        if credits {
            ledger.shift(Account::Clearing, free(payee), amount, id, &mut out.facts);
            out.fact(Fact::TransferCredited { transfer: id, amount });
        }
        self.answer(now, config, id, payer, answer, out);
        credits
    }

    /// At the payee's shard: refuses a transfer that has been open since `begun` for good, unless it is already
    /// answered, and answers.
    pub(crate) fn cancel(
        &mut self,
        now: SimTime,
        config: &Config,
        (id, payer): (TransferId, Party),
        begun: Seconds,
        out: &mut Outbox,
    ) {
        let earlier = self.earlier_answer(now, config, id, payer);
        if earlier.is_none() && may_have_forgotten(now, config, begun) {
            return;
        }
        let answer = earlier.unwrap_or(Answer::Refused(RefusalReason::TimedOut));
        self.answer(now, config, id, payer, answer, out);
    }

    /// The earlier answer. Answers expire before keys do at the payer's shard, so that a reused key finds no
    /// old answer. Each repeated request renews an answer, so that it outlives an open transfer.
    fn earlier_answer(
        &mut self,
        now: SimTime,
        config: &Config,
        id: TransferId,
        payer: Party,
    ) -> Option<Answer> {
        self.answered.forget_before(oldest_answer(now, config));
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

    /// At the payer's shard: posts a transfer that was credited.
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

    /// At the payer's shard: releases a transfer that was refused.
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

    /// At the payer's shard: without an answer in time, requests a cancellation, again and again. A page's
    /// refund is owed for good, so for that it requests the credit again.
    pub(crate) fn timed_out(&mut self, now: SimTime, config: &Config, id: TransferId, out: &mut Outbox) {
        if let Some((transfer, begun, TransferState::Open)) = self.begun.get(id) {
            let request = match transfer.payer {
                payer @ Party::User(_) => Command::CancelCredit {
                    transfer: id,
                    payer,
                    begun,
                },
                Party::Page(_) => transfer.credit(begun, true),
            };
            out.forward(config.homes.party(transfer.payee), request);
            out.timer(
                now + config.transfer_timeout,
                Command::TransferTimeout { transfer: id },
            );
        }
    }

    fn end(&mut self, now: SimTime, id: TransferId, how: TransferState) -> Option<Transfer> {
        let (transfer, begun, state) = self.begun.get(id)?;
        if state != TransferState::Open {
            return None;
        }
        self.begun.settle(now, id, (transfer, begun, how));
        Some(transfer)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.begun.bytes() + self.answered.bytes()
    }
}

/// Answers given before this time are forgotten.
fn oldest_answer(now: SimTime, config: &Config) -> SimTime {
    back(now, Span(config.key_life.0 / 2))
}

/// Whether an answer about a transfer that was begun at `begun` may have been given and forgotten.
fn may_have_forgotten(now: SimTime, config: &Config, begun: Seconds) -> bool {
    begun.time() < oldest_answer(now, config)
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
