//! The answer of a what-if study, in sentences.

use super::base::Variant;
use super::figures::definition;
use super::replicate::{Played, Rule};
use crate::note::counted;
use crate::stats::frontier;
use chappe_metrics::{ArmsMetric, HARM, REVENUE, ReplicationsEnd};
use chappe_report::words;

/// What people ask about first, after the headline figures.
const ASKED: [&str; 5] = [
    "opt_ins.revoked",
    "mutes",
    "blocks",
    "messages.accepted.friend",
    "delivery.friend p(99)",
];
/// More arms than this are told more briefly, the baseline included.
const FEW_ARMS: usize = 4;

/// For each arm the headline figures, and then what people ask about beside them; last, how sure that is.
pub(super) fn answer(metrics: &[ArmsMetric], arms: &[Variant], played: &Played, rule: &Rule) -> Vec<String> {
    let is_headline = |metric: &&ArmsMetric| rule.headline.contains(&metric.metric);
    let is_asked = |metric: &&ArmsMetric| ASKED.contains(&metric.metric.as_str()) && !is_headline(metric);
    let told = |arm: &Variant, of: &dyn Fn(&&ArmsMetric) -> bool| {
        let told: Vec<String> = metrics
            .iter()
            .filter(of)
            .map(|metric| told(metric, arm))
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    };
    let headline = arms[1..].iter().filter_map(|arm| {
        let told = told(arm, &is_headline)?;
        let (arm, baseline) = (&arm.name, &arms[0].name);
        Some(words::sentence(&format!(
            "with {arm} instead of {baseline}: {told}"
        )))
    });
    // Of many arms the table tells the rest.
    let few = if arms.len() <= FEW_ARMS { &arms[1..] } else { &[] };
    let asked = few.iter().filter_map(|arm| {
        let told = told(arm, &is_asked)?;
        Some(words::sentence(&format!("also, with {}: {told}", arm.name)))
    });
    let replications = counted(played.runs.len(), "replication");
    let why = match played.ended {
        ReplicationsEnd::NarrowEnough => "enough for intervals as narrow as asked",
        ReplicationsEnd::Replications => "as many as were allowed, and fewer than the intervals asked for",
        ReplicationsEnd::Budget => "as many as the budget had time for",
        ReplicationsEnd::Interrupted => "as many as ended before the interruption",
        ReplicationsEnd::Running => "as many as have ended so far",
    };
    let sure = format!("Differences are means of {replications} with 95% intervals: {why}.");
    let best = (arms.len() > FEW_ARMS).then(|| best(metrics, arms)).flatten();
    let best = best.into_iter();
    best.chain(headline).chain(asked).chain([sure]).collect()
}

/// What an arm does to a figure, or that the figure is missing.
fn told(metric: &ArmsMetric, arm: &Variant) -> String {
    let mut against = metric.against_baseline.iter();
    match against.find(|against| against.arm == arm.name) {
        Some(against) => against.sentence.clone(),
        None => {
            let known = definition(&metric.metric);
            let words = known.map_or_else(|_| metric.metric.clone(), |known| known.words);
            format!("{words} is missing in too many runs to tell")
        }
    }
}

/// Which arms no other beats on both revenue and harm, by the means.
fn best(metrics: &[ArmsMetric], arms: &[Variant]) -> Option<String> {
    let of = |name: &str| metrics.iter().find(|metric| metric.metric == name);
    let (revenue, harm) = (of(REVENUE)?, of(HARM)?);
    let trades = revenue.arms.iter().zip(&harm.arms).map(|(revenue, harm)| {
        Some(frontier::Tradeoff {
            gain: revenue.mean?,
            harm: harm.mean?,
        })
    });
    let (with, without): (Vec<_>, Vec<_>) = arms.iter().zip(trades).partition(|(_, trade)| trade.is_some());
    let trades: Vec<frontier::Tradeoff> = with.iter().filter_map(|(_, trade)| *trade).collect();
    let names = with
        .iter()
        .zip(frontier::on_frontier(&trades))
        .filter(|(_, is_best)| *is_best);
    let names: Vec<&str> = names.map(|((arm, _), _)| arm.name.as_str()).collect();
    let mut sentence = format!(
        "On the frontier (no arm earns more with less harm): {}.",
        names.join(", ")
    );
    if !without.is_empty() {
        let without: Vec<&str> = without.iter().map(|(arm, _)| arm.name.as_str()).collect();
        sentence += &format!(" Revenue or harm is missing in {}.", without.join(", "));
    }
    (!trades.is_empty()).then_some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::RunSpec;
    use chappe_metrics::{ArmFigures, Better, Unit};

    fn arms() -> Vec<Variant> {
        let variant = |name: &str| Variant {
            name: name.to_string(),
            spec: RunSpec::new("0.1.0", "test.toml", String::new()),
            changes: Vec::new(),
            hash: String::new(),
        };
        ["base", "one", "two"].map(variant).to_vec()
    }

    fn metric(name: &str, means: [Option<f64>; 3]) -> ArmsMetric {
        let figures = |(arm, mean): (Variant, Option<f64>)| ArmFigures {
            arm: arm.name,
            figures: vec![mean],
            mean,
        };
        ArmsMetric {
            metric: name.to_string(),
            unit: Unit::Count,
            better: Better::None,
            arms: arms().into_iter().zip(means).map(figures).collect(),
            against_baseline: Vec::new(),
        }
    }

    #[test]
    fn an_arm_without_a_figure_is_called_so_and_is_not_on_the_frontier() {
        let revenue = metric(REVENUE, [Some(1.0), Some(2.0), None]);
        let harm = metric(HARM, [Some(1.0), Some(2.0), Some(0.0)]);
        assert_eq!(
            best(&[revenue, harm.clone()], &arms()).unwrap(),
            "On the frontier (no arm earns more with less harm): base, one. Revenue or harm is missing in two."
        );
        let nothing = metric(REVENUE, [None; 3]);
        assert_eq!(
            told(&nothing, &arms()[1]),
            "revenue is missing in too many runs to tell"
        );
        assert_eq!(best(&[nothing, harm], &arms()), None);
    }
}
