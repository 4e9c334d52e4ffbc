//! A live opt-in, and what it covers.

use chappe_base::{Act, Seconds, Topic};

/// A live opt-in. Packed, so that a user's latest fits into their cache line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(Rust, packed(2))]
pub struct OptIn {
    /// Its topic.
    pub topic: Topic,
    /// The act that gave it.
    pub act: Act,
    /// When it was given, in hours rounded up ([`SimTime::hours_above`]). The act's number has no time: a
    /// response is numbered by the ad.
    pub given: i16,
    /// When it was last used as the basis of an ad, in seconds rounded up; [`Seconds::NEVER`] if it was not.
    pub used: Seconds,
}

/// What an opt-in must cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptInScope {
    /// Any topic of the page.
    Page,
    /// The ad's category.
    Category,
    /// The ad's product.
    Product,
}

impl OptInScope {
    /// Whether an opt-in on `given` covers an ad on `wanted`.
    #[must_use]
    pub fn covers(self, given: Topic, wanted: Topic) -> bool {
        match self {
            OptInScope::Page => true,
            OptInScope::Category => given.category == wanted.category,
            OptInScope::Product => given == wanted,
        }
    }
}
