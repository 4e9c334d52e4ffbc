//! The verdict on a study, from which a command takes its exit code.
//!
//! A record says everything that happened; the verdict is the one thing that a script acts on. Broken promises take
//! precedence over an interruption, that over a generator that fell behind, and that over a missed threshold.

use crate::arms::FinishedStudy;
use chappe_metrics::{AuditSummary, CapacityEnd, CapacityRecord, ComparisonRecord, LoadOutcome, RunRecord};
use chappe_report::Report;
use std::fmt;

/// How a study ends.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// All is well.
    Ok,
    /// The audit found promises broken.
    Violations {
        /// How often promises were broken.
        count: u64,
        /// What happened, the first few.
        descriptions: Vec<String>,
        /// The command that shows the facts.
        replay: Option<String>,
    },
    /// It was stopped: what it has, what is missing, what it does not conclude.
    Interrupted(String),
    /// The generator could not offer the load that was asked for.
    GeneratorLimited {
        /// Share of the sends that were late, in [0, 1]; unknown for a search.
        late_share: Option<f64>,
        /// What it could send [commands per second].
        rate: f64,
    },
    /// Thresholds were not met: each as metric and condition.
    Thresholds(Vec<String>),
}

impl Verdict {
    /// The exit code of a command that ends so.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Verdict::Ok => 0,
            Verdict::Violations { .. } => 3,
            Verdict::GeneratorLimited { .. } => 5,
            Verdict::Thresholds(_) => 99,
            Verdict::Interrupted(_) => 130,
        }
    }

    /// What it stands on, a line each.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        match self {
            Verdict::Ok | Verdict::Interrupted(_) | Verdict::GeneratorLimited { .. } => Vec::new(),
            Verdict::Violations {
                descriptions, replay, ..
            } => {
                let violations = descriptions.iter().map(|what| format!("violation: {what}"));
                let replay = replay.iter().map(|replay| format!("to see the facts: {replay}"));
                violations.chain(replay).collect()
            }
            Verdict::Thresholds(missed) => {
                let missed = missed.iter();
                missed
                    .map(|threshold| format!("threshold not met: {threshold}"))
                    .collect()
            }
        }
    }
}

/// The verdict in a sentence.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Ok => f.write_str("all is well"),
            Verdict::Violations { count, .. } => write!(f, "the audit found {count} violation(s)"),
            Verdict::Interrupted(what) => write!(f, "interrupted. {what}"),
            Verdict::GeneratorLimited {
                late_share: Some(late),
                rate,
            } => write!(
                f,
                "the generator was the limit: {:.1}% of the sends were over 1 ms late, at {rate:.0} sent per second; \
                 lower the rate, or leave the generator a core with --workers",
                late * 100.0
            ),
            Verdict::GeneratorLimited {
                late_share: None,
                rate,
            } => write!(
                f,
                "the generator was the limit, not the platform: it kept up at {rate:.0} commands per second; give it \
                 a core with --workers, or another machine"
            ),
            Verdict::Thresholds(missed) => write!(f, "{} threshold(s) not met", missed.len()),
        }
    }
}

/// The verdict on an event log.
#[must_use]
pub fn of_audit(audit: &AuditSummary) -> Verdict {
    if audit.passed {
        return Verdict::Ok;
    }
    let violations = audit.violations.iter();
    Verdict::Violations {
        count: audit.promises.iter().map(|promise| promise.violation_count).sum(),
        descriptions: violations
            .map(|violation| violation.description.clone())
            .collect(),
        replay: audit.replay.clone(),
    }
}

/// The verdict on one run, in either clock.
#[must_use]
pub fn of_run(record: &RunRecord) -> Verdict {
    let broken = of_audit(&record.result.audit);
    if broken != Verdict::Ok {
        return broken;
    }
    if let Some(incomplete) = record.incomplete() {
        return Verdict::Interrupted(incomplete);
    }
    let outcome = record.load.as_ref().map(|load| &load.outcome);
    if let Some(outcome) = outcome.filter(|outcome| !outcome.valid) {
        return generator_limited(outcome);
    }
    let missed = record
        .result
        .thresholds
        .iter()
        .filter(|threshold| !threshold.passed);
    let missed: Vec<String> = missed
        .map(|threshold| format!("{} {}", threshold.metric, threshold.condition))
        .collect();
    match missed.is_empty() {
        true => Verdict::Ok,
        false => Verdict::Thresholds(missed),
    }
}

/// The generator was the limit of a load.
fn generator_limited(outcome: &LoadOutcome) -> Verdict {
    Verdict::GeneratorLimited {
        late_share: Some(outcome.late_count as f64 / outcome.sent_count as f64),
        rate: outcome.sent_count as f64 * 1e9 / outcome.measured_ns as f64,
    }
}

/// The verdict on a search for capacity.
#[must_use]
pub fn of_capacity(record: &CapacityRecord) -> Verdict {
    match record.ended {
        CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Trials => Verdict::Ok,
        CapacityEnd::Generator => Verdict::GeneratorLimited {
            late_share: None,
            rate: record.kept_rate.unwrap_or(0.0),
        },
        CapacityEnd::Nothing => Verdict::Thresholds(record.thresholds.clone()),
        CapacityEnd::Interrupted => Verdict::Interrupted(record.incomplete().unwrap_or_default()),
    }
}

/// The verdict on a comparison of variants.
#[must_use]
pub fn of_comparison(record: &ComparisonRecord) -> Verdict {
    match record.interrupted {
        true => Verdict::Interrupted(record.incomplete().unwrap_or_default()),
        false => Verdict::Ok,
    }
}

/// The verdict on a what-if study or a sweep; `interrupted` if it was stopped.
#[must_use]
pub fn of_study<R: Report>(study: &FinishedStudy<R>, interrupted: bool) -> Verdict {
    if study.violations.count > 0 {
        return Verdict::Violations {
            count: study.violations.count,
            descriptions: study.violations.descriptions.clone(),
            replay: None,
        };
    }
    match interrupted {
        true => Verdict::Interrupted(format!(
            "{} The runs that ended are kept, and the same command goes on from there.",
            study.record.incomplete().unwrap_or_default()
        )),
        false => Verdict::Ok,
    }
}
