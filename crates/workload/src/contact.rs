//! The choice of a friend to write to and of a page to visit, by Zipf's law.

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
            .map(|count| (count > 0).then(|| AliasTable::zipf(count, config.contact_exponent)))
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
    use chappe_base::{Keyed, Purpose};

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
