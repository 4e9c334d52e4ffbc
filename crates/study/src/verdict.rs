//! The verdict on a study, from which a command takes its exit code.
//!
//! A record says everything that happened; the verdict is the one thing that a script acts on. Broken promises take
//! precedence over an interruption, that over a generator that fell behind, that over a missed threshold, and that over
//! one that can't be judged.

use chappe_metrics::{
    AuditSummary, CapacityEnd, CapacityRecord, ComparisonRecord, LoadOutcome, RunRecord, SweepRecord,
    ThresholdOutcome, ThresholdVerdict, Violations, WhatIfRecord,
};
use chappe_report::{Report, words};
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
    GeneratorLimited(GeneratorLimit),
    /// Thresholds were not met: each as metric and condition.
    Thresholds(Vec<String>),
    /// Thresholds can't be judged, since too little was observed: each as metric and condition, and what it lacks.
    Inconclusive(Vec<String>),
}

/// Where the generator was the limit.
#[derive(Clone, PartialEq, Debug)]
pub enum GeneratorLimit {
    /// In a load.
    Load {
        /// Share of the sends that were late, in [0, 1]; unknown where nothing was sent.
        late_share: Option<f64>,
        /// What it could send [commands per second], if that is known.
        rate: Option<f64>,
    },
    /// In a search for capacity.
    Search {
        /// The highest rate at which it kept up [commands per second], if there is one.
        kept_rate: Option<f64>,
    },
    /// In runs of a comparison.
    Comparison {
        /// In so many.
        limited_count: u32,
        /// Of so many.
        runs_count: u32,
    },
}

impl Verdict {
    /// The exit code of a command that ends so.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Verdict::Ok => 0,
            Verdict::Violations { .. } => 3,
            Verdict::GeneratorLimited(_) => 5,
            Verdict::Inconclusive(_) => 98,
            Verdict::Thresholds(_) => 99,
            Verdict::Interrupted(_) => 130,
        }
    }

    /// What it stands on, a line each.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        match self {
            Verdict::Ok | Verdict::Interrupted(_) | Verdict::GeneratorLimited(_) => Vec::new(),
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
            Verdict::Inconclusive(unsettled) => {
                let unsettled = unsettled.iter();
                unsettled
                    .map(|threshold| format!("threshold not judged: {threshold}"))
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
            Verdict::GeneratorLimited(limit) => {
                write!(f, "the generator was the limit, not the platform: {limit}")
            }
            Verdict::Thresholds(missed) => write!(f, "{} threshold(s) not met", missed.len()),
            Verdict::Inconclusive(unsettled) => write!(
                f,
                "{} threshold(s) can\u{2019}t be judged: too little was observed to tell; measure for longer, or ask for a \
                 quantile nearer to the median",
                unsettled.len().max(1)
            ),
        }
    }
}

/// What it could not do, and what to do about it.
impl fmt::Display for GeneratorLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            GeneratorLimit::Load { late_share, rate } => write!(
                f,
                "{} of the sends were over 1 ms late, at {} sent per second; lower the rate, or leave the generator a \
                 core with --workers",
                words::told(late_share, words::percent),
                words::told(rate, words::rate)
            ),
            GeneratorLimit::Search { kept_rate } => write!(
                f,
                "it kept up at {}; give it a core with --workers, or another machine",
                match kept_rate {
                    Some(rate) => format!("{} commands per second", words::rate(rate)),
                    None => "no rate".to_string(),
                }
            ),
            GeneratorLimit::Comparison {
                limited_count,
                runs_count,
            } => write!(
                f,
                "it fell behind in {limited_count} of {}, whose figures say little about the platform; lower the rate, or \
                 leave the generator a core with --workers",
                words::counted(i64::from(runs_count), "run")
            ),
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
    let of = |outcome: ThresholdOutcome, words: fn(&ThresholdVerdict) -> String| -> Vec<String> {
        let thresholds = record.result.thresholds.iter();
        let those = thresholds.filter(|threshold| threshold.outcome() == outcome);
        those.map(words).collect()
    };
    let missed = of(ThresholdOutcome::Missed, name);
    let unsettled = of(ThresholdOutcome::Inconclusive, lacking);
    match (missed.is_empty(), unsettled.is_empty()) {
        (false, _) => Verdict::Thresholds(missed),
        (true, false) => Verdict::Inconclusive(unsettled),
        (true, true) => Verdict::Ok,
    }
}

/// A threshold as metric and condition.
pub(crate) fn name(threshold: &ThresholdVerdict) -> String {
    format!("{} {}", threshold.metric, threshold.condition)
}

/// A threshold that can't be judged, and why: `delivery.friend p(99.9) < 1s: 4 of at least 1,000 observations`.
pub(crate) fn lacking(threshold: &ThresholdVerdict) -> String {
    let count = |count: Option<u64>| words::count(count.unwrap_or(0) as i64);
    format!(
        "{}: {} of at least {} observations",
        name(threshold),
        count(threshold.samples_count),
        count(threshold.samples_wanted)
    )
}

/// The generator was the limit of a load.
fn generator_limited(outcome: &LoadOutcome) -> Verdict {
    Verdict::GeneratorLimited(GeneratorLimit::Load {
        late_share: (outcome.sent_count > 0).then(|| outcome.late_count as f64 / outcome.sent_count as f64),
        rate: outcome.rate(),
    })
}

/// The verdict on a search for capacity.
#[must_use]
pub fn of_capacity(record: &CapacityRecord) -> Verdict {
    if let Some(broken) = of_promises(&record.violations) {
        return broken;
    }
    match record.ended {
        CapacityEnd::Trials if record.kept_rate.is_none() => Verdict::Thresholds(record.thresholds.clone()),
        CapacityEnd::Found | CapacityEnd::Cap | CapacityEnd::Trials => Verdict::Ok,
        CapacityEnd::Generator => Verdict::GeneratorLimited(GeneratorLimit::Search {
            kept_rate: record.kept_rate,
        }),
        CapacityEnd::Nothing | CapacityEnd::NotByRate => Verdict::Thresholds(record.thresholds.clone()),
        CapacityEnd::Unmeasured => Verdict::Inconclusive(record.unsettled.clone()),
        CapacityEnd::Interrupted => Verdict::Interrupted(record.incomplete().unwrap_or_default()),
    }
}

/// The verdict on a comparison of variants.
#[must_use]
pub fn of_comparison(record: &ComparisonRecord) -> Verdict {
    if let Some(broken) = of_promises(&record.violations) {
        return broken;
    }
    match (record.interrupted, record.generator_limited_count) {
        (true, _) => Verdict::Interrupted(record.incomplete().unwrap_or_default()),
        (false, 0) => Verdict::Ok,
        (false, limited_count) => Verdict::GeneratorLimited(GeneratorLimit::Comparison {
            limited_count,
            runs_count: record.order.len() as u32,
        }),
    }
}

/// The verdict on a what-if study.
#[must_use]
pub fn of_whatif(record: &WhatIfRecord) -> Verdict {
    of_study(&record.violations, record.incomplete())
}

/// The verdict on a sweep; `is_interrupted` if it was not its budget that ended it early.
#[must_use]
pub fn of_sweep(record: &SweepRecord, is_interrupted: bool) -> Verdict {
    of_study(&record.violations, record.incomplete().filter(|_| is_interrupted))
}

/// The verdict on the promises in the runs of a study, if any was broken.
fn of_promises(violations: &Violations) -> Option<Verdict> {
    (violations.count > 0).then(|| Verdict::Violations {
        count: violations.count,
        descriptions: violations.descriptions.clone(),
        replay: None,
    })
}

fn of_study(violations: &Violations, incomplete: Option<String>) -> Verdict {
    if let Some(broken) = of_promises(violations) {
        return broken;
    }
    match incomplete {
        Some(incomplete) => Verdict::Interrupted(format!(
            "{incomplete} The runs that ended are kept, and the same command goes on from there."
        )),
        None => Verdict::Ok,
    }
}
