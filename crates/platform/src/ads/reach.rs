//! Reach at the user's shard: which users a page has sent an ad to in the last 24 hours, and how many it may.
//!
//! A tier limits the people whom a page reaches in any 24 hours over all shards. No shard sees them all, so
//! the page's home leases reach to shards together with budget.

use chappe_base::{Map, SimTime, Span};
use std::collections::VecDeque;

/// Reach granted and used, by page. A page is identified by the index of its first campaign.
#[derive(Default, Debug)]
pub(super) struct Reach {
    /// By page: people it may reach, and people reached in the last 24 hours.
    pages: Vec<(u32, u32)>,
    /// By page and user, until when the user counts as reached.
    until: Map<(u32, u32), SimTime>,
    /// The same in order of time. Entries whose time differs from that in `until` were renewed and are void.
    order: VecDeque<(SimTime, (u32, u32))>,
}

impl Reach {
    /// No reach for any page.
    pub(super) fn new(pages_count: usize) -> Reach {
        Reach {
            pages: vec![(0, 0); pages_count],
            ..Reach::default()
        }
    }

    /// Adds reach for `people` more people.
    pub(super) fn add(&mut self, page: u32, people: u32) {
        self.pages[page as usize].0 += people;
    }

    /// Whether the page may send the user an ad now.
    pub(super) fn admits(&mut self, now: SimTime, page: u32, user: u32) -> bool {
        self.forget(now);
        let (leave, used) = self.pages[page as usize];
        used < leave || self.until.contains_key(&(page, user))
    }

    /// Records an ad to the user. Returns whether they had none from the page in the last 24 hours.
    pub(super) fn note(&mut self, now: SimTime, page: u32, user: u32) -> bool {
        let until = now + Span::DAY;
        self.order.push_back((until, (page, user)));
        let is_new = self.until.insert((page, user), until).is_none();
        self.pages[page as usize].1 += u32::from(is_new);
        is_new
    }

    /// Takes away the reach that is not used, and returns how much that is.
    pub(super) fn take(&mut self, now: SimTime, page: u32) -> u32 {
        self.forget(now);
        let (leave, used) = &mut self.pages[page as usize];
        std::mem::replace(leave, *used) - *used
    }

    fn forget(&mut self, now: SimTime) {
        while let Some((until, key)) = self.order.pop_front_if(|(until, _)| *until <= now) {
            if self.until.get(&key) == Some(&until) {
                self.until.remove(&key);
                self.pages[key.0 as usize].1 -= 1;
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.pages.capacity() * size_of::<(u32, u32)>()
            + self.until.allocation_size()
            + self.order.capacity() * size_of::<(SimTime, (u32, u32))>()
    }
}
