//! Scales from values to positions, and ticks where people expect them.

use super::tick_label::{short_count, tick_label};
use crate::words;

const SECOND: f64 = 1e9;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// What an axis counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Lengths of time [ns].
    Duration,
    /// Pieces.
    Count,
    /// Pieces per second.
    Rate,
    /// Units of the currency.
    Money,
    /// Parts of a whole, in [0, 1].
    Share,
    /// Memory [bytes].
    Bytes,
}

impl Measure {
    /// A value of this measure as people read it.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        match self {
            Measure::Duration => words::duration(value.round() as i64),
            Measure::Count => words::number(value),
            Measure::Rate => format!("{} /s", words::number(value)),
            Measure::Money => words::money((value * 1e6).round() as i64),
            Measure::Share => words::percent(value),
            Measure::Bytes => words::bytes(value as u64),
        }
    }

    /// The same for a value that may be below zero.
    #[must_use]
    pub fn signed(self, value: f64) -> String {
        let sign = if value < 0.0 { "\u{2212}" } else { "" };
        format!("{sign}{}", self.show(value.abs()))
    }
}

/// How values become positions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Scale {
    /// Even.
    Linear { low: f64, high: f64 },
    /// Even in the logarithm; for values above zero.
    Log { low: f64, high: f64 },
}

/// A labelled place on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

impl Scale {
    /// Where a value lies, from 0 at the low end to 1 at the high end; outside values lie at the ends.
    pub(crate) fn place(self, value: f64) -> f64 {
        let place = match self {
            Scale::Linear { low, high } => (value - low) / (high - low),
            Scale::Log { low, high } => (value.max(low) / low).log10() / (high / low).log10(),
        };
        place.clamp(0.0, 1.0)
    }

    /// An even scale from zero to a round value at or above `most`, with about `wanted` ticks.
    pub(crate) fn from_zero(most: f64, measure: Measure, wanted: usize) -> (Scale, Vec<Tick>) {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = match measure {
            Measure::Duration => duration_step(most / wanted as f64),
            Measure::Count => round_step(most / wanted as f64).max(1.0),
            Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                round_step(most / wanted as f64)
            }
        };
        let steps = (most / step - 1e-9).ceil().max(1.0);
        let ticks = (0..=steps as u32)
            .map(|index| f64::from(index) * step)
            .map(|value| Tick {
                value,
                label: tick_label(measure, value, step),
            })
            .collect();
        let scale = Scale::Linear {
            low: 0.0,
            high: steps * step,
        };
        (scale, ticks)
    }

    /// A logarithmic scale of lengths of time that holds `least` to `most` [ns, above zero].
    pub(crate) fn log_durations(least: f64, most: f64) -> (Scale, Vec<Tick>) {
        let marks = |wanted: &[f64]| -> Vec<f64> {
            let mut marks = vec![];
            for unit in [1.0, 1e3, 1e6, SECOND] {
                for factor in [1.0, 10.0, 100.0] {
                    marks.extend(wanted.iter().map(|digit| unit * factor * digit));
                }
            }
            // Above a minute time is no longer decimal.
            marks.retain(|&mark| mark < 0.9 * MINUTE);
            marks.extend([MINUTE, 10.0 * MINUTE, HOUR, 10.0 * HOUR, 4.0 * DAY, 40.0 * DAY]);
            if wanted.len() > 1 {
                marks.extend([2.0, 5.0, 30.0].map(|minutes| minutes * MINUTE));
                marks.extend([2.0, 5.0, 24.0].map(|hours| hours * HOUR));
            }
            marks.sort_by(f64::total_cmp);
            marks
        };
        let decades = (most / least).log10();
        let fine = marks(&[1.0, 2.0, 5.0]);
        let (low, high) = around(&fine, least, most);
        let shown = if decades > 2.2 { marks(&[1.0]) } else { fine };
        let ticks = shown
            .into_iter()
            .filter(|mark| (low * 0.999..=high * 1.001).contains(mark))
            .map(|value| Tick {
                value,
                label: tick_label(Measure::Duration, value, value),
            })
            .collect();
        (Scale::Log { low, high }, ticks)
    }

    /// A logarithmic scale of rates that holds `least` to `most`, above zero.
    pub(crate) fn log_rates(least: f64, most: f64) -> (Scale, Vec<Tick>) {
        let (first, last) = (least.log10().floor() as i32, most.log10().ceil() as i32);
        let powers = first..=last.max(first + 1);
        let fine: Vec<f64> = powers
            .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
            .collect();
        let (low, high) = around(&fine, least, most);
        let is_shown = |mark: &f64| (low * 0.999..=high * 1.001).contains(mark);
        let ticks = fine.into_iter().filter(is_shown).map(|value| Tick {
            value,
            label: short_count(value),
        });
        (Scale::Log { low, high }, ticks.collect())
    }

    /// An even scale between round values around what lies from `least` to `most`, with about `wanted`
    /// ticks.
    pub(crate) fn around(least: f64, most: f64, measure: Measure, wanted: usize) -> (Scale, Vec<Tick>) {
        // What is all the same would have no length.
        let length = (most - least).max(most.abs().max(least.abs()) * 1e-3).max(1e-9);
        let apart = length / wanted.max(1) as f64;
        let step = match measure {
            Measure::Duration => duration_step(apart),
            Measure::Count | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                round_step(apart)
            }
        };
        let first = (least / step + 1e-9).floor();
        let last = (most / step - 1e-9).ceil().max(first + 1.0);
        let ticks = (0..=(last - first) as u32).map(|index| {
            let value = (first + f64::from(index)) * step;
            let label = tick_label(measure, value, step);
            Tick { value, label }
        });
        let (low, high) = (first * step, last * step);
        (Scale::Linear { low, high }, ticks.collect())
    }

    /// A logarithmic scale of whole powers of ten around what lies from `least` to `most`, above zero.
    pub(crate) fn log_decades((least, most): (f64, f64), measure: Measure) -> (Scale, Vec<Tick>) {
        let first = least.log10().floor() as i32;
        let last = (most.log10().ceil() as i32).max(first + 1);
        let ticks = (first..=last).map(|power| {
            let value = 10_f64.powi(power);
            let label = match measure {
                Measure::Count => short_count(value),
                Measure::Duration | Measure::Rate | Measure::Money | Measure::Share | Measure::Bytes => {
                    tick_label(measure, value, value)
                }
            };
            Tick { value, label }
        });
        let (low, high) = (10_f64.powi(first), 10_f64.powi(last));
        (Scale::Log { low, high }, ticks.collect())
    }

    /// A logarithmic scale of counts from 1 to `most`, with its powers of ten.
    pub(crate) fn log_counts(most: f64) -> (Scale, Vec<Tick>) {
        let high = most.max(10.0);
        let ticks = (0..=high.log10() as i32)
            .map(|power| 10_f64.powi(power))
            .map(|value| Tick {
                value,
                label: short_count(value),
            })
            .collect();
        (Scale::Log { low: 1.0, high }, ticks)
    }
}

/// The marks next to `least` and `most`, at least a factor of two apart.
fn around(marks: &[f64], least: f64, most: f64) -> (f64, f64) {
    let low = marks.iter().rev().find(|&&mark| mark <= least * 1.0001);
    let high = marks.iter().find(|&&mark| mark >= most * 0.9999);
    let low = low.copied().unwrap_or(1.0);
    (low, high.copied().unwrap_or(most).max(low * 2.0))
}

/// The smallest of 1, 2, 5 times a power of ten that isn't below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The same for lengths of time [ns], where minutes and hours are not decimal.
fn duration_step(least: f64) -> f64 {
    const ROUND: [f64; 16] = [
        10.0 * SECOND,
        20.0 * SECOND,
        30.0 * SECOND,
        MINUTE,
        2.0 * MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        20.0 * MINUTE,
        30.0 * MINUTE,
        HOUR,
        2.0 * HOUR,
        3.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
        DAY,
        2.0 * DAY,
    ];
    if least <= 5.0 * SECOND {
        return round_step(least);
    }
    ROUND
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(DAY * round_step(least / DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn an_even_scale_ends_on_a_round_value_above_the_data() {
        let (scale, ticks) = Scale::from_zero(0.43e9, Measure::Duration, 4);
        assert_eq!(labels(&ticks), ["0", "200 ms", "400 ms", "600 ms"]);
        assert_eq!(scale.place(0.6e9), 1.0);
        let (_, ticks) = Scale::from_zero(130.0 * MINUTE, Measure::Duration, 4);
        assert_eq!(labels(&ticks), ["0", "1 h", "2 h", "3 h"]);
        let (_, ticks) = Scale::from_zero(3.0, Measure::Count, 5);
        assert_eq!(labels(&ticks), ["0", "1", "2", "3"]);
        let (_, ticks) = Scale::from_zero(0.0, Measure::Share, 2);
        assert_eq!(labels(&ticks), ["0", "50%", "100%"]);
    }

    #[test]
    fn a_log_scale_holds_its_data_and_shows_decades() {
        let (scale, ticks) = Scale::log_durations(0.9e6, 3.2e9);
        assert_eq!(labels(&ticks), ["1 ms", "10 ms", "100 ms", "1 s"]);
        assert_eq!(scale.place(5e9), 1.0);
        let (_, ticks) = Scale::log_durations(105e6, 480e6);
        assert_eq!(labels(&ticks), ["100 ms", "200 ms", "500 ms"]);
        let (_, ticks) = Scale::log_durations(2e6, 5.0 * HOUR);
        assert_eq!(
            labels(&ticks),
            ["10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h"]
        );
    }

    #[test]
    fn an_even_scale_around_values_ends_on_round_ones() {
        let (scale, ticks) = Scale::around(-0.38, 0.02, Measure::Share, 4);
        assert_eq!(
            labels(&ticks),
            [
                "\u{2212}40%",
                "\u{2212}30%",
                "\u{2212}20%",
                "\u{2212}10%",
                "0",
                "10%"
            ]
        );
        assert_eq!(scale.place(0.1), 1.0);
        let (_, ticks) = Scale::around(1.2e6, 1.31e6, Measure::Duration, 3);
        assert_eq!(labels(&ticks), ["1.2 ms", "1.25 ms", "1.3 ms", "1.35 ms"]);
        let (scale, _) = Scale::around(7.0, 7.0, Measure::Count, 3);
        assert!((0.0..=1.0).contains(&scale.place(7.0)));
    }

    #[test]
    fn a_scale_of_rates_holds_them() {
        let (scale, ticks) = Scale::log_rates(60_000.0, 450_000.0);
        assert_eq!(labels(&ticks), ["50,000", "100,000", "200,000", "500,000"]);
        assert_eq!(scale.place(500_000.0), 1.0);
    }
}
