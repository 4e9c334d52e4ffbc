//! Ticks on axes of time.

use super::axis::{Measure, Tick};
use super::tick_label::tick_label;
use crate::words;

const DAY_NS: i64 = 86_400_000_000_000;

/// Ticks on an axis of time of day from `from_ns` to `until_ns`, at most `most` of them.
pub(crate) fn time_ticks(from_ns: i64, until_ns: i64, most: usize) -> Vec<Tick> {
    const STEPS_S: [i64; 21] = [
        1, 2, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
        1_209_600, 2_419_200, 7_257_600, 29_030_400,
    ];
    let length_s = until_ns.saturating_sub(from_ns).max(1) / 1_000_000_000;
    let most = most.max(1) as i64;
    let step_s = STEPS_S
        .into_iter()
        .find(|step| length_s <= step * most)
        // Beyond, so many of the largest steps as it takes.
        .unwrap_or(29_030_400 * (length_s / most / 29_030_400 + 1));
    let step_ns = step_s * 1_000_000_000;
    let first = from_ns.div_euclid(step_ns) + i64::from(from_ns.rem_euclid(step_ns) != 0);
    let last = until_ns.div_euclid(step_ns);
    let many_days = length_s > 86_400;
    (first..=last)
        .map(|index| index * step_ns)
        .map(|at_ns| {
            let midnight = at_ns.rem_euclid(DAY_NS) == 0;
            let day = at_ns.div_euclid(DAY_NS);
            let label = if many_days && midnight {
                format!("day {}", day + 1)
            } else if midnight && at_ns == until_ns {
                "24:00".to_owned()
            } else {
                words::moment(at_ns - day * DAY_NS)
            };
            Tick {
                value: at_ns as f64,
                label,
            }
        })
        .collect()
}

/// Ticks on an axis of time since the start, at most `most` of them.
pub(crate) fn elapsed_ticks(from_ns: i64, until_ns: i64, most: usize) -> Vec<Tick> {
    let ticks = time_ticks(from_ns, until_ns, most);
    let step = match ticks.as_slice() {
        [one, next, ..] => next.value - one.value,
        [] | [_] => (until_ns - from_ns) as f64,
    };
    let label = |value: f64| match value {
        0.0 => "0 s".to_owned(),
        value => tick_label(Measure::Duration, value, step),
    };
    let ticks = ticks.into_iter();
    ticks
        .map(|tick| Tick {
            label: label(tick.value),
            ..tick
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_NS: i64 = 60_000_000_000;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn time_ticks_fall_on_the_clock() {
        let day = DAY_NS;
        assert_eq!(
            labels(&time_ticks(0, day, 6)),
            ["00:00", "06:00", "12:00", "18:00", "24:00"]
        );
        let evening = 20 * 60 * MINUTE_NS;
        assert_eq!(
            labels(&time_ticks(evening, evening + 4 * MINUTE_NS, 6)),
            ["20:00", "20:01", "20:02", "20:03", "20:04"]
        );
        assert_eq!(
            labels(&time_ticks(0, 194 * day, 8)),
            [
                "day 1", "day 29", "day 57", "day 85", "day 113", "day 141", "day 169"
            ]
        );
    }

    #[test]
    fn days_and_minutes_are_told_apart() {
        assert_eq!(
            labels(&time_ticks(0, 2 * DAY_NS, 4)),
            ["day 1", "12:00", "day 2", "12:00", "day 3"]
        );
        let late = 20 * 60 * MINUTE_NS;
        let ticks = elapsed_ticks(late, late + 20 * MINUTE_NS, 4);
        assert_eq!(
            labels(&ticks),
            ["20 h", "20.08 h", "20.17 h", "20.25 h", "20.33 h"]
        );
        assert!(time_ticks(0, i64::MAX, 12).len() < 14);
    }

    #[test]
    fn a_load_counts_from_its_start() {
        assert_eq!(
            labels(&elapsed_ticks(0, 12_000_000_000, 4)),
            ["0 s", "5 s", "10 s"]
        );
    }
}
