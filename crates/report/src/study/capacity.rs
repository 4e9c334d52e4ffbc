//! How much the platform carries within its thresholds.

use super::{Study, Time, write};
use crate::chart::{Data, Line, Mark, Plot, RateChart, RatePoint, Table, Tone};
use crate::document::sections::texts;
use crate::document::{Cell, tabled, worded};
use crate::words;
use crate::write::ReportError;
use chappe_metrics::{CapacityEnd, CapacityRecord, CapacityTrial};
use maud::{Markup, html};
use std::io;

/// What a search for capacity found, in plain words: the rate first, then what it was like there.
#[must_use]
pub fn capacity_answer(record: &CapacityRecord) -> Vec<String> {
    let lead = found(record);
    let at = |rate: Option<f64>, what: &str| {
        let (half, slow) = latency_at(record, rate?)?;
        Some(format!(
            "{what} {} per second, friends\u{2019} messages arrived within {} (half) and {} (99 in 100) of the \
             intended send.",
            shown(rate?),
            words::duration(half),
            words::duration(slow),
        ))
    };
    let trials = format!(
        "It took {}: {}.",
        words::counted(record.trials.len() as i64, "trial"),
        record.plan
    );
    [
        Some(lead),
        at(record.kept_rate, "At the highest rate kept,"),
        at(record.failed_rate, "At the lowest that failed,"),
        Some(trials),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn shown(rate: f64) -> String {
    words::number(rate.round())
}

fn found(record: &CapacityRecord) -> String {
    let within = "commands per second within its thresholds";
    let kept = record.kept_rate.map(shown);
    let failed = record.failed_rate.map(shown);
    match (record.ended, kept, failed) {
        (CapacityEnd::Found, Some(kept), Some(failed)) => {
            format!("The platform carries {kept} to {failed} {within}.")
        }
        (CapacityEnd::Cap, Some(kept), _) => {
            format!("The platform carries at least {kept} {within}: the highest rate that was to be tried.")
        }
        (CapacityEnd::Generator, Some(kept), _) => {
            format!("The platform carries at least {kept} {within}; beyond, the generator was the limit.")
        }
        (CapacityEnd::Generator, None, _) => {
            "The generator was the limit at every rate tried, so this says nothing about the platform."
                .to_owned()
        }
        (CapacityEnd::Nothing, _, Some(failed)) => {
            format!(
                "The platform kept its thresholds at no rate tried, not even at {failed} commands per second."
            )
        }
        (CapacityEnd::Trials | CapacityEnd::Interrupted, Some(kept), Some(failed)) => {
            format!("The platform seems to carry {kept} to {failed} {within}, which is not confirmed.")
        }
        (CapacityEnd::Found | CapacityEnd::Trials | CapacityEnd::Interrupted, Some(kept), None) => {
            format!("The platform seems to carry at least {kept} {within}, which is not confirmed.")
        }
        (CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Trials | CapacityEnd::Interrupted, None, _)
        | (CapacityEnd::Nothing, _, None) => "The platform kept its thresholds at no rate tried.".to_owned(),
    }
}

/// Median and 0.99 quantile at a rate [ns], in the middle one of the trials there.
fn latency_at(record: &CapacityRecord, rate: f64) -> Option<(i64, i64)> {
    let trials = record.trials.iter().filter(|trial| trial.rate == rate);
    let mut seen: Vec<(i64, i64)> = trials
        .filter_map(|trial| Some((trial.p99_ns?, trial.p50_ns?)))
        .collect();
    seen.sort_unstable();
    let &(slow, half) = seen.get(seen.len() / 2)?;
    Some((half, slow))
}

fn doubts(record: &CapacityRecord) -> Vec<String> {
    let end = match record.ended {
        CapacityEnd::Trials => Some("No trials were left before the rate was confirmed: allow more of them."),
        CapacityEnd::Interrupted => {
            Some("The search was stopped before its end: what it found is not confirmed.")
        }
        CapacityEnd::Generator => {
            Some("Give the generator a core of its own to see what the platform can do.")
        }
        CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Nothing => None,
    };
    let limited = record
        .trials
        .iter()
        .filter(|trial| trial.generator_limited)
        .count();
    let behind = (limited > 0).then(|| {
        let trials = words::counted(limited as i64, "trial");
        format!("In {trials} the generator fell behind: they say nothing about the platform.")
    });
    end.map(str::to_owned).into_iter().chain(behind).collect()
}

/// Hands `sink` each file of the report on a search for capacity: `index.html`, which needs none of
/// the others, and its plot as `plots/capacity.svg` and `plots/capacity.png`.
///
/// # Errors
/// What the sink says, or why a plot could not be rendered.
pub fn write_capacity(
    record: &CapacityRecord,
    sink: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError> {
    let study = Study {
        time: Time::Wall,
        scenario: &record.scenario,
        seeds: &[record.seed],
        version: &record.version,
        execution: &record.execution,
        file: "capacity.json",
        question: "How much load does the platform carry?".to_owned(),
        answer: capacity_answer(record),
        doubts: doubts(record),
        plots: capacity_plots(record),
        sections: vec![
            ("plan", "What was tried", plan(record)),
            ("trials", "Every trial", trials(record)),
        ],
    };
    write(&study, sink)
}

/// The plots of a search for capacity: latency against offered load, if any was measured.
#[must_use]
pub fn capacity_plots(record: &CapacityRecord) -> Vec<Plot> {
    let plot = chart(record).map(|chart| {
        Plot::new(
            "capacity",
            "Latency against offered load",
            "Delivery of friends' messages in every trial; red dots missed a threshold, or the \
             generator fell behind. Where a rate was tried several times, the lines go through the \
             middle one.",
            Time::Wall.words(),
            Data::Rates(chart),
        )
    });
    plot.into_iter().collect()
}

fn chart(record: &CapacityRecord) -> Option<RateChart> {
    let line = |label: &str, tone, latency: fn(&CapacityTrial) -> Option<i64>| {
        let seen = record.trials.iter().filter(|trial| trial.rate > 0.0);
        let mut points: Vec<RatePoint> = seen
            .filter_map(|trial| {
                Some(RatePoint {
                    rate: trial.rate,
                    latency_ns: latency(trial).filter(|&latency| latency > 0)?,
                    kept: trial.kept,
                })
            })
            .collect();
        points.sort_by(|one, next| one.rate.total_cmp(&next.rate));
        (!points.is_empty()).then(|| Line {
            label: label.to_owned(),
            tone,
            points,
        })
    };
    let lines = [
        line("99% within", Tone::Friend, |trial| trial.p99_ns),
        line("50% within", Tone::OrderNotice, |trial| trial.p50_ns),
    ];
    let lines: Vec<Line<RatePoint>> = lines.into_iter().flatten().collect();
    let mark = |label: String, between: (f64, f64)| Mark {
        label,
        between,
        tone: Tone::Platform,
    };
    let marks = match (record.kept_rate, record.failed_rate) {
        (Some(kept), Some(failed)) if kept > 0.0 => {
            vec![mark(
                format!("carries {} to {}", shown(kept), shown(failed)),
                (kept, failed),
            )]
        }
        (Some(kept), None) if kept > 0.0 => {
            vec![mark(format!("carries at least {}", shown(kept)), (kept, kept))]
        }
        (Some(_) | None, _) => vec![],
    };
    (!lines.is_empty()).then_some(RateChart { lines, marks })
}

fn plan(record: &CapacityRecord) -> Markup {
    let design = record.design.iter();
    let design = design.map(|choice| [Cell::Name(choice.key.clone()), Cell::Name(choice.value.clone())]);
    html! {
        p { (words::sentence(&record.plan)) }
        p { "A trial had to keep:" }
        ul { @for threshold in &record.thresholds { li.name { (threshold) } } }
        @if !record.design.is_empty() {
            h3 { "The design" }
            (worded(["choice", "value"], design))
        }
    }
}

fn trials(record: &CapacityRecord) -> Markup {
    let latency = |ns: Option<i64>| ns.map(words::duration).unwrap_or_default();
    let rows = record.trials.iter().enumerate().map(|(index, trial)| {
        let verdict = match (trial.kept, trial.generator_limited) {
            (_, true) => "generator behind",
            (true, false) => "kept",
            (false, false) => "missed",
        };
        vec![
            (index + 1).to_string(),
            shown(trial.rate),
            shown(trial.achieved_rate),
            latency(trial.p50_ns),
            latency(trial.p99_ns),
            trial.phase.label().to_owned(),
            verdict.to_owned(),
        ]
    });
    html! {
        p.soft.small { "Rates are commands per second; latency is of friends\u{2019} messages." }
        (tabled(&Table {
            head: texts(["trial", "offered", "served", "50% within", "99% within", "what for", "verdict"]),
            rows: rows.collect(),
        }))
    }
}
