//! Judges caps: no more ads per user, and per user and page, than the policy allows in any period.
//!
//! Times are kept in whole seconds, rounded down. So an ad that is less than a second too early passes, and
//! an ad in time is never reported.

use crate::consent::Consents;
use crate::findings::FactContext;
use crate::promises::{Cap, Promise, Promises};
use chappe_base::{Homes, PageId, Seconds, SimTime, Span, UserId};

const NIL: u32 = u32::MAX;

/// An ad in its user's list of counted ads, newest first.
#[derive(Clone, Copy, Debug)]
struct Counted {
    at: Seconds,
    page: PageId,
    next: u32,
}

/// The counted ads of all users of a shard, as lists in one array.
#[derive(Debug)]
pub(crate) struct Caps {
    homes: Homes,
    user_caps: Vec<Cap>,
    page_caps: Vec<Cap>,
    unanswered_caps: Vec<Cap>,
    longest: Span,
    /// By local user, the index of the newest ad. It grows when users get ads.
    newest: Vec<u32>,
    pool: Vec<Counted>,
    free: u32,
}

impl Caps {
    pub(crate) fn new(homes: Homes, promises: &Promises) -> Caps {
        let every_ad = promises.user_caps.iter().chain(&promises.page_caps);
        let every_cap = every_ad.chain(&promises.unanswered_caps);
        Caps {
            homes,
            user_caps: promises.user_caps.clone(),
            page_caps: promises.page_caps.clone(),
            unanswered_caps: promises.unanswered_caps.clone(),
            longest: every_cap.map(|cap| cap.every).max().unwrap_or_default(),
            newest: Vec::new(),
            pool: Vec::new(),
            free: NIL,
        }
    }

    /// An ad was delivered: it counts from now on and no longer from its reservation.
    pub(crate) fn delivered(
        &mut self,
        user: UserId,
        page: PageId,
        reserved: Seconds,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        if context.at.seconds() != reserved {
            self.released(user, page, reserved);
            self.reserved(user, page, consents, context);
        }
    }

    /// An ad was reserved for `user`, whose number was checked.
    pub(crate) fn reserved(
        &mut self,
        user: UserId,
        page: PageId,
        consents: &Consents,
        context: &mut FactContext<'_>,
    ) {
        if self.longest == Span::ZERO {
            return;
        }
        context.checked(Promise::CapsKept);
        let local = self.homes.local(user.0);
        if local >= self.newest.len() {
            self.newest.resize(local + 1, NIL);
        }
        self.forget(local, context.at);
        let node = Counted {
            at: context.at.seconds(),
            page,
            next: self.newest[local],
        };
        self.newest[local] = self.allocate(node);
        let is_unanswered = |ad: &Counted| {
            let last_act = consents.last_act((user, ad.page));
            last_act.is_none_or(|act| act < ad.at.time())
        };
        let from_page = |ad: &Counted| ad.page == page;
        self.judge(&self.user_caps, user, |_| true, "", context);
        self.judge(&self.page_caps, user, from_page, " from one page", context);
        self.judge(&self.unanswered_caps, user, is_unanswered, " unanswered", context);
    }

    /// An ad that was reserved at `at` was not delivered: it no longer counts.
    pub(crate) fn released(&mut self, user: UserId, page: PageId, at: Seconds) {
        let local = self.homes.local(user.0);
        self.unlink(local, |ad| ad.page == page && ad.at == at);
    }

    /// Judges the user's ads that `counts` accepts by each of the caps; `which` describes them in violations.
    fn judge(
        &self,
        caps: &[Cap],
        user: UserId,
        counts: impl Fn(&Counted) -> bool,
        which: &str,
        context: &mut FactContext<'_>,
    ) {
        let local = self.homes.local(user.0);
        for cap in caps {
            let count = self.count(local, cap.every, context.at, &counts);
            if count > cap.count {
                let what = format!(
                    "user {} got {count} ads{which} within {} s, the last from page {}, where {} are allowed",
                    user.0,
                    cap.every.as_secs_f64(),
                    self.pool[self.newest[local] as usize].page.0,
                    cap.count
                );
                context.violation(Promise::CapsKept, what);
            }
        }
    }

    fn count(&self, local: usize, every: Span, now: SimTime, counts: impl Fn(&Counted) -> bool) -> u32 {
        let mut count = 0;
        let mut place = self.newest[local];
        while place != NIL {
            let ad = &self.pool[place as usize];
            count += u32::from(now - ad.at.time() < every && counts(ad));
            place = ad.next;
        }
        count
    }

    /// Forgets ads older than the longest cap.
    fn forget(&mut self, local: usize, now: SimTime) {
        let longest = self.longest;
        while self.unlink(local, |ad| now - ad.at.time() >= longest) {}
    }

    /// Removes the newest ad that `is_it` accepts. Returns `false` if there is none.
    fn unlink(&mut self, local: usize, is_it: impl Fn(&Counted) -> bool) -> bool {
        let mut before = None;
        let mut place = self.newest.get(local).copied().unwrap_or(NIL);
        while place != NIL {
            let ad = self.pool[place as usize];
            if is_it(&ad) {
                match before {
                    None => self.newest[local] = ad.next,
                    Some(before) => self.pool[before as usize].next = ad.next,
                }
                self.pool[place as usize].next = self.free;
                self.free = place;
                return true;
            }
            before = Some(place);
            place = ad.next;
        }
        false
    }

    fn allocate(&mut self, node: Counted) -> u32 {
        if self.free == NIL {
            self.pool.push(node);
            return self.pool.len() as u32 - 1;
        }
        let place = self.free;
        self.free = self.pool[place as usize].next;
        self.pool[place as usize] = node;
        place
    }

    pub(crate) fn bytes(&self) -> usize {
        self.newest.capacity() * size_of::<u32>() + self.pool.capacity() * size_of::<Counted>()
    }
}
