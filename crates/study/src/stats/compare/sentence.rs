//! A comparison as a sentence.

use super::{Comparison, Scale};
use chappe_metrics::Verdict;

impl Comparison {
    /// The comparison of `what`, as a sentence without its full stop: "p99 of friends' messages: 38%
    /// lower (95% interval 31% to 44% lower): improved". Plain differences stand in the figure's unit.
    #[must_use]
    pub fn sentence(&self, what: &str) -> String {
        let difference = self.amount(self.difference).with_way();
        let (low, high) = (self.amount(self.interval.low), self.amount(self.interval.high));
        // From the smaller to the larger, where both go the same way.
        let (one, other) = if low.way == Way::Lower && high.way != Way::Higher {
            (high, low)
        } else {
            (low, high)
        };
        let is_same = one.way == other.way || one.way == Way::None;
        let one = if is_same { one.number } else { one.with_way() };
        let level = number(self.interval.level * 100.0);
        let interval = format!("{level}% interval {one} to {}", other.with_way());
        let advice = match (self.verdict, self.more_rounds_count) {
            (Verdict::Inconclusive, Some(count)) => format!(", about {count} more rounds would tell"),
            (Verdict::Inconclusive, None) => ", and more rounds would hardly tell".to_string(),
            (Verdict::Improved | Verdict::Unchanged | Verdict::Regressed | Verdict::Changed, _) => {
                String::new()
            }
        };
        format!(
            "{what}: {difference} ({interval}): {}{advice}",
            self.verdict.label()
        )
    }

    fn amount(&self, value: f64) -> Amount {
        let number = match self.scale {
            Scale::Relative => format!("{}%", number(value.abs() * 100.0)),
            Scale::Plain if value != 0.0 && value.abs() < 0.01 => format!("{:.1e}", value.abs()),
            Scale::Plain => number(value.abs()),
        };
        let way = match number.trim_end_matches('%') {
            "0" => Way::None,
            _ if value < 0.0 => Way::Lower,
            _ => Way::Higher,
        };
        Amount { number, way }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Lower,
    None,
    Higher,
}

/// A difference as it is read.
struct Amount {
    number: String,
    way: Way,
}

impl Amount {
    fn with_way(self) -> String {
        match self.way {
            Way::Lower => self.number + " lower",
            Way::None => self.number,
            Way::Higher => self.number + " higher",
        }
    }
}

/// A number from 0 on with two digits or all before the point; what is under 0.005 reads as 0.
#[must_use]
pub fn number(value: f64) -> String {
    let decimals = match value {
        _ if value >= 1e9 => return format!("{value:.1e}"),
        _ if value >= 9.95 => 0,
        _ if value >= 0.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}
