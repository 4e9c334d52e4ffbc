//! The report on a search for capacity: how much load the platform carries within its thresholds.

use super::{Study, Time, broken, promises};
use crate::chart::{Data, Line, Mark, Plot, RateChart, RatePoint, Table, Tone};
use crate::document::sections::texts;
use crate::document::{Cell, tabled, worded};
use crate::junit::{Case, Outcome};
use crate::report::{Report, pretty, put_record};
use crate::words;
use crate::write::{ReportError, Sink};
use chappe_metrics::{CapacityEnd, CapacityRecord, CapacityTrial};
use maud::{Markup, html};
use std::io;

impl Report for CapacityRecord {
    fn record_file(&self) -> &'static str {
        "capacity.json"
    }

    fn answer(&self) -> Vec<String> {
        answer(self)
    }

    fn cautions(&self) -> Vec<String> {
        cautions(self)
    }

    fn incomplete(&self) -> Option<String> {
        incomplete(self)
    }

    fn json(&self) -> io::Result<Vec<u8>> {
        pretty(self)
    }

    fn write_files(&self, sink: &mut Sink<'_>) -> Result<(), ReportError> {
        put_record(self, sink)?;
        let study = Study {
            report: self,
            time: Time::Wall,
            scenario: &self.scenario,
            seeds: &[self.seed],
            version: &self.version,
            execution: &self.execution,
            question: "How much load does the platform carry?".to_owned(),
            plots: capacity_plots(self),
            sections: vec![
                ("plan", "What was tried", plan(self)),
                ("trials", "Every trial", trials(self)),
            ],
            table: trials_table(self),
            cases: cases(self),
        };
        study.write(sink)
    }
}

/// The rate first, then what it was like there.
fn answer(record: &CapacityRecord) -> Vec<String> {
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
        at(record.failed_rate, "At the lowest rate that failed,"),
        Some(trials),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn shown(rate: f64) -> String {
    words::rate(rate)
}

/// `10,000 to 150`: the rates tried.
fn tried(record: &CapacityRecord) -> Option<String> {
    let rates = || record.trials.iter().map(|trial| trial.rate);
    let (most, least) = (rates().reduce(f64::max)?, rates().reduce(f64::min)?);
    Some(if most == least {
        shown(most)
    } else {
        format!("{} to {}", shown(most), shown(least))
    })
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
            format!(
                "The platform carries at least {kept} {within}: the highest rate that the search may try."
            )
        }
        (CapacityEnd::Generator, Some(kept), _) => {
            format!(
                "The platform carries at least {kept} {within}; above that rate the generator was the limit."
            )
        }
        (CapacityEnd::Generator, None, _) => {
            "The generator was the limit at every rate tried, so this says nothing about the platform."
                .to_owned()
        }
        (CapacityEnd::Unmeasured, _, _) => {
            let rate = record.trials.last().map(|trial| shown(trial.rate));
            format!(
                "At {} commands per second too little was observed to judge {}.",
                words::told(rate, |rate| rate),
                unsettled(record)
            )
        }
        (CapacityEnd::NotByRate, _, _) => {
            format!(
                "The platform missed its thresholds at every rate from {}, and a lower rate brought them no nearer: they \
                 do not depend on the rate ({}).",
                words::told(tried(record), |rates| rates),
                unsettled(record)
            )
        }
        (CapacityEnd::Nothing, _, Some(failed)) => {
            format!(
                "The platform missed its thresholds at every rate tried, even at {failed} commands per second."
            )
        }
        (CapacityEnd::Trials | CapacityEnd::Interrupted, Some(kept), Some(failed)) => {
            format!("The platform seems to carry {kept} to {failed} {within}, which is not confirmed.")
        }
        (CapacityEnd::Found | CapacityEnd::Trials | CapacityEnd::Interrupted, Some(kept), None) => {
            format!("The platform seems to carry at least {kept} {within}, which is not confirmed.")
        }
        (CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Trials | CapacityEnd::Interrupted, None, _)
        | (CapacityEnd::Nothing, _, None) => match record.trials.len() {
            0 => "No trial came to its end.".to_owned(),
            _ => "The platform missed its thresholds at every rate tried so far.".to_owned(),
        },
    }
}

/// The thresholds that left the search without an answer, each with why.
fn unsettled(record: &CapacityRecord) -> String {
    match record.unsettled.as_slice() {
        [] => "its thresholds, as no command was sent".to_owned(),
        unsettled => unsettled.join("; "),
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

fn cautions(record: &CapacityRecord) -> Vec<String> {
    let end = match record.ended {
        CapacityEnd::Generator => {
            Some("Give the generator a core of its own to see what the platform can do.")
        }
        CapacityEnd::Unmeasured => Some(
            "Hold each rate for longer with --duration, begin at a higher --rate, or set a threshold on what happens in \
             this load.",
        ),
        CapacityEnd::NotByRate => Some(
            "Take these thresholds out of the scenario, or make them depend on the load: capacity is the highest rate \
             within upper limits.",
        ),
        CapacityEnd::Found
        | CapacityEnd::Cap
        | CapacityEnd::Nothing
        | CapacityEnd::Trials
        | CapacityEnd::Interrupted => None,
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
    let broken = broken(&record.violations).into_iter();
    broken.chain(end.map(str::to_owned)).chain(behind).collect()
}

/// If the search ended before a rate was confirmed: how many trials there are, and what was kept so far.
fn incomplete(record: &CapacityRecord) -> Option<String> {
    let trials = words::counted(record.trials.len() as i64, "trial");
    let so_far = match record.kept_rate.map(shown) {
        Some(kept) => {
            format!("{kept} commands per second were kept so far, but no rate was confirmed yet.")
        }
        None => "no rate was confirmed yet.".to_owned(),
    };
    match record.ended {
        CapacityEnd::Interrupted if record.trials_max > 0 => Some(format!(
            "The search was stopped after {} of at most {}; {so_far}",
            record.trials.len(),
            words::counted(i64::from(record.trials_max), "trial"),
        )),
        CapacityEnd::Interrupted => Some(format!("The search was stopped after {trials}; {so_far}")),
        CapacityEnd::Trials => Some(format!(
            "The search used all of its {trials}; {so_far} Allow more of them."
        )),
        CapacityEnd::Found
        | CapacityEnd::Cap
        | CapacityEnd::Nothing
        | CapacityEnd::Generator
        | CapacityEnd::Unmeasured
        | CapacityEnd::NotByRate => None,
    }
}

/// What a CI shows of a search that reached its end.
fn cases(record: &CapacityRecord) -> Vec<Case> {
    let failed = |what: &str| Outcome::Failed(what.to_owned(), found(record));
    let platform = match (record.ended, record.kept_rate) {
        (CapacityEnd::Nothing | CapacityEnd::NotByRate, _) => failed("kept at no rate tried"),
        (CapacityEnd::Unmeasured, _) | (_, None) => Outcome::Error(found(record)),
        (_, Some(_)) => Outcome::Passed,
    };
    let generator = match record.ended {
        CapacityEnd::Generator => failed("the generator was the limit"),
        CapacityEnd::Found
        | CapacityEnd::Cap
        | CapacityEnd::Nothing
        | CapacityEnd::Unmeasured
        | CapacityEnd::NotByRate
        | CapacityEnd::Trials
        | CapacityEnd::Interrupted => Outcome::Passed,
    };
    let cases = [
        promises(&record.violations),
        Case::new(
            "capacity",
            "the platform keeps its thresholds at some rate",
            platform,
        ),
        Case::new("load", "the generator kept up", generator),
    ];
    match incomplete(record) {
        Some(_) => vec![],
        None => cases.into(),
    }
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
    html! {
        p.soft.small { "Rates are commands per second; latency is of friends\u{2019} messages." }
        (tabled(&trials_table(record)))
    }
}

fn trials_table(record: &CapacityRecord) -> Table {
    let latency = |ns: Option<i64>| ns.map(words::duration).unwrap_or_default();
    let rows = record.trials.iter().enumerate().map(|(index, trial)| {
        let verdict = match (trial.kept, trial.generator_limited, trial.unmeasured) {
            (_, true, _) => "generator behind",
            (_, false, true) => "too little observed",
            (true, false, false) => "kept",
            (false, false, false) => "missed",
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
    Table {
        head: texts([
            "trial",
            "offered",
            "served",
            "50% within",
            "99% within",
            "phase",
            "verdict",
        ]),
        rows: rows.collect(),
    }
}
