//! The user's shard: whom pages have sent an ad in the last day, against how many they may.

use chappe_base::{Map, SimTime, Span};
use std::collections::VecDeque;

/// People whom pages may reach, and those they have reached. A page goes by the place of its first
/// campaign.
#[derive(Default, Debug)]
pub(super) struct Reach {
    /// For each page, how many people it may reach and how many it has reached.
    pages: Vec<(u32, u32)>,
    /// Until when a user counts as reached by a page.
    until: Map<(u32, u32), SimTime>,
    /// The same in the order of time; entries that were renewed are out of date.
    order: VecDeque<(SimTime, (u32, u32))>,
}

impl Reach {
    /// Nobody may be reached yet, by any of so many pages.
    pub(super) fn new(pages_count: usize) -> Reach {
        Reach {
            pages: vec![(0, 0); pages_count],
            ..Reach::default()
        }
    }

    /// Leave to reach so many people more arrives.
    pub(super) fn add(&mut self, page: u32, people: u32) {
        self.pages[page as usize].0 += people;
    }

    /// Whether the page may send the user an ad.
    pub(super) fn admits(&mut self, now: SimTime, page: u32, user: u32) -> bool {
        self.forget(now);
        let (leave, used) = self.pages[page as usize];
        used < leave || self.until.contains_key(&(page, user))
    }

    /// Notes an ad to the user; whether they had had none for a day.
    pub(super) fn note(&mut self, now: SimTime, page: u32, user: u32) -> bool {
        let until = now + Span::DAY;
        self.order.push_back((until, (page, user)));
        let is_new = self.until.insert((page, user), until).is_none();
        self.pages[page as usize].1 += u32::from(is_new);
        is_new
    }

    /// Takes the leave that nobody takes up.
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
