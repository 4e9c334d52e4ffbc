//! `chappe audit`: audits a saved event log.

use crate::args::AuditArgs;
use crate::failure::Failure;
use crate::terminal::table;
use chappe_metrics::AuditSummary;
use chappe_study::verdict::Verdict;
use std::io::{Write, stdout};

/// Judges a saved log by the promises of the scenario that was run.
pub(crate) fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let summary = chappe_study::audit_log(&args.log)?;
    let printed = match args.output.json {
        true => super::print_json(&summary),
        false => print(&summary),
    };
    let count = summary
        .promises
        .iter()
        .map(|promise| promise.violation_count)
        .sum();
    if count > 0 {
        let violations = summary.violations.into_iter();
        return Err(Failure::Verdict(Verdict::Violations {
            count,
            descriptions: violations.map(|violation| violation.description).collect(),
            replay: None,
        }));
    }
    printed.map_err(Failure::Output)
}

fn print(summary: &AuditSummary) -> std::io::Result<()> {
    let rows = summary.promises.iter().map(|promise| {
        let outcome = match promise.violation_count {
            0 => format!("kept, {} times", promise.checked_count),
            broken => format!("BROKEN {broken} of {} times", promise.checked_count),
        };
        (promise.description.clone(), outcome)
    });
    write!(stdout(), "{}", table(&rows.collect::<Vec<_>>()))?;
    writeln!(stdout(), "{} facts", summary.facts_count)
}
