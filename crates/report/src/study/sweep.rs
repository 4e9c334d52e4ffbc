//! What parameters of a scenario would change.

use super::whatif::cell;
use super::{Study, Time, doubts, estimated, write};
use crate::chart::{
    Data, Dot, Measure, Places, Plot, RangeChart, RangePanel, RangeRow, ScatterChart, Spread, Table, Tone,
};
use crate::document::sections::texts;
use crate::document::tabled;
use crate::words;
use crate::write::ReportError;
use chappe_metrics::{HARM, SweepDesign, SweepPoint, SweepRecord, Unit, VarianceShares, VariedKey};
use maud::{Markup, html};
use std::io;

/// Points with a name of their own in a drawing, at most.
const NAMED_MOST: usize = 24;

/// Hands `sink` each file of the report on a sweep: `index.html`, which needs none of the others, and
/// for every plot `plots/NAME.svg` and `plots/NAME.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_sweep(
    record: &SweepRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let study = Study {
        time: Time::Virtual,
        scenario: &record.scenario,
        seeds: &record.seeds,
        version: &record.version,
        execution: &record.execution,
        file: "sweep.json",
        question: record.scenario.question.clone(),
        answer: record.answer.clone(),
        doubts: doubts(&record.warnings),
        plots: sweep_plots(record),
        sections: vec![
            ("points", "Every point", points(record)),
            ("varied", "What was varied", varied(record)),
        ],
    };
    write(&study, sink)
}

/// The plots of a sweep: revenue against harm, and how much of the variance each key explains.
#[must_use]
pub fn sweep_plots(record: &SweepRecord) -> Vec<Plot> {
    let clock = Time::Virtual.words();
    let frontier = (!record.points.is_empty()).then(|| {
        Plot::new(
            "frontier",
            "What it earns against what it costs",
            "Each dot is one arm at one point, with its 95% intervals; higher earns more, further left turns \
             fewer people away. No other point beats the dark ones on both.",
            clock,
            Data::Scatter(frontier(record)),
        )
    });
    let panels = shares(record);
    let indices = (!panels.is_empty()).then(|| {
        Plot::new(
            "indices",
            "Which parameters matter",
            "Share of the variance over the points that a parameter explains alone (first dot) and together \
             with others (second dot).",
            clock,
            Data::Ranges(RangeChart { panels }),
        )
    });
    frontier.into_iter().chain(indices).collect()
}

fn frontier(record: &SweepRecord) -> ScatterChart {
    let named = record.points.len() <= NAMED_MOST;
    let dot = |point: &SweepPoint| {
        let (across, up) = (point.harm, point.revenue);
        Dot {
            label: if named || point.is_best {
                label(record, point)
            } else {
                String::new()
            },
            across: across.value,
            up: up.value,
            spread: Some(Spread {
                across: (across.low, across.high),
                up: (up.low, up.high),
            }),
            tone: if point.is_best { Tone::Ink } else { Tone::Ad },
        }
    };
    // What is drawn last lies on top, and what is named first has the choice of places.
    let mut points: Vec<&SweepPoint> = record.points.iter().collect();
    points.sort_by_key(|point| !point.is_best);
    ScatterChart {
        across: words::figure(HARM).unwrap_or(HARM).to_owned(),
        across_measure: Measure::Count,
        up: "revenue, in units of the currency".to_owned(),
        up_measure: Measure::Money,
        dots: points.into_iter().map(dot).collect(),
    }
}

/// What a point is called: its values, and its arm where there are several.
fn label(record: &SweepRecord, point: &SweepPoint) -> String {
    let last = |key: &str| words::plain(key.rsplit('.').next().unwrap_or(key));
    let pairs = record.keys.iter().zip(&point.values);
    let values: Vec<String> = pairs
        .map(|(key, value)| format!("{} {value}", last(&key.key)))
        .collect();
    let values = values.join(", ");
    match (record.arms.len() > 1, values.is_empty()) {
        (true, false) => format!("{values} \u{b7} {}", point.arm),
        (true, true) => point.arm.clone(),
        (false, _) => values,
    }
}

/// One panel for each metric and arm.
fn shares(record: &SweepRecord) -> Vec<RangePanel> {
    let same =
        |one: &VarianceShares, next: &VarianceShares| (&one.metric, &one.arm) == (&next.metric, &next.arm);
    let groups = record.indices.chunk_by(same);
    let panel = |group: &[VarianceShares]| {
        let mut sorted: Vec<&VarianceShares> = group.iter().collect();
        sorted.sort_by(|one, other| other.total.value.total_cmp(&one.total.value));
        let title = group
            .first()
            .map(|first| format!("{}, {}", first.metric, first.arm));
        RangePanel {
            title: title.unwrap_or_default(),
            measure: Measure::Share,
            places: Places::Differences,
            rows: sorted.into_iter().map(share_row).collect(),
        }
    };
    groups.map(panel).collect()
}

fn share_row(shares: &VarianceShares) -> RangeRow {
    let (first, total) = (shares.first.value, shares.total.value);
    let around = |estimate| estimated(estimate, Unit::Share);
    RangeRow {
        label: shares.key.clone(),
        span: (first.min(total), first.max(total)),
        marks: vec![first, total],
        remark: format!(
            "alone {}, in all {}",
            around(&shares.first),
            around(&shares.total)
        ),
        tone: Tone::Platform,
    }
}

fn points(record: &SweepRecord) -> Markup {
    let mut head: Vec<String> = record.keys.iter().map(|key| key.key.clone()).collect();
    head.push("arm".to_owned());
    head.extend(record.metrics.iter().map(|metric| metric.metric.clone()));
    head.push("best".to_owned());
    let rows = record.points.iter().map(|point| {
        let mut row = point.values.clone();
        row.push(point.arm.clone());
        let figures = point.figures.iter().zip(&record.metrics);
        row.extend(figures.map(|(figure, metric)| cell(figure.as_ref(), metric.unit)));
        row.push(if point.is_best {
            "\u{2713}".to_owned()
        } else {
            String::new()
        });
        row
    });
    html! {
        p.soft.small {
            "Means over " (words::counted(record.seeds.len() as i64, "replication"))
            " with their 95% intervals, in " (Time::Virtual.words()) ". Best: no other point earns as much \
             with less harm, or more with as little."
        }
        (tabled(&Table { head, rows: rows.collect() }))
    }
}

fn varied(record: &SweepRecord) -> Markup {
    let values = |key: &VariedKey| match key.range {
        Some([low, high]) => format!("{low} to {high}"),
        None => key.values.join(", "),
    };
    let rows = record.keys.iter().map(|key| texts([&key.key, &values(key)]));
    let how = match record.design {
        SweepDesign::Grid => "every combination of the values",
        SweepDesign::LatinHypercube => "points that fill the ranges evenly, a Latin hypercube",
        SweepDesign::Saltelli => {
            "points in the pattern of Saltelli, from which shares of the variance are estimated"
        }
    };
    html! {
        p { "Design: " (how) "; every point with the same seeds." }
        (tabled(&Table { head: texts(["key", "values"]), rows: rows.collect() }))
    }
}
