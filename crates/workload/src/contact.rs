//! Whom one turns to: Zipf's law over friends, and over pages.

use crate::alias::Alias;
use crate::config;
use crate::friends::Friends;
use chappe_base::{PageId, UserId};

/// The choice of a friend to write to.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// By class of people with equally many friends.
    ranks: Vec<Option<Alias>>,
}

impl Contacts {
    /// The choices of a population with these friendships.
    #[must_use]
    pub fn new(config: &config::Population, friends: &Friends) -> Contacts {
        let ranks = (0..=friends.classes_count())
            .map(|class| friends.class_count(class).min(config.contacts_max))
            .map(|count| (count > 0).then(|| Alias::zipf(count, config.contact_exponent)))
            .collect();
        Contacts { ranks }
    }

    /// The friend at whom `word`, a uniform word, falls; none for someone without friends.
    #[must_use]
    #[inline]
    pub fn choose(&self, friends: &Friends, user: UserId, word: u64) -> Option<UserId> {
        let ranks = self.ranks[friends.class(user)].as_ref()?;
        Some(friends.friend(user, ranks.sample(word)))
    }
}

/// The choice of a page: page 0 is the most popular.
#[derive(Clone, Debug)]
pub struct Pages {
    ranks: Option<Alias>,
}

impl Pages {
    /// The choice among `pages_count` pages with Zipf's law of this exponent.
    #[must_use]
    pub fn new(pages_count: u32, exponent: f64) -> Pages {
        Pages {
            ranks: (pages_count > 0).then(|| Alias::zipf(pages_count, exponent)),
        }
    }

    /// The page at which `word`, a uniform word, falls; none where there are no pages.
    #[must_use]
    #[inline]
    pub fn choose(&self, word: u64) -> Option<PageId> {
        Some(PageId(self.ranks.as_ref()?.sample(word)))
    }
}
