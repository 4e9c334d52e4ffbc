//! The tables of a what-if study.

use super::drawings::range_row;
use super::{baseline, friends_delivery, metric, named, told_metrics};
use crate::chart::{Measure, Table, Tone, rule_words};
use crate::document::sections::texts;
use crate::document::tabled;
use crate::study::{Time, measure};
use crate::words;
use chappe_base::RuleKind;
use chappe_metrics::{ArmDifference, ArmsMetric, ReplicationsEnd, StudyArm, UserEffects, WhatIfRecord};
use maud::{Markup, html};

/// Refusals of ads by rule stand under this name.
const REFUSED: &str = "ads.refused.";
/// The way of an ad from judgement to purchase.
const FUNNEL: [(&str, &str); 6] = [
    ("ads.decided", "judged"),
    ("ads.allowed", "allowed"),
    ("ads.delivered", "delivered"),
    ("ads.opened", "opened"),
    ("ads.clicked", "clicked"),
    ("ads.bought", "bought"),
];

/// The metrics that people ask for first, and what they cost friends: means of all arms, and how each differs
/// from the baseline.
pub(super) fn told_table(record: &WhatIfRecord) -> Table {
    let metrics = told_metrics(record).into_iter();
    let metrics = metrics
        .filter(|metric| !metric.metric.starts_with("delivery.friend "))
        .chain(friends_delivery(record));
    table(record, metrics)
}

pub(super) fn side_by_side(record: &WhatIfRecord) -> Markup {
    html! {
        p.soft.small {
            "Means over " (words::counted(record.seeds.len() as i64, "replication"))
            "; below each the difference to " (baseline(record)) " with its 95% interval. Money is in units \
             of the scenario\u{2019}s currency; in " (Time::Virtual.words()) "."
        }
        (tabled(&told_table(record)))
    }
}

fn table<'a>(record: &WhatIfRecord, metrics: impl Iterator<Item = &'a ArmsMetric>) -> Table {
    let mut head = texts([""]);
    head.extend(record.arms.iter().map(|arm| arm.name.clone()));
    let rows = metrics.flat_map(|metric| {
        let mut means = vec![named(&metric.metric)];
        means.extend(metric.arms.iter().map(|arm| mean(metric, arm.mean)));
        let mut differences = texts(["", ""]);
        let told = difference(metric);
        differences.extend(record.arms.iter().skip(1).map(|arm| {
            let mut against = metric.against_baseline.iter();
            let found = against.find(|against| against.arm == arm.name);
            found.map(&told).unwrap_or_default()
        }));
        [means, differences]
    });
    Table {
        head,
        rows: rows.collect(),
    }
}

fn mean(metric: &ArmsMetric, mean: Option<f64>) -> String {
    let (measure, factor) = measure(metric.unit);
    mean.map(|mean| measure.signed(mean * factor)).unwrap_or_default()
}

fn difference(metric: &ArmsMetric) -> impl Fn(&ArmDifference) -> String {
    let (own, factor) = measure(metric.unit);
    move |arm| match &arm.share {
        Some(share) => range_row(String::new(), share, (Measure::Share, 1.0), Tone::Ink).remark,
        None => range_row(String::new(), &arm.difference, (own, factor), Tone::Ink).remark,
    }
}

/// A table of counts under names of their own.
fn counted_table(record: &WhatIfRecord, rows: Vec<(String, &ArmsMetric)>) -> Option<Markup> {
    let mut head = texts([""]);
    head.extend(record.arms.iter().map(|arm| arm.name.clone()));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, metric)| {
            let means = metric.arms.iter().map(|arm| mean(metric, arm.mean));
            std::iter::once(name).chain(means).collect()
        })
        .collect();
    (!rows.is_empty()).then(|| {
        html! {
            p.soft.small { "Ads, means over the replications, in " (Time::Virtual.words()) "." }
            (tabled(&Table { head, rows }))
        }
    })
}

pub(super) fn funnel(record: &WhatIfRecord) -> Option<Markup> {
    let steps = FUNNEL
        .iter()
        .filter_map(|(name, words)| Some(((*words).to_owned(), metric(record, name)?)));
    counted_table(record, steps.collect())
}

pub(super) fn refusals(record: &WhatIfRecord) -> Option<Markup> {
    let rules = record.metrics.iter().filter_map(|metric| {
        let label = metric.metric.strip_prefix(REFUSED)?;
        let rule = RuleKind::ALL.iter().find(|rule| rule.label() == label)?;
        Some((rule_words(*rule).to_owned(), metric))
    });
    counted_table(record, rules.collect())
}

/// How many people have less or more of what, arm by arm.
pub(super) fn people(record: &WhatIfRecord) -> Option<Markup> {
    let first = record.users.first()?;
    let head = texts([
        "",
        "less",
        "as much",
        "more",
        "in all before",
        "in all after",
        "90% change by",
    ]);
    let rows = |effects: &UserEffects| {
        let users = i64::from(effects.users_count);
        let rows = effects.quantities.iter().map(|quantity| {
            let share = |count: u32| words::share(i64::from(count), users);
            let at = |wanted: f64| {
                let quantile = quantity
                    .quantiles
                    .iter()
                    .find(|point| (point.q - wanted).abs() < 1e-9);
                quantile
                    .map(|point| Measure::Count.signed(point.value as f64))
                    .unwrap_or_default()
            };
            texts([
                &words::capital(quantity.quantity.label()),
                &share(quantity.less_count),
                &share(quantity.same_count),
                &share(quantity.more_count),
                &words::count(quantity.baseline_total as i64),
                &words::count(quantity.arm_total as i64),
                &format!("{} to {}", at(0.05), at(0.95)),
            ])
        });
        rows.collect()
    };
    Some(html! {
        p {
            "The same people under each arm, one by one, in the replication with seed " (first.seed)
            ": how many of them have less or more of it than under " (baseline(record)) "."
        }
        @for effects in &record.users {
            h3 { (effects.arm) }
            (tabled(&Table { head: head.clone(), rows: rows(effects) }))
        }
    })
}

pub(super) fn assumed(record: &WhatIfRecord) -> Option<Markup> {
    let rows = record.assumed.iter().map(|assumed| {
        texts([
            &assumed.key,
            &assumed.value,
            &assumed.unit.clone().unwrap_or_default(),
            &assumed.description,
        ])
    });
    (!record.assumed.is_empty()).then(|| {
        html! {
            p {
                "Parameters without a source that the answer depends on. "
                @if record.sensitivity.is_empty() {
                    "How much it depends on each of them is not known: "
                    span.name { "chappe whatif \u{2026} --sensitivity" } " measures it."
                } @else {
                    "The plot \u{201c}Which assumptions the answer depends on\u{201d} shows which of them matter."
                }
            }
            details {
                summary { (words::counted(record.assumed.len() as i64, "parameter")) }
                (tabled(&Table { head: texts(["key", "value", "unit", "what it is"]), rows: rows.collect() }))
            }
        }
    })
}

pub(super) fn all(record: &WhatIfRecord) -> Markup {
    html! {
        details {
            summary { (words::counted(record.metrics.len() as i64, "figure")) " with their differences" }
            (tabled(&table(record, record.metrics.iter())))
        }
    }
}

/// The arms, and why there were so many replications.
pub(super) fn arms(record: &WhatIfRecord) -> Markup {
    let changes = |arm: &StudyArm| {
        let changes = arm
            .changes
            .iter()
            .map(|choice| format!("{} = {}", choice.key, choice.value));
        changes.collect::<Vec<_>>().join(", ")
    };
    let rows = record
        .arms
        .iter()
        .map(|arm| texts([&arm.name, &changes(arm), &arm.hash]));
    let stopping = &record.stopping;
    let why = match stopping.ended {
        ReplicationsEnd::NarrowEnough => "every interval that was asked for is as narrow as asked",
        ReplicationsEnd::Replications => "that is the most that was allowed",
        ReplicationsEnd::Budget => "the time allowed for it was over",
        ReplicationsEnd::Interrupted => "it was interrupted",
        ReplicationsEnd::Running => "it is still running",
    };
    let wanted = stopping.headline.iter().map(|headline| {
        let half = words::percent(headline.half_width);
        format!("{} within \u{b1}{half}", named(&headline.metric))
    });
    html! {
        p {
            (words::counted(record.seeds.len() as i64, "replication")) " of each arm, with common random \
             numbers: arms differ only by what they change. It ended there because " (why)
            ". Wanted: " (wanted.collect::<Vec<_>>().join(", ")) ". A pilot of "
            (stopping.pilot_count) " decides how many are needed (Stein 1945), so that the intervals have \
             their stated coverage."
        }
        (tabled(&Table { head: texts(["arm", "changes", "hash"]), rows: rows.collect() }))
    }
}
