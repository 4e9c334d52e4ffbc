//! Figures as text: with separators for thousands, two or three significant digits, and always a unit.

use chappe_metrics::{HARM, REVENUE, Unit};

const MICROSECOND_NS: f64 = 1e3;
const MILLISECOND_NS: f64 = 1e6;
const SECOND_NS: f64 = 1e9;
const MINUTE_NS: f64 = 60e9;
const HOUR_NS: f64 = 3_600e9;
const DAY_NS: f64 = 86_400e9;

/// A whole number with separators for thousands: `6,214,077`.
#[must_use]
pub fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number that a sentence can carry: `6.2 million`, but `31,240`.
#[must_use]
pub fn about(value: u64) -> String {
    let scaled = |unit: f64, name: &str| format!("{:.1} {name}", value as f64 / unit);
    match value {
        0..1_000_000 => count(value as i64),
        1_000_000..999_950_000 => scaled(1e6, "million"),
        999_950_000.. => scaled(1e9, "billion"),
    }
}

/// How many of something: `1 block`, `1,240 opt-outs`.
#[must_use]
pub fn counted(value: i64, noun: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(value))
}

/// What stands in a sentence where the record has no figure: never a zero, which would be one.
pub(crate) const MISSING: &str = "(missing)";

/// A figure as `show` has it, or that it is missing.
#[must_use]
pub fn told<T>(figure: Option<T>, show: impl FnOnce(T) -> String) -> String {
    figure.map_or_else(|| MISSING.to_owned(), show)
}

/// How many of something, or that the number is missing: `1 block`, `(missing) blocks`.
#[must_use]
pub fn told_count(value: Option<i64>, noun: &str) -> String {
    value.map_or_else(|| format!("{MISSING} {noun}s"), |value| counted(value, noun))
}

/// A share as a percentage, or that a part of it is missing.
#[must_use]
pub fn told_share(part: Option<i64>, whole: Option<i64>) -> String {
    told(part.zip(whole), |(part, whole)| share(part, whole))
}

/// A number with about three significant digits: `1,240`, `31.2`, `0.42`.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 || value == value.round() {
        count(value.round() as i64)
    } else if size >= 10.0 {
        trimmed(format!("{value:.1}"))
    } else if size >= 0.01 {
        trimmed(format!("{value:.2}"))
    } else {
        trimmed(format!("{value:.4}"))
    }
}

/// So many per second, as a whole number where that tells it from nothing: `12,400`, `0.5`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    let rounded = if per_second < 10.0 {
        per_second
    } else {
        per_second.round()
    };
    number(rounded)
}

/// A length of time [ns] in the unit that suits it: `212 ms`, `1.45 s`, `2.9 min`, `1.5 h`.
#[must_use]
pub fn duration(ns: i64) -> String {
    let size = ns as f64;
    if ns < 0 {
        format!("\u{2212}{}", duration(ns.saturating_neg()))
    } else if ns == 0 {
        "0 s".to_owned()
    } else if size < MICROSECOND_NS {
        format!("{ns} ns")
    } else if size < 0.9995 * MILLISECOND_NS {
        format!("{} µs", short(size / MICROSECOND_NS))
    } else if size < 0.9995 * SECOND_NS {
        format!("{} ms", short(size / MILLISECOND_NS))
    } else if size < 59.95 * SECOND_NS {
        format!("{} s", short(size / SECOND_NS))
    } else if size < 59.99 * MINUTE_NS {
        format!("{} min", short(size / MINUTE_NS))
    } else if size < 23.99 * HOUR_NS {
        format!("{} h", short(size / HOUR_NS))
    } else {
        let days = size / DAY_NS;
        let unit = if short(days) == "1" { "day" } else { "days" };
        format!("{} {unit}", short(days))
    }
}

/// A length of time [ns] in words for a sentence: `0.21 seconds`, `4 minutes`.
#[must_use]
pub fn spoken_duration(ns: i64) -> String {
    let size = ns as f64;
    let (value, unit) = if size < 0.01 * SECOND_NS {
        return duration(ns);
    } else if size < 0.995 * SECOND_NS {
        (format!("{:.2}", size / SECOND_NS), "second")
    } else if size < 100.0 * SECOND_NS {
        (tenths(size / SECOND_NS), "second")
    } else if size < 100.0 * MINUTE_NS {
        (tenths(size / MINUTE_NS), "minute")
    } else if size < 47.5 * HOUR_NS {
        (tenths(size / HOUR_NS), "hour")
    } else {
        (tenths(size / DAY_NS), "day")
    };
    let ending = if value == "1" { "" } else { "s" };
    format!("{value} {unit}{ending}")
}

/// A time of day [ns since midnight UTC of day one]: `06:00`, with the day where it is not the first.
#[must_use]
pub fn moment(at_ns: i64) -> String {
    let seconds = at_ns.div_euclid(1_000_000_000);
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let clock = if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    };
    if day == 0 {
        clock
    } else {
        format!("day {} {clock}", day + 1)
    }
}

/// An amount [micro-units] in units of the currency, to the cent: `624.80`.
#[must_use]
pub fn money(micro: i64) -> String {
    let cents = (micro.unsigned_abs() + 5_000) / 10_000;
    let sign = if micro < 0 && cents > 0 { "\u{2212}" } else { "" };
    format!("{sign}{}.{:02}", count((cents / 100) as i64), cents % 100)
}

/// A share as a percentage: `41%`, `4.1%`, `0.12%`; `n/a` where the whole is nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "n/a".to_owned();
    }
    percent(part as f64 / whole as f64)
}

/// A fraction as a percentage: `41%`, `4.1%`, `0.12%`.
#[must_use]
pub fn percent(fraction: f64) -> String {
    let value = fraction * 100.0;
    let size = value.abs();
    if size == 0.0 {
        "0%".to_owned()
    } else if size < 0.001 {
        "under 0.001%".to_owned()
    } else if size < 0.1 {
        format!("{}%", trimmed(format!("{value:.3}")))
    } else if size < 1.0 {
        format!("{}%", trimmed(format!("{value:.2}")))
    } else if size < 99.95 {
        format!("{}%", trimmed(format!("{value:.1}")))
    } else {
        format!("{}%", count(value.round() as i64))
    }
}

/// A value with its unit.
#[must_use]
pub fn value(value: i64, unit: Unit) -> String {
    match unit {
        Unit::Nanoseconds => duration(value),
        Unit::Count => count(value),
        Unit::Bytes => bytes(value.unsigned_abs()),
        Unit::MicroUnits => money(value),
        Unit::PartsPerMillion => percent(value as f64 / 1e6),
        Unit::Share => percent(value as f64),
        Unit::PerThousand => number(value as f64),
    }
}

/// A quotient in its unit: `41%`, `7.8`; `n/a` where the denominator is zero.
#[must_use]
pub fn ratio(numerator: i64, denominator: i64, unit: Unit) -> String {
    let Some(quotient) = unit.ratio(numerator, denominator) else {
        return "n/a".to_owned();
    };
    match unit {
        Unit::Share => percent(quotient),
        Unit::Count | Unit::PerThousand => number(quotient),
        Unit::Nanoseconds | Unit::MicroUnits | Unit::PartsPerMillion | Unit::Bytes => {
            value(quotient.round() as i64, unit)
        }
    }
}

/// Bytes in the unit that suits: `412 MB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    let size = value as f64;
    match value {
        0..1_000 => format!("{value} B"),
        1_000..1_000_000 => format!("{} kB", short(size / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", short(size / 1e6)),
        1_000_000_000.. => format!("{} GB", short(size / 1e9)),
    }
}

/// The figures that people ask for first, in that order: name and words.
pub(crate) const FIGURES: [(&str, &str); 15] = [
    (REVENUE, "revenue"),
    ("revenue.ads", "revenue with ads"),
    ("revenue.messages.marketing", "revenue by list price"),
    ("revenue.messages.utility", "revenue with notices and plans"),
    ("revenue.payments", "revenue with payments"),
    ("sales.ads", "sales through ads"),
    ("ads.delivered", "ads delivered"),
    (HARM, "opt-outs, mutes and blocks per 1,000 people"),
    ("opt_ins.revoked", "opt-outs"),
    ("mutes", "mutes"),
    ("blocks", "blocks"),
    ("messages.accepted.friend", "friends\u{2019} messages"),
    ("sessions.connects", "times on line"),
    ("opt_ins.given", "opt-ins"),
    ("orders.paid", "orders paid"),
];

/// What people call a figure, where they have words of their own for it.
#[must_use]
pub fn figure(name: &str) -> Option<&'static str> {
    let known = FIGURES.iter().find(|(known, _)| *known == name);
    known.map(|(_, words)| *words)
}

/// A registered name or label in words: `order_notice` becomes `order notice`.
#[must_use]
pub fn plain(label: &str) -> String {
    label.replace(['_', '-', '.'], " ")
}

/// The same, as the start of a line: `Order notice`.
#[must_use]
pub fn title(label: &str) -> String {
    capital(&plain(label))
}

/// The text with a capital at its start.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// The text with a small letter at its start.
#[must_use]
pub fn uncapital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// With a capital at its start and a full stop at its end.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut sentence = capital(text);
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

fn short(value: f64) -> String {
    if value >= 100.0 {
        count(value.round() as i64)
    } else if value >= 10.0 {
        trimmed(format!("{value:.1}"))
    } else {
        trimmed(format!("{value:.2}"))
    }
}

fn tenths(value: f64) -> String {
    trimmed(format!("{value:.1}"))
}

fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(-6_214_077), "\u{2212}6,214,077");
        assert_eq!(about(6_214_077), "6.2 million");
        assert_eq!(about(999_999_999), "1.0 billion");
        assert_eq!(about(31_240), "31,240");
    }

    #[test]
    fn durations_choose_their_unit() {
        let shown: Vec<String> = [
            0,
            850,
            1_500,
            212_400_000,
            999_900_000,
            1_450_000_000,
            59_990_000_000,
            200_000_000_000,
            7_500_000_000_000,
            86_400_000_000_000,
        ]
        .into_iter()
        .map(duration)
        .collect();
        assert_eq!(
            shown,
            [
                "0 s", "850 ns", "1.5 µs", "212 ms", "1 s", "1.45 s", "1 min", "3.33 min", "2.08 h", "1 day"
            ]
        );
        assert_eq!(spoken_duration(212_400_000), "0.21 seconds");
        assert_eq!(spoken_duration(204_000_000), "0.20 seconds");
        assert_eq!(spoken_duration(999_000_000), "1 second");
        assert_eq!(spoken_duration(14_400_000_000_000), "4 hours");
    }

    #[test]
    fn money_and_shares_round_for_the_reader() {
        assert_eq!(money(624_804_999), "624.80");
        assert_eq!(money(-1_234_567_000_000), "\u{2212}1,234,567.00");
        assert_eq!(money(-1), "0.00");
        assert_eq!(share(1, 0), "n/a");
        assert_eq!(share(41, 1_000), "4.1%");
        assert_eq!(share(1, 1_000_000), "under 0.001%");
        assert_eq!(share(3, 2), "150%");
    }

    #[test]
    fn what_is_missing_is_no_zero() {
        assert_eq!(told(Some(3), |count| count.to_string()), "3");
        assert_eq!(told(None, |count: i64| count.to_string()), "(missing)");
        assert_eq!(
            [told_count(Some(0), "ad"), told_count(None, "ad")],
            ["0 ads", "(missing) ads"]
        );
        assert_eq!(told_share(Some(1), None), "(missing)");
        assert_eq!([12_400.4, 12.4, 0.5, 0.0].map(rate), ["12,400", "12", "0.5", "0"]);
    }

    #[test]
    fn moments_name_the_day_after_the_first() {
        assert_eq!(moment(21_600_000_000_000), "06:00");
        assert_eq!(moment(86_400_000_000_000 + 61_000_000_000), "day 2 00:01:01");
    }
}
