//! One user's conversation with one page, as the user's shard keeps it.
//!
//! The user's shard owns the user's side of every conversation: who opened it, consent, blocks and mutes.
//! Rules about the user are judged on this state and nowhere else.

use crate::config::Audience;
use crate::policy::OptIn;
use chappe_base::{Act, PageId, SimTime, Span, Topic};

/// Earlier than any event: the time of what has not happened.
pub(crate) const NOT_YET: SimTime = SimTime(i64::MIN);

/// A user's conversation with a page. Packed, so that a user with their latest conversation fills one cache
/// line.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct Conversation {
    pub(crate) page: PageId,
    pub(crate) first_topic: Topic,
    pub(crate) opened: Act,
    /// [`NOT_YET`] if the user never acted.
    pub(crate) last_act: SimTime,
    /// The live opt-in that was given last, if [`Flag::HasOptIn`] is set. Revoked opt-ins are not kept.
    pub(crate) opt_in: OptIn,
    /// List of the live opt-ins given before it.
    pub(crate) earlier_opt_ins: u32,
    pub(crate) opened_by_user: bool,
    pub(crate) flags: u8,
}

/// The conversation's booleans, one bit each.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Flag {
    /// The user blocked the page.
    Blocked = 1,
    /// The user muted the page.
    Muted = 2,
    /// The user opted out of the page's ads, until the next opt-in.
    OptedOut = 4,
    /// There is a live opt-in.
    HasOptIn = 8,
    /// The page has sent its one further message since the user's last act.
    FurtherSent = 16,
    /// The user has started a checkout with the page.
    Bought = 32,
}

impl Conversation {
    pub(crate) fn is(&self, flag: Flag) -> bool {
        self.flags & flag as u8 != 0
    }

    /// Sets or clears a flag. Returns whether that changed it.
    pub(crate) fn set(&mut self, flag: Flag, on: bool) -> bool {
        let changes = self.is(flag) != on;
        self.flags ^= if changes { flag as u8 } else { 0 };
        changes
    }

    pub(crate) fn latest_opt_in(&self) -> Option<OptIn> {
        self.is(Flag::HasOptIn).then_some(self.opt_in)
    }

    pub(crate) fn set_latest_opt_in(&mut self, opt_in: Option<OptIn>) {
        self.set(Flag::HasOptIn, opt_in.is_some());
        self.opt_in = opt_in.unwrap_or(self.opt_in);
    }

    /// Whether the user belongs to a campaign's `audience`.
    #[inline]
    pub(crate) fn is_in(&self, audience: Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Shoppers => self.is(Flag::Bought),
        }
    }

    pub(crate) fn has_acted_after(&self, at: SimTime) -> bool {
        let last_act = self.last_act;
        last_act > at
    }

    /// Time from the user's last act to `now`; `None` if they never acted.
    pub(crate) fn since_last_act(&self, now: SimTime) -> Option<Span> {
        let last_act = self.last_act;
        (last_act != NOT_YET).then(|| now - last_act)
    }
}
