//! The basis of an ad: why it may be sent to the user now, as in "legal basis" for processing.
//!
//! Real policies accept several: the user acted recently, one further message after that, or an opt-in. Some
//! hold only once or once in a while, so their use is recorded.

use super::ad_context::AdContext;
use super::opt_in::{OptIn, OptInScope};
use chappe_base::{Act, Seconds, SimTime, Span};

/// The bases that a policy accepts. At least one must hold; they are tried in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasisRule {
    /// Longest time since the user's last act towards the page.
    pub within: Option<Span>,
    /// Whether there is one further message after that, until the user acts again.
    pub one_further: bool,
    /// The terms of an opt-in.
    pub opt_in: Option<OptInTerms>,
}

/// The terms on which an opt-in permits ads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptInTerms {
    /// What it must cover.
    pub scope: OptInScope,
    /// It permits one ad in any such time; `None`: one ad in all.
    pub every: Option<Span>,
    /// Days until it expires. Its time is known to the hour, so it expires up to an hour early, never late.
    pub life_days: u16,
}

/// The basis on which an ad is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The user acted recently.
    Window,
    /// It is the one further message.
    Further,
    /// The opt-in that this act gave.
    OptIn(Act),
}

impl BasisRule {
    /// The first basis that holds.
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
    /// Whether `opt_in` still permits at `now` the ad that used it at `taken`.
    pub(super) fn still_covers(&self, opt_in: &OptIn, taken: SimTime, now: SimTime) -> bool {
        let is_its_own = { opt_in.used } == taken.seconds_above();
        let used = if is_its_own { Seconds::NEVER } else { opt_in.used };
        self.covers(&OptIn { used, ..*opt_in }, now)
    }

    /// Whether `opt_in` permits an ad at `now`.
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
