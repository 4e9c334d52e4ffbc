//! Behaviour and deterministic cost of a run, compared with those of the baseline.
//!
//! Both are exact or nearly so, and one run of each program is enough to judge them.

use crate::record::{CaseVerdict, Cost, CostVerdict, MovedMetric, Played};
use chappe_metrics::Verdict;
use std::collections::BTreeSet;

/// What moved between two runs of a case.
#[must_use]
pub fn compare(name: &str, before: &Played, now: &Played) -> CaseVerdict {
    let (old, new) = (&before.behaviour, &now.behaviour);
    let metrics: BTreeSet<&String> = old.metrics.keys().chain(new.metrics.keys()).collect();
    let moved = metrics
        .into_iter()
        .filter(|metric| old.metrics.get(*metric) != new.metrics.get(*metric));
    let moved = moved.map(|metric| MovedMetric {
        metric: metric.clone(),
        before: old.metrics.get(metric).cloned(),
        now: new.metrics.get(metric).cloned(),
    });
    CaseVerdict {
        name: name.to_string(),
        scenario: now.scenario.clone(),
        seed: now.seed,
        digest_before: old.digest.clone(),
        digest_now: new.digest.clone(),
        moved: moved.collect(),
        costs: Cost::SHOWN
            .into_iter()
            .filter_map(|cost| cost_verdict(cost, before, now))
            .collect(),
    }
}

/// A cost that both have; none that depends on the compiler, if theirs are not the same.
fn cost_verdict(cost: Cost, before: &Played, now: &Played) -> Option<CostVerdict> {
    if cost.tolerance_ppm() > 0 && before.toolchain != now.toolchain {
        return None;
    }
    let (old, new) = (*before.cost.get(&cost)?, *now.cost.get(&cost)?);
    let tolerance = u128::from(cost.tolerance_ppm()) * u128::from(old);
    let verdict = match u128::from(old.abs_diff(new)) * 1_000_000 > tolerance {
        false => Verdict::Unchanged,
        true if new < old => Verdict::Improved,
        true => Verdict::Regressed,
    };
    Some(CostVerdict {
        metric: cost,
        unit: cost.unit(),
        before: old,
        now: new,
        tolerance_ppm: cost.tolerance_ppm(),
        verdict,
    })
}

/// Costs that only the baselines have, or only the candidate: a notice for each, with the cases it is about.
pub(crate) fn one_sided<'a>(
    cases: impl Iterator<Item = (&'a str, &'a Played, &'a Played)> + Clone,
) -> Vec<String> {
    let has = |played: &Played, cost: Cost| played.cost.contains_key(&cost);
    let mut notices = Vec::new();
    for cost in Cost::SHOWN {
        let names = |in_baseline: bool| -> Vec<&str> {
            let fits = |(_, before, now): &(&str, &Played, &Played)| {
                has(before, cost) == in_baseline && has(now, cost) != in_baseline
            };
            cases.clone().filter(fits).map(|(name, _, _)| name).collect()
        };
        let (gone, new) = (names(true).join(", "), names(false).join(", "));
        if !gone.is_empty() {
            notices.push(format!(
                "{} were not counted now, and are not compared ({gone})",
                cost.label()
            ));
        }
        if !new.is_empty() {
            notices.push(format!(
                "the baselines have no {}, so they are not compared ({new}); `chappe gate accept` adds them",
                cost.label()
            ));
        }
    }
    notices
}

/// The names of everything that moved.
pub(crate) fn moved(verdict: &CaseVerdict) -> Vec<String> {
    let digest = (verdict.digest_before != verdict.digest_now).then(|| "digest".to_string());
    let metrics = verdict.moved.iter().map(|moved| moved.metric.clone());
    let costs = verdict
        .costs
        .iter()
        .filter(|cost| cost.verdict != Verdict::Unchanged);
    digest
        .into_iter()
        .chain(metrics)
        .chain(costs.map(|cost| cost.metric.label().to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Behaviour;
    use chappe_metrics::{Machine, Metric, ScenarioId, Unit};

    fn played(blocks: i64, instructions: u64) -> Played {
        let scenario = ScenarioId {
            name: "a".into(),
            title: String::new(),
            question: String::new(),
            hash: "1".into(),
            arm: None,
        };
        let unit = Unit::Count;
        Played {
            scenario,
            seed: 1,
            version: "0.1.0".into(),
            toolchain: "rustc".into(),
            machine: Machine::default(),
            behaviour: Behaviour {
                digest: format!("{blocks:x}"),
                metrics: [
                    ("blocks".to_string(), Metric::Counter { unit, value: blocks }),
                    ("reads".to_string(), Metric::Counter { unit, value: 1 }),
                ]
                .into(),
            },
            cost: [(Cost::Events, 10), (Cost::Instructions, instructions)].into(),
            event_ns: 1.0,
        }
    }

    fn verdicts(before: u64, now: u64) -> Vec<Verdict> {
        let verdict = compare("a", &played(1, before), &played(1, now));
        verdict.costs.into_iter().map(|cost| cost.verdict).collect()
    }

    #[test]
    fn what_moved_is_named_and_nothing_else() {
        let verdict = compare("a", &played(1, 100), &played(2, 100));
        assert_eq!(moved(&verdict), ["digest", "blocks"]);
        assert_eq!(moved(&compare("a", &played(1, 100), &played(1, 100))), [""; 0]);
    }

    #[test]
    fn costs_move_beyond_their_tolerance() {
        assert_eq!(
            verdicts(1_000_000, 1_005_000),
            [Verdict::Unchanged, Verdict::Unchanged]
        );
        assert_eq!(
            verdicts(1_000_000, 1_005_001),
            [Verdict::Unchanged, Verdict::Regressed]
        );
        assert_eq!(
            verdicts(1_000_000, 994_000),
            [Verdict::Unchanged, Verdict::Improved]
        );
    }

    #[test]
    fn costs_that_one_program_lacks_are_told_once() {
        let (with, mut without) = (played(1, 100), played(1, 100));
        without.cost.remove(&Cost::Instructions);
        let told = |before, now| one_sided([("a", before, now), ("b", before, now)].into_iter());
        assert_eq!(told(&with, &with), [""; 0]);
        assert_eq!(
            told(&with, &without),
            ["instructions were not counted now, and are not compared (a, b)"]
        );
        assert!(told(&without, &with)[0].contains("have no instructions"));
    }

    #[test]
    fn costs_of_two_compilers_are_not_compared() {
        let other = Played {
            toolchain: "another".into(),
            ..played(1, 200)
        };
        let verdict = compare("a", &played(1, 100), &other);
        let costs: Vec<Cost> = verdict.costs.iter().map(|cost| cost.metric).collect();
        assert_eq!(costs, [Cost::Events], "events are the same with any compiler");
    }
}
