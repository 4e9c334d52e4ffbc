//! The answer of a sweep, in sentences, and what puts it in doubt.

use super::figures::amount;
use crate::note::counted;
use chappe_metrics::{Estimate, SweepDesign, SweepPoint, SweptMetric, Unit, VariedKey, Warning};
use chappe_report::words;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Best outcomes that the answer names.
const BEST_SHOWN: usize = 5;
/// Points of one outcome that the answer names.
const POINTS_SHOWN: usize = 3;

/// A sweep that has ended, as its answer reads it.
pub(super) struct Swept<'a> {
    pub(super) design: SweepDesign,
    pub(super) keys: &'a [VariedKey],
    pub(super) arms_count: usize,
    pub(super) replications_count: usize,
    pub(super) metrics: &'a [SweptMetric],
    pub(super) points: &'a [SweepPoint],
}

/// What a point comes to: what it earns [currency units], and its harm.
#[derive(Clone, Copy, PartialEq)]
struct Trade {
    revenue: f64,
    harm: f64,
}

fn trade(point: &SweepPoint) -> Option<Trade> {
    Some(Trade {
        revenue: point.revenue?.value,
        harm: point.harm?.value,
    })
}

impl Trade {
    fn sentence(self) -> String {
        format!(
            "the platform earns {}, and {:.2} in a thousand people opt out, mute or block",
            amount(Unit::MicroUnits, self.revenue * 1e6),
            self.harm
        )
    }
}

impl Swept<'_> {
    /// How many points are best and what they come to; or that all come to the same, or that figures are missing.
    pub(super) fn answer(&self) -> Vec<String> {
        let trades: Vec<Trade> = self.points.iter().filter_map(trade).collect();
        let count = words::counted(self.points.len() as i64, "point");
        let mut answer = match trades.split_first() {
            None => vec![format!(
                "Revenue or harm is missing at all of the {count}, so none can be called best."
            )],
            Some((first, others)) if !others.is_empty() && others.iter().all(|other| other == first) => {
                vec![format!(
                    "All of the {} come to the same: {}. What is varied changes neither.",
                    counted(trades.len(), "point"),
                    first.sentence()
                )]
            }
            Some(_) => self.best(&count),
        };
        let missing_count = self.points.len() - trades.len();
        if missing_count > 0 && !trades.is_empty() {
            let points = words::counted(missing_count as i64, "point");
            answer.push(format!(
                "Revenue or harm is missing at {points}, which nothing is said of."
            ));
        }
        if self.replications_count == 1 {
            answer.push(
                "Every point was played once, so how sure its figures are is not known: --replications 3 gives \
                 intervals."
                    .to_string(),
            );
        }
        answer
    }

    /// How many points are best, and the first outcomes of them.
    fn best(&self, count: &str) -> Vec<String> {
        let best = self.points.iter().filter(|point| point.is_best);
        let mut outcomes: Vec<(Trade, Vec<&SweepPoint>)> = Vec::new();
        for point in best {
            let Some(trade) = trade(point) else { continue };
            match outcomes.iter_mut().find(|(known, _)| *known == trade) {
                Some((_, points)) => points.push(point),
                None => outcomes.push((trade, vec![point])),
            }
        }
        let best_count: usize = outcomes.iter().map(|(_, points)| points.len()).sum();
        let head = format!(
            "Of {count}, {} best: nothing else earns as much and does less harm.",
            match best_count {
                1 => "one is".to_string(),
                count => format!("{count} are"),
            }
        );
        let told = |(trade, points): &(Trade, Vec<&SweepPoint>)| {
            format!("With {} {}.", self.names(points), trade.sentence())
        };
        std::iter::once(head)
            .chain(outcomes.iter().take(BEST_SHOWN).map(told))
            .collect()
    }

    /// Points that come to the same, by their values: `a = 1, or a = 2`.
    fn names(&self, points: &[&SweepPoint]) -> String {
        let shown = points.iter().take(POINTS_SHOWN);
        let mut names: Vec<String> = shown.map(|point| self.name(point)).collect();
        if points.len() > POINTS_SHOWN {
            let others = words::counted((points.len() - POINTS_SHOWN) as i64, "other point");
            names.push(format!("at {others}"));
        }
        names.join(", or ")
    }

    fn name(&self, point: &SweepPoint) -> String {
        let pairs = self.keys.iter().zip(&point.values);
        let values: Vec<String> = pairs
            .map(|(key, value)| format!("{} = {value}", key.key))
            .collect();
        let arm = if self.arms_count > 1 {
            format!(" in `{}`", point.arm)
        } else {
            String::new()
        };
        format!("{}{arm}", values.join(", "))
    }

    /// Keys that change no figure at any point, but for those that `known` tells of: told of a grid, whose points differ
    /// in one key at a time.
    pub(super) fn idle_keys(&self, known: &[Warning]) -> Vec<Warning> {
        if self.design != SweepDesign::Grid {
            return Vec::new();
        }
        let is_known = |number: &usize| {
            let name = format!("`{}` ", self.keys[*number].key);
            known.iter().any(|warning| warning.problem.starts_with(&name))
        };
        let is_idle = |number: &usize| {
            // The first of the points that differ in that key alone.
            let mut firsts: BTreeMap<(&str, Vec<&String>), &SweepPoint> = BTreeMap::new();
            let mut has_pair = false;
            for point in self.points {
                let others = point.values.iter().enumerate();
                let others = others
                    .filter(|(place, _)| place != number)
                    .map(|(_, value)| value);
                match firsts.entry((&point.arm, others.collect())) {
                    Entry::Vacant(entry) => {
                        entry.insert(point);
                    }
                    Entry::Occupied(first) if is_same(&first.get().figures, &point.figures) => {
                        has_pair = true
                    }
                    Entry::Occupied(_) => return false,
                }
            }
            has_pair
        };
        let idle = (0..self.keys.len()).filter(|number| !is_known(number) && is_idle(number));
        let warning = |number: usize| Warning {
            problem: format!("`{}` changes no figure at any point", self.keys[number].key),
            remedy: "vary it further, or another key".to_string(),
        };
        idle.map(warning).collect()
    }

    /// Figures whose variance no key explains, since they have none or are missing: one warning for each reason.
    pub(super) fn unexplained(&self) -> Vec<Warning> {
        let (mut missing, mut same) = (Vec::new(), Vec::new());
        for (number, metric) in self.metrics.iter().enumerate() {
            let figures: Vec<Option<Estimate>> =
                self.points.iter().map(|point| point.figures[number]).collect();
            if figures.iter().any(Option::is_none) {
                missing.push(format!("`{}`", metric.metric));
            } else if figures.windows(2).all(|pair| pair[0] == pair[1]) {
                same.push(format!("`{}`", metric.metric));
            }
        }
        let reasons = [(missing, "missing at a point"), (same, "the same at every point")];
        let warning = |(names, why): &(Vec<String>, &str)| Warning {
            problem: format!(
                "no shares of variance are told of what is {why}: {}",
                names.join(", ")
            ),
            remedy: "vary further, or other keys".to_string(),
        };
        reasons
            .iter()
            .filter(|(names, _)| !names.is_empty())
            .map(warning)
            .collect()
    }
}

fn is_same(one: &[Option<Estimate>], other: &[Option<Estimate>]) -> bool {
    let values = |figures: &[Option<Estimate>]| -> Vec<Option<f64>> {
        figures
            .iter()
            .map(|figure| figure.map(|figure| figure.value))
            .collect()
    };
    values(one) == values(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_metrics::Better;

    fn point(value: &str, figures: Option<(f64, f64)>, is_best: bool) -> SweepPoint {
        let estimate = |value: f64| Estimate {
            value,
            low: value,
            high: value,
        };
        let revenue = figures.map(|(revenue, _)| estimate(revenue));
        SweepPoint {
            point: 0,
            values: vec![value.to_string()],
            arm: "base".to_string(),
            figures: vec![revenue],
            revenue,
            harm: figures.map(|(_, harm)| estimate(harm)),
            is_best,
        }
    }

    fn answer_and_doubts(points: &[SweepPoint], replications_count: usize) -> (Vec<String>, Vec<String>) {
        let key = VariedKey {
            key: "k".to_string(),
            values: Vec::new(),
            range: None,
        };
        let metric = SweptMetric {
            metric: "revenue.total".to_string(),
            unit: Unit::MicroUnits,
            better: Better::Higher,
        };
        let swept = Swept {
            design: SweepDesign::Grid,
            keys: &[key],
            arms_count: 1,
            replications_count,
            metrics: &[metric],
            points,
        };
        let doubts = swept.idle_keys(&[]).into_iter().chain(swept.unexplained());
        (swept.answer(), doubts.map(|warning| warning.problem).collect())
    }

    #[test]
    fn points_that_are_all_equal_are_told_once() {
        let points = ["1", "2", "3"].map(|value| point(value, Some((5.0, 2.0)), true));
        let (answer, doubts) = answer_and_doubts(&points, 3);
        assert_eq!(
            answer,
            [
                "All of the 3 points come to the same: the platform earns 5.00, and 2.00 in a thousand people opt out, \
              mute or block. What is varied changes neither."
            ]
        );
        assert_eq!(doubts[0], "`k` changes no figure at any point");
        assert_eq!(
            doubts[1],
            "no shares of variance are told of what is the same at every point: `revenue.total`"
        );
    }

    #[test]
    fn equal_best_points_share_a_sentence() {
        let mut points = ["1", "2", "3", "4"]
            .map(|value| point(value, Some((5.0, 2.0)), true))
            .to_vec();
        points.push(point("5", Some((1.0, 3.0)), false));
        let (answer, doubts) = answer_and_doubts(&points, 3);
        assert_eq!(answer.len(), 2, "{answer:?}");
        assert!(answer[0].starts_with("Of 5 points, 4 are best"), "{}", answer[0]);
        assert!(
            answer[1]
                .starts_with("With k = 1, or k = 2, or k = 3, or at 1 other point the platform earns 5.00"),
            "{}",
            answer[1]
        );
        assert_eq!(doubts, Vec::<String>::new());
    }

    #[test]
    fn missing_figures_are_called_missing_and_one_replication_has_no_interval() {
        let points = [point("1", None, false), point("2", Some((5.0, 2.0)), true)];
        let (answer, _) = answer_and_doubts(&points, 1);
        assert!(answer[0].starts_with("Of 2 points, one is best"), "{answer:?}");
        assert!(answer[2].contains("missing at 1 point"), "{answer:?}");
        assert!(answer[3].starts_with("Every point was played once"), "{answer:?}");
        let (answer, doubts) = answer_and_doubts(&points[..1], 3);
        assert_eq!(
            answer,
            ["Revenue or harm is missing at all of the 1 point, so none can be called best."]
        );
        assert!(doubts[0].contains("missing at a point"), "{doubts:?}");
    }
}
