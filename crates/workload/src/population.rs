//! Who is on the platform: each person's traits, computed from the person's number.

use crate::alias::Alias;
use crate::config;
use crate::contact::Contacts;
use crate::friends::Friends;
use crate::normal::{self, CutLogNormal};
use chappe_base::{Keyed, Purpose, UserId, standard_normal_quantile};

/// The people of a scenario. A few kilobytes, whatever their number.
#[derive(Clone, Debug)]
pub struct Population {
    friends: Friends,
    contacts: Contacts,
    activity: CutLogNormal,
    activity_keyed: Keyed,
    correlation: f64,
    silent_share: f64,
    zones: Alias,
    zone_minutes: Vec<i16>,
    zone_keyed: Keyed,
    push_share: f64,
    push_keyed: Keyed,
}

impl Population {
    /// The people whom `seed` gives to the configuration.
    #[must_use]
    pub fn new(config: &config::Population, sessions: &config::Sessions, seed: u64) -> Population {
        let friends = Friends::new(config, seed);
        let shares: Vec<f64> = config.time_zones.iter().map(|zone| zone.share).collect();
        Population {
            contacts: Contacts::new(config, &friends),
            friends,
            activity: CutLogNormal::with_unit_mean(config.activity_sigma, config.activity_max),
            activity_keyed: Keyed::new(seed, Purpose::Activity),
            correlation: config.activity_friends_correlation.get(),
            silent_share: config.silent_share.get(),
            zones: Alias::new(&shares),
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

    /// Who is friends with whom.
    #[must_use]
    pub fn friends(&self) -> &Friends {
        &self.friends
    }

    /// How active `user` is, as a multiple of the mean: log-normal, cut at the maximum, mean 1.
    #[must_use]
    #[inline]
    pub fn activity(&self, user: UserId) -> f64 {
        let own = standard_normal_quantile(self.activity_keyed.unit(user.0 as u64, 0));
        let social = -standard_normal_quantile(self.friends.standing(user));
        let rest = libm::sqrt(1.0 - self.correlation * self.correlation);
        let z = self.correlation * social + rest * own;
        self.activity.quantile(normal::below(z))
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

    /// The friend whom `user` turns to where `word`, a uniform word, falls; none for someone
    /// without friends, as in a population of one.
    #[must_use]
    #[inline]
    pub fn contact(&self, user: UserId, word: u64) -> Option<UserId> {
        self.contacts.choose(&self.friends, user, word)
    }
}
