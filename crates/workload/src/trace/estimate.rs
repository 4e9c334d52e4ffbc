//! The parameters of a workload that follow from a trace directly, without a search.

use super::{Trace, TraceStatistics};
use crate::config::Shape;
use chappe_base::{Duration, Span};

/// Seconds in a day.
const DAY_S: i64 = 86_400;
/// The least ratio between the daily messages of a boom and of the other days.
const BOOM_TIMES: f64 = 1.5;
/// The least number of days of a boom: one busy day may be chance.
const BOOM_DAYS: usize = 3;

/// The parameters that a trace shows directly.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// People who send or receive.
    pub users: u32,
    /// Days from the midnight before the first message to the midnight after the last, in local time.
    pub days: u32,
    /// Messages per day of the mean person at the ordinary rate, without a boom's extra messages.
    pub messages_per_day: f64,
    /// Share of the people who never send.
    pub silent_share: f64,
    /// Messages in each local hour, relative to the mean.
    pub hourly: [f64; 24],
    /// Messages on each day of the week, relative to the mean, from the weekday of the first message; all alike if
    /// there are less than two weeks.
    pub weekly: [f64; 7],
    /// Daily, or a spike if there is a boom.
    pub shape: Shape,
}

impl Estimate {
    /// The estimate for `trace` with its `statistics`; local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(trace: &Trace, statistics: &TraceStatistics, zone_minutes: i16) -> Estimate {
        let daily = daily(trace, zone_minutes);
        let days = daily.len();
        let (shape, times) = match boom(&daily) {
            Some(boom) => (boom.shape(), boom.mean_times(days)),
            None => (Shape::Daily, 1.0),
        };
        let users = trace.people_count;
        let senders = statistics.sent.values().len() as f64;
        Estimate {
            users,
            days: days as u32,
            messages_per_day: trace.messages.len() as f64 / f64::from(users.max(1)) / days as f64 / times,
            silent_share: 1.0 - senders / f64::from(users.max(1)),
            hourly: statistics.hourly,
            weekly: weekly(&daily, shape),
            shape,
        }
    }
}

/// Messages on each local day.
fn daily(trace: &Trace, zone_minutes: i16) -> Vec<u32> {
    let local_day = |at_s: i64| (trace.origin_s + at_s + i64::from(zone_minutes) * 60).div_euclid(DAY_S);
    let first = local_day(0);
    let last = trace
        .messages
        .last()
        .map_or(first, |message| local_day(message.at_s));
    let mut daily = vec![0; (last - first + 1) as usize];
    for message in &trace.messages {
        daily[(local_day(message.at_s) - first) as usize] += 1;
    }
    daily
}

/// The mean count of each day of the week, relative to the mean, as it would be without a boom.
fn weekly(daily: &[u32], shape: Shape) -> [f64; 7] {
    if daily.len() < 14 {
        return [1.0; 7];
    }
    let times = |day: usize| match shape {
        Shape::Constant | Shape::Daily | Shape::Ramp { .. } => 1.0,
        Shape::Spike { at, lasting, times } => {
            let from_begin = Span(Span::DAY.0 * day as i64) - at.0;
            let is_inside = from_begin >= Span::ZERO && from_begin < lasting.0;
            if is_inside { times } else { 1.0 }
        }
    };
    let means: [f64; 7] = std::array::from_fn(|weekday| {
        let days = (weekday..daily.len()).step_by(7);
        let (count, days) = days.fold((0.0, 0.0), |(count, days), day| {
            (count + f64::from(daily[day]) / times(day), days + 1.0)
        });
        count / days
    });
    let mean = means.iter().sum::<f64>() / 7.0;
    if mean > 0.0 {
        means.map(|count| count / mean)
    } else {
        [1.0; 7]
    }
}

/// A period of days with more messages than the others.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Boom {
    first_day: usize,
    days: usize,
    times: f64,
}

impl Boom {
    fn shape(self) -> Shape {
        let days = |count: usize| Duration(Span(Span::DAY.0 * count as i64));
        Shape::Spike {
            at: days(self.first_day),
            lasting: days(self.days),
            times: self.times,
        }
    }

    /// The mean day's rate, as a multiple of the ordinary rate.
    fn mean_times(self, days: usize) -> f64 {
        1.0 + (self.times - 1.0) * self.days as f64 / days as f64
    }
}

/// The boom with the highest likelihood: consecutive days with one rate, all other days with another, and a
/// Poisson count per day. `None` if no two rates differ enough.
fn boom(daily: &[u32]) -> Option<Boom> {
    let total: f64 = daily.iter().map(|&count| f64::from(count)).sum();
    let likelihood = |count: f64, days: f64| {
        if count > 0.0 {
            count * libm::log(count / days)
        } else {
            0.0
        }
    };
    let mut best: Option<(f64, Boom)> = None;
    for first_day in 0..daily.len() {
        let mut inside = 0.0;
        for days in 1..=daily.len() - first_day {
            inside += f64::from(daily[first_day + days - 1]);
            let others = (daily.len() - days) as f64;
            if days < BOOM_DAYS || others < BOOM_DAYS as f64 || inside >= total {
                continue;
            }
            let times = (inside / days as f64) / ((total - inside) / others);
            let likely = likelihood(inside, days as f64) + likelihood(total - inside, others);
            if times >= BOOM_TIMES && best.is_none_or(|(most, _)| likely > most) {
                best = Some((
                    likely,
                    Boom {
                        first_day,
                        days,
                        times,
                    },
                ));
            }
        }
    }
    best.map(|(_, boom)| boom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boom_is_found_where_it_is_and_nowhere_else() {
        let even = vec![100; 40];
        assert_eq!(boom(&even), None);
        let mut daily = even.clone();
        daily[7..17].fill(500);
        let busy = boom(&daily).unwrap();
        assert_eq!((busy.first_day, busy.days, busy.times), (7, 10, 5.0));
        assert_eq!(busy.mean_times(40), 2.0);
        assert_eq!(boom(&[1, 2, 900]), None, "one busy day is chance");
        assert_eq!(boom(&[]), None);
    }

    #[test]
    fn the_week_is_read_off_without_its_boom() {
        let mut daily: Vec<u32> = (0..28).map(|day| if day % 7 == 2 { 40 } else { 20 }).collect();
        let expected = |weekday| if weekday == 2 { 14.0 / 8.0 } else { 7.0 / 8.0 };
        let is_expected = |weekly: [f64; 7]| {
            let mut days = weekly.iter().enumerate();
            days.all(|(weekday, weight)| (weight - expected(weekday)).abs() < 1e-9)
        };
        assert!(is_expected(weekly(&daily, Shape::Daily)));
        daily[5..9].iter_mut().for_each(|count| *count *= 3);
        let days = |count: i64| Duration(Span(Span::DAY.0 * count));
        let boom = Shape::Spike {
            at: days(5),
            lasting: days(4),
            times: 3.0,
        };
        assert!(is_expected(weekly(&daily, boom)));
        assert_eq!(weekly(&daily[..13], Shape::Daily), [1.0; 7]);
    }

    #[test]
    fn the_rate_is_that_of_an_ordinary_day() {
        let mut text = String::new();
        // Ten days with two messages each, then ten with twenty, between two people.
        for day in 0..20 {
            for message in 0..if day < 10 { 2 } else { 20 } {
                text += &format!("1 2 {}\n", day * DAY_S + message * 60);
            }
        }
        let trace = Trace::read(text.as_bytes()).unwrap();
        let estimate = Estimate::of(&trace, &TraceStatistics::of(&trace, 0), 0);
        assert_eq!((estimate.users, estimate.days), (2, 20));
        assert!((estimate.messages_per_day - 1.0).abs() < 1e-12, "{estimate:?}");
        assert_eq!(estimate.silent_share, 0.5);
        let Shape::Spike { at, times, .. } = estimate.shape else {
            panic!("{:?}", estimate.shape)
        };
        assert_eq!((at.0, times), (Span(10 * Span::DAY.0), 10.0));
    }
}
