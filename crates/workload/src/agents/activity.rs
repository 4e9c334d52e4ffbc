//! The cost of ads in activity: people begin fewer acts while they see many ads, and recover when ads stop.
//!
//! The seed fixes what everybody would begin at full activity. Ads only remove acts from that, each by its
//! own draw, so that arms with different ads have all other acts in common.

use super::Agents;
use crate::config::{AdReactions, LongRun};
use chappe_base::{Duration, Keyed, SimTime, Span, UserId};

/// A person's recent ad load [ads per hour of use]: exponentially weighted means of the ads seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdLoad {
    /// With the short run's time constant.
    recent: f64,
    /// With the long run's time constant.
    lasting: f64,
    /// The time of both values; they decay from there.
    at: SimTime,
}

impl AdLoad {
    /// A load without ads.
    pub(super) fn new(now: SimTime) -> AdLoad {
        AdLoad {
            recent: 0.0,
            lasting: 0.0,
            at: now,
        }
    }

    /// Adds an ad that is seen now.
    pub(super) fn add(&mut self, now: SimTime, reactions: &AdReactions) {
        let hours_per_day = reactions.use_per_day.0.as_secs_f64() / Span::HOUR.as_secs_f64();
        let per_hour = |life: Duration| Span::DAY.as_secs_f64() / life.0.as_secs_f64() / hours_per_day;
        *self = self.faded(now, reactions);
        self.recent += per_hour(reactions.short_run_life);
        self.lasting += per_hour(reactions.long_run_life);
    }

    fn faded(self, now: SimTime, reactions: &AdReactions) -> AdLoad {
        let passed = (now - self.at).as_secs_f64();
        let left = |life: Duration| libm::exp(-passed / life.0.as_secs_f64());
        AdLoad {
            recent: self.recent * left(reactions.short_run_life),
            lasting: self.lasting * left(reactions.long_run_life),
            at: now,
        }
    }

    /// Share of activity lost, in [0, 1]. With a steady load m and s for `activity_loss`:
    /// - if the effect grows over time, s · m · (1 − e^(−t/τ));
    /// - if it shrinks, s · m at first, of which the lasting share remains once the lasting load has reached
    ///   the recent one.
    fn activity_lost(self, now: SimTime, reactions: &AdReactions) -> f64 {
        let AdLoad { recent, lasting, .. } = self.faded(now, reactions);
        let felt = match reactions.long_run {
            LongRun::None => 0.0,
            LongRun::Grows => lasting,
            LongRun::Shrinks => recent - (1.0 - reactions.lasting_share.get()) * lasting,
        };
        (reactions.activity_loss * felt).clamp(0.0, 1.0)
    }
}

impl Agents {
    /// Whether the user begins the act in `slot` of `day`, which they would at full activity.
    #[inline]
    pub(super) fn keeps(&self, now: SimTime, user: UserId, day: i32, slot: u32) -> bool {
        if !self.person(user).has_seen_ads {
            return true;
        }
        let lost = self.ads[&user].load.activity_lost(now, &self.world.agents.ads);
        is_kept(self.world.draws.lost_activity, user, day, slot, lost)
    }
}

/// Whether an act remains of someone who has lost the share `lost` of their activity.
fn is_kept(draws: Keyed, user: UserId, day: i32, slot: u32, lost: f64) -> bool {
    let occasion = u64::from(day as u32) << 32 | u64::from(slot);
    draws.unit(u64::from(user.0), occasion) < 1.0 - lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Probability, Purpose};

    fn reactions(long_run: LongRun) -> AdReactions {
        AdReactions {
            long_run,
            ..AdReactions::default()
        }
    }

    fn days(days: f64) -> SimTime {
        SimTime((days * Span::DAY.0 as f64) as i64)
    }

    /// The load of `per_day` ads a day, evenly spread over so many days.
    fn steady(per_day: u32, count: u32, reactions: &AdReactions) -> AdLoad {
        let mut load = AdLoad::new(SimTime::ZERO);
        for ad in 0..per_day * count {
            load.add(days((f64::from(ad) + 0.5) / f64::from(per_day)), reactions);
        }
        load
    }

    fn lost(after_days: u32, reactions: &AdReactions) -> f64 {
        steady(4, after_days, reactions).activity_lost(days(f64::from(after_days)), reactions)
    }

    /// 4 ads a day, half an hour of use: 8 ads an hour, at 2% each.
    const SHORT_OF_FULL: f64 = 0.02 * 8.0;

    #[test]
    fn the_effect_grows_towards_the_long_run() {
        let reactions = reactions(LongRun::Grows);
        let expected = |days: f64| SHORT_OF_FULL * (1.0 - libm::exp(-days / 75.0));
        for after in [1, 30, 365] {
            let ratio = lost(after, &reactions) / expected(f64::from(after));
            assert!((ratio - 1.0).abs() < 1e-3, "after {after} days: {ratio}");
        }
        let ratio = lost(365, &reactions) / lost(30, &reactions);
        assert!((ratio - 3.01).abs() < 0.01, "a year against a month: {ratio}");
    }

    #[test]
    fn the_effect_is_felt_at_first_and_shrinks_to_its_lasting_share() {
        let reactions = AdReactions {
            lasting_share: Probability::of(0.4),
            ..reactions(LongRun::Shrinks)
        };
        let expected = |days: f64| {
            let [recent, lasting] = [7.0, 75.0].map(|life: f64| 1.0 - libm::exp(-days / life));
            SHORT_OF_FULL * (recent - 0.6 * lasting)
        };
        for after in [7, 30, 365] {
            let ratio = lost(after, &reactions) / expected(f64::from(after));
            assert!((ratio - 1.0).abs() < 2e-3, "after {after} days: {ratio}");
        }
        assert!(lost(30, &reactions) > 1.5 * lost(365, &reactions));
        assert!((lost(1000, &reactions) / SHORT_OF_FULL - 0.4).abs() < 1e-2);
    }

    #[test]
    fn activity_comes_back_once_ads_stop() {
        for (long_run, life) in [(LongRun::Grows, 75.0), (LongRun::Shrinks, 7.0)] {
            let reactions = reactions(long_run);
            let load = steady(4, 30, &reactions);
            let lost = |after: f64| load.activity_lost(days(30.0 + after), &reactions);
            assert!(lost(life) < 0.4 * lost(0.0), "{long_run:?}");
            assert!(lost(20.0 * life) < 1e-6, "{long_run:?}");
        }
    }

    #[test]
    fn nothing_is_lost_without_ads_nor_where_they_cost_nothing_and_never_more_than_all() {
        let grows = reactions(LongRun::Grows);
        let nothing = AdLoad::new(SimTime::ZERO);
        assert_eq!(nothing.activity_lost(days(9.0), &grows), 0.0);
        assert_eq!(lost(365, &reactions(LongRun::None)), 0.0);
        assert_eq!(steady(1000, 365, &grows).activity_lost(days(365.0), &grows), 1.0);
    }

    #[test]
    fn as_many_acts_are_left_out_as_activity_is_lost() {
        let draws = Keyed::new(2016, Purpose::LostActivity);
        for lost in [0.0, 0.03, 0.5, 1.0] {
            let occasions = (0..100_000).map(|n| (UserId(n % 1000), (n / 1000) as i32));
            let kept = occasions.filter(|&(user, day)| is_kept(draws, user, day, 3, lost));
            let share = kept.count() as f64 / 1e5;
            assert!((share - (1.0 - lost)).abs() < 0.006, "{share} of {lost}");
        }
    }
}
