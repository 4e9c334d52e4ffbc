//! Judges double entries: whether money may go that way, and to which module the entry belongs.

use super::ShardAudit;
use crate::findings::FactContext;
use crate::money::{Accounts, Route, account_name, overdraft};
use crate::promises::Promise;
use crate::transfers::{Half, Step, TransferReport};
use chappe_base::{Account, Fact, Money, SimTime, TransferId};

/// The fields of [`Fact::Moved`].
pub(super) struct Entry {
    pub(super) from: Account,
    pub(super) to: Account,
    pub(super) amount: Money,
    pub(super) transfer: TransferId,
}

impl ShardAudit {
    /// Judges a double entry by its accounts, and passes it on as half of its step.
    pub(super) fn moved(&mut self, at: SimTime, fact: &Fact, entry: &Entry) {
        let context = &mut FactContext {
            at,
            fact: Some(fact),
            findings: &mut self.findings,
        };
        context.checked(Promise::MoneyConserved);
        let Entry {
            from,
            to,
            amount,
            transfer,
        } = *entry;
        let route = match legal_route(&self.accounts, entry, at) {
            Ok(route) => route,
            Err(why) => {
                let what = format!(
                    "{} micro-units of transfer {} went from {} to {}, {why}",
                    amount.0,
                    transfer.0,
                    account_name(from),
                    account_name(to)
                );
                return context.violation(Promise::MoneyConserved, what);
            }
        };
        if self.accounts.shift(from, to, amount) {
            let what = format!(
                "{} micro-units of transfer {} overdrew {}, for {}",
                amount.0,
                transfer.0,
                account_name(from),
                account_name(to)
            );
            context.violation(overdraft(from), what);
        }
        self.pass_on(route, entry, at, fact);
    }

    /// Passes a legal double entry on to the module that judges its step.
    fn pass_on(&mut self, route: Route, entry: &Entry, at: SimTime, fact: &Fact) {
        let Entry { amount, transfer, .. } = *entry;
        let context = &mut FactContext {
            at,
            fact: Some(fact),
            findings: &mut self.findings,
        };
        let (step, payer, payee) = match route {
            Route::Opening => return,
            Route::SetAside(page, campaign) => {
                return self.budgets.set_aside(page, campaign, amount, context);
            }
            Route::GiveBack(page, campaign) => return self.budgets.given_back(page, campaign, context),
            Route::LeaseOut(campaign) => return self.budgets.lease_moved(campaign, amount, context),
            Route::LeaseIn(campaign) => return self.budgets.lease_arrived(campaign, amount, context),
            Route::ReturnOut(campaign) => return self.budgets.return_moved(campaign, amount, context),
            Route::ReturnIn(campaign) => return self.budgets.return_arrived(campaign, amount, context),
            Route::ReserveAd(campaign) => return self.ads.reserve_moved((campaign, amount), context),
            Route::ReleaseAd(campaign) => return self.ads.release_moved((campaign, amount), context),
            Route::ChargeAd(campaign) => {
                self.budgets.charged(campaign, amount, context);
                return self.ads.charge_moved((campaign, amount), context);
            }
            Route::Fee(page) => return self.charges.fee_moved((transfer, page, amount), context),
            Route::Notice(page) if transfer != TransferId::default() => {
                return self.charges.notice_moved((transfer, page, amount), context);
            }
            Route::Notice(page) => return self.limits.quota_moved(page, amount.0, context),
            Route::QuotaBack(page) => return self.limits.quota_moved(page, -amount.0, context),
            Route::Reserve(payer) => (Step::Reserve, Some(payer), None),
            Route::Release(payer) => (Step::Release, Some(payer), None),
            Route::Post(payer) => (Step::Post, Some(payer), None),
            Route::Credit(payee) => (Step::Credit, None, Some(payee)),
        };
        let report = TransferReport {
            transfer,
            step,
            half: Half::Entry,
            amount: Some(amount),
            payer,
            payee,
        };
        self.transfers.observe(report, context);
    }
}

/// The route of a double entry.
///
/// # Errors
/// Why the entry is illegal.
fn legal_route(accounts: &Accounts, entry: &Entry, at: SimTime) -> Result<Route, String> {
    let Entry { from, to, amount, .. } = *entry;
    if amount <= Money::ZERO {
        return Err("which is not above zero".into());
    }
    for account in [from, to] {
        if !accounts.has(account) {
            return Err(format!("but {} is not on this shard", account_name(account)));
        }
    }
    let route = Route::of(from, to).ok_or("where money may not go directly")?;
    if route == Route::Opening && at >= SimTime::ZERO {
        return Err("from nowhere, after the run had begun".into());
    }
    if route == Route::Opening && accounts.balance(to) != 0 {
        return Err("which had its opening balance before".into());
    }
    Ok(route)
}
