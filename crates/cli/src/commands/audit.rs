//! `chappe audit`: audits a saved event log.

use crate::args::AuditArgs;
use crate::commands::print;
use crate::failure::Failure;
use chappe_metrics::AuditSummary;
use chappe_report::table;
use chappe_study::verdict::{self, Verdict};

/// Judges a saved log by the promises of the scenario that was run.
pub(crate) fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let summary = chappe_study::audit_log(&args.log)?;
    let printed = print(&args.output, &summary, || text(&summary));
    let verdict = verdict::of_audit(&summary);
    Failure::or_shown(
        (verdict != Verdict::Ok).then_some(Failure::Verdict(verdict)),
        printed,
    )
}

fn text(summary: &AuditSummary) -> String {
    let rows = summary.promises.iter().map(|promise| {
        let outcome = match promise.violation_count {
            0 => format!("kept, {} times", promise.checked_count),
            broken => format!("BROKEN {broken} of {} times", promise.checked_count),
        };
        (promise.description.clone(), outcome)
    });
    let rows: Vec<(String, String)> = rows.collect();
    format!("{}{} facts\n", table(&rows), summary.facts_count)
}
