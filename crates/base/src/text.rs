//! Durations, money and probabilities as people write them in scenario files.

use crate::money::Money;
use crate::time::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A duration in text: `"90s"`, `"2h 30m"`, `"1 day"`, `"0.5d"`. Zero or more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Duration(pub Span);

/// The units of a duration, the longest first: their names, and their lengths [ns].
const UNITS: [(&[&str], i64); 8] = [
    (&["weeks", "week", "wk", "w"], 7 * Span::DAY.0),
    (&["days", "day", "d"], Span::DAY.0),
    (&["hours", "hour", "hrs", "hr", "h"], Span::HOUR.0),
    (&["minutes", "minute", "mins", "min", "m"], Span::MINUTE.0),
    (&["seconds", "second", "secs", "sec", "s"], Span::SECOND.0),
    (&["milliseconds", "millisecond", "ms"], 1_000_000),
    (&["microseconds", "microsecond", "us", "µs"], 1_000),
    (&["nanoseconds", "nanosecond", "ns"], 1),
];

impl Duration {
    /// Parses a duration.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with an example of a correct duration.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let hint =
            || format!("`{text}` is not a duration; write for example \"90s\", \"2h 30m\" or \"1 day\"");
        if text.starts_with('-') {
            return Err(format!("`{text}` is negative; a duration is zero or more"));
        }
        let (mut rest, mut longer, mut total) = (text, 0, 0_i128);
        while longer == 0 || !rest.is_empty() {
            let (whole, fraction, after) = decimal(rest).ok_or_else(hint)?;
            let after = after.trim_start_matches(' ');
            let (name, after) = split(after, char::is_alphabetic);
            if name.starts_with("mo") || name.starts_with('y') {
                return Err(format!(
                    "`{text}`: months and years have no fixed length; write days"
                ));
            }
            // Units come from the longest to the shortest, each once at most.
            let unit = UNITS[longer..]
                .iter()
                .position(|(names, _)| names.contains(&name));
            longer += unit.ok_or_else(hint)? + 1;
            let too_long = || format!("`{text}` is too long; at most 292 years");
            total = scaled(whole, fraction, UNITS[longer - 1].1)
                .and_then(|part| total.checked_add(part))
                .ok_or_else(too_long)?;
            rest = after.strip_prefix(',').unwrap_or(after).trim_start_matches(' ');
        }
        match i64::try_from(total) {
            Ok(total) if total < i64::MAX => Ok(Duration(Span(total))),
            Ok(_) | Err(_) => Err(format!("`{text}` is too long; at most 292 years")),
        }
    }

    /// The regular expression of the texts that [`Duration::parse`] reads, whatever their length.
    #[must_use]
    pub fn pattern() -> String {
        let part =
            |(names, _): &(&[&str], i64)| format!(r"(?:[0-9]+(?:\.[0-9]+)? *(?:{}),? *)?", names.join("|"));
        let parts: String = UNITS.iter().map(part).collect();
        format!("^(?=[0-9]){parts}$")
    }
}

/// The digits before and after the point of the number that `text` begins with, and what follows it.
fn decimal(text: &str) -> Option<(&str, &str, &str)> {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let (whole, rest) = split(text, is_digit);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => split(after, is_digit),
        None => ("0", rest),
    };
    (!whole.is_empty() && !fraction.is_empty()).then_some((whole, fraction, rest))
}

/// `text` parted behind its first letters that are of one kind.
fn split(text: &str, is_kind: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|letter| !is_kind(letter)).unwrap_or(text.len()))
}

/// `whole`.`fraction` times `unit`, to the nearest; None if it is out of range.
fn scaled(whole: &str, fraction: &str, unit: i64) -> Option<i128> {
    // A nanosecond is 10^-15 weeks, so no digit behind the 18th matters.
    const DIGITS: usize = 18;
    let unit = i128::from(unit);
    let whole = whole.parse::<i64>().ok()?;
    let fraction = &fraction[..fraction.len().min(DIGITS)];
    let one = 10_i128.pow(fraction.len() as u32);
    let part = fraction.parse::<i128>().ok()? * unit;
    Some(i128::from(whole) * unit + (2 * part + one) / (2 * one))
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Duration::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl std::fmt::Display for Duration {
    /// In the largest unit that divides it, e.g. `90s`, `2h`, `50ms`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ns = self.0.0;
        let units = [
            (Span::DAY.0, "d"),
            (Span::HOUR.0, "h"),
            (Span::MINUTE.0, "m"),
            (Span::SECOND.0, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
        ];
        match units.iter().find(|(unit, _)| ns % unit == 0 && ns != 0) {
            Some((unit, name)) => write!(f, "{}{name}", ns / unit),
            None if ns == 0 => write!(f, "0s"),
            None => write!(f, "{ns}ns"),
        }
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "x-type": "duration",
            "pattern": Duration::pattern(),
            "examples": ["90s", "2h 30m", "1 day"],
        })
    }
}

/// A probability or a share. Parsing checks that it is in [0, 1].
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Probability(f64);

impl Probability {
    /// The probability `value`, for constants in code.
    ///
    /// # Panics
    /// If `value` is outside [0, 1].
    #[must_use]
    pub const fn of(value: f64) -> Probability {
        assert!(value >= 0.0 && value <= 1.0, "a probability lies in [0, 1]");
        Probability(value)
    }

    /// The value, in [0, 1].
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The value in millionths, rounded.
    #[must_use]
    pub fn ppm(self) -> u32 {
        libm::round(self.0 * 1e6) as u32
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Probability, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&value) {
            Ok(Probability(value))
        } else {
            Err(serde::de::Error::custom(format!(
                "{value} is not a probability; it must be between 0 and 1"
            )))
        }
    }
}

impl JsonSchema for Probability {
    fn schema_name() -> Cow<'static, str> {
        "Probability".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1, "x-type": "probability" })
    }
}

/// An amount of money in text: a decimal in quotes, `"0.02"` or `"2000.00"`, with at most six decimals. It is
/// quoted because a TOML number would be a binary fraction. It is below a billion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Amount(pub Money);

impl Amount {
    /// The regular expression of the texts that [`Amount::parse`] reads.
    pub const PATTERN: &str = r"^[0-9]{1,9}(?:\.[0-9]{1,6})?$";

    /// Parses an amount.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with examples.
    pub fn parse(text: &str) -> Result<Amount, String> {
        let wrong =
            || format!("`{text}` is not an amount of money; write for example \"0.02\" or \"2000.00\"");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return Err(wrong());
        }
        if whole.len() > 9 {
            return Err(format!("`{text}` is too much; an amount is below a billion"));
        }
        let micro = format!("{whole}{fraction:0<6}")
            .parse::<i64>()
            .map_err(|_| wrong())?;
        Ok(Amount(Money(micro)))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        Amount::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (units, micro) = (self.0.0 / 1_000_000, self.0.0 % 1_000_000);
        if micro % 10_000 == 0 {
            write!(f, "{units}.{:02}", micro / 10_000)
        } else {
            write!(f, "{units}.{micro:06}")
        }
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-type": "money", "pattern": Amount::PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_write() {
        for (text, span, shown) in [
            ("90s", Span(90 * Span::SECOND.0), "90s"),
            ("2h 30m", Span(150 * Span::MINUTE.0), "150m"),
            ("1 day", Span::DAY, "1d"),
            ("50ms", Span(50_000_000), "50ms"),
            ("194 days", Span(194 * Span::DAY.0), "194d"),
            ("0s", Span::ZERO, "0s"),
            ("1.5h", Span(90 * Span::MINUTE.0), "90m"),
            ("0.5d", Span(12 * Span::HOUR.0), "12h"),
            ("37.5d", Span(900 * Span::HOUR.0), "900h"),
            ("3.032653298563167ms", Span(3_032_653), "3032653ns"),
            ("0.0000000019 s", Span(2), "2ns"),
            ("1 day, 12hrs 5 min", Span(2_165 * Span::MINUTE.0), "2165m"),
            ("1000000us", Span::SECOND, "1s"),
            ("54420000000001ns", Span(54_420_000_000_001), "54420000000001ns"),
            (
                "9223372036854775806ns",
                Span(i64::MAX - 1),
                "9223372036854775806ns",
            ),
        ] {
            let read = Duration::parse(text).unwrap();
            assert_eq!((read.0, read.to_string().as_str()), (span, shown), "{text}");
            assert_eq!(Duration::parse(shown).unwrap(), read);
        }
        for (text, problem) in [
            ("", "not a duration"),
            ("1", "not a duration"),
            ("fast", "not a duration"),
            (" 1s", "not a duration"),
            ("1s 1s", "not a duration"),
            ("30m 2h", "not a duration"),
            (".5s", "not a duration"),
            ("1.s", "not a duration"),
            ("-1s", "negative"),
            ("1 month", "no fixed length"),
            ("2 years", "no fixed length"),
            ("9999999 weeks", "too long"),
            ("99999999999999999999s", "too long"),
            ("9223372036854775807ns", "too long"),
        ] {
            let message = Duration::parse(text).unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        for (text, micro) in [
            ("0.02", 20_000),
            ("2000.00", 2_000_000_000),
            ("7", 7_000_000),
            ("0.000001", 1),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert_eq!(amount.0, Money(micro));
            assert_eq!(Amount::parse(&amount.to_string()).unwrap(), amount);
        }
        for text in [
            "",
            ".5",
            "1.",
            "1.0000001",
            "-1",
            "1e3",
            "1000000000",
            "99999999999999999999",
        ] {
            assert!(Amount::parse(text).is_err(), "{text}");
        }
    }
}
