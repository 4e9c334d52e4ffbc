//! What arms of a scenario would change.

use super::{Study, Time, estimated, measure, told, tone, write};
use crate::chart::{
    Data, Dot, Measure, Panel, Places, Plot, RangeChart, RangePanel, RangeRow, ScatterChart, Spread, Table,
    TimeChart, TimeLine, Tone, rule_words,
};
use crate::document::sections::texts;
use crate::document::tabled;
use crate::words;
use crate::write::ReportError;
use chappe_metrics::{
    ArmDifference, ArmsMetric, ArmsSeries, Estimate, MovedParameter, Sensitivity, StudyArm, UserEffects,
    WhatIfRecord,
};
use maud::{Markup, html};
use std::io;

/// What the frontier is drawn from.
const EARNED: &str = "revenue.total";
/// What the frontier holds it against.
const HARM: &str = "harm";
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
/// What a product manager looks at, whatever decided how long the study went on: name and words.
const TOLD: [(&str, &str); 15] = [
    ("revenue.total", "revenue"),
    ("revenue.ads", "revenue with ads"),
    ("revenue.messages.marketing", "revenue by list price"),
    ("revenue.messages.utility", "revenue with notices and plans"),
    ("revenue.payments", "revenue with payments"),
    ("sales.ads", "sales through ads"),
    ("ads.delivered", "ads delivered"),
    ("harm", "people who turned away"),
    ("opt_ins.revoked", "opt-outs"),
    ("mutes", "mutes"),
    ("blocks", "blocks"),
    ("messages.accepted.friend", "friends\u{2019} messages"),
    ("sessions.connects", "times on line"),
    ("opt_ins.given", "opt-ins"),
    ("orders.paid", "orders paid"),
];
/// Tones that tell arms apart where neither is better or worse.
const TONES: [Tone; 6] = [
    Tone::Friend,
    Tone::Ad,
    Tone::OrderNotice,
    Tone::HotLine,
    Tone::Harm,
    Tone::Platform,
];
/// Parameters of a drawing of sensitivity, at most: the others hardly matter.
const PARAMETERS_MOST: usize = 12;

/// Hands `sink` each file of the report on a what-if study: `index.html`, which needs none of the
/// others, and for every plot `plots/NAME.svg` and `plots/NAME.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_whatif(
    record: &WhatIfRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let sections = [
        (
            "side-by-side",
            "The arms side by side",
            Some(side_by_side(record)),
        ),
        ("funnel", "From judged to bought", funnel(record)),
        ("refusals", "Why ads were refused", refusals(record)),
        ("people", "Who lost what", people(record)),
        ("assumed", "Assumed parameters", assumed(record)),
        ("all", "All figures", Some(all(record))),
        ("arms", "What was played", Some(arms(record))),
    ];
    let present = sections
        .into_iter()
        .filter_map(|(anchor, title, content)| Some((anchor, title, content?)));
    let doubt = |warning: &chappe_metrics::Warning| {
        let text = format!("{}: {}", warning.problem, warning.remedy);
        words::sentence(text.trim_end_matches(": "))
    };
    let study = Study {
        time: Time::Virtual,
        scenario: &record.scenario,
        seeds: &record.seeds,
        version: &record.version,
        execution: &record.execution,
        file: "whatif.json",
        question: record.scenario.question.clone(),
        answer: record.answer.clone(),
        doubts: record.warnings.iter().map(doubt).collect(),
        plots: whatif_plots(record),
        sections: present.collect(),
    };
    write(&study, sink)
}

/// The plots of a what-if study: what each arm changes, revenue against harm, effects over the run, the
/// cost to friends, and what the answer hangs on.
#[must_use]
pub fn whatif_plots(record: &WhatIfRecord) -> Vec<Plot> {
    let plot = |name, title, how: &str, data: Option<Data>| {
        data.map(|data| Plot::new(name, title, how, Time::Virtual.words(), data))
    };
    let baseline = baseline(record);
    let against = format!(
        "Each dot is the mean difference to {baseline}, its line the 95% interval. Green is for the better, \
         red for the worse, grey may be nothing."
    );
    [
        plot("changes", "What each arm changes", &against, ranges(changes(record))),
        plot(
            "frontier",
            "What it earns against what it costs",
            &format!(
                "Each arm against {baseline}, with 95% intervals: higher earns more, further left turns fewer \
                 people away."
            ),
            frontier(record),
        ),
        plot(
            "over-time",
            "Effects over the run",
            "Means over the replications.",
            over_time(record),
        ),
        plot("friends", "What it costs friends", &against, ranges(friends(record))),
        plot(
            "sensitivity",
            "What the answer hangs on",
            "Each assumed parameter moved alone, from low to high: how the difference between arm and \
             baseline changes. Dots are the two ends.",
            ranges(record.sensitivity.iter().map(sensitivity).collect()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn baseline(record: &WhatIfRecord) -> &str {
    record
        .arms
        .first()
        .map_or("the baseline", |arm| arm.name.as_str())
}

fn metric<'a>(record: &'a WhatIfRecord, name: &str) -> Option<&'a ArmsMetric> {
    record.metrics.iter().find(|metric| metric.metric == name)
}

/// A metric in words, where people have any for it.
fn named(name: &str) -> String {
    let told = TOLD.iter().find(|(told, _)| *told == name);
    told.map_or_else(|| name.to_owned(), |(_, words)| (*words).to_owned())
}

fn ranges(panels: Vec<RangePanel>) -> Option<Data> {
    let panels: Vec<RangePanel> = panels
        .into_iter()
        .filter(|panel| !panel.rows.is_empty())
        .collect();
    (!panels.is_empty()).then_some(Data::Ranges(RangeChart { panels }))
}

/// The metrics to be told first: the headline, then what people always ask for.
fn told_metrics(record: &WhatIfRecord) -> Vec<&ArmsMetric> {
    let headline = record
        .stopping
        .headline
        .iter()
        .map(|headline| headline.metric.as_str());
    let names = headline.chain(TOLD.iter().map(|(name, _)| *name));
    let mut metrics: Vec<&ArmsMetric> = vec![];
    for name in names {
        if let Some(found) = metric(record, name)
            && !metrics.iter().any(|metric| metric.metric == name)
        {
            metrics.push(found);
        }
    }
    metrics
}

/// One panel for each metric: shares of the baseline where it had any, else differences.
fn changes(record: &WhatIfRecord) -> Vec<RangePanel> {
    let metrics = told_metrics(record).into_iter();
    let metrics = metrics.filter(|metric| !metric.metric.starts_with("delivery."));
    metrics.map(difference_panel).collect()
}

fn difference_panel(metric: &ArmsMetric) -> RangePanel {
    let (own, factor) = measure(metric.unit);
    let all_shares = metric.against_baseline.iter().all(|arm| arm.share.is_some());
    let (drawn, factor) = if all_shares {
        (Measure::Share, 1.0)
    } else {
        (own, factor)
    };
    let rows = metric.against_baseline.iter().filter_map(|arm| {
        let estimate = if all_shares { arm.share? } else { arm.difference };
        Some(range_row(
            arm.arm.clone(),
            &estimate,
            (drawn, factor),
            arm_tone(metric, arm),
        ))
    });
    let name = named(&metric.metric);
    RangePanel {
        title: if all_shares {
            name
        } else {
            format!("{name}, difference")
        },
        measure: drawn,
        places: Places::Differences,
        rows: rows.collect(),
    }
}

fn arm_tone(metric: &ArmsMetric, arm: &ArmDifference) -> Tone {
    let is_more = match arm.verdict.as_str() {
        "more" => Some(true),
        "less" => Some(false),
        _ => None,
    };
    tone(&metric.better, is_more)
}

fn range_row(label: String, estimate: &Estimate, (drawn, factor): (Measure, f64), tone: Tone) -> RangeRow {
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(|value| value * factor);
    let remark = if low == high {
        told(drawn, value)
    } else {
        let [value, low, high] = [value, low, high].map(|value| told(drawn, value));
        format!("{value} ({low} to {high})")
    };
    RangeRow {
        label,
        span: (low, high),
        marks: vec![value],
        remark,
        tone,
    }
}

/// Arms by what they earn and whom they turn away; the baseline is the origin.
fn frontier(record: &WhatIfRecord) -> Option<Data> {
    let (earned, harm) = (metric(record, EARNED)?, metric(record, HARM)?);
    let (earned_measure, factor) = measure(earned.unit);
    let origin = Dot {
        label: baseline(record).to_owned(),
        across: 0.0,
        up: 0.0,
        spread: None,
        tone: Tone::Ink,
    };
    let arms = earned.against_baseline.iter().filter_map(|arm| {
        let turned = harm.against_baseline.iter().find(|other| other.arm == arm.arm)?;
        let (up, across) = (arm.difference, turned.difference);
        Some(Dot {
            label: arm.arm.clone(),
            across: across.value,
            up: up.value * factor,
            spread: Some(Spread {
                across: (across.low, across.high),
                up: (up.low * factor, up.high * factor),
            }),
            tone: Tone::Ad,
        })
    });
    let dots: Vec<Dot> = std::iter::once(origin).chain(arms).collect();
    (dots.len() > 1).then(|| {
        Data::Scatter(ScatterChart {
            across: "opt-outs, mutes and blocks per 1,000 people, difference".to_owned(),
            across_measure: Measure::Count,
            up: format!("{}, difference, in units of the currency", named(&earned.metric)),
            up_measure: earned_measure,
            dots,
        })
    })
}

/// Each series as a panel, each arm a line.
fn over_time(record: &WhatIfRecord) -> Option<Data> {
    let first = record.series.first()?;
    let intervals = first.baseline.len() as i64;
    let panels = record.series.iter().map(|series| series_panel(record, series));
    Some(Data::Elapsed(TimeChart {
        from_ns: first.start_ns,
        until_ns: first.start_ns + intervals.max(1) * first.interval_ns,
        warm_up_ns: first.start_ns,
        interval_ns: first.interval_ns,
        panels: panels.collect(),
    }))
}

fn series_panel(record: &WhatIfRecord, series: &ArmsSeries) -> Panel {
    let (measure, factor) = measure(series.unit);
    let baseline_line = TimeLine {
        label: baseline(record).to_owned(),
        tone: Tone::Ink,
        values: series.baseline.iter().map(|value| Some(value * factor)).collect(),
    };
    let arms = series.against_baseline.iter().zip(TONES.iter().cycle());
    let arms = arms.map(|(arm, tone)| TimeLine {
        label: arm.arm.clone(),
        tone: *tone,
        values: series
            .baseline
            .iter()
            .zip(&arm.differences)
            .map(|(baseline, difference)| Some((baseline + difference.value) * factor))
            .collect(),
    });
    Panel {
        title: words::title(series.series.trim_start_matches("series.")),
        measure,
        lines: std::iter::once(baseline_line).chain(arms).collect(),
    }
}

/// How long friends' messages take, as lengths of time.
fn friends(record: &WhatIfRecord) -> Vec<RangePanel> {
    let delivery = record
        .metrics
        .iter()
        .filter(|metric| metric.metric.starts_with("delivery.friend "));
    let panels = delivery.map(|metric| {
        let (drawn, factor) = measure(metric.unit);
        let baseline = metric.arms.first().and_then(|arm| arm.mean);
        let at = baseline.map(|mean| format!("; {} in the baseline", drawn.show(mean * factor)));
        let rows = metric.against_baseline.iter().map(|arm| {
            let tone = arm_tone(metric, arm);
            range_row(arm.arm.clone(), &arm.difference, (drawn, factor), tone)
        });
        RangePanel {
            title: format!("{}, difference{}", metric.metric, at.unwrap_or_default()),
            measure: drawn,
            places: Places::Differences,
            rows: rows.collect(),
        }
    });
    panels.collect()
}

/// A tornado: the parameter that matters most on top.
fn sensitivity(sensitivity: &Sensitivity) -> RangePanel {
    let (drawn, factor) = measure(sensitivity.unit);
    let row = |moved: &MovedParameter| {
        let [low, high] = [&moved.low, &moved.high].map(|end| end.difference.value * factor);
        RangeRow {
            label: moved.key.clone(),
            span: (low.min(high), low.max(high)),
            marks: vec![low, high],
            remark: format!(
                "{} at {}, {} at {}",
                told(drawn, low),
                moved.low.value,
                told(drawn, high),
                moved.high.value
            ),
            tone: if low.signum() == high.signum() {
                Tone::Soft
            } else {
                Tone::Harm
            },
        }
    };
    RangePanel {
        title: format!(
            "{}, {} against the baseline: {}",
            named(&sensitivity.metric),
            sensitivity.arm,
            told(drawn, sensitivity.difference.value * factor)
        ),
        measure: drawn,
        places: Places::Differences,
        rows: sensitivity
            .parameters
            .iter()
            .take(PARAMETERS_MOST)
            .map(row)
            .collect(),
    }
}

/// Means of all arms, and how each differs from the baseline.
fn side_by_side(record: &WhatIfRecord) -> Markup {
    let delivery = record
        .metrics
        .iter()
        .filter(|metric| metric.metric.starts_with("delivery.friend "));
    let metrics = told_metrics(record).into_iter();
    let metrics = metrics
        .filter(|metric| !metric.metric.starts_with("delivery.friend "))
        .chain(delivery);
    html! {
        p.soft.small {
            "Means over " (words::counted(record.seeds.len() as i64, "replication"))
            "; below each the difference to " (baseline(record)) " with its 95% interval. Money is in units \
             of the scenario\u{2019}s currency; in " (Time::Virtual.words()) "."
        }
        (tabled(&table(record, metrics)))
    }
}

fn table<'a>(record: &WhatIfRecord, metrics: impl Iterator<Item = &'a ArmsMetric>) -> Table {
    let mut head = texts([""]);
    head.extend(record.arms.iter().map(|arm| arm.name.clone()));
    let rows = metrics.flat_map(|metric| {
        let mut means = vec![named(&metric.metric)];
        means.extend(metric.arms.iter().map(|arm| mean(metric, arm.mean)));
        let mut differences = texts(["", ""]);
        differences.extend(metric.against_baseline.iter().map(difference(metric)));
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

fn funnel(record: &WhatIfRecord) -> Option<Markup> {
    let steps = FUNNEL
        .iter()
        .filter_map(|(name, words)| Some(((*words).to_owned(), metric(record, name)?)));
    counted_table(record, steps.collect())
}

fn refusals(record: &WhatIfRecord) -> Option<Markup> {
    let rules = record.metrics.iter().filter_map(|metric| {
        let rule = metric.metric.strip_prefix(REFUSED)?;
        Some((rule_words(rule), metric))
    });
    counted_table(record, rules.collect())
}

/// How many people have less or more of what, arm by arm.
fn people(record: &WhatIfRecord) -> Option<Markup> {
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
                &words::capital(&quantity.quantity),
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

fn assumed(record: &WhatIfRecord) -> Option<Markup> {
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
                "What the answer rests on without a source. "
                @if record.sensitivity.is_empty() {
                    "How far it hangs on them was not asked: "
                    span.name { "chappe whatif \u{2026} --sensitivity" } " tells."
                } @else {
                    "Which of them matter stands above, under What the answer hangs on."
                }
            }
            details {
                summary { (words::counted(record.assumed.len() as i64, "parameter")) }
                (tabled(&Table { head: texts(["key", "value", "unit", "what it is"]), rows: rows.collect() }))
            }
        }
    })
}

fn all(record: &WhatIfRecord) -> Markup {
    html! {
        details {
            summary { (words::counted(record.metrics.len() as i64, "figure")) " with their differences" }
            (tabled(&table(record, record.metrics.iter())))
        }
    }
}

/// The arms, and why there were so many replications.
fn arms(record: &WhatIfRecord) -> Markup {
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
    let why = match stopping.ended.as_str() {
        "narrow_enough" => "every interval that was asked for is as narrow as asked",
        "replications" => "that is the most that was allowed",
        "budget" => "the time allowed for it was over",
        _ => "it was interrupted",
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
            (stopping.pilot_count) " decides how many are needed (Stein 1945), so that intervals hold what \
             they promise."
        }
        (tabled(&Table { head: texts(["arm", "changes", "hash"]), rows: rows.collect() }))
    }
}

/// One estimate in the unit of a metric, for tables.
#[must_use]
pub(super) fn cell(estimate: Option<&Estimate>, unit: chappe_metrics::Unit) -> String {
    estimate
        .map(|estimate| estimated(estimate, unit))
        .unwrap_or_default()
}
