//! The hours of the day and the days of the week: the curve that people's activity follows, and the clock that
//! runs by it.

use crate::config::Traffic;
use chappe_base::{SimTime, Span};

pub(crate) const HOURS: usize = 24;
const DAYS: usize = 7;
const MINUTES_PER_DAY: f64 = 24.0 * 60.0;

/// The integral of the rate over local days: piecewise linear, 1 for the mean day.
#[derive(Clone, Debug)]
pub(crate) struct Hours {
    /// Within a day, from 0 to 1.
    reached: [f64; HOURS + 1],
    /// `None` if all days are alike.
    week: Option<Week>,
}

/// The days of the week; day zero of the run is the first.
#[derive(Clone, Debug)]
struct Week {
    /// Relative to the mean day.
    weights: [f64; DAYS],
    /// The integral before each day.
    reached: [f64; DAYS],
}

impl Week {
    fn new(weights: &[f64; DAYS]) -> Option<Week> {
        let total: f64 = weights.iter().sum();
        let weights = weights.map(|weight| weight * DAYS as f64 / total);
        let mut reached = [0.0; DAYS];
        for day in 1..DAYS {
            reached[day] = reached[day - 1] + weights[day - 1];
        }
        let differ = weights.iter().any(|weight| *weight != weights[0]);
        differ.then_some(Week { weights, reached })
    }
}

impl Hours {
    pub(crate) fn new(traffic: &Traffic) -> Hours {
        let total: f64 = traffic.hourly.iter().sum();
        let mut reached = [0.0; HOURS + 1];
        for (hour, weight) in traffic.hourly.iter().enumerate() {
            reached[hour + 1] = reached[hour] + weight / total;
        }
        reached[HOURS] = 1.0;
        Hours {
            reached,
            week: Week::new(&traffic.weekly),
        }
    }

    /// How many days of the week lie before `day`: local time from the start of a week is that of the day
    /// and these. Zero if all days are alike.
    #[inline]
    pub(crate) fn days_before(&self, day: i32) -> f64 {
        match self.week {
            Some(_) => f64::from(day.rem_euclid(DAYS as i32)),
            None => 0.0,
        }
    }

    /// The integral up to local time `at` [days].
    #[inline]
    pub(crate) fn up_to(&self, at: f64) -> f64 {
        let day = libm::floor(at);
        let hours = (at - day) * HOURS as f64;
        let hour = (hours as usize).min(HOURS - 1);
        let (before, after) = (self.reached[hour], self.reached[hour + 1]);
        match &self.week {
            None => day + before + (after - before) * (hours - hour as f64),
            Some(week) => {
                let weeks = libm::floor(day / DAYS as f64) * DAYS as f64;
                let weekday = ((day - weeks) as usize).min(DAYS - 1);
                let within = before + (after - before) * (hours - hour as f64);
                weeks + week.reached[weekday] + week.weights[weekday] * within
            }
        }
    }

    /// The local time [days] at which the integral reaches `value`.
    #[inline]
    pub(crate) fn when(&self, value: f64) -> f64 {
        let (day, part) = match &self.week {
            None => {
                let day = libm::floor(value);
                (day, value - day)
            }
            Some(week) => {
                let weeks = libm::floor(value / DAYS as f64) * DAYS as f64;
                let rest = value - weeks;
                let weekday = week.reached[1..].partition_point(|&reached| reached <= rest);
                let part = (rest - week.reached[weekday]) / week.weights[weekday];
                (weeks + weekday as f64, part.clamp(0.0, 1.0 - f64::EPSILON))
            }
        };
        let hour = self.reached[1..HOURS].partition_point(|&reached| reached <= part);
        let (before, after) = (self.reached[hour], self.reached[hour + 1]);
        day + (hour as f64 + (part - before) / (after - before)) / HOURS as f64
    }
}

/// The clock that delays of people run on.
///
/// People stay with a message for a while, at any hour. A longer delay runs on active time: it passes as fast
/// as the curve of the person's day is high, so it hardly passes at night. What is delayed at random then
/// follows the curve as well. After the cascades of Malmgren, Stouffer, Motter and Amaral, "A Poissonian
/// explanation for heavy tails in e-mail communication" (PNAS 105, 2008), and the rescaled time of Jo,
/// Karsai, Kertész and Kaski, "Circadian pattern and burstiness in mobile phone communication" (New Journal of
/// Physics 14, 2012).
#[derive(Clone, Debug)]
pub(crate) struct ActiveTime {
    /// `None` if delays run on the clock.
    nights: Option<Nights>,
}

#[derive(Clone, Debug)]
struct Nights {
    hours: Hours,
    attention: Span,
}

impl ActiveTime {
    pub(crate) fn new(traffic: &Traffic) -> ActiveTime {
        let nights = traffic.attention.map(|attention| Nights {
            hours: Hours::new(traffic),
            attention: attention.0,
        });
        ActiveTime { nights }
    }

    /// When a `delay` that begins at `from` is over, for a person whose local time is `zone_minutes` ahead.
    #[inline]
    pub(crate) fn after(&self, from: SimTime, delay: Span, zone_minutes: i16) -> SimTime {
        match &self.nights {
            Some(nights) if delay > nights.attention => nights.after(from, delay, zone_minutes),
            Some(_) | None => from + delay,
        }
    }
}

impl Nights {
    fn after(&self, from: SimTime, delay: Span, zone_minutes: i16) -> SimTime {
        let days = |span: Span| span.0 as f64 / Span::DAY.0 as f64;
        let left = from + self.attention;
        let shift = f64::from(zone_minutes) / MINUTES_PER_DAY;
        let local = days(left - SimTime::ZERO) + shift;
        let value = self.hours.up_to(local) + days(delay) - days(self.attention);
        let passed = (self.hours.when(value) - local).max(0.0);
        left + Span((passed * Span::DAY.0 as f64) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Duration, Keyed, Law, Purpose};

    fn traffic(attention_s: i64) -> Traffic {
        Traffic {
            attention: Some(Duration(Span(attention_s * Span::SECOND.0))),
            ..Traffic::default()
        }
    }

    #[test]
    fn the_time_of_an_integral_is_its_inverse() {
        for weekly in [[1.0; 7], [1.0, 2.0, 0.5, 1.0, 0.0, 1.5, 1.0]] {
            let hours = Hours::new(&Traffic {
                weekly,
                ..Traffic::default()
            });
            for step in -3_000..3_000 {
                let value = f64::from(step) * 0.013;
                let back = hours.up_to(hours.when(value));
                assert!((back - value).abs() < 1e-9, "{value}: {back}");
            }
            assert!(
                (hours.up_to(14.0) - 14.0).abs() < 1e-12,
                "two weeks are two weeks"
            );
        }
    }

    #[test]
    fn a_days_share_is_its_weight() {
        let weekly = [1.0, 2.0, 0.5, 1.0, 0.0, 1.5, 1.0];
        let hours = Hours::new(&Traffic {
            weekly,
            ..Traffic::default()
        });
        for (day, weight) in weekly.iter().enumerate() {
            let share = hours.up_to(day as f64 + 8.0) - hours.up_to(day as f64 + 7.0);
            assert!((share - weight).abs() < 1e-12, "day {day}: {share}");
        }
    }

    /// Events at the curve's rate, each delayed at random on active time, come at the curve's rate. On the
    /// clock they would not.
    #[test]
    fn what_is_delayed_follows_the_hours_of_the_day() {
        let law = Law::LogNormal {
            median: Duration(Span(4 * Span::HOUR.0)),
            sigma: 1.2,
        };
        let keyed = Keyed::new(7, Purpose::Test);
        let traffic = Traffic {
            weekly: [1.0, 1.2, 0.8, 1.0, 1.0, 1.5, 0.5],
            ..traffic(0)
        };
        let hours = Hours::new(&traffic);
        let clocks = [Some(0), None].map(|attention: Option<i64>| {
            ActiveTime::new(&Traffic {
                attention: attention.map(|attention| Duration(Span(attention))),
                ..traffic.clone()
            })
        });
        let count = 200_000u32;
        let [follows, does_not] = clocks.map(|clock| {
            let mut by_hour = [0.0; HOURS];
            for number in 0..count {
                // The same number of events in equal steps of the integral, over a thousand weeks.
                let began = hours.when(f64::from(number) * 7_000.0 / f64::from(count));
                let at = SimTime((began * Span::DAY.0 as f64) as i64);
                let over = clock.after(at, law.sample(keyed.word(number.into(), 0)), 0);
                let hour = over.0.rem_euclid(Span::DAY.0) / Span::HOUR.0;
                by_hour[hour as usize] += 24.0 / f64::from(count);
            }
            let mean = traffic.hourly.iter().sum::<f64>() / 24.0;
            let off = by_hour.iter().zip(traffic.hourly);
            off.map(|(found, weight)| (found - weight / mean).abs())
                .fold(0.0, f64::max)
        });
        assert!(follows < 0.05, "an hour is off by {follows}");
        assert!(does_not > 0.3, "on the clock it would be off by {does_not}");
    }

    #[test]
    fn a_person_stays_with_a_message_at_any_hour_and_then_waits_for_the_morning() {
        let clock = ActiveTime::new(&traffic(600));
        let night = SimTime(5 * Span::HOUR.0);
        let seconds = |seconds: i64| Span(seconds * Span::SECOND.0);
        assert_eq!(clock.after(night, seconds(90), 0), night + seconds(90));
        assert_eq!(clock.after(night, seconds(600), 0), night + seconds(600));
        let later = clock.after(night, seconds(4_200), 0);
        assert!(later > night + Span(4 * Span::HOUR.0), "{later:?}");
        // Where it is evening, an hour is over before an hour.
        let evening = clock.after(night, seconds(4_200), -7 * 60);
        assert!(evening < night + seconds(4_200), "{evening:?}");
    }
}
