//! BasisRule: several reasons for which an ad may be sent, of which one is enough.

use super::ad_context::AdContext;
use super::rule::OptInScope;
use chappe_base::{Act, Seconds, SimTime, Span, Topic};

/// Reasons for an ad, of which at least one must hold. They are tried in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasisRule {
    /// Within this after the user's last act towards the page.
    pub within: Option<Span>,
    /// After that, one further message until the user acts again.
    pub one_further: bool,
    /// An opt-in that is good for an ad now.
    pub opt_in: Option<OptInTerms>,
}

/// What an opt-in is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInTerms {
    /// What it must cover.
    pub scope: OptInScope,
    /// It is good for one ad in any such time; `None`: for one ad only.
    pub every: Option<Span>,
    /// How many days it lives. When it was given is known to the hour, so it ends up to an hour early,
    /// and never late.
    pub life_days: u16,
}

/// The reason for which an ad is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The user acted not long ago.
    Window,
    /// It is the one further message.
    Further,
    /// The opt-in that this act gave.
    OptIn(Act),
}

/// A live opt-in. Packed, so that a user's latest fits into their cache line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(Rust, packed(2))]
pub struct OptIn {
    /// What it is for.
    pub topic: Topic,
    /// The act that gave it.
    pub act: Act,
    /// When it was given, the hour begun counted in ([`SimTime::hours_above`]). Its act does not tell:
    /// one that answers an ad is numbered by what it answers.
    pub given: i16,
    /// When it last was the ground of an ad, the second begun counted in; [`Seconds::NEVER`] if it
    /// never was.
    pub used: Seconds,
}

impl BasisRule {
    /// The first ground that holds.
    pub(super) fn find(&self, ad: &impl AdContext) -> Option<Basis> {
        if let Some(since) = ad.since_last_act() {
            if self.within.is_some_and(|within| since <= within) {
                return Some(Basis::Window);
            }
            if self.one_further && !ad.further_sent() {
                return Some(Basis::Further);
            }
        }
        let terms = self.opt_in?;
        let opt_in = ad.opt_in(terms.scope, ad.topic(), |opt_in| terms.covers(opt_in, ad.now()));
        opt_in.map(Basis::OptIn)
    }
}

impl OptInTerms {
    /// Whether `opt_in` is good at `now` for the ad that took it up at `taken`.
    pub(super) fn still_covers(&self, opt_in: &OptIn, taken: SimTime, now: SimTime) -> bool {
        let is_its_own = { opt_in.used } == taken.seconds_above();
        let used = if is_its_own { Seconds::NEVER } else { opt_in.used };
        self.covers(&OptIn { used, ..*opt_in }, now)
    }

    /// Whether `opt_in` is good for an ad at `now`.
    fn covers(&self, opt_in: &OptIn, now: SimTime) -> bool {
        let is_free = match self.every {
            _ if { opt_in.used } == Seconds::NEVER => true,
            Some(every) => now - { opt_in.used }.time() >= every,
            None => false,
        };
        let hours = i32::from(now.hours_above()) - i32::from(opt_in.given);
        is_free && hours < 24 * i32::from(self.life_days)
    }
}

#[cfg(test)]
#[path = "basis_tests.rs"]
mod tests;
