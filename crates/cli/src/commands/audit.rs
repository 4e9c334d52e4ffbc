//! `chappe audit`.

use crate::args::AuditArgs;
use crate::failure::Failure;
use crate::log::LogReader;
use crate::terminal::table;
use chappe_audit::Audit;
use chappe_engine::{audit_summary, promises_of};
use std::io::{Write, stdout};

/// Judges a saved log by the promises of the scenario that it names.
pub(crate) fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let (header, mut log) = LogReader::open(&args.log)?;
    let scenario = header.scenario()?;
    let mut audit = Audit::new(scenario.platform.homes, &promises_of(&scenario));
    while let Some(record) = log.next()? {
        audit
            .observe(&record)
            .map_err(|error| log.wrong(&error.to_string()))?;
    }
    let verdict = audit.finish();
    let summary = audit_summary(&verdict, "");
    let rows = summary.promises.iter().map(|promise| {
        let outcome = match promise.violation_count {
            0 => format!("kept, {} times", promise.checked_count),
            broken => format!("BROKEN {broken} of {} times", promise.checked_count),
        };
        (promise.description.clone(), outcome)
    });
    writeln!(stdout(), "{}", table(rows.collect()))?;
    writeln!(stdout(), "{} facts", summary.facts_count)?;
    for violation in &summary.violations {
        eprintln!("violation: {}", violation.description);
    }
    match verdict.violation_count() {
        0 => Ok(()),
        count => Err(Failure::Violations(count)),
    }
}
