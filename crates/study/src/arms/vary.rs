//! One key of a scenario, and the values that it takes.

use crate::error::Error;
use crate::stats::points::between;
use chappe_base::{Amount, Duration, Money, Span};
use chappe_scenario::{Kind, kind_of};
use std::str::FromStr;

/// One key, and the values that it takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vary {
    /// The key, dotted as for `--set`.
    pub key: String,
    /// The values.
    pub over: Over,
}

/// What a key is varied over; values are written as for `--set`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Over {
    /// These values.
    Values(Vec<String>),
    /// Everything from the first to the second: numbers, whole numbers, durations or amounts, as the key takes them.
    Range([String; 2]),
}

const EXAMPLE: &str = "write KEY=V1,V2 or KEY=LOW..HIGH, for example policy.frequency_cap.per_user=1,2,3";

impl FromStr for Vary {
    type Err = String;

    /// Reads `KEY=V1,V2,...` or `KEY=LOW..HIGH`.
    fn from_str(text: &str) -> Result<Vary, String> {
        let (key, over) = text.split_once('=').ok_or(EXAMPLE)?;
        let over = match over.split_once("..") {
            Some((low, high)) => Over::Range([low, high].map(|end| end.trim().to_string())),
            None => Over::Values(split(over)),
        };
        let is_missing = match &over {
            Over::Values(values) => values.is_empty(),
            Over::Range(ends) => ends.iter().any(String::is_empty),
        };
        if is_missing {
            return Err(format!("there is no value; {EXAMPLE}"));
        }
        Ok(Vary {
            key: key.trim().to_string(),
            over,
        })
    }
}

/// Values between commas; commas within brackets, braces and quotes separate nothing.
fn split(text: &str) -> Vec<String> {
    let (mut values, mut depth, mut is_quoted) = (vec![String::new()], 0, false);
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '[' | '{' if !is_quoted => depth += 1,
            ']' | '}' if !is_quoted => depth -= 1,
            _ => {}
        }
        match values.last_mut() {
            Some(last) if letter != ',' || is_quoted || depth > 0 => last.push(letter),
            _ => values.push(String::new()),
        }
    }
    let values = values.into_iter().map(|value| value.trim().to_string());
    values.filter(|value| !value.is_empty()).collect()
}

/// A range of durations as long as this holds whole seconds, which are easier to read [ns].
const LONG_NS: f64 = 1e12;

/// What the values of a range are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quantity {
    Number,
    WholeNumber,
    Duration,
    Amount,
}

impl Quantity {
    /// What a key of this kind is varied over; None if it takes nothing that has an order.
    fn of(kind: &Kind) -> Option<Quantity> {
        match kind {
            Kind::Number | Kind::Probability => Some(Quantity::Number),
            Kind::WholeNumber => Some(Quantity::WholeNumber),
            Kind::Duration => Some(Quantity::Duration),
            Kind::Money => Some(Quantity::Amount),
            Kind::OneOf(kinds) => kinds.iter().find_map(Quantity::of),
            Kind::Text
            | Kind::Choice(_)
            | Kind::Boolean
            | Kind::False
            | Kind::TimeOfDay
            | Kind::Law
            | Kind::List(_)
            | Kind::Table
            | Kind::Names(_)
            | Kind::Alternative(_) => None,
        }
    }

    /// `text` as a number: of a duration its nanoseconds, of an amount its units.
    fn read(self, text: &str) -> Option<f64> {
        match self {
            Quantity::Number | Quantity::WholeNumber => {
                text.parse().ok().filter(|number: &f64| number.is_finite())
            }
            Quantity::Duration => Duration::parse(text).ok().map(|duration| duration.0.0 as f64),
            Quantity::Amount => Amount::parse(text).ok().map(|amount| amount.0.units()),
        }
    }

    /// A number as it is written for a key.
    fn written(self, number: f64) -> String {
        match self {
            Quantity::Number => number.to_string(),
            Quantity::WholeNumber => (number as i64).to_string(),
            Quantity::Duration => Duration(Span(number.round() as i64)).to_string(),
            Quantity::Amount => Amount(Money((number * Money::UNIT.0 as f64).round() as i64)).to_string(),
        }
    }

    /// Two ends as an example.
    fn example(self) -> &'static str {
        match self {
            Quantity::Number => "two numbers, such as 0.1..0.5",
            Quantity::WholeNumber => "two whole numbers, such as 1..10",
            Quantity::Duration => "two durations, such as 1h..3h",
            Quantity::Amount => "two amounts, such as 0.01..0.05",
        }
    }
}

/// A key with its values, checked against what the key takes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Axis {
    pub(crate) vary: Vary,
    /// What a range goes over, and between which numbers.
    range: Option<(Quantity, [f64; 2])>,
}

impl Axis {
    /// The axis of `vary`.
    ///
    /// # Errors
    /// A value is there twice, or the key has no such range.
    pub(crate) fn new(vary: Vary) -> Result<Axis, Error> {
        let key = &vary.key;
        let range = match &vary.over {
            Over::Values(values) => {
                if let Some(twice) = repeated(values) {
                    let problem = format!("`{key}` is varied over {twice} twice");
                    return Err(Error::usage_with(problem, "list each value once"));
                }
                None
            }
            Over::Range(ends) => {
                // The scenario itself refuses an unknown key, and says what is near it.
                let kind = kind_of(key);
                let quantity = kind.as_ref().map_or(Some(Quantity::Number), Quantity::of);
                let quantity = quantity.ok_or_else(|| {
                    let problem = format!("`{key}` has no ranges, as its values have no order");
                    Error::usage_with(problem, format!("list its values: {key}=V1,V2"))
                })?;
                Some((quantity, range(key, quantity, ends)?))
            }
        };
        Ok(Axis { vary, range })
    }

    /// The number of listed values; None for a range.
    pub(crate) fn values_count(&self) -> Option<usize> {
        match &self.vary.over {
            Over::Values(values) => Some(values.len()),
            Over::Range(_) => None,
        }
    }

    /// The listed values, or both ends of the range.
    pub(crate) fn landmarks(&self) -> &[String] {
        match &self.vary.over {
            Over::Values(values) => values,
            Over::Range(ends) => ends,
        }
    }

    /// The value at `unit` in [0, 1) of the way.
    pub(crate) fn at(&self, unit: f64) -> String {
        let values = self.landmarks();
        match self.range {
            None => values[(unit * values.len() as f64) as usize].clone(),
            // Each whole number has an equal part of the way.
            Some((Quantity::WholeNumber, [from, to])) => {
                Quantity::WholeNumber.written(from + (unit * (to - from + 1.0)).floor())
            }
            Some((Quantity::Duration, [from, to])) if to - from >= LONG_NS => {
                let seconds = (between(from, to, unit) / 1e9).round();
                Quantity::Duration.written((seconds * 1e9).clamp(from, to))
            }
            Some((quantity, [from, to])) => quantity.written(between(from, to, unit)),
        }
    }
}

/// The first value that stands twice in a list, be it written in two ways.
fn repeated(values: &[String]) -> Option<&String> {
    let read = |text: &String| {
        let known = [Quantity::Number, Quantity::Duration];
        let number = known.iter().find_map(|quantity| quantity.read(text));
        number.map_or_else(|| text.clone(), |number| number.to_string())
    };
    let mut numbers = 0..values.len();
    let twice = numbers.find(|&number| {
        values[..number]
            .iter()
            .any(|value| read(value) == read(&values[number]))
    });
    twice.map(|number| &values[number])
}

/// The ends of a range as numbers, the lower first.
fn range(key: &str, quantity: Quantity, ends: &[String; 2]) -> Result<[f64; 2], Error> {
    let wrong = |problem: &str| {
        let problem = format!("`{key}` is varied over {}..{}: {problem}", ends[0], ends[1]);
        Err(Error::usage_with(problem, format!("give {}", quantity.example())))
    };
    let [Some(low), Some(high)] = [&ends[0], &ends[1]].map(|end| quantity.read(end)) else {
        return wrong("the key takes something else");
    };
    let [low, high] = match quantity {
        Quantity::WholeNumber => [low.ceil(), high.floor()],
        Quantity::Number | Quantity::Duration | Quantity::Amount => [low, high],
    };
    match low < high {
        true => Ok([low, high]),
        false => wrong("a range goes from a lower value to a higher one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(text: &str) -> Result<Axis, String> {
        let vary = text.parse::<Vary>()?;
        Axis::new(vary).map_err(|error| error.to_string())
    }

    fn at<const N: usize>(text: &str, units: [f64; N]) -> [String; N] {
        let axis = axis(text).unwrap();
        units.map(|unit| axis.at(unit))
    }

    #[test]
    fn values_are_separated_by_commas_outside_of_brackets() {
        let over = |text: &str| text.parse::<Vary>().map(|vary| vary.over);
        let list = |values: &[&str]| Ok(Over::Values(values.iter().map(ToString::to_string).collect()));
        assert_eq!(over("a.b=1,2"), list(&["1", "2"]));
        assert_eq!(
            over("cap={ per_user = 1, every = \"1d\" },off"),
            list(&["{ per_user = 1, every = \"1d\" }", "off"])
        );
        assert_eq!(
            over("a=-0.5..2"),
            Ok(Over::Range(["-0.5", "2"].map(str::to_string)))
        );
        for wrong in ["a", "a=", "a=..1", "a=1.."] {
            assert!(over(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_is_of_what_the_key_takes() {
        assert_eq!(at("agents.ads.buy=0.1..0.5", [0.0, 0.5]), ["0.1", "0.3"]);
        assert_eq!(
            at("population.users=100..102", [0.0, 0.4, 0.99]),
            ["100", "101", "102"]
        );
        assert_eq!(at("population.users=1e2..1e3", [0.0, 0.999_9]), ["100", "1000"]);
        assert_eq!(
            at("campaign.0.start=1h..3h", [0.0, 0.5, 0.125]),
            ["1h", "2h", "75m"]
        );
        assert_eq!(at("campaign.0.start=1h..3h", [0.123_456]), ["4489s"]);
        assert_eq!(at("campaign.0.start=1s..2s", [0.123_456]), ["1123500us"]);
        assert_eq!(at("campaign.0.bid=0.01..0.03", [0.0, 0.5]), ["0.01", "0.02"]);
        assert_eq!(at("policy.frequency_cap.per_user=1..3", [0.5]), ["2"]);
        assert_eq!(at("traffic.quick_reply.log-normal.sigma=1..2", [0.5]), ["1.5"]);
        for (wrong, problem) in [
            ("agents.ads.buy=0.5..0.1", "from a lower value to a higher one"),
            ("agents.ads.buy=1h..2h", "takes something else"),
            ("campaign.0.start=1..3", "takes something else"),
            ("population.users=100.2..100.8", "from a lower value"),
            ("policy.preset=leak-2016..no-ads", "have no order"),
            ("agents.ads.buy=0.1,0.2,0.10", "over 0.10 twice"),
            ("campaign.0.start=1h,60m", "over 60m twice"),
            ("policy.preset=no-ads,no-ads", "twice"),
        ] {
            let error = axis(wrong).unwrap_err();
            assert!(error.contains(problem), "{wrong}: {error}");
        }
        // The scenario says so.
        assert!(axis("population.user=1..3").is_ok());
    }

    #[test]
    fn ranges_are_filled_with_values_that_can_be_read() {
        let at = |low: f64, high: f64, units| at(&format!("agents.ads.wear_out={low}..{high}"), units);
        assert_eq!(
            at(1000.0, 1000.5, [0.0, 0.123_456, 0.999_999]),
            ["1000", "1000.06173", "1000.5"]
        );
        assert_eq!(at(0.02, 0.2, [0.0, 0.5, 0.1]), ["0.02", "0.11", "0.038"]);
        assert_eq!(
            at(0.0, 3e7, [0.0, 1.0 / 3.0, 0.777_777_7]),
            ["0", "10000000", "23333000"]
        );
        assert_eq!(
            at(0.123_451, 1.0, [0.0, 0.0, 0.0]),
            ["0.123451"; 3],
            "no less than the lowest"
        );
    }
}
