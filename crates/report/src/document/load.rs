//! The section on how a load was offered.

use super::sections::{section, texts};
use super::{Cell, tabled, worded};
use crate::chart::Table;
use crate::words;
use chappe_metrics::{LoadEnd, LoadRecord, RunRecord};
use maud::{Markup, html};

pub(super) fn load(record: &RunRecord) -> Markup {
    section(record, "load", || {
        html! { @if let Some(load) = &record.load { (offered(load)) } }
    })
}

fn offered(load: &LoadRecord) -> Markup {
    let choices = load
        .design
        .iter()
        .map(|choice| [Cell::Name(choice.key.clone()), Cell::Name(choice.value.clone())]);
    html! {
        p {
            "The commands were recorded in virtual time before the load began: the tape. "
            @if load.plan.peak_rate > 0.0 {
                "They are sent when the plan says, whether or not the platform keeps up, and latency counts "
                "from that intended moment."
            } @else {
                "In this closed loop each client waits for its previous command, so a slow platform gets fewer "
                "commands, and latency leaves out how long those of an open plan would have waited."
            }
        }
        h3 { "The plan" }
        (tabled(&Table { head: texts(["", ""]), rows: plan(load) }))
        @if !load.design.is_empty() {
            h3 { "The design" }
            (worded(["choice", "value"], choices))
        }
        h3 { "The outcome" }
        (worded(["figure", "value", "verdict"], outcome(load)))
        @if let Some(prediction) = &load.prediction {
            p.soft.small {
                "The prediction simulates the same load with service times and hops measured at "
                (prediction.calibrated) "."
            }
        }
    }
}

fn plan(load: &LoadRecord) -> Vec<Vec<String>> {
    let plan = &load.plan;
    let tape = format!(
        "{} commands, {} to {} of the scenario",
        words::count(plan.tape_commands_count as i64),
        words::moment(plan.tape_from_ns),
        words::moment(plan.tape_until_ns),
    );
    let busiest = if plan.peak_rate > 0.0 {
        format!("{} commands per second", words::number(plan.peak_rate))
    } else {
        "as many as the platform serves".to_owned()
    };
    vec![
        texts(["Pacing", &plan.pacing]),
        texts(["Peak rate", &busiest]),
        texts(["Warm-up, unmeasured", &words::duration(plan.warm_up_ns)]),
        texts(["To be measured", &words::duration(plan.duration_ns)]),
        texts(["Threads that send", &plan.injectors.to_string()]),
        texts(["Threads that run shards", &plan.threads.to_string()]),
        texts(["Tape", &tape]),
    ]
}

fn outcome(load: &LoadRecord) -> Vec<[Cell; 3]> {
    let outcome = &load.outcome;
    let row = |what: &str, how_much: String, well: bool, verdict: &str| {
        [
            Cell::Text(what.to_owned()),
            Cell::Number(how_much),
            Cell::Verdict(well, verdict.to_owned()),
        ]
    };
    let end = match outcome.end {
        LoadEnd::Planned => "as planned",
        LoadEnd::Interrupted => "interrupted",
        LoadEnd::Threshold => "ended by a threshold",
        LoadEnd::TapeEnded => "ended with its tape",
    };
    let generator = if outcome.valid { "kept up" } else { "was the limit" };
    let late = format!(
        "{} of {}",
        words::count(outcome.late_count as i64),
        words::count(outcome.sent_count as i64)
    );
    vec![
        row(
            "Measured",
            words::duration(outcome.measured_ns as i64),
            outcome.end == LoadEnd::Planned,
            end,
        ),
        row("Generator: sends over 1 ms late", late, outcome.valid, generator),
    ]
}
