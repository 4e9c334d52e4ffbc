//! Durations, money and probabilities as people write them in scenario files.

use crate::money::Money;
use crate::time::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A duration in text: `"90s"`, `"2h 30m"`, `"1 day"`, `"50ms"`. Zero or more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Duration(pub Span);

impl Duration {
    /// Parses a duration.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with an example of a correct duration.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let hint =
            || format!("`{text}` is not a duration; write for example \"90s\", \"2h 30m\" or \"1 day\"");
        let span: jiff::Span = text.trim().parse().map_err(|_| hint())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(format!(
                "`{text}`: months and years have no fixed length; write days"
            ));
        }
        // Whole units, so that no nanosecond is lost however long it is.
        let parts = [
            (i64::from(span.get_weeks()), 7 * Span::DAY.0),
            (i64::from(span.get_days()), Span::DAY.0),
            (i64::from(span.get_hours()), Span::HOUR.0),
            (span.get_minutes(), Span::MINUTE.0),
            (span.get_seconds(), Span::SECOND.0),
            (span.get_milliseconds(), 1_000_000),
            (span.get_microseconds(), 1_000),
            (span.get_nanoseconds(), 1),
        ];
        let whole = |(count, unit): (i64, i64)| i128::from(count) * i128::from(unit);
        let total: i128 = parts.into_iter().map(whole).sum();
        if total < 0 {
            return Err(format!("`{text}` is negative; a duration is zero or more"));
        }
        match i64::try_from(total) {
            Ok(total) if total < i64::MAX => Ok(Duration(Span(total))),
            _ => Err(format!("`{text}` is too long; at most 292 years")),
        }
    }
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

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-type": "duration", "examples": ["90s", "2h 30m", "1 day"] })
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
/// quoted because a TOML number would be a binary fraction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Amount(pub Money);

impl Amount {
    /// Parses an amount.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with examples.
    pub fn parse(text: &str) -> Result<Amount, String> {
        let wrong =
            || format!("`{text}` is not an amount of money; write for example \"0.02\" or \"2000.00\"");
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return Err(wrong());
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
        json_schema!({ "type": "string", "x-type": "money", "pattern": "^[0-9]+(\\.[0-9]{1,6})?$" })
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
        for text in ["", "1", "fast", "-1s", "1 month", "9999999 weeks"] {
            assert!(Duration::parse(text).is_err(), "{text}");
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
        for text in ["", ".5", "1.0000001", "-1", "1e3", "99999999999999999999"] {
            assert!(Amount::parse(text).is_err(), "{text}");
        }
    }
}
