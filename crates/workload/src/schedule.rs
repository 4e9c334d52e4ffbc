//! When people act: each person's day is a Poisson process with a rate that depends on the time.
//!
//! The next act is computed from its slot and the time of the act before, so that nothing is stored per user
//! and any day can be generated without the days before it. Times come from exponential spacings in the
//! integrated rate (inversion), which is why every shape has its integral in closed form.

use crate::config::{Shape, Traffic};
use crate::hours::Hours;
use chappe_base::{Act, Keyed, Purpose, SimTime, Span, UserId, unit};

const MINUTES_PER_DAY: f64 = 24.0 * 60.0;

/// The times of people's acts. Days are UTC days, as in [`Act`]; draws are keyed by (user, day, slot).
#[derive(Clone, Debug)]
pub struct Schedule {
    keyed: Keyed,
    rate: Rate,
}

/// The rate of the mean person over time, relative to the mean.
#[derive(Clone, Debug)]
enum Rate {
    Constant,
    /// By local hour and day of the week.
    Daily(Hours),
    /// Days from time zero, and multiples at both ends.
    Ramp {
        days: f64,
        from: f64,
        to: f64,
    },
    /// By local hour, and a multiple of that between two times [days from time zero].
    Spike {
        hours: Hours,
        begin: f64,
        end: f64,
        times: f64,
    },
}

impl Rate {
    /// The integrated rate from the start of `day` to `at` [days after that]; `shift` [days] is the local
    /// time at the start.
    #[inline]
    fn up_to(&self, day: i32, at: f64, shift: f64) -> f64 {
        match self {
            Rate::Constant => at,
            Rate::Daily(hours) => {
                let shift = shift + hours.days_before(day);
                hours.up_to(at + shift) - hours.up_to(shift)
            }
            Rate::Ramp { days, from, to } => {
                let whole = |t: f64| {
                    let inside = t.clamp(0.0, *days);
                    from * t.min(0.0)
                        + from * inside
                        + (to - from) * inside * inside / (2.0 * days)
                        + to * (t - days).max(0.0)
                };
                whole(day as f64 + at) - whole(day as f64)
            }
            Rate::Spike {
                hours,
                begin,
                end,
                times,
            } => {
                let shift = shift + hours.days_before(day);
                let (begin, end) = (begin - day as f64, end - day as f64);
                let plain = hours.up_to(at + shift) - hours.up_to(shift);
                let from = begin.clamp(0.0, at);
                let until = end.clamp(0.0, at);
                plain + (times - 1.0) * (hours.up_to(until + shift) - hours.up_to(from + shift))
            }
        }
    }

    /// The time [days after the start of `day`] at which [`Rate::up_to`] reaches `value`, which it must
    /// within the day.
    #[inline]
    fn when(&self, day: i32, value: f64, shift: f64) -> f64 {
        match self {
            Rate::Constant => value,
            Rate::Daily(hours) => {
                let shift = shift + hours.days_before(day);
                hours.when(value + hours.up_to(shift)) - shift
            }
            Rate::Ramp { days, from, to } => {
                let start = day as f64;
                // The ramp ends at the horizon, which may be within the day.
                let rest = (days - start).max(0.0);
                let on_line = self.up_to(day, rest, shift);
                if start >= 0.0 && value > on_line {
                    return rest + (value - on_line) / to;
                }
                let slope = if start >= 0.0 { (to - from) / days } else { 0.0 };
                let now = from + slope * start.max(0.0);
                // value = now·x + slope·x²/2, in the form that is stable as the slope vanishes.
                let root = libm::sqrt((now * now + 2.0 * slope * value).max(0.0));
                2.0 * value / (now + root)
            }
            Rate::Spike {
                hours,
                begin,
                end,
                times,
            } => {
                let shift = shift + hours.days_before(day);
                let start = hours.up_to(shift);
                let from = (begin - day as f64).clamp(0.0, 1.0);
                let until = (end - day as f64).clamp(0.0, 1.0);
                let before = hours.up_to(from + shift) - start;
                let within = hours.up_to(until + shift) - start - before;
                let plain = if value <= before {
                    value
                } else if value <= before + times * within {
                    before + (value - before) / times
                } else {
                    value - (times - 1.0) * within
                };
                hours.when(start + plain) - shift
            }
        }
    }
}

impl Schedule {
    /// The schedule of `traffic` for a run of length `horizon`, under `seed`.
    #[must_use]
    pub fn new(traffic: &Traffic, horizon: Span, seed: u64) -> Schedule {
        let days = |span: Span| span.0 as f64 / Span::DAY.0 as f64;
        let rate = match traffic.shape {
            Shape::Constant => Rate::Constant,
            Shape::Daily => Rate::Daily(Hours::new(traffic)),
            Shape::Ramp { from, to } => Rate::Ramp {
                days: days(horizon),
                from,
                to,
            },
            Shape::Spike { at, lasting, times } => Rate::Spike {
                hours: Hours::new(traffic),
                begin: days(at.0),
                end: days(at.0 + lasting.0),
                times,
            },
        };
        Schedule {
            keyed: Keyed::new(seed, Purpose::Schedule),
            rate,
        }
    }

    /// How much of a mean day's acts fall on `day` until `end` [days after its start], for people in that time zone.
    pub(crate) fn share_of_day(&self, day: i32, end: f64, zone_minutes: i16) -> f64 {
        self.rate
            .up_to(day, end, f64::from(zone_minutes) / MINUTES_PER_DAY)
    }

    /// When `user` begins the act in `slot` of `day`, after the act before it at `previous`; `None` if the
    /// day has no further act or no further slot.
    ///
    /// `per_day` is the user's mean rate [acts per day], `zone_minutes` the offset of local time [min]. A day
    /// begins with slot 0 and `previous` at its start.
    #[must_use]
    #[inline]
    pub fn next(
        &self,
        user: UserId,
        day: i32,
        slot: u32,
        previous: SimTime,
        zone_minutes: i16,
        per_day: f64,
    ) -> Option<SimTime> {
        if slot >= Act::SLOTS {
            return None;
        }
        let start = SimTime(day as i64 * Span::DAY.0);
        let shift = zone_minutes as f64 / MINUTES_PER_DAY;
        let at = (previous - start).0.max(0) as f64 / Span::DAY.0 as f64;
        let key = (day as u32 as u64) << 32 | slot as u64;
        let gap = -libm::log(unit(self.keyed.word(user.0 as u64, key))) / per_day;
        let value = self.rate.up_to(day, at, shift) + gap;
        if value >= self.rate.up_to(day, 1.0, shift) {
            return None;
        }
        let time = self.rate.when(day, value, shift) * Span::DAY.0 as f64;
        // Rounding must not move an act into the next day, nor before the act before it.
        let time = (time as i64).min(Span::DAY.0 - 1);
        Some((start + Span(time)).max(previous))
    }

    /// Whether it is certain that `user` begins nothing on `day`, on which they begin `mean` acts on average. If
    /// it is not, [`Schedule::next`] may still find none.
    #[inline]
    pub(crate) fn is_idle(&self, user: UserId, day: i32, mean: f64) -> bool {
        // The first spacing exceeds the day's integral, but for rounding.
        let first = unit(self.keyed.word(u64::from(user.0), u64::from(day as u32) << 32));
        first < libm::exp(-mean) * (1.0 - 1e-9)
    }

    /// All acts that `user` begins on `day`, in order of time, with their slots.
    pub fn day(
        &self,
        user: UserId,
        day: i32,
        zone_minutes: i16,
        per_day: f64,
    ) -> impl Iterator<Item = (u32, SimTime)> + '_ {
        let mut previous = SimTime(day as i64 * Span::DAY.0);
        (0..Act::SLOTS).map_while(move |slot| {
            previous = self.next(user, day, slot, previous, zone_minutes, per_day)?;
            Some((slot, previous))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hours::HOURS;
    use chappe_base::Duration;

    const HORIZON: Span = Span(2 * Span::DAY.0);

    fn schedule(shape: Shape) -> Schedule {
        let traffic = Traffic {
            shape,
            ..Traffic::default()
        };
        Schedule::new(&traffic, HORIZON, 2016)
    }

    fn times(schedule: &Schedule, day: i32, zone_minutes: i16, per_day: f64) -> Vec<f64> {
        (0..4_000)
            .flat_map(|user| schedule.day(UserId(user), day, zone_minutes, per_day))
            .map(|(_, time)| (time.0 - day as i64 * Span::DAY.0) as f64 / Span::HOUR.0 as f64)
            .collect()
    }

    /// Chi-square of counts by hour against expected shares, with 23 degrees of freedom.
    fn chi_square(times: &[f64], shares: impl Fn(usize) -> f64) -> f64 {
        let mut counts = [0.0; HOURS];
        for time in times {
            counts[*time as usize] += 1.0;
        }
        (0..HOURS)
            .map(|hour| {
                let expected = shares(hour) * times.len() as f64;
                (counts[hour] - expected) * (counts[hour] - expected) / expected
            })
            .sum()
    }

    /// The 99.9% quantile of chi-square with 23 degrees of freedom.
    const LIMIT: f64 = 49.73;

    #[test]
    fn counts_are_poisson() {
        let schedule = schedule(Shape::Daily);
        let counts: Vec<f64> = (0..20_000)
            .map(|user| schedule.day(UserId(user), 3, 60, 5.4).count() as f64)
            .collect();
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let variance = counts.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / counts.len() as f64;
        assert!((mean - 5.4).abs() < 0.07, "{mean}");
        assert!((variance - 5.4).abs() < 0.2, "{variance}");
    }

    #[test]
    fn hours_follow_the_curve_in_local_time() {
        let schedule = schedule(Shape::Daily);
        let hourly = Traffic::default().hourly;
        let total: f64 = hourly.iter().sum();
        for hours in [0i16, -8, 5, 14] {
            for day in [-1, 0, 150] {
                let times = times(&schedule, day, hours * 60, 10.0);
                let local = |hour: usize| (hour as i16 + hours).rem_euclid(24) as usize;
                let value = chi_square(&times, |hour| hourly[local(hour)] / total);
                assert!(value < LIMIT, "zone {hours} h, day {day}: {value}");
            }
        }
    }

    #[test]
    fn a_constant_rate_ignores_the_hours() {
        let times = times(&schedule(Shape::Constant), 0, 60, 10.0);
        assert!(chi_square(&times, |_| 1.0 / 24.0) < LIMIT);
    }

    #[test]
    fn a_ramp_is_a_line_from_zero_to_the_horizon() {
        let schedule = schedule(Shape::Ramp { from: 0.5, to: 1.5 });
        for (day, mean, low, high) in [
            (-2, 0.5, 0.5, 0.5),
            (0, 0.75, 0.5, 1.0),
            (1, 1.25, 1.0, 1.5),
            (2, 1.5, 1.5, 1.5),
        ] {
            let times = times(&schedule, day, 60, 10.0);
            assert!((times.len() as f64 / 40_000.0 / mean - 1.0).abs() < 0.02);
            let value = chi_square(&times, |hour| {
                (low + (high - low) * (hour as f64 + 0.5) / 24.0) / mean / 24.0
            });
            assert!(value < LIMIT, "day {day}: {value}");
        }
    }

    #[test]
    fn a_ramp_that_ends_within_a_day_stays_at_its_end() {
        let traffic = Traffic {
            shape: Shape::Ramp { from: 2.0, to: 0.0 },
            ..Traffic::default()
        };
        let schedule = Schedule::new(&traffic, Span(6 * Span::HOUR.0), 1);
        let times = times(&schedule, 0, 0, 10.0);
        assert!((times.len() as f64 / 10_000.0 - 1.0).abs() < 0.05);
        assert!(times.iter().all(|&hour| hour < 6.0));
        let early = times.iter().filter(|&&hour| hour < 3.0).count();
        assert!((early as f64 / times.len() as f64 - 0.75).abs() < 0.02);
    }

    #[test]
    fn a_spike_multiplies_the_rate_while_it_lasts() {
        let hours = |hours: i64| Duration(Span(hours * Span::HOUR.0));
        let plain = times(&schedule(Shape::Daily), 1, 60, 5.0);
        let spiked = schedule(Shape::Spike {
            at: hours(34),
            lasting: hours(3),
            times: 8.0,
        });
        let spiked = times(&spiked, 1, 60, 5.0);
        let count = |times: &[f64], from: f64, to: f64| {
            times.iter().filter(|&&t| (from..to).contains(&t)).count() as f64
        };
        for (from, to, factor) in [(0.0, 10.0, 1.0), (10.0, 13.0, 8.0), (13.0, 24.0, 1.0)] {
            let ratio = count(&spiked, from, to) / count(&plain, from, to);
            assert!((ratio / factor - 1.0).abs() < 0.08, "from {from} h: {ratio}");
        }
    }

    #[test]
    fn a_day_comes_in_order_and_ends_with_its_slots() {
        let schedule = schedule(Shape::Daily);
        let acts: Vec<_> = schedule.day(UserId(5), 7, -300, 10_000.0).collect();
        assert_eq!(acts.len(), Act::SLOTS as usize);
        assert!(acts.windows(2).all(|w| w[0].1 <= w[1].1));
        assert!(acts.iter().all(|(_, time)| time.day() == 7));
        assert_eq!(schedule.day(UserId(5), 7, -300, 0.0).count(), 0);
    }
}
