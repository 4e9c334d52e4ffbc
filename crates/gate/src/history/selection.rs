//! Which of the recorded runs and figures are wanted.

use super::series;
use crate::baselines::VERSION;
use crate::record::{FigureKind, HISTORY_SCHEMA, HistoryRecord, RecordedRun};
use chappe_metrics::Execution;
use chappe_study::Error;
use std::collections::BTreeSet;

/// Names that an error lists, at most.
const NAMES_MOST: usize = 12;

/// The runs of one scenario only and the figures of one metric only, where they are named.
///
/// # Errors
/// There is no such scenario or metric.
pub fn select(
    mut runs: Vec<RecordedRun>,
    scenario: Option<&str>,
    metric: Option<&str>,
) -> Result<Vec<RecordedRun>, Error> {
    if let Some(scenario) = scenario {
        let known = runs.iter().map(|run| run.scenario.clone()).collect();
        runs.retain(|run| run.scenario == scenario);
        check(!runs.is_empty(), "scenario", scenario, &known)?;
    }
    if let Some(metric) = metric {
        let figures = runs.iter().flat_map(|run| &run.figures);
        let known = figures.map(|figure| figure.metric.clone()).collect();
        for run in &mut runs {
            run.figures.retain(|figure| figure.metric == metric);
        }
        runs.retain(|run| !run.figures.is_empty());
        check(!runs.is_empty(), "metric", metric, &known)?;
    }
    Ok(runs)
}

fn check(is_known: bool, what: &str, name: &str, known: &BTreeSet<String>) -> Result<(), Error> {
    if is_known {
        return Ok(());
    }
    let mut names: Vec<&str> = known.iter().take(NAMES_MOST).map(String::as_str).collect();
    if known.len() > NAMES_MOST {
        names.push("and others");
    }
    Err(Error::usage_with(
        format!("no recorded run has a {what} `{name}`"),
        format!("there are {}", names.join(", ")),
    ))
}

/// The record of these runs. What it took is for the caller to say.
#[must_use]
pub fn record(runs: &[RecordedRun]) -> HistoryRecord {
    HistoryRecord {
        schema: HISTORY_SCHEMA.to_string(),
        version: VERSION.to_string(),
        runs_count: runs.len() as u64,
        series: series(runs),
        execution: Execution::default(),
    }
}

/// What fits on a terminal: the record without the figures of behaviour that never changed, and how many those are.
#[must_use]
pub fn in_brief(record: &HistoryRecord) -> (HistoryRecord, usize) {
    let mut brief = record.clone();
    brief
        .series
        .retain(|series| series.kind != FigureKind::Behaviour || !series.changes.is_empty());
    let left_out_count = record.series.len() - brief.series.len();
    (brief, left_out_count)
}
