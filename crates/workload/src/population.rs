//! The people on the platform: each person's traits, computed from the person's number.

use crate::alias::AliasTable;
use crate::config;
use crate::contact::FriendChoice;
use crate::friends::Friends;
use crate::normal::{self, TruncatedLogNormal};
use chappe_base::{Keyed, Purpose, UserId, standard_normal_quantile};

/// The people of a scenario. It takes a few kilobytes for any number of people.
#[derive(Clone, Debug)]
pub struct Population {
    friends: Friends,
    contacts: FriendChoice,
    activity: TruncatedLogNormal,
    activity_keyed: Keyed,
    correlation: f64,
    silent_share: f64,
    zones: AliasTable,
    zone_minutes: Vec<i16>,
    zone_keyed: Keyed,
    push_share: f64,
    push_keyed: Keyed,
}

impl Population {
    /// The population of the configuration under `seed`.
    #[must_use]
    pub fn new(config: &config::Population, sessions: &config::Sessions, seed: u64) -> Population {
        let friends = Friends::new(config, seed);
        let shares: Vec<f64> = config.time_zones.iter().map(|zone| zone.share).collect();
        Population {
            contacts: FriendChoice::new(config, &friends),
            friends,
            activity: TruncatedLogNormal::with_unit_mean(config.activity_sigma, config.activity_max),
            activity_keyed: Keyed::new(seed, Purpose::Activity),
            correlation: config.activity_friends_correlation.get(),
            silent_share: config.silent_share.get(),
            zones: AliasTable::new(&shares),
            zone_minutes: config.time_zones.iter().map(|z| z.offset_minutes).collect(),
            zone_keyed: Keyed::new(seed, Purpose::TimeZone),
            push_share: sessions.push_share.get(),
            push_keyed: Keyed::new(seed, Purpose::Push),
        }
    }

    /// How many people there are.
    #[must_use]
    pub fn users_count(&self) -> u32 {
        self.friends.users_count()
    }

    /// The friendship graph.
    #[must_use]
    pub fn friends(&self) -> &Friends {
        &self.friends
    }

    /// The activity of `user`, as a multiple of the mean: log-normal, truncated at the maximum, mean 1.
    #[must_use]
    #[inline]
    pub fn activity(&self, user: UserId) -> f64 {
        let personal = standard_normal_quantile(self.activity_keyed.unit(user.0 as u64, 0));
        let social = -standard_normal_quantile(self.friends.degree_rank(user));
        // Two normal variables with this correlation: a Gaussian copula of activity and number of friends.
        let rest = libm::sqrt(1.0 - self.correlation * self.correlation);
        let z = self.correlation * social + rest * personal;
        self.activity.quantile(normal::cdf(z))
    }

    /// Whether `user` ever writes to friends or pays them; the others only read.
    #[must_use]
    #[inline]
    pub fn writes(&self, user: UserId) -> bool {
        self.activity_keyed.unit(user.0 as u64, 1) >= self.silent_share
    }

    /// Offset of the user's local time from UTC [minutes].
    #[must_use]
    #[inline]
    pub fn time_zone_minutes(&self, user: UserId) -> i16 {
        let zone = self.zones.sample(self.zone_keyed.word(user.0 as u64, 0));
        self.zone_minutes[zone as usize]
    }

    /// Whether the user's device stays reachable by push between sessions.
    #[must_use]
    #[inline]
    pub fn has_push(&self, user: UserId) -> bool {
        self.push_keyed.unit(user.0 as u64, 0) < self.push_share
    }

    /// The friend that the uniform `word` selects for `user` to write to; `None` for someone without friends.
    #[must_use]
    #[inline]
    pub fn contact(&self, user: UserId, word: u64) -> Option<UserId> {
        self.contacts.choose(&self.friends, user, word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::Probability;

    const COUNT: u32 = 100_000;

    fn population(correlation: f64) -> Population {
        let config = config::Population {
            users: COUNT,
            activity_friends_correlation: Probability::of(correlation),
            ..config::Population::default()
        };
        Population::new(&config, &config::Sessions::default(), 2016)
    }

    fn mean(of: impl Fn(UserId) -> f64) -> f64 {
        (0..COUNT).map(|user| of(UserId(user))).sum::<f64>() / COUNT as f64
    }

    #[test]
    fn activity_has_mean_one_and_is_skewed() {
        for correlation in [0.0, 0.7, 1.0] {
            let population = population(correlation);
            let mut activity: Vec<f64> = (0..COUNT).map(|user| population.activity(UserId(user))).collect();
            activity.sort_unstable_by(f64::total_cmp);
            let sum: f64 = activity.iter().sum();
            assert!((sum / COUNT as f64 - 1.0).abs() < 0.03, "{sum}");
            assert!(activity[COUNT as usize - 1] <= 20.0);
            let top: f64 = activity[COUNT as usize * 9 / 10..].iter().sum();
            assert!((0.45..0.6).contains(&(top / sum)), "{}", top / sum);
        }
    }

    #[test]
    fn the_active_have_more_friends_as_far_as_they_correlate() {
        for expected in [0.0, 0.7] {
            let population = population(expected);
            // Activity is nearly log-normal, so its logarithm correlates as its normal variable.
            let logarithm = |user| libm::log(population.activity(user));
            let social = |user| -standard_normal_quantile(population.friends().degree_rank(user));
            let center = mean(logarithm);
            let spread = libm::sqrt(mean(|u| (logarithm(u) - center) * (logarithm(u) - center)));
            let correlation = mean(|u| (logarithm(u) - center) * social(u)) / spread;
            assert!((correlation - expected).abs() < 0.02, "{correlation}");
        }
    }

    #[test]
    fn traits_have_their_shares() {
        let population = population(0.7);
        let share = |of: &dyn Fn(UserId) -> bool| mean(|user| f64::from(of(user)));
        assert!((share(&|user| population.writes(user)) - 0.72).abs() < 0.006);
        assert!((share(&|user| population.has_push(user)) - 0.5).abs() < 0.006);
        let east = share(&|user| population.time_zone_minutes(user) == -300);
        assert!((east - 0.2).abs() < 0.006, "{east}");
    }
}
