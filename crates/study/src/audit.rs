//! The audit of a saved event log.

use crate::VERSION;
use crate::error::Error;
use crate::files::LogReader;
use crate::prepared::overrides;
use chappe_audit::Audit;
use chappe_engine::{audit_summary, promises_of};
use chappe_metrics::AuditSummary;
use chappe_scenario::ScenarioFile;
use std::path::Path;

/// Judges a saved log by the promises of the scenario that was run.
///
/// # Errors
/// The file can't be read, isn't an event log of this version, or the line that is wrong.
pub fn audit_log(path: &Path) -> Result<AuditSummary, Error> {
    let (spec, mut log) = LogReader::open(path)?;
    // Another version may promise something else.
    spec.check(VERSION)?;
    let file = ScenarioFile::parse(&spec.scenario.name, &spec.scenario.text)?;
    let scenario = file.resolve(&overrides(&spec, None))?;
    let mut audit = Audit::new(scenario.platform.homes, &promises_of(&scenario));
    while let Some(record) = log.next_fact()? {
        audit
            .observe(&record)
            .map_err(|error| log.wrong(&error.to_string()))?;
    }
    Ok(audit_summary(&audit.finish(), None))
}
