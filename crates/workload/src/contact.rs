//! The choice of a friend to write to and of a page to visit, by Zipf's law.
//!
//! People have a few close ties beside a long tail, where one Zipf law cannot be both: a share of the choices
//! falls on close ties, by a steeper law. (Saramäki and others, "Persistence of social signatures in human
//! communication", PNAS 111, 2014: the few closest get most, and the shares of the others fall slowly.)

use crate::alias::AliasTable;
use crate::config;
use crate::friends::Friends;
use chappe_base::{PageId, UserId};

/// The choice of a friend to write to.
#[derive(Clone, Debug)]
pub(crate) struct FriendChoice {
    /// By class of people with equally many friends.
    ranks: Vec<Option<AliasTable>>,
}

impl FriendChoice {
    /// The choice in a population with these friendships.
    #[must_use]
    pub(crate) fn new(config: &config::Population, friends: &Friends) -> FriendChoice {
        let ranks = (0..=friends.classes_count())
            .map(|class| friends.class_count(class).min(config.contacts_max))
            .map(|count| (count > 0).then(|| ranks(count, config)))
            .collect();
        FriendChoice { ranks }
    }

    /// The friend that the uniform `word` selects; `None` for someone without friends.
    #[must_use]
    #[inline]
    pub(crate) fn choose(&self, friends: &Friends, user: UserId, word: u64) -> Option<UserId> {
        let position = friends.position(user);
        let ranks = self.ranks[friends.class_at(position)].as_ref()?;
        Some(friends.friend_at(position, ranks.sample(word)))
    }
}

/// The ranks of `count` friends, the closest first.
fn ranks(count: u32, config: &config::Population) -> AliasTable {
    let close_share = config.close_share.get();
    if close_share == 0.0 {
        return AliasTable::zipf(count, config.contact_exponent);
    }
    let law = |exponent: f64| {
        let weights = (1..=count).map(move |rank| libm::pow(f64::from(rank), -exponent));
        let total: f64 = weights.clone().sum();
        weights.map(move |weight| weight / total)
    };
    let weights: Vec<f64> = law(config.close_exponent)
        .zip(law(config.contact_exponent))
        .map(|(close, other)| close_share * close + (1.0 - close_share) * other)
        .collect();
    AliasTable::new(&weights)
}

/// The choice of a page: page 0 is the most popular.
#[derive(Clone, Debug)]
pub(crate) struct PageChoice {
    ranks: Option<AliasTable>,
}

impl PageChoice {
    /// The choice among `pages_count` pages with Zipf's law of this exponent.
    #[must_use]
    pub(crate) fn new(pages_count: u32, exponent: f64) -> PageChoice {
        PageChoice {
            ranks: (pages_count > 0).then(|| AliasTable::zipf(pages_count, exponent)),
        }
    }

    /// The page that the uniform `word` selects; `None` without pages.
    #[must_use]
    #[inline]
    pub(crate) fn choose(&self, word: u64) -> Option<PageId> {
        Some(PageId(self.ranks.as_ref()?.sample(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Probability, Purpose};

    #[test]
    fn the_favourite_gets_a_fifth_and_the_first_three_two_fifths() {
        let config = config::Population::default();
        let friends = Friends::new(&config, 1);
        let contacts = FriendChoice::new(&config, &friends);
        let keyed = Keyed::new(1, Purpose::Test);
        let popular = (0..config.users)
            .map(UserId)
            .find(|&user| friends.count(user) > 200)
            .unwrap();
        let closest: Vec<UserId> = (0..3).map(|rank| friends.friend(popular, rank)).collect();
        let count = 100_000;
        let mut hits = [0.0; 3];
        for i in 0..count {
            let contact = contacts.choose(&friends, popular, keyed.word(i, 0)).unwrap();
            assert!(friends.are_friends(popular, contact));
            if let Some(rank) = closest.iter().position(|&friend| friend == contact) {
                hits[rank] += 1.0 / count as f64;
            }
        }
        assert!((hits[0] - 0.22).abs() < 0.02, "{hits:?}");
        assert!((hits.iter().sum::<f64>() - 0.41).abs() < 0.02, "{hits:?}");
    }

    /// A share goes to close ties, by Zipf's law of their exponent, and the rest as before.
    #[test]
    fn favourites_and_the_long_tail_keep_their_shares() {
        let config = |close_share| config::Population {
            close_share: Probability::of(close_share),
            close_exponent: 3.0,
            contact_exponent: 0.0,
            ..config::Population::default()
        };
        let shares = |close_share| {
            let table = ranks(40, &config(close_share));
            let keyed = Keyed::new(3, Purpose::Test);
            let mut shares = [0.0; 40];
            for draw in 0..200_000 {
                shares[table.sample(keyed.word(draw, 0)) as usize] += 1.0 / 200_000.0;
            }
            shares
        };
        let zeta: f64 = (1..=40).map(|rank| libm::pow(f64::from(rank), -3.0)).sum();
        for close_share in [0.0, 0.5] {
            let found = shares(close_share);
            for rank in [1, 2, 3, 20, 40] {
                let close = libm::pow(f64::from(rank), -3.0) / zeta;
                let expected = close_share * close + (1.0 - close_share) / 40.0;
                let found: f64 = found[rank as usize - 1];
                assert!(
                    (found - expected).abs() < 0.003,
                    "{rank}: {found}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn without_friends_or_pages_there_is_no_choice() {
        let config = config::Population {
            users: 1,
            ..config::Population::default()
        };
        let friends = Friends::new(&config, 1);
        let contacts = FriendChoice::new(&config, &friends);
        assert_eq!(contacts.choose(&friends, UserId(0), 5), None);
        assert_eq!(PageChoice::new(0, 0.8).choose(5), None);
        assert_eq!(PageChoice::new(1, 0.8).choose(5), Some(PageId(0)));
    }
}
