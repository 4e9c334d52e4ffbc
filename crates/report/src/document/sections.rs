//! The document's sections on one run, below its plots.

use super::{Cell, tabled, worded};
use crate::chart::{Table, campaign_words, rule_words};
use crate::reading::{Reading, observed, outcome_words};
use crate::words;
use chappe_base::{RefusalReason, RuleKind};
use chappe_metrics::{Metric, RunRecord, Tally, Unit, find};
use maud::{Markup, html};

/// Anchors and titles of the sections that the record has data for.
pub(super) fn anchors(record: &RunRecord) -> Vec<(&'static str, &'static str)> {
    let result = &record.result;
    [
        ("load", "How the load was offered", record.load.is_some()),
        ("by-campaign", "Campaigns", !result.campaigns.is_empty()),
        ("thresholds", "Thresholds", !result.thresholds.is_empty()),
        ("audit", "Audit", true),
        ("metrics", "All metrics", !result.metrics.is_empty()),
        ("ledger", "Ledger", has_money(record)),
        ("refused", "All refusals", !refused(record).is_empty()),
        ("assumed", "Assumed parameters", !result.assumed.is_empty()),
        ("notes", "Notes", !result.notes.is_empty()),
        ("repeat", "How to repeat", true),
        ("execution", "Execution", true),
    ]
    .into_iter()
    .filter(|&(_, _, present)| present)
    .map(|(anchor, title, _)| (anchor, title))
    .collect()
}

/// A section under its anchor, or nothing where [`anchors`] does not name it.
pub(super) fn section(record: &RunRecord, anchor: &str, content: impl FnOnce() -> Markup) -> Markup {
    let listed = anchors(record);
    html! {
        @if let Some((anchor, title)) = listed.iter().find(|listed| listed.0 == anchor) {
            section id=(anchor) { h2 { (title) } (content()) }
        }
    }
}

/// Cells of a table.
#[must_use]
pub fn texts<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn clock_note(record: &RunRecord) -> Markup {
    html! { p.soft.small { "In " (Reading { record }.clock_words()) "." } }
}

pub(super) fn campaigns(record: &RunRecord) -> Markup {
    section(record, "by-campaign", || {
        let count = |value: u64| words::count(value as i64);
        let rows = record.result.campaigns.iter().map(|funnel| {
            vec![
                campaign_words(funnel.campaign, funnel.format),
                count(u64::from(funnel.page)),
                count(funnel.audience_count),
                count(funnel.decided_count),
                count(funnel.allowed_count),
                count(funnel.delivered_count),
                count(funnel.opened_count),
                count(funnel.clicked_count),
                count(funnel.bought_count),
                words::money(funnel.revenue_micro),
                words::money(funnel.budget_micro),
                words::money(funnel.sales_micro),
            ]
        });
        html! {
            p.soft.small {
                "Campaigns and pages are numbered as in the scenario; money is in units of its "
                "currency; in " (Reading { record }.clock_words()) "."
            }
            (tabled(&Table {
                head: texts([
                    "campaign", "page", "audience", "judged", "allowed", "delivered", "opened",
                    "clicked", "bought", "earned", "budget", "sold",
                ]),
                rows: rows.collect(),
            }))
        }
    })
}

pub(super) fn thresholds(record: &RunRecord) -> Markup {
    section(record, "thresholds", || {
        let rows = record.result.thresholds.iter().map(|verdict| {
            [
                Cell::Name(verdict.metric.clone()),
                Cell::Name(verdict.condition.clone()),
                Cell::Text(observed(verdict)),
                Cell::Verdict(verdict.passed, outcome_words(verdict)),
            ]
        });
        html! {
            (clock_note(record))
            (worded(["metric", "must hold", "observed", "verdict"], rows))
        }
    })
}

pub(super) fn audit(record: &RunRecord) -> Markup {
    let audit = &record.result.audit;
    section(record, "audit", || {
        let promises = audit.promises.iter().map(|promise| {
            let kept = promise.violation_count == 0;
            let word = if kept {
                "kept".to_owned()
            } else {
                let times = words::counted(promise.violation_count as i64, "time");
                format!("broken {times}")
            };
            [
                Cell::Text(words::title(&promise.promise)),
                Cell::Text(promise.description.clone()),
                Cell::Number(words::count(promise.checked_count as i64)),
                Cell::Verdict(kept, word),
            ]
        });
        let violations = audit.violations.iter().map(|violation| {
            let shard = violation.shard.map(|shard| shard.to_string());
            [
                Cell::Text(words::moment(violation.at_ns)),
                Cell::Text(shard.unwrap_or_else(|| "all".to_owned())),
                Cell::Text(words::title(&violation.promise)),
                Cell::Text(violation.description.clone()),
            ]
        });
        html! {
            p {
                "The audit checked " (words::count(audit.facts_count as i64))
                " facts of the run against the platform\u{2019}s promises: "
                strong { @if audit.passed { "every promise was kept" } @else { "promises were broken" } }
                "."
            }
            (worded(["promise", "what it says", "tested", "verdict"], promises))
            @if !audit.violations.is_empty() {
                h3 { "The first violations" }
                (worded(["when", "shard", "promise", "what happened"], violations))
            }
            @if let Some(replay) = &audit.replay {
                p { "This command shows them again:" }
                pre { (replay) }
            }
        }
    })
}

pub(super) fn metrics(record: &RunRecord) -> Markup {
    section(record, "metrics", || {
        let metrics = &record.result.metrics;
        let singles = metrics
            .iter()
            .filter(|(_, metric)| !is_zero(metric) && !is_missing(metric));
        let rows = singles.filter_map(|(name, metric)| {
            let (value, unit) = single(metric)?;
            Some([
                Cell::Name(name.clone()),
                Cell::Number(value),
                Cell::Text(unit.to_owned()),
                Cell::Text(description(name).to_owned()),
            ])
        });
        let names = |is: fn(&Metric) -> bool| -> Vec<&str> {
            let those = metrics.iter().filter(move |(_, metric)| is(metric));
            those.map(|(name, _)| name.as_str()).collect()
        };
        let others = [
            ("are zero", names(is_zero)),
            ("have no observation", names(is_missing)),
        ];
        html! {
            (clock_note(record))
            h3 { "Durations" }
            (tabled(&distributions(record)))
            h3 { "Counts and shares" }
            (worded(["metric", "value", "unit", "what it is"], rows))
            @for (what, names) in others.iter().filter(|(_, names)| !names.is_empty()) {
                details {
                    summary { (words::count(names.len() as i64)) " metrics " (what) }
                    p.name { (names.join(", ")) }
                }
            }
        }
    })
}

/// Whether a metric was counted, and is zero.
fn is_zero(metric: &Metric) -> bool {
    match metric {
        Metric::Counter { value, .. } | Metric::Gauge { value, .. } => *value == 0,
        Metric::Histogram(_) | Metric::Ratio { .. } => false,
    }
}

/// Whether a metric has no observation, so that it has no value.
fn is_missing(metric: &Metric) -> bool {
    match metric {
        Metric::Histogram(summary) => summary.count == 0,
        Metric::Ratio { denominator, .. } => *denominator == 0,
        Metric::Counter { .. } | Metric::Gauge { .. } => false,
    }
}

fn distributions(record: &RunRecord) -> Table {
    let rows = record.result.metrics.iter().filter_map(|(name, metric)| {
        let summary = match metric {
            Metric::Histogram(summary) if summary.count > 0 => summary,
            Metric::Histogram(_) | Metric::Counter { .. } | Metric::Gauge { .. } | Metric::Ratio { .. } => {
                return None;
            }
        };
        let show = |value| words::value(value, summary.unit);
        Some(vec![
            name.clone(),
            words::count(summary.count as i64),
            show(summary.min),
            show(summary.mean),
            show(summary.p50),
            show(summary.p90),
            show(summary.p99),
            show(summary.p999),
            show(summary.max),
            words::count(summary.saturated_count as i64),
        ])
    });
    Table {
        head: texts([
            "metric",
            "count",
            "least",
            "mean",
            "50%",
            "90%",
            "99%",
            "99.9%",
            "most",
            "off scale",
        ]),
        rows: rows.collect(),
    }
}

/// A metric that is one figure: its value and its unit.
fn single(metric: &Metric) -> Option<(String, &'static str)> {
    match metric {
        Metric::Histogram(_) => None,
        Metric::Counter { unit, value } | Metric::Gauge { unit, value } => {
            Some((words::value(*value, *unit), unit_words(*unit)))
        }
        Metric::Ratio {
            numerator,
            denominator,
            unit,
        } => Some((words::ratio(*numerator, *denominator, *unit), unit_words(*unit))),
    }
}

fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Nanoseconds => "time",
        Unit::Count => "count",
        Unit::Bytes => "memory",
        Unit::MicroUnits => "currency",
        Unit::PartsPerMillion | Unit::Share => "share",
        Unit::PerThousand => "per 1,000",
    }
}

fn description(name: &str) -> &'static str {
    find(name).map_or("", |definition| definition.description.as_str())
}

fn has_money(record: &RunRecord) -> bool {
    let mut balances = record.result.ledger.iter();
    balances.any(|balance| balance.balance_micro != 0)
}

pub(super) fn ledger(record: &RunRecord) -> Markup {
    section(record, "ledger", || {
        let ledger = &record.result.ledger;
        let total: i64 = ledger.iter().map(|balance| balance.balance_micro).sum();
        let row = |account: &str, micro| vec![words::title(account), words::money(micro)];
        let balances = ledger.iter();
        let mut rows: Vec<Vec<String>> = balances
            .map(|balance| row(balance.account.label(), balance.balance_micro))
            .collect();
        rows.push(row("total", total));
        html! {
            p.soft.small {
                "Balances at the end by kind of account, in units of the scenario\u{2019}s currency. "
                "Every amount is booked twice, so they sum to zero."
            }
            (tabled(&Table { head: texts(["account", "balance"]), rows }))
        }
    })
}

fn refused(record: &RunRecord) -> Vec<Vec<String>> {
    let refusals = &record.result.refusals;
    let rule = |rule: RuleKind| rule_words(rule).to_owned();
    let reason = |reason: RefusalReason| words::plain(reason.label());
    [
        tallied("Ad", &refusals.ads, rule),
        tallied("Ad withdrawn", &refusals.withdrawn, rule),
        tallied("Command", &refusals.commands, reason),
        tallied("Transfer", &refusals.transfers, reason),
        tallied("Dropped at a full queue", &refusals.dropped, |class| {
            words::plain(class.label())
        }),
    ]
    .concat()
}

/// A row for each tally: of what, and how many.
fn tallied<T: Copy>(what: &str, tallies: &[Tally<T>], label: impl Fn(T) -> String) -> Vec<Vec<String>> {
    let row = |tally: &Tally<T>| {
        vec![
            format!("{what}: {}", label(tally.label)),
            words::count(tally.count as i64),
        ]
    };
    tallies.iter().map(row).collect()
}

pub(super) fn refusals(record: &RunRecord) -> Markup {
    section(record, "refused", || {
        html! {
            (clock_note(record))
            (tabled(&Table { head: texts(["what was refused, and why", "count"]), rows: refused(record) }))
        }
    })
}

pub(super) fn assumed(record: &RunRecord) -> Markup {
    section(record, "assumed", || {
        let rows = record.result.assumed.iter().map(|assumed| {
            [
                Cell::Name(assumed.key.clone()),
                Cell::Name(assumed.value.clone()),
                Cell::Text(assumed.unit.clone().unwrap_or_default()),
                Cell::Text(assumed.description.clone()),
            ]
        });
        html! {
            p {
                "No usable source was found for these parameters. The result depends on them: vary "
                "them before you rely on it."
            }
            (worded(["parameter", "value", "unit", "what it is"], rows))
        }
    })
}

pub(super) fn notes(record: &RunRecord) -> Markup {
    section(record, "notes", || {
        html! { ul { @for note in &record.result.notes { li { (words::sentence(note)) } } } }
    })
}
