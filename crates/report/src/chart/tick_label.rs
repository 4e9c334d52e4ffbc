//! What stands at the ticks of an axis: as many digits as tell a tick from its neighbours, and no more.

use super::axis::Measure;
use crate::words;

const MICROSECOND: f64 = 1e3;
const MILLISECOND: f64 = 1e6;
const SECOND: f64 = 1e9;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// From here on a number is written with a power of ten.
const LARGE: f64 = 1e12;
/// Steps below this are, too.
const FINE: f64 = 1e-6;

/// The label of a tick at `value`, the next one being `step` away.
pub(crate) fn tick_label(measure: Measure, value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let size = value.abs();
    let scaled = |unit: f64| decimal(size / unit, step / unit);
    let label = match measure {
        Measure::Duration => {
            let (unit, name) = duration_unit(size);
            let number = scaled(unit);
            match name {
                "days" if number == "1" => "1 day".to_owned(),
                name => format!("{number} {name}"),
            }
        }
        Measure::Count | Measure::Money => scaled(1.0),
        Measure::Rate => format!("{} /s", scaled(1.0)),
        Measure::Share => format!("{}%", scaled(0.01)),
        Measure::Bytes => {
            let (unit, name) = bytes_unit(size);
            format!("{} {name}", scaled(unit))
        }
    };
    format!("{sign}{label}")
}

/// A count above zero as short as it can be: `50,000`, `2M`.
pub(crate) fn short_count(value: f64) -> String {
    if (1e9..LARGE).contains(&value) {
        format!("{}bn", decimal(value / 1e9, value / 1e9))
    } else if (1e6..1e9).contains(&value) {
        format!("{}M", decimal(value / 1e6, value / 1e6))
    } else {
        decimal(value, value)
    }
}

/// The unit of a length of time [ns], and its name.
fn duration_unit(size: f64) -> (f64, &'static str) {
    match size {
        _ if size < MICROSECOND => (1.0, "ns"),
        _ if size < 0.9995 * MILLISECOND => (MICROSECOND, "µs"),
        _ if size < 0.9995 * SECOND => (MILLISECOND, "ms"),
        _ if size < 59.95 * SECOND => (SECOND, "s"),
        _ if size < 59.99 * MINUTE => (MINUTE, "min"),
        _ if size < 23.99 * HOUR => (HOUR, "h"),
        _ => (DAY, "days"),
    }
}

fn bytes_unit(size: f64) -> (f64, &'static str) {
    match size {
        _ if size < 1e3 => (1.0, "B"),
        _ if size < 1e6 => (1e3, "kB"),
        _ if size < 1e9 => (1e6, "MB"),
        _ => (1e9, "GB"),
    }
}

/// A number from 0 on that can be told from those `step` away.
fn decimal(value: f64, step: f64) -> String {
    if value >= LARGE || step < FINE {
        // So many digits that the last of them counts in steps or finer.
        let digits = (value.log10().floor() - step.log10().floor()).clamp(0.0, 15.0) as usize;
        let text = format!("{value:.digits$e}");
        return match text.split_once('e') {
            Some((number, power)) => format!("{}e{power}", trimmed(number)),
            None => text,
        };
    }
    let decimals = (0..=12).find(|&decimals| {
        let unit = 10_f64.powi(-decimals);
        let rest = (step / unit - (step / unit).round()).abs() * unit;
        // Exact, or so near that no tick reads like another one.
        rest <= step * 1e-6 || unit <= step * 0.2
    });
    let text = format!("{value:.*}", decimals.unwrap_or(12) as usize);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = words::count(whole.parse().unwrap_or(0));
    match fraction.trim_end_matches('0') {
        "" => whole,
        fraction => format!("{whole}.{fraction}"),
    }
}

fn trimmed(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(measure: Measure, step: f64, count: u32) -> Vec<String> {
        (0..count)
            .map(|index| tick_label(measure, f64::from(index) * step, step))
            .collect()
    }

    #[test]
    fn neighbours_are_told_apart_and_no_value_is_told_as_another() {
        assert_eq!(
            labels(Measure::Rate, 0.005, 5),
            ["0", "0.005 /s", "0.01 /s", "0.015 /s", "0.02 /s"]
        );
        assert_eq!(
            labels(Measure::Share, 0.000_05, 4),
            ["0", "0.005%", "0.01%", "0.015%"]
        );
        assert_eq!(labels(Measure::Money, 2.5, 4), ["0", "2.5", "5", "7.5"]);
        assert_eq!(labels(Measure::Count, 200_000.0, 3), ["0", "200,000", "400,000"]);
        assert_eq!(labels(Measure::Bytes, 5e5, 4), ["0", "500 kB", "1 MB", "1.5 MB"]);
        assert_eq!(labels(Measure::Count, 5e-9, 3), ["0", "5e-9", "1e-8"]);
        assert_eq!(labels(Measure::Count, 2e15, 3), ["0", "2e15", "4e15"]);
        let minute = 60e9;
        assert_eq!(
            labels(Measure::Duration, minute / 3.0, 5),
            ["0", "20 s", "40 s", "1 min", "1.33 min"]
        );
        assert_eq!(tick_label(Measure::Duration, 86_400e9, 43_200e9), "1 day");
        assert_eq!(tick_label(Measure::Duration, -0.5, 0.5), "\u{2212}0.5 ns");
        assert_eq!([50_000.0, 2e6, 1.5e9].map(short_count), ["50,000", "2M", "1.5bn"]);
    }
}
