//! The friendship graph: symmetric, and computed instead of stored, since ten million people with 190 friends
//! each would need gigabytes.
//!
//! A keyed permutation gives everyone a position, which is the rank by number of friends, most first. Friends
//! come in circles. Circle 0 is the closest: the whole population in groups of four. Each further circle adds
//! a third of the friends of all circles before it (for seven `circles`). Only people with enough friends are
//! in it: those up to some position. The circle's own permutation divides them into groups whose members are
//! all friends of each other. Circles are nested, so the graph is connected. With groups in a constant ratio
//! g to the friends before them, the share of friend pairs that are friends of each other is g / (2 + g) for
//! everyone.
//!
//! Finding a friend takes four permutations of a few nanoseconds each, for any population.

use crate::config;
use crate::normal::TruncatedLogNormal;
use crate::permutation::Permutation;
use chappe_base::UserId;

/// Friends in the closest circle, if the population is large enough.
const CLOSEST: u32 = 3;

/// The friendships of a population.
#[derive(Clone, Debug)]
pub struct Friends {
    users_count: u32,
    order: Permutation,
    circles: Vec<Circle>,
}

/// One circle: its members and their groups.
#[derive(Clone, Copy, Debug)]
struct Circle {
    /// Positions below this are members.
    members_count: u32,
    /// Rank of the first friend from this circle.
    first_rank: u32,
    /// Friends from this circle. Groups have one member more, or just as many.
    friends_count: u32,
    /// Indices below this are in groups of the larger size.
    large_end: u32,
    order: Permutation,
}

/// A member's place: the group's first index and size, and the index in the group.
struct GroupSlot {
    start: u32,
    size: u32,
    index: u32,
}

impl Circle {
    /// A circle with groups as even as possible that give up to `friends_count` friends.
    fn new(members_count: u32, first_rank: u32, friends_count: u32, seed: u64, level: u64) -> Circle {
        let groups_count = members_count.div_ceil(friends_count + 1);
        let friends_count = members_count.div_ceil(groups_count) - 1;
        let large_count = members_count - groups_count * friends_count;
        Circle {
            members_count,
            first_rank,
            friends_count,
            large_end: large_count * (friends_count + 1),
            order: Permutation::new(members_count, seed, level),
        }
    }

    #[inline]
    fn slot(&self, position: u32) -> GroupSlot {
        let index_in_circle = self.order.forward(position);
        let (size, first) = if index_in_circle < self.large_end {
            (self.friends_count + 1, 0)
        } else {
            (self.friends_count, self.large_end)
        };
        let index = (index_in_circle - first) % size;
        GroupSlot {
            start: index_in_circle - index,
            size,
            index,
        }
    }

    /// Position of the `nearness`-th friend, from 0, of the person at `position`.
    #[inline]
    fn friend(&self, position: u32, nearness: u32) -> u32 {
        let GroupSlot { start, size, index } = self.slot(position);
        // A group of the smaller size gives its first friend twice.
        let nearness = if nearness + 1 < size { nearness } else { 0 };
        let step = nearness / 2 + 1;
        let other = if size.is_power_of_two() {
            index ^ (nearness + 1)
        } else if nearness % 2 == 0 {
            (index + step) % size
        } else {
            (index + size - step) % size
        };
        self.order.backward(start + other)
    }
}

impl Friends {
    /// The friendships that `seed` gives to the population.
    #[must_use]
    pub fn new(config: &config::Population, seed: u64) -> Friends {
        let users_count = config.users;
        let law = TruncatedLogNormal::new(
            libm::log(config.friends_median),
            config.friends_sigma,
            config.friends_max as f64 * (1.0 + 1e-9),
        );
        let growth = 2.0 / (config.circles.max(2) - 1) as f64;
        let mut circles = Vec::new();
        let mut reached = 0;
        let mut members_count = users_count;
        loop {
            let wanted = match circles.len() {
                0 => CLOSEST,
                _ => (libm::round(growth * reached as f64) as u32).max(2),
            };
            if !circles.is_empty() {
                // A group has at most a quarter of the circle's members; otherwise circles of a small
                // population would overlap.
                let friends_between = libm::sqrt(reached as f64 * (reached + wanted) as f64);
                members_count = (users_count as f64 * law.share_above(friends_between)) as u32;
            }
            let friends_count = match circles.len() {
                0 => wanted.min(members_count.saturating_sub(1)),
                _ => wanted.min(members_count / 4),
            };
            let too_few = if circles.is_empty() { 1 } else { 2 };
            if friends_count < too_few || reached + friends_count > config.friends_max {
                break;
            }
            let level = circles.len() as u64 + 1;
            let circle = Circle::new(members_count, reached, friends_count, seed, level);
            reached += circle.friends_count;
            circles.push(circle);
        }
        Friends {
            users_count,
            order: Permutation::new(users_count, seed, 0),
            circles,
        }
    }

    /// How many people there are.
    #[must_use]
    pub fn users_count(&self) -> u32 {
        self.users_count
    }

    /// The share of people with more friends than `user`, ties broken at random: in (0, 1).
    #[must_use]
    #[inline]
    pub fn degree_rank(&self, user: UserId) -> f64 {
        (self.position(user) as f64 + 0.5) / self.users_count as f64
    }

    /// How many friends `user` has, counted by circle: a friend in two circles counts twice, which is rare
    /// unless the population is small.
    #[must_use]
    #[inline]
    pub fn count(&self, user: UserId) -> u32 {
        self.class_count(self.class(user))
    }

    /// The class of people with as many friends as `user`: the number of their circles.
    #[must_use]
    #[inline]
    pub fn class(&self, user: UserId) -> usize {
        self.class_at(self.position(user))
    }

    /// The user's rank by number of friends, most first.
    #[inline]
    pub(crate) fn position(&self, user: UserId) -> u32 {
        self.order.forward(user.0)
    }

    /// The class of the person at `position`.
    #[inline]
    pub(crate) fn class_at(&self, position: u32) -> usize {
        self.circles
            .partition_point(|circle| circle.members_count > position)
    }

    /// The largest class.
    #[must_use]
    pub fn classes_count(&self) -> usize {
        self.circles.len()
    }

    /// How many friends everyone in `class` has.
    #[must_use]
    pub fn class_count(&self, class: usize) -> u32 {
        class.checked_sub(1).map_or(0, |last| {
            self.circles[last].first_rank + self.circles[last].friends_count
        })
    }

    /// The friend of `user` at `rank`, which must be below [`Friends::count`]. Ranks 0 to 2 are the closest;
    /// in a group of four or eight the favourite is mutual.
    #[must_use]
    #[inline]
    pub fn friend(&self, user: UserId, rank: u32) -> UserId {
        self.friend_at(self.position(user), rank)
    }

    /// The friend at `rank` of the person at `position`.
    #[inline]
    pub(crate) fn friend_at(&self, position: u32, rank: u32) -> UserId {
        let level = self.circles.partition_point(|c| c.first_rank <= rank) - 1;
        let circle = &self.circles[level];
        let other = circle.friend(position, rank - circle.first_rank);
        UserId(self.order.backward(other))
    }

    /// Whether the two are friends.
    #[must_use]
    pub fn are_friends(&self, one: UserId, other: UserId) -> bool {
        if one == other {
            return false;
        }
        let (a, b) = (self.position(one), self.position(other));
        self.circles
            .iter()
            .take_while(|circle| circle.members_count > a.max(b))
            .any(|circle| circle.slot(a).start == circle.slot(b).start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn friends(users: u32) -> Friends {
        let config = config::Population {
            users,
            ..config::Population::default()
        };
        Friends::new(&config, 2016)
    }

    fn friends_of(friends: &Friends, user: UserId) -> Vec<UserId> {
        (0..friends.count(user))
            .map(|rank| friends.friend(user, rank))
            .collect()
    }

    proptest! {
        #[test]
        fn friendship_is_mutual_and_never_with_oneself(users in 2u32..3_000, at in 0.0..1.0) {
            let friends = friends(users);
            let user = UserId((at * users as f64) as u32);
            let mine: BTreeSet<UserId> = friends_of(&friends, user).into_iter().collect();
            prop_assert!(!mine.is_empty() && !mine.contains(&user));
            for &friend in &mine {
                prop_assert!(friends.are_friends(user, friend) && friends.are_friends(friend, user));
                prop_assert!(friends_of(&friends, friend).contains(&user));
            }
            for other in (0..users).step_by(7).map(UserId) {
                prop_assert_eq!(friends.are_friends(user, other), mine.contains(&other));
            }
        }
    }

    #[test]
    fn someone_alone_has_no_friends() {
        let friends = friends(1);
        assert_eq!(friends.count(UserId(0)), 0);
        assert!(!friends.are_friends(UserId(0), UserId(0)));
    }

    #[test]
    fn degrees_are_log_normal() {
        let friends = friends(200_000);
        let mut counts: Vec<u32> = (0..200_000).map(|u| friends.count(UserId(u))).collect();
        counts.sort_unstable();
        let law = TruncatedLogNormal::new(libm::log(99.0), 1.15, 5_000.0);
        // A circle is a third of what lies before it, so a quantile is met to within a half of that.
        for p in [0.1, 0.25, 0.5, 0.75, 0.9, 0.99] {
            let count = counts[(p * 200_000.0) as usize] as f64;
            let ratio = count / law.quantile(p);
            assert!((0.8..1.25).contains(&ratio), "{p}: {count}, ratio {ratio}");
        }
        let mean = counts.iter().map(|&count| count as f64).sum::<f64>() / 200_000.0;
        assert!((mean / 190.0 - 1.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn few_friends_are_met_twice() {
        let friends = friends(200_000);
        let (mut ranks, mut distinct) = (0, 0);
        for user in (0..200_000).step_by(97).map(UserId) {
            let mine = friends_of(&friends, user);
            ranks += mine.len();
            distinct += mine.into_iter().collect::<BTreeSet<_>>().len();
        }
        let repeated = 1.0 - distinct as f64 / ranks as f64;
        assert!(repeated < 0.05, "{repeated}");
    }

    #[test]
    fn a_seventh_of_a_median_persons_friend_pairs_are_friends() {
        let friends = friends(200_000);
        let median = friends.class_count(
            friends.class(
                (0..200_000)
                    .map(UserId)
                    .find(|&user| (friends.degree_rank(user) - 0.5).abs() < 1e-5)
                    .unwrap(),
            ),
        );
        let (mut pairs, mut closed) = (0.0, 0.0);
        let median_people = (0..200_000)
            .map(UserId)
            .filter(|&user| friends.count(user) == median);
        for user in median_people.take(40) {
            let mine = friends_of(&friends, user);
            for (index, &one) in mine.iter().enumerate() {
                for &other in &mine[..index] {
                    pairs += 1.0;
                    closed += f64::from(friends.are_friends(one, other));
                }
            }
        }
        let clustering: f64 = closed / pairs;
        assert!((clustering - 0.14).abs() < 0.02, "{clustering}");
    }

    #[test]
    fn everyone_is_tied_to_everyone() {
        let users = 5_000;
        let friends = friends(users);
        let mut reached = vec![false; users as usize];
        let mut open = vec![UserId(0)];
        reached[0] = true;
        while let Some(user) = open.pop() {
            for friend in friends_of(&friends, user) {
                if !std::mem::replace(&mut reached[friend.index()], true) {
                    open.push(friend);
                }
            }
        }
        let share = reached.iter().filter(|&&r| r).count() as f64 / users as f64;
        assert!(share > 0.99, "{share}");
    }
}
