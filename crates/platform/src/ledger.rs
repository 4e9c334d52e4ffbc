//! One shard's double-entry ledger.
//!
//! Every move debits one account and credits another, so the sum over all accounts of the shard is always
//! zero and a lost or doubled amount shows at once. Each shard has a ledger of its own: a move between shards
//! is two entries against `Clearing`, and the clearing accounts of all shards cancel once nothing is in
//! flight.

use chappe_base::{Account, CampaignId, Fact, Homes, Money, ShardId, TransferId};

/// The money of one party: free to spend, and held for what it has reserved.
#[derive(Clone, Copy, Default, Debug)]
struct Balances {
    free: Money,
    held: Money,
}

/// The accounts of one shard.
#[derive(Debug)]
pub(crate) struct Ledger {
    homes: Homes,
    users: Vec<Balances>,
    pages: Vec<Balances>,
    campaigns: Vec<Money>,
    leases: Vec<Balances>,
    world: Money,
    clearing: Money,
    revenue: Money,
    message_revenue: Money,
    payment_revenue: Money,
}

impl Ledger {
    /// The empty ledger of `shard`.
    #[must_use]
    pub(crate) fn new(
        homes: Homes,
        shard: ShardId,
        users_count: u32,
        pages_count: u32,
        campaigns_count: usize,
    ) -> Ledger {
        Ledger {
            homes,
            users: vec![Balances::default(); homes.count(shard, users_count)],
            pages: vec![Balances::default(); homes.count(shard, pages_count)],
            campaigns: vec![Money::ZERO; campaigns_count],
            leases: vec![Balances::default(); campaigns_count],
            world: Money::ZERO,
            clearing: Money::ZERO,
            revenue: Money::ZERO,
            message_revenue: Money::ZERO,
            payment_revenue: Money::ZERO,
        }
    }

    fn account(&mut self, account: Account) -> &mut Money {
        match account {
            Account::World => &mut self.world,
            Account::Clearing => &mut self.clearing,
            Account::Revenue => &mut self.revenue,
            Account::User(user) => &mut self.users[self.homes.local(user.0)].free,
            Account::UserHeld(user) => &mut self.users[self.homes.local(user.0)].held,
            Account::Page(page) => &mut self.pages[self.homes.local(page.0)].free,
            Account::PageHeld(page) => &mut self.pages[self.homes.local(page.0)].held,
            Account::Campaign(campaign) => &mut self.campaigns[campaign.index()],
            Account::Lease(campaign) => &mut self.leases[campaign.index()].free,
            Account::LeaseHeld(campaign) => &mut self.leases[campaign.index()].held,
            Account::MessageRevenue => &mut self.message_revenue,
            Account::PaymentRevenue => &mut self.payment_revenue,
        }
    }

    /// The balance of an account of this shard.
    #[must_use]
    pub(crate) fn balance(&mut self, account: Account) -> Money {
        *self.account(account)
    }

    /// Whether `amount` can be taken from an account of this shard.
    #[must_use]
    pub(crate) fn covers(&mut self, from: Account, amount: Money) -> bool {
        from.may_be_negative() || self.balance(from) >= amount
    }

    /// Moves `amount` from one account to another as part of `transfer`.
    ///
    /// # Panics
    /// If `amount` is not above zero, the accounts are the same, or `from` does not cover it: the caller
    /// checks with [`Ledger::covers`] first, so an overdraft is an error in the platform.
    pub(crate) fn shift(
        &mut self,
        from: Account,
        to: Account,
        amount: Money,
        transfer: TransferId,
        facts: &mut Vec<Fact>,
    ) {
        assert!(
            amount > Money::ZERO && from != to,
            "a move is of something, to somewhere else"
        );
        assert!(
            self.covers(from, amount),
            "ledger: {amount:?} of {transfer:?} is missing in {from:?}"
        );
        *self.account(from) -= amount;
        *self.account(to) += amount;
        facts.push(Fact::Moved {
            from,
            to,
            amount,
            transfer,
        });
    }

    /// What this shard can still spend of its lease of `campaign`.
    #[must_use]
    pub(crate) fn lease(&self, campaign: CampaignId) -> Money {
        self.leases[campaign.index()].free
    }

    /// The sum over all accounts: zero at every event.
    #[must_use]
    pub(crate) fn sum(&self) -> Money {
        let balances = [&self.users, &self.pages, &self.leases].into_iter().flatten();
        balances
            .map(|balances| balances.free + balances.held)
            .sum::<Money>()
            + self.campaigns.iter().copied().sum()
            + self.world
            + self.clearing
            + self.revenue
            + self.message_revenue
            + self.payment_revenue
    }

    /// Memory of the accounts [bytes].
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        (self.users.capacity() + self.pages.capacity() + self.leases.capacity()) * size_of::<Balances>()
            + self.campaigns.capacity() * size_of::<Money>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::UserId;
    use proptest::prelude::*;

    fn ledger() -> Ledger {
        Ledger::new(Homes::new(1), ShardId(0), 3, 1, 1)
    }

    #[test]
    fn covers_what_there_is_and_no_more() {
        let mut ledger = ledger();
        let ann = Account::User(UserId(0));
        ledger.shift(
            Account::World,
            ann,
            Money(5),
            TransferId::default(),
            &mut Vec::new(),
        );
        assert!(ledger.covers(ann, Money(5)) && !ledger.covers(ann, Money(6)));
        assert!(ledger.covers(Account::World, Money(6)));
    }

    #[test]
    #[should_panic(expected = "is missing in User(UserId(0))")]
    fn an_overdraft_crashes() {
        let (ann, bob) = (Account::User(UserId(0)), Account::User(UserId(1)));
        ledger().shift(ann, bob, Money(6), TransferId::default(), &mut Vec::new());
    }

    proptest! {
        #[test]
        fn always_balances_and_never_overdraws(moves in prop::collection::vec((0u32..4, 0u32..4, 1i64..1000), 0..200)) {
            let account = |n: u32| if n == 3 { Account::World } else { Account::User(UserId(n)) };
            let mut ledger = ledger();
            for (from, to, amount) in moves {
                let (from, to, amount) = (account(from), account(to), Money(amount));
                if from != to && ledger.covers(from, amount) {
                    ledger.shift(from, to, amount, TransferId::default(), &mut Vec::new());
                }
                prop_assert_eq!(ledger.sum(), Money::ZERO);
                for user in 0..3 {
                    prop_assert!(ledger.balance(account(user)) >= Money::ZERO);
                }
            }
        }
    }
}
