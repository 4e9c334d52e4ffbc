//! The plots of a what-if study.

use super::{baseline, friends_delivery, metric, named, told_metrics};
use crate::chart::{
    Dash, Data, Dot, Measure, Panel, Places, Plot, RangeChart, RangePanel, RangeRow, ScatterChart, Spread,
    TimeChart, TimeLine, Tone,
};
use crate::study::{Time, measure, told, tone};
use chappe_metrics::{
    ArmDifference, ArmsMetric, ArmsSeries, Estimate, HARM, MovedParameter, Movement, REVENUE, Sensitivity,
    WhatIfRecord,
};

/// What is drawn beside the headline; the table tells of what they are made up.
const DRAWN: [&str; 6] = [
    REVENUE,
    HARM,
    "sales.ads",
    "messages.accepted.friend",
    "opt_ins.given",
    "orders.paid",
];
/// What a study follows over time, in words.
const FOLLOWED: [(&str, &str); 6] = [
    ("series.accepted.friend", "Friends\u{2019} messages"),
    ("series.begun", "Conversations begun between friends"),
    ("series.opt_outs", "Opt-outs"),
    ("series.mutes", "Mutes"),
    ("series.blocks", "Blocks"),
    ("series.revenue", "Revenue, in units of the currency"),
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

/// The plots of a what-if study: what each arm changes, revenue against harm, effects over the run, the
/// cost to friends, and which assumptions the answer depends on.
#[must_use]
pub fn whatif_plots(record: &WhatIfRecord) -> Vec<Plot> {
    let plot = |name, title, how: &str, data: Option<Data>| {
        data.map(|data| Plot::new(name, title, how, Time::Virtual.words(), data))
    };
    let baseline = baseline(record);
    let against = format!(
        "Each dot is the mean difference to {baseline}, its line the 95% interval. Green is better, red is \
         worse, grey may be no difference."
    );
    [
        plot("changes", "What each arm changes", &against, ranges(changes(record))),
        plot(
            "frontier",
            "Revenue against harm",
            &format!(
                "Each arm against {baseline}, with 95% intervals: higher earns more, further left does less harm. A dot \
                 whose name finds no room is named in the table."
            ),
            frontier(record),
        ),
        plot(
            "over-time",
            "Effects over the run",
            &over_time_caption(record),
            over_time(record),
        ),
        plot("friends", "What it costs friends in delivery time", &against, ranges(friends(record))),
        plot(
            "sensitivity",
            "Which assumptions the answer depends on",
            "Each assumed parameter moved alone, from low to high: how the difference between arm and \
             baseline changes. Dots are the two ends.",
            ranges(record.sensitivity.iter().map(sensitivity).collect()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn ranges(panels: Vec<RangePanel>) -> Option<Data> {
    let panels: Vec<RangePanel> = panels
        .into_iter()
        .filter(|panel| !panel.rows.is_empty())
        .collect();
    (!panels.is_empty()).then_some(Data::Ranges(RangeChart { panels }))
}

/// One panel for each metric: shares of the baseline where it had any, else differences.
fn changes(record: &WhatIfRecord) -> Vec<RangePanel> {
    let headline = |metric: &ArmsMetric| {
        let mut headline = record.stopping.headline.iter();
        headline.any(|headline| headline.metric == metric.metric)
    };
    let metrics = told_metrics(record).into_iter();
    let metrics = metrics.filter(|metric| {
        let is_drawn = headline(metric) || DRAWN.contains(&metric.metric.as_str());
        is_drawn && !metric.metric.starts_with("delivery.")
    });
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
    let is_more = match arm.verdict {
        Movement::More => Some(true),
        Movement::Less => Some(false),
        Movement::Unchanged | Movement::Unsure => None,
    };
    tone(metric.better, is_more)
}

pub(super) fn range_row(
    label: String,
    estimate: &Estimate,
    (drawn, factor): (Measure, f64),
    tone: Tone,
) -> RangeRow {
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

/// Arms by revenue and harm; the baseline is the origin.
fn frontier(record: &WhatIfRecord) -> Option<Data> {
    let (earned, harm) = (metric(record, REVENUE)?, metric(record, HARM)?);
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
            across: format!("{}, difference", named(&harm.metric)),
            across_measure: Measure::Count,
            up: format!("{}, difference, in units of the currency", named(&earned.metric)),
            up_measure: earned_measure,
            dots,
        })
    })
}

/// How to read the effects over the run: only so many arms have a line that can be told from the others.
fn over_time_caption(record: &WhatIfRecord) -> String {
    let drawn = TONES.len() * Dash::ALL.len();
    let arms = record.arms.len().saturating_sub(1);
    let all = "Means over the replications.";
    if arms > drawn {
        format!("{all} Of {arms} arms the first {drawn} are drawn.")
    } else {
        all.to_owned()
    }
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
        dash: Dash::Solid,
        values: series
            .baseline
            .iter()
            .map(|value| value.map(|value| value * factor))
            .collect(),
    };
    let looks = Dash::ALL
        .iter()
        .flat_map(|dash| TONES.iter().map(move |tone| (*tone, *dash)));
    let arms = series.against_baseline.iter().zip(looks);
    let arms = arms.map(|(arm, (tone, dash))| TimeLine {
        label: arm.arm.clone(),
        tone,
        dash,
        values: series
            .baseline
            .iter()
            .zip(&arm.differences)
            .map(|(baseline, difference)| Some(((*baseline)? + (*difference)?.value) * factor))
            .collect(),
    });
    Panel {
        title: FOLLOWED
            .iter()
            .find(|(name, _)| *name == series.series)
            .map_or_else(|| series.series.clone(), |(_, words)| (*words).to_owned()),
        measure,
        lines: std::iter::once(baseline_line).chain(arms).collect(),
    }
}

/// How long friends' messages take, as lengths of time.
fn friends(record: &WhatIfRecord) -> Vec<RangePanel> {
    let panels = friends_delivery(record).map(|metric| {
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
