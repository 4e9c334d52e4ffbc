//! Times as people write them: numbers of seconds and smaller units, RFC 3339, RFC 2822.

use super::options::TimeUnit;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};

/// Reads the times of one trace, and keeps what it assumed.
pub(super) struct Times {
    /// The unit of numbers, once it is known.
    pub(super) unit: Option<TimeUnit>,
    /// Whether it follows from the first number.
    pub(super) is_unit_assumed: bool,
    zone: TimeZone,
    /// Whether a time without an offset was read.
    pub(super) is_zone_assumed: bool,
    /// Whether a time was finer than a second.
    pub(super) has_fractions: bool,
    /// Whether a time was a day without an hour.
    pub(super) has_dates: bool,
}

impl Times {
    /// Numbers are in `unit`, if that is given; texts without an offset are `zone_minutes` ahead of UTC.
    pub(super) fn new(unit: Option<TimeUnit>, zone_minutes: i16) -> Times {
        let offset = Offset::from_seconds(i32::from(zone_minutes) * 60).unwrap_or(Offset::UTC);
        Times {
            unit,
            is_unit_assumed: false,
            zone: offset.to_time_zone(),
            is_zone_assumed: false,
            has_fractions: false,
            has_dates: false,
        }
    }

    /// The time that `text` says [µs since 1970, UTC]; `None` if it says none.
    pub(super) fn read(&mut self, text: &str) -> Option<i64> {
        let at_us = match Decimal::parse(text) {
            Some(number) => self.number(number)?,
            None => self.date(text)?,
        };
        self.has_fractions |= at_us % 1_000_000 != 0;
        Some(at_us)
    }

    fn number(&mut self, number: Decimal<'_>) -> Option<i64> {
        let unit = *self.unit.get_or_insert_with(|| {
            self.is_unit_assumed = true;
            TimeUnit::of(number.whole)
        });
        let scaled = match unit {
            TimeUnit::Seconds => number.scaled(6),
            TimeUnit::Milliseconds => number.scaled(3),
            TimeUnit::Microseconds => number.scaled(0),
            TimeUnit::Nanoseconds => i128::from(number.whole.div_euclid(1_000)),
        };
        i64::try_from(scaled).ok()
    }

    fn date(&mut self, text: &str) -> Option<i64> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(time.as_microsecond());
        }
        let (civil, is_utc) = match text.strip_suffix(" UTC") {
            Some(civil) => (civil, true),
            None => (text, false),
        };
        if let Ok(time) = civil.parse::<DateTime>() {
            self.is_zone_assumed |= !is_utc;
            self.has_dates |= !civil.contains(':');
            let zone = if is_utc { TimeZone::UTC } else { self.zone.clone() };
            return zone.to_timestamp(time).ok().map(Timestamp::as_microsecond);
        }
        let mail = rfc2822::parse(text).ok()?;
        Some(mail.timestamp().as_microsecond())
    }
}

/// Whether `text` may be a time.
pub(super) fn is_time(text: &str) -> bool {
    Times::new(None, 0).read(text).is_some()
}

/// A number with a sign and a decimal point.
struct Decimal<'a> {
    whole: i64,
    is_negative: bool,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Decimal<'a>> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Decimal {
            whole: whole.parse().ok()?,
            is_negative: whole.starts_with('-'),
            fraction,
        })
    }

    /// The number times 10 to this power, towards the past.
    fn scaled(&self, power: usize) -> i128 {
        let digits = self.fraction.bytes().chain(std::iter::repeat(b'0')).take(power);
        let (fraction, scale) = digits.fold((0i128, 1i128), |(fraction, scale), digit| {
            (fraction * 10 + i128::from(digit - b'0'), scale * 10)
        });
        let whole = i128::from(self.whole) * scale;
        if self.is_negative {
            whole - fraction
        } else {
            whole + fraction
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARCH: i64 = 1_362_132_000_000_000;

    #[test]
    fn every_form_of_a_time_is_the_same_time() {
        for text in [
            "1362132000",
            "1362132000.0",
            "1362132000000",
            "1362132000000000",
            "1362132000000000000",
            "2013-03-01T10:00:00Z",
            "2013-03-01T11:00:00+01:00",
            "2013-03-01T11:00:00.000+0100",
            "2013-03-01 10:00:00 UTC",
            "2013-03-01 10:00:00",
            "2013-03-01T10:00",
            "Fri, 01 Mar 2013 11:00:00 +0100",
            "1 Mar 2013 10:00:00 GMT",
        ] {
            assert_eq!(Times::new(None, 0).read(text), Some(MARCH), "{text}");
        }
        let mut there = Times::new(None, 60);
        assert_eq!(there.read("2013-03-01 11:00:00"), Some(MARCH));
        assert_eq!(there.read("1362132000"), Some(MARCH), "a number has no zone");
        assert!(there.is_zone_assumed && there.is_unit_assumed && !there.has_dates);
    }

    #[test]
    fn fractions_and_the_unit_of_the_first_number_hold() {
        let mut times = Times::new(None, 0);
        assert_eq!(times.read("1362132000123"), Some(MARCH + 123_000));
        assert_eq!(times.read("5"), Some(5_000), "the first was in milliseconds");
        assert!(times.has_fractions);
        let mut seconds = Times::new(Some(TimeUnit::Seconds), 0);
        assert_eq!(seconds.read("-1.25"), Some(-1_250_000));
        assert_eq!(seconds.read("-0.25"), Some(-250_000));
        assert_eq!(seconds.read("0.1234567"), Some(123_456));
        assert_eq!(seconds.read("2013-03-01"), Some(MARCH - 36_000_000_000));
        assert!(seconds.has_dates && !seconds.is_unit_assumed);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "3.",
            ".5",
            "1e9",
            "1.5e3",
            "3/1/2013",
            "2013-13-01",
            "٣",
            "9223372036854775807",
        ] {
            assert_eq!(Times::new(Some(TimeUnit::Seconds), 0).read(text), None, "{text}");
        }
    }
}
