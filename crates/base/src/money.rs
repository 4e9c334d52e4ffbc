//! Money in whole micro-units, and the accounts that it moves between.
//!
//! Amounts are integers, so that balances are exact and the same on every machine.

use crate::id::{CampaignId, PageId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in millionths of the scenario's one currency [micro-units].
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// 0 micro-units.
    pub const ZERO: Money = Money(0);
    /// One unit of the currency.
    pub const UNIT: Money = Money(1_000_000);

    /// This amount in units of the currency, for people to read.
    #[must_use]
    pub fn units(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

/// An account of one shard's double-entry ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The source of opening balances, outside the platform. May be negative.
    World,
    /// Money on its way between shards: sums to zero over all shards once nothing is in flight. May be
    /// negative.
    Clearing,
    /// What the platform has earned with ads.
    Revenue,
    /// What a user can spend.
    User(UserId),
    /// What a user has promised to a transfer that is not yet ended.
    UserHeld(UserId),
    /// What a page can spend.
    Page(PageId),
    /// What a page has promised to a transfer that is not yet ended.
    PageHeld(PageId),
    /// A campaign's budget, at its page's home.
    Campaign(CampaignId),
    /// The part of a campaign's budget that is leased to this shard and not reserved.
    Lease(CampaignId),
    /// The part of a lease that is reserved for ads on their way.
    LeaseHeld(CampaignId),
    /// What the platform has earned with messages by list price.
    MessageRevenue,
    /// What the platform has earned with payments to pages.
    PaymentRevenue,
}

impl Account {
    /// Whether the account may go below zero.
    #[must_use]
    pub fn may_be_negative(self) -> bool {
        matches!(self, Account::World | Account::Clearing)
    }
}
