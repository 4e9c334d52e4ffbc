//! The week of a trace, hour by hour.

use super::Trace;

/// Seconds in an hour and in a day.
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
/// Days in a week.
const DAYS: usize = 7;
/// What begins before this day of 1973 counts from a midnight of its own, whose weekday nobody knows.
const DATED_FROM_S: i64 = 100_000_000;
/// 1 January 1970 was a Thursday.
const WEEKDAYS: [&str; DAYS] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

/// Messages by day of the week and local hour, relative to the mean hour.
#[derive(Clone, PartialEq, Debug)]
pub struct Week {
    /// From the first local day on; `None` for a day that the trace has not.
    pub days: [Option<[f64; 24]>; DAYS],
    /// The name of the first day, if the trace says which day it is.
    pub first: Option<&'static str>,
}

impl Week {
    /// The week of `trace`; local time is `zone_minutes` ahead of UTC.
    #[must_use]
    pub fn of(trace: &Trace, zone_minutes: i16) -> Week {
        let origin_s = trace.origin_s + i64::from(zone_minutes) * 60;
        let first_day = origin_s.div_euclid(DAY_S);
        let last_s = trace.messages.last().map_or(0, |last| last.at_s);
        let days_count = ((origin_s + last_s).div_euclid(DAY_S) - first_day + 1) as usize;
        let mut counts = [[0.0; 24]; DAYS];
        for message in &trace.messages {
            let local_s = origin_s + message.at_s;
            let day = (local_s.div_euclid(DAY_S) - first_day) as usize % DAYS;
            counts[day][(local_s.rem_euclid(DAY_S) / HOUR_S) as usize] += 1.0;
        }
        let mean = trace.messages.len().max(1) as f64 / (days_count as f64 * 24.0);
        let days = std::array::from_fn(|day| {
            // The days of a trace are no whole number of weeks.
            let times = days_count.saturating_sub(day).div_ceil(DAYS);
            (times > 0).then(|| counts[day].map(|count| count / times as f64 / mean))
        });
        let is_dated = trace.origin_s >= DATED_FROM_S;
        Week {
            days,
            first: is_dated.then(|| WEEKDAYS[first_day.rem_euclid(DAYS as i64) as usize]),
        }
    }

    /// The names of its days: weekdays from `first` on, or numbers.
    #[must_use]
    pub fn names(first: Option<&str>) -> [String; DAYS] {
        let start = first.and_then(|first| WEEKDAYS.iter().position(|name| *name == first));
        std::array::from_fn(|day| match start {
            Some(start) => WEEKDAYS[(start + day) % DAYS].to_string(),
            None => format!("day {}", day + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_the_first_local_day_and_each_day_counts_once() {
        // Friday, 1 March 2013, 10:00 UTC, and the same hour a week later; between them a Saturday.
        let text = "1 2 1362132000\n1 2 1362218400\n1 2 1362736800\n2 1 1362736801\n";
        let trace = Trace::read(text.as_bytes()).unwrap();
        let week = Week::of(&trace, 60);
        assert_eq!(week.first, Some("Friday"));
        let [friday, saturday, sunday, ..] = week.days.map(Option::unwrap);
        // Eight days with four messages: the mean hour has a forty-eighth of one.
        let mean = 4.0 / (8.0 * 24.0);
        assert!((friday[11] - 1.5 / mean).abs() < 1e-9, "{friday:?}");
        assert!((saturday[11] - 1.0 / mean).abs() < 1e-9);
        assert_eq!(sunday, [0.0; 24]);
        assert_eq!(Week::names(week.first)[3], "Monday");
    }

    #[test]
    fn a_short_trace_has_no_other_days() {
        let trace = Trace::read("1 2 0\n2 1 90000\n".as_bytes()).unwrap();
        let week = Week::of(&trace, 0);
        assert_eq!(week.first, None);
        assert_eq!(week.days.iter().flatten().count(), 2);
        assert_eq!(Week::names(None)[1], "day 2");
    }
}
