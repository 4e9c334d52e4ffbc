//! The answer of a what-if study, in sentences.

use super::base::Variant;
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
        let shown = metrics
            .iter()
            .filter(of)
            .flat_map(|metric| &metric.against_baseline);
        let shown = shown.filter(|against| against.arm == arm.name);
        let told: Vec<&str> = shown.map(|against| against.sentence.as_str()).collect();
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

/// Which arms no other beats on both revenue and harm, by the means.
fn best(metrics: &[ArmsMetric], arms: &[Variant]) -> Option<String> {
    let of = |name: &str| metrics.iter().find(|metric| metric.metric == name);
    let (revenue, harm) = (of(REVENUE)?, of(HARM)?);
    let trades = revenue.arms.iter().zip(&harm.arms);
    let trades: Vec<frontier::Tradeoff> = trades
        .map(|(revenue, harm)| frontier::Tradeoff {
            gain: revenue.mean.unwrap_or(0.0),
            harm: harm.mean.unwrap_or(0.0),
        })
        .collect();
    let names = arms
        .iter()
        .zip(frontier::on_frontier(&trades))
        .filter(|(_, is_best)| *is_best);
    let names: Vec<&str> = names.map(|(arm, _)| arm.name.as_str()).collect();
    Some(format!(
        "On the frontier (no arm earns more with less harm): {}.",
        names.join(", ")
    ))
}
